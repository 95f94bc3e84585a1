"""How long a commit takes when a table has had 10, 300 and 1,000 of them; on SQLite and on PostgreSQL."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from benchmarks.measure import Line
from benchmarks.peers import postgresql
from benchmarks.tables import FilledTable, filled_table

AT = (10, 300, 1_000)
AROUND = 10  # commits, whose median counts
MILLI = 1_000
TARGET = "<= 2x"


def run(folder: Path, full: bool) -> list[Line]:
    home = folder / "commits"
    home.mkdir()
    with filled_table(f"sqlite:///{home}/catalog.db", home) as table:
        lines = measured(table, "SQLite")
    with postgresql(folder) as conninfo:
        fields = dict(part.split("=") for part in conninfo.split())
        url = f"postgresql+psycopg://{fields['user']}@{fields['host']}:{fields['port']}/{fields['dbname']}"
        with filled_table(url, folder / "commits_team") as table:
            lines += measured(table, "PostgreSQL")
    return lines


def measured(table: FilledTable, catalog: str) -> list[Line]:
    """CPU time: what else the machine does is not counted. The server's own work in PostgreSQL is not, either."""
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(AT[-1]):
        started, used = time.perf_counter(), time.process_time()
        table.append(1)
        cpu.append((time.process_time() - used) * MILLI)
        wall.append((time.perf_counter() - started) * MILLI)
    first, *later = AT
    base = _around(cpu, first)
    clock = ", ".join(f"{_around(wall, at):.0f} ms at {at:,}" for at in AT)
    print(f"commits on {catalog}, by the clock: {clock}", file=sys.stderr)
    what = f"commit, CPU, {catalog}"
    return [
        Line(what, f"{at:,} commits", f"{first} commits", _around(cpu, at), base, "ms", TARGET, less_is_better=True)
        for at in later
    ]


def _around(figures: list[float], at: int) -> float:
    return statistics.median(figures[max(0, at - AROUND) : at])
