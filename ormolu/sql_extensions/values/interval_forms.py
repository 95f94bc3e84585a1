"""The four IntervalStyles in which an interval is written."""

from __future__ import annotations

from ormolu.sql_extensions.values.intervals import SECOND, Interval


def write_interval(value: Interval, form: str = "postgres") -> str:
    return _FORMS[form](value)


def _years_and_months(value: Interval) -> tuple[int, int]:
    years = int(value.months / 12) if value.months >= 0 else -(-value.months // 12)
    return years, value.months - years * 12


def _clock(microseconds: int, *, hour_digits: int = 2) -> str:
    seconds, fraction = divmod(abs(microseconds), SECOND)
    text = f"{seconds // 3600:0{hour_digits}d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def _postgres(value: Interval) -> str:
    """`1 year 2 mons -3 days +04:05:06.7`: a part after a negative one says its plus."""
    parts: list[str] = []
    is_before = False
    for number, unit in zip((*_years_and_months(value), value.days), ("year", "mon", "day"), strict=True):
        if number:
            parts.append(f"{'+' if is_before and number > 0 else ''}{number} {unit}{'' if number == 1 else 's'}")
            is_before = number < 0
    if value.microseconds or not parts:
        sign = "-" if value.microseconds < 0 else "+" if is_before else ""
        parts.append(sign + _clock(value.microseconds))
    return " ".join(parts)


def _clock_parts(microseconds: int) -> tuple[int, int, int]:
    """Hours, minutes and the microseconds of the seconds, each with the sign of the whole."""
    sign = -1 if microseconds < 0 else 1
    minutes, rest = divmod(abs(microseconds), 60 * SECOND)
    return sign * (minutes // 60), sign * (minutes % 60), sign * rest


def _seconds(microseconds: int) -> str:
    seconds, fraction = divmod(abs(microseconds), SECOND)
    sign = "-" if microseconds < 0 else ""
    return sign + (f"{seconds}.{fraction:06d}".rstrip("0") if fraction else str(seconds))


def _verbose(value: Interval) -> str:
    """`@ 1 year 2 mons 3 days 4 hours 5 mins 6.7 secs`: the first part's sign becomes `ago`."""
    hours, minutes, rest = _clock_parts(value.microseconds)
    counts = zip((*_years_and_months(value), value.days, hours, minutes), _VERBOSE_UNITS, strict=True)
    parts: list[str] = []
    is_ago = False
    for number, unit in counts:
        if not number:
            continue
        if not parts:
            is_ago = number < 0
        shown = -number if is_ago else number
        parts.append(f"{shown} {unit}{'' if shown == 1 else 's'}")
    if rest:
        if not parts:
            is_ago = rest < 0
        shown_rest = -rest if is_ago else rest
        parts.append(f"{_seconds(shown_rest)} sec{'' if abs(rest) == SECOND else 's'}")
    return " ".join(("@", *(parts or ["0"]), *(["ago"] if is_ago else [])))


_VERBOSE_UNITS = ("year", "mon", "day", "hour", "min")


def _sql_standard(value: Interval) -> str:
    """`1-2 3 4:05:06`; all parts are signed where the signs differ or months and days come together."""
    months, days, microseconds = value.months, value.days, value.microseconds
    numbers = (months, days, microseconds)
    if not any(numbers):
        return "0"
    years, rest = divmod(abs(months), 12)
    has_time = bool(days or microseconds)
    is_mixed = any(number < 0 for number in numbers) and any(number > 0 for number in numbers)
    if is_mixed or (months and has_time):
        return (
            f"{'-' if months < 0 else '+'}{years}-{rest} {'-' if days < 0 else '+'}{abs(days)} "
            f"{'-' if microseconds < 0 else '+'}{_clock(microseconds, hour_digits=1)}"
        )
    sign = "-" if any(number < 0 for number in numbers) else ""
    if months:
        return f"{sign}{years}-{rest}"
    clock = _clock(microseconds, hour_digits=1)
    return f"{sign}{abs(days)} {clock}" if days else f"{sign}{clock}"


def _iso_8601(value: Interval) -> str:
    if value == Interval():
        return "PT0S"
    years, months = _years_and_months(value)
    hours, minutes, rest = _clock_parts(value.microseconds)
    date = "".join(f"{number}{unit}" for number, unit in ((years, "Y"), (months, "M"), (value.days, "D")) if number)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
    if rest:
        clock += f"{_seconds(rest)}S"
    return f"P{date}{'T' if clock else ''}{clock}"


_FORMS = {
    "postgres": _postgres,
    "postgres_verbose": _verbose,
    "sql_standard": _sql_standard,
    "iso_8601": _iso_8601,
}
