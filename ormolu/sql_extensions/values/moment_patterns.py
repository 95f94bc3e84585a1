"""to_char() of moments and intervals: PostgreSQL's patterns, all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from ormolu.errors import FeatureNotSupported, InvalidDatetimeFormat
from ormolu.sql_extensions.values.zones import offset_at

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_SECOND = 1_000_000
JULIAN_OF_ORDINAL = 1_721_425
_CAPITALS = ("A.D.", "AD", "A.M.", "AM", "B.C.", "BC", "P.M.", "PM", "CC", "DAY", "DDD", "DD", "DY", "D", "FF1", "FF2",
             "FF3", "FF4", "FF5", "FF6", "FX", "HH24", "HH12", "HH", "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I", "J",
             "MI", "MM", "MONTH", "MON", "MS", "OF", "Q", "RM", "SSSSS", "SSSS", "SS", "TZH", "TZM", "TZ", "US", "WW",
             "W", "Y,YYY", "YYYY", "YYY", "YY", "Y")  # fmt: skip
_WORDS = sorted({*_CAPITALS, *(word.lower() for word in _CAPITALS), "Month", "Mon", "Day", "Dy"}, key=len, reverse=True)
_PIECE = re.compile(
    r"(?P<bare>(?:FM|fm|TM|tm)*)(?P<word>" + "|".join(map(re.escape, _WORDS)) + r")(?P<ordinal>TH|th)?"
    r'|"(?P<quoted>(?:\\.|[^"\\])*)"?|\\(?P<escaped>.)|(?P<other>.)',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a pattern, or text between them (`word` is empty then)."""

    word: str
    text: str = ""
    is_bare: bool = False
    ordinal: str = ""
    is_quoted: bool = False


@lru_cache(maxsize=256)
def pieces(form: str) -> tuple[Piece, ...]:
    """The pattern taken apart."""
    found: list[Piece] = []
    for match in _PIECE.finditer(form):
        if match["word"]:
            is_bare = "FM" in match["bare"].upper()
            found.append(Piece(match["word"], match["word"], is_bare, match["ordinal"] or ""))
        elif match["quoted"] is not None:
            found.append(Piece("", re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL), is_quoted=True))
        else:
            found.append(Piece("", match["escaped"] or match["other"]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Fields:
    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    microsecond: int
    day_of_year: int
    date: date | None  # of an interval: None
    zone: str = ""
    offset: int = 0

    @property
    def seconds_of_day(self) -> int:
        return self.hour * 3600 + self.minute * 60 + self.second


def write_moment(microseconds: int, form: str, zone: str) -> str | None:
    """A moment by its microseconds since 1970: in UTC where it has a zone, else on the wall clock."""
    if abs(microseconds) >= 2**63 - 1:
        return None
    offset, name = offset_at(microseconds, zone) if zone else (0, "")
    microseconds += offset * _SECOND
    try:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise FeatureNotSupported("to_char() of a year before 1 or after 9999 is not supported") from error
    fields = _Fields(
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond,
        moment.timetuple().tm_yday, moment.date(), name, offset,
    )  # fmt: skip
    return _written(fields, form)


def write_interval(months: int, days: int, microseconds: int, form: str) -> str:
    """An interval by its parts, each with the sign of the whole."""
    years, rest_months = _divided(months, 12)
    seconds, fraction = _divided(microseconds, _SECOND)
    minutes, second = _divided(seconds, 60)
    hour, minute = _divided(minutes, 60)
    whole_days = (years * 12 + rest_months) * 30 + days
    return _written(_Fields(years, rest_months, days, hour, minute, second, fraction, whole_days, None), form)


def _divided(number: int, by: int) -> tuple[int, int]:
    """Towards zero, as a clock is taken apart."""
    sign = -1 if number < 0 else 1
    return sign * (abs(number) // by), sign * (abs(number) % by)


def _written(fields: _Fields, form: str) -> str:
    parts: list[str] = []
    for piece in pieces(form):
        if not piece.word:
            parts.append(piece.text)
            continue
        text = _word(piece, fields)
        parts.append(text + _ordinal(text, piece.ordinal) if piece.ordinal and text else text)
    return "".join(parts)


def _ordinal(text: str, ordinal: str) -> str:
    if not text[-1].isdigit():
        return ""
    suffix = "th" if text[-2:-1] == "1" else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
    return suffix.upper() if ordinal == "TH" else suffix


# Their sign takes a place more, that of other words one of their own.
_SIGNED = frozenset(("HH", "HH12", "HH24", "MI", "SS", "MM", "YYYY", "CC"))


def _number(value: int, width: int, piece: Piece) -> str:
    if piece.is_bare:
        return str(value)
    return f"{value:0{width + (value < 0 and piece.word.upper() in _SIGNED)}d}"


def _word(piece: Piece, fields: _Fields) -> str:
    capitals = piece.word.upper()
    if capitals in _NUMBERS:
        width, value = _NUMBERS[capitals]
        return _number(value(fields), width, piece)
    if fields.date is None and capitals in _NEED_DATE:
        raise InvalidDatetimeFormat("invalid format specification for an interval value")
    is_small = piece.word == piece.word.lower()
    match capitals:
        case "A.M." | "P.M." | "AM" | "PM":
            half = "PM" if fields.hour % 24 >= 12 else "AM"
            text = f"{half[0]}.{half[1]}." if "." in capitals else half
        case "A.D." | "B.C." | "AD" | "BC":
            text = "A.D." if "." in capitals else "AD"
        case "MONTH" | "MON" | "DAY" | "DY":
            return _name(piece, fields)
        case "RM":
            if not fields.month:
                return ""
            text = ROMAN_MONTHS[fields.month - 1]
            text = text if piece.is_bare else text.ljust(4)
        case "TZ":
            text = fields.zone
        case "TZH":
            return f"{'-' if fields.offset < 0 else '+'}{abs(fields.offset) // 3600:02d}"
        case "TZM":
            return f"{abs(fields.offset) % 3600 // 60:02d}"
        case "OF":
            hours, minutes = abs(fields.offset) // 3600, abs(fields.offset) % 3600 // 60
            sign = "-" if fields.offset < 0 else "+"
            return f"{sign}{hours if piece.is_bare else format(hours, '02d')}" + (f":{minutes:02d}" if minutes else "")
        case "Y,YYY":
            return f"{fields.year // 1000},{fields.year % 1000:03d}"
        case "Q":
            return str((fields.month - 1) // 3 + 1) if fields.month else ""
        case _ if capitals.startswith("FF"):
            return f"{fields.microsecond:06d}"[: int(capitals[2])]
        case _:
            return ""  # FX
    return text.lower() if is_small else text


_NEED_DATE = frozenset({"TZ", "TZH", "TZM", "OF", "A.D.", "B.C.", "AD", "BC", "MONTH", "MON", "DAY", "DY"})


def _name(piece: Piece, fields: _Fields) -> str:
    assert fields.date is not None
    word = piece.word
    is_month = word[0] in "Mm"
    name = MONTHS[fields.month - 1] if is_month else DAYS[fields.date.isoweekday() % 7]
    if word.upper() in ("MON", "DY"):
        name = name[:3]
    elif not piece.is_bare:
        name = name.ljust(9)
    return name.upper() if word.isupper() else name.lower() if word.islower() else name


def _dated(value: Callable[[date], int]) -> Callable[[_Fields], int]:
    def of(fields: _Fields) -> int:
        if fields.date is None:
            raise InvalidDatetimeFormat("invalid format specification for an interval value")
        return value(fields.date)

    return of


def _iso_year(day: date) -> int:
    return day.isocalendar().year


def _century(fields: _Fields) -> int:
    if fields.date is None:
        return fields.year // 100
    return (fields.year - 1) // 100 + 1


def _iso_day_of_year(day: date) -> int:
    of_year = day.isocalendar()
    return (of_year.week - 1) * 7 + of_year.weekday


_NUMBERS: dict[str, tuple[int, Callable[[_Fields], int]]] = {
    "HH": (2, lambda fields: fields.hour % 12 or 12),
    "HH12": (2, lambda fields: fields.hour % 12 or 12),
    "HH24": (2, lambda fields: fields.hour),
    "MI": (2, lambda fields: fields.minute),
    "SS": (2, lambda fields: fields.second),
    "MS": (3, lambda fields: fields.microsecond // 1000),
    "US": (6, lambda fields: fields.microsecond),
    "SSSS": (0, lambda fields: fields.seconds_of_day),
    "SSSSS": (0, lambda fields: fields.seconds_of_day),
    "YYYY": (4, lambda fields: fields.year),
    "YYY": (3, lambda fields: fields.year % 1000),
    "YY": (2, lambda fields: fields.year % 100),
    "Y": (1, lambda fields: fields.year % 10),
    "IYYY": (4, _dated(_iso_year)),
    "IYY": (3, _dated(lambda day: _iso_year(day) % 1000)),
    "IY": (2, _dated(lambda day: _iso_year(day) % 100)),
    "I": (1, _dated(lambda day: _iso_year(day) % 10)),
    "MM": (2, lambda fields: fields.month),
    "DD": (2, lambda fields: fields.day),
    "DDD": (3, lambda fields: fields.day_of_year),
    "IDDD": (3, _dated(_iso_day_of_year)),
    "D": (0, _dated(lambda day: day.isoweekday() % 7 + 1)),
    "ID": (0, _dated(date.isoweekday)),
    "WW": (2, lambda fields: (fields.day_of_year - 1) // 7 + 1),
    "W": (0, lambda fields: (fields.day - 1) // 7 + 1),
    "IW": (2, _dated(lambda day: day.isocalendar().week)),
    "CC": (2, _century),
    "J": (0, _dated(lambda day: day.toordinal() + JULIAN_OF_ORDINAL)),
}  # fmt: skip
