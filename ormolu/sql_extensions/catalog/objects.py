"""Objects by their OID, name and reg* type."""

from __future__ import annotations

import re

from sqlglot import exp

from ormolu.sql_extensions.catalog.casts import REG_TYPES, array_literal, low_bits, plain_type
from ormolu.sql_extensions.catalog.functions import NAMES, TEMPLATES
from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from ormolu.sql_extensions.catalog.session import CatalogNames
from ormolu.sql_extensions.catalog.templates import filled
from ormolu.sql_extensions.expression_types import function_name

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
        return low_bits(node) if node.to.is_type("bit") else node
    if target in ("text[]", "varchar[]", "name[]") and (kind := _noted(node.this)) is not None:
        return _names_of(node.this, kind.removesuffix("[]"), names)
    if target.endswith("[]") and isinstance(node.this, exp.Literal) and node.this.is_string:
        array = array_literal(node.this.name)
        node = node if array is None else exp.Cast(this=array, to=node.to.copy())
    if target.removesuffix("[]") in REG_TYPES:
        return _kept(node, target, names)
    if target in ("text", "varchar", "name") and (kind := _noted(node.this)) is not None:
        return _name_of(node.this, kind, names)
    if target in ("oid", "xid", "cid"):
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build("bigint"))
    if target == "name":
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build("text"))
    is_named = isinstance(node.to, exp.DataType) and node.to.this == exp.DType.USERDEFINED
    if is_named or node.to.find(exp.Dot) is not None or target == "name[]":
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
    if target.endswith("[]"):
        oid = exp.paren(_oids(node.this, target.removesuffix("[]"), names))
    else:
        oid = exp.paren(object_oid(node.this.copy(), target, names))
    oid.meta["reg"] = target
    return oid


def _oids(value: exp.Expr, kind: str, names: CatalogNames) -> exp.Expr:
    """The OIDs of an array of objects."""
    inner = value.unnest()
    if isinstance(inner, exp.Array):
        return exp.array(*(object_oid(item.copy(), kind, names) for item in inner.expressions))
    return exp.Cast(this=value.copy(), to=exp.DataType.build("bigint[]"))


def _names_of(oids: exp.Expr, kind: str, names: CatalogNames) -> exp.Expr:
    """The names of an array of objects, in its order."""
    return filled(_EACH_NAME, [oids.copy(), _name_of(exp.column("_o"), kind, names)])


_EACH_NAME = """
CASE WHEN _1 IS NOT NULL THEN coalesce((SELECT list(_each._name ORDER BY _each._n) FROM (SELECT _2 AS _name, _n
    FROM (SELECT unnest(_1) AS _o, generate_subscripts(_1, 1) AS _n) AS _v) AS _each), []) END
"""


def _noted(value: exp.Expr) -> str | None:
    """The reg* type that the value was cast to."""
    while isinstance(value, exp.Paren) and "reg" not in value.meta:
        value = value.this
    kind = value.meta.get("reg")
    return None if kind is None else str(kind)


# What PostgreSQL says where there is no object of a name.
_MISSING = {
    "regclass": '42P01: relation "{}" does not exist',
    "regtype": '42704: type "{}" does not exist',
    "regproc": '42883: function "{}" does not exist',
    "regprocedure": '42883: function "{}" does not exist',
    "regoper": "42883: operator does not exist: {}",
    "regoperator": "42883: operator does not exist: {}",
    "regdictionary": '42704: text search dictionary "{}" does not exist',
    "regconfig": '42704: text search configuration "{}" does not exist',
    "regrole": '42704: role "{}" does not exist',
    "regnamespace": '3F000: schema "{}" does not exist',
    "regcollation": '42704: collation "{}" for encoding "UTF8" does not exist',
}
_TEXTUAL = frozenset(
    {"concat", "concatws", "format", "lower", "upper", "trim", "replace", "quote_ident", "regexpreplace"}
)
FROM_TEXT = "from_text"  # noted on a cast whose operand is a column of text


def object_oid(value: exp.Expr, target: str, names: CatalogNames) -> exp.Expr:
    """The OID of an object that is given by OID or by name; an error where no object has that name."""
    inner = value.unnest()
    if isinstance(inner, exp.Literal) and inner.is_string and not inner.name.isdigit():
        if inner.name == "-":
            return exp.Literal.number(0)
        found = _by_literal(inner, target, names)
        missing = exp.func("error", exp.Literal.string(_MISSING[target].format(inner.name)))
        return found if isinstance(found, exp.Literal) else _or_error(found, missing)
    if is_text(inner):
        found = class_oid(inner, names) if target == "regclass" else filled(TEMPLATES[f"to_{target}"][1], [inner])
        start, end = (exp.Literal.string(part) for part in _MISSING[target].split("{}"))
        return _or_error(found, exp.func("error", exp.func("concat", start, inner.copy(), end)), inner)
    return exp.Cast(this=value, to=exp.DataType.build("bigint"))


def _or_error(found: exp.Expr, error: exp.Expr, given: exp.Expr | None = None) -> exp.Expr:
    """The OID; where there is none, the error, but NULL for what is NULL."""
    failed: exp.Expr = exp.cast(error, "bigint")
    if given is not None:
        failed = exp.Case().when(exp.not_(exp.Is(this=given.copy(), expression=exp.Null())), failed)
    return exp.Coalesce(this=found, expressions=[failed])


def _by_literal(literal: exp.Literal, target: str, names: CatalogNames) -> exp.Expr:
    name = literal.name.removeprefix("pg_catalog.")
    known = SYSTEM_RELATIONS.get(name) if target == "regclass" else None
    if known is not None:
        return exp.Literal.number(known)
    if target == "regclass":
        return class_oid(literal, names)
    if target == "regtype":
        return filled(TEMPLATES["to_regtype"][1], [exp.Literal.string(_type_name(literal.name))])
    return filled(TEMPLATES[f"to_{target}"][1], [exp.Literal.string(name)])


_TYPE = re.compile(r"^(?P<word>[^(\[]*?)\s*(\([\d, ]*\))?(?P<rest>[^(\[]*)(?P<array>(\[\d*\])*)$")
_TYPE_WORDS = {
    "int": "integer", "decimal": "numeric", "dec": "numeric", "float": "double precision",
    "char": "character", "timestamp": "timestamp without time zone", "time": "time without time zone",
    "varbit": "bit varying",
}  # fmt: skip
_SHORT_WORDS = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "bool": "boolean", "float4": "real",
    "float8": "double precision", "varchar": "character varying", "bpchar": "character",
    "timestamptz": "timestamp with time zone", "timetz": "time with time zone",
}  # fmt: skip


def _type_name(text: str) -> str:
    """A type's name as format_type() prints it, from how it may be written: `VARCHAR(20)[]`, `"pg_catalog"."int4"`."""
    match = _TYPE.match(text.strip().replace('"', "").lower())
    if match is None:
        return text
    word = (match["word"] + match["rest"]).removeprefix("pg_catalog.")
    if '"' in text:  # a quoted name is that of pg_type
        return word
    if not match["array"]:
        return _TYPE_WORDS.get(word, word)
    return _TYPE_WORDS.get(word, _SHORT_WORDS.get(word, word)) + "[]"


def is_text(value: exp.Expr) -> bool:
    """Whether the expression is text as far as it tells by itself."""
    match value:
        case exp.Literal():
            return bool(value.is_string) and not value.name.isdigit()
        case exp.Cast():
            return FROM_TEXT in value.meta or plain_type(value.to) in ("text", "varchar", "name")
        case exp.DPipe():
            return True
        case exp.Column():
            return FROM_TEXT in value.meta
        case exp.Func():
            return function_name(value) in _TEXTUAL
        case _:
            return False


_NAME = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')
# How a name is read: quotes come off, what is not quoted is folded, and a database may stand before the schema.
_JOINED = r"regexp_replace(_1, '\s*\.\s*', '.', 'g')"
_READ = f"CASE WHEN contains(_1, '\"') THEN replace({_JOINED}, '\"', '') ELSE lower({_JOINED}) END"


def class_oid(name: exp.Expr, names: CatalogNames) -> exp.Expr:
    """The OID of a relation by its name as it is written in SQL: with its schema, or found on the search path."""
    if isinstance(name, exp.Literal) and name.is_string:
        return _class_by_parts([quoted or plain.lower() for quoted, plain in _NAME.findall(name.name)], names)
    database = exp.Literal.string(names.database + ".").sql("duckdb")
    template = (
        f"(SELECT min(_key) FROM pg_catalog._class_names WHERE concat(_schema, '.', _name) IN ({_READ}, "  # noqa: S608
        f"replace({_READ}, {database}, '')) OR (_name = {_READ} AND {visible(names)}))"
    )
    return filled(template, [name])


def _class_by_parts(parts: list[str], names: CatalogNames) -> exp.Expr:
    if len(parts) == 3 and parts[0] == names.database:
        parts = parts[1:]
    match parts:
        case [schema, name]:
            template = "(SELECT min(_key) FROM pg_catalog._class_names WHERE _schema = _1 AND _name = _2)"
            return filled(template, [exp.Literal.string(schema), exp.Literal.string(name)])
        case [name]:
            template = f"(SELECT min(_key) FROM pg_catalog._class_names WHERE _name = _1 AND {visible(names)})"  # noqa: S608
            return filled(template, [exp.Literal.string(name)])
        case _:
            return exp.cast(exp.null(), "bigint")


def _name_of(oid: exp.Expr, kind: str, names: CatalogNames) -> exp.Expr:
    if kind == "regclass":
        shown = _CLASS.format(visible=visible(names))
        template = f"coalesce((SELECT {shown} FROM pg_catalog._class_names WHERE _key = _1), CAST(_1 AS VARCHAR))"  # noqa: S608
        return filled(template, [oid.copy()])
    return filled(NAMES[kind], [oid.copy()])
