"""Dates, times and bytes in the styles that are not the default: SQL, Postgres and German dates, escaped bytes.

A value at a time: who asks for these styles reads few rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from ormolu.sql_extensions.values.moment_forms import date_text, moment_text, zoned_text
from ormolu.sql_extensions.values.style import ValueStyle
from ormolu.sql_extensions.values.texts import escaped_bytes

# pyarrow has no type stubs: its arrays are Any here.
Values = Any


def _each(write: Callable[[Any], str], numbers: Values) -> Values:
    return pa.array([None if item is None else write(item) for item in numbers.to_pylist()], pa.string())


def _date(values: Values, style: ValueStyle) -> Values:
    if style.date_form == "ISO" or not pa.types.is_date32(values.type):
        return values
    return _each(lambda day: date_text(day, style), values.view(pa.int32()))


def _timestamp(values: Values, style: ValueStyle) -> Values:
    if style.date_form == "ISO" or not pa.types.is_timestamp(values.type):
        return values
    moments = values.cast(pa.timestamp("us"), safe=False).view(pa.int64())
    return _each(lambda moment: moment_text(moment, style), moments)


def _timestamptz(values: Values, style: ValueStyle) -> Values:
    if style.date_form == "ISO" or not pa.types.is_timestamp(values.type):
        return values
    moments = values.cast(pa.timestamp("us", "UTC"), safe=False).view(pa.int64())
    return _each(lambda moment: zoned_text(moment, style), moments)


def _bytea(values: Values, style: ValueStyle) -> Values:
    if style.bytea_form == "hex":
        return values
    return _each(escaped_bytes, values.cast(pa.binary())).cast(pa.string())


def _float(digits_max: int) -> Callable[[Values, ValueStyle], Values]:
    def write(values: Values, style: ValueStyle) -> Values:
        if style.float_digits > 0 or not pa.types.is_floating(values.type):
            return values
        digits = max(digits_max + style.float_digits, 1)
        return _each(lambda number: _rounded(number, digits), values)

    return write


def _rounded(number: float, digits: int) -> str:
    """At most so many digits, as extra_float_digits below one asks for."""
    if math.isfinite(number):
        return f"{number:.{digits}g}"
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


# To text, where the session's style is not the default one.
STYLED: dict[str, Callable[[Values, ValueStyle], Values]] = {
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "bytea": _bytea,
    "float4": _float(6),
    "float8": _float(15),
}
