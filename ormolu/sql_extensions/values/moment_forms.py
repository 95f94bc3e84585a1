"""Dates and timestamps written in the four DateStyles."""

from __future__ import annotations

from ormolu.sql_extensions.values import calendar as c
from ormolu.sql_extensions.values.style import ValueStyle
from ormolu.sql_extensions.values.zones import offset_at

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
    """A timestamp on a wall clock in any DateStyle; `zone` is its abbreviation, or its offset in ISO."""
    if abs(moment) >= c.INFINITE_MOMENT:
        return "infinity" if moment > 0 else "-infinity"
    days, rest = divmod(moment, c.DAY)
    clock = c.clock_text(rest)
    suffix = zone if style.date_form == "ISO" else f" {zone}" if zone else ""
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
    return moment_text(moment + offset * c.SECOND, style, c.offset_text(offset) if style.date_form == "ISO" else name)
