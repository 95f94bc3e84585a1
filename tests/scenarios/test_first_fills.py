"""A first fill compares nothing, a large one keeps its rows in a file: both give what a small refresh gives."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ormolu.engine import scratch
from tests.peers.command import begin_python
from tests.peers.faults import Faults
from tests.peers.pipeline import Pipeline

COLUMNS = {"k": "text", "n": "int4", "v": "text", "seq": "int4", "op": "text"}
CREATE = "CREATE SILVER TABLE t KEY (k, n) {clauses} ORDER BY (v DESC, k) FROM bronze.t"
ALONE: list[list[object]] = [[f"k{n}", n, f"v{n % 3}", 1, "D" if n == 5 else None] for n in range(9)]
TWICE: list[list[object]] = [*ALONE, ["k2", 2, "newer", 2, None], ["k3", 3, "older", 0, None], ["k5", 5, "w", 0, None]]
NULLS: list[list[object]] = [
    *ALONE,
    [None, 1, "nobody", 1, None],
    ["k1", None, "half", 1, None],
    [None, None, None, 1, "D"],
]
READ = ("silver.t", "quarantine.t", "silver.t_deleted", "silver.t_history")


def contents(pipeline: Pipeline) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that there is of the table, without the moments of runs."""
    known = {str(name) for name in pipeline.lake.head().pointers}
    found = {}
    for name in READ:
        if name in known:
            columns = [each for each in pipeline.names(name) if not each.startswith("_")]
            found[name] = pipeline.rows(f"SELECT {', '.join(columns)} FROM {name}")
    return found


CASES: dict[str, tuple[list[list[object]], str]] = {
    "no rows": ([], ""),
    "keys that come once": (ALONE, "SEQUENCE BY seq DELETE WHEN (op = 'D') HARD SURROGATE KEY sk"),
    "keys that come twice": (TWICE, "SEQUENCE BY seq DELETE WHEN (op = 'D') SOFT"),
    "keys that are NULL": (NULLS, ""),
    "a history": (TWICE, "SEQUENCE BY seq HISTORY"),
}


def filled(folder: Path, rows: Sequence[list[object]], clauses: str) -> Pipeline:
    folder.mkdir()
    pipeline = Pipeline(folder)
    pipeline.load("t", COLUMNS, rows)
    pipeline.create(CREATE.format(clauses=clauses))
    return pipeline


@pytest.mark.parametrize(("rows", "clauses"), CASES.values(), ids=CASES)
def test_a_large_first_fill_gives_what_small_refreshes_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[object]], clauses: str
) -> None:
    """And gives it again when it is filled twice."""
    small = filled(tmp_path / "small", rows[:1], clauses)
    small.load("t", COLUMNS, rows[1:])
    small.refresh("silver.t")
    monkeypatch.setattr(scratch, "ROW_BYTES", 2**30)
    large = filled(tmp_path / "large", rows, clauses)
    assert contents(large) == contents(small)
    large.refresh("silver.t", is_full=True)
    assert contents(large) == contents(small)
    assert list((large.folder / "temp").glob("scratch*")) == []


def test_a_first_fill_that_is_killed_is_whole_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is published before, and the large table is gone with the process."""
    newest = {f"{row[0]} {row[1]}": tuple(row[:3]) for row in TWICE}
    faults = Faults(tmp_path / "faults")
    faults.arm("merge:files-written", "kill")
    code = f"""
from pathlib import Path
from ormolu.engine import scratch
from tests.scenarios.test_first_fills import TWICE, filled
scratch.ROW_BYTES = 2**30
filled(Path({str(tmp_path / "lake")!r}), TWICE, "")
"""
    killed = begin_python("-c", code, environment={**os.environ, **faults.variables}).end()
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list((tmp_path / "lake" / "temp").iterdir()) == []
    monkeypatch.setattr(scratch, "ROW_BYTES", 2**30)
    pipeline = Pipeline(tmp_path / "lake")
    assert contents(pipeline) == {}
    pipeline.at += timedelta(days=1)
    pipeline.create(CREATE.format(clauses=""))
    assert sorted(row[:3] for row in contents(pipeline)["silver.t"]) == sorted(newest.values())
