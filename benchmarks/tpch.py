"""The 22 queries of TPC-H over the wire, from Parquet files and from native copies.

Against PostgreSQL 15 with keys, indexes and statistics, DuckDB on the same Parquet files, and DuckDB on its own tables,
which is the limit. Every contender gives the same rows, or the benchmark fails.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import tpch_data
from benchmarks.measure import Line
from benchmarks.peers import ormolu, postgresql

SCALE, SCALE_FULL = 0.1, 1.0
REPEATS = 3
COPIED_SECONDS = 300.0
TOLERANCE = 1e-6  # of floats
MILLI = 1_000
Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]


def run(folder: Path, full: bool) -> list[Line]:
    scale = SCALE_FULL if full else SCALE
    data = folder / "tpch"
    data.mkdir()
    queries = tpch_data.generate(data, scale)
    with postgresql(folder) as theirs, ormolu(folder) as (ours, _):
        tpch_data.load_postgresql(theirs, data)
        tpch_data.load_ormolu(ours, data)
        with psycopg.connect(ours, autocommit=True) as mine, psycopg.connect(theirs, autocommit=True) as peer:
            for setting in tpch_data.TUNED:
                peer.execute(setting.encode())
            mine.execute("SET result_cache = off")  # the queries are what is measured
            parquet, native = tpch_data.views(data), tpch_data.native(data)
            asks: dict[str, Ask] = {
                "files": _over_wire(mine),
                "PostgreSQL 15": _over_wire(peer),
                "DuckDB, Parquet": lambda query: parquet.execute(query).fetchall(),
                "DuckDB, native": lambda query: native.execute(query).fetchall(),
            }
            seconds = _timed(queries, asks)
            _copy(mine)
            seconds |= _timed(queries, {"copies": asks["files"], "DuckDB, native": asks["DuckDB, native"]})
    size = f"SF {scale:g}"
    comparisons = (
        ("files", "PostgreSQL 15", "> 1x each", ""),
        ("copies", "PostgreSQL 15", "> 1x each", ""),
        ("files", "DuckDB, Parquet", "", ">= 0.77x"),
        ("copies", "DuckDB, native", "", ">= 0.83x"),
    )
    lines = []
    for mine_, peer_, target, target_total in comparisons:
        pairs = list(zip(seconds[mine_], seconds[peer_], strict=True))
        lines += [
            Line(f"TPC-H {number}, {mine_}", size, peer_, a * MILLI, b * MILLI, "ms", target, less_is_better=True)
            for number, (a, b) in enumerate(pairs, 1)
        ]
        totals = sum(a for a, _ in pairs), sum(b for _, b in pairs)
        lines.append(Line(f"TPC-H, all of {mine_}", size, peer_, *totals, "s", target_total, less_is_better=True))
    return lines


def _over_wire(connection: psycopg.Connection[Any]) -> Ask:
    return lambda query: connection.execute(query.encode()).fetchall()


def _timed(queries: Sequence[str], asks: dict[str, Ask]) -> dict[str, list[float]]:
    """The best of a few times of each query, the contenders in turn, and all with the same rows."""
    seconds: dict[str, list[float]] = {name: [] for name in asks}
    for number, query in enumerate(queries, 1):
        best, rows = dict.fromkeys(asks, math.inf), dict[str, Rows]()
        for _ in range(REPEATS):
            for name, ask in asks.items():
                started = time.perf_counter()
                rows[name] = ask(query)
                best[name] = min(best[name], time.perf_counter() - started)
        first = next(iter(rows))
        for name, found in rows.items():
            if not _are_equal(rows[first], found):
                raise AssertionError(f"TPC-H {number}: {name} has other rows than {first}")
            seconds[name].append(best[name])
    return seconds


def _are_equal(rows: Rows, others: Rows) -> bool:
    """In any order: what ORDER BY leaves open, each may settle its own way."""
    if len(rows) != len(others):
        return False
    pairs = zip(sorted(rows, key=_key), sorted(others, key=_key), strict=True)
    return all(len(a) == len(b) and all(map(_is_equal, a, b)) for a, b in pairs)


def _key(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(f"{float(value):020.2f}" if isinstance(value, int | float | Decimal) else str(value) for value in row)


def _is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(float(one), float(other), rel_tol=TOLERANCE)
    if isinstance(one, Decimal) and isinstance(other, Decimal):  # an average has more digits here or there
        digits = max((one, other), key=lambda number: int(number.as_tuple().exponent))
        return one.quantize(digits, ROUND_HALF_UP) == other.quantize(digits, ROUND_HALF_UP)
    return bool(one == other)


def _copy(connection: psycopg.Connection[Any]) -> None:
    """Turn the native copies on, and wait until each table has one."""
    for table in tpch_data.TABLES:
        connection.execute(f"ALTER GOLD TABLE gold.{table} SET (cache = 'on')".encode())
    end = time.monotonic() + COPIED_SECONDS
    for table, (columns, *_) in tpch_data.TABLES.items():
        column = columns.split()[0]
        while "native copy" not in str(
            connection.execute(f"EXPLAIN SELECT max({column}) FROM gold.{table} WHERE {column} > 1".encode()).fetchall()
        ):
            if time.monotonic() > end:
                raise TimeoutError(f"gold.{table} has no native copy")
            time.sleep(0.5)
