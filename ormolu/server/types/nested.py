"""Structs, maps and unions as JSON, in the form of PostgreSQL's row_to_json: numbers are numbers, moments are texts."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ormolu.sql_extensions.values.interval_forms import write_interval
from ormolu.sql_extensions.values.intervals import Interval
from ormolu.sql_extensions.values.jsons import quoted

# pyarrow has no type stubs: its arrays are Any here.
Values = Any


def json_texts(values: Values) -> Values:
    """One JSON text a value; NULL stays NULL."""
    kind = values.type
    return pa.array([None if item is None else _json(item, kind) for item in values.to_pylist()], pa.string())


def _json(item: Any, kind: Any) -> str:
    if item is None:
        return "null"
    if pa.types.is_struct(kind):
        fields = ((kind.field(at).name, kind.field(at).type) for at in range(kind.num_fields))
        return f"{{{','.join(f'{quoted(name)}:{_json(item[name], inner)}' for name, inner in fields)}}}"
    if pa.types.is_map(kind):
        pairs = (f"{quoted(_key(key, kind.key_type))}:{_json(value, kind.item_type)}" for key, value in item)
        return f"{{{','.join(pairs)}}}"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return f"[{','.join(_json(each, kind.value_type) for each in item)}]"
    if pa.types.is_boolean(kind):
        return "true" if item else "false"
    if pa.types.is_union(kind):
        return _member(item)
    is_number = pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind)
    return _scalar(item, kind) if is_number and math.isfinite(item) else quoted(_scalar(item, kind))


def _member(item: Any) -> str:
    """The value of a union, whose member's type is its own."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int | float | Decimal):
        return str(item) if math.isfinite(item) else quoted(_float(float(item)))
    return quoted(str(item))


def _key(item: Any, kind: Any) -> str:
    return ("true" if item else "false") if pa.types.is_boolean(kind) else _scalar(item, kind)


def _scalar(item: Any, kind: Any) -> str:
    """A value's text in ISO style; a moment has a T between day and time, as in PostgreSQL's JSON."""
    if pa.types.is_floating(kind):
        return _float(item)
    if pa.types.is_decimal(kind):
        return format(item, "f")
    if pa.types.is_timestamp(kind):
        return str(item.isoformat())
    if pa.types.is_interval(kind):
        return write_interval(Interval(item.months, item.days, item.nanoseconds // 1000))
    if pa.types.is_binary(kind):
        return f"\\x{item.hex()}"
    return str(item)


def _float(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return repr(number).removesuffix(".0")
