"""Queries over PostgreSQL's system catalogs, rewritten to what DuckDB can run over our tables of the same names.

The rewrite keeps the result's names. It takes the tree as PostgreSQL's parser gives it and leaves tables
of pg_catalog and information_schema as they are named, for `bind_query` to resolve.
"""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import FeatureNotSupported
from ormolu.sql_extensions.catalog.casts import OPERATORS, REG_TYPES, plain_type
from ormolu.sql_extensions.catalog.documents import JSON_FUNCTIONS
from ormolu.sql_extensions.catalog.expressions import bottom_up, rewritten_expression
from ormolu.sql_extensions.catalog.functions import CATALOG_FUNCTIONS
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS, SYSTEM_SCHEMAS
from ormolu.sql_extensions.catalog.objects import FROM_TEXT
from ormolu.sql_extensions.catalog.outputs import name_outputs, show_as_text
from ormolu.sql_extensions.catalog.privileges import OF_RELATIONS
from ormolu.sql_extensions.catalog.sequence import put_in_sequence
from ormolu.sql_extensions.catalog.session import CatalogNames
from ormolu.sql_extensions.catalog.sources import is_cte, qualify_tables, rewritten_source
from ormolu.sql_extensions.catalog.texts import TEXTS
from ormolu.sql_extensions.result_types import FindRelation, result_columns

__all__ = ["CATALOG_FUNCTIONS", "CatalogNames", "names_catalog", "rewrite_catalog_query"]


# Functions of any query: they alone make no query one over the catalogs.
_ORDINARY = frozenset(TEXTS) | JSON_FUNCTIONS
_TRIGGERS = CATALOG_FUNCTIONS - {
    *_ORDINARY,
    *("current_schema", "current_schemas", "array_upper", "array_lower", "format", "age", "current_query"),
    *("pg_size_pretty", "generate_subscripts", "pg_is_in_recovery", "current_setting", "array_remove"),
}


def names_catalog(tree: exp.Expr) -> bool:
    """Whether the query reads a system catalog, calls one of its functions, or names an object by a reg* type."""
    for node in tree.walk():
        match node:
            case exp.Table() if node.db.lower() in SYSTEM_SCHEMAS and isinstance(node.this, exp.Identifier):
                return True
            case exp.Table() if not node.db and node.name.lower() in SYSTEM_RELATIONS and not is_cte(node):
                return True
            case exp.Operator():
                return True
            case exp.Anonymous() if node.name.lower() in _TRIGGERS:
                return True
            case exp.Cast() if (plain_type(node.to) or "") in REG_TYPES:
                return True
            case _:
                pass
    return False


def rewrite_catalog_query(tree: exp.Expr, names: CatalogNames, find_relation: FindRelation | None = None) -> exp.Expr:
    """The query over catalog tables and DuckDB's functions; the tree that is given stays as it is.

    With `find_relation`, columns of the result whose type is an object's OID or a vector come out as text.
    """
    columns = result_columns(tree, find_relation) if find_relation is not None else None
    tree = tree.copy()
    if find_relation is not None:
        _note_texts(tree, find_relation)
    name_outputs(tree)
    show_as_text(tree, columns or ())
    tree = bottom_up(tree, _without_qualifier)
    qualify_tables(tree)
    put_in_sequence(tree)
    tree = bottom_up(tree, rewritten_source)
    return bottom_up(tree, lambda node: rewritten_expression(node, names))


def _note_texts(tree: exp.Expr, find_relation: FindRelation) -> None:
    """Note on columns that are cast to an object's OID whether they hold its name."""
    casts = [cast.this for cast in tree.find_all(exp.Cast) if (plain_type(cast.to) or "") in REG_TYPES]
    columns = [value.unnest() for value in casts if isinstance(value.unnest(), exp.Column)]
    columns += [argument for call in tree.find_all(exp.Anonymous) for argument in call.expressions
                if call.name.lower() in OF_RELATIONS and isinstance(argument, exp.Column)]  # fmt: skip
    if not columns:
        return
    sources = [table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    found = [relation for table in sources if not is_cte(table) and (relation := find_relation(table)) is not None]
    for column in columns:
        kinds = {of.type.scalar.name for relation in found if (of := relation.find_column(column.name)) is not None}
        if kinds and kinds <= {"name", "text", "varchar"}:
            column.meta[FROM_TEXT] = True


def _without_qualifier(node: exp.Expr) -> exp.Expr:
    """`pg_catalog.f(x)` is f(x), `pg_catalog.pg_class.relname` is pg_class.relname."""
    match node:
        case exp.Dot(this=exp.Identifier(this=str() as schema), expression=exp.Func() as function):
            return function if schema.lower() in SYSTEM_SCHEMAS else node
        case exp.Column() if node.db.lower() in SYSTEM_SCHEMAS:
            return exp.Column(this=node.this, table=node.args["table"])
        case exp.Table(this=exp.Func()) if node.db.lower() in SYSTEM_SCHEMAS:
            node.set("db", None)
            return node
        case exp.Operator():
            return _operator(node)
        case exp.Collate():
            inner: exp.Expr = node.this
            return inner
        case _:
            return node


def _operator(node: exp.Operator) -> exp.Expr:
    symbol = str(node.args["operator"]).strip().rpartition(".")[2]
    build = OPERATORS.get(symbol)
    if build is None:
        raise FeatureNotSupported(f"operator {symbol} is not supported in OPERATOR()")
    return exp.paren(build(node.this, node.expression))
