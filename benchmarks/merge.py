"""Changes merged into a table by key: a REFRESH of a silver table against other engines' merges of the same rows.

Ours reads the changes from bronze, checks the rules and publishes; the others are handed the changes. All results are
compared. A tenth of the changes are new keys, the others are spread over the whole table.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import psycopg

from benchmarks.measure import Line
from benchmarks.merge_contenders import CHECK, CONTENDERS, FILES, MEMORY
from benchmarks.peers import ormolu
from benchmarks.resources import Spent, Watch

ROWS_SHORT, CHANGES_SHORT = 1_000_000, 10_000
ROWS_FULL, CHANGES_FULL = 10_000_000, 100_000
CONTENDER_SECONDS = 900  # a peer that takes longer is left out, and said so
COLUMNS = """i AS id, {version} AS version, 'customer ' || (i * 7 % 50021) AS customer,
 ((i * 13 + {version}) % 1000000 / 100)::DECIMAL(12, 2) AS amount, (i % 9 + {version})::INTEGER AS quantity,
 DATE '2020-01-01' + (i % 1500)::INTEGER AS ordered_on,
 TIMESTAMP '2020-01-01' + INTERVAL 1 SECOND * (i % 900000) AS paid_at, 'note ' || (i * 31 % 1000003) AS note"""


def run(folder: Path, full: bool) -> list[Line]:
    rows, changes = (ROWS_FULL, CHANGES_FULL) if full else (ROWS_SHORT, CHANGES_SHORT)
    home = folder / "merge"
    home.mkdir()
    generate(home, rows, changes)
    ours, check = refresh(home, changes)
    size = f"{changes:,} into {rows:,}"
    lines: list[Line] = []
    for name in CONTENDERS:
        found = contend(name, home)
        if found is None:
            print(f"{name}: did not end well within {CONTENDER_SECONDS} s", file=sys.stderr)
            continue
        theirs, their_check = found
        assert their_check == check, (name, their_check, check)
        lines += compared(size, name, ours, theirs)
    return lines


def compared(size: str, name: str, ours: Spent, theirs: Spent) -> list[Line]:
    figures = (
        ("merge, CPU", ours.cpu, theirs.cpu, "s"),
        ("  bytes written", ours.megabytes_written, theirs.megabytes_written, "MB"),
        ("  memory", ours.megabytes_of_memory, theirs.megabytes_of_memory, "MB"),
    )
    return [Line(what, size, name, mine, peer, unit, less_is_better=True) for what, mine, peer, unit in figures]


def generate(home: Path, rows: int, changes: int) -> None:
    """The table in ten files by its key, and the changes in one."""
    (home / "base").mkdir()
    (home / "arriving").mkdir()
    connection = duckdb.connect(":memory:")
    for number in range(FILES):
        first, last = number * rows // FILES, (number + 1) * rows // FILES
        columns = COLUMNS.format(version=1)
        connection.execute(
            f"COPY (SELECT {columns} FROM range({first}, {last}) r(i)) TO '{home}/base/{number}.parquet'"
        )
    step, updated = rows // changes, changes * 9 // 10
    keys = (
        f"(SELECT i * {step} AS i FROM range({updated}) r(i) UNION ALL FROM range({rows}, {rows + changes - updated}))"
    )
    columns = COLUMNS.format(version=2)
    connection.execute(f"COPY (SELECT {columns} FROM {keys} r(i)) TO '{home}/changes.parquet'")


def refresh(home: Path, changes: int) -> tuple[Spent, list[str]]:
    """The worker's cost of REFRESH; the loads before it are not counted."""
    with (
        ormolu(home, "--job-memory", MEMORY, "--threads", "2") as (conninfo, pid),
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):

        def run_sql(sql: str) -> list[tuple[object, ...]]:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

        for file in (home / "base").glob("*.parquet"):
            (home / "arriving" / file.name).hardlink_to(file)
        run_sql(f"CREATE CONNECTION lines TYPE files WITH (url = '{home}/arriving')")
        run_sql("CREATE BRONZE SOURCE lines FROM CONNECTION lines FILES '*.parquet' FORMAT parquet LOAD APPEND")
        run_sql("REFRESH bronze.lines")
        run_sql("CREATE SILVER TABLE lines KEY (id) SCHEDULE NEVER FROM bronze.lines")
        run_sql("REFRESH silver.lines")
        (home / "arriving" / "changes.parquet").hardlink_to(home / "changes.parquet")
        run_sql("REFRESH bronze.lines")
        (worker,) = (int(line) for line in subprocess.check_output(["pgrep", "-P", str(pid)]).split())
        with Watch(worker) as watch:
            ((_, status, rows_in, *_),) = run_sql("REFRESH silver.lines")
        assert (status, rows_in) == ("succeeded", changes), (status, rows_in)
        (check,) = run_sql(f"{CHECK} silver.lines")
    return watch.spent, list(map(str, check))


def contend(name: str, home: Path) -> tuple[Spent, list[str]] | None:
    folder = home / name.replace(" ", "-")
    argv: list[str | Path] = [
        sys.executable,
        "-m",
        "benchmarks.merge_contenders",
        name,
        home / "base",
        home / "changes.parquet",
        folder,
    ]
    try:
        done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, timeout=CONTENDER_SECONDS)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    found = json.loads(done.stdout)
    spent = Spent(found["seconds"], found["cpu"], found["megabytes_written"], found["megabytes_of_memory"])
    return spent, found["check"]
