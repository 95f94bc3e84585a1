"""What a benchmark measures, and how it is printed."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPEATS = 3
ENDED_SECONDS = 0.2


@dataclass(frozen=True)
class Line:
    """One comparison: our figure and a peer's, in the same unit; `ratio` is ours to theirs, above 1 is better."""

    what: str
    size: str
    peer: str
    ours: float
    theirs: float
    unit: str
    target: str = ""
    less_is_better: bool = False

    @property
    def ratio(self) -> float:
        better, worse = (self.theirs, self.ours) if self.less_is_better else (self.ours, self.theirs)
        return better / worse if worse else float("nan")


def rate(work: Callable[[], object], amount: float, repeats: int = REPEATS) -> float:
    """The amount per second of the best of a few runs, as the machine may be busy with something else."""
    return amount / min(_seconds(work) for _ in range(repeats))


def median_rate(work: Callable[[], object], amount: float, repeats: int = REPEATS) -> float:
    return amount / statistics.median(_seconds(work) for _ in range(repeats))


def rates_in_turn(
    ours: Callable[[], object], theirs: Callable[[], object], amount: float, repeats: int = REPEATS
) -> tuple[float, float]:
    """The median rate of each, run in turn: what else the machine does then meets both alike.

    A best time is a matter of luck where the machine's own speed swings by a third; it need not smile on both.
    """
    rounds = [(_seconds(ours), _seconds(theirs)) for _ in range(repeats)]
    mine, peers = zip(*rounds, strict=True)
    return amount / statistics.median(mine), amount / statistics.median(peers)


def seconds_of(work: Callable[[], object], repeats: int) -> list[float]:
    return sorted(_seconds(work) for _ in range(repeats))


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process and its ended children: steadier than the clock on a machine that does other things."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def cpu_of(work: Callable[[], object], pid: int, repeats: int = REPEATS) -> float:
    """The least CPU time that a server used for `work`, which connects and disconnects: only then is a child ended."""
    spent = []
    for _ in range(repeats):
        before = cpu_seconds(pid)
        work()
        time.sleep(ENDED_SECONDS)
        spent.append(cpu_seconds(pid) - before)
    return min(spent)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.2f}"


def table(lines: Sequence[Line]) -> str:
    header = ("benchmark", "size", "against", "ours", "theirs", "ratio", "target")
    rows = [
        (
            line.what,
            line.size,
            line.peer,
            f"{_figure(line.ours)} {line.unit}",
            f"{_figure(line.theirs)} {line.unit}",
            f"{line.ratio:.2f}x",
            line.target,
        )
        for line in lines
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    parts = [header, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in parts
    )
