"""Runs wait, are claimed once, and end once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ormolu.catalog.database import open_database
from ormolu.catalog.schema import runs
from ormolu.errors import UndefinedObject
from ormolu.scheduler.queue import ATTEMPTS_MAX, LEASE, Queue, ending, submission
from ormolu.scheduler.runs import Ending, RunAction, RunStatus

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def queue(engine: sa.Engine) -> Queue:
    return Queue(engine, "shop")


def submit(queue: Queue, name: str = "silver.orders", trigger: str = "schedule") -> int:
    return queue.submit(name, RunAction.REFRESH, at=NOW, trigger=trigger, requested_by="admin")


def test_an_empty_queue_gives_nothing(queue: Queue) -> None:
    assert queue.claim("w1", at=NOW) is None


def test_a_waiting_run_absorbs_the_same_request(queue: Queue) -> None:
    assert submit(queue) == submit(queue, trigger="statement")
    assert submit(queue, "silver.other") != submit(queue)


def test_a_run_of_another_request_is_not_absorbed(queue: Queue) -> None:
    full = queue.submit(
        "silver.orders", RunAction.REFRESH, at=NOW, trigger="statement", requested_by="admin", request={"full": True}
    )
    assert submit(queue) != full


def test_one_object_is_worked_on_by_one_worker_at_a_time(queue: Queue) -> None:
    submit(queue)
    first = queue.claim("w1", at=NOW)
    submit(queue)
    assert first is not None
    assert queue.claim("w2", at=NOW) is None
    queue.end(first, Ending(RunStatus.SUCCEEDED), at=NOW)
    assert queue.claim("w2", at=NOW) is not None


def test_what_a_statement_asks_comes_first(queue: Queue) -> None:
    submit(queue, "silver.a")
    wanted = submit(queue, "silver.b", trigger="statement")
    claimed = queue.claim("w1", at=NOW)
    assert claimed is not None and claimed.run_id == wanted


@pytest.mark.parametrize("name", ["w2", "w1"])
def test_a_lost_lease_lets_another_try_and_the_first_cannot_end_it(queue: Queue, engine: sa.Engine, name: str) -> None:
    """Also where the other, started in its place, has its name."""
    submit(queue)
    first = queue.claim("w1", at=NOW)
    second = queue.claim(name, at=LATER)
    assert first is not None and second is not None
    assert (second.run_id, second.attempt) == (first.run_id, 2)
    assert queue.heartbeat(first, at=LATER, progress=None), "the first is told to stop"
    with engine.begin() as connection:
        assert connection.execute(ending(first, Ending(RunStatus.SUCCEEDED), at=LATER)).rowcount == 0
        assert connection.execute(ending(second, Ending(RunStatus.SUCCEEDED), at=LATER)).rowcount == 1


def test_a_run_that_kills_its_workers_is_given_up(queue: Queue) -> None:
    run_id = submit(queue)
    for attempt in range(ATTEMPTS_MAX):
        assert queue.claim(f"w{attempt}", at=NOW) is not None
        assert queue.release(f"w{attempt}") == 1
    assert queue.claim("last", at=NOW) is None
    state = queue.state(run_id)
    assert state.status is RunStatus.FAILED and state.sqlstate == "57P01" and state.error_hint


def test_a_restart_voids_leases_and_does_not_count_against_the_run(queue: Queue) -> None:
    submit(queue)
    for _ in range(ATTEMPTS_MAX + 2):
        claimed = queue.claim("w1", at=NOW)
        assert claimed is not None and claimed.attempt == 1
        assert queue.void_leases() == 1


def test_cancelling_a_waiting_run_ends_it_and_a_running_one_is_told(queue: Queue) -> None:
    waiting = submit(queue)
    queue.cancel(waiting, at=NOW)
    assert queue.state(waiting).status is RunStatus.CANCELED
    submit(queue)
    running = queue.claim("w1", at=NOW)
    assert running is not None
    assert not queue.heartbeat(running, at=NOW, progress={"step": "read"})
    queue.cancel(running.run_id, at=NOW)
    assert queue.heartbeat(running, at=NOW, progress=None)


def test_cancelling_an_unknown_run_says_where_to_look(queue: Queue) -> None:
    with pytest.raises(UndefinedObject) as raised:
        queue.cancel(99, at=NOW)
    assert "lake.runs" in (raised.value.hint or "")


def test_workers_serve_every_database_and_a_database_sees_its_own_runs(engine: sa.Engine, queue: Queue) -> None:
    run_id = submit(queue)
    other = Queue(engine, "other")
    assert other.find_state(run_id) is None
    claimed = other.claim("w1", at=NOW)
    assert claimed is not None and (claimed.run_id, claimed.database) == (run_id, "shop")
    assert other.at_work() == [] and [run.run_id for run in queue.at_work()] == [run_id]


def test_a_queued_refresh_is_queued_once(engine: sa.Engine, queue: Queue) -> None:
    statement = submission("shop", "gold.sales", RunAction.REFRESH, at=NOW, trigger="upstream", requested_by="o'hara")
    with engine.begin() as connection:
        connection.execute(statement)
        connection.execute(statement)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(runs)).scalar() == 1


def test_many_workers_claim_each_run_once(engine: sa.Engine, queue: Queue) -> None:
    expected = {submit(queue, f"silver.t{number}") for number in range(12)}
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda number: queue.claim(f"w{number}", at=NOW), range(16)))
    claimed = [run.run_id for run in claims if run is not None]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == expected
