"""Expressions of a catalog query as DuckDB computes them."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from ormolu.sql_extensions.catalog.arrays import expanded, expanded_member, subscript, subscripts, with_arrays
from ormolu.sql_extensions.catalog.documents import JSON_FUNCTIONS, json_call
from ormolu.sql_extensions.catalog.functions import TEMPLATES
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from ormolu.sql_extensions.catalog.objects import cast_node, class_oid, is_text, object_oid, visible
from ormolu.sql_extensions.catalog.privileges import ACL_ROWS, FREE_PRIVILEGES, OF_RELATIONS, PRIVILEGES
from ormolu.sql_extensions.catalog.quantifiers import over_list
from ormolu.sql_extensions.catalog.session import CatalogNames
from ormolu.sql_extensions.catalog.sources import series
from ormolu.sql_extensions.catalog.templates import filled
from ormolu.sql_extensions.catalog.texts import formatted, is_pattern, matched
from ormolu.sql_extensions.expression_types import function_name

_BY_VISIBILITY = {
    "pg_table_is_visible": "(SELECT {visible} FROM pg_catalog._class_names WHERE _key = _1)",
    "pg_get_constraintdef": """
(SELECT CASE WHEN {visible} THEN _bare ELSE _value END FROM pg_catalog._constraint_texts WHERE _key = _1)
""",
    "pg_get_indexdef": """
(SELECT CASE WHEN _2 > 0 THEN list_extract(_columns, _2) WHEN {visible} THEN _bare ELSE _value END
 FROM pg_catalog._index_texts WHERE _key = _1)
""",
}


def bottom_up(tree: exp.Expr, rewrite: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Every node rewritten once, an argument before the function around it."""
    for node in reversed(list(tree.bfs())):
        new = rewrite(node)
        if new is not node:
            if node is tree:
                return new
            node.replace(new)
    return tree


def rewritten_expression(node: exp.Expr, names: CatalogNames) -> exp.Expr:
    match node:
        case exp.Cast():
            return cast_node(node, names)
        case exp.Func() if function_name(node) in JSON_FUNCTIONS:
            return _json(node)
        case exp.Bracket():
            return subscript(node)
        case exp.ExplodingGenerateSeries() | exp.Substring() | exp.Extract() | exp.BitString():
            return _in_its_form(node)
        case exp.Dot():
            return expanded_member(node)
        case exp.Anonymous() | exp.CurrentSchemas() | exp.CurrentSchema() | exp.CurrentDatabase() | exp.CurrentUser():
            return _function(node, names)
        case exp.CurrentVersion() | exp.CurrentCatalog() | exp.SessionUser() | exp.CurrentRole() | exp.Version():
            return _function(node, names)
        case exp.Like() | exp.ILike() if not isinstance(node.parent, exp.Escape):
            return over_list(node) if isinstance(node.expression, exp.Any | exp.All) else _with_escape(node)
        case exp.Filter():
            return _filtered(node)
        case exp.Format():
            return formatted(node.this, list(node.expressions))
        case exp.DPipe() if any(isinstance(side.unnest(), exp.Array) for side in (node.left, node.right)):
            return exp.func("list_concat", node.left.copy(), node.right.copy())
        case exp.EQ() | exp.NEQ() | exp.Coalesce() | exp.Any() | exp.All():
            return over_list(with_arrays(node))
        case exp.Binary():
            return over_list(node)
        case _:
            return node


def _in_its_form(node: exp.Expr) -> exp.Expr:
    """What DuckDB has too, but as a list, as a place in a text or as another kind of number."""
    match node:
        case exp.ExplodingGenerateSeries():
            return series(node)
        case exp.Substring() if is_pattern(node):
            return matched(node)
        case exp.Extract():
            return exp.Cast(this=node.copy(), to=exp.DataType.build("decimal(18,6)"))
        case exp.BitString():
            return exp.Literal.number(int(node.name, 2))
        case _:
            return node


def _json(node: exp.Expr) -> exp.Expr:
    """The call, but for an aggregate inside FILTER: its condition belongs to the list inside."""
    if isinstance(node.parent, exp.Filter):
        return node
    return json_call(function_name(node), list(node.expressions))


def _filtered(node: exp.Filter) -> exp.Expr:
    name = function_name(node.this)
    if name not in JSON_FUNCTIONS:
        return node
    return json_call(name, list(node.this.expressions), node.expression.copy())


def _with_escape(node: exp.Binary) -> exp.Expr:
    """PostgreSQL's LIKE escapes with a backslash, DuckDB's with nothing."""
    pattern = node.expression
    if isinstance(pattern, exp.Literal) and "\\" not in pattern.name:
        return node
    return exp.Escape(this=node.copy(), expression=exp.Literal.string("\\"))


def _function(node: exp.Expr, names: CatalogNames) -> exp.Expr:
    name = function_name(node)
    arguments = list(node.expressions)
    value = _session_value(name, names)
    if value is not None:
        return value
    match name:
        case "currentschemas" | "current_schemas":
            return _current_schemas(node, names)
        case "to_regclass":
            found = exp.paren(class_oid(arguments[0], names))
            found.meta["reg"] = "regclass"
            return found
        case "pg_partition_ancestors" | "pg_partition_root":
            return exp.Cast(this=arguments[0], to=exp.DataType.build("bigint"))
        case "generate_subscripts":
            return subscripts(arguments[0])
        case "format":
            return formatted(arguments[0], arguments[1:])
        case "aclexplode":
            return exp.Explode(this=filled(ACL_ROWS, arguments))
        case "current_setting" if isinstance(arguments[0], exp.Literal):
            return _setting(arguments, names)
        case "age" if not _is_transaction(arguments):
            return node
        case "_pg_expandarray":
            return expanded(arguments[0])
        case "obj_description" | "shobj_description" if len(arguments) == 2:
            catalog = exp.Literal.number(SYSTEM_RELATIONS.get(arguments[1].name, 0))
            return filled(TEMPLATES[name][2], [arguments[0], catalog])
        case _:
            return _from_template(node, name, arguments, names)


# Functions that take a relation, by OID or name.
OF_CLASS = frozenset(
    {"pg_relation_size", "pg_table_size", "pg_total_relation_size", "pg_indexes_size", "pg_relation_filenode"}
    | {"pg_get_viewdef", "row_security_active"}
)
# Columns that hold a transaction's number.
_TRANSACTIONS = frozenset(
    {"xmin", "xmax", "relfrozenxid", "datfrozenxid", "backend_xid", "backend_xmin", "transactionid", "catalog_xmin"}
)


def _is_transaction(arguments: list[exp.Expr]) -> bool:
    """Whether age() is that of a transaction, not of a moment."""
    if len(arguments) != 1:
        return False
    inner = arguments[0].unnest()
    if isinstance(inner, exp.Cast):
        return inner.to.is_type("bigint")
    return isinstance(inner, exp.Column) and inner.name in _TRANSACTIONS


def _setting(arguments: list[exp.Expr], names: CatalogNames) -> exp.Expr:
    """A setting's value; 42704 where there is none, unless the second argument allows that."""
    known = {name.lower(): value for name, value in names.settings}
    value = known.get(arguments[0].name.lower())
    if value is not None:
        return exp.cast(exp.Literal.string(value), "text")
    return filled(TEMPLATES["current_setting"][2], arguments)


def _session_value(name: str, names: CatalogNames) -> exp.Expr | None:
    """What a function without arguments says about the session; None for any other function."""
    match name:
        case "currentschema" | "current_schema":
            return exp.cast(exp.Literal.string(names.search_path[0]), "text") if names.search_path else exp.Null()
        case "currentdatabase" | "current_database" | "currentcatalog":
            return exp.cast(exp.Literal.string(names.database), "text")
        case "currentuser" | "current_user" | "sessionuser" | "currentrole":
            return exp.cast(exp.Literal.string(names.current_user), "text")
        case "version" | "currentversion":
            return exp.cast(exp.Literal.string(names.version), "text")
        case "pg_backend_pid":
            return exp.cast(exp.Literal.number(names.process_id), "integer")
        case "pg_postmaster_start_time" | "pg_conf_load_time":
            started = exp.Null() if names.started_at is None else exp.Literal.string(names.started_at.isoformat())
            return exp.cast(started, "timestamptz")
        case _:
            return None


def _from_template(node: exp.Expr, name: str, arguments: list[exp.Expr], names: CatalogNames) -> exp.Expr:
    if name in FREE_PRIVILEGES:
        return exp.true()
    if name == "has_column_privilege":
        name, arguments = "has_table_privilege", [*arguments[:-2], arguments[-1]]
    if name in PRIVILEGES:
        count, template = PRIVILEGES[name]
        role = [exp.Literal.string(names.current_user)] if len(arguments) == count else [arguments.pop(0)]
        if name in OF_RELATIONS:
            arguments[0] = object_oid(arguments[0], "regclass", names)
        return filled(template, [*role, *arguments])
    if name in _BY_VISIBILITY and (name != "pg_get_indexdef" or arguments[2:] == [exp.true()]):
        return filled(_BY_VISIBILITY[name].format(visible=visible(names)), arguments)
    if name in OF_CLASS and arguments and is_text(arguments[0].unnest()):
        arguments[0] = object_oid(arguments[0], "regclass", names)
    templates = TEMPLATES.get(name, {})
    template = templates.get(len(arguments), templates.get(None, ""))
    return filled(template, arguments) if template else node


def _current_schemas(node: exp.Expr, names: CatalogNames) -> exp.Expr:
    argument = node.this if isinstance(node, exp.CurrentSchemas) else node.expressions[0]
    is_whole = isinstance(argument, exp.Boolean) and bool(argument.this)
    schemas = [*(["pg_catalog"] if is_whole else []), *names.search_path]
    return exp.cast(exp.array(*(exp.Literal.string(schema) for schema in schemas)), "text[]")
