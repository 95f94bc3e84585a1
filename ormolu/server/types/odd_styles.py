"""Dates, times and bytes in the styles that are not the default: SQL, Postgres and German dates, escaped bytes.

A value at a time: who asks for these styles reads few rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from ormolu.sql_extensions.values import calendar as c
from ormolu.sql_extensions.values.style import ValueStyle
from ormolu.sql_extensions.values.texts import escaped_bytes
from ormolu.sql_extensions.values.zones import offset_at

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")


def date_text(days: int, style: ValueStyle) -> str:
    """A date in any DateStyle."""
    if abs(days) >= c.INFINITE_DAY:
        return "infinity" if days > 0 else "-infinity"
    year, month, day = c.civil(days)
    shown = f"{year if year > 0 else 1 - year:04d}"
    era = "" if year > 0 else " BC"
    is_day_first = style.date_order == "DMY"
    match style.date_form:
        case "German":
            text = f"{day:02d}.{month:02d}.{shown}"
        case "SQL":
            text = f"{day:02d}/{month:02d}/{shown}" if is_day_first else f"{month:02d}/{day:02d}/{shown}"
        case "Postgres":
            text = f"{day:02d}-{month:02d}-{shown}" if is_day_first else f"{month:02d}-{day:02d}-{shown}"
        case _:
            text = f"{shown}-{month:02d}-{day:02d}"
    return text + era


def moment_text(moment: int, style: ValueStyle, zone: str = "") -> str:
    """A timestamp on a wall clock in any DateStyle but ISO, with the abbreviation of its zone."""
    if abs(moment) >= c.INFINITE_MOMENT:
        return "infinity" if moment > 0 else "-infinity"
    days, rest = divmod(moment, c.DAY)
    clock = c.clock_text(rest)
    suffix = f" {zone}" if zone else ""
    if style.date_form != "Postgres":
        date, _, era = date_text(days, style).partition(" ")
        return f"{date} {clock}{suffix}{f' {era}' if era else ''}"
    year, month, day = c.civil(days)
    name = _MONTHS[month - 1]
    middle = f"{day:02d} {name}" if style.date_order == "DMY" else f"{name} {day:02d}"
    shown = f"{year if year > 0 else 1 - year:04d}"
    return f"{_WEEKDAYS[days % 7]} {middle} {clock} {shown}{suffix}{'' if year > 0 else ' BC'}"


def zoned_text(moment: int, style: ValueStyle) -> str:
    """A moment in UTC as the session's wall clock shows it."""
    if abs(moment) >= c.INFINITE_MOMENT:
        return "infinity" if moment > 0 else "-infinity"
    offset, name = offset_at(moment, style.time_zone)
    return moment_text(moment + offset * c.SECOND, style, name)


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


# To text, where the session's style is not the default one.
STYLED: dict[str, Callable[[Values, ValueStyle], Values]] = {
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "bytea": _bytea,
}
