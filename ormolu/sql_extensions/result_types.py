"""The PostgreSQL types of a query's result, read off its tree: what DuckDB's types cannot tell apart.

An oid and a bigint, a name and a text, numeric(18,2) and numeric look alike to DuckDB; the declared
types of the relations that a query reads tell them apart. The tree is PostgreSQL's, as parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from ormolu.sql_extensions.expression_types import UNKNOWN, TypeOf, common_type, expression_type
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import SCALARS, DataType, from_duckdb

FindRelation = Callable[[exp.Table], Relation | None]

_TEXT = DataType(SCALARS["text"])
_INT8 = DataType(SCALARS["int8"])


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column that a source or a query yields; None where the type is not known.

    `source` is the alias that a star found it under, "" where the column was written out or merged by USING.
    """

    name: str
    type: DataType | None
    is_hidden: bool = False
    source: str = ""


Columns = tuple[OutputColumn, ...]
_Tables = Mapping[str, Columns]


def refined_types(tree: exp.Expr, find_relation: FindRelation) -> tuple[DataType | None, ...]:
    """One type a result column, None where only DuckDB knows; () where the columns themselves are not known.

    `find_relation` gives the catalog's relation for a table of the tree, and is not asked for CTEs.
    """
    columns = result_columns(tree, find_relation)
    if columns is None:
        return ()
    return tuple(_TEXT if column.type == UNKNOWN else column.type for column in columns)


def result_columns(tree: exp.Expr, find_relation: FindRelation) -> Columns | None:
    """The result's columns as a query around this one would see them; None where a source is not known."""
    return _query_columns(tree, find_relation, {}, ())


_FAMILIES = {
    "text": "text varchar bpchar name inet xml json jsonb bit varbit",
    "integer": "int2 int4 int8 oid xid cid xid8",
    "number": "numeric",
    "float": "float4 float8",
}
_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names.split()} | {
    '"char"': "text", "tid": "text", "pg_node_tree": "text", "aclitem": "text", "anyarray": "text", "pg_lsn": "text",
    "void": "text", "unknown": "text", "record": "text", "cstring": "text", "interval": "interval", "timetz": "timetz",
    "pg_ndistinct": "text", "pg_dependencies": "text", "pg_mcv_list": "text",
}  # fmt: skip


def result_type(refined: DataType | None, duckdb: str) -> DataType:
    """The type to announce for a result column whose values DuckDB yields as `duckdb`.

    The refined type holds where its values have the same form on the wire as what DuckDB yields.
    """
    found = from_duckdb(duckdb)
    if refined is None or refined == found:
        return found
    if refined.fields and duckdb.startswith("STRUCT("):
        return refined
    if duckdb == "VARCHAR" and _shows_as_text(refined):
        return refined
    if refined.dimensions and found.dimensions:
        inner = result_type(replace(refined, dimensions=0), duckdb.removesuffix("[]"))
        return replace(inner, dimensions=found.dimensions)
    if refined.dimensions != found.dimensions:
        return found
    wanted, given = _family(refined), _family(found)
    if wanted == given or (wanted, given) in (("number", "integer"), ("float", "number")):
        return refined
    return found


def _family(data_type: DataType) -> str:
    return _FAMILY.get(data_type.scalar.name, data_type.scalar.name)


def _shows_as_text(data_type: DataType) -> bool:
    name = data_type.scalar.name
    # A numeric without a scale of its own may come as the text that shows each value's.
    is_open = name == "numeric" and not data_type.modifiers
    return not data_type.dimensions and (is_open or name.startswith("reg") or name.endswith("vector"))


# --- queries --------------------------------------------------------------------------------------------------


def _query_columns(
    tree: exp.Expr, find_relation: FindRelation, tables: _Tables, outer: tuple[_Scope, ...]
) -> Columns | None:
    match tree:
        case exp.Subquery():
            return _query_columns(tree.this, find_relation, _with_tables(tree, find_relation, tables, outer), outer)
        case exp.Select():
            return _select_columns(tree, find_relation, _with_tables(tree, find_relation, tables, outer), outer)
        case exp.SetOperation():
            tables = _with_tables(tree, find_relation, tables, outer)
            left = _query_columns(tree.left, find_relation, tables, outer)
            right = _query_columns(tree.right, find_relation, tables, outer)
            return _united(left, right)
        case exp.Values():
            return _values_columns(tree, find_relation, tables, outer)
        case _:
            return None


def _united(left: Columns | None, right: Columns | None) -> Columns | None:
    if left is None or right is None or len(left) != len(right):
        return left
    return tuple(replace(a, type=common_type((a.type, b.type))) for a, b in zip(left, right, strict=True))


def _values_columns(
    tree: exp.Values, find_relation: FindRelation, tables: _Tables, outer: tuple[_Scope, ...]
) -> Columns | None:
    scope = _Scope((), find_relation, tables, outer)
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in tree.expressions]
    if not rows or len({len(row) for row in rows}) != 1:
        return None
    return tuple(
        OutputColumn(f"column{position}", common_type([scope.type_of(value) for value in values]))
        for position, values in enumerate(zip(*rows, strict=True), start=1)
    )


def _with_tables(tree: exp.Expr, find_relation: FindRelation, tables: _Tables, outer: tuple[_Scope, ...]) -> _Tables:
    """The CTEs that the query sees: its own hide those of the queries around it."""
    clause = tree.args.get("with_")
    if clause is None:
        return tables
    seen = dict(tables)
    for cte in clause.expressions:
        query = cte.this
        if clause.args.get("recursive") and isinstance(query, exp.SetOperation):
            anchor = _query_columns(query.left, find_relation, seen, outer)
            if anchor is not None:
                seen[cte.alias] = _renamed(anchor, cte.args.get("alias"))
        columns = _query_columns(query, find_relation, seen, outer)
        seen[cte.alias] = _renamed(columns or (), cte.args.get("alias"))
    return seen


def _renamed(columns: Columns, alias: exp.Expr | None) -> Columns:
    names = [] if alias is None else [name.name for name in alias.args.get("columns") or ()]
    if not names:
        return columns
    visible = [column for column in columns if not column.is_hidden]
    renamed = [replace(column, name=name) for column, name in zip(visible, names, strict=False)]
    return (*renamed, *visible[len(renamed) :])


# --- a select's sources ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    alias: str
    columns: Columns | None
    merged: frozenset[str] = frozenset()  # by USING: shown once, with the left source


@dataclass(frozen=True, slots=True)
class _Scope:
    sources: tuple[_Source, ...]
    find_relation: FindRelation
    tables: _Tables
    outer: tuple[_Scope, ...]

    def type_of(self, expression: exp.Expr) -> DataType | None:
        return expression_type(expression, TypeOf(self.column_type, self.subquery_type))

    def column_type(self, column: exp.Column) -> DataType | None:
        for scope in (self, *self.outer):
            found = scope.find_column(column.table, column.name)
            if found is not None:
                return found.type
        return None

    def find_column(self, table: str, name: str) -> OutputColumn | None:
        for source in self.sources:
            if table and source.alias != table:
                continue
            for column in source.columns or ():
                if column.name == name:
                    return column
        return None

    def subquery_type(self, query: exp.Expr) -> DataType | None:
        columns = _query_columns(query, self.find_relation, self.tables, (self, *self.outer))
        return columns[0].type if columns else None


def _select_columns(
    select: exp.Select, find_relation: FindRelation, tables: _Tables, outer: tuple[_Scope, ...]
) -> Columns | None:
    scope = _Scope((), find_relation, tables, outer)
    joined: list[tuple[exp.Expr, exp.Join | None]] = []
    if (clause := select.args.get("from_")) is not None:
        joined.append((clause.this, None))
    joined += [(join.this, join) for join in select.args.get("joins") or ()]
    joined += [(lateral, None) for lateral in select.args.get("laterals") or ()]
    for source, join in joined:
        for each, its_join in _flattened(source, join):
            scope = replace(scope, sources=(*scope.sources, _source(each, its_join, scope)))
    columns: list[OutputColumn] = []
    for projection in select.expressions:
        expanded = _projected(projection, scope)
        if expanded is None:
            return None
        columns += expanded
    return tuple(columns)


def _flattened(source: exp.Expr, join: exp.Join | None) -> Sequence[tuple[exp.Expr, exp.Join | None]]:
    """A parenthesised join and its members, in order; else the source itself."""
    nested = source.args.get("joins") or () if isinstance(source, exp.Table | exp.Subquery | exp.Paren) else ()
    members = [each for member in nested for each in _flattened(member.this, member)]
    inner = source.this
    is_group = isinstance(source, exp.Paren | exp.Subquery) and isinstance(inner, exp.Table | exp.Subquery | exp.Paren)
    if is_group and not source.alias:
        return [*_flattened(inner, join), *members]
    return [(source, join), *members]


def _source(source: exp.Expr, join: exp.Join | None, scope: _Scope) -> _Source:
    columns = _source_columns(source, scope)
    alias = source.args.get("alias")
    if columns is not None and alias is not None:
        columns = _renamed(columns, alias)
    name = source.alias_or_name
    return _Source(name, columns, _merged(join, columns, scope))


def _merged(join: exp.Join | None, columns: Columns | None, scope: _Scope) -> frozenset[str]:
    if join is None:
        return frozenset()
    if join.args.get("method") == "NATURAL":
        earlier = {column.name for source in scope.sources for column in source.columns or ()}
        return frozenset(column.name for column in columns or () if column.name in earlier and not column.is_hidden)
    return frozenset(name.name for name in join.args.get("using") or ())


def _source_columns(source: exp.Expr, scope: _Scope) -> Columns | None:
    inner_outer = (scope, *scope.outer)
    match source:
        case exp.Table(this=exp.Func() as function):
            return _function_columns(function, source.alias, scope)
        case exp.Table():
            if not source.db and source.name in scope.tables:
                return scope.tables[source.name]
            relation = scope.find_relation(source)
            if relation is None:
                return None
            return tuple(OutputColumn(column.name, column.type, column.is_hidden) for column in relation.columns)
        case exp.Subquery() | exp.Values():
            return _query_columns(source, scope.find_relation, scope.tables, inner_outer)
        case exp.Lateral():
            inner = source.this
            if isinstance(inner, exp.Func):
                return _function_columns(inner, source.alias, scope)
            return _query_columns(inner, scope.find_relation, scope.tables, inner_outer)
        case exp.Unnest():
            return _function_columns(source, source.alias, scope)
        case _:
            return None


def _function_columns(function: exp.Expr, alias: str, scope: _Scope) -> Columns | None:
    """A function in FROM: one column named as its alias, else as itself; WITH ORDINALITY adds a bigint."""
    match function:
        case exp.Unnest(expressions=arrays):
            columns = [OutputColumn(alias or "unnest", _element(scope.type_of(array))) for array in arrays]
            offset = function.args.get("offset")
            if offset is not None:
                name = offset.name if isinstance(offset, exp.Expr) else "ordinality"
                columns.append(OutputColumn(name, _INT8))
            return tuple(columns)
        case exp.Anonymous(this="pg_get_keywords"):
            return tuple(OutputColumn(name, _TEXT) for name in ("word", "catcode", "barelabel", "catdesc", "baredesc"))
        case exp.Anonymous():
            return (OutputColumn(alias or function.name.lower(), scope.type_of(function)),)
        case _:
            return (OutputColumn(alias or function.sql_name().lower(), scope.type_of(function)),)  # type: ignore[attr-defined]  # of exp.Func


def _element(array: DataType | None) -> DataType | None:
    if array is None or not array.dimensions:
        return None
    return replace(array, dimensions=0)


def _projected(projection: exp.Expr, scope: _Scope) -> Sequence[OutputColumn] | None:
    match projection:
        case exp.Star():
            return _starred(scope)
        case exp.Column(this=exp.Star()):
            source = next((source for source in scope.sources if source.alias == projection.table), None)
            if source is None or source.columns is None:
                return None
            return [replace(column, source=source.alias) for column in source.columns if not column.is_hidden]
        case _:
            return (OutputColumn(output_name(projection), scope.type_of(projection)),)


def _starred(scope: _Scope) -> Sequence[OutputColumn] | None:
    if any(source.columns is None for source in scope.sources):
        return None
    merged = {name for source in scope.sources for name in source.merged}
    first = [found for name in _in_order(merged, scope) if (found := scope.find_column("", name)) is not None]
    rest = [
        replace(column, source=source.alias)
        for source in scope.sources
        for column in source.columns or ()
        if not column.is_hidden and column.name not in merged
    ]
    return [*first, *rest]


def _in_order(names: set[str], scope: _Scope) -> Sequence[str]:
    ordered = [column.name for source in scope.sources for column in source.columns or () if column.name in names]
    return list(dict.fromkeys(ordered))


def output_name(projection: exp.Expr) -> str:
    """The name under which a query around this one finds the column."""
    match projection:
        case exp.Cast():
            return output_name(projection.this)
        case exp.Dot() if isinstance(projection.expression, exp.Anonymous):
            return projection.expression.name.lower()
        case exp.Anonymous():
            return projection.name.lower()
        case exp.Func() if not projection.alias_or_name:
            return projection.sql_name().lower()
        case _:
            return projection.alias_or_name
