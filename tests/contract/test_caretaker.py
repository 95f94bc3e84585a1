"""A table is tended by itself once it has many small files or versions past their retention, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ormolu.definitions import TableName
from ormolu.scheduler.caretaker import LOOK_AGAIN, SMALL_FILES_MAX, Caretaker
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
