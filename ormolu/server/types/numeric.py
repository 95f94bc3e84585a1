"""PostgreSQL's binary numeric: base 10,000 digits, written for a whole column at a time."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
Integers = npt.NDArray[Any]
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


def _unscaled(values: Values) -> Integers | None:
    """The unscaled integers, where they all fit 64 bits."""
    raw = np.frombuffer(values.buffers()[1], dtype="<i8").reshape(-1, 2)[values.offset : values.offset + len(values)]
    low, high = raw[:, 0], raw[:, 1]
    if values.null_count:
        nulls = np.asarray(values.is_null())
        low, high = np.where(nulls, 0, low), np.where(nulls, 0, high)
    fits = (high == low >> 63).all() and (low != np.iinfo(np.int64).min).all()
    return low if fits else None


def _vector(unscaled: Integers, scale: int, values: Values) -> Values:
    size = np.abs(unscaled)
    largest = int(size.max(initial=0))
    whole_groups = -(-len(str(largest // 10**scale)) // 4)
    behind = (scale + 3) // 4
    # The padded fraction must fit as well; 32 bits are divided four times as fast as 64.
    is_small = largest * 10 ** (behind * 4 - scale) < 2**32
    groups = _groups(size.astype(np.uint32) if is_small else size, scale, whole_groups, behind)
    first = _leading_zeros(groups)
    last = len(groups) - _leading_zeros(groups[::-1])
    count = np.maximum(last - first, 0)
    cells = np.empty((len(size), 4 + len(groups)), dtype=">i2")
    cells[:, 0] = count
    cells[:, 1] = np.where(count, whole_groups - 1 - first, 0)
    cells[:, 2] = (unscaled < 0) * _NEGATIVE
    cells[:, 3] = scale
    for place, group in enumerate(groups, start=4):
        cells[:, place] = group
    return _without_padding(_shifted(cells, first), 8 + 2 * count, values)


def _groups(size: Integers, scale: int, whole_groups: int, behind: int) -> list[Integers]:
    """Base 10,000 digits, most significant first: `whole_groups` before the point, `behind` behind it."""
    # One number holds all the digits, so that it is divided once a group.
    padding = 10 ** (behind * 4 - scale)
    if padding == 1 or int(size.max(initial=0)) < np.iinfo(size.dtype).max // padding:
        return _digits(size * padding, whole_groups + behind)
    whole = size // 10**scale
    return _digits(whole, whole_groups) + _digits((size - whole * 10**scale) * padding, behind)


def _digits(number: Integers, count: int) -> list[Integers]:
    groups: list[Integers] = []
    for _ in range(count):
        rest = number // BASE
        groups.append(number - rest * BASE)
        number = rest
    return groups[::-1]


def _leading_zeros(groups: Sequence[Integers]) -> npt.NDArray[np.intp]:
    """How many groups are zero before the first that is not."""
    zeros = np.zeros(len(groups[0]), dtype=np.intp)
    is_leading = np.ones(len(zeros), dtype=bool)
    for group in groups:
        is_leading &= group == 0
        zeros += is_leading
    return zeros


def _shifted(cells: npt.NDArray[Any], first: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    """Each row's groups moved to its front, over the leading zeros; what then stands behind them means nothing."""
    for zeros in range(1, int(first.max(initial=0)) + 1):
        if zeros < cells.shape[1] - 4:
            rows = np.flatnonzero(first == zeros)
            cells[rows, 4:-zeros] = cells[rows, 4 + zeros :]
    return cells


def _without_padding(cells: npt.NDArray[Any], sizes: npt.NDArray[np.intp], values: Values) -> Values:
    """The bytes of each row that count, one row after the other.

    Rows are written in their order, each over the padding of the one before it.
    """
    rows, width = len(cells), cells.shape[1] * 2
    validity = None
    if values.null_count:
        valid = np.asarray(values.is_valid())
        sizes = np.where(valid, sizes, 0)
        validity = pa.array(valid).buffers()[1]
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(sizes, out=offsets[1:])
    buffer = pa.allocate_buffer(int(offsets[-1]) + width)
    places = np.ndarray((int(offsets[-1]) + 1,), dtype=f"V{width}", buffer=buffer, strides=(1,))
    places[offsets[:-1]] = cells.view(f"V{width}").reshape(-1)
    return pa.Array.from_buffers(pa.binary(), rows, [validity, pa.py_buffer(offsets), buffer])


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
    groups = struct.unpack_from(f"!{max(count, 0)}h", data, 8)
    if count < 0 or len(data) != 8 + 2 * count or sign not in (0, _NEGATIVE):
        raise ValueError("invalid numeric")
    digits = "".join(f"{group:04d}" for group in groups)
    number = Decimal(f"{'-' if sign else ''}{digits or '0'}").scaleb((weight + 1 - count) * 4, _EXACT)
    return number.quantize(Decimal(1).scaleb(-scale, _EXACT), context=_EXACT) if count else Decimal(0).scaleb(-scale)
