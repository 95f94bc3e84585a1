"""Queries over PostgreSQL's system catalogs, rewritten to what DuckDB can run over our tables of the same names.

The rewrite keeps the result's names. It takes the tree as PostgreSQL's parser gives it and leaves tables
of pg_catalog and information_schema as they are named, for `bind_query` to resolve.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.errors import FeatureNotSupported
from ormolu.sql_extensions.catalog.casts import OPERATORS, array_literal, named_type, plain_type
from ormolu.sql_extensions.catalog.functions import (
    CATALOG_FUNCTIONS,
    FREE_PRIVILEGES,
    NAMES,
    PRIVILEGES,
    TEMPLATES,
    filled,
)
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS, SYSTEM_SCHEMAS
from ormolu.sql_extensions.expression_types import function_name
from ormolu.sql_extensions.result_types import FindRelation, output_name, refined_types
from ormolu.sql_extensions.types import DataType

__all__ = ["CATALOG_FUNCTIONS", "CatalogNames", "names_catalog", "rewrite_catalog_query"]

_REG_TYPES = frozenset(
    {"regclass", "regproc", "regprocedure", "regoper", "regoperator", "regtype", "regrole", "regnamespace"}
    | {"regcollation"}
)
_CLASS = "CASE WHEN {visible} THEN _name ELSE concat(_schema, '.', _name) END"
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
_VECTOR = re.compile(r"(indkey|indoption|indclass|indcollation|proargtypes)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CatalogNames:
    """What a catalog query may ask of its session; `search_path` is without the implicit pg_catalog."""

    search_path: Sequence[str] = ("gold", "silver", "bronze")
    current_user: str = ""
    database: str = ""
    version: str = ""
    process_id: int = 0


_TRIGGERS = CATALOG_FUNCTIONS - {
    *("current_schema", "current_schemas", "array_upper", "array_lower", "json_build_object", "quote_ident"),
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
            case exp.Cast() if (plain_type(node.to) or "") in _REG_TYPES:
                return True
            case _:
                pass
    return False


def rewrite_catalog_query(tree: exp.Expr, names: CatalogNames, find_relation: FindRelation | None = None) -> exp.Expr:
    """The query over catalog tables and DuckDB's functions; the tree that is given stays as it is.

    With `find_relation`, columns of the result whose type is an object's OID or a vector come out as text.
    """
    types = refined_types(tree, find_relation) if find_relation is not None else ()
    tree = tree.copy()
    _name_outputs(tree)
    _show_as_text(tree, types)
    tree = _bottom_up(tree, _without_qualifier)
    _qualify_tables(tree)
    tree = _bottom_up(tree, _rewritten_table)
    return _bottom_up(tree, lambda node: _rewritten_node(node, names))


# --- names of the result ------------------------------------------------------------------------------------------


def _name_outputs(tree: exp.Expr) -> None:
    """Write the name of every output column down before its expression changes."""
    for select in list(tree.find_all(exp.Select)):
        for projection in list(select.expressions):
            name = output_name(projection)
            if name and not isinstance(projection, exp.Alias | exp.Column) and not projection.is_star:
                projection.replace(exp.alias_(projection.copy(), name, quoted=True))
            elif isinstance(projection, exp.Alias) and isinstance(projection.this, exp.Null) and not _is_member(select):
                projection.set("this", exp.cast(exp.Null(), "text"))


def _is_member(select: exp.Select) -> bool:
    """Whether a set operation gives the select's NULLs their type."""
    parent = select.parent
    while isinstance(parent, exp.Paren | exp.Subquery):
        parent = parent.parent
    return isinstance(parent, exp.SetOperation)


def _show_as_text(tree: exp.Expr, types: Sequence[DataType | None]) -> None:
    for select in _members(tree):
        projections = list(select.expressions)
        if len(projections) != len(types) or any(projection.is_star for projection in projections):
            continue
        for projection, kind in zip(projections, types, strict=True):
            if kind is not None and not kind.dimensions:
                _wrap(projection, kind.scalar.name)


def _wrap(projection: exp.Expr, kind: str) -> None:
    inner = projection.this if isinstance(projection, exp.Alias) else projection
    if kind in _REG_TYPES:
        named = exp.Cast(this=inner.copy(), to=named_type(kind))
        shown: exp.Expr = exp.Cast(this=named, to=exp.DataType.build("text"))
    elif kind == "text" and isinstance(inner, exp.Null):
        shown = exp.cast(inner.copy(), "text")
    elif kind.endswith("vector"):
        shown = exp.func("array_to_string", inner.copy(), exp.Literal.string(" "))
    else:
        return
    name = projection.alias_or_name
    projection.replace(exp.alias_(shown, name, quoted=True) if name else shown)


def _members(tree: exp.Expr) -> Sequence[exp.Select]:
    """The selects whose rows are the result: one, or those of a set operation."""
    match tree:
        case exp.Select():
            return [tree]
        case exp.SetOperation():
            return [*_members(tree.left), *_members(tree.right)]
        case exp.Subquery():
            return _members(tree.this)
        case _:
            return []


# --- names of the catalog -------------------------------------------------------------------------------------------


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


def _qualify_tables(tree: exp.Expr) -> None:
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


def _rewritten_table(node: exp.Expr) -> exp.Expr:
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
        number = _positions(function.this) if isinstance(function, exp.Explode) else exp.Literal.number(1)
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
        exp.alias_(_positions(array), number, quoted=True),
    )
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(alias.name if alias else "unnest")))


# --- expressions ----------------------------------------------------------------------------------------------------


def _bottom_up(tree: exp.Expr, rewrite: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Every node rewritten once, an argument before the function around it."""
    for node in reversed(list(tree.bfs())):
        new = rewrite(node)
        if new is not node:
            if node is tree:
                return new
            node.replace(new)
    return tree


def _rewritten_node(node: exp.Expr, names: CatalogNames) -> exp.Expr:
    match node:
        case exp.Cast():
            return _cast(node, names)
        case exp.Bracket():
            return _subscript(node)
        case exp.Dot():
            return _expanded_member(node)
        case exp.Anonymous() | exp.CurrentSchemas() | exp.CurrentSchema() | exp.CurrentDatabase() | exp.CurrentUser():
            return _function(node, names)
        case exp.CurrentCatalog() | exp.SessionUser() | exp.CurrentRole() | exp.Version():
            return _function(node, names)
        case exp.Like() | exp.ILike() if not isinstance(node.parent, exp.Escape):
            return _with_escape(node)
        case exp.DPipe() if any(isinstance(side.unnest(), exp.Array) for side in (node.left, node.right)):
            return exp.func("list_concat", node.left.copy(), node.right.copy())
        case exp.EQ() | exp.NEQ() | exp.Coalesce() | exp.Any() | exp.All():
            return _with_arrays(node)
        case _:
            return node


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
            return _class_oid(arguments[0], names)
        case "pg_partition_ancestors" | "pg_partition_root":
            return exp.Cast(this=arguments[0], to=exp.DataType.build("bigint"))
        case "generate_subscripts":
            return _subscripts(arguments[0])
        case "json_build_object":
            return exp.Anonymous(this="json_object", expressions=arguments)
        case "_pg_expandarray":
            return _expanded(arguments[0])
        case "obj_description" | "shobj_description" if len(arguments) == 2:
            catalog = exp.Literal.number(SYSTEM_RELATIONS.get(arguments[1].name, 0))
            return filled(TEMPLATES[name][2], [arguments[0], catalog])
        case _:
            return _from_template(node, name, arguments, names)


def _session_value(name: str, names: CatalogNames) -> exp.Expr | None:
    """What a function without arguments says about the session; None for any other function."""
    match name:
        case "currentschema" | "current_schema":
            return exp.cast(exp.Literal.string(names.search_path[0]), "text") if names.search_path else exp.Null()
        case "currentdatabase" | "current_database" | "currentcatalog":
            return exp.cast(exp.Literal.string(names.database), "text")
        case "currentuser" | "current_user" | "sessionuser" | "currentrole":
            return exp.cast(exp.Literal.string(names.current_user), "text")
        case "version":
            return exp.cast(exp.Literal.string(names.version), "text")
        case "pg_backend_pid":
            return exp.cast(exp.Literal.number(names.process_id), "integer")
        case _:
            return None


def _from_template(node: exp.Expr, name: str, arguments: list[exp.Expr], names: CatalogNames) -> exp.Expr:
    if name in FREE_PRIVILEGES:
        return exp.true()
    if name == "has_column_privilege":
        name, arguments = "has_table_privilege", [*arguments[:-2], arguments[-1]]
    if name in PRIVILEGES:
        count, template = PRIVILEGES[name]
        role = [exp.Literal.string(names.current_user)] if len(arguments) == count else []
        return filled(template, [*role, *arguments])
    if name in _BY_VISIBILITY and (name != "pg_get_indexdef" or arguments[2:] == [exp.true()]):
        return filled(_BY_VISIBILITY[name].format(visible=_visible(names)), arguments)
    templates = TEMPLATES.get(name, {})
    template = templates.get(len(arguments), templates.get(None, ""))
    return filled(template, arguments) if template else node


def _current_schemas(node: exp.Expr, names: CatalogNames) -> exp.Expr:
    argument = node.this if isinstance(node, exp.CurrentSchemas) else node.expressions[0]
    is_whole = isinstance(argument, exp.Boolean) and bool(argument.this)
    schemas = [*(["pg_catalog"] if is_whole else []), *names.search_path]
    return exp.cast(exp.array(*(exp.Literal.string(schema) for schema in schemas)), "text[]")


def _visible(names: CatalogNames) -> str:
    """Whether the relation of a row of _class_names is the first of its name on the search path."""
    path = ["pg_catalog", *(schema for schema in names.search_path if schema != "pg_catalog")]
    case = exp.Case()
    for schema in path:
        literal = exp.Literal.string(schema)
        case = case.when(
            exp.func("list_contains", exp.column("_schemas"), literal), exp.column("_schema").eq(literal.copy())
        )
    return str(case.else_(exp.false()).sql(dialect="duckdb"))


def _subscripts(array: exp.Expr) -> exp.Expr:
    first = 0 if _is_vector(array) else 1
    length = exp.func("len", array.copy())
    end = length if first == 0 else exp.Add(this=length, expression=exp.Literal.number(1))
    return exp.Explode(this=exp.Anonymous(this="range", expressions=[exp.Literal.number(first), end]))


def _is_vector(array: exp.Expr) -> bool:
    return isinstance(array, exp.Column) and _VECTOR.search(array.name) is not None


def _positions(array: exp.Expr) -> exp.Expr:
    end = exp.Add(this=exp.func("len", array.copy()), expression=exp.Literal.number(1))
    return exp.Explode(this=exp.Anonymous(this="range", expressions=[exp.Literal.number(1), end]))


def _expanded(array: exp.Expr) -> exp.Expr:
    """information_schema._pg_expandarray: a row (x, n) for each element."""
    fields = [
        exp.PropertyEQ(this=exp.to_identifier("x"), expression=exp.Explode(this=array.copy())),
        exp.PropertyEQ(this=exp.to_identifier("n"), expression=_positions(array)),
    ]
    return exp.Struct(expressions=fields)


def _expanded_member(node: exp.Dot) -> exp.Expr:
    inner = node.this.unnest()
    if isinstance(inner, exp.Struct) and len(inner.expressions) == 2:
        members = {field.this.name: field.expression for field in inner.expressions}
        found = members.get(node.expression.name)
        return node if found is None else found.copy()
    return node


def _subscript(node: exp.Bracket) -> exp.Expr:
    """An int2vector counts from 0; sqlglot keeps subscripts as if from 0 and adds 1 for DuckDB."""
    if not _is_vector(node.this) or len(node.expressions) != 1:
        return node
    index = exp.Add(this=exp.paren(node.expressions[0].copy()), expression=exp.Literal.number(1))
    return exp.Bracket(this=node.this.copy(), expressions=[index])


def _with_arrays(node: exp.Expr) -> exp.Expr:
    """`'{0}'` beside a column: PostgreSQL reads it as an array."""
    inner = [each.unnest() for each in node.iter_expressions()]
    for literal in [each for each in inner if isinstance(each, exp.Literal) and each.is_string]:
        found = array_literal(literal.name)
        if found is not None:
            literal.replace(found)
    return node


# --- casts ---------------------------------------------------------------------------------------------------------


def _cast(node: exp.Cast, names: CatalogNames) -> exp.Expr:
    target = plain_type(node.to)
    if target is None:
        return node
    if target.endswith("[]") and isinstance(node.this, exp.Literal) and node.this.is_string:
        array = array_literal(node.this.name)
        node = node if array is None else exp.Cast(this=array, to=node.to.copy())
    if target in _REG_TYPES:
        return _kept(node, target, names)
    if target in ("text", "varchar", "name") and (kind := _noted(node.this)) is not None:
        return _name_of(node.this, kind, names)
    if target == "oid" or target in ("xid", "cid"):
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build("bigint"))
    is_named = isinstance(node.to, exp.DataType) and node.to.this == exp.DType.USERDEFINED
    if is_named or node.to.find(exp.Dot) is not None:
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build(_engine_type(target), dialect="postgres"))
    return node


def _engine_type(target: str) -> str:
    """The type in queries of one that only the catalogs have."""
    element = target.removesuffix("[]")
    if element in _REG_TYPES or element in ("oid", "xid", "cid"):
        element = "bigint"
    elif element in ('"char"', "name"):
        element = "text"
    return element + target[len(target.removesuffix("[]")) :]


def _kept(node: exp.Cast, target: str, names: CatalogNames) -> exp.Expr:
    """The OID; that it is of a reg* type stays noted on the tree, for a cast to text around it."""
    oid = exp.paren(_object_oid(node.this.copy(), target, names))
    oid.meta["reg"] = target
    return oid


def _noted(value: exp.Expr) -> str | None:
    """The reg* type that the value was cast to."""
    while isinstance(value, exp.Paren) and "reg" not in value.meta:
        value = value.this
    kind = value.meta.get("reg")
    return None if kind is None else str(kind)


def _object_oid(value: exp.Expr, target: str, names: CatalogNames) -> exp.Expr:
    inner = value.unnest()
    if isinstance(inner, exp.Literal) and inner.is_string and not inner.name.isdigit():
        name = inner.name.removeprefix("pg_catalog.")
        if target == "regclass":
            known = SYSTEM_RELATIONS.get(name)
            return _class_oid(inner, names) if known is None else exp.Literal.number(known)
        template = TEMPLATES[f"to_{target}"][1]
        return filled(template, [exp.Literal.string(name)])
    if isinstance(inner, exp.Cast) and plain_type(inner.to) in ("text", "varchar", "name"):
        return _class_oid(inner, names) if target == "regclass" else filled(TEMPLATES[f"to_{target}"][1], [inner])
    return exp.Cast(this=value, to=exp.DataType.build("bigint"))


def _class_oid(name: exp.Expr, names: CatalogNames) -> exp.Expr:
    """The OID of a relation by its name as it is written in SQL: with its schema, or found on the search path."""
    template = (
        f"(SELECT min(_key) FROM pg_catalog._class_names WHERE concat(_schema, '.', _name) = replace(_1, '\"', '') "  # noqa: S608
        f"OR (_name = replace(_1, '\"', '') AND {_visible(names)}))"
    )
    return filled(template, [name])


def _name_of(oid: exp.Expr, kind: str, names: CatalogNames) -> exp.Expr:
    if kind == "regclass":
        shown = _CLASS.format(visible=_visible(names))
        template = f"coalesce((SELECT {shown} FROM pg_catalog._class_names WHERE _key = _1), CAST(_1 AS VARCHAR))"  # noqa: S608
        return filled(template, [oid.copy()])
    return filled(NAMES[kind], [oid.copy()])
