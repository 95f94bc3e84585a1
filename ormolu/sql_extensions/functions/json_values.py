"""What a value becomes inside JSON."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.types import Bound, call, is_kind


def json_value(value: Bound, context: Context) -> exp.Expr:
    """What goes into JSON: moments in ISO form with a T, numerics with their digits, as PostgreSQL writes them."""
    value = settle(value, context)
    if is_kind(value.type, "timestamp"):
        return call("replace", text_of(value, context), t.string(" "), t.string("T"))
    if is_kind(value.type, "timestamptz"):
        return call("pg_timestamptz_json", text_of(value, context))
    if is_kind(value.type, "numeric"):
        return call("pg_number_json", text_of(value, context))
    if is_kind(value.type, "float4", "float8"):
        return call("pg_float_json", text_of(value, context))
    if is_kind(value.type, "date", "time", "interval", "uuid", "bytea"):
        return text_of(value, context)
    return value.tree
