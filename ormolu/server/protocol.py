"""The codec of the wire protocol, without I/O: bytes in, messages out, and what may follow what.

Source: PostgreSQL 15, chapter 55.2, "Message Flow".
"""

from __future__ import annotations

import struct
from enum import Enum
from functools import lru_cache

from ormolu.errors import FeatureNotSupported, ProtocolViolation
from ormolu.server import messages as m

STARTUP_BYTES_MAX = 10_000
PASSWORD_BYTES_MAX = 65_535
SHORT_MESSAGE_BYTES_MAX = 10_000
MESSAGE_BYTES_MAX = 256 * 1024 * 1024
# 3.0, and 3.2 with its longer keys of cancel requests.
MINOR_VERSION_MAX = 2
CANCEL_KEY_BYTES_MAX = 256
# Clients say the same again and again, around a prepared statement for one, in pieces as short as this.
KNOWN_PIECE_BYTES_MAX = 512
KNOWN_PIECES_MAX = 1_024
# Version numbers that are requests (55.7).
CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103
GSSENC_REQUEST = 80877104
_INT32 = struct.Struct("!i")
_LONG_MESSAGES = frozenset(b"QPBFd")


class Phase(Enum):
    """Where the conversation stands."""

    STARTUP = "startup"
    AUTHENTICATION = "authentication"
    READY = "ready"
    COPY_IN = "copy in"
    CLOSED = "closed"


_STARTUP_PACKETS = frozenset((m.SSLRequest, m.GSSENCRequest, m.CancelRequest, m.StartupMessage))
_COPY = frozenset((m.CopyData, m.CopyDone, m.CopyFail))
# What may arrive in each phase. In READY, messages of a copy that has already failed are read and dropped;
# in COPY_IN, Flush and Sync are (55.2.6).
FOLLOWS: dict[Phase, frozenset[type]] = {
    Phase.STARTUP: _STARTUP_PACKETS,
    Phase.AUTHENTICATION: frozenset((m.Password, m.Terminate)),
    Phase.READY: _COPY
    | {
        m.Query,
        m.Parse,
        m.Bind,
        m.Describe,
        m.Execute,
        m.Close,
        m.Flush,
        m.Sync,
        m.Terminate,
        m.FunctionCall,
    },
    Phase.COPY_IN: _COPY | {m.Flush, m.Sync, m.Terminate},
    Phase.CLOSED: frozenset(),
}


def check_order(phase: Phase, message: m.Message) -> None:
    """Raise ProtocolViolation when `message` may not arrive in `phase`."""
    if type(message) not in FOLLOWS[phase]:
        raise ProtocolViolation(f"unexpected message {type(message).__name__} during {phase.value}")


class Codec:
    """Cuts a stream of bytes into messages; the owner moves `phase` on, and it decides the framing and its limits."""

    __slots__ = ("_buffer", "_start", "phase")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._start = 0
        self.phase = Phase.STARTUP

    @property
    def buffered_bytes(self) -> int:
        return len(self._buffer) - self._start

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def whole_messages(self, piece: bytes) -> tuple[m.Message, ...] | None:
        """The messages of a short piece that ends with one and that none wait before; None: feed it."""
        if self._buffer or self.phase is not Phase.READY or len(piece) > KNOWN_PIECE_BYTES_MAX:
            return None
        return _whole_messages(piece)

    def discard(self) -> None:
        """Forget what has arrived: what came before TLS was agreed must not count as said inside it."""
        self._buffer.clear()
        self._start = 0

    def has_message(self) -> bool:
        """Whether `next_message` will give a message, or refuse one."""
        try:
            frame = self._frame()
        except ProtocolViolation:
            return True
        return frame is not None and self._start + frame[2] <= len(self._buffer)

    def next_message(self) -> m.Message | None:
        """Give the next whole message, or None when more bytes are needed."""
        frame = self._frame()
        if frame is None:
            return None
        code, header_bytes, frame_bytes = frame
        start = self._start
        end = start + frame_bytes
        if end > len(self._buffer):
            return None
        body = bytes(memoryview(self._buffer)[start + header_bytes : end])
        self._advance(end)
        if self.phase is Phase.READY:
            return m.read_message(code, body)
        message = read_startup_packet(body) if self.phase is Phase.STARTUP else m.read_message(code, body)
        check_framing(self.phase, message)
        return message

    def _advance(self, end: int) -> None:
        if end == len(self._buffer):
            self._buffer.clear()
            self._start = 0
            return
        self._start = end
        if end > 1 << 16:
            del self._buffer[:end]
            self._start = 0

    def _frame(self) -> tuple[int, int, int] | None:
        """The next message's letter, the bytes of its header and of all of it; None while the header is incomplete."""
        if self.phase is Phase.STARTUP:
            if self.buffered_bytes < 4:
                return None
            (length,) = _INT32.unpack_from(self._buffer, self._start)
            if not 8 <= length <= STARTUP_BYTES_MAX:
                raise ProtocolViolation("invalid length of startup packet")
            return 0, 4, length
        start, buffered = self._start, self.buffered_bytes
        if not buffered:
            return None
        code = self._buffer[start]
        if code not in m.MESSAGE_CODES:
            raise ProtocolViolation(f"invalid frontend message type {code}")
        if buffered < 5:
            return None
        (length,) = _INT32.unpack_from(self._buffer, start + 1)
        if not 4 <= length <= self._bytes_max(code):
            raise ProtocolViolation("invalid message length")
        return code, 5, length + 1

    def _bytes_max(self, code: int) -> int:
        if self.phase is Phase.AUTHENTICATION:
            return PASSWORD_BYTES_MAX
        return MESSAGE_BYTES_MAX if code in _LONG_MESSAGES else SHORT_MESSAGE_BYTES_MAX


@lru_cache(KNOWN_PIECES_MAX)
def _whole_messages(piece: bytes) -> tuple[m.Message, ...] | None:
    """A piece that is refused is None too: it is refused when it is read in its turn."""
    codec = Codec()
    codec.phase = Phase.READY
    codec.feed(piece)
    messages: list[m.Message] = []
    try:
        while (message := codec.next_message()) is not None:
            messages.append(message)
    except ProtocolViolation:
        return None
    return None if codec.buffered_bytes else tuple(messages)


def check_framing(phase: Phase, message: m.Message) -> None:
    """Before anyone has logged in, what is out of order is refused as soon as it is read."""
    if phase in (Phase.STARTUP, Phase.AUTHENTICATION, Phase.CLOSED):
        check_order(phase, message)


def read_startup_packet(body: bytes) -> m.StartupPacket:
    """Read the packet without a letter that opens a connection."""
    (version,) = _INT32.unpack_from(body)
    if version == SSL_REQUEST:
        return m.SSLRequest()
    if version == GSSENC_REQUEST:
        return m.GSSENCRequest()
    if version == CANCEL_REQUEST:
        if not 12 <= len(body) <= 8 + CANCEL_KEY_BYTES_MAX:
            raise ProtocolViolation("invalid length of cancel request")
        return m.CancelRequest(_INT32.unpack_from(body, 4)[0], body[8:])
    if version >> 16 != 3:
        raise FeatureNotSupported(
            f"unsupported frontend protocol {version >> 16}.{version & 0xFFFF}: "
            f"server supports 3.0 to 3.{MINOR_VERSION_MAX}"
        )
    return _read_startup(m.Reader(body[4:]), version & 0xFFFF)


def _read_startup(reader: m.Reader, minor_version: int) -> m.StartupMessage:
    parameters: dict[str, str] = {}
    unknown: list[str] = []
    while name := reader.string():
        value = reader.string()
        if name.startswith("_pq_."):
            unknown.append(name)
        else:
            parameters[name] = value
    reader.end()
    return m.StartupMessage(parameters, minor_version, tuple(unknown))
