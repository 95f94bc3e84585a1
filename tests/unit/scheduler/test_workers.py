"""Worker processes are replaced when they die and end with their server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ormolu.catalog.database import open_database
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.runs import RunAction, RunStatus
from ormolu.scheduler.workers import Workers
from tests.peers.command import begin_python

SLEEPER = textwrap.dedent(
    """
    import sys
    for line in sys.stdin:
        print("woken", flush=True)
    """
)


def wait_until(is_true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    engine = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    yield Queue(engine, "shop")
    engine.dispose()


def test_a_killed_worker_is_replaced_and_its_run_goes_back_to_the_queue(queue: Queue, tmp_path: Path) -> None:
    workers = Workers([sys.executable, "-c", SLEEPER], names=["worker-1"], queue=queue, log=tmp_path / "log")
    workers.start()
    try:
        wait_until(lambda: len(workers.pids()) == 1)
        (first,) = workers.pids()
        now = datetime.now(UTC)
        run_id = queue.submit("silver.orders", RunAction.REFRESH, at=now, trigger="statement", requested_by="admin")
        assert queue.claim("worker-1", at=now) is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: queue.state(run_id).status is RunStatus.QUEUED)
        wait_until(lambda: workers.pids() not in ([], [first]))
    finally:
        workers.stop(seconds=5)
    assert workers.pids() == []


def test_a_wake_reaches_the_worker(queue: Queue, tmp_path: Path) -> None:
    log = tmp_path / "log"
    workers = Workers([sys.executable, "-c", SLEEPER], names=["one", "two"], queue=queue, log=log)
    workers.start()
    try:
        wait_until(lambda: len(workers.pids()) == 2)
        workers.wake()
        wait_until(lambda: log.read_text().count("woken") == 2)
    finally:
        workers.stop(seconds=5)


FORKED = """
import os, signal, sys, time
from pathlib import Path
from ormolu.catalog.database import open_database
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.worker_processes import ForkedWorker
from ormolu.scheduler.workers import Workers

log = Path(sys.argv[1]) / "log"

def work():
    print("forked", flush=True)
    for line in sys.stdin:
        print("woken", flush=True)

def wait_for(text):
    end = time.monotonic() + 20
    while not log.exists() or text not in log.read_text():
        assert time.monotonic() < end, f"waited too long for {text}"
        time.sleep(0.02)

forked = ForkedWorker(work, log)
never_woken = ForkedWorker(work, log, earlier=(forked,))
never_woken.close()
assert never_woken.wait(20) == 0, "it ends with a server that does not begin"
assert not log.exists(), "nobody began before it was woken"

queue = Queue(open_database(f"sqlite:///{sys.argv[1]}/catalog.db"), "shop")
started = [sys.executable, "-c", "import sys; print('started', sys.argv[2], flush=True); sys.stdin.read()"]
workers = Workers(started, names=["one"], queue=queue, log=log, forked={"one": forked})
workers.start()
wait_for("forked")
assert workers.pids() == [forked.pid]
workers.wake()
wait_for("woken")
os.kill(forked.pid, signal.SIGKILL)
wait_for("started one")
assert workers.pids() != [forked.pid]
workers.stop(seconds=5)
assert workers.pids() == []
"""


def test_a_forked_worker_begins_when_it_is_woken_and_is_replaced_by_a_started_one(tmp_path: Path) -> None:
    done = begin_python("-c", FORKED, str(tmp_path)).end()  # a process of its own: this one has threads
    assert done.returncode == 0, done.stderr


def test_a_worker_lives_with_a_server_that_is_the_first_process_of_a_container() -> None:
    script = (
        "import os; from ormolu.scheduler.worker import die_with_parent; "
        "os.getppid = lambda: 1; die_with_parent(); print('alive')"
    )
    done = begin_python("-c", script).end()
    assert done.stdout == "alive\n", done.stderr


def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    child = (
        "from ormolu.scheduler.worker import die_with_parent; import time; "
        "die_with_parent(); print('asked', flush=True); time.sleep(60)"
    )
    parent = textwrap.dedent(
        f"""
        import subprocess, sys, time
        process = subprocess.Popen([sys.executable, "-c", {child!r}])
        print(process.pid, flush=True)
        time.sleep(60)
        """
    )
    started = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    pid = int(started.stdout.readline())
    assert started.stdout.readline() == "asked\n"  # the kernel, and in time
    started.kill()
    started.wait()
    started.stdout.close()
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2])
