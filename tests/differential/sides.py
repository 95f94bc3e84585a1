"""Both sides of the comparison as libpq sees them: columns, bytes and SQLSTATEs, in text and in binary."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import pq

from ormolu import errors
from ormolu.engine.queries import QueryEngine
from ormolu.server.authentication import write_verifier
from ormolu.server.context import SessionContext
from ormolu.server.handlers import QueryHandlers
from ormolu.server.listener import Arrival, ListenerSettings, Server
from ormolu.server.outcomes import Outcome, ResultColumn
from ormolu.server.planning import QueryPlanner
from ormolu.server.settings import start_settings
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.parser.script import parse
from ormolu.sql_extensions.queries import BoundQuery, SessionValues, bind_query
from ormolu.sql_extensions.types import DataType
from tests.differential.samples import DDL, SESSION, resolve

ROLE, PASSWORD = "ann", "secret"


@dataclass(frozen=True)
class Column:
    name: str
    oid: int
    modifier: int


@dataclass(frozen=True)
class Answer:
    """What came back: columns and rows, or a SQLSTATE. `message` is for whoever reads a failure."""

    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[bytes | None, ...], ...] = ()
    sqlstate: str = ""
    message: str = ""


@dataclass(frozen=True)
class Side:
    connection: pq.abc.PGconn

    def simple(self, query: str) -> Answer:
        return _answer(self.connection.exec_(query.encode()))

    def binary(self, query: str) -> Answer:
        return _answer(self.connection.exec_params(query.encode(), None, result_format=pq.Format.BINARY))


@contextmanager
def connected(conninfo: str) -> Iterator[Side]:
    """A connection; psycopg makes it, for libpq's own way would keep a server in this process from answering."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield Side(connection.pgconn)


def _answer(result: pq.abc.PGresult) -> Answer:
    if result.status == pq.ExecStatus.FATAL_ERROR:
        sqlstate = result.error_field(pq.DiagnosticField.SQLSTATE) or b""
        return Answer(sqlstate=sqlstate.decode(), message=result.error_message.decode(errors="replace"))
    width = range(result.nfields)
    columns = [Column((result.fname(i) or b"").decode(), result.ftype(i), result.fmod(i)) for i in width]
    rows = [tuple(result.get_value(row, i) for i in width) for row in range(result.ntuples)]
    return Answer(tuple(columns), tuple(rows))


def prepare_postgresql(connection: pq.abc.PGconn) -> None:
    """The sample tables and the settings of our sessions."""
    for statement in ("SET TimeZone = 'UTC'", *DDL, f"SET search_path = {', '.join(SESSION.search_path)}"):
        answer = _answer(connection.exec_(statement.encode()))
        assert not answer.sqlstate, answer.message


class NoCommands:
    """Only queries are compared."""

    def describe(self, statement: s.Statement, session: SessionContext) -> tuple[ResultColumn, ...] | None:
        return None

    def execute(self, statement: s.Statement, session: SessionContext) -> Outcome:
        raise errors.FeatureNotSupported(f"{type(statement).__name__} is not supported")

    def finish(self, session: SessionContext, *, is_commit: bool) -> None:
        return


@dataclass(frozen=True)
class FixedHead:
    version: str = "1"


def _bind(query: s.Query, given: tuple[DataType | None, ...], session: SessionContext) -> BoundQuery:
    values = SessionValues(
        now=datetime.now(UTC), timezone=session.settings.time_zone, current_user=session.role, database=session.database
    )
    return bind_query(
        query.tree,
        resolve,
        search_path=session.settings.search_path,
        session=values,
        parameter_types=given,
        shows_digits=True,
    )


@contextmanager
def our_server(folder: Path) -> Iterator[str]:
    """A server over the sample tables: real sockets, the real engine. Its conninfo."""
    engine = QueryEngine(memory_limit="500MB", threads=1, temp_directory=folder, readable_directories=())
    commands = NoCommands()
    planner = QueryPlanner(bind=_bind, head=lambda _: FixedHead())
    handler = QueryHandlers(parse=parse, planner=planner, commands=commands, finish_commands=commands.finish)
    verifier = write_verifier(PASSWORD, b"0123456789abcdef")

    def open_context(arrival: Arrival) -> SessionContext:
        settings = start_settings(arrival.parameters, role=arrival.role)
        return SessionContext(arrival.pid, arrival.role, arrival.database, settings, arrival.notify, engine.session(),
                              engine.session, arrival.client_address)  # fmt: skip

    server = Server(
        ListenerSettings(connections_max=4, threads=2),
        find_verifier=lambda role: verifier if role == ROLE else None,
        open_context=open_context,
        handler=handler,
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="differential", daemon=True)
    thread.start()
    port = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield f"host=127.0.0.1 port={port} user={ROLE} password={PASSWORD} dbname=shop"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(1.0), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
        engine.close()
