"""Whatever arrives in whatever order, incremental refreshes, a rebuild and a plain model agree."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.peers.pipeline import Pipeline

COLUMNS = {"k": "text", "v": "text", "seq": "int4", "op": "text"}
CREATE = (
    "CREATE SILVER TABLE t (v integer) KEY (k) SEQUENCE BY seq DELETE WHEN (op = 'D') {mode} "
    "WITH RULES (CONSTRAINT positive CHECK (v >= 0)) FROM bronze.t"
)


@dataclass(frozen=True)
class Event:
    key: str | None
    value: str | None
    sequence: int | None
    operation: str | None

    @property
    def row(self) -> list[object]:
        return [self.key, self.value, self.sequence, self.operation]


events = st.builds(
    Event,
    st.sampled_from(["a", "b", None]),
    st.sampled_from(["1", "2", "-1", "x", None]),
    st.one_of(st.none(), st.integers(0, 3)),
    st.sampled_from(["I", "D", None]),
)
loads = st.lists(st.lists(events, max_size=4), min_size=1, max_size=3)


def model(history: list[list[Event]]) -> dict[str, int | None]:
    """The newest good event of each key, by sequence and then by arrival; deletions need no good values."""
    newest: dict[str, tuple[tuple[int, int], Event]] = {}
    for arrival, event in enumerate(event for load in history for event in load):
        is_bad = event.operation != "D" and event.value in ("-1", "x")
        if event.key is None or is_bad:
            continue
        place = (-1 if event.sequence is None else event.sequence, arrival)
        if event.key not in newest or newest[event.key][0] < place:
            newest[event.key] = (place, event)
    return {
        key: None if event.value is None else int(event.value)
        for key, (_, event) in newest.items()
        if event.operation != "D"
    }


@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(loads, st.sampled_from(["SOFT", "HARD"]))
def test_merging_agrees_with_the_model(history: list[list[Event]], mode: str) -> None:
    with TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder))
        pipeline.load("t", COLUMNS, [event.row for event in history[0]])
        pipeline.create(CREATE.format(mode=mode))
        for load in history[1:]:
            pipeline.load("t", COLUMNS, [event.row for event in load])
            pipeline.refresh("silver.t")
        expected = sorted(model(history).items())
        assert pipeline.rows("SELECT k, v FROM silver.t") == expected
        kept = pipeline.rows("SELECT * FROM quarantine.t") if _has_quarantine(pipeline) else []
        pipeline.refresh("silver.t", is_full=True)
        assert pipeline.rows("SELECT k, v FROM silver.t") == expected
        assert (pipeline.rows("SELECT * FROM quarantine.t") if _has_quarantine(pipeline) else []) == kept


@pytest.mark.parametrize("sequence", ["SEQUENCE BY seq", ""])
def test_deleted_rows_have_the_last_values_whatever_came_late(tmp_path: Path, sequence: str) -> None:
    """Each key has a history of its own: deletions first, twice, late, and rows from before and after them."""
    chance = random.Random(7)
    pipeline = Pipeline(tmp_path)
    create = (
        f"CREATE SILVER TABLE t (v integer) KEY (k) {sequence} DELETE WHEN (op = 'D') SOFT "
        "AS SELECT k, v, seq, op FROM bronze.t"
    )
    for load in range(4):
        rows = [
            [
                f"k{key}",
                chance.choice(["1", "2", "3", None]),
                chance.choice([None, 0, 1, 2, 3, 4]),
                chance.choice("IID"),
            ]
            for key in range(150)
            for _ in range(chance.choice([0, 1, 1, 2]))
        ]
        pipeline.load("t", COLUMNS, rows)
        if load == 0:
            pipeline.create(create)
        else:
            pipeline.refresh("silver.t")
    tables = ("t", "t_deleted", "t_all")
    before = {table: pipeline.rows(f"SELECT k, v, seq, op FROM silver.{table}") for table in tables}
    pipeline.refresh("silver.t", is_full=True)
    assert {table: pipeline.rows(f"SELECT k, v, seq, op FROM silver.{table}") for table in tables} == before


def _has_quarantine(pipeline: Pipeline) -> bool:
    return any(str(name) == "quarantine.t" for name in pipeline.lake.head().pointers)
