"""PROFILE, SUGGEST and monitors as runs: read through the lake, kept in its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from ormolu.catalog.changes import DefinitionChange, TableChange
from ormolu.catalog.database import open_database
from ormolu.catalog.fields import copy_field_ids, planned_columns
from ormolu.catalog.lake import Lake
from ormolu.catalog.schema import anomalies, profiles, suggestions
from ormolu.connectors.source import Source
from ormolu.definitions import Connection, Direction, Expression, Kind, Monitor, Option, Options, TableName
from ormolu.engine.jobs import JobEngine
from ormolu.errors import FeatureNotSupported, InvalidParameterValue, OrmoluError, UndefinedObject, UndefinedTable
from ormolu.medallion.columns import StoredColumn
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.insights import (
    explain_anomaly,
    run_monitor,
    run_profile,
    run_suggest,
    summarize_anomalies,
)
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.runs import RunAction
from ormolu.sql_extensions.types import data_type
from ormolu.sql_extensions.writer.text import write

SALES = TableName("gold", "daily_sales")
START = date(2024, 1, 1)
WEEKS = 30
SICK_WEEK = START + timedelta(weeks=25)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def now() -> datetime:
    return NOW


@dataclass
class Bench:
    """A lake in a folder, and runs against it."""

    lake: Lake
    queue: Queue
    folder: Path

    def open_engine(self) -> JobEngine:
        return JobEngine(memory_limit="256MB", threads=1, temp_directory=self.folder / "tmp")

    def run(
        self, action: RunAction, name: str, work: Callable[[RunContext], RunResult]
    ) -> tuple[RunResult, RunContext]:
        self.queue.submit(name, action, at=NOW, trigger="statement", requested_by="admin")
        run = self.queue.claim("worker", at=NOW)
        assert run is not None
        context = RunContext(
            lake=self.lake,
            run=run,
            now=now,
            connect=_no_source,
            open_engine=self.open_engine,
            downstream=lambda head, changes: (),
        )
        with closing(context):
            return work(context), context

    def write(self, table: pa.Table, types: dict[str, str], *, is_first: bool = True) -> None:
        columns = tuple(StoredColumn(name, data_type(spelling)) for name, spelling in types.items())
        current = self.lake.head().find_table(SALES)
        planned = planned_columns(columns, current)
        location = current.location if current else self.lake.new_location(SALES)
        with self.open_engine() as engine:
            engine.register("rows", table)
            files = engine.write_parquet(
                "SELECT * FROM rows", directory=f"{location}/data", field_ids=copy_field_ids(planned)
            )
        change = TableChange(
            SALES,
            current.metadata_location if current else None,
            location=None if current else location,
            columns=None if current else planned,
            added=tuple(files),
            removes_all=current is not None,
        )
        self.lake.commit([change], at=NOW)

    def rows(self, table: sa.Table) -> list[dict[str, object]]:
        with self.lake.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def _no_source(_: Connection) -> Source:
    raise AssertionError("nothing is loaded here")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    engine = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    bench = Bench(Lake(engine, database="shop", warehouse=str(tmp_path / "lake")), Queue(engine, "shop"), tmp_path)
    yield bench
    engine.dispose()


def sales(*, sick: float = 0.1, weeks: int = WEEKS) -> pa.Table:
    """Two categories of two products each; in one week a product of the first all but vanishes."""
    rows = []
    for number in range(weeks * 7):
        day = START + timedelta(days=number)
        for category, product, level in (
            ("Tea", "green", 80),
            ("Tea", "black", 20),
            ("Mugs", "big", 60),
            ("Mugs", "small", 40),
        ):
            is_sick = product == "green" and SICK_WEEK <= day < SICK_WEEK + timedelta(days=7)
            wobble = (number * 7 + level) % 5
            rows.append((day, category, product, float(level + wobble) * (sick if is_sick else 1.0)))
    days, categories, products, amounts = zip(*rows, strict=True)
    return pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "category": pa.array(categories),
            "product": pa.array(products),
            "revenue": pa.array(amounts, pa.float64()),
        }
    )


TYPES = {"day": "date", "category": "text", "product": "text", "revenue": "double precision"}


def monitor(**options: str) -> Monitor:
    return Monitor(
        name="falling",
        on=SALES,
        measures=(Expression("sum(revenue)"),),
        time="day",
        per=("category",),
        detect=Direction.DROP,
        compare="week over week",
        options=Options(tuple(Option(name, value) for name, value in sorted(options.items()))),
    )


def watch(bench: Bench, definition: Monitor | None = None) -> tuple[RunResult, RunContext]:
    watched = definition or monitor()
    if bench.lake.head().definitions.find(Kind.MONITOR, watched.name) is None:
        bench.lake.commit([], [DefinitionChange(Kind.MONITOR, watched.name, write(watched), "admin")], at=NOW)
    return bench.run(RunAction.MONITOR, watched.name, lambda context: run_monitor(watched, context))


def test_a_monitor_finds_the_week_and_what_goes_with_it(bench: Bench) -> None:
    bench.write(sales(), TYPES)
    result, _ = watch(bench)
    (row,) = bench.rows(anomalies)
    assert (row["series"], row["period"]) == ({"category": "Tea"}, datetime(2024, 6, 24, tzinfo=UTC))
    assert result.rows_out == 1
    text = "\n".join(explain_anomaly(bench.lake, 1))
    assert "Revenue of category Tea in the week of 2024-06-24 fell" in text
    assert "consistent with product green" in text
    assert "caused" not in text


def test_a_monitor_run_twice_changes_nothing(bench: Bench) -> None:
    bench.write(sales(), TYPES)
    watch(bench)
    before = bench.rows(anomalies)
    watch(bench)
    assert bench.rows(anomalies) == before


def test_what_people_say_of_an_anomaly_survives_later_runs(bench: Bench) -> None:
    bench.write(sales(), TYPES)
    watch(bench)
    with bench.lake.engine.begin() as connection:
        connection.execute(sa.update(anomalies).values(status="expected", note="bank holiday"))
    bench.write(sales(sick=0.2), TYPES)
    watch(bench)
    (row,) = bench.rows(anomalies)
    assert (row["status"], row["note"]) == ("expected", "bank holiday")
    assert explain_anomaly(bench.lake, 1)[-1] == "It is marked expected: bank holiday."
    assert summarize_anomalies(bench.lake, "falling") == ["falling found nothing abnormal."]


def test_an_open_anomaly_goes_when_corrected_data_explains_it(bench: Bench) -> None:
    bench.write(sales(), TYPES)
    watch(bench)
    bench.write(sales(sick=1.0), TYPES)
    watch(bench)
    assert bench.rows(anomalies) == []


def test_little_history_is_said_and_nothing_is_guessed(bench: Bench) -> None:
    bench.write(sales(weeks=3), TYPES)
    _, context = watch(bench)
    assert bench.rows(anomalies) == []
    assert context.notices == ["sum(revenue): not enough history in 2 of 2 series; 41 days are needed"]


def test_an_empty_table_leaves_nothing_to_watch(bench: Bench) -> None:
    bench.write(sales(weeks=1).slice(0, 0), TYPES)
    _, context = watch(bench)
    assert context.notices == ["sum(revenue): there is nothing to watch yet"]


def test_a_summary_counts_back_from_the_last_day_that_was_watched(bench: Bench) -> None:
    bench.write(sales(), TYPES)
    watch(bench)
    assert "found 1 anomaly" in summarize_anomalies(bench.lake, "falling", "6 weeks")[0]
    assert summarize_anomalies(bench.lake, "falling", "7 days") == [
        "falling found nothing abnormal in the last 7 days."
    ]
    with pytest.raises(InvalidParameterValue):
        summarize_anomalies(bench.lake, "falling", "a while")


def test_what_does_not_exist_is_named(bench: Bench) -> None:
    with pytest.raises(UndefinedObject):
        summarize_anomalies(bench.lake, "nothing")
    with pytest.raises(UndefinedObject):
        explain_anomaly(bench.lake, 17)
    with pytest.raises(UndefinedTable):
        watch(bench)


@pytest.mark.parametrize("options", [{"method": "magic"}, {"sensitivity": "much"}, {"window": "9 days"}])
def test_options_that_make_no_sense_are_refused(bench: Bench, options: dict[str, str]) -> None:
    bench.write(sales(weeks=3), TYPES)
    with pytest.raises(OrmoluError):
        bench.run(RunAction.MONITOR, "falling", lambda context: run_monitor(monitor(**options), context))


def test_a_profile_is_kept_and_shown(bench: Bench) -> None:
    bench.write(sales(weeks=3), TYPES)
    result, _ = bench.run(RunAction.PROFILE, str(SALES), lambda context: run_profile(str(SALES), context))
    assert result.result is not None
    assert [row[0] for row in result.result.rows] == list(TYPES)
    (kept,) = bench.rows(profiles)
    assert isinstance(kept["columns"], list)
    assert kept["columns"][1]["distinct"] == 2


def test_suggestions_are_kept_once_and_what_was_refused_is_not_shown_again(bench: Bench) -> None:
    bench.write(sales(weeks=3), TYPES)

    def suggest() -> list[str]:
        result, _ = bench.run(RunAction.SUGGEST, str(SALES), lambda context: run_suggest("rules", str(SALES), context))
        assert result.result is not None
        return [str(row[3]) for row in result.result.rows]

    first = suggest()
    assert (
        "ALTER GOLD TABLE daily_sales ADD RULE CONSTRAINT category_known CHECK (category IN ('Mugs', 'Tea'))" in first
    )
    kept = bench.rows(suggestions)
    assert suggest() == first
    assert bench.rows(suggestions) == kept
    with bench.lake.engine.begin() as connection:
        connection.execute(sa.update(suggestions).where(suggestions.c.statement == first[0]).values(status="refused"))
    assert suggest() == first[1:]


def test_what_cannot_be_suggested_yet_is_said(bench: Bench) -> None:
    bench.write(sales(weeks=3), TYPES)
    with pytest.raises(FeatureNotSupported):
        bench.run(RunAction.SUGGEST, str(SALES), lambda context: run_suggest("savings", str(SALES), context))
