"""PostgreSQL's binary forms of Arrow values, a whole column at a time.

A column of fixed width without NULLs becomes items of that width, any other a binary array.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from ipaddress import ip_interface
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ormolu.errors import FeatureNotSupported
from ormolu.server.types.fixed_width import Fixed, as_bytes, side_by_side, with_nulls
from ormolu.server.types.numeric import numeric_values
from ormolu.server.types.records import record_binary
from ormolu.server.types.shapes import shapes
from ormolu.server.types.text import TextStyle, text_values
from ormolu.sql_extensions.types import SCALARS, DataType, data_type

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
# 2000-01-01, where PostgreSQL counts from, seen from 1970.
EPOCH_DAYS = 10_957
EPOCH_MICROSECONDS = EPOCH_DAYS * 86_400_000_000
_INFINITE_DAY = 2**31 - 1
_INFINITE_MICROSECOND = 2**63 - 1


def binary_values(kind: DataType, values: Values) -> Values:
    """Give the binary form of each value: items where nothing is NULL and all are as long, else a binary array."""
    if kind.dimensions:
        return _array_values(kind, values)
    if kind.fields:
        return record_binary(kind, values, binary_values)
    fixed = _FIXED.get(kind.scalar.name)
    if fixed is None:
        return _VARIABLE.get(kind.scalar.name, _text_bytes)(kind, values)
    if not values.null_count:
        return fixed(values)
    return with_nulls(fixed(values.drop_null()), values)


def _numbers(dtype: str, arrow_type: Any) -> Callable[[Values], Fixed]:
    def encode(values: Values) -> Fixed:
        typed = values if values.type == arrow_type else values.cast(arrow_type)
        return as_bytes(np.asarray(typed), dtype)

    return encode


def _bool(values: Values) -> Fixed:
    return as_bytes(np.asarray(values.cast(pa.bool_())), "u1")


def _date(values: Values) -> Fixed:
    days = np.asarray(values.cast(pa.date32()).view(pa.int32())).astype(np.int64)
    shifted = np.where(np.abs(days) >= _INFINITE_DAY, np.where(days > 0, days, -(2**31)), days - EPOCH_DAYS)
    return as_bytes(shifted, ">i4")


def _time(values: Values) -> Fixed:
    return as_bytes(np.asarray(values.cast(pa.time64("us")).view(pa.int64())), ">i8")


def _by_value(write: Callable[[str], bytes]) -> Callable[[DataType, Values], Values]:
    """For types that leave the engine as text."""

    def encode(_: DataType, values: Values) -> Values:
        return pa.array([None if text is None else write(text) for text in values.to_pylist()], pa.binary())

    return encode


_ZONE = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?")


def _timetz(text: str) -> bytes:
    match = _ZONE.fullmatch(text)
    assert match is not None, text
    hours, minutes, seconds, fraction, sign, zone_hours, zone_minutes, zone_seconds = match.groups("0")
    clock = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1_000_000 + int(fraction.ljust(6, "0"))
    west = (int(zone_hours) * 60 + int(zone_minutes)) * 60 + int(zone_seconds)
    return struct.pack("!qi", clock, west if sign == "-" else -west)


def _bits(text: str) -> bytes:
    filled = text.ljust((len(text) + 7) // 8 * 8, "0")
    return struct.pack("!i", len(text)) + bytes(int(filled[at : at + 8], 2) for at in range(0, len(filled), 8))


def _inet(text: str) -> bytes:
    address = ip_interface(text)
    family = 2 if address.version == 4 else 3
    packed = address.ip.packed
    return struct.pack("!BBBB", family, address.network.prefixlen, 0, len(packed)) + packed


def _lsn(text: str) -> bytes:
    high, low = text.split("/")
    return struct.pack("!II", int(high, 16), int(low, 16))


def _regtype(text: str) -> bytes:
    return struct.pack("!I", int(text) if text.isdigit() else 0 if text == "-" else data_type(text).oid)


def _tid(text: str) -> bytes:
    block, item = text.strip("()").split(",")
    return struct.pack("!IH", int(block), int(item))


def _moment(values: Values) -> Fixed:
    target = pa.timestamp("us", values.type.tz) if pa.types.is_timestamp(values.type) else pa.timestamp("us")
    moments = np.asarray(values.cast(target, safe=False).view(pa.int64()))
    infinite = np.abs(moments) >= _INFINITE_MICROSECOND
    if infinite.any():
        shifted = np.where(infinite, 0, moments) - EPOCH_MICROSECONDS
        ends = np.where(moments > 0, _INFINITE_MICROSECOND, -_INFINITE_MICROSECOND - 1)
        return as_bytes(np.where(infinite, ends, shifted), ">i8")
    return as_bytes(moments - EPOCH_MICROSECONDS, ">i8")


_INTERVAL = np.dtype([("months", "<i4"), ("days", "<i4"), ("nanoseconds", "<i8")])


def _interval(values: Values) -> Fixed:
    if not pa.types.is_interval(values.type):
        raise FeatureNotSupported("this interval has no binary form", hint="Ask for the text format.")
    raw = np.frombuffer(values.buffers()[1], dtype=_INTERVAL)[values.offset : values.offset + len(values)]
    return side_by_side(
        as_bytes(raw["nanoseconds"] // 1000, ">i8"), as_bytes(raw["days"], ">i4"), as_bytes(raw["months"], ">i4")
    )


_DIGIT: npt.NDArray[np.uint8] = np.zeros(256, dtype=np.uint8)
_DIGIT[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16)
_DIGIT[np.frombuffer(b"ABCDEF", dtype=np.uint8)] = np.arange(10, 16)


def _uuid(values: Values) -> Fixed:
    if pa.types.is_fixed_size_binary(values.type) or pa.types.is_binary(values.type):
        return np.frombuffer(b"".join(values.to_pylist()), dtype="V16")
    text = pc.replace_substring(values.cast(pa.string()), "-", "")
    letters = np.frombuffer(text.buffers()[2], dtype=np.uint8)[: 32 * len(values)].reshape(-1, 32)
    digits = _DIGIT[letters]
    return ((digits[:, ::2] << 4) | digits[:, 1::2]).astype(np.uint8, copy=False).reshape(-1).view("V16")


def _text_bytes(kind: DataType, values: Values) -> Values:
    return text_values(kind, values, TextStyle())


def _bytea(_: DataType, values: Values) -> Values:
    return values if pa.types.is_binary(values.type) else values.cast(pa.binary())


def _jsonb(kind: DataType, values: Values) -> Values:
    return pc.binary_join_element_wise(b"\x01", _text_bytes(kind, values), b"")


def _numeric(_: DataType, values: Values) -> Values:
    return numeric_values(values)


_ELEMENT_LENGTH = struct.Struct("!i")
_ARRAY_HEADER = struct.Struct("!iiI")
_DIMENSION = struct.Struct("!ii")
_NULL_ELEMENT = b"\xff\xff\xff\xff"


def _array_values(kind: DataType, values: Values) -> Values:
    """Arrays of any depth: elements are encoded as a column and dealt out to the rows."""
    element = DataType(kind.scalar, kind.modifiers)
    flat = values
    for _ in range(kind.dimensions):
        flat = flat.flatten()
    items = iter(_element_bytes(element, flat))
    rows = [None if shape is None else _array_bytes(element.oid, shape, items) for shape in shapes(values)]
    return pa.array(rows, pa.binary())


def _element_bytes(element: DataType, flat: Values) -> list[bytes | None]:
    encoded = binary_values(element, flat)
    if isinstance(encoded, np.ndarray):
        return list(encoded.view(f"V{encoded.dtype.itemsize}").tolist())
    return list(encoded.to_pylist())


def _array_bytes(oid: int, shape: tuple[int, ...], items: Any) -> bytes:
    count = int(np.prod(shape))
    if not count:
        return _ARRAY_HEADER.pack(0, 0, oid)
    elements = [next(items) for _ in range(count)]
    has_null = int(any(item is None for item in elements))
    dimensions = b"".join(_DIMENSION.pack(length, 1) for length in shape)
    body = b"".join(_NULL_ELEMENT if item is None else _ELEMENT_LENGTH.pack(len(item)) + item for item in elements)
    return _ARRAY_HEADER.pack(len(shape), has_null, oid) + dimensions + body


_FIXED: dict[str, Callable[[Values], Fixed]] = {
    "bool": _bool,
    "int2": _numbers(">i2", pa.int16()),
    "int4": _numbers(">i4", pa.int32()),
    "int8": _numbers(">i8", pa.int64()),
    "oid": _numbers(">u4", pa.int64()),
    "xid": _numbers(">u4", pa.int64()),
    "xid8": _numbers(">u8", pa.int64()),
    "cid": _numbers(">u4", pa.int64()),
    "float4": _numbers(">f4", pa.float32()),
    "float8": _numbers(">f8", pa.float64()),
    "date": _date,
    "time": _time,
    "timestamp": _moment,
    "timestamptz": _moment,
    "interval": _interval,
    "uuid": _uuid,
}


def _vector(element: str, numbers: Any) -> Callable[[DataType, Values], Values]:
    """int2vector and oidvector, which come as their text: an array of their elements."""
    kind = DataType(SCALARS[element], (), 1)

    def encode(_: DataType, values: Values) -> Values:
        rows = [None if text is None else [int(each) for each in text.split()] for text in values.to_pylist()]
        return _array_values(kind, pa.array(rows, pa.list_(numbers)))

    return encode


_VARIABLE: dict[str, Callable[[DataType, Values], Values]] = {
    "int2vector": _vector("int2", pa.int16()),
    "oidvector": _vector("oid", pa.int64()),
    "bytea": _bytea,
    "jsonb": _jsonb,
    "numeric": _numeric,
    "timetz": _by_value(_timetz),
    "bit": _by_value(_bits),
    "varbit": _by_value(_bits),
    "inet": _by_value(_inet),
    "pg_lsn": _by_value(_lsn),
    "tid": _by_value(_tid),
    "regtype": _by_value(_regtype),
    '"char"': _by_value(lambda text: text.encode() or b"\0"),
}
