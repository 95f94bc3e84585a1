"""Objects by their OID, name and reg* type."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.catalog.casts import REG_TYPES, array_literal, plain_type
from ormolu.sql_extensions.catalog.functions import NAMES, TEMPLATES, filled
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from ormolu.sql_extensions.catalog.session import CatalogNames

_CLASS = "CASE WHEN {visible} THEN _name ELSE concat(_schema, '.', _name) END"


def visible(names: CatalogNames) -> str:
    """Whether the relation of a row of _class_names is the first of its name on the search path."""
    path = ["pg_catalog", *(schema for schema in names.search_path if schema != "pg_catalog")]
    case = exp.Case()
    for schema in path:
        literal = exp.Literal.string(schema)
        case = case.when(
            exp.func("list_contains", exp.column("_schemas"), literal), exp.column("_schema").eq(literal.copy())
        )
    return str(case.else_(exp.false()).sql(dialect="duckdb"))


def cast_node(node: exp.Cast, names: CatalogNames) -> exp.Expr:
    target = plain_type(node.to)
    if target is None:
        return node
    if target.endswith("[]") and isinstance(node.this, exp.Literal) and node.this.is_string:
        array = array_literal(node.this.name)
        node = node if array is None else exp.Cast(this=array, to=node.to.copy())
    if target in REG_TYPES:
        return _kept(node, target, names)
    if target in ("text", "varchar", "name") and (kind := _noted(node.this)) is not None:
        return _name_of(node.this, kind, names)
    if target == "oid" or target in ("xid", "cid"):
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build("bigint"))
    is_named = isinstance(node.to, exp.DataType) and node.to.this in (exp.DType.USERDEFINED, exp.DType.NAME)
    if is_named or node.to.find(exp.Dot) is not None:
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build(_engine_type(target), dialect="postgres"))
    return node


def _engine_type(target: str) -> str:
    """The type in queries of one that only the catalogs have."""
    element = target.removesuffix("[]")
    if element in REG_TYPES or element in ("oid", "xid", "cid"):
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
            return class_oid(inner, names) if known is None else exp.Literal.number(known)
        template = TEMPLATES[f"to_{target}"][1]
        return filled(template, [exp.Literal.string(name)])
    if isinstance(inner, exp.Cast) and plain_type(inner.to) in ("text", "varchar", "name"):
        return class_oid(inner, names) if target == "regclass" else filled(TEMPLATES[f"to_{target}"][1], [inner])
    return exp.Cast(this=value, to=exp.DataType.build("bigint"))


def class_oid(name: exp.Expr, names: CatalogNames) -> exp.Expr:
    """The OID of a relation by its name as it is written in SQL: with its schema, or found on the search path."""
    template = (
        f"(SELECT min(_key) FROM pg_catalog._class_names WHERE concat(_schema, '.', _name) = replace(_1, '\"', '') "  # noqa: S608
        f"OR (_name = replace(_1, '\"', '') AND {visible(names)}))"
    )
    return filled(template, [name])


def _name_of(oid: exp.Expr, kind: str, names: CatalogNames) -> exp.Expr:
    if kind == "regclass":
        shown = _CLASS.format(visible=visible(names))
        template = f"coalesce((SELECT {shown} FROM pg_catalog._class_names WHERE _key = _1), CAST(_1 AS VARCHAR))"  # noqa: S608
        return filled(template, [oid.copy()])
    return filled(NAMES[kind], [oid.copy()])
