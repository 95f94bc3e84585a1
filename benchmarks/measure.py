"""What a benchmark measures, and how it is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

REPEATS = 3


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

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs if self.theirs else float("nan")


def rate(work: Callable[[], object], amount: float, repeats: int = REPEATS) -> float:
    """The amount per second of the best of a few runs, as the machine may be busy with something else."""
    return amount / min(_seconds(work) for _ in range(repeats))


def median_rate(work: Callable[[], object], amount: float, repeats: int = REPEATS) -> float:
    return amount / statistics.median(_seconds(work) for _ in range(repeats))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def table(lines: Sequence[Line]) -> str:
    header = ("benchmark", "size", "against", "ours", "theirs", "ratio", "target")
    rows = [
        (
            line.what,
            line.size,
            line.peer,
            f"{line.ours:,.0f} {line.unit}",
            f"{line.theirs:,.0f} {line.unit}",
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
