"""Cron expressions as cron(5) reads them: five fields, names, lists, ranges and steps; Sunday is 0 and 7."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ormolu.errors import InvalidParameterValue

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
HOURS = 24
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS_OF_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_MAX = 40 * 366  # a 29 February that is asked to be a certain weekday comes every 28 years, or 40
_PART = re.compile(r"^(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?$")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class CronTimes:
    """What the fields allow. A day is due by `days` or by `weekdays` where `is_by_either_day`, else by both."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    is_by_either_day: bool = False

    def allows(self, day: date) -> bool:
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        is_due = by_day or by_weekday if self.is_by_either_day else by_day and by_weekday
        return day.month in self.months and is_due

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time after a moment, in UTC. What a clock set forward leaves out comes with the hour that follows;
        what one set back brings twice comes once, unless it comes every hour anyway."""
        first = moment.astimezone(zone).date() - timedelta(days=1)
        for number in range(_DAYS_MAX):
            day = first + timedelta(days=number)
            later = [at for at in self._on(day, zone) if at > moment] if self.allows(day) else []
            if later:
                return min(later)
        return None

    def _on(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        folds = (0, 1) if len(self.hours) == HOURS else (0,)
        for fold in folds:
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime.combine(day, time(hour, minute, fold=fold), zone).astimezone(UTC)


def daily(at: time, weekdays: Collection[int] = range(7)) -> CronTimes:
    """Once on each of the weekdays, of which 0 is Sunday."""
    days, months = frozenset(range(1, 32)), frozenset(range(1, 13))
    return CronTimes(frozenset((at.minute,)), frozenset((at.hour,)), days, months, frozenset(weekdays))


def cron_times(text: str, *, position: int | None = None) -> CronTimes:
    """22023 where the text is no cron expression, or one that never comes."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise InvalidParameterValue(
            f"invalid cron expression: '{text}'",
            hint="It has five fields: minute, hour, day of month, month, day of week.",
            position=position,
        )
    minutes, hours, days, months, weekdays = (
        _values(part, field, text, position) for part, field in zip(parts, _FIELDS, strict=True)
    )
    is_by_either_day = not parts[2].startswith("*") and not parts[4].startswith("*")
    if not is_by_either_day and min(days) > max(_DAYS_OF_MONTHS[month - 1] for month in months):
        raise InvalidParameterValue(
            f"the cron expression '{text}' never comes", hint="No such month has that day.", position=position
        )
    return CronTimes(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), is_by_either_day)


def _values(text: str, field: _Field, whole: str, position: int | None) -> frozenset[int]:
    found: set[int] = set()
    for item in text.split(","):
        part = _PART.match(item)
        values = None if part is None else _range(part, field)
        if values is None:
            raise InvalidParameterValue(
                f"invalid cron expression: '{whole}'",
                detail=f"'{item}' is no {field.name}.",
                hint=f"A {field.name} is {field.least} to {field.most}, *, a list 1,2, a range 1-5 or a step */2.",
                position=position,
            )
        found.update(values)
    return frozenset(found)


def _range(part: re.Match[str], field: _Field) -> range | None:
    star, first, last, step = part.groups()
    if step is not None and int(step) == 0:
        return None
    least = field.least if star else _number(first, field)
    most = field.most if star or (step and not last) else _number(last or first, field)
    if least is None or most is None or least > most:
        return None
    return range(least, most + 1, int(step or 1))


def _number(text: str, field: _Field) -> int | None:
    if text.isascii() and text.isdigit():
        number = int(text)
    elif text.lower() in field.names:
        number = field.names.index(text.lower()) + field.least
    else:
        return None
    return number if field.least <= number <= field.most else None
