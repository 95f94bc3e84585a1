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

from ormolu.errors import DiskFull
from ormolu.faults import reach
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.runs import Run

IDLE_SECONDS = 0.25
FULL_SECONDS = 1.0  # between attempts while the catalog's disk is full
PR_SET_PDEATHSIG = 1

logger = logging.getLogger(__name__)


class RunsOne(Protocol):
    def run(self, run: Run) -> None: ...


def work(name: str, queue: Queue, runner: RunsOne, *, now: Callable[[], datetime], is_embedded: bool) -> None:
    """Work until told to stop: by SIGTERM, or, embedded, by the end of the server's pipe."""
    stopping = _StopOnTerm()
    while not stopping.asked:
        try:
            has_worked = _work_once(name, queue, runner, now)
        except DiskFull as error:  # of the catalog: what was claimed is claimed again once its lease is over
            logger.warning("%s cannot write to the catalog: %s", name, error.message)
            has_worked = False
            time.sleep(FULL_SECONDS)
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
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # the parent ended before the call
        sys.exit(0)


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
