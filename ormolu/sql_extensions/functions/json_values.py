"""What a value becomes inside JSON: its text, with the digits and blanks that PostgreSQL writes."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.rows import is_row, row_fields
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.values.jsons import quoted

NULL = t.string("null")


def json_text(value: Bound, context: Context) -> exp.Expr:
    """The text of a value as JSON, `null` where it is NULL."""
    text = _text(settle(value, context), context)
    return text if isinstance(text, exp.Literal) else call("coalesce", text, NULL.copy())


def as_json(text: exp.Expr) -> exp.Expr:
    return engine_cast(text, t.JSON)


def _text(value: Bound, context: Context) -> exp.Expr:
    if is_row(value):
        return _object(value, context)
    if value.type is not None and value.type.dimensions:
        return _array(value)
    match value.kind:
        case "numeric":
            return text_of(value, context)
        case "bool" | "int2" | "int4" | "int8" | "oid":
            return engine_cast(value.tree, "VARCHAR")
        case "float4" | "float8":
            return call("pg_json_float", text_of(value, context))
        case "json":
            return engine_cast(value.tree, "VARCHAR")
        case "jsonb":
            return text_of(value, context)
        case "timestamp":
            return call("pg_json_quote", call("replace", text_of(value, context), t.string(" "), t.string("T")))
        case "timestamptz":
            return call("pg_json_quote", call("pg_timestamptz_json", text_of(value, context)))
        case "?":
            return engine_cast(call("to_json", value.tree), "VARCHAR")
        case _ if isinstance(value.tree, exp.Literal) and value.tree.is_string:
            return t.string(quoted(value.tree.name))
        case _:
            return call("pg_json_quote", text_of(value, context))


_LISTS = {
    **dict.fromkeys(("bool", "int2", "int4", "int8", "numeric", "oid", "json", "jsonb"), "pg_json_list_plain"),
    **dict.fromkeys(("text", "varchar", "name", "uuid", "date", "time", "inet", "xml"), "pg_json_list_texts"),
    **dict.fromkeys(("float4", "float8"), "pg_json_list_floats"),
    "timestamp": "pg_json_list_moments",
}


def _array(value: Bound) -> exp.Expr:
    assert value.type is not None
    name = _LISTS.get(value.type.scalar.name)
    if name is None or value.type.dimensions > 2:
        raise unsupported(f"{value.type} in JSON", value.tree)
    return call(name if value.type.dimensions == 1 else f"{name}_2", (value.digits or value.tree).copy())


def _object(value: Bound, context: Context) -> exp.Expr:
    pieces: list[exp.Expr] = []
    for name, field in row_fields(value):
        opening = "{" if not pieces else ","
        pieces += [t.string(f"{opening}{quoted(name)}:"), json_text(field, context)]
    text = call("concat", *pieces, t.string("}")) if pieces else t.string("{}")
    if isinstance(value.tree, exp.Struct):
        return text
    given = exp.Not(this=exp.Is(this=value.tree.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=given, true=text)])
