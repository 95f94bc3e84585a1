"""Intervals: PostgreSQL's spellings, SQL's and ISO 8601's, read; four IntervalStyles, written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from ormolu.errors import IntervalFieldOverflow, InvalidDatetimeFormat

SECOND = 1_000_000
DAY = 86_400 * SECOND
_MONTHS_MAX, _MICROSECONDS_MAX = 2**31, 2**63

_UNITS = {
    word: unit
    for unit, words in {
        "millennium": "millennium millennia mil mils millenniums",
        "century": "century centuries cent c",
        "decade": "decade decades dec decs",
        "year": "year years y yr yrs",
        "month": "month months mon mons",
        "week": "week weeks w",
        "day": "day days d",
        "hour": "hour hours h hr hrs",
        "minute": "minute minutes m min mins",
        "second": "second seconds s sec secs",
        "millisecond": "millisecond milliseconds ms msec msecs mseconds msecond",
        "microsecond": "microsecond microseconds us usec usecs useconds usecond",
    }.items()
    for word in words.split()
}
_YEARS = {"millennium": 1000, "century": 100, "decade": 10, "year": 1}
_MICROSECONDS = {"hour": 3600 * SECOND, "minute": 60 * SECOND, "second": SECOND, "millisecond": 1000, "microsecond": 1}
_ISO_DATE_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_ISO_TIME_UNITS = {"H": "hour", "M": "minute", "S": "second"}
_TOKEN = re.compile(
    r"\s*(?:(?P<clock>[+-]?\d+:\d*(?::\d+(?:\.\d*)?|\.\d+)?)|(?P<months>[+-]?\d+-\d+)(?![\d-])"
    r"|(?P<number>[+-]?\s*(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?P<word>[a-z]+\.?)|(?P<blank>[@,;]))\s*",
    re.IGNORECASE,
)
_ISO_PART = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([A-Z])")
_ISO_ALTERNATIVE = re.compile(r"P(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d{2}):(\d{2}):(\d{2}(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Interval:
    months: int = 0
    days: int = 0
    microseconds: int = 0

    def __neg__(self) -> Interval:
        return Interval(-self.months, -self.days, -self.microseconds)

    @property
    def engine_text(self) -> str:
        """As DuckDB reads it."""
        return f"{self.months} months {self.days} days {self.microseconds} microseconds"


@dataclass(slots=True)
class _Sum:
    """The parts gathered so far; each unit may occur once."""

    months: Decimal = Decimal(0)
    days: Decimal = Decimal(0)
    microseconds: Decimal = Decimal(0)
    seen: set[str] = field(default_factory=set)

    def add(self, unit: str, amount: Decimal) -> None:
        if unit in self.seen:
            raise ValueError(unit)
        self.seen.add(unit)
        whole = amount.to_integral_value(ROUND_DOWN)
        rest = amount - whole
        if unit in _YEARS:
            months = 12 * _YEARS[unit]
            self.months += whole * months + (rest * months).to_integral_value(ROUND_HALF_EVEN)
        elif unit == "month":
            self.months += whole
            self._add_days(rest * 30)
        elif unit == "week":
            self.days += whole * 7
            self._add_days(rest * 7)
        elif unit == "day":
            self._add_days(amount)
        else:
            self.microseconds += (amount * _MICROSECONDS[unit]).to_integral_value(ROUND_HALF_EVEN)

    def _add_days(self, amount: Decimal) -> None:
        whole = amount.to_integral_value(ROUND_DOWN)
        self.days += whole
        self.microseconds += ((amount - whole) * DAY).to_integral_value(ROUND_HALF_EVEN)

    def total(self, text: str) -> Interval:
        fits = max(abs(self.months), abs(self.days)) < _MONTHS_MAX and abs(self.microseconds) < _MICROSECONDS_MAX
        if not fits:
            raise IntervalFieldOverflow(f'interval field value out of range: "{text}"')
        return Interval(int(self.months), int(self.days), int(self.microseconds))


def read_interval(text: str, form: str = "postgres", *, fields: str = "") -> Interval:
    """Read an interval; a number without a unit is seconds, or the last of `fields` where the type names some."""
    parts = _Sum()
    is_ago = False
    try:
        if text.strip()[:1] == "P":
            _read_iso(text.strip(), parts)
        else:
            is_ago = _read_words(text, parts, fields.rsplit(maxsplit=1)[-1] if fields else "second", form)
    except ValueError as error:
        raise InvalidDatetimeFormat(f'invalid input syntax for type interval: "{text}"') from error
    total = parts.total(text)
    return -total if is_ago else total


def _read_words(text: str, parts: _Sum, default_unit: str, form: str) -> bool:
    """Read from the last word to the first, as PostgreSQL does: a unit stands behind its number."""
    tokens = _tokens(text)
    if not tokens:
        raise ValueError(text)
    is_ago = tokens[-1] == ("word", "ago")
    if is_ago:
        tokens.pop()
    if form == "sql_standard" and tokens and tokens[0][1].startswith("-") and _has_one_sign(tokens):
        tokens = [(kind, f"-{value.lstrip('-')}" if kind != "word" else value) for kind, value in tokens]
    unit = ""
    used = True
    for kind, value in reversed(tokens):
        match kind:
            case "clock":
                parts.add("hour", _clock(value) / _MICROSECONDS["hour"])
                parts.seen |= {"minute", "second"}
                unit = "day"
            case "months":
                sign, years, months = re.fullmatch(r"([+-]?)(\d+)-(\d+)", value).groups()  # type: ignore[union-attr]  # it is such a token
                if int(months) >= 12:
                    raise IntervalFieldOverflow(f'interval field value out of range: "{text}"')
                parts.add("year", Decimal(f"{sign}{years}"))
                parts.add("month", Decimal(f"{sign}{months}"))
            case "word":
                if not used or value.rstrip(".") not in _UNITS:
                    raise ValueError(value)
                unit, used = _UNITS[value.rstrip(".")], False
                continue
            case _:
                parts.add(unit or default_unit, Decimal(value.replace(" ", "")))
        used = True
    if not used or not parts.seen:
        raise ValueError(text)
    return is_ago


def _has_one_sign(tokens: list[tuple[str, str]]) -> bool:
    return not any(value[0] in "+-" for _, value in tokens[1:])


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise ValueError(text)
        at = match.end()
        if match.lastgroup != "blank" and match.lastgroup is not None:
            tokens.append((match.lastgroup, match[match.lastgroup].lower()))
    return tokens


def _clock(text: str) -> Decimal:
    """hh:mm, hh:mm:ss.f or, with a fraction and one colon, mm:ss.f as microseconds."""
    sign = -1 if text.startswith("-") else 1
    numbers = text.lstrip("+-").split(":")
    if len(numbers) == 2 and "." in numbers[1]:
        numbers.insert(0, "0")
    hours, minutes, seconds = (*numbers, "0")[:3]
    if int(minutes or 0) > 59 or Decimal(seconds) > 60:
        raise IntervalFieldOverflow(f'interval field value out of range: "{text}"')
    total = int(hours) * 3600 + int(minutes or 0) * 60 + Decimal(seconds)
    return (sign * total * SECOND).to_integral_value(ROUND_HALF_EVEN)


def _read_iso(text: str, parts: _Sum) -> None:
    if alternative := _ISO_ALTERNATIVE.fullmatch(text):
        for unit, value in zip(("year", "month", "day", "hour", "minute", "second"), alternative.groups(), strict=True):
            if value is not None:
                parts.add(unit, Decimal(value))
        return
    date, has_time, clock = text[1:].partition("T")
    if (has_time and not clock) or not (date or clock):
        raise ValueError(text)
    for section, units in ((date, _ISO_DATE_UNITS), (clock, _ISO_TIME_UNITS)):
        at = 0
        while at < len(section):
            match = _ISO_PART.match(section, at)
            if match is None or match[2] not in units:
                raise ValueError(text)
            parts.add(units[match[2]], Decimal(match[1]))
            at = match.end()
