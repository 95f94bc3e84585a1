"""What a connection costs that does nothing: memory of the server, ours and PostgreSQL 15."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from psycopg import pq
from psycopg.pq.abc import PGconn

from benchmarks.measure import Line
from benchmarks.peers import ormolu, postgresql, postmaster

WARM_UP = 20
CONNECTIONS = 500
CONNECTIONS_PEER = 60  # within its default max_connections


def run(folder: Path, full: bool) -> list[Line]:
    with ormolu(folder) as (ours, pid):
        mine = cost(ours, lambda: resident_kib(pid), CONNECTIONS)
    with postgresql(folder) as theirs:
        peer = cost(theirs, lambda: sum(map(proportional_kib, processes(folder))), CONNECTIONS_PEER)
    size = f"{CONNECTIONS} connections"
    return [Line("idle connection", size, "PostgreSQL 15", mine, peer, "KiB", "<= 16 KiB", less_is_better=True)]


def cost(conninfo: str, memory: Callable[[], float], count: int) -> float:
    """The memory of each further connection, once some have warmed the server up."""
    held = [connect(conninfo) for _ in range(WARM_UP)]
    before = memory()
    held += [connect(conninfo) for _ in range(count)]
    grown = memory() - before
    for connection in held:
        connection.finish()
    return grown / count


def connect(conninfo: str) -> PGconn:
    connection = pq.PGconn.connect(conninfo.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    return connection


def resident_kib(pid: int) -> float:
    return _field(Path(f"/proc/{pid}/status"), "VmRSS:")


def proportional_kib(pid: int) -> float:
    """What a process holds, shared pages divided among those who share them."""
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def processes(folder: Path) -> list[int]:
    """The postmaster of a folder and its children."""
    parent = postmaster(folder)
    children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=True).stdout.split()
    return [parent, *map(int, children)]


def _field(file: Path, name: str) -> float:
    line = next(line for line in file.read_text().splitlines() if line.startswith(name))
    return float(line.split()[1])
