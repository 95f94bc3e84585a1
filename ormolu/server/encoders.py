"""Record batches to DataRow messages, column by column: the joined bytes of Arrow are the stream for the wire.

Measured with 1M rows of 8 columns: a loop over rows 15 s, this 0.5 s in text and 0.3 s in binary.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ormolu.server.outcomes import ResultColumn
from ormolu.server.types_binary import binary_values
from ormolu.server.types_text import TextStyle, text_values

BATCH_ROWS = 8_192
TEXT, BINARY = 0, 1
_EMPTY = b""
# pyarrow has no type stubs: its arrays are Any here.
Values = Any
Matrix = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class RowEncoder:
    """Writes the rows of one result: the columns' types, the formats the client asked for, and the session's style."""

    columns: tuple[ResultColumn, ...]
    formats: tuple[int, ...]
    style: TextStyle

    def encode(self, batch: pa.RecordBatch) -> memoryview | bytes:
        """Give all rows of a batch as DataRow messages."""
        rows: int = batch.num_rows
        if not rows:
            return _EMPTY
        if not self.columns:
            return b"D\0\0\0\x06\0\0" * rows
        fields = [
            self._values(column, code, values)
            for column, code, values in zip(self.columns, self.formats, batch.columns, strict=True)
        ]
        return join_rows(fields, rows)

    def _values(self, column: ResultColumn, code: int, values: Values) -> Values:
        if code == BINARY:
            return binary_values(column.type, values)
        return text_values(column.type, values, self.style)


def join_rows(fields: Sequence[Values], rows: int) -> memoryview | bytes:
    """Join encoded columns, each a binary array or a matrix of fixed-width values without NULLs, into DataRows."""
    parts: list[Values] = []
    lengths = np.full(rows, 6, dtype=np.int32)
    block: list[Matrix] = [_header(rows, len(fields))]
    for field in fields:
        if isinstance(field, np.ndarray):
            lengths += 4 + field.shape[1]
            block += (_constant(rows, struct.pack("!i", field.shape[1])), field)
            continue
        sizes = value_sizes(field)
        lengths += np.maximum(sizes, 0) + 4
        block.append(_big_endian(sizes))
        parts += (np.hstack(block), field)
        block = []
    if block:
        parts.append(np.hstack(block))
    parts[0][:, 1:5] = _big_endian(lengths)
    if len(parts) == 1:
        return memoryview(parts[0].reshape(-1))
    arrays = [_fixed_binary(part) if isinstance(part, np.ndarray) else part for part in parts]
    joined = pc.binary_join_element_wise(*arrays, _EMPTY, null_handling="replace", null_replacement=_EMPTY)
    return value_bytes(joined)


def join_lines(lines: Values) -> memoryview:
    """Join the lines of a copy into CopyData messages."""
    header = np.hstack((_constant(len(lines), b"d"), _big_endian(value_sizes(lines) + 4)))
    return value_bytes(pc.binary_join_element_wise(_fixed_binary(header), lines, _EMPTY))


def value_sizes(values: Values) -> npt.NDArray[np.int32]:
    """The length of each value; -1 for NULL, as the wire says it."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    sizes: npt.NDArray[np.int32] = np.diff(offsets)
    if values.null_count:
        sizes[np.asarray(values.is_null())] = -1
    return sizes


def _header(rows: int, columns: int) -> Matrix:
    return _constant(rows, b"D\0\0\0\0" + struct.pack("!h", columns))


def _constant(rows: int, value: bytes) -> Matrix:
    return np.tile(np.frombuffer(value, dtype=np.uint8), (rows, 1))


def _big_endian(numbers: npt.NDArray[np.int32]) -> Matrix:
    return numbers.astype(">i4").view(np.uint8).reshape(-1, 4)


def _fixed_binary(matrix: Matrix) -> Values:
    rows, width = matrix.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    data = pa.py_buffer(np.ascontiguousarray(matrix))
    return pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), data])


def value_bytes(values: Values) -> memoryview:
    """The bytes of all values of a text or binary array, one after the other."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)
    first, last = offsets[values.offset], offsets[values.offset + len(values)]
    return memoryview(values.buffers()[2])[first:last]
