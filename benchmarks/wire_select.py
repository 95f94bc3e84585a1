"""One million rows over the wire, text and binary: all of them, and the first.

Against PostgreSQL 15 holding the same table, and buenavista holding a tenth of it, for it is slow.
"""

from __future__ import annotations

import statistics
import time
from functools import partial
from pathlib import Path

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGconn

from benchmarks.measure import Line, cpu_of, rate, rates_in_turn
from benchmarks.peers import buenavista, ormolu, postgresql, postmaster

ROWS = 1_000_000
ROWS_SLOW = 50_000
REPEATS = 9
FIRST_ROWS = 15
MILLI = 1_000
COLUMNS = (
    "id bigint, customer integer, amount numeric(12,2), price double precision, "
    "day date, at timestamp, name text, is_paid boolean"
)
GENERATED = """
SELECT i AS id, (i * 7) % 100000 AS customer, ((i * 13) % 1000000)::numeric(12,2) / 100 AS amount,
       i / 7.0::float8 AS price,
       date '2020-01-01' + (i % 1500)::int AS day, timestamp '2020-01-01' + (i % 900000) * interval '1 second' AS at,
       'customer number ' || (i % 5000) AS name, i % 3 = 0 AS is_paid
FROM generate_series(1, {rows}) AS g(i)
"""
QUERY = b"SELECT id, customer, amount, price, day, at, name, is_paid FROM {table}"


def run(folder: Path, full: bool) -> list[Line]:
    lines: list[Line] = []
    with postgresql(folder) as theirs, ormolu(folder) as (ours, pid):
        load(theirs, ours)
        for format_, target in ((0, ">= 1.0x"), (1, ">= 1.5x")):
            name = "binary" if format_ else "text"
            mine = partial(fetch, ours, b"bronze.wide", format_)
            peer = partial(fetch, theirs, b"wide", format_)
            what, size = f"SELECT of 8 columns, {name}", f"{ROWS:,} rows"
            speeds = rates_in_turn(mine, peer, ROWS, REPEATS)
            cpu = cpu_of(mine, pid), cpu_of(peer, postmaster(folder))
            lines += (
                Line(what, size, "PostgreSQL 15", *speeds, "rows/s", target),
                Line(f"{what}, server's CPU", size, "PostgreSQL 15", *cpu, "s", less_is_better=True),
            )
        first = median_first_row(ours, b"bronze.wide"), median_first_row(theirs, b"wide")
        size = f"of {ROWS:,} rows"
        lines.append(Line("first row", size, "PostgreSQL 15", *first, "ms", "<= 60 ms", less_is_better=True))
        with buenavista(folder) as slow:
            load_slow(slow)
            speeds = (
                rate(partial(fetch, ours, b"bronze.wide", 0), ROWS),
                rate(partial(fetch, slow, b"wide", 0, ROWS_SLOW), ROWS_SLOW, 1),
            )
        size = f"{ROWS:,} and {ROWS_SLOW:,} rows"
        lines.append(Line("SELECT of 8 columns, text", size, "buenavista 0.5.0", *speeds, "rows/s", ">= 50x"))
    return lines


def load(theirs: str, ours: str) -> None:
    with psycopg.connect(theirs, autocommit=True) as peer, psycopg.connect(ours, autocommit=True) as mine:
        peer.execute(f"CREATE TABLE wide ({COLUMNS})".encode())
        peer.execute(f"INSERT INTO wide {GENERATED.format(rows=ROWS)}".encode())
        peer.execute("VACUUM ANALYZE wide")
        mine.execute(f"CREATE BRONZE SOURCE wide ({COLUMNS}) FROM UPLOAD FORMAT csv".encode())
        with (
            peer.cursor().copy("COPY wide TO STDOUT (FORMAT csv)") as source,
            mine.cursor().copy("COPY bronze.wide FROM STDIN (FORMAT csv)") as target,
        ):
            for block in source:
                target.write(block)


def load_slow(conninfo: str) -> None:
    connection = connected(conninfo)
    words = GENERATED.format(rows=ROWS_SLOW).replace("/ 100 AS amount", "AS amount")
    result = connection.exec_(f"CREATE TABLE wide AS {words}".encode())
    assert result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK), result.error_message
    connection.finish()


def median_first_row(conninfo: str, table: bytes) -> float:
    return statistics.median(seconds_to_first_row(conninfo, table) for _ in range(FIRST_ROWS)) * MILLI


def seconds_to_first_row(conninfo: str, table: bytes) -> float:
    """From the query for all rows to the first of them; then the client leaves."""
    connection = connected(conninfo)
    started = time.perf_counter()
    connection.send_query(QUERY.replace(b"{table}", table))
    connection.set_single_row_mode()
    result = connection.get_result()
    assert result is not None
    seconds = time.perf_counter() - started
    assert result.ntuples == 1, result.error_message
    connection.finish()
    return seconds


def connected(conninfo: str) -> PGconn:
    connection = pq.PGconn.connect(conninfo.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    return connection


def fetch(conninfo: str, table: bytes, format_: int, rows: int = ROWS) -> None:
    """With libpq alone, so that the client costs both servers the same and little."""
    connection = connected(conninfo)
    result = connection.exec_params(QUERY.replace(b"{table}", table), None, result_format=format_)
    assert result.status == pq.ExecStatus.TUPLES_OK, result.error_message
    assert result.ntuples == rows, result.ntuples
    result.clear()
    connection.finish()
