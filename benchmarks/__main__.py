"""`python -m benchmarks`: run them all, or those named, and print one table of ratios."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    commits,
    csv_to_bronze,
    dashboards,
    idle_connections,
    many_files,
    memory,
    merge,
    round_trips,
    small_queries,
    tpch,
    wire_select,
)
from benchmarks.measure import Line, table

BENCHMARKS: dict[str, Callable[[Path, bool], list[Line]]] = {
    "csv_to_bronze": csv_to_bronze.run,
    "wire_select": wire_select.run,
    "small_queries": small_queries.run,
    "dashboards": dashboards.run,
    "tpch": tpch.run,
    "round_trips": round_trips.run,
    "idle_connections": idle_connections.run,
    "merge": merge.run,
    "commits": commits.run,
    "many_files": many_files.run,
    "memory": memory.run,
}
LIBRARIES = ("duckdb", "pyarrow", "pyiceberg", "psycopg")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which (default: all)")
    parser.add_argument("--full", action="store_true", help="the full sizes: minutes instead of seconds")
    options = parser.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores; {versions}")
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="ormolu-bench-") as folder:
        for name in options.names or BENCHMARKS:
            print(f"running {name} ...", file=sys.stderr)
            lines += BENCHMARKS[name](Path(folder), options.full)
    print(table(lines))


main()
