"""The values that options take: read, checked against their type, and brought into one form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import MappingProxyType
from typing import assert_never

from ormolu.definitions import OptionValue, SecretReference, Word
from ormolu.errors import InvalidParameterValue


class OptionType(Enum):
    TEXT = "text"
    ANY = "text or number"
    NAME = "name"
    CHOICE = "one of"
    CHOICES = "some of"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    PERCENT = "percent"
    INTERVAL = "interval"
    SIZE = "size"
    MONEY = "money"
    DATE = "date or timestamp"
    TIME = "time of day"
    RATE = "rate"
    JSON = "json"
    RELATION = "relation (column)"


EXAMPLES = {
    OptionType.TEXT: "'text'",
    OptionType.ANY: "'text' or a number",
    OptionType.NAME: "a name",
    OptionType.INTEGER: "4",
    OptionType.NUMBER: "0.95",
    OptionType.BOOLEAN: "true or false",
    OptionType.PERCENT: "95",
    OptionType.INTERVAL: "'15 minutes'",
    OptionType.SIZE: "'256 MB'",
    OptionType.MONEY: "'180 EUR'",
    OptionType.DATE: "'2026-06-30'",
    OptionType.TIME: "'08:00'",
    OptionType.RATE: "'10/s'",
    OptionType.JSON: '\'{"key": "value"}\'',
    OptionType.RELATION: "bronze.orders (id)",
}


@dataclass(frozen=True, slots=True)
class KnownOption:
    """A row of the table of options; `values` are what a choice takes, `default` as it would be written."""

    name: str
    type: OptionType
    meaning: str
    default: str | None = None
    values: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        return f"{self.type.value} {', '.join(self.values)}" if self.values else self.type.value


Table = Mapping[str, KnownOption]


def row(name: str, type_: OptionType, meaning: str, default: str | None = None, values: str = "") -> KnownOption:
    return KnownOption(name, type_, meaning, default, tuple(values.split()))


def table(*rows: KnownOption) -> Table:
    return MappingProxyType({row.name: row for row in rows})


def join(*tables: Table) -> Table:
    return MappingProxyType({name: row for table in tables for name, row in table.items()})


COMMON = table(
    row("title", OptionType.TEXT, "the name that people read"),
    row("owner", OptionType.TEXT, "the role that is told when something fails"),
    row("steward", OptionType.TEXT, "who answers questions about the meaning"),
    row("domain", OptionType.TEXT, "the part of the business it belongs to"),
    row("dataset", OptionType.TEXT, "the dataset it is published in"),
    row("pipeline", OptionType.TEXT, "the pipeline it is shown in"),
)

_UNIT_SECONDS = {
    word: Decimal(seconds)
    for words, seconds in (
        ("microsecond us", "0.000001"),
        ("millisecond ms", "0.001"),
        ("second sec s", "1"),
        ("minute min m", "60"),
        ("hour hr h", "3600"),
        ("day d", "86400"),
        ("week w", "604800"),
        ("month mon", "2592000"),
        ("quarter", "7776000"),
        ("year yr y", "31557600"),
    )
    for word in words.split()
}
_INTERVAL_PART = re.compile(
    r"\s*([+-]?\d+(?:\.\d+)?)\s*([A-Za-z]+)|\s*([+-]?)(\d+):([0-5]?\d)(?::([0-5]?\d(?:\.\d+)?))?\s*$"
)
_ISO_SECONDS = (31557600, 2592000, 604800, 86400, 0, 3600, 60, 1)
_ISO_INTERVAL = re.compile(r"^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+S)?)?$")
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([kKMGTP]i?B|B)\s*$")
_SIZE_POWER = {"B": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_MONEY = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([A-Z]{3})\s*$")
_RATE = re.compile(r"^\s*\d+\s*/\s*(s|min|h|second|minute|hour)\s*$")
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$")
_TRUE = frozenset({"true", "on", "yes", "1", "t", "y"})
_FALSE = frozenset({"false", "off", "no", "0", "f", "n"})


def find_interval(text: str) -> timedelta | None:
    """The length of a PostgreSQL interval, a month counted as 30 days and a year as 365.25; None where it is none."""
    if iso := _ISO_INTERVAL.match(text.strip()):
        parts = zip(_ISO_SECONDS, iso.groups(), strict=True)
        return timedelta(seconds=sum(unit * int(part[:-1]) for unit, part in parts if unit and part))
    seconds, position = Decimal(0), 0
    while position < len(text.rstrip()):
        part = _INTERVAL_PART.match(text, position)
        if part is None:
            return None
        length = _part_seconds(part)
        if length is None:
            return None
        seconds += length
        position = part.end()
    try:
        return timedelta(seconds=float(seconds)) if position else None
    except OverflowError:
        return None


def _part_seconds(part: re.Match[str]) -> Decimal | None:
    amount, unit, sign, hours, minutes, seconds = part.groups()
    if amount is not None:
        word = unit.lower()
        length = _UNIT_SECONDS.get(word) or _UNIT_SECONDS.get(word.removesuffix("s"))
        return None if length is None else Decimal(amount) * length
    total = Decimal(hours) * 3600 + Decimal(minutes) * 60 + Decimal(seconds or 0)
    return -total if sign == "-" else total


def interval(text: str, *, position: int | None = None) -> timedelta:
    """The length of an interval that must be one, longer than nothing."""
    length = find_interval(text)
    if length is None or length < timedelta(0):
        raise InvalidParameterValue(
            f"invalid interval: '{text}'", hint="Write an interval in quotes: '15 minutes'.", position=position
        )
    return length


def find_bytes(text: str) -> int | None:
    """'256 MB' in bytes, by powers of 1024 as PostgreSQL counts."""
    match = _SIZE.match(text)
    return None if match is None else int(Decimal(match[1]) * 1024 ** _SIZE_POWER[match[2][0].upper()])


def find_time(text: str) -> time | None:
    match = _TIME.match(text.strip())
    return None if match is None else time(int(match[1]), int(match[2]), int(match[3] or 0))


def is_timestamp(text: str) -> bool:
    """Whether it reads as a date or a timestamp in ISO form."""
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def is_money(text: str) -> bool:
    return _MONEY.match(text) is not None


def checked(option: KnownOption, value: OptionValue, *, position: int | None = None) -> OptionValue:
    """The value in the form that definitions keep; 22023 with an example where it is not of the option's type."""
    found = _in_form(option, value)
    if found is None:
        raise InvalidParameterValue(
            f'invalid value for option "{option.name}": {_shown(value)}', hint=_example(option), position=position
        )
    return found


def _example(option: KnownOption) -> str:
    if option.values:
        also = " or an interval" if option.type is OptionType.INTERVAL else ""
        return "It takes " + ", ".join(f"'{choice}'" for choice in option.values) + f"{also}."
    return f"It takes {option.type.value}, such as {EXAMPLES[option.type]}."


def _shown(value: OptionValue) -> str:
    match value:
        case str():
            return f"'{value}'"
        case SecretReference(name):
            return f"SECRET {name}"
        case Word(text):
            return text
        case _:
            return str(value)


def _in_form(option: KnownOption, value: OptionValue) -> OptionValue | None:
    if isinstance(value, SecretReference):
        return value if option.type in (OptionType.TEXT, OptionType.ANY, OptionType.JSON) else None
    match option.type:
        case OptionType.BOOLEAN:
            return _boolean(value)
        case OptionType.INTEGER | OptionType.NUMBER | OptionType.PERCENT:
            return _number(option.type, value)
        case OptionType.ANY:
            return value.text if isinstance(value, Word) else value
        case OptionType.NAME | OptionType.RELATION:
            return Word(value) if isinstance(value, str) else value if isinstance(value, Word) else None
        case _:
            text = value.text if isinstance(value, Word) else value
            return text if isinstance(text, str) and not isinstance(text, bool) and _fits(option, text) else None


def _fits(option: KnownOption, text: str) -> bool:
    match option.type:
        case OptionType.TEXT:
            return True
        case OptionType.CHOICE:
            return text in option.values
        case OptionType.CHOICES:
            return all(part.strip() in option.values for part in text.split(","))
        case OptionType.INTERVAL:
            length = find_interval(text)
            return (length is not None and length >= timedelta(0)) or text in option.values
        case OptionType.SIZE:
            return bool(find_bytes(text))
        case OptionType.MONEY:
            return is_money(text)
        case OptionType.DATE:
            return is_timestamp(text)
        case OptionType.TIME:
            return find_time(text) is not None
        case OptionType.RATE:
            return _RATE.match(text) is not None
        case OptionType.JSON:
            return _is_json(text)
        case (
            OptionType.ANY
            | OptionType.NAME
            | OptionType.INTEGER
            | OptionType.NUMBER
            | OptionType.BOOLEAN
            | OptionType.PERCENT
            | OptionType.RELATION
        ):
            raise AssertionError(option.type)
        case _:
            assert_never(option.type)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _boolean(value: OptionValue) -> bool | None:
    text = str(value.text if isinstance(value, Word) else value).lower()
    return True if text in _TRUE else False if text in _FALSE else None


def _number(type_: OptionType, value: OptionValue) -> int | Decimal | None:
    if isinstance(value, bool | Word | SecretReference):
        return None
    try:
        number = Decimal(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    if not number.is_finite() or (type_ is OptionType.PERCENT and not 0 <= number <= 100):
        return None
    if number == number.to_integral_value():
        return int(number)
    return None if type_ is OptionType.INTEGER else number
