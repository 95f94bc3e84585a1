"""A worker that sleeps through its lease: another does its run, and what it publishes when it wakes is nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.marks import Marks
from tests.peers.faults import Faults
from tests.peers.ormolu import OrmoluServer


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[Marks]:
    faults = Faults(tmp_path / "faults")
    home = tmp_path / "lake"
    server = OrmoluServer(home, "--workers", "2", variables=faults.variables).start()
    try:
        made = Marks(server, faults, f"sqlite:///{home}/catalog.db", home / "warehouse")
        made.define()
        yield made
    finally:
        server.stop()


def let_the_lease_run_out(marks: Marks) -> None:
    """Stopped, the worker renews nothing; the half minute is not waited for."""
    with closing(sqlite3.connect(marks.server.folder / "catalog.db", timeout=30)) as catalog, catalog:
        catalog.execute("UPDATE runs SET lease_until = '2020-01-01 00:00:00.000000' WHERE status = 'running'")


@pytest.mark.timeout(300)
def test_a_worker_that_wakes_after_its_lease_publishes_nothing(marks: Marks) -> None:
    point = "publish:staged"
    marks.faults.arm(point, "hold")
    loading = threading.Thread(target=marks.load_and_refresh)
    loading.start()
    marks.faults.wait_until_reached(point)
    sleeper = marks.faults.reached_by(point)
    os.kill(sleeper, signal.SIGSTOP)
    let_the_lease_run_out(marks)
    loading.join(120)
    assert not loading.is_alive(), "the other worker does the run"
    marks.newest += 1
    marks.check_exact()
    marks.faults.let_go(point)
    os.kill(sleeper, signal.SIGCONT)
    marks.check_settled()
    marks.load_and_refresh()
    marks.newest += 1
    marks.check_exact()
    assert sleeper in marks.server.workers(), "it goes on working"
    (again,) = marks.server.run("SELECT count(*) FROM lake.runs WHERE object = 'bronze.marks' AND attempt = 2")
    assert again == (1,)
    marks.check_swept()
