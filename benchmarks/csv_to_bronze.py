"""CSV files to bronze, LOAD APPEND, against DuckDB's own COPY of the same files to Parquet with the same limits."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import psycopg

from benchmarks.measure import Line
from benchmarks.peers import ormolu

ROWS_SHORT = 1_000_000
ROWS_FULL = 5_000_000
FILES = 5
MEMORY = "1GB"
THREADS = 2
MEGABYTE = 1_000_000

DUCKDB_COPY = """
import duckdb, resource, sys, time
folder, rows = sys.argv[1], int(sys.argv[2])
connection = duckdb.connect(":memory:", config={{"memory_limit": "{memory}", "threads": {threads}}})
connection.execute("SET enable_progress_bar = false")
connection.execute(f"SET temp_directory = '{{folder}}/spill'")
started = time.perf_counter()
target = f"'{{folder}}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)"
connection.execute(f"COPY (FROM read_csv('{{folder}}/*.csv')) TO {{target}}")
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def run(folder: Path, full: bool) -> list[Line]:
    rows = ROWS_FULL if full else ROWS_SHORT
    files = folder / "csv"
    generate(files, rows)
    plain_seconds, plain_memory = duckdb_copy(files, rows)
    seconds, memory = load(folder, files, rows)
    size = f"{rows / 1e6:.0f}M rows, {sum(file.stat().st_size for file in files.glob('*.csv')) / MEGABYTE:,.0f} MB"
    return [
        Line("CSV FILES to bronze", size, "DuckDB COPY", rows / seconds, rows / plain_seconds, "rows/s", ">= 0.6x"),
        Line(f"its memory (limit {MEMORY})", size, "DuckDB COPY", memory, plain_memory, "MB", "bounded"),
    ]


def generate(files: Path, rows: int) -> None:
    """Five files of order lines with every common type."""
    import duckdb

    files.mkdir()
    connection = duckdb.connect(":memory:")
    for number in range(FILES):
        first, last = number * rows // FILES, (number + 1) * rows // FILES
        connection.execute(
            f"""
            COPY (SELECT i AS order_line, 'CA-' || lpad((i // 3)::VARCHAR, 9, '0') AS order_id,
                         DATE '2020-01-01' + (i % 1500)::INTEGER AS ordered_on,
                         TIMESTAMP '2020-01-01' + INTERVAL 1 SECOND * (i % 900000) AS paid_at,
                         'customer ' || (i % 5000) AS customer, (i * 13 % 1000000) / 100 AS amount,
                         i % 9 + 1 AS quantity, i % 3 = 0 AS is_gift
                  FROM range({first}, {last}) AS r(i)) TO '{files}/part{number}.csv' (HEADER)
            """
        )


def duckdb_copy(files: Path, rows: int) -> tuple[float, float]:
    """Seconds and peak megabytes, in a process of its own; the best of two."""
    code = textwrap.dedent(DUCKDB_COPY).format(memory=MEMORY, threads=THREADS)
    runs = []
    for _ in range(2):
        output = subprocess.run(
            [sys.executable, "-c", code, str(files), str(rows)], check=True, capture_output=True, text=True
        ).stdout
        seconds, memory = map(float, output.split())
        runs.append((seconds, memory))
    return min(runs)


def load(folder: Path, files: Path, rows: int) -> tuple[float, float]:
    """Seconds of the run as it recorded them, and the worker's peak megabytes; the best of two sources."""
    flags = ("--job-memory", MEMORY, "--threads", str(THREADS))
    runs = []
    with ormolu(folder, *flags) as (conninfo, pid), psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE CONNECTION csv TYPE files WITH (url = '{files}')".encode())
        for name in ("first", "second"):
            create = (
                f"CREATE BRONZE SOURCE {name} FROM CONNECTION csv FILES '*.csv' FORMAT csv (header = true) LOAD APPEND"
            )
            connection.execute(create.encode())
            watch = PeakMemory(pid)
            with watch:
                row = connection.execute(f"REFRESH bronze.{name}".encode()).fetchone()
            assert row is not None and row[3] == rows, row
            runs.append((float(row[5]), watch.megabytes))
    return min(runs)


class PeakMemory:
    """The largest resident size of the server's worker while the block runs."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.megabytes = 0.0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for process in Path("/proc").glob("[0-9]*/status"):
                try:
                    text = process.read_text()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if f"\nPPid:\t{self._server}\n" in text:
                    resident = next(line for line in text.splitlines() if line.startswith("VmRSS"))
                    self.megabytes = max(self.megabytes, int(resident.split()[1]) / 1000)
