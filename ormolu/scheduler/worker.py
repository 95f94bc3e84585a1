"""The loop of a worker process: claim a run, carry it out, wait to be woken."""

from __future__ import annotations

import ctypes
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from ormolu.catalog.database import as_catalog_error
from ormolu.errors import DiskFull
from ormolu.faults import reach
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.runs import Run

IDLE_SECONDS = 0.25
FAILED_SECONDS = 1.0  # between attempts while the catalog does not answer, or its disk is full
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15

logger = logging.getLogger(__name__)


class RunsOne(Protocol):
    def run(self, run: Run) -> None: ...


def work(name: str, queue: Queue, runner: RunsOne, *, now: Callable[[], datetime], is_embedded: bool) -> None:
    """Work until told to stop: by SIGTERM, or, embedded, by the end of the server's pipe."""
    stopping = _StopOnTerm()
    may_hold_a_run = False
    while not stopping.asked:
        try:
            if may_hold_a_run:
                queue.release(name)
                may_hold_a_run = False
            has_worked = _work_once(name, queue, runner, now)
        except (DiskFull, DBAPIError) as error:  # what was claimed, or has ended, is claimed again
            if as_catalog_error(error) is None and not isinstance(error, DiskFull):
                raise
            logger.warning("%s cannot work with the catalog: %s", name, error)
            has_worked, may_hold_a_run = False, True
            time.sleep(FAILED_SECONDS)
        if not has_worked and not _wait(is_embedded):
            return


def _work_once(name: str, queue: Queue, runner: RunsOne, now: Callable[[], datetime]) -> bool:
    run = queue.claim(name, at=now())
    if run is None:
        return False
    reach("run:claimed")
    runner.run(run)
    return True


def die_with_parent() -> None:
    """Have Linux end this process when the one that started it ends, however that one ends."""
    if sys.platform != "linux":
        return
    parent = os.getppid()  # 1 where the server is the first process of a container
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call; had it ended before this one, its end of the pipe tells
        sys.exit(0)


def show_as(name: str) -> None:
    """Have `ps -o comm` and `top` tell a worker from its server: Linux keeps 15 characters."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"ormolu:{name}".encode())


class _StopOnTerm:
    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def _wait(is_embedded: bool) -> bool:
    """Wait for a byte from the server or for the idle time; False when the server's end of the pipe is closed."""
    if not is_embedded:
        time.sleep(IDLE_SECONDS)
        return True
    ready, _, _ = select.select([sys.stdin], [], [], IDLE_SECONDS)
    return not ready or os.read(sys.stdin.fileno(), 4096) != b""
