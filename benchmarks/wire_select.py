"""One million rows over the wire, text and binary, against PostgreSQL 15 holding the same table."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import psycopg
from psycopg import pq

from benchmarks.measure import Line, cpu_of, rate
from benchmarks.peers import ormolu, postgresql, postmaster

ROWS = 1_000_000
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
        for format_, target in ((0, ">= 1.0x"), (1, ">= 1.0x")):
            name = "binary" if format_ else "text"
            mine = partial(fetch, ours, b"bronze.wide", format_)
            peer = partial(fetch, theirs, b"wide", format_)
            what, size = f"SELECT of 8 columns, {name}", f"{ROWS:,} rows"
            speeds = rate(mine, ROWS), rate(peer, ROWS)
            cpu = cpu_of(mine, pid), cpu_of(peer, postmaster(folder))
            lines += (
                Line(what, size, "PostgreSQL 15", *speeds, "rows/s", target),
                Line(f"{what}, server's CPU", size, "PostgreSQL 15", *cpu, "s", less_is_better=True),
            )
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


def fetch(conninfo: str, table: bytes, format_: int) -> None:
    """With libpq alone, so that the client costs both servers the same and little."""
    connection = pq.PGconn.connect(conninfo.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    result = connection.exec_params(QUERY.replace(b"{table}", table), None, result_format=format_)
    assert result.status == pq.ExecStatus.TUPLES_OK, result.error_message
    assert result.ntuples == ROWS, result.ntuples
    result.clear()
    connection.finish()
