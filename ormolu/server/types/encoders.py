"""Record batches to DataRow messages, column by column: the joined bytes of Arrow are the stream for the wire.

Measured with 1M rows of 8 columns, CPU: a loop over rows 15 s, this 1.0 s in text and 0.4 s in binary, and with
compiled code 0.2 s and 0.1 s on the same busy machine.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ormolu.server.outcomes import ResultColumn
from ormolu.server.types.binary import binary_values
from ormolu.server.types.compiled_rows import RowWriter, Source, encoded, find_source, find_writer, write_rows
from ormolu.server.types.fixed_width import Fixed, as_binary, fixed_items
from ormolu.server.types.text import TextStyle, text_values

BATCH_ROWS = 8_192
FEW_ROWS_MAX = 8
TEXT, BINARY = 0, 1
DATA_ROW, COPY_DATA = b"D", b"d"
_EMPTY = b""
# pyarrow has no type stubs: its arrays are Any here.
Values = Any


@dataclass(frozen=True, slots=True)
class RowEncoder:
    """Writes the rows of one result: the columns' types, the formats the client asked for, and the session's style."""

    columns: tuple[ResultColumn, ...]
    formats: tuple[int, ...]
    style: TextStyle
    letter: bytes = DATA_ROW
    writer: RowWriter | None = field(default_factory=find_writer)

    def encode(self, batch: pa.RecordBatch) -> memoryview | bytes:
        """Give all rows of a batch as DataRow messages; of a binary COPY as CopyData, which have the same layout."""
        rows: int = batch.num_rows
        if not rows:
            return _EMPTY
        if not self.columns:
            return (self.letter + b"\0\0\0\x06\0\0") * rows
        if rows <= FEW_ROWS_MAX:
            return self._few(batch)
        places = range(len(self.columns))
        if self.writer is None:
            return join_rows([self._column(at, batch) for at in places], rows, self.letter)
        sources = [self._source(at, batch) for at in places]
        return write_rows(self.writer, self.letter, rows, sources, lambda at: self._column(at, batch))

    def _few(self, batch: pa.RecordBatch) -> bytes:
        """The same for a handful of rows, where a plain loop costs less than setting columns up."""
        fields = [
            self._few_values(column, code, values)
            for column, code, values in zip(self.columns, self.formats, batch.columns, strict=True)
        ]
        return b"".join(data_row([field[row] for field in fields], self.letter) for row in range(batch.num_rows))

    def _few_values(self, column: ResultColumn, code: int, values: Values) -> list[bytes | None]:
        if code == BINARY and column.type.scalar.name in ("int4", "int8") and pa.types.is_integer(values.type):
            pack = _PACK[column.type.scalar.name]
            return [None if item is None else pack(item) for item in values.to_pylist()]
        if pa.types.is_integer(values.type) and code == TEXT:
            return [None if item is None else b"%d" % item for item in values.to_pylist()]
        encoded = self._values(column, code, values)
        if isinstance(encoded, np.ndarray):
            return list(encoded.view(f"V{encoded.dtype.itemsize}").tolist())
        return list(encoded.to_pylist())

    def _source(self, at: int, batch: pa.RecordBatch) -> Source:
        """A column for the compiled writer: as it is, or encoded."""
        style = None if self.formats[at] == BINARY else self.style
        return find_source(self.columns[at].type, batch.column(at), style) or encoded(self._column(at, batch))

    def _column(self, at: int, batch: pa.RecordBatch) -> Values:
        return self._values(self.columns[at], self.formats[at], batch.column(at))

    def _values(self, column: ResultColumn, code: int, values: Values) -> Values:
        if code == BINARY:
            return binary_values(column.type, values)
        return text_values(column.type, values, self.style)


_PACK = {"int4": struct.Struct("!i").pack, "int8": struct.Struct("!q").pack}
_NULL = b"\xff\xff\xff\xff"


def data_row(values: Sequence[bytes | None], letter: bytes = DATA_ROW) -> bytes:
    """One DataRow of encoded values."""
    parts = [_NULL if value is None else len(value).to_bytes(4, "big") + value for value in values]
    size = 6 + sum(map(len, parts))
    return b"".join((letter, size.to_bytes(4, "big"), len(values).to_bytes(2, "big"), *parts))


def join_rows(fields: Sequence[Values], rows: int, letter: bytes = DATA_ROW) -> memoryview | bytes:
    """Join encoded columns, each a binary array or items of fixed width without NULLs, into DataRows.

    Between two columns of varying width all is laid out as one record a row, so that few pieces are left to join.
    """
    lengths = np.full(rows, 6, dtype=np.int32)
    head: list[Fixed] = [np.array(letter), lengths, np.array(len(fields), dtype=">i2")]
    block, parts = head, list[Values]()
    for column in fields:
        fixed = column if isinstance(column, np.ndarray) else fixed_items(column)
        if fixed is not None:
            lengths += 4 + fixed.dtype.itemsize
            block += (np.array(fixed.dtype.itemsize, dtype=">i4"), fixed)
            continue
        sizes = value_sizes(column)
        lengths += np.maximum(sizes, 0) + 4
        block.append(sizes.astype(">i4"))
        parts += (block, column)
        block = []
    if block:
        parts.append(block)
    head[1] = lengths.astype(">i4")
    if len(parts) == 1:
        return _records(block, rows).view(np.uint8).data
    arrays = [as_binary(_records(part, rows)) if isinstance(part, list) else part for part in parts]
    joined = pc.binary_join_element_wise(*arrays, _EMPTY, null_handling="replace", null_replacement=_EMPTY)
    return value_bytes(joined)


def _records(pieces: Sequence[Fixed], rows: int) -> Fixed:
    """One record a row, each piece at its place; a piece without rows is the same in all."""
    if len(pieces) == 1:
        return pieces[0]
    records = np.empty(rows, dtype=[(str(at), piece.dtype) for at, piece in enumerate(pieces)])
    for at, piece in enumerate(pieces):
        records[str(at)] = piece
    return records


def join_lines(lines: Values) -> memoryview:
    """Join the lines of a copy into CopyData messages."""
    header = _records((np.array(COPY_DATA), (value_sizes(lines) + 4).astype(">i4")), len(lines))
    return value_bytes(pc.binary_join_element_wise(as_binary(header), lines, _EMPTY))


def value_sizes(values: Values) -> npt.NDArray[np.int32]:
    """The length of each value; -1 for NULL, as the wire says it."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    sizes: npt.NDArray[np.int32] = np.diff(offsets)
    if values.null_count:
        sizes[np.asarray(values.is_null())] = -1
    return sizes


def value_bytes(values: Values) -> memoryview:
    """The bytes of all values of a text or binary array, one after the other."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)
    first, last = offsets[values.offset], offsets[values.offset + len(values)]
    return memoryview(values.buffers()[2])[first:last]
