"""A DuckDB instance of one run: it reads sources, computes in bounded memory, and writes Parquet with field ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from ormolu.engine.errors import from_engine
from ormolu.engine.extensions import extension_path
from ormolu.engine.functions import Functions
from ormolu.engine.partitions import partition_value
from ormolu.engine.stores import open_store
from ormolu.errors import OrmoluError, QueryCanceled
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.layout import COMPRESSION, TARGET_FILE_BYTES
from ormolu.sql_extensions.types import from_duckdb
from ormolu.stores import ObjectStore, is_remote

ROW_GROUP_ROWS = 122_880
PARTITION_COLUMN = "__partition_{}"


class JobEngine:
    """A DuckDB instance of one run, with limits of its own; its time zone is UTC.

    `store` is where the warehouse is, if that is no folder.
    One thread uses an engine; `interrupt` may come from another.
    """

    def __init__(
        self,
        *,
        memory_limit: str,
        threads: int,
        temp_directory: Path,
        store: ObjectStore | None = None,
    ) -> None:
        temp_directory.mkdir(parents=True, exist_ok=True)
        self.temp_directory = temp_directory
        self.threads = threads
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._is_interrupted = False
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str(temp_directory),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._extensions: set[str] = set()
        self._functions = Functions(self._connection)
        if store is not None:
            open_store(self._connection, store)

    def __enter__(self) -> JobEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def load_extension(self, name: str) -> None:
        """Load an extension (`postgres_scanner`) from its wheel; nothing is ever fetched from the network."""
        if name not in self._extensions:
            self.execute(f"LOAD {literal(str(extension_path(name)))}")
            self._extensions.add(name)

    def describe(self, sql: str, parameters: Sequence[object] = ()) -> tuple[tuple[str, str], ...]:
        """The columns of a query, as (name, DuckDB type)."""
        return tuple((str(row[0]), str(row[1])) for row in self.rows(f"DESCRIBE {sql}", parameters))

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        with _our_errors():
            self._run(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:  # Any: values of any type
        with _our_errors():
            return self._run(sql, parameters).fetchall()

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        with _our_errors():
            return self._run(sql, parameters).to_arrow_table()

    def reader(self, sql: str, parameters: Sequence[object] = (), *, batch_rows: int = 100_000) -> pa.RecordBatchReader:
        """Stream a result; the engine does nothing else until the reader is exhausted or dropped."""
        with _our_errors():
            return self._run(sql, parameters).to_arrow_reader(batch_rows)

    def _run(self, sql: str, parameters: Sequence[object]) -> duckdb.DuckDBPyConnection:
        self._functions.install_for(sql)
        return self._connection.execute(sql, list(parameters))

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make an Arrow table or stream readable under a name; a stream is read once."""
        with _our_errors():
            self._connection.register(name, table)

    def unregister(self, name: str) -> None:
        self._connection.unregister(name)

    def write_parquet(
        self,
        sql: str,
        *,
        directory: str,
        field_ids: Mapping[str, object],
        partition_by: Sequence[PartitionField] = (),
        parameters: Sequence[object] = (),
        compression: str = COMPRESSION,
        target_file_bytes: int = TARGET_FILE_BYTES,
    ) -> tuple[WrittenFile, ...]:
        """Write a query's rows below `directory`, every column in its stored type; no rows, no files.

        `field_ids` is DuckDB's FIELD_IDS: a number a column, a mapping for nested ones. Partition values come back
        as text: a value of the column for `identity`, Iceberg's ordinal (months since 1970 ...) for the others.
        """
        copy = self._copy(
            sql,
            parameters,
            directory=directory,
            field_ids=field_ids,
            partition_by=partition_by,
            compression=compression,
            target_file_bytes=target_file_bytes,
        )
        return _files(self.rows(copy, parameters), partition_by)

    def write_parquet_together(
        self,
        queries: Sequence[str],
        *,
        directory: str,
        field_ids: Mapping[str, object],
        partition_by: Sequence[PartitionField] = (),
        compression: str = COMPRESSION,
        target_file_bytes: int = TARGET_FILE_BYTES,
    ) -> tuple[tuple[WrittenFile, ...], ...]:
        """`write_parquet` of several queries of one shape, as many at once as there are threads, each on one thread.

        A query that numbers its rows runs on one thread anyway; side by side they keep all threads at work.
        """
        copies = [
            self._copy(
                sql,
                (),
                directory=directory,
                field_ids=field_ids,
                partition_by=partition_by,
                compression=compression,
                target_file_bytes=target_file_bytes,
            )
            for sql in queries
        ]
        self._is_interrupted = False
        with self.one_thread(), ThreadPoolExecutor(self.threads) as pool:
            futures = [pool.submit(self._alone, copy) for copy in copies]
            try:
                found = [future.result() for future in futures]
            except OrmoluError:
                pool.shutdown(wait=False, cancel_futures=True)
                self._interrupt_cursors()
                raise
        return tuple(_files(rows, partition_by) for rows in found)

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """The engine keeps no thread but its callers'. Order then costs nothing: rows of a thousand small files need
        a tenth of the time and memory."""
        self.execute("SET GLOBAL threads = 1")
        try:
            yield
        finally:
            self.execute(f"SET GLOBAL threads = {int(self.threads)}")

    def _alone(self, sql: str) -> list[tuple[Any, ...]]:  # Any: DuckDB's row
        cursor = self._connection.cursor()
        self._cursors.append(cursor)
        try:
            if self._is_interrupted:
                raise QueryCanceled("canceling statement due to user request")
            with _our_errors():
                self._functions.install_for(sql)
                return cursor.execute(sql).fetchall()
        finally:
            self._cursors.remove(cursor)
            cursor.close()

    def _copy(
        self,
        sql: str,
        parameters: Sequence[object],
        *,
        directory: str,
        field_ids: Mapping[str, object],
        partition_by: Sequence[PartitionField],
        compression: str,
        target_file_bytes: int,
    ) -> str:
        if not is_remote(directory):
            Path(directory).mkdir(parents=True, exist_ok=True)
        described = self.describe(sql, parameters)
        columns = [_stored(name, kind) for name, kind in described]
        types = {name: from_duckdb(kind).stored for name, kind in described}
        values = [partition_value(field, types[field.column]) for field in partition_by]
        fields = [f"{value} AS {name}" for value, name in zip(values, _partition_names(partition_by), strict=True)]
        options = [
            "FORMAT parquet",
            f"COMPRESSION {literal(compression)}",
            f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}",
            f"FIELD_IDS {_field_ids(field_ids)}",
            "FILENAME_PATTERN 'part-{uuid}'",
            "OVERWRITE_OR_IGNORE true",
            "RETURN_STATS",
        ]
        if fields:
            options.append(f"PARTITION_BY ({', '.join(_partition_names(partition_by))})")
        else:
            options.append(f"FILE_SIZE_BYTES {int(target_file_bytes)}")
        return (
            f"COPY (SELECT {', '.join([*columns, *fields])} FROM ({sql}) AS written) "  # noqa: S608 - all is quoted
            f"TO {literal(directory)} ({', '.join(options)})"
        )

    def partitions_of(self, name: str, field: PartitionField, *, most: int) -> frozenset[str | None] | None:
        """The partitions that a table's rows have, written as a COPY writes them; None where there are more."""
        types = {column: from_duckdb(kind).stored for column, kind in self.describe(f"FROM {identifier(name)}")}
        value = partition_value(field, types[field.column])
        found = self.rows(f"SELECT DISTINCT {value} FROM {identifier(name)} LIMIT {most + 1}")  # noqa: S608 - quoted
        return None if len(found) > most else frozenset(row[0] for row in found)

    def _interrupt_cursors(self) -> None:
        self._is_interrupted = True
        for cursor in tuple(self._cursors):
            cursor.interrupt()

    def interrupt(self) -> None:
        """End what the engine is doing, from any thread; that statement raises QueryCanceled."""
        self._connection.interrupt()
        self._interrupt_cursors()

    def close(self) -> None:
        self._connection.close()


def identifier(name: str) -> str:
    """A name as DuckDB SQL, quoted."""
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def literal(text: str) -> str:
    """A string as a DuckDB literal, where SQL takes no parameter."""
    return exp.Literal.string(text).sql(dialect="duckdb")


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise from_engine(error) from error


def _stored(name: str, kind: str) -> str:
    """A column cast to what files hold: never an unsigned, huge or interval type; structs as JSON text."""
    column = identifier(name)
    value = f"to_json({column})" if kind.startswith(("STRUCT(", "MAP(", "UNION(")) else column
    return f"CAST({value} AS {from_duckdb(kind).stored}) AS {column}"


def _partition_names(fields: Sequence[PartitionField]) -> list[str]:
    return [identifier(PARTITION_COLUMN.format(position)) for position in range(len(fields))]


def _field_ids(ids: Mapping[str, object]) -> str:
    entries = [
        f"{literal(name)}: {_field_ids(value) if isinstance(value, Mapping) else int(str(value))}"
        for name, value in ids.items()
    ]
    return "{" + ", ".join(entries) + "}"


def _files(
    rows: Sequence[tuple[Any, ...]],  # Any: DuckDB's row
    partition_by: Sequence[PartitionField],
) -> tuple[WrittenFile, ...]:
    return tuple(file for file in (_written(row, partition_by) for row in rows) if file is not None)


def _written(row: tuple[Any, ...], partition_by: Sequence[PartitionField]) -> WrittenFile | None:  # Any: DuckDB's row
    path, count, size, keys = row[0], row[1], row[2], row[5]
    if not count:
        if not is_remote(str(path)):  # in a store, the sweep takes it away
            Path(path).unlink()
        return None
    names = [PARTITION_COLUMN.format(position) for position in range(len(partition_by))]
    return WrittenFile(str(path), int(count), int(size), tuple(keys[name] for name in names))
