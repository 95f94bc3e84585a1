"""A server of the wire in this process: real sockets, the real engine, relations made of ranges."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlglot

from ormolu import errors
from ormolu.definitions import TableName
from ormolu.engine.queries import QueryEngine
from ormolu.server.authentication import write_verifier
from ormolu.server.context import SessionContext
from ormolu.server.handlers import QueryHandlers
from ormolu.server.listener import Arrival, ListenerSettings, OpenContext, Server
from ormolu.server.outcomes import Completed, CopyIn, Outcome, ResultColumn
from ormolu.server.planning import QueryPlanner
from ormolu.server.session import Session
from ormolu.server.settings import start_settings
from ormolu.server.tls import make_certificate, server_tls
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.parser.script import parse
from ormolu.sql_extensions.queries import AsOf, BoundQuery, SessionValues, bind_query
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import DataType, data_type
from tests.peers.postgresql import PostgresPeer

ROLE, PASSWORD, DATABASE = "ann", "it's secret", "shop"
NUMBERS_ROWS = 20_000
NUMBERS = """SELECT i::INTEGER AS id, i::BIGINT * 1000000000 AS big, i * 0.5::DOUBLE AS half,
    (i * 1.25)::DECIMAL(18, 2) AS amount, CASE WHEN i % 10 = 0 THEN NULL ELSE 'row ' || i END AS name,
    DATE '2026-01-01' + (i % 365)::INTEGER AS day, TIMESTAMP '2026-01-01 00:00:00' + to_seconds(i) AS at,
    i % 2 = 0 AS is_even FROM range(20000) AS numbers(i)"""
TYPES = """SELECT * FROM (VALUES (1, true, 2::SMALLINT, 1.5::FLOAT, 1e20::DOUBLE, 123.4500::DECIMAL(10, 4), 'text',
    'bytes'::BLOB, DATE '2026-11-23', TIME '01:02:03.5', TIMESTAMP '2026-11-23 01:02:03.25',
    TIMESTAMPTZ '2026-11-23 01:02:03+00', INTERVAL '1 year 2 days 3 hours', UUID '12345678-1234-5678-1234-567812345678',
    '{"a": [1, null]}'::JSON, [1, NULL, 3], ['a', NULL, 'b c']),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
    AS t (id, a_bool, a_int2, a_float4, a_float8, a_numeric, a_text, a_bytea, a_date, a_time,
    a_timestamp, a_timestamptz, an_interval, a_uuid, a_json, an_array, texts)"""
SLOW = "SELECT count(*) AS n FROM range(100000000000) AS a(i) WHERE (i * 7) % 3 = 5"
ENDLESS = "SELECT i + 1 AS id, 'the row ' || (i + 1) AS name FROM range(100000000000) AS a(i)"


def relation(name: str, query: str, /, **types: str) -> Relation:
    columns = tuple(RelationColumn(column, data_type(kind)) for column, kind in types.items())
    source = sqlglot.parse_one(query, read="duckdb")
    assert isinstance(source, sqlglot.exp.Query)
    return Relation(TableName("gold", name), columns, source, "1")


RELATIONS = {
    each.name: each
    for each in (
        relation("numbers", NUMBERS, id="int4", big="int8", half="float8", amount="numeric(18,2)", name="text",
                 day="date", at="timestamp", is_even="bool"),
        relation("types", TYPES, id="int4", a_bool="bool", a_int2="int2", a_float4="float4", a_float8="float8",
                 a_numeric="numeric(10,4)", a_text="text", a_bytea="bytea", a_date="date", a_time="time",
                 a_timestamp="timestamp", a_timestamptz="timestamptz", an_interval="interval", a_uuid="uuid",
                 a_json="json", an_array="int4[]", texts="text[]"),
        relation("slow", SLOW, n="int8"),
        relation("endless", ENDLESS, id="int8", name="text"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class FixedHead:
    version: str = "1"


@dataclass
class Spool:
    """Takes a COPY's bytes; a line `bad` is refused."""

    received: list[bytes] = field(default_factory=list)
    is_aborted: bool = False

    def write(self, data: bytes) -> None:
        if data.startswith(b"bad"):
            raise errors.BadCopyFileFormat("this line is bad", hint="Send another.")
        self.received.append(data)

    def finish(self) -> int:
        return b"".join(self.received).count(b"\n")

    def abort(self) -> None:
        self.is_aborted = True


@dataclass
class RecordingCommands:
    """Answers the statements that are the lake's, and remembers them."""

    executed: list[s.Statement] = field(default_factory=list)
    spools: list[Spool] = field(default_factory=list)
    finished: list[bool] = field(default_factory=list)

    def describe(self, statement: s.Statement, session: SessionContext) -> tuple[ResultColumn, ...] | None:
        return None

    def execute(self, statement: s.Statement, session: SessionContext) -> Outcome:
        self.executed.append(statement)
        match statement:
            case s.CopyFrom():
                self.spools.append(Spool())
                return CopyIn(2, self.spools[-1])
            case s.Update() | s.Delete():
                return Completed("UPDATE 1")
            case s.Refresh(name=name):
                session.notice("NOTICE", "00000", f"refreshing {name}", "It takes a while.")
                return Completed("REFRESH 1")
            case _:
                raise errors.FeatureNotSupported(f"{type(statement).__name__} is not supported")

    def finish(self, session: SessionContext, *, is_commit: bool) -> None:
        self.finished.append(is_commit)


@dataclass
class House:
    """What the tests hold of a running server."""

    port: int
    server: Server
    commands: RecordingCommands
    loop: asyncio.AbstractEventLoop
    heads: list[FixedHead]
    handler: QueryHandlers
    open_context: OpenContext

    @property
    def conninfo(self) -> str:
        escaped = PASSWORD.replace("'", "\\'")
        return f"host=127.0.0.1 port={self.port} user={ROLE} password='{escaped}' dbname={DATABASE}"

    def session(self) -> Session:
        """A session without a socket, as the listener makes it."""
        arrival = Arrival(1, ROLE, DATABASE, {"user": ROLE}, "", lambda *words: None)
        context = self.open_context(arrival)
        return Session(
            context,
            self.handler,
            encoders=self.server.encoders,
            start_timer=lambda *_: lambda: None,
            now=lambda: datetime.now(UTC),
        )

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.conninfo, autocommit=True, **options)


def resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
    return RELATIONS.get(name)


def bind(query: s.Query, given: tuple[DataType | None, ...], session: SessionContext) -> BoundQuery:
    values = SessionValues(
        now=datetime.now(UTC), timezone=session.settings.time_zone, current_user=session.role,
        database=session.database, settings=tuple((name, value) for name, value, _ in session.settings.all()),
    )  # fmt: skip
    return bind_query(
        query.tree,
        resolve,
        search_path=session.settings.search_path,
        session=values,
        parameter_types=given,
        shows_digits=True,
    )


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("wire")
    engine = QueryEngine(memory_limit="1GB", threads=2, temp_directory=folder, readable_directories=())
    commands, heads = RecordingCommands(), [FixedHead()]
    planner = QueryPlanner(bind=bind, head=lambda _: heads[-1])
    handler = QueryHandlers(parse=parse, planner=planner, commands=commands, finish_commands=commands.finish)
    verifier = write_verifier(PASSWORD, b"0123456789abcdef")
    make_certificate(folder / "crt", folder / "key", host_names=("localhost", "127.0.0.1"), now=datetime.now(UTC))

    def open_context(arrival: Arrival) -> SessionContext:
        if arrival.database != DATABASE:
            raise errors.InvalidCatalogName(f'database "{arrival.database}" does not exist')
        settings = start_settings(arrival.parameters, role=arrival.role)
        return SessionContext(arrival.pid, arrival.role, arrival.database, settings, arrival.notify, engine.session(),
                              engine.session, arrival.client_address)  # fmt: skip

    server = Server(
        ListenerSettings(tls=server_tls(folder / "crt", folder / "key"), connections_max=40, threads=4),
        find_verifier=lambda role: verifier if role == ROLE else None,
        open_context=open_context,
        handler=handler,
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wire", daemon=True)
    thread.start()
    port = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield House(port, server, commands, loop, heads, handler, open_context)
    asyncio.run_coroutine_threadsafe(server.stop(1.0), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    engine.close()


# What PostgreSQL holds so that it must answer as RELATIONS do.
PEER_TABLES = """
CREATE TABLE numbers AS SELECT i::int AS id, i::bigint * 1000000000 AS big, (i * 0.5)::float8 AS half,
    (i * 1.25)::numeric(18, 2) AS amount, CASE WHEN i % 10 = 0 THEN NULL ELSE 'row ' || i END AS name,
    DATE '2026-01-01' + i % 365 AS day, TIMESTAMP '2026-01-01' + i * INTERVAL '1 second' AS at, i % 2 = 0 AS is_even
    FROM generate_series(0, 19999) AS g(i);
CREATE TABLE types (id int, a_bool bool, a_int2 int2, a_float4 float4, a_float8 float8, a_numeric numeric(10, 4),
    a_text text, a_bytea bytea, a_date date, a_time time, a_timestamp timestamp, a_timestamptz timestamptz,
    an_interval interval, a_uuid uuid, a_json json, an_array int4[], texts text[]);
INSERT INTO types VALUES (1, true, 2, 1.5, 1e20, 123.45, 'text', 'bytes', '2026-11-23', '01:02:03.5',
    '2026-11-23 01:02:03.25', '2026-11-23 01:02:03+00', '1 year 2 days 3 hours',
    '12345678-1234-5678-1234-567812345678', '{"a": [1, null]}', '{1,NULL,3}', '{a,NULL,"b c"}');
INSERT INTO types (id) VALUES (2);
CREATE VIEW slow AS SELECT 1::int8 AS n FROM (SELECT pg_sleep(60)) AS nap;
ALTER DATABASE wire SET TimeZone = 'UTC';
"""


@pytest.fixture(scope="session")
def peer_conninfo(postgres_peer: PostgresPeer) -> str:
    with psycopg.connect(postgres_peer.conninfo, autocommit=True) as connection:
        connection.execute("CREATE DATABASE wire")
    conninfo = postgres_peer.conninfo.replace("dbname=peer", "dbname=wire")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(PEER_TABLES.encode())
    return conninfo


@pytest.fixture
def ours(house: House) -> Iterator[psycopg.Connection[Any]]:
    """A connection for what only this product has."""
    with house.connect() as connection:
        yield connection


@pytest.fixture(params=["ormolu", "postgresql"])
def conninfo(request: pytest.FixtureRequest) -> str:
    """Each server in turn: what both speak, both must answer alike."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("peer_conninfo"))
    house: House = request.getfixturevalue("house")
    return house.conninfo


@pytest.fixture
def connection(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
