"""Binding a query over the system catalogs: names resolved, calls checked, types and parameters found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported, InvalidSyntax, UndefinedFunction, UndefinedTable
from ormolu.sql_extensions.access import check_engine_tree, trusted
from ormolu.sql_extensions.catalog.calls import is_callable
from ormolu.sql_extensions.catalog.expressions import bottom_up
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from ormolu.sql_extensions.catalog.queries import rewrite_catalog_query
from ormolu.sql_extensions.catalog.session import CatalogNames
from ormolu.sql_extensions.catalog.sources import is_cte
from ormolu.sql_extensions.catalog.spellings import one_spelling
from ormolu.sql_extensions.dialect.names import column_name
from ormolu.sql_extensions.dialect.reading import parse_query
from ormolu.sql_extensions.expression_types import cast_type, function_name
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.result_types import OutputColumn, result_columns
from ormolu.sql_extensions.types import DataType, data_type
from ormolu.sql_extensions.unused_parameters import with_every_parameter

_POSTGRES = Postgres()
_TEXT = data_type("text")


@dataclass(frozen=True, slots=True)
class CatalogQuery:
    """What to run, and what its rows are called and typed; `column_types` is () where the tree does not tell."""

    sql: str
    column_names: tuple[str, ...]
    column_types: tuple[DataType | None, ...]
    relations: tuple[Relation, ...]
    parameter_types: tuple[DataType | None, ...]


def bind_catalog_query(text: str, resolve: Callable[[TableName], Relation | None], names: CatalogNames) -> CatalogQuery:
    """Bind a query that `names_catalog`; user tables in it are read through `resolve` like any other.

    42P01 for a relation that does not exist, 42883 for a function that no catalog query may call.
    """
    tree = parsed_catalog_query(text)
    _check(tree)
    relations = _Relations(resolve, names)
    for table in _tables(tree):
        relations.resolved(table)
    columns = result_columns(tree, relations.find)
    parameters = _parameters(tree, relations)
    bound = rewrite_catalog_query(tree, names, relations.find)
    hidden = {column.name for column in bound.find_all(exp.Column)}
    for table in list(_tables(bound)):
        _substitute(table, relations.resolved(table), hidden)
    bound = with_every_parameter(bound, parameters)
    check_engine_tree(bound)
    return CatalogQuery(
        bound.sql(dialect="duckdb", comments=False),
        _names(text, columns),
        tuple(_TEXT if column.type == data_type("unknown") else column.type for column in columns or ()),
        tuple(relations.found.values()),
        parameters,
    )


def parsed_catalog_query(text: str) -> exp.Expr:
    try:
        tokens = _with_array_types(_POSTGRES.tokenize(text))
        trees = [tree for tree in _POSTGRES.parser().parse(tokens, text) if tree is not None]
    except (ParseError, TokenError) as error:
        raise InvalidSyntax("syntax error in a query over the system catalogs") from error
    if len(trees) != 1:
        raise InvalidSyntax("exactly one query is expected here")
    tree = bottom_up(trees[0], one_spelling)
    for identifier in tree.find_all(exp.Identifier):
        if not identifier.args.get("quoted"):
            identifier.set("this", identifier.name.lower())
    return tree


# What the parser takes for the beginning of something else where it is an alias.
_WORDS_AFTER_AS = frozenset(
    {TokenType.SELECT, TokenType.UPDATE, TokenType.INSERT, TokenType.DELETE, TokenType.FROM, TokenType.WHERE}
    | {TokenType.TABLE}
)


def _with_array_types(tokens: list[Token]) -> list[Token]:
    """`oid[]` as `pg_catalog.oid[]`: the parser takes the bare word for a type that no array can be of.

    Any word may follow AS.
    """
    for before, after in pairwise(tokens):
        if before.token_type == TokenType.ALIAS and after.token_type in _WORDS_AFTER_AS:
            after.token_type = TokenType.VAR
    written: list[Token] = []
    for token, following in pairwise([*tokens, None]):
        is_array = following is not None and following.token_type == TokenType.L_BRACKET
        if token is not None and token.token_type == TokenType.OBJECT_IDENTIFIER and is_array:
            token.token_type = TokenType.VAR
            if not written or written[-1].token_type != TokenType.DOT:
                written += [Token(TokenType.VAR, "pg_catalog"), Token(TokenType.DOT, ".")]
        if token is not None:
            written.append(token)
    return written


def _names(text: str, columns: Sequence[OutputColumn] | None) -> tuple[str, ...]:
    """PostgreSQL's names; where a star stands, those of the columns it shows."""
    query: exp.Expr = parse_query(text)
    while isinstance(query, exp.SetOperation | exp.Subquery):
        query = query.this
    projections = query.expressions if isinstance(query, exp.Select) else []
    if any(projection.is_star for projection in projections) or not projections:
        return tuple(column.name for column in columns or ())
    return tuple(column_name(projection).removeprefix("pg_catalog.") for projection in projections)


# --- what a query may do ----------------------------------------------------------------------------------------


def _check(tree: exp.Expr) -> None:
    if not isinstance(tree, exp.Query | exp.Values):
        raise FeatureNotSupported("only queries read the system catalogs")
    for node in tree.walk():
        if isinstance(node, exp.Into | exp.Lock):
            raise FeatureNotSupported("a query over the system catalogs only reads")
        if isinstance(node, exp.Anonymous) and node.name.lower() == "row":
            raise FeatureNotSupported("a row value in a query over the system catalogs is not supported")
        if isinstance(node, exp.Func) and not is_callable(node):
            raise UndefinedFunction(f"function {function_name(node)} does not exist")


# --- tables ----------------------------------------------------------------------------------------------------------


class _Relations:
    """The relations that a query names, each resolved once."""

    def __init__(self, resolve: Callable[[TableName], Relation | None], names: CatalogNames) -> None:
        self._resolve = resolve
        self._path = tuple(names.search_path)
        self.found: dict[TableName, Relation] = {}

    def find(self, table: exp.Table) -> Relation | None:
        if not isinstance(table.this, exp.Identifier):
            return None
        return next((found for name in self._candidates(table) if (found := self._one(name)) is not None), None)

    def resolved(self, table: exp.Table) -> Relation:
        found = self.find(table)
        if found is None:
            name = f"{table.db}.{table.name}" if table.db else table.name
            raise UndefinedTable(f'relation "{name}" does not exist')
        return found

    def _candidates(self, table: exp.Table) -> Iterator[TableName]:
        name = _folded(table.this)
        schema = table.args.get("db")
        if schema is not None:
            yield TableName(_folded(schema), name)
            return
        if name in SYSTEM_RELATIONS:
            yield TableName("pg_catalog", name)
        yield from (TableName(schema, name) for schema in self._path)

    def _one(self, name: TableName) -> Relation | None:
        if name not in self.found:
            relation = self._resolve(name)
            if relation is None:
                return None
            self.found[name] = relation
        return self.found[name]


def _folded(identifier: exp.Expr) -> str:
    return identifier.name if identifier.args.get("quoted") else identifier.name.lower()


def _tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that are to be replaced by their source: not CTEs, not functions."""
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Func) and not (not table.db and is_cte(table)):
            yield table


def _substitute(table: exp.Table, relation: Relation, named: set[str]) -> None:
    source = trusted(relation.source)
    hidden = [column.name for column in relation.columns if column.is_hidden]
    if hidden and not named & set(hidden):
        visible = [
            exp.column(exp.to_identifier(column.name, quoted=True))
            for column in relation.columns
            if not column.is_hidden
        ]
        source = exp.select(*visible).from_(source.subquery("_source", copy=False), copy=False)
    alias = table.args.get("alias")
    if alias is None:
        alias = exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
    subquery = exp.Subquery(this=source, alias=alias.copy())
    for kept in ("joins", "laterals"):
        if table.args.get(kept):
            subquery.set(kept, table.args[kept])
    table.replace(subquery)


# --- parameters --------------------------------------------------------------------------------------------------


def _parameters(tree: exp.Expr, relations: _Relations) -> tuple[DataType | None, ...]:
    """The type of each parameter, from the cast around it or what it is compared with; text where neither tells."""
    types: dict[int, DataType] = {}
    for parameter in list(tree.find_all(exp.Parameter)):
        index = int(parameter.name)
        kind = _parameter_type(parameter, relations)
        types[index] = types.get(index, kind) if kind == _TEXT else kind
    for parameter in list(tree.find_all(exp.Parameter)):
        target = exp.DataType.build(types[int(parameter.name)].duckdb, dialect="duckdb")
        parameter.replace(exp.Cast(this=parameter.copy(), to=target))
    return tuple(types.get(index) for index in range(1, max(types, default=0) + 1))


# The arguments that are neither text nor compared with anything: (function, position) -> type.
_ARGUMENTS = {
    **{(name, 0): "oid" for name in ("format_type", "col_description", "obj_description", "pg_get_userbyid")},
    **{(name, 0): "oid" for name in ("pg_get_constraintdef", "pg_get_indexdef", "pg_get_viewdef")},
    **{(name, 1): "int4" for name in ("format_type", "col_description", "pg_get_indexdef", "generate_subscripts")},
    **{(name, 1): "bool" for name in ("pg_get_constraintdef", "pg_get_viewdef")},
    **{(name, 2): "bool" for name in ("pg_get_indexdef", "pg_get_expr")},
}


def _is_array_of(parent: exp.Expr, parameter: exp.Expr) -> bool:
    """Whether something is sought in the parameter: `x = ANY ($1)`."""
    match parent:
        case exp.Any() | exp.All():
            return True
        case exp.ArrayContains():
            return parent.this is parameter
        case exp.Anonymous(this="list_contains" | "list_transform", expressions=[first, *_]):
            return first is parameter
        case _:
            return False


def _parameter_type(parameter: exp.Parameter, relations: _Relations) -> DataType:
    parent = parameter.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    if parent is not None and _is_array_of(parent, parameter):
        return replace(_TEXT, dimensions=1)
    if isinstance(parent, exp.Cast):
        kind = cast_type(parent.to)
        return _TEXT if kind is None or kind.scalar.name.startswith("reg") else kind
    if isinstance(parent, exp.Binary | exp.In) and not isinstance(parent, exp.Like | exp.ILike | exp.RegexpLike):
        for other in parent.find_all(exp.Column):
            for relation in relations.found.values():
                column = relation.find_column(other.name)
                if column is not None:
                    return column.type
    if isinstance(parent, exp.Func):
        arguments = parent.expressions
        position = next((at for at, each in enumerate(arguments) if each is parameter), -1)
        return data_type(_ARGUMENTS.get((function_name(parent), position), "text"))
    return _TEXT
