"""The server of the wire: its socket, its connections, and the one bounded thread pool behind them."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from ormolu import errors
from ormolu.server import messages as m
from ormolu.server.authentication import FindVerifier, ScramExchange
from ormolu.server.connection import Connection
from ormolu.server.context import SessionContext
from ormolu.server.encoder_pool import EncoderPool
from ormolu.server.login import LONG_KEY_BYTES
from ormolu.server.preparation import StatementHandler
from ormolu.server.session import Session
from ormolu.server.tls import ServerTls

_log = logging.getLogger(__name__)
PID_MAX = 2**31 - 1
BACKLOG = 256
RECEIVE_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """`port` 0 takes a free one; `threads` is how many statements compute at the same time, and `encoder_threads` how
    many batches of long results are encoded."""

    host: str = "127.0.0.1"
    port: int = 0
    tls: ServerTls | None = None
    requires_tls: bool = False
    connections_max: int = 1_000
    threads: int = 8
    encoder_threads: int = os.cpu_count() or 1
    startup_seconds_max: float = 60.0


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A row of pg_stat_activity."""

    pid: int
    role: str
    database: str
    application_name: str
    client_address: str
    state: str
    query: str
    connected_at: datetime
    query_started_at: datetime | None
    state_changed_at: datetime
    transaction_started_at: datetime | None = None
    client_port: int = -1


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has logged in, before there is a session; `notify` sends a notice to the client from any thread."""

    pid: int
    role: str
    database: str
    parameters: dict[str, str]
    client_address: str
    notify: Callable[[str, str, str, str | None], None]


class OpenContext(Protocol):
    """Makes the context of a session, in the thread pool: raises 3D000 for an unknown database, 28000 for a role
    that may not log in."""

    def __call__(self, arrival: Arrival) -> SessionContext: ...


class Server:
    """Accepts connections on one port until stopped."""

    def __init__(
        self,
        settings: ListenerSettings,
        *,
        find_verifier: FindVerifier,
        open_context: OpenContext,
        handler: StatementHandler,
        may_log_in: Callable[[str], bool] = lambda _: False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`may_log_in` is asked of a role that a client's certificate names."""
        self.tls = settings.tls
        self.requires_tls = settings.requires_tls
        self.startup_seconds_max = settings.startup_seconds_max
        self.receive_buffer = memoryview(bytearray(RECEIVE_BYTES))
        self._settings = settings
        self._find_verifier = find_verifier
        self._open_context = open_context
        self._handler = handler
        self._may_log_in = may_log_in
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._connections: dict[int, Connection] = {}
        self._connected_at: dict[int, datetime] = {}
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="ormolu-statement")
        self.encoders = EncoderPool(settings.encoder_threads)
        self._listener: asyncio.Server | None = None
        self._next_pid = 1
        self._is_stopping = False
        self._is_closed = False

    # --- life ---

    async def start(self) -> int:
        """Listen; gives the port."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            self._connection, self._settings.host, self._settings.port, backlog=BACKLOG
        )
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def stop(self, drain_seconds: float = 20.0) -> None:
        """Take no more connections, let running statements end within `drain_seconds`, then cancel and hang up."""
        self._is_stopping = True
        if self._listener is not None:
            self._listener.close()
        farewell = errors.AdminShutdown("terminating connection due to administrator command")
        await self._wait(lambda: all(connection.is_idle for connection in self._connections.values()), drain_seconds)
        for connection in list(self._connections.values()):
            connection.cancel(farewell)
        await self._wait(lambda: all(connection.is_idle for connection in self._connections.values()), 2.0)
        for connection in list(self._connections.values()):
            connection.end(farewell)
        await self._wait(lambda: not self._connections, 2.0)
        for connection in list(self._connections.values()):
            connection.abort()
        await self._wait(lambda: not self._connections, 1.0)
        self._is_closed = True
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)
        await asyncio.to_thread(self.encoders.close)

    @staticmethod
    async def _wait(is_done: Callable[[], bool], seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not is_done() and loop.time() < end:
            await asyncio.sleep(0.02)

    # --- what operators see and do ---

    def sessions(self) -> list[SessionInfo]:
        """One row a session that has logged in; may be called from any thread."""
        rows = []
        for connection in list(self._connections.values()):
            session = connection.session
            if session is not None:
                rows.append(self._info(connection, session))
        return rows

    def _info(self, connection: Connection, session: Session) -> SessionInfo:
        context, activity = session.context, session.activity
        return SessionInfo(
            pid=connection.pid,
            role=context.role,
            database=context.database,
            application_name=context.settings.get("application_name"),
            client_address=context.client_address,
            state=activity.state,
            query=activity.query,
            connected_at=self._connected_at.get(connection.pid, activity.changed_at),
            query_started_at=activity.query_started_at,
            state_changed_at=activity.changed_at,
            transaction_started_at=activity.transaction_started_at,
            client_port=connection.port,
        )

    def role_of(self, pid: int) -> str | None:
        """Whose session that process is; None where there is none."""
        connection = self._connections.get(pid)
        session = None if connection is None else connection.session
        return None if session is None else session.context.role

    def cancel_backend(self, pid: int) -> bool:
        """pg_cancel_backend: from any thread."""
        connection = self._connections.get(pid)
        if connection is None:
            return False
        connection.cancel()
        return True

    def terminate_backend(self, pid: int) -> bool:
        """pg_terminate_backend: from any thread."""
        connection = self._connections.get(pid)
        if connection is None or self._listener is None:
            return False
        problem = errors.AdminShutdown("terminating connection due to administrator command")
        self._listener.get_loop().call_soon_threadsafe(connection.terminate, problem)
        return True

    # --- what connections ask ---

    def _connection(self) -> Connection:
        pid = self._free_pid()
        connection = Connection(self, pid=pid, secret=secrets.token_bytes(LONG_KEY_BYTES))
        self._connections[pid] = connection
        self._connected_at[pid] = self._now()
        return connection

    def _free_pid(self) -> int:
        while self._next_pid in self._connections:
            self._next_pid = self._next_pid % PID_MAX + 1
        pid, self._next_pid = self._next_pid, self._next_pid % PID_MAX + 1
        return pid

    async def in_pool(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self._is_closed:
            raise errors.AdminShutdown("terminating connection due to administrator command")
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def exchange(self, role: str, *, is_encrypted: bool) -> ScramExchange:
        return ScramExchange(
            role,
            self._find_verifier,
            secret=self._secret,
            nonce=secrets.token_urlsafe(18),
            end_point=self.tls.end_point if is_encrypted and self.tls is not None else None,
        )

    def may_log_in(self, role: str) -> bool:
        return self._may_log_in(role)

    def admit(self, connection: Connection) -> None:
        if self._is_stopping:
            raise errors.CannotConnectNow("the server is shutting down")
        if len(self._connections) > self._settings.connections_max:
            raise errors.TooManyConnections("sorry, too many clients already")

    async def open_session(self, connection: Connection, startup: m.StartupMessage) -> Session:
        from ormolu.server import responses

        role = startup.parameters["user"]
        arrival = Arrival(
            pid=connection.pid,
            role=role,
            database=startup.parameters.get("database") or role,
            parameters=startup.parameters,
            client_address=connection.peer,
            notify=lambda *words: connection.send(responses.notice(*words)),
        )
        context: SessionContext = await self.in_pool(self._open_context, arrival)
        context.inbox.wake = connection.wake
        return Session(
            context, self._handler, encoders=self.encoders, start_timer=connection.start_timer, now=self._now
        )

    def cancel(self, pid: int, secret: bytes) -> None:
        """A CancelRequest: silently nothing where pid and secret do not fit."""
        connection = self._connections.get(pid)
        if connection is not None and secrets.compare_digest(connection.secret, secret):
            connection.cancel()

    def forget(self, connection: Connection) -> None:
        self._connections.pop(connection.pid, None)
        self._connected_at.pop(connection.pid, None)
