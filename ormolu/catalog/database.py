"""The catalog's SQL database: SQLite for one machine, PostgreSQL for a team."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ormolu.catalog.journal import listen
from ormolu.catalog.schema import metadata
from ormolu.disk import find_disk_full, find_no_room
from ormolu.errors import (
    CannotConnectNow,
    DataCorrupted,
    DiskFull,
    InvalidParameterValue,
    IoError,
    LockNotAvailable,
    OrmoluError,
    SerializationFailure,
    TooManyConnections,
)

BUSY_SECONDS_MAX = 10
START_ATTEMPTS_MAX = 50
START_PAUSE_SECONDS = 0.1
TRANSACTION_ATTEMPTS_MAX = 5
POOL_CONNECTIONS = 10
POOL_OVERFLOW_MAX = 20
CREATION_LOCK = 7_226_001  # of pg_advisory_xact_lock: one process creates the tables
RETRIED_SQLSTATES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected

DAMAGED = ("database disk image is malformed", "file is not a database", "malformed database schema")  # SQLite's words
LOCKED_HINT = "Nothing was changed. End what holds it, a backup tool or a shell of SQLite for one, and try again."
DAMAGED_HINT = "`ormolu restore` makes a lake of a backup."
GONE_HINT = (
    "The next statement tries it again. Where a change was being committed, look whether it is there: "
    "lake.runs, lake.versions and lake.objects tell."
)

_READ_ONLY = "ormolu_read_only"
Result = TypeVar("Result")


def open_database(url: str) -> Engine:
    """Open the database at `url` and create what tables it lacks; safe when several processes start at once."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            engine = _open_sqlite(url, parsed.database)
        case "postgresql":
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=POOL_CONNECTIONS,
                max_overflow=POOL_OVERFLOW_MAX,
                pool_pre_ping=True,
                isolation_level="READ COMMITTED",
            )
        case other:
            raise InvalidParameterValue(
                f'a catalog in "{other}" is not supported', hint="Use sqlite:///... or postgresql+psycopg://..."
            )
    listen(engine)
    event.listen(engine, "handle_error", _tell_when_full)
    _create_tables(engine)
    return engine


def _open_sqlite(url: str, path: str | None) -> Engine:
    if not path or path == ":memory:":
        raise InvalidParameterValue("the catalog must be a file", hint="Use sqlite:///path/to/catalog.db")
    Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW_MAX,
        connect_args={"timeout": BUSY_SECONDS_MAX, "check_same_thread": False},
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:  # Any: the driver's own types
    connection.isolation_level = None  # BEGIN is ours: see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS_MAX * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased stays in no free page
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and writes later fails whatever the timeout."""
    is_read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")


def empty_journal(engine: Engine) -> None:
    """Have SQLite's journal hold nothing any longer, unless somebody reads from it just now."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: on SQLite it takes no lock and waits for no writer."""
    with engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
        yield connection


def in_transaction(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Run `work` in one write transaction, again where the database says that a repeat may succeed.

    `work` must have no effects outside the connection. 40001 once the attempts are used up.
    """
    for attempt in range(1, TRANSACTION_ATTEMPTS_MAX + 1):
        try:
            with engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            if not _may_succeed_again(error):
                raise
            if attempt == TRANSACTION_ATTEMPTS_MAX:
                raise SerializationFailure("the catalog is busy: other transactions went first") from error
            time.sleep(0.01 * 2**attempt)
    raise AssertionError("unreachable")


def _tell_when_full(failure: ExceptionContext) -> DiskFull | None:
    full = find_disk_full(failure.original_exception)
    if full is None and failure.engine is not None and failure.engine.dialect.name == "sqlite":
        full = find_no_room(failure.original_exception, Path(failure.engine.url.database or "."))
    return full


def as_catalog_error(error: BaseException) -> OrmoluError | None:
    """The condition behind an error of the catalog's database; None where it is a fault of ours.

    Made where an error leaves the server's hands. Inside it stays what it is: after a connection that was lost in
    COMMIT nobody knows what is true, and nothing may be cleaned up.
    """
    if isinstance(error, PoolTimeout):
        return TooManyConnections("all connections to the catalog are in use", hint="Try again in a moment.")
    if not isinstance(error, DBAPIError):
        return None
    words = str(error.orig).strip().split("\n")[0]
    if _is_busy(error):
        return LockNotAvailable("the catalog is locked by another process", hint=LOCKED_HINT)
    if isinstance(error, DatabaseError) and any(each in words for each in DAMAGED):
        return DataCorrupted(f"the catalog's database is damaged: {words}", hint=DAMAGED_HINT)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return IoError(f"the catalog's database does not answer: {words}", hint=GONE_HINT)
    return None


def _may_succeed_again(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in RETRIED_SQLSTATES or _is_busy(error)


def _is_busy(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def _create_tables(engine: Engine) -> None:
    for attempt in range(1, START_ATTEMPTS_MAX + 1):
        try:
            with reading(engine) as connection:
                existing = set(inspect(connection).get_table_names())
            if set(metadata.tables) <= existing:
                return
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CREATION_LOCK})
                metadata.create_all(connection)
            return
        except OperationalError as error:
            # Switching a new SQLite file to WAL ignores the busy timeout.
            if not _is_busy(error) or attempt == START_ATTEMPTS_MAX:
                raise CannotConnectNow(f"the catalog cannot be opened: {error.orig}") from error
            time.sleep(START_PAUSE_SECONDS)
