"""What a catalog query reads: relations of pg_catalog under their full names, and functions in FROM."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.catalog.arrays import positions
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from ormolu.sql_extensions.expression_types import function_name


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
    if isinstance(node, exp.Unnest) and isinstance(node.parent, exp.From | exp.Join | exp.Lateral):
        return _numbered(node)
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Func):
        return node
    function, alias = node.this, node.args.get("alias")
    name = function_name(function)
    if name == "pg_get_keywords":
        return exp.Table(this=exp.to_identifier("_keywords"), db=exp.to_identifier("pg_catalog"), alias=alias)
    if name == "explodinggenerateseries":
        bounds = [function.args["start"], function.args["end"]]
        function = exp.Explode(this=exp.func("generate_series", *bounds))
    columns = [] if alias is None else list(alias.args.get("columns") or ())
    only = alias.this.name if alias is not None and alias.this is not None else name
    select = exp.select(exp.alias_(function.copy(), columns[0].name if columns else only))
    if len(columns) > 1:  # WITH ORDINALITY
        number = positions(function.this) if isinstance(function, exp.Explode) else exp.Literal.number(1)
        select = select.select(exp.alias_(number, columns[1].name))
    return exp.Subquery(this=select, alias=alias)


def _numbered(node: exp.Unnest) -> exp.Expr:
    """unnest(...) WITH ORDINALITY AS t(x, n) as a subquery; without ORDINALITY it stays."""
    offset = node.args.get("offset")
    if offset is None or len(node.expressions) != 1:
        return node
    array, alias = node.expressions[0], node.args.get("alias")
    columns = [] if alias is None else list(alias.args.get("columns") or ())
    number = offset.name if isinstance(offset, exp.Expr) else "ordinality"
    value = columns[0].name if columns else (alias.name if alias is not None else "unnest")
    select = exp.select(
        exp.alias_(exp.Explode(this=array.copy()), value, quoted=True),
        exp.alias_(positions(array), number, quoted=True),
    )
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(alias.name if alias else "unnest")))
