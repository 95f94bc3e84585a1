"""A table of 10,000 files that gets 1,000 small commits: planning, commit and maintenance, and what grows."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
from sqlglot import exp

from benchmarks.measure import Line
from benchmarks.peers import ormolu_in
from benchmarks.tables import NAME, FilledTable, filled_table
from ormolu.catalog.database import reading
from ormolu.catalog.file_io import file_io
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.sweep import sweep

FILES_SHORT, COMMITS_SHORT = 1_000, 100
FILES_FULL, COMMITS_FULL = 10_000, 1_000
AT_ONCE = 1_000
SHARE = 10  # the first and the last tenth of the commits are compared
MILLI = 1_000
TIMES = 3
WHERE = exp.EQ(this=exp.column("id"), expression=exp.Literal.number(7))


def run(folder: Path, full: bool) -> list[Line]:
    files, commits = (FILES_FULL, COMMITS_FULL) if full else (FILES_SHORT, COMMITS_SHORT)
    home = folder / "many_files"
    with filled_table(f"sqlite:///{home}/catalog.db", home) as table:
        for _ in range(files // min(files, AT_ONCE)):
            table.append(min(files, AT_ONCE))
        planned = planning(table)
        used = [cpu(lambda: table.append(1)) for _ in range(commits)]
        after = planning(table)
        tenth = max(1, commits // SHARE)
        early, late = sum(used[:tenth]) / tenth, sum(used[-tenth:]) / tenth
        size = f"{files:,} files, {commits:,} commits"
        usual = statistics.median(used)
        lines = [
            Line("small commit, CPU", size, "the first tenth", late, early, "ms", "<= 2x", less_is_better=True),
            Line("slowest of them, CPU", size, "their median", max(used), usual, "ms", less_is_better=True),
            Line(
                "plan, nothing cached, CPU",
                size,
                "before them",
                after[0],
                planned[0],
                "ms",
                "<= 2x",
                less_is_better=True,
            ),
            Line(
                "plan after a commit, CPU",
                size,
                "before them",
                after[1],
                planned[1],
                "ms",
                "<= 2x",
                less_is_better=True,
            ),
            *growth(table, size, files),
        ]
    return [*lines, *queried(home, f"{files + commits:,} files"), *vacuumed(home, size)]


def queried(home: Path, size: str) -> list[Line]:
    """A point and a range query over the wire, which leave files out; DuckDB reads the same files by their list."""
    queries = {
        "point query": "SELECT note FROM {} WHERE id = 7 AND note = 'none'",
        "range query": "SELECT count(*), sum(id) FROM {} WHERE id BETWEEN 20 AND 29",
    }
    paths = sorted(str(path) for path in (home / "warehouse").glob("**/run-0/**/*.parquet"))
    with ormolu_in(home) as (conninfo, _), psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET result_cache = off")
        ours = {
            name: fastest(lambda sql=query: connection.execute(sql.format(NAME).encode()).fetchall())  # type: ignore[misc]
            for name, query in queries.items()
        }
    with duckdb.connect() as engine:
        engine.read_parquet(paths, hive_partitioning=False).create_view("listed")
        theirs = {
            name: fastest(lambda sql=query: engine.execute(sql.format("listed")).fetchall())  # type: ignore[misc]
            for name, query in queries.items()
        }
    return [
        Line(name, size, "read_parquet of them all", ours[name], theirs[name], "ms", "<= 0.2x", less_is_better=True)
        for name in queries
    ]


def fastest(work: Callable[[], object]) -> float:
    """Milliseconds of the best of some times, the first of which plans."""
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * MILLI)
    return min(taken)


def cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * MILLI


def planning(table: FilledTable) -> tuple[float, float]:
    """Which of all the files a filter leaves: the first time, and after a commit, when the others are known."""
    lake = table.fresh()
    first = cpu(lambda: lake.head().table(NAME).files_matching(WHERE))
    later = []
    for _ in range(TIMES):
        table.append(1)
        later.append(cpu(lambda: lake.head().table(NAME).files_matching(WHERE)))
    return first, min(later)


def growth(table: FilledTable, size: str, files: int) -> list[Line]:
    """The metadata that a commit writes; what the clean-up of the whole lake costs."""
    now = table.lake.head().table(NAME)
    metadata = Path(now.metadata_location)
    snapshot = now.metadata.current_snapshot()
    assert snapshot is not None
    manifests = [manifest.manifest_length for manifest in snapshot.manifests(file_io())]
    folder = sum(path.stat().st_size for path in metadata.parent.iterdir())

    def reach() -> None:
        with reading(table.lake.engine) as connection:
            reachable_files(connection)

    reached = cpu(reach)
    swept = cpu(lambda: sweep(table.lake, at=datetime.now(UTC) + timedelta(days=2), is_dry_run=True))
    print(
        f"metadata file {metadata.stat().st_size:,} bytes with {len(now.metadata.snapshots)} snapshots, "
        f"{len(manifests)} manifests of {sum(manifests):,} bytes, metadata folder {folder:,} bytes; "
        f"what is reachable: {reached:,.0f} ms, sweep: {swept:,.0f} ms",
        file=sys.stderr,
    )
    per_file = sum(manifests) / files
    return [Line("manifests a file", size, "a bound", per_file, 1_000.0, "B", "bounded", less_is_better=True)]


def vacuumed(home: Path, size: str) -> list[Line]:
    """VACUUM over the wire, which joins the files, forgets versions and sweeps; then once more, with nothing to do."""
    with ormolu_in(home) as (conninfo, _), psycopg.connect(conninfo, autocommit=True) as connection:
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            rows = connection.execute(f"VACUUM {NAME} WITH (expire = '1 second')".encode()).fetchall()
            seconds.append(time.perf_counter() - started)
            print(f"VACUUM: {rows} in {seconds[-1]:.1f} s", file=sys.stderr)
    return [Line("VACUUM", size, "the second time", seconds[0], seconds[1], "s", less_is_better=True)]
