"""What a client may send: one dataclass a message, and the table of how each is read.

Source: PostgreSQL 15, chapter 55.7, "Message Formats".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from ormolu.errors import ProtocolViolation

NAME_BYTES_MAX = 10_000
# The messages around a prepared statement are short and the same each time; a message does not change once it is read.
CACHED_BYTES_MAX = 64
CACHED_MESSAGES_MAX = 1_024
_CACHED_CODES = frozenset(b"BDECHS")
_INT16 = struct.Struct("!H")
_INT32 = struct.Struct("!i")
_FORMATS = frozenset((0, 1))


@dataclass(frozen=True, slots=True)
class SSLRequest:
    """The client asks whether TLS is spoken here."""


@dataclass(frozen=True, slots=True)
class GSSENCRequest:
    """The client asks whether GSSAPI encryption is spoken here."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    pid: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartupMessage:
    """`minor_version` and `unknown_options` are what NegotiateProtocolVersion answers."""

    parameters: dict[str, str]
    minor_version: int = 0
    unknown_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Password:
    """A password, or a step of a SASL exchange: the same letter on the wire."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Query:
    sql: str


@dataclass(frozen=True, slots=True)
class Parse:
    name: str
    sql: str
    parameter_oids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bind:
    """A None among `parameters` is NULL; a format is 0 for text and 1 for binary."""

    portal: str
    statement: str
    parameter_formats: tuple[int, ...] = ()
    parameters: tuple[bytes | None, ...] = ()
    result_formats: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Describe:
    """`kind` is S for a prepared statement and P for a portal."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Execute:
    """`rows_max` of 0 asks for all rows."""

    portal: str
    rows_max: int = 0


@dataclass(frozen=True, slots=True)
class Close:
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Flush:
    """Send what you have."""


@dataclass(frozen=True, slots=True)
class Sync:
    """The end of an extended query: errors are skipped up to here."""


@dataclass(frozen=True, slots=True)
class Terminate:
    """Good-bye."""


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """The obsolete fast path; answered with 0A000."""


@dataclass(frozen=True, slots=True)
class CopyData:
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CopyDone:
    """All rows of COPY FROM STDIN were sent."""


@dataclass(frozen=True, slots=True)
class CopyFail:
    reason: str


StartupPacket = SSLRequest | GSSENCRequest | CancelRequest | StartupMessage
Message = (
    StartupPacket
    | Password
    | Query
    | Parse
    | Bind
    | Describe
    | Execute
    | Close
    | Flush
    | Sync
    | Terminate
    | FunctionCall
    | CopyData
    | CopyDone
    | CopyFail
)


class Reader:
    """Reads the fields of one message; anything that does not add up is a ProtocolViolation."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def string(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise ProtocolViolation("invalid string in message")
        text, self._at = self._data[self._at : end], end + 1
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise ProtocolViolation('invalid byte sequence for encoding "UTF8"') from error

    def take(self, length: int) -> bytes:
        end = self._at + length
        if length < 0 or end > len(self._data):
            raise ProtocolViolation("insufficient data left in message")
        piece, self._at = self._data[self._at : end], end
        return piece

    def int16(self) -> int:
        return int(self._unpacked(_INT16)[0])

    def int32(self) -> int:
        return int(self._unpacked(_INT32)[0])

    def _unpacked(self, form: struct.Struct) -> tuple[int, ...]:
        try:
            numbers = form.unpack_from(self._data, self._at)
        except struct.error as error:
            raise ProtocolViolation("insufficient data left in message") from error
        self._at += form.size
        return numbers

    def code(self, *allowed: str) -> str:
        letter = self.take(1).decode("latin-1")
        if letter not in allowed:
            raise ProtocolViolation(f"invalid message subtype {ord(letter)}")
        return letter

    def formats(self) -> tuple[int, ...]:
        count = self.int16()
        if count <= 0:
            return ()
        formats = self._unpacked(struct.Struct(f"!{count}H")) if count > 1 else (self.int16(),)
        if not _FORMATS.issuperset(formats):
            raise ProtocolViolation("unsupported format code: only 0 (text) and 1 (binary) exist")
        return formats

    def end(self) -> None:
        if self._at != len(self._data):
            raise ProtocolViolation("invalid message format: more data than the message holds")


def _read_parse(reader: Reader) -> Parse:
    name, sql = reader.string(), reader.string()
    return Parse(name, sql, tuple(reader.int32() & 0xFFFFFFFF for _ in range(reader.int16())))


def _read_bind(reader: Reader) -> Bind:
    portal, statement, formats = reader.string(), reader.string(), reader.formats()
    parameters = tuple([_read_value(reader) for _ in range(reader.int16())])
    return Bind(portal, statement, formats, parameters, reader.formats())


def _read_value(reader: Reader) -> bytes | None:
    length = reader.int32()
    return None if length == -1 else reader.take(length)


def _read_execute(reader: Reader) -> Execute:
    return Execute(reader.string(), max(0, reader.int32()))


_READERS: dict[int, Callable[[Reader], Message]] = {
    ord("Q"): lambda reader: Query(reader.string()),
    ord("P"): _read_parse,
    ord("B"): _read_bind,
    ord("D"): lambda reader: Describe(reader.code("S", "P"), reader.string()),
    ord("E"): _read_execute,
    ord("C"): lambda reader: Close(reader.code("S", "P"), reader.string()),
    ord("H"): lambda _: Flush(),
    ord("S"): lambda _: Sync(),
    ord("X"): lambda _: Terminate(),
    ord("c"): lambda _: CopyDone(),
    ord("f"): lambda reader: CopyFail(reader.string()),
}
MESSAGE_CODES = frozenset(_READERS) | frozenset(b"pdF")


def read_message(code: int, body: bytes) -> Message:
    """Read one message after the startup; `code` is its letter."""
    match code:
        case 0x64:  # d
            return CopyData(body)
        case 0x70:  # p
            return Password(body)
        case 0x46:  # F
            return FunctionCall()
    if len(body) <= CACHED_BYTES_MAX and code in _CACHED_CODES:
        return _read_cached(code, body)
    return _read(code, body)


def _read(code: int, body: bytes) -> Message:
    reader = Reader(body)
    message = _READERS[code](reader)
    reader.end()
    return message


@lru_cache(CACHED_MESSAGES_MAX)
def _read_cached(code: int, body: bytes) -> Message:
    return _read(code, body)
