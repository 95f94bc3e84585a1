"""The worker processes of a server: started, woken, replaced when they die, ended with the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ormolu.errors import OrmoluError
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.worker_processes import StartedWorker, WorkerProcess

RESTART_SECONDS = (0.0, 0.2, 1.0, 5.0)  # the wait before each further restart in a row
STOP_SECONDS = 20.0
RELEASE_SECONDS = 1.0
HEALTHY_SECONDS = 30.0

logger = logging.getLogger(__name__)


class Workers:
    """Owns a worker process of each name and one thread for each that waits for its end."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        names: Sequence[str],
        queue: Queue,
        log: Path,
        environment: Mapping[str, str] | None = None,
        forked: Mapping[str, WorkerProcess] | None = None,
    ) -> None:
        """`argv` and the name start a worker; `forked` are the first of their names."""
        self._argv = list(argv)
        self._environment = dict(environment) if environment is not None else None
        self._forked = dict(forked or {})
        self._names = tuple(names)
        self._queue = queue
        self._log = log
        self._stopping = threading.Event()
        self._processes: dict[str, WorkerProcess] = {}
        self._guard = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for name in self._names:
            thread = threading.Thread(target=self._keep, args=(name,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Have idle workers look at the queue at once; a worker that has gone looks when it is back."""
        with self._guard:
            for process in self._processes.values():
                _wake(process)

    def pids(self) -> list[int]:
        with self._guard:
            return [process.pid for process in self._processes.values()]

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Ask the workers to finish what they do, wait, then abandon what is left: it is tried again later."""
        self._stopping.set()
        with self._guard:
            for process in self._processes.values():
                process.terminate()
        for thread in self._threads:
            thread.join(seconds)
        with self._guard:
            for process in self._processes.values():
                process.kill()
        for thread in self._threads:
            thread.join()

    def _keep(self, name: str) -> None:
        failures = 0
        while not self._stopping.wait(RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]):
            try:
                status, was_healthy = self._run_once(name)
            except OSError as error:  # no file descriptor, no memory, no process to be had
                logger.warning("%s cannot be started: %s", name, error)
                failures += 1
                continue
            self._release(name)
            failures = 1 if was_healthy else failures + 1
            if not self._stopping.is_set():
                logger.warning("%s ended with status %s; its run goes back to the queue", name, status)

    def _release(self, name: str) -> None:
        """Give the run of a worker that has ended back; again where the catalog cannot write, its disk full for one."""
        while True:
            try:
                self._queue.release(name)
            except (OrmoluError, DBAPIError) as error:
                logger.warning("the run of %s does not go back to the queue yet: %s", name, error)
                if self._stopping.wait(RELEASE_SECONDS):
                    return
            else:
                return

    def _run_once(self, name: str) -> tuple[int, bool]:
        process = self._begin(name)
        with self._guard:
            self._processes[name] = process
        if self._stopping.is_set():
            process.terminate()
        was_healthy = process.wait(HEALTHY_SECONDS) is None
        status = process.wait()
        assert status is not None
        with self._guard:
            del self._processes[name]
        process.close()
        return status, was_healthy

    def _begin(self, name: str) -> WorkerProcess:
        forked = self._forked.pop(name, None)
        if forked is None:
            return StartedWorker([*self._argv, "--name", name], self._environment, self._log)
        _wake(forked)
        return forked


def _wake(process: WorkerProcess) -> None:
    try:
        process.wake()
    except BrokenPipeError:
        logger.debug("worker %s has gone; its keeper replaces it", process.pid)
