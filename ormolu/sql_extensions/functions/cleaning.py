"""Our own functions for cleansing, checking and masking; usable wherever an expression is."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import InvalidParameterValue
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position
from ormolu.sql_extensions.dialect.types import Bound, call
from ormolu.sql_extensions.functions.call import VARIADIC, Function, FunctionCall, constant, plain, scalar
from ormolu.sql_extensions.time_formats import parse_format
from ormolu.sql_extensions.types import DataType

T, B = t.TEXT, t.BOOL
PHONE_FORMATS = ("digits", "e164")


def _text(called: FunctionCall, context: Context) -> exp.Expr:
    """The value as text, whatever its type: these functions exist to read what is not yet typed."""
    return text_of(called.arguments[0], context)


def _named(called: FunctionCall, name: str, default: str, context: Context) -> exp.Expr:
    value = called.named.get(name)
    return t.string(default) if value is None else coerce(value, T, context).tree


def _clean_phone(called: FunctionCall, context: Context) -> Bound:
    form = _named(called, "format", "e164", context)
    if isinstance(form, exp.Literal) and form.name not in PHONE_FORMATS:
        raise InvalidParameterValue(
            f'clean_phone() has no format "{form.name}"',
            hint="It is 'digits' or 'e164'.",
            position=position(called.node),
        )
    return Bound(call("clean_phone", _text(called, context), _named(called, "region", "US", context), form), T)


def _is_phone(called: FunctionCall, context: Context) -> Bound:
    return Bound(call("is_phone", _text(called, context), _named(called, "region", "US", context)), B)


DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
                "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")  # fmt: skip


def _clean_date(called: FunctionCall, context: Context) -> Bound:
    """The first format that fits; without any, the unambiguous ones are tried."""
    given = [
        parse_format(constant(called, index, "a format"), called.node) for index in range(1, len(called.arguments))
    ]
    formats = exp.Array(expressions=[t.string(form) for form in given or DATE_FORMATS])
    return Bound(call("clean_date", _text(called, context), formats), t.DATE)


def _on_text(engine_name: str, result: DataType) -> Function:
    return scalar(1, 1, lambda called, context: Bound(call(engine_name, _text(called, context)), result))


CLEANING: dict[str, Function] = {
    "clean_phone": scalar(1, 3, _clean_phone, named=("region", "format")),
    "is_phone": scalar(1, 2, _is_phone, named=("region",)),
    "clean_date": scalar(1, VARIADIC, _clean_date),
    "clean_boolean": _on_text("clean_boolean", B),
    "clean_currency": _on_text("clean_currency", t.numeric(38, 4)),
    "is_email": _on_text("is_email", B),
    "is_url": _on_text("is_url", B),
    "is_uuid": _on_text("is_uuid", B),
    "is_iban": _on_text("is_iban", B),
    "mask_email": _on_text("mask_email", T),
    "mask_phone": _on_text("mask_phone", T),
    "mask_name": _on_text("mask_name", T),
    "mask_iban": _on_text("mask_iban", T),
    "mask_all": _on_text("mask_all", T),
    "mask_hash": _on_text("mask_hash", T),
    "mask_partial": plain("mask_partial", T, T, t.INT4, t.INT4),
}
