"""Small queries on one connection while another reads a million rows, over and over: how long the slower ones take."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path

from benchmarks.measure import Line, percentile, seconds_of
from benchmarks.peers import ormolu, postgresql
from benchmarks.wire_select import MILLI, ROWS, connected, fetch, load

QUERIES = 300
SMALL = b"SELECT sum(g), max(g) FROM generate_series(1, $1::int) AS t(g)"
SHARE = 0.95
STREAM_STARTS_SECONDS = 0.3


def run(folder: Path, full: bool) -> list[Line]:
    with postgresql(folder) as theirs, ormolu(folder) as (ours, _):
        load(theirs, ours)
        mine, peer = (slow_ones(server, table) * MILLI for server, table in ((ours, b"bronze.wide"), (theirs, b"wide")))
    size = f"{QUERIES} queries beside {ROWS:,} rows"
    return [Line("small query, p95", size, "PostgreSQL 15", mine, peer, "ms", "< 25 ms", less_is_better=True)]


def slow_ones(conninfo: str, table: bytes) -> float:
    """The 95th percentile of the small query's seconds; libpq lets go of Python while it waits for the large one."""
    is_over = threading.Event()
    stream = threading.Thread(target=_stream, args=(conninfo, table, is_over))
    stream.start()
    time.sleep(STREAM_STARTS_SECONDS)
    try:
        connection = connected(conninfo)
        ask = partial(connection.exec_params, SMALL, [b"100"])
        ask()
        seconds = seconds_of(ask, QUERIES)
        connection.finish()
    finally:
        is_over.set()
        stream.join()
    return percentile(seconds, SHARE)


def _stream(conninfo: str, table: bytes, is_over: threading.Event) -> None:
    while not is_over.is_set():
        fetch(conninfo, table, 0)
