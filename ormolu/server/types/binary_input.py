"""PostgreSQL's binary forms of single values, read: parameters and binary copies share them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_interface
from typing import Any
from uuid import UUID

from ormolu.errors import (
    ArraySubscriptError,
    CharacterNotInRepertoire,
    DatatypeMismatch,
    DatetimeFieldOverflow,
    FeatureNotSupported,
    InvalidBinaryRepresentation,
    NumericValueOutOfRange,
    OrmoluError,
    ProtocolViolation,
)
from ormolu.server.types.numeric import read_numeric
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values import calendar as c
from ormolu.sql_extensions.values.intervals import Interval
from ormolu.sql_extensions.values.jsons import check_json, read_jsonb
from ormolu.sql_extensions.values.moments import zoned_clock
from ormolu.sql_extensions.values.numbers import fitted
from ormolu.sql_extensions.values.texts import limited

# 2000-01-01, where PostgreSQL counts from, seen from 1970.
_EPOCH_DAYS = 10_957
_EPOCH = _EPOCH_DAYS * c.DAY
_DIMENSIONS_MAX = 6
_INET_FAMILIES = {2: 4, 3: 16}
_ZONE_SECONDS_END = 16 * 3600


def read_binary(data: bytes, kind: DataType) -> object:
    """Read one value as the engine takes it; 22P03 where the bytes are not of its type."""
    try:
        if kind.dimensions:
            return _array(data, DataType(kind.scalar, kind.modifiers))
        read = _READERS.get(kind.scalar.name)
        if read is not None:
            return read(data)
        return limited(read_utf8(data), kind.scalar.name, kind.modifiers)
    except OrmoluError:
        raise
    except struct.error as error:
        if kind.dimensions or kind.scalar.length < 0 or kind.scalar.length > len(data):
            raise ProtocolViolation("insufficient data left in message") from error
        raise InvalidBinaryRepresentation(f"incorrect binary data format for type {kind}") from error
    except (ValueError, OverflowError, IndexError) as error:
        raise InvalidBinaryRepresentation(f"incorrect binary data format for type {kind}") from error


def read_utf8(data: bytes) -> str:
    """Text of a client: PostgreSQL has no zero byte in a text."""
    if b"\0" in data:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8": 0x00')
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        wrong = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.end])
        raise CharacterNotInRepertoire(f'invalid byte sequence for encoding "UTF8": {wrong}') from error


def _unpack(form: str) -> Callable[[bytes], Any]:
    layout = struct.Struct(form)
    return lambda data: layout.unpack(data)[0]


_int32, _int64 = _unpack("!i"), _unpack("!q")


def _boolean(data: bytes) -> bool:
    (value,) = struct.unpack("!B", data)
    return bool(value)


def _date(data: bytes) -> str:
    days = _int32(data)
    if days in (2**31 - 1, -(2**31)):
        return c.engine_date(c.INFINITE_DAY if days > 0 else -c.INFINITE_DAY)
    days += _EPOCH_DAYS
    if not c.FIRST_DAY <= days < c.END_DAY:
        raise DatetimeFieldOverflow("date out of range")
    return c.engine_date(days)


def _timestamp(data: bytes) -> str:
    moment = _int64(data)
    if moment in (2**63 - 1, -(2**63)):
        return c.engine_timestamp(c.INFINITE_MOMENT if moment > 0 else -c.INFINITE_MOMENT)
    moment += _EPOCH
    if not c.FIRST_DAY * c.DAY <= moment <= c.LAST_MOMENT:
        raise DatetimeFieldOverflow("timestamp out of range")
    return c.engine_timestamp(moment)


def _timestamptz(data: bytes) -> str:
    written = _timestamp(data)
    return written if written.endswith("infinity") else f"{written}+00"


def _clock(microseconds: int) -> str:
    if not 0 <= microseconds <= c.DAY:
        raise DatetimeFieldOverflow("time out of range")
    return c.clock_text(microseconds)


def _timetz(data: bytes) -> str:
    microseconds, west = struct.unpack("!qi", data)
    if abs(west) >= _ZONE_SECONDS_END:
        raise DatetimeFieldOverflow("time zone displacement out of range")
    _clock(microseconds)
    return zoned_clock(microseconds, -west)


def _interval(data: bytes) -> str:
    microseconds, days, months = struct.unpack("!qii", data)
    return Interval(months, days, microseconds).engine_text


def _numeric(data: bytes) -> Decimal:
    number = read_numeric(data)
    if not number.is_finite():
        raise FeatureNotSupported(
            "NaN or infinity as a numeric is not supported", hint="Use double precision for such values."
        )
    return fitted(number, ())


def _jsonb(data: bytes) -> str:
    if data[:1] != b"\x01":
        raise ValueError("unsupported jsonb version")
    return read_jsonb(read_utf8(data[1:]))


def _bits(data: bytes) -> str:
    (count,) = struct.unpack_from("!i", data)
    if len(data) - 4 < (count + 7) // 8:
        raise struct.error
    if count < 0 or len(data) != 4 + (count + 7) // 8:
        raise ValueError("invalid length in external bit string")
    return "".join(f"{byte:08b}" for byte in data[4:])[:count]


def _inet(data: bytes) -> str:
    family, bits, _, length = struct.unpack_from("!BBBB", data)
    if len(data) - 4 < length:
        raise struct.error
    if _INET_FAMILIES.get(family) != length or len(data) != 4 + length or bits > 8 * length:
        raise ValueError("invalid address")
    address = ip_interface((data[4:], bits))
    return str(address.ip) if bits == 8 * length else str(address)


def _lsn(data: bytes) -> str:
    high, low = struct.unpack("!II", data)
    return f"{high:X}/{low:X}"


def _single(data: bytes) -> str:
    (value,) = struct.unpack("!c", data)
    return "" if value == b"\0" else read_utf8(value)


def _array(data: bytes, element: DataType) -> object:
    dimensions, flags, oid = struct.unpack_from("!iiI", data)
    if dimensions < 0:
        raise InvalidBinaryRepresentation(f"invalid number of dimensions: {dimensions}")
    if dimensions > _DIMENSIONS_MAX:
        raise NumericValueOutOfRange(
            f"number of array dimensions ({dimensions}) exceeds the maximum allowed ({_DIMENSIONS_MAX})"
        )
    if flags not in (0, 1):
        raise InvalidBinaryRepresentation("invalid array flags")
    if oid != element.scalar.oid:
        raise DatatypeMismatch(
            f"binary data has array element type {oid} instead of expected {element.scalar.oid} ({element})"
        )
    bounds = [struct.unpack_from("!ii", data, 12 + 8 * at) for at in range(dimensions)]
    lengths = [length for length, _ in bounds]
    count = 1 if dimensions else 0
    for length in lengths:
        if length < 0:
            raise ArraySubscriptError("array size cannot be negative")
        count *= length
    if count * 4 > len(data):
        raise ValueError("insufficient data left in message")
    if count and any(low != 1 for _, low in bounds):
        raise FeatureNotSupported("arrays that do not count from 1 are not supported")
    return _nested(_items(data, 12 + 8 * dimensions, count, element), lengths)


def _items(data: bytes, at: int, count: int, element: DataType) -> list[object]:
    items: list[object] = []
    for _ in range(count):
        (length,) = struct.unpack_from("!i", data, at)
        at += 4
        if length < -1 or length > len(data) - at:
            raise ValueError("insufficient data left in message")
        items.append(None if length < 0 else read_binary(data[at : at + length], element))
        at += max(length, 0)
    if at != len(data):
        raise ValueError("improper binary format in array element")
    return items


def _nested(items: list[object], lengths: list[int]) -> list[object]:
    if not items:
        return []
    for length in reversed(lengths[1:]):
        items = [items[start : start + length] for start in range(0, len(items), length)]
    return items


_READERS: dict[str, Callable[[bytes], object]] = {
    "bool": _boolean,
    "int2": _unpack("!h"),
    "int4": _int32,
    "int8": _int64,
    "oid": _unpack("!I"),
    "xid": _unpack("!I"),
    "cid": _unpack("!I"),
    "float4": _unpack("!f"),
    "float8": _unpack("!d"),
    "numeric": _numeric,
    "bytea": bytes,
    "date": _date,
    "time": lambda data: _clock(_int64(data)),
    "timetz": _timetz,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "interval": _interval,
    "uuid": lambda data: str(UUID(bytes=_unpack("!16s")(data))),
    "json": lambda data: check_json(read_utf8(data)),
    "jsonb": _jsonb,
    "bit": _bits,
    "varbit": _bits,
    "inet": _inet,
    "pg_lsn": _lsn,
    "xid8": _unpack("!Q"),
    "tid": lambda data: "({},{})".format(*struct.unpack("!IH", data)),
    '"char"': _single,
}
