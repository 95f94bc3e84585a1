"""A worker process: split off from a server that has no threads yet, or started as a command."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

WAKE = b"\n"
STANDARD_OUTPUTS = (1, 2)


class WorkerProcess(Protocol):
    """What a worker's keeper needs of its process. A worker's standard input is the server's end of a pipe."""

    @property
    def pid(self) -> int: ...

    def wake(self) -> None:
        """Have it look at the queue; BrokenPipeError where it has gone."""

    def wait(self, seconds: float | None = None) -> int | None:
        """The exit status; None where it still lives after as many seconds."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def close(self) -> None:
        """Let go of the pipe of a process that has ended."""


class StartedWorker:
    """A command of its own."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str] | None, log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=output, stderr=output, bufsize=0, env=environment
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wake(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(WAKE)

    def wait(self, seconds: float | None = None) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()


class ForkedWorker:
    """A child that has its parent's modules. It touches nothing before it is woken for the first time."""

    def __init__(self, work: Callable[[], None], log: Path, *, earlier: Sequence[ForkedWorker] = ()) -> None:
        """`earlier` are forked already: the child would hold their pipes open beyond the server's end."""
        reading, self._pipe = os.pipe()
        unneeded = (self._pipe, *(each._pipe for each in earlier))
        process = multiprocessing.get_context("fork").Process(
            target=_become_worker, args=(work, log, reading, unneeded), daemon=True
        )
        process.start()
        os.close(reading)
        assert process.pid is not None
        self._process, self.pid = process, process.pid

    def wake(self) -> None:
        os.write(self._pipe, WAKE)

    def wait(self, seconds: float | None = None) -> int | None:
        self._process.join(seconds)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        os.close(self._pipe)


def _become_worker(work: Callable[[], None], log: Path, reading: int, unneeded: Sequence[int]) -> None:
    for end in unneeded:
        os.close(end)
    if os.read(reading, len(WAKE)) != WAKE:  # the server ended before it had work for anybody
        return
    with log.open("ab") as output:
        for number in STANDARD_OUTPUTS:
            os.dup2(output.fileno(), number)
    sys.stdin = os.fdopen(reading)
    work()
