"""A user's query, bound: PostgreSQL's meaning in DuckDB's words, over relations of the catalog and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.errors import IndeterminateDatatype, StatementTooComplex
from ormolu.sql_extensions.access import check_engine_tree
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import settle
from ormolu.sql_extensions.dialect.context import (
    AsOf,
    Context,
    Resolve,
    ResolveFunction,
    SessionValues,
)
from ormolu.sql_extensions.dialect.digits import shown_digits
from ormolu.sql_extensions.dialect.expressions import bind
from ormolu.sql_extensions.dialect.reading import parse_expression, parse_query, unsupported, with_calls_kept
from ormolu.sql_extensions.dialect.scopes import OpenScope, Scope
from ormolu.sql_extensions.dialect.selects import bind_query_tree
from ormolu.sql_extensions.engine_text import EngineText, engine_text
from ormolu.sql_extensions.named_arguments import name_arguments
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.unused_parameters import first_unknown, with_every_parameter

SEARCH_PATH = ("gold", "silver", "bronze")
_CHANCE = frozenset({"random", "uuid"})  # of the functions on the allow-list


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """`text` is DuckDB's, and `sql` is all of it.

    Column types carry type modifiers only where PostgreSQL reports them; None: ask the engine.

    `reads_session` says that the text depends on the session's values (its time, user, settings): do not cache it.
    `is_volatile` says that chance has a part in the answer: do not cache that.
    `version` names what is read: equal texts over equal versions give equal answers.
    """

    text: EngineText
    tree: exp.Query
    column_names: tuple[str, ...]
    column_types: tuple[DataType | None, ...]
    parameter_types: tuple[DataType | None, ...]
    relations: tuple[Relation, ...]
    reads_session: bool
    warnings: tuple[str, ...] = ()
    is_volatile: bool = False

    @property
    def sql(self) -> str:
        return self.text.whole

    @property
    def parameter_count(self) -> int:
        return len(self.parameter_types)

    @property
    def version(self) -> str:
        return "|".join(sorted({f"{relation.name}@{relation.version}" for relation in self.relations}))


def bind_query(
    query: exp.Expr | str,
    resolve: Resolve,
    *,
    search_path: Sequence[str] = SEARCH_PATH,
    session: SessionValues | None = None,
    parameter_types: Sequence[DataType | None] = (),
    resolve_function: ResolveFunction | None = None,
    known_names: Sequence[TableName] = (),
    shows_digits: bool = False,
    shows_digits_of_groups: bool = False,
) -> BoundQuery:
    """Resolve every name, refuse what is not allowed, and translate.

    `resolve` gives the relation of a name (None: there is none). `resolve_function` gives the relation of a function
    in FROM before ours are looked at. `parameter_types` are the types a client declared. `known_names` serve hints.
    `shows_digits`: numerics whose values have digits of their own come as texts, for a client to read;
    `shows_digits_of_groups`: those alone that are computed once a group.
    """
    tree = parse_query(query) if isinstance(query, str) else with_calls_kept(query)
    if not isinstance(tree, exp.Query | exp.Values):
        raise unsupported(f"{tree.key.upper()} as a query", tree)
    context = _context(resolve, search_path, session, resolve_function, known_names)
    context.shows_digits = shows_digits
    context.shows_digits_of_groups = shows_digits_of_groups
    context.parameters.update({index + 1: type for index, type in enumerate(parameter_types)})
    try:
        bound = shown_digits(bind_query_tree(tree, Scope(), context), context)
        types = _parameter_types(context)
        check_engine_tree(bound.tree)
        if (unknown := first_unknown(bound.tree, types)) is not None:
            raise IndeterminateDatatype(f"could not determine data type of parameter ${unknown}")
        engine_tree = _with_typed_parameters(with_every_parameter(bound.tree, types), types)
        name_arguments(engine_tree)
        text = engine_text(engine_tree)
    except RecursionError as error:
        raise StatementTooComplex("the statement is nested too deeply") from error
    return BoundQuery(
        text=text,
        tree=engine_tree,
        column_names=tuple(column.name for column in bound.columns),
        column_types=tuple(column.shown_type for column in bound.columns),
        parameter_types=types,
        relations=tuple(context.relations),
        reads_session=context.reads_session,
        warnings=tuple(context.warnings),
        is_volatile=any(call.name.lower() in _CHANCE for call in engine_tree.find_all(exp.Anonymous)),
    )


def bind_expression(
    text: str,
    columns: Mapping[str, DataType] | None = None,
    *,
    session: SessionValues | None = None,
) -> exp.Expr:
    """A rule's expression as the engine reads it; column references stay as they are.

    With `columns` an unknown name is 42703 and arithmetic has PostgreSQL's exact types; without, the engine decides.
    """
    return bind_typed_expression(text, columns, session=session)[0]


def bind_typed_expression(
    text: str, columns: Mapping[str, DataType] | None = None, *, session: SessionValues | None = None
) -> tuple[exp.Expr, DataType | None]:
    """The same with the expression's type, where it is known."""
    context = _context(lambda name, as_of: None, (), session, None, ())
    bound = settle(bind(parse_expression(text), OpenScope(columns), context), context)
    if context.parameters:
        raise IndeterminateDatatype("a rule has no parameters")
    check_engine_tree(bound.tree)
    return name_arguments(bound.tree), bound.type


def _context(
    resolve: Resolve,
    search_path: Sequence[str],
    session: SessionValues | None,
    resolve_function: ResolveFunction | None,
    known_names: Sequence[TableName],
) -> Context:
    return Context(
        expression=bind,
        query=bind_query_tree,
        resolve=resolve,
        search_path=tuple(search_path),
        session=session or SessionValues(),
        resolve_function=resolve_function,
        known_names=tuple(known_names),
    )


def _parameter_types(context: Context) -> tuple[DataType | None, ...]:
    if not context.parameters:
        return ()
    return tuple(context.parameters.get(index) for index in range(1, max(context.parameters) + 1))


def _with_typed_parameters(tree: exp.Query, types: tuple[DataType | None, ...]) -> exp.Query:
    """Each `$n` as a cast to its type, so that the engine can describe the query without values."""
    for parameter in list(tree.find_all(exp.Parameter)):
        type = types[int(parameter.this.name) - 1] or t.TEXT
        parameter.replace(t.engine_cast(parameter.copy(), type))
    return tree


__all__ = ["SEARCH_PATH", "AsOf", "BoundQuery", "Resolve", "SessionValues", "bind_expression", "bind_query"]
