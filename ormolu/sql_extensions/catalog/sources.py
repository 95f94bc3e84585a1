"""What a catalog query reads: relations of pg_catalog under their full names, and functions in FROM."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.sql_extensions.catalog.arrays import positions
from ormolu.sql_extensions.catalog.documents import ELEMENTS
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from ormolu.sql_extensions.catalog.privileges import ACL_FIELDS, ACL_ROWS
from ormolu.sql_extensions.catalog.templates import filled
from ormolu.sql_extensions.expression_types import function_name

# Functions whose rows are a relation's.
_RELATIONS = {
    "pg_get_keywords": "_keywords",
    "ts_token_type": "_token_types",
    "pg_show_all_settings": "pg_settings",
    "pg_timezone_names": "pg_timezone_names",
    "pg_timezone_abbrevs": "pg_timezone_abbrevs",
    "pg_lock_status": "pg_locks",
    "pg_cursor": "pg_cursors",
    "pg_available_extensions": "pg_available_extensions",
}
# Functions that have no rows here: neither options of foreign servers nor partitions.
_EMPTY = {
    "pg_options_to_table": {"option_name": "text", "option_value": "text"},
    "pg_partition_tree": {"relid": "bigint", "parentrelid": "bigint", "isleaf": "boolean", "level": "integer"},
}
TABLE_FUNCTIONS = frozenset(_RELATIONS) | frozenset(_EMPTY)


def qualify_tables(tree: exp.Expr) -> None:
    """A table without a schema that is a system relation's, and not a CTE, is that of pg_catalog."""
    for table in tree.find_all(exp.Table):
        name = table.name.lower()
        is_plain = not table.db and isinstance(table.this, exp.Identifier)
        if is_plain and name in SYSTEM_RELATIONS and not is_cte(table):
            table.set("db", exp.to_identifier("pg_catalog"))


def is_cte(table: exp.Table) -> bool:
    """Whether the name is that of a WITH query around the table."""
    ancestor: exp.Expr | None = table.parent
    while ancestor is not None:
        clause = ancestor.args.get("with_")
        if clause is not None and any(cte.alias == table.name for cte in clause.expressions):
            return True
        ancestor = ancestor.parent
    return False


def rewritten_source(node: exp.Expr) -> exp.Expr:
    """Functions in FROM that DuckDB has no table function for."""
    match node:
        case exp.Unnest() if isinstance(node.parent, exp.From | exp.Join | exp.Lateral):
            return _unnested(node)
        case exp.Lateral(this=exp.Func() as function):
            return _called(function, node)
        case exp.Table(this=exp.Func() as function):
            return _called(function, node)
        case _:
            return node


def _called(function: exp.Func, node: exp.Expr) -> exp.Expr:
    alias = node.args.get("alias")
    name = function_name(function)
    if name in _RELATIONS:
        relation = exp.to_identifier(_RELATIONS[name])
        return exp.Table(this=relation, db=exp.to_identifier("pg_catalog"), alias=alias or _alias(name))
    if name in _EMPTY:
        nulls = [exp.alias_(exp.cast(exp.null(), kind), column) for column, kind in _EMPTY[name].items()]
        return exp.Subquery(this=exp.select(*nulls).where(exp.false()), alias=alias or _alias(name))
    if name == "aclexplode":
        return exp.Subquery(this=_acl_rows(function.expressions[0]), alias=alias or _alias(name))
    if isinstance(function, exp.ExplodingGenerateSeries):
        function = series(function)
    columns = [] if alias is None else list(alias.args.get("columns") or ())
    only = alias.this.name if alias is not None and alias.this is not None else name
    if name in ELEMENTS and not columns and _names_value(node, only):
        columns = [exp.to_identifier("value")]
    select = exp.select(exp.alias_(function.copy(), columns[0].name if columns else only, quoted=True))
    if len(columns) > 1 or node.args.get("ordinality"):
        number = positions(function.this) if isinstance(function, exp.Explode) else exp.Literal.number(1)
        select = select.select(exp.alias_(number, columns[1].name if len(columns) > 1 else "ordinality", quoted=True))
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(only, quoted=True)))


def _names_value(node: exp.Expr, alias: str) -> bool:
    """Whether the query calls the elements by their own name, `value`, not by that of the row."""
    named = (column for column in node.root().find_all(exp.Column) if column.name == "value")
    return any(column.table in ("", alias) for column in named)


def series(function: exp.ExplodingGenerateSeries) -> exp.Explode:
    """generate_series() as rows."""
    bounds = [value for key in ("start", "end", "step") if (value := function.args.get(key)) is not None]
    return exp.Explode(this=exp.func("generate_series", *(bound.copy() for bound in bounds)))


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))


def _acl_rows(items: exp.Expr) -> exp.Select:
    """aclexplode(items) as a query: a row for each privilege of each item."""
    rows = exp.Explode(this=filled(ACL_ROWS, [items.copy()]))
    inner = exp.select(exp.alias_(rows, "_acl")).subquery("_exploded")
    fields = [
        exp.alias_(exp.Dot(this=exp.column("_acl", table="_exploded"), expression=exp.to_identifier(field)), field)
        for field in ACL_FIELDS
    ]
    return exp.select(*fields).from_(inner)


def _unnested(node: exp.Unnest) -> exp.Expr:
    """unnest(a, b) WITH ORDINALITY AS t(x, y, n) as a subquery; one array without ORDINALITY stays."""
    offset = node.args.get("offset")
    if offset is None and len(node.expressions) == 1:
        return node
    alias = node.args.get("alias")
    names = [] if alias is None else [column.name for column in alias.args.get("columns") or ()]
    name = alias.name if alias is not None else "unnest"
    only = name if len(node.expressions) == 1 else "unnest"
    values = [
        exp.alias_(exp.Explode(this=array.copy()), names[at] if at < len(names) else only, quoted=True)
        for at, array in enumerate(node.expressions)
    ]
    select = exp.select(*values)
    if offset is not None:
        number = offset.name if isinstance(offset, exp.Expr) and offset.name else "ordinality"
        select = select.select(exp.alias_(_positions_of(node.expressions), number, quoted=True))
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True)))


def _positions_of(arrays: Sequence[exp.Expr]) -> exp.Expr:
    """1, 2, ... for as many rows as the longest array gives."""
    if len(arrays) == 1:
        return positions(arrays[0])
    longest = exp.func("greatest", *(exp.func("len", array.copy()) for array in arrays))
    end = exp.Add(this=longest, expression=exp.Literal.number(1))
    return exp.Explode(this=exp.Anonymous(this="range", expressions=[exp.Literal.number(1), end]))
