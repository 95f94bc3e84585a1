"""PostgreSQL's text forms of Arrow values, a whole column at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ormolu.server.types.fixed_width import Fixed, clock_texts, date_texts, side_by_side, with_nulls
from ormolu.server.types.nested import json_texts
from ormolu.server.types.odd_styles import STYLED
from ormolu.server.types.records import record_text
from ormolu.server.types.shapes import shapes
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values.calendar import offset_text
from ormolu.sql_extensions.values.interval_forms import write_interval
from ormolu.sql_extensions.values.intervals import Interval
from ormolu.sql_extensions.values.jsons import read_jsonb
from ormolu.sql_extensions.values.moment_forms import zoned_text
from ormolu.sql_extensions.values.style import ValueStyle

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
MICROSECONDS = 1_000_000
DAY_SECONDS = 86_400
DAY_MICROSECONDS = DAY_SECONDS * MICROSECONDS
# 0001-01-01 and 10000-01-01 in days since 1970: between them Arrow's text is PostgreSQL's.
_FIRST_PLAIN_DAY = -719_162
_FIRST_LONG_DAY = 2_932_897
# 2037-01-01: Arrow knows no changes of clocks after that year.
_END_OF_RULES = 2_114_380_800 * MICROSECONDS
_INFINITE_DAY = 2**31 - 1
_INFINITE_MICROSECOND = 2**63 - 1
_NEEDS_QUOTES = r'(?i)^$|^null$|[\s{},"\\]'


TextStyle = ValueStyle


def text_values(kind: DataType, values: Values, style: TextStyle) -> Values:
    """Give the text form of each value as a binary array; NULL stays NULL."""
    if kind.dimensions:
        return _as_binary(_array_text(kind, values, style))
    if kind.fields:
        return record_text(kind, values, lambda type, column: text_values(type, column, style))
    if kind.scalar.name == "bool":
        return _as_binary(pc.if_else(values, "t", "f")) if pa.types.is_boolean(values.type) else _as_text(values)
    if not style.is_plain and (styled := STYLED.get(kind.scalar.name)) is not None:
        values = styled(values, style)
    return _as_binary(_TEXT.get(kind.scalar.name, _plain_text)(values, style))


def _as_binary(values: Values) -> Values:
    """See text as its bytes, without copying where offsets are 32 bit."""
    if pa.types.is_string(values.type):
        return values.view(pa.binary())
    return values.cast(pa.binary())


def _as_text(values: Values) -> Values:
    return _as_binary(_plain_text(values, TextStyle()))


def _plain_text(values: Values, _: TextStyle) -> Values:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return values
    if pa.types.is_null(kind):
        return pa.nulls(len(values), pa.string())
    if pa.types.is_nested(kind):
        return _json_text(values, _)
    if pa.types.is_floating(kind):
        return _float_text(values, _)
    if pa.types.is_decimal(kind):
        return _numeric_text(values, _)
    return values.cast(pa.string())


def _float_text(values: Values, _: TextStyle) -> Values:
    """PostgreSQL's shortest form: Arrow's where both are plain, ours for the rest (1e+15, 1e-05, NaN, Infinity)."""
    if pa.types.is_string(values.type):
        return values
    if not pa.types.is_floating(values.type):
        values = values.cast(pa.float64())
    text = values.cast(pa.string())
    numbers = np.asarray(values.fill_null(0))
    size = np.abs(numbers)
    odd = ~((size == 0) | ((size >= 1e-4) & (size < 1e10 if values.type == pa.float64() else size < 1e6)))
    if not odd.any():
        return text
    single = pa.types.is_float32(values.type)
    rewritten = pa.array([float_text(number, is_single=single) for number in numbers[odd]], pa.string())
    return pc.replace_with_mask(text, pc.and_(pa.array(odd), values.is_valid()), _valid_only(rewritten, odd, values))


def _valid_only(rewritten: Values, odd: npt.NDArray[np.bool_], values: Values) -> Values:
    """A NULL was filled with 0, which is never odd: the replacements match the mask one to one."""
    assert not values.null_count or not odd[np.asarray(values.is_null())].any()
    return rewritten


def float_text(number: float | np.floating[Any], *, is_single: bool = False) -> str:
    """One float as PostgreSQL writes it: shortest digits, an exponent from 1e+15 (1e+06 in single precision) up."""
    if np.isnan(number):
        return "NaN"
    if np.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    scientific = np.format_float_scientific(number, trim="-", exp_digits=2)
    exponent = int(scientific.partition("e")[2])
    if -4 <= exponent < (6 if is_single else 15):
        return np.format_float_positional(number, trim="-")
    return scientific


def _numeric_text(values: Values, _: TextStyle) -> Values:
    if not pa.types.is_decimal(values.type):
        return values.cast(pa.string())
    text = values.cast(pa.string())
    if values.type.scale <= 6:
        return text
    short = pc.match_substring(text, "E")
    if not pc.any(short).as_py():
        return text
    rewritten = [format(number, "f") for number in values.filter(short).to_pylist()]
    return pc.replace_with_mask(text, short.fill_null(False), pa.array(rewritten, pa.string()))


def _bytea_text(values: Values, _: TextStyle) -> Values:
    if pa.types.is_string(values.type):
        return values
    if not pa.types.is_binary(values.type):
        values = values.cast(pa.binary())
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    data = bytes(memoryview(values.buffers()[2] or b"")[offsets[0] : offsets[-1]]).hex().encode()
    doubled = pa.py_buffer(((offsets - offsets[0]) * 2).astype(np.int32))
    digits = pa.Array.from_buffers(pa.string(), len(values), [None, doubled, pa.py_buffer(data)])
    text = pc.binary_join_element_wise("\\x", digits, "")
    return pc.if_else(values.is_valid(), text, None) if values.null_count else text


def _date_text(values: Values, _: TextStyle) -> Values:
    if not pa.types.is_date32(values.type):
        return _plain_text(values, _)
    days = np.asarray(values.view(pa.int32()).drop_null())
    if not len(days):
        return values.cast(pa.string())
    if days.min() >= _FIRST_PLAIN_DAY and days.max() < _FIRST_LONG_DAY:
        return with_nulls(date_texts(days), values, pa.string())
    days = np.asarray(values.view(pa.int32()).fill_null(0))
    odd = (days < _FIRST_PLAIN_DAY) | (days >= _FIRST_LONG_DAY)
    plain = pc.if_else(pa.array(odd), pa.scalar(0, pa.date32()), values).cast(pa.string())
    rewritten = pa.array([date_text(int(day)) for day in days[odd]], pa.string())
    return pc.replace_with_mask(plain, pa.array(odd), rewritten)


def date_text(day: int) -> str:
    """One date by days since 1970, infinity, years before Christ and after 9999 included."""
    if abs(day) >= _INFINITE_DAY:
        return "infinity" if day > 0 else "-infinity"
    text = str(np.datetime64(day, "D"))
    year_text, month, day_of_month = text.rsplit("-", 2)
    year = int(year_text)
    if year > 0:
        return f"{year:04d}-{month}-{day_of_month}"
    return f"{1 - year:04d}-{month}-{day_of_month} BC"


def _time_text(values: Values, _: TextStyle) -> Values:
    if not pa.types.is_time64(values.type):
        return _plain_text(values, _)
    clocks = values.cast(pa.time64("us"))
    midnight = pc.equal(clocks.view(pa.int64()), DAY_MICROSECONDS)
    if pc.any(midnight).as_py():
        # Arrow has no 24:00:00.
        text = _time_text(pc.if_else(midnight, pa.scalar(0, pa.time64("us")), clocks), _)
        return pc.if_else(midnight, "24:00:00", text)
    return _trim_fraction(clocks.cast(pa.string()), values)


def _trim_fraction(text: Values, values: Values) -> Values:
    """Take the zeros that Arrow writes behind the seconds away."""
    if len(values) == 0:
        return text
    return pc.utf8_rtrim(pc.utf8_rtrim(text, characters="0"), characters=".")


def _timestamp_text(values: Values, _: TextStyle) -> Values:
    if not pa.types.is_timestamp(values.type):
        return _plain_text(values, _)
    naive = values.cast(pa.timestamp("us"), safe=False) if values.type != pa.timestamp("us") else values
    moments = np.asarray(naive.view(pa.int64()).fill_null(0))
    return _moments_text(naive, moments)


def _moments_text(naive: Values, moments: npt.NDArray[np.int64]) -> Values:
    low, high = _FIRST_PLAIN_DAY * DAY_MICROSECONDS, _FIRST_LONG_DAY * DAY_MICROSECONDS
    odd = (moments < low) | (moments >= high)
    if odd.any():
        plain = pc.if_else(pa.array(odd), pa.scalar(0, pa.timestamp("us")), naive)
        rewritten = pa.array([timestamp_text(int(moment)) for moment in moments[odd]], pa.string())
        return pc.replace_with_mask(_moments_text(plain, np.where(odd, 0, moments)), pa.array(odd), rewritten)
    seconds = moments // MICROSECONDS
    if (seconds * MICROSECONDS != moments).any():
        return _trim_fraction(naive.cast(pa.string()), naive)
    if naive.null_count:
        seconds = seconds[np.asarray(naive.is_valid())]
    return with_nulls(_whole_seconds(seconds), naive, pa.string())


def _whole_seconds(seconds: npt.NDArray[np.int64]) -> Fixed:
    if not len(seconds):
        return np.empty(0, dtype="V19")
    days = seconds // DAY_SECONDS
    return side_by_side(date_texts(days), clock_texts()[seconds - days * DAY_SECONDS])


def timestamp_text(moment: int) -> str:
    """One timestamp by microseconds since 1970, as `date_text`."""
    if abs(moment) >= _INFINITE_MICROSECOND:
        return "infinity" if moment > 0 else "-infinity"
    day, rest = divmod(moment, DAY_MICROSECONDS)
    date, _, era = date_text(day).partition(" ")
    seconds, fraction = divmod(rest, MICROSECONDS)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if fraction:
        clock += f".{fraction:06d}".rstrip("0")
    return f"{date} {clock} {era}".rstrip()


def _timestamptz_text(values: Values, style: TextStyle) -> Values:
    if not pa.types.is_timestamp(values.type):
        return _plain_text(values, style)
    utc = values.cast(pa.timestamp("us", "UTC"), safe=False)
    moments = np.asarray(utc.view(pa.int64()).fill_null(0))
    low, high = _FIRST_PLAIN_DAY * DAY_MICROSECONDS, _FIRST_LONG_DAY * DAY_MICROSECONDS
    if style.time_zone != "UTC":
        high = _END_OF_RULES
    odd = (moments < low + DAY_MICROSECONDS) | (moments >= high - DAY_MICROSECONDS)
    if odd.any():
        plain = pc.if_else(pa.array(odd), pa.scalar(0, pa.timestamp("us", "UTC")), utc)
        rewritten = pa.array([zoned_text(int(moment), style) for moment in moments[odd]], pa.string())
        return pc.replace_with_mask(_timestamptz_text(plain, style), pa.array(odd), rewritten)
    if style.time_zone == "UTC":
        return pc.binary_join_element_wise(_moments_text(utc.cast(pa.timestamp("us")), moments), "+00", "")
    local = pc.local_timestamp(utc.cast(pa.timestamp("us", style.time_zone)))
    local_moments = np.asarray(local.view(pa.int64()).fill_null(0))
    offsets, places = np.unique((local_moments - moments) // MICROSECONDS, return_inverse=True)
    shown = pa.array([offset_text(int(offset)) for offset in offsets], pa.string()).take(pa.array(places.reshape(-1)))
    return pc.binary_join_element_wise(_moments_text(local, local_moments), shown, "")


def _timetz_text(values: Values, style: TextStyle) -> Values:
    if not pa.types.is_time64(values.type):
        return _plain_text(values, style)
    return pc.binary_join_element_wise(_time_text(values, style), "+00", "")


def _interval_text(values: Values, style: TextStyle) -> Values:
    if not pa.types.is_interval(values.type):
        return _plain_text(values, style)
    texts = [
        None
        if item is None
        else write_interval(Interval(item.months, item.days, item.nanoseconds // 1000), style.interval_form)
        for item in values.to_pylist()
    ]
    return pa.array(texts, pa.string())


def _json_text(values: Values, style: TextStyle) -> Values:
    if not pa.types.is_nested(values.type):
        return _plain_text(values, style)
    return json_texts(values)


def _jsonb_text(values: Values, style: TextStyle) -> Values:
    """Each different value in the one form that a jsonb has; the engine keeps the text it was given."""
    texts = _json_text(values, style).cast(pa.string()).dictionary_encode()
    shown = [None if text is None else read_jsonb(text) for text in texts.dictionary.to_pylist()]
    return pa.array(shown, pa.string()).take(texts.indices)


def _array_text(kind: DataType, values: Values, style: TextStyle) -> Values:
    """{a,NULL,"b c"}: elements are written as a column, quoted where needed, and joined per row."""
    if not (pa.types.is_list(values.type) or pa.types.is_large_list(values.type)):
        return _plain_text(values, style)
    element = DataType(kind.scalar, kind.modifiers, kind.dimensions - 1)
    flat = values.flatten()
    if element.dimensions:
        shapes(values)
        items = pc.fill_null(_array_text(element, flat, style), "NULL")
    else:
        items = _quoted_elements(text_values(element, flat, style).cast(pa.string()))
    sizes = pc.fill_null(pc.list_value_length(values), 0)
    offsets = np.concatenate(([0], np.cumsum(np.asarray(sizes), dtype=np.int32))).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), items)
    text = pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")
    return pc.if_else(values.is_valid(), text, None) if values.null_count else text


def _quoted_elements(items: Values) -> Values:
    if len(items) == 0:
        return items
    quoting = pc.match_substring_regex(items, _NEEDS_QUOTES)
    if pc.any(quoting).as_py():
        escaped = pc.replace_substring(pc.replace_substring(items, "\\", "\\\\"), '"', '\\"')
        items = pc.if_else(quoting, pc.binary_join_element_wise('"', escaped, '"', ""), items)
    return pc.fill_null(items, "NULL")


_TEXT: dict[str, Callable[[Values, TextStyle], Values]] = {
    "float4": _float_text,
    "float8": _float_text,
    "numeric": _numeric_text,
    "bytea": _bytea_text,
    "date": _date_text,
    "time": _time_text,
    "timetz": _timetz_text,
    "timestamp": _timestamp_text,
    "timestamptz": _timestamptz_text,
    "interval": _interval_text,
    "json": _json_text,
    "jsonb": _jsonb_text,
}
