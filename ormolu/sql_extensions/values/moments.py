"""Dates, times and timestamps as PostgreSQL reads them: ISO, SQL, German and words, in the session's DateStyle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ormolu.errors import (
    DatetimeFieldOverflow,
    FeatureNotSupported,
    InvalidDatetimeFormat,
    InvalidTimeZoneDisplacement,
    OrmoluError,
)
from ormolu.sql_extensions.values import calendar as c
from ormolu.sql_extensions.values.style import ValueStyle
from ormolu.sql_extensions.values.zones import find_offset, offset_at, offset_of_local, zone_name

_MONTH_WORDS = """
    january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct
    |november nov|december dec
"""
_MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS.split("|"), start=1) for word in words.split()}
_WEEKDAY_WORDS = """
    sunday sun monday mon tuesday tue tues wednesday wed weds thursday thu thur thurs friday fri saturday sat
"""
_WEEKDAYS = frozenset(_WEEKDAY_WORDS.split())
_IGNORED = frozenset(("at", "on", "of"))
_SPECIAL = {"infinity": "infinity", "+infinity": "infinity", "-infinity": "-infinity", "epoch": "epoch", "now": "now",
            "today": "today", "tomorrow": "tomorrow", "yesterday": "yesterday", "allballs": "allballs",
            "inf": "infinity", "-inf": "-infinity"}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<blank>[\s,]+)|(?P<clock>t?\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d*)?|\.\d+)?)"
    r"|(?P<date>(?:\d+|[a-z]+)(?P<sep>[-/.])(?:\d+|[a-z]+)(?P=sep)\d+)"
    r"|(?P<dayofyear>\d{4}\.\d{3}(?!\d))|(?P<julian>j\d+)|(?P<pressed>t\d{2,6}(?:\.\d*)?)"
    r"|(?P<offset>[+-]\d{1,2}(?::\d{2}(?::\d{2})?)?(?!\d)|[+-]\d{3,4}(?!\d))|(?P<number>\d+(?:\.\d*)?)"
    r"|(?P<word>[a-z][a-z0-9_]*(?:[/+-][a-z0-9_]+)*)",
)
_OFFSET_SECONDS_END = 16 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Overflow(ValueError):
    """A field that is out of its range."""


@dataclass(slots=True)
class _Parts:
    order: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    is_text_month: bool = False
    is_short_year: bool = False
    is_before_christ: bool = False
    clock: int | None = None
    half: str = ""
    offset: int | None = None
    zone: str | None = None
    days: int | None = None
    seen: set[str] = field(default_factory=set)

    def once(self, what: str) -> None:
        if what in self.seen:
            raise ValueError(what)
        self.seen.add(what)


def _fields(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(text)
        at = match.end()
        kind = next(name for name in match.groupdict() if name != "sep" and match[name] is not None)
        if kind != "blank":
            yield kind, match[kind]


def _parse(text: str, order: str, *, is_clock_only: bool) -> _Parts:
    parts = _Parts(order)
    if is_clock_only and re.fullmatch(r"\s*\d{6}(\.\d*)?([+-].*)?\s*", text):
        text = f"t{text.strip()}"
    for kind, word in _fields(text.strip().lower()):
        match kind:
            case "clock":
                parts.once("clock")
                parts.clock = _clock(word.lstrip("t"))
            case "pressed":
                parts.once("clock")
                parts.clock = _pressed_clock(word[1:])
            case "date":
                parts.once("date")
                _date(word, parts)
            case "dayofyear":
                parts.once("date")
                parts.days = c.days_of(int(word[:4]), 1, int(word[5:]))
            case "julian":
                parts.once("date")
                parts.days = int(word[1:]) + c.FIRST_DAY
            case "offset":
                parts.once("zone")
                parts.offset = _offset(word)
            case "number":
                _number(word, parts)
            case _:
                _word(word, parts)
    return parts


def _clock(word: str) -> int:
    pieces = word.split(":")
    if len(pieces) == 2 and "." in pieces[1]:
        pieces.insert(0, "0")
    hour, minute, second = (*pieces, "0")[:3]
    whole, _, fraction = second.partition(".")
    return _checked_clock(int(hour), int(minute), int(whole), round(float(f"0.{fraction or 0}") * c.SECOND))


def _checked_clock(hour: int, minute: int, second: int, fraction: int) -> int:
    total = ((hour * 60 + minute) * 60 + second) * c.SECOND + fraction
    if minute > 59 or second > 60 or hour > 24 or total > c.DAY + (c.SECOND if second == 60 else 0):
        raise _Overflow
    if hour == 24 and total > c.DAY:
        raise _Overflow
    return total


def _pressed_clock(word: str) -> int:
    """hhmmss or hhmm without colons."""
    whole, _, fraction = word.partition(".")
    if len(whole) == 4 and not fraction:
        return _checked_clock(int(whole[:2]), int(whole[2:]), 0, 0)
    if len(whole) != 6:
        raise ValueError(word)
    return _checked_clock(
        int(whole[:2]), int(whole[2:4]), int(whole[4:]), round(float(f"0.{fraction or 0}") * c.SECOND)
    )


def _offset(word: str) -> int:
    sign = -1 if word[0] == "-" else 1
    if ":" in word:
        pieces = [int(piece) for piece in word[1:].split(":")]
    elif len(word) > 3:
        pieces = [int(word[1:-2]), int(word[-2:])]
    else:
        pieces = [int(word[1:])]
    hours, minutes, seconds = (*pieces, 0, 0)[:3]
    total = hours * 3600 + minutes * 60 + seconds
    if hours > 15 or minutes > 59 or seconds > 59 or total >= _OFFSET_SECONDS_END:
        raise InvalidTimeZoneDisplacement("time zone displacement out of range")
    return sign * total


def _date(word: str, parts: _Parts) -> None:
    pieces = re.split(r"[-/.]", word)
    for piece in pieces:
        if not piece.isdigit():
            _month_word(piece, parts)
    for piece in pieces:
        if piece.isdigit():
            _date_number(piece, parts)
    if parts.year is None or parts.month is None or parts.day is None:
        raise ValueError(word)


def _month_word(word: str, parts: _Parts) -> None:
    if word not in _MONTHS or parts.month is not None:
        raise ValueError(word)
    parts.month, parts.is_text_month = _MONTHS[word], True


def _date_number(word: str, parts: _Parts) -> None:
    """A number of a date: which of its parts it is depends on DateStyle and on what is known already."""
    is_long = len(word) >= 3
    number = int(word)
    match (parts.year is not None, parts.month is not None, parts.day is not None):
        case (False, False, False):
            if is_long or parts.order == "YMD":
                _year(word, parts)
            elif parts.order == "DMY":
                parts.day = number
            else:
                parts.month = number
        case (True, False, False) | (False, False, True):
            parts.month = number
        case (False, True, False):
            if parts.is_text_month and (is_long or parts.order == "YMD"):
                _year(word, parts)
            else:
                parts.day = number
        case (True, True, False):
            if parts.is_text_month and is_long and parts.is_short_year:
                # 08-Jan-1999 in YMD: what came first was the day after all.
                assert parts.year is not None
                parts.day = parts.year
                _year(word, parts)
            else:
                parts.day = number
        case (False, True, True):
            _year(word, parts)
        case _:
            raise ValueError(word)


def _year(word: str, parts: _Parts) -> None:
    parts.year, parts.is_short_year = int(word), len(word) <= 2


def _number(word: str, parts: _Parts) -> None:
    has_date = parts.days is not None or None not in (parts.year, parts.month, parts.day)
    whole = word.partition(".")[0]
    if has_date:
        parts.once("clock")
        parts.clock = _pressed_clock(word)
    elif len(whole) in (6, 8) and parts.month is None and parts.year is None:
        if "." in word and len(whole) == 6:
            parts.once("clock")
            parts.clock = _pressed_clock(word)
            return
        parts.once("date")
        _year(whole[:-4], parts)
        parts.month, parts.day = int(whole[-4:-2]), int(whole[-2:])
    elif "." in word or (not parts.is_text_month and len(whole) > 2):
        raise ValueError(word)
    else:
        _date_number(word, parts)


def _word(word: str, parts: _Parts) -> None:
    if word in ("am", "pm"):
        parts.once("half")
        parts.half = word
    elif word in ("bc", "ad", "b.c.", "a.d."):
        parts.once("era")
        parts.is_before_christ = word[0] == "b"
    elif word in _MONTHS:
        if parts.month is not None and not parts.is_text_month and parts.day is None:
            # `15 Jan`: the number before the name was the day.
            parts.day, parts.month = parts.month, None
        _month_word(word, parts)
    elif word in _WEEKDAYS or word in _IGNORED or (word == "t" and parts.clock is None):
        return
    else:
        parts.once("zone")
        parts.offset = find_offset(word)
        if parts.offset is None:
            parts.zone = zone_name(word)
            if parts.zone is None:
                raise ValueError(word)


def _days(parts: _Parts) -> int | None:
    if parts.days is not None:
        return parts.days
    given = (parts.year, parts.month, parts.day)
    if all(part is None for part in given):
        return None
    year, month, day = given
    if year is None or month is None or day is None:
        raise ValueError
    if parts.is_before_christ:
        if year <= 0:
            raise _Overflow
        year = 1 - year
    elif parts.is_short_year:
        year += 2000 if year < 70 else 1900
    elif year <= 0:
        raise _Overflow
    if not 1 <= month <= 12 or not 1 <= day <= c.days_in_month(year, month):
        raise _Overflow
    return c.days_of(year, month, day)


def _time(parts: _Parts) -> int | None:
    clock = parts.clock
    if clock is None or not parts.half:
        return clock
    hour = clock // (3600 * c.SECOND)
    if hour > 12:
        raise _Overflow
    if hour == 12 and parts.half == "am":
        return clock - 12 * 3600 * c.SECOND
    return clock + 12 * 3600 * c.SECOND if hour < 12 and parts.half == "pm" else clock


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text says: a day since 1970, a time of day in microseconds, a zone; or one of the special words."""

    days: int | None = None
    clock: int | None = None
    offset: int | None = None
    zone: str | None = None
    special: str = ""


def read_moment(text: str, type: str, style: ValueStyle) -> Moment:
    """Read what may be a date, time or timestamp; `type` is what messages call it."""
    if special := _SPECIAL.get(text.strip().lower()):
        return Moment(special=special)
    try:
        parts = _parse(text, style.date_order, is_clock_only=type.startswith("time") and "stamp" not in type)
        moment = Moment(_days(parts), _time(parts), parts.offset, parts.zone)
    except _Overflow as error:
        raise DatetimeFieldOverflow(f'date/time field value out of range: "{text}"') from error
    except ValueError as error:
        raise _invalid(text, type) from error
    except InvalidTimeZoneDisplacement as error:
        raise InvalidTimeZoneDisplacement(f'time zone displacement out of range: "{text}"') from error
    if moment.days is None and moment.clock is None:
        raise _invalid(text, type)
    return moment


def _invalid(text: str, type: str) -> OrmoluError:
    return InvalidDatetimeFormat(f'invalid input syntax for type {type}: "{text}"')


def _local_now(style: ValueStyle, word: str, type: str) -> int:
    """The transaction's time on the session's wall clock."""
    if style.now is None:
        raise FeatureNotSupported(f"the special {type} '{word}' is not supported", hint="Use now() or current_date.")
    moment = (style.now - _EPOCH) // timedelta(microseconds=1)
    return moment + offset_at(moment, style.time_zone)[0] * c.SECOND


_MOVED_DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1}


def read_date(text: str, style: ValueStyle) -> int:
    """Days since 1970; the ends of the calendar are infinity."""
    moment = read_moment(text, "date", style)
    match moment.special:
        case "":
            if moment.days is None:
                raise _invalid(text, "date")
            if not c.FIRST_DAY <= moment.days < c.END_DAY:
                raise DatetimeFieldOverflow(f'date out of range: "{text}"')
            return moment.days
        case "infinity":
            return c.INFINITE_DAY
        case "-infinity":
            return -c.INFINITE_DAY
        case "epoch":
            return 0
        case "allballs":
            raise _invalid(text, "date")
        case word:
            return _local_now(style, word, "date") // c.DAY + _MOVED_DAYS.get(word, 0)


def read_time(text: str, style: ValueStyle) -> int:
    """Microseconds since midnight, 24:00 included; a zone is read and left."""
    moment = read_moment(text, "time", style)
    if moment.special == "allballs":
        return 0
    if moment.special == "now":
        return _local_now(style, "now", "time") % c.DAY
    if moment.clock is None or moment.special or (moment.zone and moment.days is None):
        raise _invalid(text, "time")
    return moment.clock


def zoned_clock(microseconds: int, offset: int) -> str:
    """A time of day with its zone, as the engine holds it: to the minute."""
    if offset % 60:
        raise FeatureNotSupported("a time with time zone whose offset has seconds is not supported")
    return c.clock_text(microseconds) + c.offset_text(offset)


def read_timetz(text: str, style: ValueStyle) -> tuple[int, int]:
    """Microseconds since midnight and seconds east of UTC; without a zone, the session's at that day or today."""
    moment = read_moment(text, "time with time zone", style)
    if moment.special == "allballs":
        return 0, 0
    if moment.clock is None or moment.special or (moment.zone and moment.days is None):
        raise _invalid(text, "time with time zone")
    if moment.offset is not None:
        return moment.clock, moment.offset
    zone = moment.zone or style.time_zone
    day = moment.days if moment.days is not None else 0 if zone == "UTC" else _local_now(style, text, "time") // c.DAY
    return moment.clock, offset_of_local(day * c.DAY + moment.clock, zone)


def read_timestamp(text: str, style: ValueStyle) -> int:
    """Microseconds since 1970 on a wall clock; a zone is read and left, as PostgreSQL does."""
    return _timestamp(text, read_moment(text, "timestamp", style), style, "timestamp")[0]


def read_timestamptz(text: str, style: ValueStyle) -> int:
    """Microseconds since 1970 in UTC; without a zone the clock is the session's."""
    name = "timestamp with time zone"
    moment = read_moment(text, name, style)
    local, is_special = _timestamp(text, moment, style, name)
    if is_special and moment.special in ("infinity", "-infinity", "epoch"):
        return local
    offset = moment.offset
    if offset is None:
        offset = offset_of_local(local, moment.zone or style.time_zone)
    return _in_range(local - offset * c.SECOND, text)


def _timestamp(text: str, moment: Moment, style: ValueStyle, name: str) -> tuple[int, bool]:
    match moment.special:
        case "":
            if moment.days is None:
                raise _invalid(text, name)
            if not c.FIRST_DAY <= moment.days < c.END_DAY:
                raise DatetimeFieldOverflow(f'timestamp out of range: "{text}"')
            return _in_range(moment.days * c.DAY + (moment.clock or 0), text), False
        case "infinity":
            return c.INFINITE_MOMENT, True
        case "-infinity":
            return -c.INFINITE_MOMENT, True
        case "epoch":
            return 0, True
        case "allballs":
            raise _invalid(text, name)
        case "now":
            return _local_now(style, "now", name), True
        case word:
            return (_local_now(style, word, name) // c.DAY + _MOVED_DAYS[word]) * c.DAY, True


def _in_range(moment: int, text: str) -> int:
    if not c.FIRST_DAY * c.DAY <= moment <= c.LAST_MOMENT:
        raise DatetimeFieldOverflow(f'timestamp out of range: "{text}"')
    return moment
