"""PostgreSQL's binary numeric: base 10,000 digits, written for a whole column at a time."""

from __future__ import annotations

import struct
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
BASE = 10_000
_NEGATIVE = 0x4000
_SPECIAL = {"NaN": 0xC000, "Infinity": 0xD000, "-Infinity": 0xF000}
# With up to 15 digits behind the point, the padded fraction still fits 64 bits.
_VECTOR_SCALE_MAX = 15
_EXACT = Context(prec=2_000, Emin=-100_000, Emax=100_000)


def numeric_values(values: Values) -> Values:
    """Encode decimals, or integers, as a binary array; NULL stays NULL."""
    if pa.types.is_integer(values.type) and not pa.types.is_uint64(values.type):
        return _vector(np.asarray(values.cast(pa.int64()).fill_null(0)), 0, values)
    if not pa.types.is_decimal128(values.type):
        return _row_by_row(values)
    words = _unscaled(values)
    if words is None or not 0 <= values.type.scale <= _VECTOR_SCALE_MAX:
        return _row_by_row(values)
    return _vector(words, values.type.scale, values)


def _unscaled(values: Values) -> npt.NDArray[np.int64] | None:
    """The unscaled integers, where they all fit 64 bits."""
    raw = np.frombuffer(values.buffers()[1], dtype="<i8").reshape(-1, 2)[values.offset : values.offset + len(values)]
    low, high = raw[:, 0], raw[:, 1]
    if values.null_count:
        nulls = np.asarray(values.is_null())
        low, high = np.where(nulls, 0, low), np.where(nulls, 0, high)
    fits = (high == low >> 63).all() and (low != np.iinfo(np.int64).min).all()
    return low if fits else None


def _vector(unscaled: npt.NDArray[np.int64], scale: int, values: Values) -> Values:
    rows = len(unscaled)
    size = np.abs(unscaled)
    whole_groups = -(-len(str(int(size.max(initial=0)) // 10**scale)) // 4)
    groups = _groups(size, scale, whole_groups)
    used = groups != 0
    is_zero = ~used.any(axis=1)
    first = np.where(is_zero, 0, used.argmax(axis=1))
    last = np.where(is_zero, -1, groups.shape[1] - 1 - used[:, ::-1].argmax(axis=1))
    places = np.arange(groups.shape[1])
    kept = (places >= first[:, None]) & (places <= last[:, None])
    count = last - first + 1
    header = np.empty((rows, 4), dtype=">i2")
    header[:, 0] = count
    header[:, 1] = np.where(is_zero, 0, whole_groups - 1 - first)
    header[:, 2] = np.where(unscaled < 0, _NEGATIVE, 0)
    header[:, 3] = scale
    return _assemble(header, groups, kept, values)


def _groups(size: npt.NDArray[np.int64], scale: int, whole_groups: int) -> npt.NDArray[np.int64]:
    """Base 10,000 digits, most significant first: `whole_groups` before the point, the rest behind it."""
    whole, fraction = np.divmod(size, 10**scale)
    behind = (scale + 3) // 4
    columns: list[npt.NDArray[np.int64]] = []
    for power in range(whole_groups - 1, -1, -1):
        columns.append(whole // BASE**power % BASE)
    fraction = fraction * 10 ** (behind * 4 - scale)
    for power in range(behind - 1, -1, -1):
        columns.append(fraction // BASE**power % BASE)
    return np.stack(columns, axis=1)


def _assemble(
    header: npt.NDArray[Any], groups: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_], values: Values
) -> Values:
    rows = len(header)
    cells = np.concatenate((header, groups), axis=1).astype(">i2")
    mask = np.concatenate((np.ones((rows, 4), dtype=bool), kept), axis=1)
    sizes = 8 + 2 * kept.sum(axis=1)
    validity = None
    if values.null_count:
        valid = np.asarray(values.is_valid())
        mask &= valid[:, None]
        sizes = np.where(valid, sizes, 0)
        validity = pa.array(valid).buffers()[1]
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(sizes, out=offsets[1:])
    data = np.ascontiguousarray(cells[mask])
    return pa.Array.from_buffers(pa.binary(), rows, [validity, pa.py_buffer(offsets), pa.py_buffer(data)])


def _row_by_row(values: Values) -> Values:
    return pa.array(
        [None if item is None else numeric_bytes(Decimal(item)) for item in values.to_pylist()], pa.binary()
    )


def numeric_bytes(number: Decimal) -> bytes:
    """One numeric, special values included."""
    if not number.is_finite():
        code = _SPECIAL["NaN" if number.is_nan() else "Infinity" if number > 0 else "-Infinity"]
        return struct.pack("!hhHh", 0, 0, code, 0)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)) + "0" * max(0, exponent)
    scale = max(0, -exponent)
    text = text.rjust(scale, "0")
    whole, fraction = text[: len(text) - scale], text[len(text) - scale :]
    whole = whole.rjust(-(-len(whole) // 4) * 4, "0")
    fraction = fraction.ljust(-(-scale // 4) * 4, "0")
    groups = [int((whole + fraction)[at : at + 4]) for at in range(0, len(whole) + len(fraction), 4)]
    weight = len(whole) // 4 - 1
    while groups and groups[0] == 0:
        groups.pop(0)
        weight -= 1
    while groups and groups[-1] == 0:
        groups.pop()
    is_negative = bool(sign) and bool(groups)
    header = struct.pack("!hhHh", len(groups), weight if groups else 0, _NEGATIVE if is_negative else 0, scale)
    return header + struct.pack(f"!{len(groups)}h", *groups)


def read_numeric(data: bytes) -> Decimal:
    """Read PostgreSQL's binary form; ValueError where it is none."""
    count, weight, sign, scale = struct.unpack_from("!hhHh", data)
    for name, code in _SPECIAL.items():
        if sign == code:
            return Decimal(name)
    if count < 0 or len(data) != 8 + 2 * count or sign not in (0, _NEGATIVE):
        raise ValueError("invalid numeric")
    groups = struct.unpack_from(f"!{count}h", data, 8)
    digits = "".join(f"{group:04d}" for group in groups)
    number = Decimal(f"{'-' if sign else ''}{digits or '0'}").scaleb((weight + 1 - count) * 4, _EXACT)
    return number.quantize(Decimal(1).scaleb(-scale, _EXACT), context=_EXACT) if count else Decimal(0).scaleb(-scale)
