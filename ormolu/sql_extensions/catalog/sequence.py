"""The order of rows where a query says none: a table's columns as they were made, which clients rely on."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

# Relation -> what its rows follow.
_SEQUENCES = {
    "pg_attribute": ("attrelid", "attnum"),
    "columns": ("table_schema", "table_name", "ordinal_position"),
    "key_column_usage": ("constraint_schema", "constraint_name", "ordinal_position"),
}
_AGGREGATES = frozenset(
    {"json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "bool_and", "bool_or", "every", "list"}
)


def put_in_sequence(tree: exp.Expr) -> None:
    """Order a query over columns that says no order itself."""
    if not isinstance(tree, exp.Select) or any(tree.args.get(key) for key in ("order", "distinct", "group")):
        return
    if any(_is_aggregate(node) for projection in tree.expressions for node in projection.walk()):
        return
    table = next((table for table in _tables(tree) if table.name in _SEQUENCES), None)
    if table is not None:
        source = exp.to_identifier(table.alias_or_name, quoted=True)
        keys = [exp.column(key, table=source.copy()) for key in _SEQUENCES[table.name]]
        tree.order_by(*keys, copy=False)


def _tables(select: exp.Select) -> Iterator[exp.Table]:
    clause = select.args.get("from_")
    sources = [*([] if clause is None else [clause.this]), *(join.this for join in select.args.get("joins") or ())]
    for source in sources:
        if isinstance(source, exp.Table) and source.db in ("pg_catalog", "information_schema"):
            yield source


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.AggFunc) or (isinstance(node, exp.Anonymous) and node.name.lower() in _AGGREGATES)
