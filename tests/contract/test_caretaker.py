"""A table is tended by itself once it has many small files or versions past their retention, and not before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ormolu.catalog.changes import Change
from ormolu.catalog.lake import Head, Lake
from ormolu.catalog.manifests import packed_by_maintenance
from ormolu.catalog.schema import audit_log, rule_results, run_steps, runs
from ormolu.definitions import TableName
from ormolu.scheduler.caretaker import LOOK_AGAIN, REQUEST, SMALL_FILES_MAX, SPARSE_MANIFESTS_MAX, Caretaker
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.maintenance import JOINS_MAX, Asked, asked, vacuum
from ormolu.scheduler.run_records import RUNS
from ormolu.scheduler.runs import RunAction
from tests.peers.pipeline import Pipeline

TICKS = TableName("bronze", "ticks")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(tmp_path)


def test_many_small_files_are_due_once(pipeline: Pipeline) -> None:
    caretaker = Caretaker(pipeline.lake)
    for number in range(SMALL_FILES_MAX - 1):
        pipeline.load("ticks", {"id": "int4"}, [[number]])
    assert caretaker.due(pipeline.at) == []
    pipeline.load("ticks", {"id": "int4"}, [[99]])
    assert caretaker.due(pipeline.at) == [TICKS]
    assert caretaker.due(pipeline.at) == [], "it is queued already"


class RacedLake(Lake):
    """Before each commit somebody else commits, as often as `races` says."""

    races = 0
    race: Callable[[], object]

    def commit(self, changes: Sequence[Change], *more: Any, **named: Any) -> Head:
        if self.races:
            self.races -= 1
            self.race()
        return super().commit(changes, *more, **named)


@pytest.mark.parametrize(("races", "is_left"), [(0, False), (JOINS_MAX - 1, False), (JOINS_MAX, True)])
def test_manifests_are_joined_when_no_writer_is_faster(pipeline: Pipeline, races: int, is_left: bool) -> None:
    for number in range(3):
        pipeline.load("ticks", {"id": "int4"}, [[number]])
    lake = RacedLake(pipeline.lake.engine, database=pipeline.lake.database, warehouse=pipeline.lake.warehouse)
    lake.races = races
    lake.race = lambda: pipeline.load("ticks", {"id": "int4"}, [[99]])

    def tend(context: RunContext) -> RunResult:
        context.lake = lake
        return vacuum(TICKS, Asked(compacts=False), context)

    done = pipeline.run("bronze.ticks", RunAction.VACUUM, tend)
    assert done.result is not None
    told = [(step, files, made) for _, step, files, _, made in done.result.rows]
    assert told == ([] if is_left else [("join manifests", 3 + races, 1)])
    table = pipeline.lake.head().table(TICKS)
    assert (len(table.manifests), table.rows) == (3 + races if is_left else 1, 3 + races)


def test_many_sparse_manifests_are_joined_without_being_asked_and_few_are_not(pipeline: Pipeline) -> None:
    pipeline.load("ticks", {"id": "int4"}, [[1]])
    manifest = pipeline.lake.head().table(TICKS).manifests[0]
    assert packed_by_maintenance([manifest] * (SPARSE_MANIFESTS_MAX - 1), sparse_min=REQUEST["manifests_min"]) == ()
    assert packed_by_maintenance([manifest] * SPARSE_MANIFESTS_MAX, sparse_min=REQUEST["manifests_min"])
    assert asked(REQUEST) == Asked(files_min=SMALL_FILES_MAX, manifests_min=SPARSE_MANIFESTS_MAX)


def test_old_versions_are_due_when_their_retention_is_over(pipeline: Pipeline) -> None:
    caretaker = Caretaker(pipeline.lake)
    for number in range(3):
        pipeline.load("ticks", {"id": "int4"}, [[number]])
    now = pipeline.at
    assert caretaker.due(now) == []
    assert caretaker.due(now + timedelta(days=29)) == []
    assert caretaker.due(now + timedelta(days=40)) == [TICKS]
    assert caretaker.due(now + timedelta(days=40) + LOOK_AGAIN / 2) == []


def test_what_belongs_to_a_silver_table_is_tended_under_its_name(pipeline: Pipeline) -> None:
    pipeline.load("ticks", {"id": "int4", "op": "text"}, [[1, "I"]])
    pipeline.create("CREATE SILVER TABLE ticks KEY (id) SEQUENCE BY op DELETE WHEN (op = 'X') SOFT FROM bronze.ticks")
    due = Caretaker(pipeline.lake).due(datetime.now(UTC) + timedelta(days=4000))
    assert {name.name for name in due} <= {"ticks", "definitions"}


def test_old_runs_are_forgotten_but_for_those_that_are_asked_for(pipeline: Pipeline) -> None:
    pipeline.load("ticks", {"id": "int4"}, [[1]])
    old, new = pipeline.at - timedelta(days=500), pipeline.at - timedelta(days=100)
    rows = [
        ("bronze.ticks", "refresh", 5, "succeeded", old),  # its rows may be there: EXCLUDE RUN asks for it
        ("bronze.ticks", "refresh", 0, "succeeded", old),  # the last that succeeded
        ("silver.ticks", "refresh", 5, "succeeded", old),
        ("silver.ticks", "refresh", 5, "succeeded", old),  # the last that succeeded
        ("silver.ticks", "refresh", None, "failed", old),
        ("gold.ticks", "refresh", 1, "succeeded", old),  # the last rule results of its table
        ("gold.ticks", "refresh", 1, "succeeded", new),
        ("gold.ticks", "profile", 1, "failed", new),
    ]
    with pipeline.lake.engine.begin() as connection:
        connection.execute(sa.delete(runs))
        for number, (name, action, rows_out, status, at) in enumerate(rows, start=1):
            values = {"run_id": number, "object": name, "action": action, "status": status, "rows_out": rows_out}
            values |= {"database": "shop", "request": {}, "requested_by": "admin", "trigger": "statement"}
            connection.execute(sa.insert(runs).values(**values, queued_at=at, finished_at=at, attempt=1))
            step = {"run_id": number, "step": 1, "database": "shop", "name": "write", "started_at": at, "seconds": 1.0}
            connection.execute(sa.insert(run_steps).values(**step))
        result = {"run_id": 6, "position": 1, "database": "shop", "table_name": "gold.ticks", "rule": "r"}
        result |= {"kind": "CHECK", "action": "WARN", "passed": True, "checked_at": old}
        connection.execute(sa.insert(rule_results).values(**result))
        for at in (old, new):
            entry = {"database": "shop", "role": "admin", "at": at, "action": "DROP", "object": None}
            connection.execute(sa.insert(audit_log).values(**entry))
    caretaker = Caretaker(pipeline.lake)
    assert RUNS in caretaker.due(pipeline.at)
    assert RUNS not in caretaker.due(pipeline.at), "it is queued already"
    assert RUNS not in Caretaker(pipeline.lake, run_retention="600 days").due(pipeline.at)
    trial = pipeline.run("lake.runs", RunAction.VACUUM, lambda context: vacuum(RUNS, Asked(is_trial=True), context))
    done = pipeline.run("lake.runs", RunAction.VACUUM, lambda context: vacuum(RUNS, Asked(), context))
    assert trial.result is not None and done.result is not None
    assert trial.result.rows == done.result.rows == (("lake.runs", "expire", 2, None, None),)
    with pipeline.lake.engine.connect() as connection:
        left = connection.execute(sa.select(runs.c.run_id).where(runs.c.run_id <= len(rows))).scalars().all()
        assert sorted(left) == [1, 2, 4, 6, 7, 8]
        steps = connection.execute(sa.select(run_steps.c.run_id).where(run_steps.c.run_id <= len(rows))).scalars()
        assert sorted(steps) == sorted(left)
        assert connection.execute(sa.select(sa.func.count()).select_from(audit_log)).scalar() == 1
    assert RUNS not in Caretaker(pipeline.lake).due(pipeline.at)
