"""The queries of a dashboard over a million rows, asked for the first time and again: ours, and PostgreSQL 15 warm."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from psycopg import pq
from psycopg.pq.abc import PGconn

from benchmarks.measure import Line, seconds_of
from benchmarks.peers import ormolu, postgresql
from benchmarks.wire_select import MILLI, ROWS, connected, load

REPEATS = 5
QUERIES = (
    b"SELECT count(*), sum(amount), avg(amount) FROM {table}",
    b"SELECT date_trunc('month', day) AS month, sum(amount) FROM {table} GROUP BY 1 ORDER BY 1",
    b"SELECT name, sum(amount) AS amount FROM {table} GROUP BY name ORDER BY amount DESC, name LIMIT 10",
    b"SELECT is_paid, count(DISTINCT customer) FROM {table} GROUP BY is_paid ORDER BY is_paid",
    b"SELECT day, count(*) FROM {table} WHERE customer < 1000 GROUP BY day ORDER BY day LIMIT 100",
    b"SELECT id, name, amount FROM {table} WHERE amount > 9999 ORDER BY id LIMIT 50",
)


def run(folder: Path, full: bool) -> list[Line]:
    with postgresql(folder) as theirs, ormolu(folder) as (ours, _):
        load(theirs, ours)
        mine, peer = connected(ours), connected(theirs)
        ours_asked, theirs_asked = partial(ask, mine, b"bronze.wide"), partial(ask, peer, b"wide")
        (first,) = seconds_of(ours_asked, 1)
        theirs_asked()
        warm, *_ = seconds_of(theirs_asked, REPEATS)
        again, *_ = seconds_of(ours_asked, REPEATS)
        for connection in (mine, peer):
            connection.finish()
    size = f"{len(QUERIES)} queries, {ROWS:,} rows"
    return [
        Line("a dashboard, first", size, "PostgreSQL 15", first * MILLI, warm * MILLI, "ms", less_is_better=True),
        Line("a dashboard, again", size, "PostgreSQL 15", again * MILLI, warm * MILLI, "ms", less_is_better=True),
    ]


def ask(connection: PGconn, table: bytes) -> None:
    for query in QUERIES:
        result = connection.exec_(query.replace(b"{table}", table))
        assert result.status == pq.ExecStatus.TUPLES_OK, result.error_message
