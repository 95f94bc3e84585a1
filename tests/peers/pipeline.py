"""A lake in a folder with bronze tables filled directly, and runs of silver and gold without a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from ormolu.catalog.database import open_database
from ormolu.catalog.lake import DefinitionChange, Lake, TableChange, copy_field_ids, planned_columns
from ormolu.catalog.schema import rule_results, runs
from ormolu.definitions import Definition, GoldMetric, GoldTable, SilverTable, TableName, kind_of
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.columns import (
    BRONZE_SYSTEM_COLUMNS,
    EXCLUDED_LOADS,
    LATEST_FULL_LOAD,
    NEXT_LOAD_ID,
    NEXT_ROW_ID,
    StoredColumn,
)
from ormolu.medallion.refresh_mode import keeps_old_rows
from ormolu.medallion.templates import text
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.quarantine_changes import change, reprocess
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.refreshes import refresh
from ormolu.scheduler.runs import RunAction
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.queries import bind_query
from ormolu.sql_extensions.types import data_type
from ormolu.sql_extensions.writer.text import write

Row = Sequence[object]


class Pipeline:
    """`at` is the clock: it advances by a minute a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = Lake(
            open_database(f"sqlite:///{folder / 'catalog.db'}"), database="shop", warehouse=str(folder / "warehouse")
        )
        self.queue = Queue(self.lake.engine, "shop")
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.notices: list[str] = []
        self.last_run = 0

    # --- bronze -----------------------------------------------------------------------------------------------------

    def load(self, table: str, columns: Mapping[str, str], rows: Sequence[Row], *, full: bool = False) -> int:
        """Append one load to `bronze.<table>`; its id."""
        name = TableName("bronze", table)
        current = self.lake.head().find_table(name)
        properties = dict(current.properties) if current is not None else {}
        load_id, row_id = int(properties.get(NEXT_LOAD_ID, "1")), int(properties.get(NEXT_ROW_ID, "1"))
        stored = (
            *(StoredColumn(each, data_type(spelling)) for each, spelling in columns.items()),
            *(item for item in BRONZE_SYSTEM_COLUMNS if item.name in ("_row_id", "_load_id", "_loaded_at")),
        )
        planned = planned_columns(stored, current)
        location = self.lake.new_location(name) if current is None else current.location
        with self.engine() as engine:
            arrays = {f"c{number}": [row[number] for row in rows] for number in range(len(columns))}
            arrays["n"] = list(range(len(rows)))
            engine.register("given", pa.table(arrays))
            values = ", ".join(
                f'CAST(c{number} AS {data_type(spelling).duckdb}) AS "{each.replace(chr(34), chr(34) * 2)}"'
                for number, (each, spelling) in enumerate(columns.items())
            )
            written = engine.write_parquet(
                f"SELECT {values}, {row_id} + n AS _row_id, {load_id}::BIGINT AS _load_id, "
                f"TIMESTAMPTZ '{self.at.isoformat()}' AS _loaded_at FROM given",
                directory=f"{location}/data/load-{load_id}",
                field_ids=copy_field_ids(planned),
            )
        state = {NEXT_LOAD_ID: str(load_id + 1), NEXT_ROW_ID: str(row_id + len(rows))}
        self.lake.commit(
            [
                TableChange(
                    name,
                    None if current is None else current.metadata_location,
                    location=location if current is None else None,
                    columns=planned if current is None else None,
                    added=written,
                    properties=state | ({LATEST_FULL_LOAD: str(load_id)} if full else {}),
                )
            ],
            at=self.at,
        )
        return load_id

    def exclude(self, table: str, loads: str) -> None:
        current = self.lake.head().table(TableName("bronze", table))
        self.lake.commit(
            [TableChange(current.name, current.metadata_location, properties={EXCLUDED_LOADS: loads})], at=self.at
        )

    # --- silver and gold ----------------------------------------------------------------------------------------------

    def create(self, ddl: str) -> RunResult:
        """Create and fill, in one publish."""
        definition = parse_definition(ddl)
        change_ = DefinitionChange(kind_of(definition), str(definition.name), write(definition), "admin")

        def work(context: RunContext) -> RunResult:
            context.creation = (change_,)
            return refresh(definition, context, is_full=not keeps_old_rows(definition))

        return self.run(str(definition.name), RunAction.CREATE, work)

    def refresh(self, name: str, **options: Any) -> RunResult:
        return self.run(name, RunAction.REFRESH, lambda context: refresh(self.definition(name), context, **options))

    def definition(self, name: str) -> Definition:
        schema, _, plain = name.partition(".")
        found = self.lake.head().definitions.find_relation(TableName(schema, plain))
        assert isinstance(found, SilverTable | GoldTable | GoldMetric)
        return found

    def reprocess(self, name: str, where: str | None = None) -> RunResult:
        definition = self.definition(name)
        assert isinstance(definition, SilverTable)
        return self.run(name, RunAction.REPROCESS, lambda context: reprocess(definition, where, context))

    def change(self, sql: str, name: str) -> RunResult:
        definition = self.definition(name)
        assert isinstance(definition, SilverTable)
        return self.run(name, RunAction.CHANGE, lambda context: change(definition, sql, context))

    def run(self, name: str, action: RunAction, work: Callable[[RunContext], RunResult]) -> RunResult:
        self.at += timedelta(minutes=1)
        self.queue.submit(
            name, action, at=self.at, trigger="statement", requested_by="admin", request={"n": str(self.at)}
        )
        claimed = self.queue.claim("tests", at=self.at)
        assert claimed is not None
        self.last_run = claimed.run_id
        context = RunContext(
            lake=self.lake,
            run=claimed,
            now=lambda: self.at,
            connect=_no_connections,
            open_engine=self.engine,
            downstream=lambda head, changes: (),
        )
        try:
            return work(context)
        finally:
            context.close()
            self.notices = context.notices
            with self.lake.engine.begin() as connection:
                connection.execute(sa.update(runs).where(runs.c.status == "running").values(status="failed"))

    def engine(self) -> JobEngine:
        return JobEngine(memory_limit="512MB", threads=2, temp_directory=self.folder / "temp")

    # --- looking ------------------------------------------------------------------------------------------------------

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a SELECT answers, sorted."""
        head = self.lake.head()
        bound = bind_query(sql, head.find_relation)
        with self.engine() as engine:
            return sorted(engine.rows(text(bound.tree)), key=repr)

    def names(self, table: str) -> list[str]:
        schema, _, name = table.partition(".")
        relation = self.lake.head().find_relation(TableName(schema, name))
        assert relation is not None
        return [column.name for column in relation.columns if not column.is_hidden]

    def results(self) -> dict[str, tuple[str, int, bool]]:
        """What the last run's rules saw: action, rows violating, whether it passed."""
        with self.lake.engine.connect() as connection:
            found = connection.execute(sa.select(rule_results).where(rule_results.c.run_id == self.last_run)).all()
        return {row.rule: (row.action, row.rows_violating, row.passed) for row in found}


def _no_connections(connection: object) -> Any:
    raise AssertionError(f"nothing here connects to {connection}")
