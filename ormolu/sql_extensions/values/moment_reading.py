"""to_timestamp() and to_date(): texts read along PostgreSQL's patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ormolu.errors import DatetimeFieldOverflow, FeatureNotSupported, InvalidDatetimeFormat
from ormolu.sql_extensions.values.moment_patterns import DAYS, JULIAN_OF_ORDINAL, MONTHS, ROMAN_MONTHS, Piece, pieces

_LENGTHS = {"HH24": 2, "HH12": 2, "HH": 2, "Y,YYY": 4, "J": 8, "CC": 2, "D": 1, "ID": 1, "Q": 1, "W": 1, "SSSS": 5,
            "SSSSS": 5, "MS": 3, "US": 6, "I": 1, "Y": 1,
            **{f"FF{digits}": digits for digits in range(1, 7)}}  # fmt: skip
_INTEGER_MAX = 2**31


@dataclass(slots=True)
class _Read:
    """What was read so far, by word; the clock has 12 hours where the pattern says so."""

    values: dict[str, int] = field(default_factory=dict)
    is_afternoon: bool | None = None
    is_before_christ: bool = False


class _Reader:
    def __init__(self, text: str, form: str) -> None:
        self.text, self.form = text, form
        self.pieces = pieces(form)
        self.at = self.skipped = 0
        self.read = _Read()

    def run(self) -> _Read:
        for index, piece in enumerate(self.pieces):
            if piece.word or index == 0:
                while self.at < len(self.text) and self.text[self.at].isspace():
                    self.at += 1
                    self.skipped += 1
            if self.at >= len(self.text):
                break
            if piece.word:
                self.skipped = 0
                self._word(piece, self.pieces[index + 1] if index + 1 < len(self.pieces) else None)
                self._ordinal(piece)
            else:
                self._between(piece)
        return self.read

    def _between(self, piece: Piece) -> None:
        """A separator matches any; other text stands for as many characters, but for those skipped already."""
        for character in piece.text:
            if not piece.is_quoted and _is_separator(character):
                self.skipped -= 1
                if self.at < len(self.text) and _is_separator(self.text[self.at]):
                    self.at += 1
                    self.skipped += 1
            elif self.skipped > 0:
                self.skipped -= 1
            else:
                self.at += 1

    def _ordinal(self, piece: Piece) -> None:
        if piece.ordinal and self.text[self.at : self.at + 2].lower() in ("st", "nd", "rd", "th"):
            self.at += 2

    def _word(self, piece: Piece, following: Piece | None) -> None:
        word = piece.word.upper()
        match word:
            case "AM" | "PM" | "A.M." | "P.M.":
                self.read.is_afternoon = bool(self._one_of(word, ("a.m.", "p.m.") if "." in word else ("am", "pm")))
            case "AD" | "BC" | "A.D." | "B.C.":
                names = ("a.d.", "b.c.") if "." in word else ("ad", "bc")
                self.read.is_before_christ = bool(self._one_of(word, names))
            case "MONTH":
                self.read.values["MM"] = self._one_of(word, MONTHS) + 1
            case "MON":
                self.read.values["MM"] = self._one_of(word, [name[:3] for name in MONTHS]) + 1
            case "DAY":
                self.read.values["D"] = self._one_of(word, DAYS) + 1
            case "DY":
                self.read.values["D"] = self._one_of(word, [name[:3] for name in DAYS]) + 1
            case "RM":
                self.read.values["MM"] = self._one_of(word, ROMAN_MONTHS) + 1
            case "TZ" | "OF":
                raise FeatureNotSupported(f'formatting field "{word}" is only supported in to_char')
            case "TZH" | "TZM" | "FX":
                raise FeatureNotSupported(f'reading "{word}" in a date pattern is not supported')
            case "Y,YYY":
                found = re.compile(r"(\d+),(\d{3})").match(self.text, self.at)
                if found is None:
                    raise InvalidDatetimeFormat('invalid input string for "Y,YYY"')
                self.read.values["YYYY"] = int(found[1]) * 1000 + int(found[2])
                self.at = found.end()
            case _:
                self._number(word, piece, following)

    def _one_of(self, word: str, names: tuple[str, ...] | list[str]) -> int:
        """The longest of the names that the text goes on with, whatever its case."""
        rest = self.text[self.at :].lower()
        found = [index for index, name in enumerate(names) if rest.startswith(name.lower())]
        if not found:
            shown = rest.split()[0] if rest.split() else rest
            raise InvalidDatetimeFormat(f'invalid value "{self.text[self.at : self.at + len(shown)]}" for "{word}"')
        best = max(found, key=lambda index: len(names[index]))
        self.at += len(names[best])
        return best

    def _number(self, word: str, piece: Piece, following: Piece | None) -> None:
        length = _LENGTHS.get(word, len(word))
        is_free = piece.is_bare or _is_next_separator(following)
        found = re.compile(r"\s*[+-]?\d+" if is_free else rf"\s*[+-]?\d{{1,{length}}}").match(self.text, self.at)
        taken = found.group().strip() if found else ""
        if not is_free:
            taken = taken[:length]
        if not taken.strip("+-"):
            shown = self.text[self.at : self.at + length]
            raise InvalidDatetimeFormat(f'invalid value "{shown}" for "{word}"')
        assert found is not None
        self.at = found.start() + len(found.group()) - len(found.group().strip()) + len(taken)
        value = int(taken)
        if abs(value) >= _INTEGER_MAX:
            raise DatetimeFieldOverflow(f'value for "{word}" in source string is out of range')
        self._keep(word, value, len(taken))

    def _keep(self, word: str, value: int, digits: int) -> None:
        match word:
            case "YYY" | "YY" | "Y" | "IYY" | "IY" | "I":
                name = "IYYY" if word.startswith("I") else "YYYY"
                self._set(name, _whole_year(value) if digits < 4 else value)
                self.read.values["short year"] = int(word in ("YY", "Y"))
            case "HH" | "HH12":
                self._set("hour", value)
                self.read.values["12"] = 1
            case "HH24":
                self._set("hour", value)
            case "MS":
                self._set("us", value * 10 ** (6 - min(digits, 3)) if digits < 3 else value * 1000)
            case "US":
                self._set("us", value * 10 ** max(6 - digits, 0))
            case "SSSS" | "SSSSS":
                self._set("SSSS", value)
            case _ if word.startswith("FF"):
                self._set("us", value * 10 ** max(6 - digits, 0))
            case "Q":
                pass
            case _:
                self._set(word, value)

    def _set(self, name: str, value: int) -> None:
        if self.read.values.get(name, value) != value:
            raise InvalidDatetimeFormat(f'conflicting values for "{name}" field in formatting string')
        self.read.values[name] = value


def _is_separator(character: str) -> bool:
    return character.isspace() or (character.isascii() and character.isprintable() and not character.isalnum())


def _is_next_separator(following: Piece | None) -> bool:
    """Whether a number ends by itself, because no digits follow it."""
    if following is None:
        return True
    if following.word:
        return following.word.upper() in _LETTERS
    return not following.text[:1].isdigit()


_LETTERS = frozenset(("AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.", "MONTH", "MON", "DAY", "DY", "RM", "TZ",
                      "OF", "TZH"))  # fmt: skip


def _whole_year(year: int) -> int:
    """A year of fewer than four digits, put near 2020."""
    for limit, added in ((70, 2000), (100, 1900), (520, 2000), (1000, 1000)):
        if year < limit:
            return year + added
    return year


def read_moment(text: str, form: str) -> datetime:
    """The wall clock that a text shows."""
    read = _Reader(text, form).run()
    day = _day(read, text)
    return datetime(day.year, day.month, day.day) + _clock(read, text)


def _out_of_range(text: str) -> DatetimeFieldOverflow:
    return DatetimeFieldOverflow(f'date/time field value out of range: "{text}"')


def _clock(read: _Read, text: str) -> timedelta:
    values = read.values
    seconds_of_day = values.get("SSSS")
    if seconds_of_day is not None:
        return timedelta(seconds=seconds_of_day, microseconds=values.get("us", 0))
    hour = values.get("hour", 0)
    if "12" in values or read.is_afternoon is not None:
        if "hour" in values and not 1 <= hour <= 12:
            raise InvalidDatetimeFormat(
                f'hour "{hour}" is invalid for the 12-hour clock',
                hint="Use the 24-hour clock, or give an hour between 1 and 12.",
            )
        hour = hour % 12 + (12 if read.is_afternoon else 0) if "hour" in values else 0
    minute, second = values.get("MI", 0), values.get("SS", 0)
    if not (0 <= hour <= 24 and 0 <= minute <= 59 and 0 <= second <= 60) or (hour == 24 and minute + second):
        raise _out_of_range(text)
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=values.get("us", 0))


def _day(read: _Read, text: str) -> date:
    values = read.values
    if read.is_before_christ:
        raise FeatureNotSupported("a year before Christ in a date pattern is not supported")
    try:
        if "J" in values:
            return date.fromordinal(values["J"] - JULIAN_OF_ORDINAL)
        if "IYYY" in values:
            return _iso_day(values)
        return _calendar_day(values)
    except (ValueError, OverflowError) as error:
        raise _out_of_range(text) from error


def _iso_day(values: dict[str, int]) -> date:
    if "IDDD" in values:
        return date.fromisocalendar(values["IYYY"], 1, 1) + timedelta(days=values["IDDD"] - 1)
    weekday = values.get("ID") or (values["D"] + 5) % 7 + 1 if "ID" in values or "D" in values else 1
    return date.fromisocalendar(values["IYYY"], values.get("IW", 1), weekday)


def _calendar_day(values: dict[str, int]) -> date:
    year = values.get("YYYY")
    if year is None and "CC" in values:
        year = (values["CC"] - 1) * 100 + 1
    elif year is not None and "CC" in values and values.get("short year"):
        year = (values["CC"] - 1) * 100 + year % 100
    if "WW" in values and "DDD" not in values:
        values["DDD"] = (values["WW"] - 1) * 7 + 1
    day = values.get("DD", (values["W"] - 1) * 7 + 1 if "W" in values else 1)
    if "DDD" in values and ("DD" not in values or "MM" not in values):
        if year is None:
            raise InvalidDatetimeFormat("cannot calculate day of year without year information")
        if not 1 <= values["DDD"] <= 365 + (date(year, 12, 31).timetuple().tm_yday == 366):
            raise ValueError(values["DDD"])
        return date(year, 1, 1) + timedelta(days=values["DDD"] - 1)
    if year is None or year < 1:
        raise FeatureNotSupported("a text without a year after Christ in its date pattern is not supported")
    return date(year, values.get("MM", 1), day)
