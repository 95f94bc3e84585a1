"""Columns whose values are all as long: one numpy item a value, so that rows are laid out by strides."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
# One item a value, of any type of numpy's: its bytes are what is sent.
Fixed = npt.NDArray[Any]


def as_bytes(numbers: npt.NDArray[Any], dtype: str) -> Fixed:
    """Numbers as items of `dtype`, which names the byte order too."""
    return np.ascontiguousarray(numbers.astype(dtype, copy=False))


def side_by_side(*parts: Fixed) -> Fixed:
    """Items joined end to end, one of each part a value."""
    kinds = [(f"part{at}", f"V{part.dtype.itemsize}") for at, part in enumerate(parts)]
    joined = np.empty(len(parts[0]), dtype=kinds)
    for (name, kind), part in zip(kinds, parts, strict=True):
        joined[name] = np.ascontiguousarray(part).view(kind)
    return joined.view(f"V{joined.dtype.itemsize}")


def as_binary(items: Fixed, kind: Any = None) -> Values:
    """The items as an array of `kind` (binary)."""
    rows, width = len(items), items.dtype.itemsize
    offsets = pa.py_buffer(np.arange(0, (rows + 1) * width, width, dtype=np.int32))
    data = pa.py_buffer(np.ascontiguousarray(items))
    return pa.Array.from_buffers(kind or pa.binary(), rows, [None, offsets, data])


def with_nulls(items: Fixed, values: Values, kind: Any = None) -> Values:
    """The items, one for each value of `values` that is not NULL, as an array of `kind` (binary) with those NULLs."""
    if not values.null_count:
        return as_binary(items, kind)
    valid = np.asarray(values.is_valid())
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(valid * np.int32(items.dtype.itemsize), out=offsets[1:])
    buffers = [pa.array(valid).buffers()[1], pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(items))]
    return pa.Array.from_buffers(kind or pa.binary(), len(values), buffers)


def fixed_items(values: Values) -> Fixed | None:
    """The values of a text or binary array seen as items, without a copy; None where NULLs or lengths differ."""
    rows = len(values)
    if not rows or values.null_count:
        return None
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset : values.offset + rows + 1]
    width = int(offsets[1] - offsets[0])
    if not width or (offsets[1:] - offsets[:-1] != width).any():
        return None
    data = np.frombuffer(values.buffers()[2], dtype=np.uint8, count=rows * width, offset=int(offsets[0]))
    items: Fixed = data.view(f"V{width}")
    return items


@cache
def clock_texts() -> Fixed:
    """Every second of a day as ` 23:59:59`."""
    texts = pa.array(np.arange(86_400, dtype=np.int32), pa.time32("s")).cast(pa.string())
    items = fixed_items(texts)
    assert items is not None
    return side_by_side(np.full(len(items), b" ", dtype="S1"), items)


def date_texts(days: npt.NDArray[Any]) -> Fixed:
    """Dates, none before the year 1 or after 9999, as `2026-01-31`; each day is written once."""
    low, high = int(days.min()), int(days.max())
    if high - low >= len(days):
        return _written_dates(days)
    texts: Fixed = _written_dates(np.arange(low, high + 1)).take(days - low)
    return texts


def _written_dates(days: npt.NDArray[Any]) -> Fixed:
    items = fixed_items(pa.array(days.astype(np.int32), pa.date32()).cast(pa.string()))
    assert items is not None
    return items
