"""JSON as PostgreSQL takes it, and jsonb in the one form it has: keys in order, numbers as numerics."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from ormolu.errors import InvalidTextRepresentation, ProgramLimitExceeded, UntranslatableCharacter

_DIGITS_MAX = 10_000
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')


def check_json(text: str) -> str:
    """Give a text back that is JSON; 22P02 where it is none."""
    _parse(text, _as_written)
    return text


def _as_written(pairs: list[tuple[str, object]]) -> object:
    return pairs


def _no_constant(word: str) -> object:
    raise ValueError(word)


def _parse(text: str, pairs: object) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=pairs,  # type: ignore[arg-type]  # one of the two above and below
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_no_constant,
        )
    except RecursionError as error:
        raise ProgramLimitExceeded("json is nested too deeply") from error
    except ValueError as error:
        raise InvalidTextRepresentation("invalid input syntax for type json", detail=str(error)) from error


class JsonNumber(str):
    """A number's digits as they were written."""

    __slots__ = ()


def read_jsonb(text: str) -> str:
    """The form in which PostgreSQL keeps and shows a jsonb."""
    return write_jsonb(jsonb_value(text))


def jsonb_value(text: str) -> object:
    """A jsonb's value: dicts in its order, lists, numbers with their digits, texts, booleans and None."""
    if "\\u0000" in text and re.search(r"(?<!\\)(\\\\)*\\u0000", text):
        raise UntranslatableCharacter(
            "unsupported Unicode escape sequence", detail="\\u0000 cannot be converted to text."
        )
    return _parse(text, _sorted)


def json_value(text: str) -> object:
    """A json's value, its objects as lists of pairs: in the order they were written, equal keys included."""
    return _parse(text, JsonPairs)


def write_jsonb(value: object) -> str:
    """The one text of a jsonb."""
    try:
        return _write(value)
    except RecursionError as error:
        raise ProgramLimitExceeded("json is nested too deeply") from error


class JsonPairs(list[tuple[str, object]]):
    """An object of a json as it was written."""


def _sorted(pairs: list[tuple[str, object]]) -> object:
    return in_order(dict(pairs))


def in_order(members: dict[str, object]) -> dict[str, object]:
    """Shorter keys first, then by their bytes."""
    return dict(sorted(members.items(), key=lambda pair: (len(encoded := _utf8(pair[0])), encoded)))


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidTextRepresentation(
            "invalid input syntax for type json", detail="Unicode low surrogate must follow a high surrogate."
        ) from error


def _write(value: object) -> str:
    match value:
        case JsonNumber():
            return _number(value)
        case str():
            return quoted(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(map(_write, value))}]"
        case dict():
            return f"{{{', '.join(f'{quoted(key)}: {_write(item)}' for key, item in value.items())}}}"
        case _:
            raise AssertionError(value)


def _number(digits: str) -> str:
    number = Decimal(digits)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if abs(exponent) > _DIGITS_MAX:
        raise ProgramLimitExceeded(f"a number in a jsonb has at most {_DIGITS_MAX} digits")
    return format(number if number else abs(number), "f")


def quoted(text: str) -> str:
    """A JSON string with as few escapes as PostgreSQL writes."""
    _utf8(text)
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}"
