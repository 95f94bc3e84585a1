"""The memory of a refresh of many rows, against the limit that the worker was given: with --full only."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import psycopg

from benchmarks.csv_to_bronze import PeakMemory
from benchmarks.measure import Line
from benchmarks.peers import ormolu

ROWS = 50_000_000
LIMIT = "1GB"
LIMIT_MEGABYTES = 1_000.0
BESIDE_MEGABYTES = 300.0  # Python and its libraries, beside DuckDB's limit
PART_ROWS = 10_000_000


def run(folder: Path, full: bool) -> list[Line]:
    if not full:
        print("memory: left out, as it takes 50 million rows (--full)", file=sys.stderr)
        return []
    return measured(folder, ROWS)


def measured(folder: Path, rows: int) -> list[Line]:
    home = folder / "memory"
    (home / "files").mkdir(parents=True)
    generate(home / "files", rows)
    size = f"{rows / 1e6:.0f}M rows"
    with (
        ormolu(home, "--job-memory", LIMIT, "--threads", "2") as (conninfo, pid),
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):
        connection.execute(f"CREATE CONNECTION many TYPE files WITH (url = '{home}/files')".encode())
        connection.execute(
            b"CREATE BRONZE SOURCE many FROM CONNECTION many FILES '*.parquet' FORMAT parquet LOAD APPEND"
        )
        connection.execute(b"CREATE SILVER TABLE many KEY (id) ORDER BY (id) SCHEDULE NEVER FROM bronze.many")
        lines = []
        for table in ("bronze.many", "silver.many"):
            watch = PeakMemory(pid)
            with watch:
                connection.execute(f"REFRESH {table}".encode())
            counted = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            assert counted == (rows,), counted
            limit = LIMIT_MEGABYTES + BESIDE_MEGABYTES
            lines.append(
                Line(
                    f"memory, {table}",
                    size,
                    "its limit",
                    watch.megabytes,
                    limit,
                    "MB",
                    ">= 1x",
                    less_is_better=True,
                )
            )
    return lines


def generate(files: Path, rows: int) -> None:
    connection = duckdb.connect(":memory:")
    for first in range(0, rows, PART_ROWS):
        last = min(rows, first + PART_ROWS)
        connection.execute(
            f"COPY (SELECT (i * 7919) % {rows} AS id, (i * 13 % 1000000) / 100 AS amount, "
            f"'note ' || (i % 100003) AS note "
            f"FROM range({first}, {last}) r(i)) TO '{files}/{first}.parquet'"
        )
