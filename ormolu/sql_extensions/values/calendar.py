"""Days and microseconds since 1970 to the proleptic Gregorian calendar and back, years before Christ included."""

from __future__ import annotations

DAY_SECONDS = 86_400
SECOND = 1_000_000
DAY = DAY_SECONDS * SECOND
INFINITE_DAY = 2**31 - 1
INFINITE_MOMENT = 2**63 - 1
# 4714-11-24 BC, where PostgreSQL's calendar begins, and the day after 5874897-12-31.
FIRST_DAY, END_DAY = -2_440_588, 2_145_042_906
# The engine's last microsecond: 294247-01-10 04:00:54.775806. PostgreSQL's own is 29 years later.
LAST_MOMENT = 2**63 - 2


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970; year 0 is 1 BC. The day may lie outside of its month."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a day since 1970."""
    era, of_era = divmod(days + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day


def days_in_month(year: int, month: int) -> int:
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return days_of(*following, 1) - days_of(year, month, 1)


def clock_text(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def offset_text(seconds: int) -> str:
    """A zone's distance from UTC: +02, +05:30, -00:44:30."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    text = f"{sign}{hours:02d}"
    if minutes or rest:
        text += f":{minutes:02d}"
    return text + (f":{rest:02d}" if rest else "")


def engine_date(days: int) -> str:
    """A date as the engine reads it."""
    if abs(days) >= INFINITE_DAY:
        return "infinity" if days > 0 else "-infinity"
    year, month, day = civil(days)
    return f"{year:04d}-{month:02d}-{day:02d}" if year > 0 else f"{1 - year:04d}-{month:02d}-{day:02d} (BC)"


def engine_timestamp(moment: int) -> str:
    """A timestamp as the engine reads it."""
    if abs(moment) >= INFINITE_MOMENT:
        return "infinity" if moment > 0 else "-infinity"
    days, rest = divmod(moment, DAY)
    return f"{engine_date(days)} {clock_text(rest)}"
