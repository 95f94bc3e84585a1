"""What a process has used: CPU seconds, bytes written, and its largest size while a block ran."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MEGABYTE = 1_000_000
WATCH_SECONDS = 0.02


@dataclass(frozen=True)
class Spent:
    seconds: float
    cpu: float
    megabytes_written: float
    megabytes_of_memory: float  # above what the process had before

    def as_json(self) -> dict[str, float]:
        return asdict(self)


class Watch:
    """Measures a process, this one where none is named, while the block runs."""

    def __init__(self, pid: int | None = None) -> None:
        self._process = Path(f"/proc/{os.getpid() if pid is None else pid}")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._most = 0.0

    def __enter__(self) -> Watch:
        self._before = (time.perf_counter(), self._cpu(), self._written(), self._resident())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        started, cpu, written, resident = self._before
        self.spent = Spent(
            time.perf_counter() - started,
            self._cpu() - cpu,
            (self._written() - written) / MEGABYTE,
            (self._most - resident) / MEGABYTE,
        )

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            self._most = max(self._most, self._resident())

    def _cpu(self) -> float:
        fields = (self._process / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def _written(self) -> int:
        lines = (self._process / "io").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("wchar")).split()[1])

    def _resident(self) -> int:
        return int((self._process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
