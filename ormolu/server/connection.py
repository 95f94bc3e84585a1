"""One client's socket: startup, log-in, and the pump between the session's generator and the transport.

An idle connection holds no task, no thread and no buffer.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ormolu import errors
from ormolu.server import messages as m
from ormolu.server import responses
from ormolu.server.authentication import MECHANISM, ScramExchange
from ormolu.server.context import canceled_by_user
from ormolu.server.protocol import Codec, Phase
from ormolu.server.session import Session

_log = logging.getLogger(__name__)
READ_BUFFER_BYTES_MAX = 1024 * 1024
BATCH_MESSAGES_MAX = 1_000
HANDSHAKE_SECONDS_MAX = 10.0
CHUNK_BYTES = 256 * 1024
Chunk = bytes | memoryview


class House(Protocol):
    """What a connection asks of the server it belongs to."""

    tls: ssl.SSLContext | None
    requires_tls: bool
    startup_seconds_max: float

    async def in_pool(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function in the bounded thread pool; Any as run_in_executor has it."""

    def exchange(self, role: str) -> ScramExchange: ...

    def admit(self, connection: Connection) -> None:
        """Raise when there is no room, or the server is going down."""

    async def open_session(self, connection: Connection, startup: m.StartupMessage) -> Session: ...

    def cancel(self, pid: int, secret: int) -> None: ...

    def forget(self, connection: Connection) -> None: ...


@dataclass(slots=True)
class LogIn:
    """A log-in under way."""

    startup: m.StartupMessage
    exchange: ScramExchange
    has_begun: bool = False


class Connection(asyncio.Protocol):
    """Messages are handled one batch at a time, in order; a task lives only while there is work."""

    __slots__ = (
        "_can_write", "_codec", "_house", "_is_lost", "_log_in", "_loop", "_task", "_timer", "_transport",
        "pid", "secret", "session",
    )  # fmt: skip

    def __init__(self, house: House, *, pid: int, secret: int) -> None:
        self.pid = pid
        self.secret = secret
        self.session: Session | None = None
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._codec = Codec()
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._can_write: asyncio.Event | None = None
        self._is_lost = False
        self._log_in: LogIn | None = None

    # --- asyncio calls these ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._timer is None:
            self._timer = self._loop.call_later(self._house.startup_seconds_max, self.abort)

    def data_received(self, data: bytes) -> None:
        self._codec.feed(data)
        if self._task is not None:
            if self._codec.buffered_bytes > READ_BUFFER_BYTES_MAX and self._codec.has_message():
                self._wire.pause_reading()
            return
        if self._answered_at_once():
            return
        self._task = self._loop.create_task(self._serve())

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self._can_write = asyncio.Event()

    def resume_writing(self) -> None:
        if self._can_write is not None:
            self._can_write.set()
            self._can_write = None

    def connection_lost(self, problem: Exception | None) -> None:
        self._is_lost = True
        self.resume_writing()
        if self._timer is not None:
            self._timer.cancel()
        self.cancel()
        if self._task is None:
            self._task = self._loop.create_task(self._close())

    # --- the server calls these ---

    @property
    def peer(self) -> str:
        address = self._wire.get_extra_info("peername")
        return str(address[0]) if isinstance(address, tuple) else ""

    @property
    def is_idle(self) -> bool:
        return self._task is None

    def cancel(self, reason: errors.OrmoluError | None = None) -> None:
        """Stop the running statement, if one runs."""
        if self.session is not None:
            self.session.context.cancellation.cancel(reason or canceled_by_user())

    def end(self, problem: errors.OrmoluError) -> None:
        """Tell the client why, and hang up."""
        self._write(responses.error(problem, severity="FATAL"))
        self._wire.close()

    def abort(self) -> None:
        self._wire.abort()

    def send(self, data: bytes) -> None:
        """Send from any thread: notices and notifications."""
        self._loop.call_soon_threadsafe(self._write, data)

    def start_timer(self, seconds: float, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back after `seconds` unless stopped; asked for from the pool's threads."""
        handles: list[asyncio.TimerHandle] = []
        self._loop.call_soon_threadsafe(lambda: handles.append(self._loop.call_later(seconds, callback)))

        def stop() -> None:
            self._loop.call_soon_threadsafe(_cancel_all, handles)

        return stop

    # --- the work ---

    @property
    def _wire(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def _write(self, data: Chunk) -> None:
        if not self._is_lost and data:
            self._wire.write(data)

    def _answered_at_once(self) -> bool:
        """Answer on the loop what needs neither engine nor catalog: saves a task and two thread switches."""
        if self.session is None or self._codec.phase is not Phase.READY:
            return False
        try:
            batch = self._take_batch()
        except errors.OrmoluError as problem:
            self.end(problem)
            return True
        if batch and not self.session.is_instant(batch):
            self._task = self._loop.create_task(self._serve(batch))
            return True
        if batch:
            self._write(b"".join(self.session.run(batch)))
            self._after_batch()
        return not self._codec.has_message()

    async def _serve(self, batch: list[m.Message] | None = None) -> None:
        try:
            while not self._is_lost and (batch := batch or self._take_batch()):
                if self.session is None:
                    for message in batch:
                        await self._start(message)
                else:
                    await self._pump(self.session, batch)
                    self._after_batch()
                batch = None
        except errors.OrmoluError as problem:
            self.end(problem)
        except Exception:  # noqa: BLE001 - a connection's catch-all: logged whole, and the client is told
            _log.exception("connection failed", extra={"pid": self.pid})
            self.end(errors.InternalError("internal error"))
        finally:
            self._task = None
            if self._is_lost:
                await self._close()

    def _take_batch(self) -> list[m.Message]:
        """The messages that have arrived; before log-in one at a time, for each may change what the next one means."""
        batch: list[m.Message] = []
        most = BATCH_MESSAGES_MAX if self.session is not None else 1
        while len(batch) < most:
            try:
                message = self._codec.next_message()
            except errors.OrmoluError:
                if batch:
                    break
                raise
            if message is None:
                break
            batch.append(message)
        if self._codec.buffered_bytes < READ_BUFFER_BYTES_MAX and not self._is_lost:
            self._wire.resume_reading()
        return batch

    def _after_batch(self) -> None:
        if self.session is not None and self.session.phase is Phase.CLOSED:
            self._wire.close()

    async def _pump(self, session: Session, batch: list[m.Message]) -> None:
        """Pull the answer out of the pool chunk by chunk: the next one is made while this one is sent."""
        output = session.run(batch)
        try:
            chunk, is_last = await self._house.in_pool(_pull, output)
            while not is_last and not self._is_lost:
                following = asyncio.ensure_future(self._house.in_pool(_pull, output))
                self._write(chunk)
                chunk, is_last = await following
                await self._drained()
            self._write(chunk)
            await self._drained()
        finally:
            await self._house.in_pool(output.close)

    async def _drained(self) -> None:
        if self._can_write is not None:
            await self._can_write.wait()

    async def _close(self) -> None:
        self._house.forget(self)
        session, self.session = self.session, None
        if session is not None:
            await self._house.in_pool(session.close)

    # --- startup ---

    async def _start(self, message: m.Message) -> None:
        match message:
            case m.SSLRequest():
                await self._start_tls()
            case m.GSSENCRequest():
                self._write(responses.SSL_REFUSED)
            case m.CancelRequest(pid=pid, secret=secret):
                self._house.cancel(pid, secret)
                self._wire.close()
            case m.StartupMessage():
                self._begin_log_in(message)
            case m.Password(data=data):
                await self._continue_log_in(data)
            case m.Terminate():
                self._wire.close()
            case _:
                raise errors.ProtocolViolation(f"unexpected message {type(message).__name__} before the startup")

    async def _start_tls(self) -> None:
        if self._house.tls is None or self._wire.get_extra_info("ssl_object") is not None:
            self._write(responses.SSL_REFUSED)
            return
        if self._codec.buffered_bytes:
            raise errors.ProtocolViolation("received unencrypted data after SSL request")
        transport = self._wire
        transport.pause_reading()
        self._write(responses.SSL_ACCEPTED)
        try:
            secured = await self._loop.start_tls(
                transport, self, self._house.tls, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS_MAX
            )
        except (OSError, ssl.SSLError) as problem:
            _log.info("TLS handshake failed: %s", problem)
            transport.abort()
            return
        self._transport = secured

    def _begin_log_in(self, startup: m.StartupMessage) -> None:
        self._house.admit(self)
        if self._house.requires_tls and self._wire.get_extra_info("ssl_object") is None:
            raise errors.InvalidAuthorizationSpecification("this server takes encrypted connections only")
        role = startup.parameters.get("user", "")
        if not role:
            raise errors.InvalidAuthorizationSpecification("no PostgreSQL user name specified in startup packet")
        if startup.minor_version or startup.unknown_options:
            self._write(responses.negotiate_protocol_version(startup.unknown_options))
        self._codec.phase = Phase.AUTHENTICATION
        self._log_in = LogIn(startup, self._house.exchange(role))
        self._write(responses.authentication_sasl((MECHANISM,)))

    async def _continue_log_in(self, data: bytes) -> None:
        assert self._log_in is not None
        log_in = self._log_in
        if not log_in.has_begun:
            log_in.has_begun = True
            first = await self._house.in_pool(log_in.exchange.first, data)
            self._write(responses.authentication_sasl_continue(first))
            return
        answer = await self._house.in_pool(log_in.exchange.final, data)
        self._write(responses.authentication_sasl_final(answer) + responses.AUTHENTICATION_OK)
        self._log_in = None
        session = await self._house.open_session(self, log_in.startup)
        self._codec.phase = Phase.READY
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.session = session
        self._write(b"".join(self._greeting(session)))

    def _greeting(self, session: Session) -> list[bytes]:
        statuses = [responses.parameter_status(*item) for item in session.context.settings.reported().items()]
        key = responses.backend_key_data(self.pid, self.secret)
        return [*statuses, key, responses.READY_FOR_QUERY["I"]]


def _pull(output: Any) -> tuple[Chunk, bool]:
    """Take whole messages up to a chunk; runs in the pool. True when the answer is complete."""
    parts: list[Chunk] = []
    size = 0
    for part in output:
        parts.append(part)
        size += len(part)
        if size >= CHUNK_BYTES:
            return (parts[0] if len(parts) == 1 else b"".join(parts)), False
    return b"".join(parts), True


def _cancel_all(handles: list[asyncio.TimerHandle]) -> None:
    for handle in handles:
        handle.cancel()
