"""The locked DuckDB instance that answers queries: no files but the warehouse's, no settings, no extensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ormolu.engine.errors import from_engine
from ormolu.engine.functions import Functions
from ormolu.engine.stores import open_store
from ormolu.errors import InsufficientPrivilege
from ormolu.stores import ObjectStore

BATCH_ROWS = 8_192


@dataclass(frozen=True, slots=True)
class QueryResult:
    """`columns` are names and DuckDB types; `batches` computes as it is read, once."""

    columns: tuple[tuple[str, str], ...]
    reader: pa.RecordBatchReader

    def batches(self) -> Iterator[pa.RecordBatch]:
        while True:
            try:
                batch = self.reader.read_next_batch()
            except StopIteration:
                return
            except duckdb.Error as error:
                raise from_engine(error) from error
            except (pa.ArrowException, OSError) as error:  # an interrupt arrives as an OSError
                raise from_engine(_as_engine_error(error)) from error
            if batch.num_rows:
                yield batch


class QueryEngine:
    """One instance for all sessions. Its settings are made, then locked; sessions are cursors of it."""

    def __init__(
        self,
        *,
        memory_limit: str,
        threads: int,
        temp_directory: Path,
        readable_directories: Sequence[str],
        prepare: Callable[[duckdb.DuckDBPyConnection], None] = lambda _: None,
        store: ObjectStore | None = None,
    ) -> None:
        """`prepare` is called before the lock falls, with the instance's own connection; `store` is where
        the warehouse is, if that is no folder."""
        self._connection = duckdb.connect(":memory:")
        settings: dict[str, object] = {
            "TimeZone": "UTC",
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(temp_directory),
            "python_enable_replacements": False,
            "python_scan_all_frames": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        for name, value in settings.items():
            self._set(name, value)
        self._functions = Functions(self._connection)
        self._functions.install_natives()
        prepare(self._connection)
        if store is not None:
            open_store(self._connection, store)
        self._set("allowed_directories", [str(directory) for directory in readable_directories])
        self._set("enable_external_access", False)
        self._set("lock_configuration", True)

    def _set(self, name: str, value: object) -> None:
        literal = (
            "[" + ", ".join(_quoted(str(item)) for item in value) + "]"
            if isinstance(value, list)
            else str(value).lower()
            if isinstance(value, bool)
            else _quoted(str(value))
        )
        self._connection.execute(f"SET GLOBAL {name} = {literal}")

    def session(self) -> QuerySession:
        return QuerySession(self._connection.cursor, self._functions)

    def close(self) -> None:
        self._connection.close()


class QuerySession:
    """One session's cursor: one running statement at a time. `interrupt` may be called from any thread.

    The cursor is opened by the first statement: it is half of what a connection costs that only waits.
    """

    def __init__(self, open_cursor: Callable[[], duckdb.DuckDBPyConnection], functions: Functions) -> None:
        self._open_cursor = open_cursor
        self._functions = functions
        self._opened: duckdb.DuckDBPyConnection | None = None

    @property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if self._opened is None:
            self._opened = self._open_cursor()
        return self._opened

    def describe(self, sql: str, parameters: Sequence[object] = ()) -> tuple[tuple[str, str], ...]:
        """Names and DuckDB types of a query's columns, without running it; parameters count, their values do not."""
        try:
            self._functions.install_for(sql)
            rows = self._cursor.execute(f"DESCRIBE {sql}", list(parameters)).fetchall()
        except duckdb.Error as error:
            raise from_engine(error) from error
        return tuple((str(row[0]), str(row[1])) for row in rows)

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> QueryResult:
        try:
            self._functions.install_for(sql)
            running = self._cursor.execute(self._one_query(sql), list(parameters))
            columns = tuple((str(column[0]), str(column[1])) for column in running.description or ())
            return QueryResult(columns, _reader(running))
        except duckdb.Error as error:
            raise from_engine(error) from error

    def texts(self, sql: str) -> tuple[str | None, ...] | None:
        """The one row of texts that a query of constants gives; None where computing them fails."""
        try:
            self._functions.install_for(sql)
            return self._cursor.execute(self._one_query(sql)).fetchone()
        except duckdb.Error:
            return None  # the statement fails by itself if a row gets to be compared

    def _one_query(self, sql: str) -> duckdb.Statement:
        """The parsed statement, if it is one that only reads: the lock of the instance does not stop CREATE."""
        statements = self._cursor.extract_statements(sql)
        if len(statements) != 1 or statements[0].type not in _READING:
            raise InsufficientPrivilege("the query engine only reads")
        return statements[0]

    def register(self, name: str, table: pa.Table) -> None:
        self._cursor.register(name, table)

    def unregister(self, name: str) -> None:
        self._cursor.unregister(name)

    def interrupt(self) -> None:
        if self._opened is not None:
            self._opened.interrupt()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


def _reader(running: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """The one place that knows how this DuckDB hands out Arrow."""
    reader: Any = running.to_arrow_reader(BATCH_ROWS)
    return reader


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_ENGINE_CLASSES = {
    "INTERRUPT": duckdb.InterruptException,
    "Out of Memory": duckdb.OutOfMemoryException,
    "Out of Range": duckdb.OutOfRangeException,
    "Conversion": duckdb.ConversionException,
    "Invalid Input": duckdb.InvalidInputException,
    "IO": duckdb.IOException,
}


def _as_engine_error(error: pa.ArrowException | OSError) -> duckdb.Error:
    """While rows stream, DuckDB's errors arrive as Arrow's, their class only in the text."""
    text = str(error)
    kind = next((kind for word, kind in _ENGINE_CLASSES.items() if f"{word} Error" in text), duckdb.InternalException)
    return kind(text)
