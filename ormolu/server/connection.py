"""One client's socket: startup, log-in, and the pump between the session's generator and the transport.

An idle connection holds no task, no thread and no buffer.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from ormolu import errors
from ormolu.server import messages as m
from ormolu.server import responses
from ormolu.server.authentication import ScramExchange
from ormolu.server.context import TransactionStatus, canceled_by_user
from ormolu.server.login import LONG_KEY_BYTES, LogIn
from ormolu.server.protocol import Codec, Phase
from ormolu.server.session import Session
from ormolu.server.tls import ServerTls, common_name

_log = logging.getLogger(__name__)
READ_BUFFER_BYTES_MAX = 1024 * 1024
BATCH_MESSAGES_MAX = 1_000
HANDSHAKE_SECONDS_MAX = 10.0
# What is taken out of the pool at a time: a hand-over costs half a millisecond, so much of a fast answer goes in one.
CHUNK_BYTES = 2 * 1024 * 1024
CHUNK_SECONDS = 0.01
JOINED_BYTES_MAX = 64 * 1024
Chunk = Sequence[bytes | memoryview]


class House(Protocol):
    """What a connection asks of the server it belongs to."""

    tls: ServerTls | None
    requires_tls: bool
    startup_seconds_max: float
    receive_buffer: memoryview

    async def in_pool(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function in the bounded thread pool; Any as run_in_executor has it."""

    def exchange(self, role: str, *, is_encrypted: bool) -> ScramExchange: ...

    def may_log_in(self, role: str) -> bool:
        """Whether a role may log in without its password; asked in the pool."""

    def admit(self, connection: Connection) -> None:
        """Raise when there is no room, or the server is going down."""

    async def open_session(self, connection: Connection, startup: m.StartupMessage) -> Session: ...

    def cancel(self, pid: int, secret: bytes) -> None: ...

    def forget(self, connection: Connection) -> None: ...


class Connection(asyncio.BufferedProtocol):
    """Messages are handled one batch at a time, in order; a task lives only while there is work."""

    __slots__ = (
        "_can_write",
        "_codec",
        "_house",
        "_is_lost",
        "_key_bytes",
        "_log_in",
        "_loop",
        "_secret",
        "_task",
        "_timer",
        "_transport",
        "pid",
        "session",
    )  # fmt: skip

    def __init__(self, house: House, *, pid: int, secret: bytes) -> None:
        """`secret` is what a cancel request must know: all of it, or the first bytes before protocol 3.2."""
        self.pid = pid
        self._secret = secret
        self._key_bytes = LONG_KEY_BYTES
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

    def get_buffer(self, sizehint: int) -> memoryview:
        """One buffer serves all connections: the loop fills it and calls `buffer_updated` without a pause between.

        Measured: a plain Protocol, for which asyncio makes 256 KiB anew each time, costs 15 us more a message.
        """
        return self._house.receive_buffer

    def buffer_updated(self, nbytes: int) -> None:
        piece = bytes(self._house.receive_buffer[:nbytes])
        self._stop_timer_of_idle()
        if self._task is None and self.session is not None:
            known = self._codec.whole_messages(piece)
            if known is not None:
                self._answer(self.session, known)
                return
        self._codec.feed(piece)
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
            self._tell()

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

    @property
    def port(self) -> int:
        address = self._wire.get_extra_info("peername")
        return int(address[1]) if isinstance(address, tuple) else -1

    @property
    def secret(self) -> bytes:
        return self._secret[: self._key_bytes]

    def cancel(self, reason: errors.OrmoluError | None = None) -> None:
        """Stop the running statement, if one runs."""
        if self.session is not None:
            self.session.context.cancellation.cancel(reason or canceled_by_user())

    def terminate(self, problem: errors.OrmoluError) -> None:
        """End the session: what it runs is stopped, and tells the client itself."""
        is_running = self.session is not None and self.session.context.cancellation.cancel(problem)
        if not is_running:
            self.end(problem)

    def wake(self) -> None:
        """Something has come for the client; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        """Send notifications to a client that waits and reads; a busy one hears of them with its answer."""
        if self.session is not None and self._task is None and self._can_write is None and not self._is_lost:
            self._write(b"".join(self.session.notifications()))

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

    def _write(self, data: bytes) -> None:
        if not self._is_lost and data:
            self._wire.write(data)

    def _write_all(self, parts: Chunk) -> None:
        for part in parts:
            if not self._is_lost and part:
                self._wire.write(part)

    def _answered_at_once(self) -> bool:
        """Answer on the loop what needs neither engine nor catalog: saves a task and two thread switches."""
        if self.session is None or self._codec.phase is not Phase.READY:
            return False
        try:
            batch = self._take_batch()
        except errors.OrmoluError as problem:
            self.end(problem)
            return True
        if batch:
            self._answer(self.session, batch)
        return self._task is not None or not self._codec.has_message()

    def _answer(self, session: Session, batch: Sequence[m.Message]) -> None:
        """Answer on the loop what can be, and begin a task for the rest."""
        answer = session.fixed_answer(batch)
        if answer is None:
            if not session.is_instant(batch):
                self._task = self._loop.create_task(self._serve(batch))
                return
            answer = b"".join(session.run(batch))
        self._write(answer)
        self._after_batch()

    async def _serve(self, batch: Sequence[m.Message] | None = None) -> None:
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
            else:
                self._tell()

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
        if self.session is None:
            return
        if self.session.phase is Phase.CLOSED:
            self._wire.close()
        elif not self._codec.has_message():
            self._start_timer_of_idle(self.session)

    # --- clients that wait too long ---

    def _start_timer_of_idle(self, session: Session) -> None:
        """idle_in_transaction_session_timeout, and idle_session_timeout outside a transaction."""
        is_idle = session.context.transaction.status is TransactionStatus.IDLE
        if session.phase is not Phase.READY:
            return
        name = "idle_session_timeout" if is_idle else "idle_in_transaction_session_timeout"
        seconds = session.context.settings.timeout_seconds(name)
        if seconds:
            self._stop_timer_of_idle()
            self._timer = self._loop.call_later(seconds, self._end_idle, is_idle)

    def _stop_timer_of_idle(self) -> None:
        if self._timer is not None and self.session is not None:
            self._timer.cancel()
            self._timer = None

    def _end_idle(self, is_idle: bool) -> None:
        self._timer = None
        if self._task is None:
            self.end(
                errors.IdleSessionTimeout("terminating connection due to idle-session timeout")
                if is_idle
                else errors.IdleInTransactionSessionTimeout("terminating connection due to idle-in-transaction timeout")
            )

    async def _pump(self, session: Session, batch: Sequence[m.Message]) -> None:
        """Pull the answer out of the pool chunk by chunk: the next one is made while this one is sent."""
        output = session.run(batch)
        is_last = False
        try:
            chunk, is_last = await self._house.in_pool(_pull, output)
            while not is_last and not self._is_lost:
                following = asyncio.ensure_future(self._house.in_pool(_pull, output))
                self._write_all(chunk)
                chunk, is_last = await following
                await self._drained()
            self._write_all(chunk)
            await self._drained()
        finally:
            if not is_last:
                await self._house.in_pool(output.close)

    async def _drained(self) -> None:
        if self._can_write is not None:
            await self._can_write.wait()

    async def _close(self) -> None:
        session, self.session = self.session, None
        try:
            if session is not None:
                with suppress(errors.AdminShutdown):  # the engine ends with the server
                    await self._house.in_pool(session.close)
        finally:
            self._house.forget(self)  # not before: a server that stops waits for those it knows

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
                await self._begin_log_in(message)
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
                transport, self, self._house.tls.context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS_MAX
            )
        except (OSError, ssl.SSLError) as problem:
            _log.info("TLS handshake failed: %s", problem)
            transport.abort()
            return
        self._transport = secured

    async def _begin_log_in(self, startup: m.StartupMessage) -> None:
        self._house.admit(self)
        wire = self._wire.get_extra_info("ssl_object")
        if self._house.requires_tls and wire is None:
            raise errors.InvalidAuthorizationSpecification("this server takes encrypted connections only")
        role = startup.parameters.get("user", "")
        if not role:
            raise errors.InvalidAuthorizationSpecification("no PostgreSQL user name specified in startup packet")
        shown = common_name(wire)
        exchange = None if shown is not None else self._house.exchange(role, is_encrypted=wire is not None)
        log_in = LogIn(startup, exchange)
        self._key_bytes = log_in.key_bytes
        self._write(log_in.opening())
        self._codec.phase = Phase.AUTHENTICATION
        if shown is None:
            self._log_in = log_in
            return
        if shown != role or not await self._house.in_pool(self._house.may_log_in, role):
            raise errors.InvalidAuthorizationSpecification(f'certificate authentication failed for user "{role}"')
        await self._open(log_in, b"")

    async def _continue_log_in(self, data: bytes) -> None:
        if self._log_in is None:
            raise errors.ProtocolViolation("unexpected message Password before the startup")
        answer, is_last = await self._house.in_pool(self._log_in.step, data)
        if not is_last:
            self._write(answer)
            return
        log_in, self._log_in = self._log_in, None
        await self._open(log_in, answer)

    async def _open(self, log_in: LogIn, answer: bytes) -> None:
        """The client has proved who it is."""
        self._write(answer + responses.AUTHENTICATION_OK)
        session = await self._house.open_session(self, log_in.startup)
        self._codec.phase = Phase.READY
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.session = session
        self._write(b"".join(self._greeting(session)))
        self._start_timer_of_idle(session)

    def _greeting(self, session: Session) -> list[bytes]:
        statuses = [responses.parameter_status(*item) for item in session.context.settings.reported().items()]
        key = responses.backend_key_data(self.pid, self.secret)
        return [*statuses, key, responses.READY_FOR_QUERY["I"]]


def _pull(output: Any) -> tuple[Chunk, bool]:
    """Take whole messages up to a chunk, or what there is in its time; runs in the pool. True when all was taken.

    A short answer is one piece, so that it is one packet; the pieces of a long one are sent as they are.
    """
    parts: list[bytes | memoryview] = []
    size = 0
    end = time.monotonic() + CHUNK_SECONDS
    for part in output:
        parts.append(part)
        size += len(part)
        if size >= CHUNK_BYTES or time.monotonic() > end:
            return parts, False
    return ([b"".join(parts)] if size <= JOINED_BYTES_MAX else parts), True


def _cancel_all(handles: list[asyncio.TimerHandle]) -> None:
    for handle in handles:
        handle.cancel()
