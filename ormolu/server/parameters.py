"""Parameters of Bind, text or binary, as values for the engine."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from ormolu.errors import (
    CharacterNotInRepertoire,
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    OrmoluError,
    ProtocolViolation,
)
from ormolu.server import messages as m
from ormolu.server.settings import Settings
from ormolu.server.types.arrays import read_array
from ormolu.server.types.encoders import BINARY
from ormolu.server.types.interval import interval_text
from ormolu.server.types.numeric import read_numeric
from ormolu.sql_extensions.types import SCALARS, DataType

_BY_OID = {scalar.oid: DataType(scalar) for scalar in SCALARS.values()} | {
    scalar.array_oid: DataType(scalar, (), 1) for scalar in SCALARS.values()
}
TEXT_TYPE = DataType(SCALARS["text"])
# unknown, regclass, regtype, "char", void, cidr: types that clients name for parameters
_ALSO = {705: "text", 2205: "text", 2206: "text", 18: "text", 2278: "text", 650: "text"}
_EPOCH_DATE = date(2000, 1, 1).toordinal()
_EPOCH = datetime(2000, 1, 1)
_EPOCH_UTC = datetime(2000, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - spelled as the type says it


def type_of_oid(oid: int) -> DataType | None:
    """The type that a client names by OID; None where it left it to the server (0)."""
    if oid == 0:
        return None
    if oid in _ALSO:
        return DataType(SCALARS[_ALSO[oid]])
    return _BY_OID.get(oid, TEXT_TYPE)


def result_formats(formats: Sequence[int], count: int) -> tuple[int, ...]:
    """Spread Bind's formats over the columns: none is all text, one is for all."""
    if len(formats) in (0, 1):
        return (formats[0] if formats else 0,) * count
    if len(formats) != count:
        raise ProtocolViolation(f"bind message has {len(formats)} result formats but query has {count} columns")
    return tuple(formats)


def decode_parameters(message: m.Bind, types: Sequence[DataType], settings: Settings) -> tuple[object, ...]:
    if len(message.parameters) != len(types):
        raise ProtocolViolation(
            f"bind message supplies {len(message.parameters)} parameters, "
            f'but prepared statement "{message.statement}" requires {len(types)}'
        )
    count = len(message.parameter_formats)
    if count > 1 and count != len(types):
        raise ProtocolViolation(f"bind message has {count} parameter formats but {len(types)} parameters")
    formats = message.parameter_formats if count > 1 else (message.parameter_formats or (0,)) * len(types)
    return tuple(
        None if data is None else decode(data, kind, code)
        for data, kind, code in zip(message.parameters, types, formats, strict=True)
    )


def decode(data: bytes, kind: DataType, code: int) -> object:
    """Read one value; 22P02 or 22P03 where it is not of its type."""
    if code == BINARY:
        return _decode_binary(data, kind)
    return decode_text(_utf8(data), kind)


def _utf8(data: bytes) -> str:
    """Text of a client: PostgreSQL has no zero byte in a text."""
    if b"\0" in data:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8": 0x00')
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8"') from error


def decode_text(text: str, kind: DataType) -> object:
    if kind.dimensions:
        element = DataType(kind.scalar, kind.modifiers)
        return read_array(text, lambda item: decode_text(item, element))
    try:
        return _TEXT.get(kind.scalar.name, str)(text)
    except (ValueError, InvalidOperation, ArithmeticError) as error:
        raise InvalidTextRepresentation(f'invalid input syntax for type {kind}: "{text}"') from error


def _decode_binary(data: bytes, kind: DataType) -> object:
    try:
        if kind.dimensions:
            return _binary_array(data, DataType(kind.scalar, kind.modifiers))
        return _BINARY.get(kind.scalar.name, _utf8)(data)
    except OrmoluError:
        raise
    except (struct.error, ValueError, OverflowError) as error:
        raise InvalidBinaryRepresentation(f"incorrect binary data format for type {kind}") from error


_BOOLEANS = {"t": True, "true": True, "y": True, "yes": True, "on": True, "1": True} | {
    "f": False, "false": False, "n": False, "no": False, "off": False, "0": False
}  # fmt: skip


def _bool(text: str) -> bool:
    if text.strip().lower() not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text.strip().lower()]


def _int(text: str) -> int:
    if "_" in text:
        raise ValueError(text)
    return int(text)


def _float(text: str) -> float:
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _numeric(text: str) -> object:
    number = Decimal(text.strip())
    return number if number.is_finite() else float(number)


def _bytea(text: str) -> bytes:
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:])
    return text.encode().decode("unicode_escape").encode("latin-1") if "\\" in text else text.encode()


def _json(text: str) -> str:
    json.loads(text)
    return text


def _or_text(read: Callable[[str], object]) -> Callable[[str], object]:
    """A form that only the engine's own cast can judge stays text."""

    def read_or_leave(text: str) -> object:
        try:
            return read(text)
        except ValueError:
            return text

    return read_or_leave


_TEXT: dict[str, Callable[[str], object]] = {
    "bool": _bool,
    "int2": _int,
    "int4": _int,
    "int8": _int,
    "oid": _int,
    "xid": _int,
    "cid": _int,
    "float4": _float,
    "float8": _float,
    "numeric": _numeric,
    "bytea": _bytea,
    "date": _or_text(date.fromisoformat),
    "time": _or_text(time.fromisoformat),
    "uuid": UUID,
    "json": _json,
    "jsonb": _json,
}


def _unpack(form: str) -> Callable[[bytes], Any]:
    layout = struct.Struct(form)
    return lambda data: layout.unpack(data)[0]


_int32, _int64 = _unpack("!i"), _unpack("!q")
_ENDS = {2**63 - 1: "infinity", -(2**63): "-infinity", 2**31 - 1: "infinity", -(2**31): "-infinity"}


def _binary_date(data: bytes) -> object:
    days = _int32(data)
    return _ENDS.get(days) or date.fromordinal(_EPOCH_DATE + days)


def _binary_timestamp(data: bytes) -> object:
    moment = _int64(data)
    return _ENDS.get(moment) or _EPOCH + timedelta(microseconds=moment)


def _binary_timestamptz(data: bytes) -> object:
    moment = _int64(data)
    return _ENDS.get(moment) or _EPOCH_UTC + timedelta(microseconds=moment)


def _binary_time(data: bytes) -> object:
    moment = _int64(data)
    return (datetime.min + timedelta(microseconds=moment)).time()


def _binary_interval(data: bytes) -> str:
    microseconds, days, months = struct.unpack("!qii", data)
    return interval_text(months, days, microseconds)


def _binary_jsonb(data: bytes) -> str:
    if data[:1] != b"\x01":
        raise ValueError("unsupported jsonb version")
    return _utf8(data[1:])


def _binary_array(data: bytes, element: DataType) -> object:
    dimensions, _, _ = struct.unpack_from("!iiI", data)
    if not 0 <= dimensions <= 6:
        raise ValueError("invalid number of dimensions")
    lengths = [struct.unpack_from("!ii", data, 12 + 8 * at)[0] for at in range(dimensions)]
    at = 12 + 8 * dimensions
    items: list[object] = []
    while at < len(data):
        (length,) = struct.unpack_from("!i", data, at)
        at += 4
        if length < 0:
            items.append(None)
            continue
        items.append(_decode_binary(data[at : at + length], element))
        at += length
    for length in reversed(lengths[1:]):
        items = [items[start : start + length] for start in range(0, len(items), length or 1)]
    return items


_BINARY: dict[str, Callable[[bytes], object]] = {
    "bool": lambda data: bool(_unpack("!B")(data)),
    "int2": _unpack("!h"),
    "int4": _int32,
    "int8": _int64,
    "oid": _unpack("!I"),
    "xid": _unpack("!I"),
    "cid": _unpack("!I"),
    "float4": _unpack("!f"),
    "float8": _unpack("!d"),
    "numeric": read_numeric,
    "bytea": bytes,
    "date": _binary_date,
    "time": _binary_time,
    "timestamp": _binary_timestamp,
    "timestamptz": _binary_timestamptz,
    "interval": _binary_interval,
    "uuid": lambda data: UUID(bytes=data),
    "jsonb": _binary_jsonb,
}
