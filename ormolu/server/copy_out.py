"""COPY TO STDOUT in PostgreSQL's csv, text and binary formats, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ormolu.errors import UntranslatableCharacter
from ormolu.server import responses
from ormolu.server.copy_options import EVERY_COLUMN, CopyForm, CopyOptions, Header, check_columns
from ormolu.server.encoder_pool import EncoderPool
from ormolu.server.outcomes import ResultColumn
from ormolu.server.rowstream import RowStream
from ormolu.server.types.encoders import BINARY, COPY_DATA, RowEncoder, join_lines
from ormolu.server.types.text import TextStyle, text_values

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
# The start of a binary copy: its signature, no flags, no extension.
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
# A message's kind and length.
_HEAD_BYTES = 5
_BACKSLASHED = (
    ("\\", "\\\\"),
    ("\b", "\\b"),
    ("\f", "\\f"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\t", "\\t"),
    ("\v", "\\v"),
)


class CopyWriter:
    """Writes a result as the messages of a copy out: CopyOutResponse, one CopyData a row, CopyDone."""

    def __init__(self, columns: tuple[ResultColumn, ...], options: CopyOptions, style: TextStyle) -> None:
        self._columns = columns
        self._format = options
        names = [column.name for column in columns]
        check_columns(self._format, names, names)
        self._style = style
        # A row of a binary copy is laid out as a DataRow is.
        self._binary = RowEncoder(columns, (BINARY,) * len(columns), style, COPY_DATA)

    def messages(self, stream: RowStream, encoders: EncoderPool) -> Iterator[bytes | memoryview]:
        is_binary = self._format.form is CopyForm.BINARY
        yield responses.copy_out(len(self._columns), is_binary=is_binary)
        if self._format.header is not Header.NONE:
            names = pa.array([[column.name] for column in self._columns]).flatten()
            cells = [self._cell(names.slice(at, 1), column.name) for at, column in enumerate(self._columns)]
            yield self._lines(cells)
        try:
            if is_binary:
                yield from _signed(encoders.encoded(stream.take(None), self._binary.encode))
            else:
                yield from encoders.encoded(stream.take(None), self.encode)
        finally:
            stream.close()
        yield responses.COPY_DONE
        yield responses.command_complete(f"COPY {stream.rows_taken}")

    def encode(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Write a batch, one CopyData a row: drivers count on that, though the protocol does not promise it."""
        if not self._columns:
            return responses.copy_data(b"\n") * int(batch.num_rows)
        cells = [
            self._cell(text_values(column.type, values, self._style).cast(pa.string()), column.name)
            for column, values in zip(self._columns, batch.columns, strict=True)
        ]
        return self._lines(cells)

    def _lines(self, cells: list[Values]) -> memoryview:
        line = pc.binary_join_element_wise(*cells, self._format.delimiter)
        lines = pc.binary_join_element_wise(line, "\n", "")
        return join_lines(lines.cast(pa.binary()) if self._format.is_utf8 else self._encoded(lines))

    def _encoded(self, lines: Values) -> Values:
        """In another encoding than UTF-8; 22P05 for a character that it does not have."""
        try:
            return pa.array([line.encode(self._format.encoding) for line in lines.to_pylist()], pa.binary())
        except UnicodeEncodeError as error:
            letter = error.object[error.start]
            raise UntranslatableCharacter(
                f"character {letter!r} has no equivalent in encoding {self._format.encoding}"
            ) from error

    def _cell(self, text: Values, name: str) -> Values:
        written = self._csv(text, name) if self._format.is_csv else self._plain(text)
        return pc.fill_null(written, self._format.null)

    def _plain(self, text: Values) -> Values:
        if not pc.any(
            pc.match_substring_regex(text, r"[\\\x08\f\n\r\t\v" + _in_class(self._format.delimiter) + "]")
        ).as_py():
            return text
        for letter, written in _BACKSLASHED:
            text = pc.replace_substring(text, letter, written)
        if self._format.delimiter in dict(_BACKSLASHED):
            return text
        return pc.replace_substring(text, self._format.delimiter, "\\" + self._format.delimiter)

    def _csv(self, text: Values, name: str) -> Values:
        style = self._format
        if EVERY_COLUMN in style.force_quote or name in style.force_quote:
            needs = pc.is_valid(text)
        else:
            special = _in_class(style.delimiter) + _in_class(style.quote)
            needs = pc.match_substring_regex(text, rf"[{special}\n\r]|^\\\.$")
            needs = pc.or_kleene(needs, pc.equal(text, style.null))
            if not pc.any(needs).as_py():
                return text
        escaped = text if style.escape == style.quote else pc.replace_substring(text, style.escape, style.escape * 2)
        escaped = pc.replace_substring(escaped, style.quote, style.escape + style.quote)
        return pc.if_else(needs, pc.binary_join_element_wise(style.quote, escaped, style.quote, ""), text)


def _signed(encoded: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The rows' messages between signature and trailer.

    As PostgreSQL sends it, the signature stands in the first row's message: readers look for a row behind it.
    """
    first = next((chunk for chunk in encoded if len(chunk)), None)
    if first is None:
        yield responses.copy_data(_SIGNATURE + _TRAILER)
        return
    length = int.from_bytes(first[1:_HEAD_BYTES], "big") + len(_SIGNATURE)
    yield bytes(first[:1]) + length.to_bytes(4, "big") + _SIGNATURE
    yield first[_HEAD_BYTES:]
    yield from encoded
    yield responses.copy_data(_TRAILER)


def _in_class(letter: str) -> str:
    """A character as a regular expression's class takes it."""
    return f"\\x{ord(letter):02x}"
