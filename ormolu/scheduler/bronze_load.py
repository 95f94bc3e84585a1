"""One attempt at one load: staged rows are given a schema, written, checked and committed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ormolu.catalog.database import in_transaction
from ormolu.catalog.lake import Head, IcebergTable, TableChange, planned_columns
from ormolu.connectors.formats import file_format
from ormolu.connectors.source import ReadRequest, Source, Window
from ormolu.definitions import BronzeSource, ConnectionSource, Kind, LoadMode, Monitor
from ormolu.engine.parquet_copies import identifier, literal
from ormolu.engine.sorted_parts import SortTerm
from ormolu.errors import DataError, OrmoluError, QueryCanceled
from ormolu.faults import reach
from ormolu.medallion.bronze import (
    BronzePlan,
    BronzeState,
    ListedFile,
    NullWatermark,
    Slice,
    load_option,
    null_watermark,
    suspicious_extract,
)
from ormolu.medallion.bronze_rules import RuleResult, bronze_rules, compile_rule, failed_load, rule_result
from ormolu.medallion.column_readers import column_readers
from ormolu.medallion.columns import (
    EXCLUDED_LOADS,
    LATEST_FULL_LOAD,
    NEXT_LOAD_ID,
    NEXT_ROW_ID,
    WATERMARK,
    StoredColumn,
)
from ormolu.medallion.evolution import Evolution, LoadedColumn, ObservedColumn, common_type, evolve, system_columns
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.layout import layout_of
from ormolu.medallion.named_columns import check_named_columns, partitions
from ormolu.medallion.rules import rule_names
from ormolu.scheduler.bronze_content import content, latest_extract, parquet_files
from ormolu.scheduler.bronze_writer import KNOWN_HASHES, BronzeWriter, Target, known_hashes, retype
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.extracts import Expected, LoadUnit, StagedBatch, Stager
from ormolu.scheduler.load_records import ingestion_record, source_system
from ormolu.scheduler.load_state import LoadState, StateChanges, pinned_columns, schema_shape
from ormolu.scheduler.refresh_parts import catchable_errors
from ormolu.sql_extensions.queries import bind_expression


def stage_folder(context: RunContext) -> Path:
    """Where a run keeps rows that wait to be written."""
    return context.engine().temp_directory / f"run-{context.run.run_id}"


class NotAsSampled(Exception):
    """A file read while it was written held what its first rows did not show; its cause says what."""


@dataclass
class BronzeLoad:
    """One attempt at one load, from staged rows to the commit."""

    source: BronzeSource
    context: RunContext
    head: Head
    table: IcebergTable | None
    plan: BronzePlan
    state: BronzeState
    started_at: datetime

    def __post_init__(self) -> None:
        self.engine = self.context.engine()
        self.batches: list[StagedBatch] = []
        self.retyped: tuple[WrittenFile, ...] = ()
        self.uploaded: ListedFile | None = None
        self.left_out: frozenset[str] = frozenset()
        self.pinned = pinned_columns(self.table)
        self.location = self.table.location if self.table is not None else self.head.lake.new_location(self.source.name)
        self.directory = f"{self.location}/data/run-{self.context.run.run_id}"
        expected = Expected(self.source.columns, self.pinned)
        self.stager = Stager(self.engine, stage_folder(self.context), expected)
        self.reader = LoadState(self.head.lake, self.source.name)

    def forget(self, error: NotAsSampled) -> None:
        """Start over after files did not hold what was expected; a cancellation stays one."""
        if isinstance(error.__cause__, QueryCanceled):
            raise error.__cause__
        shutil.rmtree(self.directory, ignore_errors=True)
        self.batches, self.retyped = [], ()

    def names_by_position(self) -> list[str]:
        """COPY without a header and without a column list fills the table's columns in order."""
        if self.source.columns:
            return [column.name for column in self.source.columns]
        return [column.name for column in self.pinned]

    def leave_out(self, named: Collection[str]) -> None:
        """COPY names columns: those that it does not name are NULL or their default."""
        self.left_out = frozenset(self.names_by_position()).difference(named)

    def origins(self, named: Sequence[str]) -> list[str]:
        """What the source calls the columns that COPY names."""
        called = {column.name: column.sources[0] for column in self.source.columns if column.sources}
        return [called.get(name, name) for name in named]

    def _changes_nothing(self, evolution: Evolution, target: Target, writer: BronzeWriter) -> bool:
        """Whether all rows are there already: no new version then, and nothing downstream is set off."""
        if self.table is None or target.columns != self.table.columns or evolution.retyped:
            return False
        match self.plan.mode:
            case LoadMode.INCREMENTAL:
                return not writer.written.rows and self._watermarks() == dict(self.state.watermarks)
            case LoadMode.FULL:
                return self._repeats_latest(self.table, writer)
            case LoadMode.APPEND | LoadMode.CDC:
                return False

    def _repeats_latest(self, table: IcebergTable, writer: BronzeWriter) -> bool:
        """Whether the extract has the rows of the one that is shown, in whatever order."""
        latest = self.state.table.latest_full_load
        if latest is None or latest in self.state.table.excluded_loads:
            return False
        shown = latest_extract(table, latest)
        ((rows,),) = self.engine.rows(f"SELECT count(*) FROM ({shown})")  # noqa: S608 - a tree of our own
        if rows != writer.written.rows:
            return False
        names = [column.name for column in self.pinned]
        written = [file.path for file in writer.written.files]
        return content(self.engine, f"({shown})", names) == content(self.engine, parquet_files(written), names)

    def nothing(self, rows_in: int = 0) -> RunResult:
        """A load that found nothing new."""
        return RunResult(rows_in=rows_in, record=self._record([], RunResult(), version=0, watermarks={}))

    def extract(self, opened: Mapping[str, Source], *, may_defer: bool = False) -> None:
        """Bring all that the plan names onto this machine; `may_defer` lets large files be read when written."""
        assert isinstance(self.source.source, ConnectionSource)
        for name, opener in opened.items():
            source_id = load_option(self.source, "source_id", name) if len(opened) == 1 else name
            loads = [load for load in self.plan.files if load.file.connection == name]
            units = [
                LoadUnit(each.file.location, each.file.path, each.file.modified_at, each.load_id, each.file.size)
                for each in loads
            ]
            if units:
                kind = file_format(self.source.source.format, units[0].path)
                self.batches += self.stager.files(units, kind, source_id, may_defer=may_defer)
            for part in self.plan.slices:
                if part.connection == name:
                    self.batches.append(self._extracted(part, opener, source_id))

    def _extracted(self, part: Slice, opener: Source, source_id: str) -> StagedBatch:
        assert isinstance(self.source.source, ConnectionSource)
        window = None
        if part.column is not None:
            window = Window(part.column, part.after, part.until, part.loads_null, part.has_start)
        request = ReadRequest(self.source.source.form, self.source.source.target, window)
        return self.stager.extract(opener.read(request, self.engine), source_id, self.plan.load_id)

    def publish(self) -> RunResult:
        """Write, check and commit what is staged."""
        if not self.batches and not self.plan.replaced:
            return self.nothing()
        evolution = self._evolution()
        if evolution.refusal is not None:
            self._refuse(evolution)
            raise evolution.refusal
        target = self._target(evolution)
        self._check_null_watermarks()
        if evolution.retyped and self.table is not None:
            is_incremental = self.plan.mode is LoadMode.INCREMENTAL
            self.retyped = retype(self.engine, self.table, target, hashes=is_incremental)
        with self.context.step("write") as step:
            writer = self._write(target, evolution)
            step.rows, step.bytes = writer.written.rows, sum(file.bytes for file in writer.written.files)
        for warning in evolution.warnings:
            self.context.notice(warning)
        rows_in = sum(batch.rows if batch.query is None else 0 for batch in self.batches)
        rows_in += sum(writer.written.rows_by_location[batch.units[0].location] for batch in self._deferred())
        results = self._checked(writer, target)
        if self._changes_nothing(evolution, target, writer):
            shutil.rmtree(self.directory, ignore_errors=True)
            return self.nothing(rows_in)
        return self._commit(target, evolution, writer, results, rows_in)

    def _evolution(self) -> Evolution:
        if not self.batches:
            return Evolution(tuple(LoadedColumn(column, None) for column in self.pinned))
        return evolve(
            self.source,
            self.pinned or None,
            self._observed(),
            left_out=self.left_out,
            let_go=self._let_go(),
            reader_of=self._reader_of,
            is_first=self.state.table.next_load_id == 1,
            shapes=[frozenset(column.name.lower() for column in batch.columns) for batch in self.batches],
        )

    def _let_go(self) -> frozenset[str]:
        """Columns of the table that the source's current version of its schema is without: ACCEPT SCHEMA took that."""
        current = {name for name, _ in self.reader.current_schema()}
        return (
            frozenset(column.name for column in self.pinned if column.name not in current) if current else frozenset()
        )

    def _reader_of(self, column: str) -> str | None:
        definitions = self.head.definitions
        monitors = [each for each in definitions.all(Kind.MONITOR) if isinstance(each, Monitor)]
        found = column_readers(definitions.relations(), monitors, self.source.name, {column})
        return str(found[0]) if found else None

    def _observed(self) -> tuple[ObservedColumn, ...]:
        """The columns of all batches, each in a type that holds them all."""
        found: dict[str, ObservedColumn] = {}
        for batch in self.batches:
            for column in batch.columns:
                key = column.name.lower()
                before = found.get(key)
                if before is None:
                    found[key] = column
                elif before.is_empty:
                    found[key] = replace(column, name=before.name)
                elif not column.is_empty:
                    found[key] = replace(before, type=common_type(before.type, column.type))
        return tuple(found.values())

    def _refuse(self, evolution: Evolution) -> None:
        """A version that the policy refuses is kept, for ACCEPT SCHEMA to take; once, however often it comes."""
        if self.reader.refuses(evolution.brought):
            return
        changes = StateChanges(self.head, self.source.name, run_id=self.context.run.run_id, at=self.context.now())
        statements = changes.schema(self.reader.schema_version() + 1, evolution.brought, "refused")
        in_transaction(self.head.lake.engine, lambda connection: [connection.execute(each) for each in statements])

    def _target(self, evolution: Evolution) -> Target:
        columns = planned_columns((*evolution.stored, *system_columns(evolution.stored)), self.table)
        check_named_columns(self.source, {column.name for column in columns})
        partition_by = partitions(self.source.partition_by)
        return Target(columns, partition_by, self.directory, layout_of(self.source.options), self._order(columns))

    def _order(self, columns: Sequence[StoredColumn]) -> tuple[SortTerm, ...]:
        types = {column.name: column.type for column in columns}
        trees = [bind_expression(term.expression.text, types).sql(dialect="duckdb") for term in self.source.order_by]
        return tuple(
            SortTerm(tree, is_descending=term.is_descending)
            for term, tree in zip(self.source.order_by, trees, strict=True)
        )

    def _check_null_watermarks(self) -> None:
        if self.plan.mode is not LoadMode.INCREMENTAL or null_watermark(self.source) is not NullWatermark.FAIL:
            return
        column = self._watermark_column()
        for batch in self.batches:
            ((nulls,),) = self.engine.rows(_over(batch, f"count(*) FILTER (WHERE {identifier(column)} IS NULL)"))
            if nulls:
                raise DataError(
                    f'{nulls} rows of {self.source.name} have no "{column}"', hint="null_watermark = 'load' takes them."
                )

    def _watermark_column(self) -> str:
        assert self.source.load is not None
        assert self.source.load.watermark_column is not None
        return self.source.load.watermark_column

    def _write(self, target: Target, evolution: Evolution) -> BronzeWriter:
        is_incremental = self.plan.mode is LoadMode.INCREMENTAL
        skips_known = is_incremental and self.table is not None and self.table.find_column("_hash") is not None
        writer = BronzeWriter(
            self.engine,
            target,
            evolution,
            loaded_at=self.started_at,
            first_row_id=self.state.table.next_row_id,
            hashes=is_incremental,
            key=self.source.key,
        )
        if skips_known:
            assert self.table is not None
            query = known_hashes(self.table, self.source.key, self.state.table.excluded_loads, self.retyped)
            self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {KNOWN_HASHES} AS {query}")
        if deferred := self._deferred():
            try:
                writer.write_together(deferred)
            except OrmoluError as error:
                raise NotAsSampled from error
        for batch in self.batches:
            if batch.query is None:
                self.context.progress(step="write", rows=writer.written.rows)
                writer.write(batch, skips_known=skips_known)
        return writer

    def _deferred(self) -> list[StagedBatch]:
        return [batch for batch in self.batches if batch.query is not None]

    def _checked(self, writer: BronzeWriter, target: Target) -> list[RuleResult]:
        rules = bronze_rules(self.source)
        if not rules or not writer.written.files:
            return []
        rows = f"SELECT * FROM {parquet_files([file.path for file in writer.written.files])}"  # noqa: S608 - quoted
        bind = partial(bind_expression, columns={column.name: column.type for column in target.columns})
        results = []
        with self.context.step("check"):
            for rule, name in zip(rules, rule_names(rules, self.source.name.name), strict=True):
                compiled = compile_rule(rule, name, rows, bind, self.reader.previous, now=self.started_at)
                with catchable_errors(self.engine):
                    (row,) = self.engine.rows(compiled.sql)
                results.append(rule_result(compiled, row))
        failure = failed_load(self.source, results)
        if failure is not None:
            raise failure
        for result in results:
            if not result.passed:
                self.context.notice(
                    f"rule {result.name}: {result.rows_violating} of {result.rows_checked} rows"
                    + (f", observed {result.observed}" if result.observed else "")
                )
        return results

    def _commit(
        self,
        target: Target,
        evolution: Evolution,
        writer: BronzeWriter,
        results: Sequence[RuleResult],
        rows_in: int,
    ) -> RunResult:
        reach("load:files-written")
        written = writer.written
        changes = StateChanges(self.head, self.source.name, run_id=self.context.run.run_id, at=self.started_at)
        watermarks = self._watermarks()
        version, schema_changes = self._schema(changes, evolution)
        statements: list[sa.Executable] = [
            *self._ledger(changes, writer),
            *self._moved(changes, watermarks),
            *schema_changes,
            *changes.rules(results),
        ]
        result = RunResult(rows_in=rows_in, rows_out=written.rows)
        files = [*self.retyped, *written.files]
        result = replace(
            result, record=self._record(results, result, version=version, watermarks=watermarks, files=written.files)
        )
        keeps_schema = self.table is not None and target.columns == self.table.columns
        change = TableChange(
            table=self.source.name,
            based_on=self.table.metadata_location if self.table is not None else None,
            location=None if self.table is not None else self.location,
            columns=None if keeps_schema else target.columns,
            partition_by=target.partition_by,
            added=tuple(files),
            removes_all=bool(self.retyped),
            properties=self._properties(writer, watermarks),
            summary={"ormolu.run-id": str(self.context.run.run_id), "ormolu.load-id": str(self.plan.load_id)},
            operation="load",
        )
        self.context.publish([change], (), statements, result=result)
        return result

    def _ledger(self, changes: StateChanges, writer: BronzeWriter) -> list[sa.Executable]:
        statements = [changes.file_replaced(entry) for entry in self.plan.replaced]
        rows = writer.written.rows_by_location
        if self.uploaded is not None:
            return changes.file_loaded(self.uploaded, self.plan.load_id, writer.written.rows)
        if self.plan.mode is LoadMode.APPEND:
            for load in self.plan.files:
                statements += changes.file_loaded(load.file, load.load_id, rows.get(load.file.location, 0))
        return statements

    def _watermarks(self) -> dict[str, str]:
        """The highest value seen of each connection, never below what was there."""
        if self.plan.mode is not LoadMode.INCREMENTAL:
            return {}
        column = self._watermark_column()
        found: dict[str, str] = {}
        for part, batch in zip(self.plan.slices, self.batches, strict=True):
            before = self.state.watermarks.get(part.connection)
            ((value,),) = (
                self.engine.rows(_over(batch, f"CAST(max({identifier(column)}) AS VARCHAR)"))
                if batch.rows
                else ((None,),)
            )
            candidates = [text for text in (before, value) if text is not None]
            if candidates:
                found[part.connection] = value if value is not None and _is_later(value, before) else candidates[0]
        return found

    def _moved(self, changes: StateChanges, watermarks: Mapping[str, str]) -> list[sa.Executable]:
        if self.plan.mode is LoadMode.FULL:
            names = [part.connection for part in self.plan.slices]
            return [each for name in names for each in changes.watermark(name, None, None, is_full=True)]
        column = self._watermark_column() if watermarks else None
        return [
            each for name, value in watermarks.items() for each in changes.watermark(name, column, value, is_full=False)
        ]

    def _schema(self, changes: StateChanges, evolution: Evolution) -> tuple[int, list[sa.Executable]]:
        version = self.reader.schema_version()
        if version and self.reader.current_schema() == schema_shape(evolution.brought):
            return version, []
        return version + 1, changes.schema(version + 1, evolution.brought, "current")

    def _properties(self, writer: BronzeWriter, watermarks: Mapping[str, str]) -> dict[str, str]:
        state = self.state.table
        excluded = sorted({*state.excluded_loads, *(entry.load_id for entry in self.plan.replaced)})
        properties = {
            NEXT_ROW_ID: str(writer.next_row_id),
            NEXT_LOAD_ID: str(self.plan.next_load_id),
            EXCLUDED_LOADS: json.dumps(excluded),
        }
        if watermarks:
            properties[WATERMARK] = json.dumps({**self.state.watermarks, **watermarks})
        if self.plan.mode is LoadMode.FULL:
            doubt = suspicious_extract(writer.written.rows, self._latest_rows())
            if doubt is None:
                properties[LATEST_FULL_LOAD] = str(self.plan.load_id)
            else:
                self.context.notice(doubt.message)
        return properties

    def _latest_rows(self) -> int | None:
        if self.table is None or self.state.table.latest_full_load is None:
            return None
        shown = latest_extract(self.table, self.state.table.latest_full_load)
        ((rows,),) = self.engine.rows(f"SELECT count(*) FROM ({shown})")  # noqa: S608 - a tree of our own
        return int(rows)

    def _record(
        self,
        results: Sequence[RuleResult],
        result: RunResult,
        *,
        version: int,
        watermarks: Mapping[str, str],
        files: Sequence[WrittenFile] = (),
    ) -> dict[str, Any]:
        return ingestion_record(
            self.source,
            self.plan,
            self.state,
            results,
            started_at=self.started_at,
            ended_at=self.context.now(),
            rows=result.rows_out,
            schema_version=version or self.reader.schema_version(),
            watermarks=watermarks,
            file_count=len(files),
            total_bytes=sum(file.bytes for file in files),
            system=source_system(self.source, self.head.definitions),
        )


def _over(batch: StagedBatch, expression: str) -> str:
    return f"SELECT {expression} FROM read_parquet({literal(batch.location)})"  # noqa: S608 - a path of ours


def _is_later(value: str, before: str | None) -> bool:
    if before is None:
        return True
    try:
        return float(value) >= float(before)
    except ValueError:
        return value >= before
