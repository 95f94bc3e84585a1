"""What the server sends: one function a message, values in, bytes out.

Source: PostgreSQL 15, chapter 55.7, "Message Formats", and 55.8, "Error and Notice Message Fields".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from ormolu.errors import OrmoluError
from ormolu.server.outcomes import ResultColumn

_HEADER = struct.Struct("!ci")
_COLUMN = struct.Struct("!ihihih")

SSL_REFUSED = b"N"
SSL_ACCEPTED = b"S"
AUTHENTICATION_OK = b"R\0\0\0\x08\0\0\0\0"
PARSE_COMPLETE = b"1\0\0\0\x04"
BIND_COMPLETE = b"2\0\0\0\x04"
CLOSE_COMPLETE = b"3\0\0\0\x04"
NO_DATA = b"n\0\0\0\x04"
EMPTY_QUERY = b"I\0\0\0\x04"
PORTAL_SUSPENDED = b"s\0\0\0\x04"
COPY_DONE = b"c\0\0\0\x04"
READY_FOR_QUERY = {status: b"Z\0\0\0\x05" + status.encode() for status in "ITE"}


def message(code: bytes, body: bytes) -> bytes:
    return _HEADER.pack(code, len(body) + 4) + body


def text(value: str) -> bytes:
    """A null-terminated string; a null inside would end it early and is left out."""
    return value.replace("\0", "").encode("utf-8", "replace") + b"\0"


def authentication_sasl(mechanisms: Sequence[str]) -> bytes:
    return message(b"R", struct.pack("!i", 10) + b"".join(map(text, mechanisms)) + b"\0")


def authentication_sasl_continue(data: str) -> bytes:
    return message(b"R", struct.pack("!i", 11) + data.encode())


def authentication_sasl_final(data: str) -> bytes:
    return message(b"R", struct.pack("!i", 12) + data.encode())


def negotiate_protocol_version(minor_version: int, unknown_options: Sequence[str]) -> bytes:
    """What is spoken instead, and the options that nobody here knows."""
    version = struct.pack("!ii", 3 << 16 | minor_version, len(unknown_options))
    return message(b"v", version + b"".join(map(text, unknown_options)))


def backend_key_data(pid: int, secret: bytes) -> bytes:
    return message(b"K", struct.pack("!i", pid) + secret)


def parameter_status(name: str, value: str) -> bytes:
    return message(b"S", text(name) + text(value))


def row_description(columns: Sequence[ResultColumn], formats: Sequence[int]) -> bytes:
    parts = [struct.pack("!h", len(columns))]
    for column, code in zip(columns, formats, strict=True):
        kind = column.type
        table = (_signed(column.table_oid), column.number)
        parts += (text(column.name), _COLUMN.pack(*table, _signed(kind.oid), kind.length, kind.type_modifier, code))
    return message(b"T", b"".join(parts))


def parameter_description(oids: Sequence[int]) -> bytes:
    return message(b"t", struct.pack(f"!H{len(oids)}I", len(oids), *oids))


def command_complete(tag: str) -> bytes:
    return message(b"C", text(tag))


def copy_in(column_count: int, *, is_binary: bool = False) -> bytes:
    return message(b"G", _copy_formats(column_count, is_binary=is_binary))


def copy_out(column_count: int, *, is_binary: bool = False) -> bytes:
    return message(b"H", _copy_formats(column_count, is_binary=is_binary))


def copy_data(data: bytes) -> bytes:
    return message(b"d", data)


def notification(pid: int, channel: str, payload: str) -> bytes:
    return message(b"A", struct.pack("!i", pid) + text(channel) + text(payload))


def error(problem: OrmoluError, *, severity: str = "ERROR") -> bytes:
    optional = {
        b"D": problem.detail,
        b"H": problem.hint,
        b"P": None if problem.position is None else str(problem.position),
    }
    return message(b"E", _fields(severity, problem.sqlstate, problem.message, optional))


def notice(severity: str, sqlstate: str, words: str, hint: str | None = None) -> bytes:
    return message(b"N", _fields(severity, sqlstate, words, {b"H": hint}))


def _fields(severity: str, sqlstate: str, words: str, optional: Mapping[bytes, str | None]) -> bytes:
    fields = {b"S": severity, b"V": severity, b"C": sqlstate, b"M": words} | dict(optional)
    return b"".join(code + text(value) for code, value in fields.items() if value is not None) + b"\0"


def _copy_formats(column_count: int, *, is_binary: bool) -> bytes:
    code = int(is_binary)
    return struct.pack(f"!bh{column_count}h", code, column_count, *([code] * column_count))


def _signed(oid: int) -> int:
    return oid - (1 << 32) if oid >= 1 << 31 else oid
