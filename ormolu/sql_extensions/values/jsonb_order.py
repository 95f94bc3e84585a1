"""How PostgreSQL compares jsonb: which contains which, and a key of bytes whose order is theirs."""

from __future__ import annotations

from decimal import Decimal

from ormolu.sql_extensions.values.jsons import JsonNumber

_EXPONENT_OFFSET = 2**31


def contains(left: object, right: object) -> bool:
    """`@>`; a lone array also contains a lone scalar."""
    if isinstance(left, list) and not isinstance(right, dict | list):
        return any(_is_same(item, right) for item in left)
    return _contains(left, right)


def _contains(left: object, right: object) -> bool:
    match left, right:
        case dict(), dict():
            return all(key in left and _contains(left[key], item) for key, item in right.items())
        case list(), list():
            return all(any(_contains(mine, item) for mine in left) for item in right)
        case _:
            return _is_same(left, right)


def _is_same(left: object, right: object) -> bool:
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return False
    if isinstance(left, JsonNumber) and isinstance(right, JsonNumber):
        return Decimal(left) == Decimal(right)
    return type(left) is type(right) and left == right


def has_key(value: object, key: str) -> bool:
    """`?`: a member's name, an element that is the string, or the string itself."""
    match value:
        case JsonNumber():
            return False
        case dict():
            return key in value
        case list():
            return any(type(item) is str and item == key for item in value)
        case _:
            return type(value) is str and value == key


def sort_key(value: object) -> bytes:
    """Bytes that compare as the values do: equal numbers are equal whatever their digits."""
    # An array without elements is the least of all, but only at the top.
    return b"\x00" if value == [] else _key(value)


def _key(value: object) -> bytes:
    match value:
        case None:
            return b"\x01"
        case JsonNumber():
            return b"\x03" + _number_key(Decimal(value))
        case str():
            return b"\x02" + value.encode() + b"\x00"
        case bool():
            return b"\x05" if value else b"\x04"
        case list():
            return b"\x06" + len(value).to_bytes(4) + b"".join(map(_key, value))
        case dict():
            members = (key.encode() + b"\x00" + _key(item) for key, item in value.items())
            return b"\x07" + len(value).to_bytes(4) + b"".join(members)
        case _:
            raise AssertionError(value)


def _number_key(number: Decimal) -> bytes:
    if not number:
        return b"\x01"
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    size = (number.adjusted() + _EXPONENT_OFFSET).to_bytes(4) + digits.encode() + b"\x00"
    return b"\x02" + size if number > 0 else b"\x00" + bytes(255 - byte for byte in size)
