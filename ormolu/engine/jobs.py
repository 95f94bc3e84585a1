"""A DuckDB instance of one run: it reads sources, computes in bounded memory, and writes Parquet with field ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from ormolu.engine.errors import from_engine
from ormolu.engine.extensions import extension_path
from ormolu.engine.functions import Functions
from ormolu.engine.parquet_copies import (
    StoredRow,
    copy_again,
    copy_of,
    discard,
    files_of,
    identifier,
    is_read_by_all,
    literal,
    stored_row,
)
from ormolu.engine.partitions import partition_value
from ormolu.engine.scratch import in_scratch, is_large, open_scratch
from ormolu.engine.sorted_parts import SortTerm, selects_in_parts, sorted_rows
from ormolu.engine.stores import open_store
from ormolu.errors import OrmoluError, OutOfMemory, QueryCanceled
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.layout import Layout
from ormolu.sql_extensions.types import from_duckdb
from ormolu.stores import ObjectStore, is_remote

Found = TypeVar("Found")
LAYOUT = Layout()
# What the allocator may keep of freed memory: with DuckDB's 128 MB a GROUP BY took half as much again as its limit.
_FLUSHED_AFTER = "16MB"
_SIZE = re.compile(r"([\d.]+) (bytes|KiB|MiB|GiB|TiB)")
_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_MEMORY_HINT = (
    "The run had {limit} for {threads} threads: start the server with a higher --job-memory, or with fewer --threads."
)


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
        self.memory_limit = memory_limit
        self.threads = threads
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._is_interrupted = False
        self._is_alone = False
        self._has_scratch = False
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str(temp_directory),
                "allocator_flush_threshold": _FLUSHED_AFTER,
                "allocator_bulk_deallocation_flush_threshold": _FLUSHED_AFTER,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._extensions: set[str] = set()
        self._streams: set[str] = set()  # registered, and read once
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
        self._in_memory(lambda: self._run(sql, parameters))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:  # Any: values of any type
        return self._in_memory(lambda: self._run(sql, parameters).fetchall())

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        return self._in_memory(lambda: self._run(sql, parameters).to_arrow_table())

    def make_table(self, name: str, sql: str, *, rows: int, in_turn: Iterable[str] = ()) -> None:
        """Make a temporary table of a query; where memory runs out, of the queries that give its rows together.

        `rows` is how many it has, about, or at most: a large one is kept in a file.
        """
        if not is_large(rows, self.memory_bytes):
            self._make_table("TEMP TABLE", identifier(name), sql, in_turn)
            return
        if not self._has_scratch:
            with self._our_errors():
                open_scratch(self._connection, self.temp_directory)
            self._has_scratch = True
        self._make_table("TABLE", in_scratch(name), sql, in_turn)
        self.execute(f"CREATE TEMP VIEW {identifier(name)} AS FROM {in_scratch(name)}")

    def _make_table(self, kind: str, name: str, sql: str, in_turn: Iterable[str]) -> None:
        try:
            self.execute(f"CREATE {kind} {name} AS {sql}")
        except OutOfMemory:
            parts = iter(in_turn)
            first = next(parts, None)
            if first is None or self._streams:
                raise
            with self.one_thread():
                self.execute(f"CREATE {kind} {name} AS {first}")
                for part in parts:
                    self.execute(f"INSERT INTO {name} {part}")

    @cached_property
    def memory_bytes(self) -> int:
        """What the engine may hold."""
        text = str(self.rows("SELECT current_setting('memory_limit')")[0][0])
        found = _SIZE.fullmatch(text)
        assert found is not None, text
        return int(float(found[1]) * _UNITS[found[2]])

    def _in_memory(self, run: Callable[[], Found]) -> Found:
        """Run a statement, and once more on one thread if memory ran out: every thread holds rows of its own.

        What it left half made nothing refers to. A stream that it reads is read already: then the error stands.
        """
        try:
            with self._our_errors():
                return run()
        except OutOfMemory:
            if self.threads == 1 or self._is_alone or self._streams:
                raise
        with self.one_thread(), self._our_errors():
            return run()

    def reader(self, sql: str, parameters: Sequence[object] = (), *, batch_rows: int = 100_000) -> pa.RecordBatchReader:
        """Stream a result; the engine does nothing else until the reader is exhausted or dropped."""
        with self._our_errors():
            return self._run(sql, parameters).to_arrow_reader(batch_rows)

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            ours = from_engine(error)
            if isinstance(ours, OutOfMemory):
                ours.hint = _MEMORY_HINT.format(limit=self.memory_limit, threads=self.threads)
            raise ours from error

    def _run(self, sql: str, parameters: Sequence[object]) -> duckdb.DuckDBPyConnection:
        self._functions.install_for(sql)
        return self._connection.execute(sql, list(parameters))

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make an Arrow table or stream readable under a name; a stream is read once."""
        with self._our_errors():
            self._connection.register(name, table)
        if isinstance(table, pa.RecordBatchReader):
            self._streams.add(name)

    def unregister(self, name: str) -> None:
        self._connection.unregister(name)
        self._streams.discard(name)

    def write_parquet(
        self,
        sql: str,
        *,
        directory: str,
        field_ids: Mapping[str, object],
        partition_by: Sequence[PartitionField] = (),
        order_by: Sequence[SortTerm] = (),
        layout: Layout = LAYOUT,
    ) -> tuple[WrittenFile, ...]:
        """Write a query's rows below `directory`, every column in its stored type; no rows, no files.

        `field_ids` is DuckDB's FIELD_IDS: a number a column, a mapping for nested ones. Partition values come back
        as text: a value of the column for `identity`, Iceberg's ordinal (months since 1970 ...) for the others.
        Rows in an order are written by one thread: several would each begin a row group where the other is. The files
        come back in that order. Where memory runs out the rows are sorted in parts, and each part has its files.
        """
        row = self._row(sql, directory, partition_by)

        def write(select: str) -> tuple[WrittenFile, ...]:
            copy = copy_of(
                select,
                row,
                directory=directory,
                field_ids=field_ids,
                layout=layout,
            )
            return files_of(self._read_by_all(self.rows(copy), field_ids, layout), row)

        source = f"({sql})"
        if not order_by:
            return write(row.select(source))
        with self.one_thread():
            try:
                return write(row.select(sorted_rows(source, order_by)))
            except OutOfMemory:
                if self._streams:
                    raise
                parts = selects_in_parts(self, source, row, order_by)
                return tuple(file for select in parts for file in write(select))

    def write_parquet_together(
        self,
        queries: Sequence[str],
        *,
        directory: str,
        field_ids: Mapping[str, object],
        partition_by: Sequence[PartitionField] = (),
        order_by: Sequence[SortTerm] = (),
        layout: Layout = LAYOUT,
    ) -> tuple[tuple[WrittenFile, ...], ...]:
        """`write_parquet` of several queries of one shape, as many at once as there are threads, each on one thread.

        A query that numbers its rows runs on one thread anyway; side by side they keep all threads at work. Where they
        take too much memory they are written one after the other.
        """
        rows = [self._row(sql, directory, partition_by) for sql in queries]
        copies = [
            copy_of(
                row.select(sorted_rows(f"({sql})", order_by)),
                row,
                directory=directory,
                field_ids=field_ids,
                layout=layout,
            )
            for sql, row in zip(queries, rows, strict=True)
        ]
        try:
            found = self._side_by_side(copies)
        except OutOfMemory:
            if self._streams:
                raise
            return tuple(
                self.write_parquet(
                    sql,
                    directory=directory,
                    field_ids=field_ids,
                    partition_by=partition_by,
                    order_by=order_by,
                    layout=layout,
                )
                for sql in queries
            )
        return tuple(
            files_of(self._read_by_all(written, field_ids, layout), row)
            for written, row in zip(found, rows, strict=True)
        )

    def _read_by_all(
        self,
        found: Sequence[tuple[Any, ...]],  # Any: DuckDB's row
        field_ids: Mapping[str, object],
        layout: Layout,
    ) -> list[tuple[Any, ...]]:
        """What a COPY has written; those files that other readers would not decode are written again."""
        if layout.parquet_version == 1:
            return list(found)
        return [file if is_read_by_all(file) else self._again(file, field_ids, layout) for file in found]

    def _again(
        self,
        file: tuple[Any, ...],  # Any: DuckDB's row
        field_ids: Mapping[str, object],
        layout: Layout,
    ) -> tuple[Any, ...]:
        path, *_, partition = file
        (written,) = self.rows(copy_again(str(path), field_ids=field_ids, layout=layout))
        discard(str(path))
        return (*written[:-1], partition)

    def _side_by_side(self, copies: Sequence[str]) -> list[list[tuple[Any, ...]]]:  # Any: DuckDB's row
        self._is_interrupted = False
        with self.one_thread(), ThreadPoolExecutor(self.threads) as pool:
            futures = [pool.submit(self._alone, copy) for copy in copies]
            try:
                return [future.result() for future in futures]
            except OrmoluError:
                pool.shutdown(wait=False, cancel_futures=True)
                self._interrupt_cursors()
                raise

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """The engine keeps no thread but its callers'. Order then costs nothing: rows of a thousand small files need
        a tenth of the time and memory."""
        if self._is_alone:
            yield
            return
        self._set_threads(1)
        self._is_alone = True
        try:
            yield
        finally:
            self._is_alone = False
            self._set_threads(self.threads)

    def _set_threads(self, count: int) -> None:
        with self._our_errors():
            self._connection.execute(f"SET GLOBAL threads = {int(count)}")

    def _alone(self, sql: str) -> list[tuple[Any, ...]]:  # Any: DuckDB's row
        cursor = self._connection.cursor()
        self._cursors.append(cursor)
        try:
            if self._is_interrupted:
                raise QueryCanceled("canceling statement due to user request")
            with self._our_errors():
                self._functions.install_for(sql)
                return cursor.execute(sql).fetchall()
        finally:
            self._cursors.remove(cursor)
            cursor.close()

    def _row(self, sql: str, directory: str, partition_by: Sequence[PartitionField]) -> StoredRow:
        if not is_remote(directory):
            Path(directory).mkdir(parents=True, exist_ok=True)
        return stored_row(self.describe(sql), partition_by)

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
