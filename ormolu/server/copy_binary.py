"""The rows of a binary COPY FROM STDIN, each made a line of plain csv.

Plain csv: commas, double quotes, NULL is an empty field without quotes, and every value stands in quotes.
Source: PostgreSQL 15, "COPY", Binary Format.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from ormolu.errors import BadCopyFileFormat, ProgramLimitExceeded
from ormolu.server.parameters import decode
from ormolu.server.types.encoders import BINARY
from ormolu.sql_extensions.types import DataType

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER_BYTES = len(SIGNATURE) + 8
_HAS_OIDS = 1 << 16
_CRITICAL_FLAGS = 0xFFFF0000
_INT16, _INT32 = struct.Struct("!h"), struct.Struct("!i")
RECORD_BYTES_MAX = 256 * 1024 * 1024
Write = Callable[[bytes], object]


class BinaryRows:
    """PostgreSQL's binary format: each field by its column's declared type."""

    def __init__(self, types: Sequence[DataType], write: Write) -> None:
        self._types = types
        self._write = write
        self._buffer = bytearray()
        self._has_begun = False
        self._has_ended = False
        self._rows = 0

    def feed(self, data: bytes) -> None:
        if self._has_ended:
            return  # PostgreSQL too reads on after the trailer, and ignores it
        self._buffer += data
        if not self._has_begun and not self._begin():
            return
        lines, at = [], 0
        while (row := self._row(at)) is not None:
            at, values = row
            if values is None:
                self._has_ended = True
                break
            lines.append(plain_line(values))
        del self._buffer[:at]
        self._write(b"".join(lines))
        if len(self._buffer) > RECORD_BYTES_MAX:
            raise ProgramLimitExceeded(f"a row of COPY holds at most {RECORD_BYTES_MAX} bytes")

    def finish(self) -> None:
        if not self._has_begun:
            raise BadCopyFileFormat("COPY file signature not recognized")
        if self._buffer:
            raise BadCopyFileFormat("unexpected EOF in COPY data")

    def _begin(self) -> bool:
        if not SIGNATURE.startswith(bytes(self._buffer[: len(SIGNATURE)])):
            raise BadCopyFileFormat("COPY file signature not recognized")
        if len(self._buffer) < _HEADER_BYTES:
            return False
        flags, extension = struct.unpack_from("!Ii", self._buffer, len(SIGNATURE))
        if flags & _HAS_OIDS:
            raise BadCopyFileFormat("invalid COPY file header (WITH OIDS)")
        if flags & _CRITICAL_FLAGS:
            raise BadCopyFileFormat("unrecognized critical flags in COPY file header")
        if extension < 0:
            raise BadCopyFileFormat("invalid COPY file header (missing length)")
        if len(self._buffer) < _HEADER_BYTES + extension:
            return False
        del self._buffer[: _HEADER_BYTES + extension]
        self._has_begun = True
        return True

    def _row(self, at: int) -> tuple[int, list[object] | None] | None:
        """The end of the row that starts at `at`, and its values; None for values at the trailer, None for no row."""
        buffer = self._buffer
        if len(buffer) < at + 2:
            return None
        (count,) = _INT16.unpack_from(buffer, at)
        at += 2
        if count == -1:
            return at, None
        self._rows += 1
        if count != len(self._types):
            raise BadCopyFileFormat(f"row field count is {count}, expected {len(self._types)}")
        values: list[object] = []
        for kind in self._types:
            if len(buffer) < at + 4:
                self._rows -= 1
                return None
            (length,) = _INT32.unpack_from(buffer, at)
            at += 4
            if length == -1:
                values.append(None)
                continue
            if length < 0:
                raise BadCopyFileFormat("invalid field size")
            if len(buffer) < at + length:
                self._rows -= 1
                return None
            values.append(decode(bytes(buffer[at : at + length]), kind, BINARY))
            at += length
        return at, values


def plain_line(values: Sequence[object]) -> bytes:
    """A line of plain csv."""
    fields = ["" if value is None else '"' + written(value).replace('"', '""') + '"' for value in values]
    return (",".join(fields) + "\n").encode()


def written(value: object) -> str:
    """A value in PostgreSQL's text form."""
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return "\\x" + value.hex()
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case list():
            return "{" + ",".join(map(_element, value)) + "}"
        case _:
            return str(value)


def _element(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case list():
            return written(value)
        case _:
            text = written(value)
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
