"""A query opens those data files alone that may hold rows for it, and says how many they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pyarrow.parquet as pq
import pytest

from tests.peers.ormolu import OrmoluServer

Connection = psycopg.Connection[Any]
MONTHS = 6


@pytest.fixture(scope="module")
def shop(server: OrmoluServer) -> Iterator[OrmoluServer]:
    """A bronze table of a file a month, and a silver one of a partition a month."""
    with server.connect() as connection:
        connection.execute(
            "CREATE BRONZE SOURCE readings (reading int, city text, at timestamptz, day date) FROM UPLOAD FORMAT csv"
            " WITH (cache = 'off')"
        )
        for month in range(1, MONTHS + 1):
            rows = [f"{month}0{n},{'NGLB'[n]}ent,2026-0{month}-1{n} 08:00:00+00,2026-0{month}-1{n}\n" for n in range(4)]
            with connection.cursor().copy("COPY bronze.readings FROM STDIN (FORMAT csv)") as copy:
                copy.write("".join(rows))
        connection.execute(
            "CREATE SILVER TABLE readings KEY (reading) PARTITION BY (month(day)) WITH (cache = 'off')"
            " AS SELECT reading, city, at, day FROM bronze.readings"
        )
        connection.execute("REFRESH silver.readings")
        connection.execute("SET result_cache = off")
    yield server


@pytest.fixture
def connection(shop: OrmoluServer) -> Iterator[Connection]:
    with shop.connect() as connection:
        connection.execute("SET result_cache = off")
        yield connection


def files_read(connection: Connection, query: str) -> list[tuple[int, int, str]]:
    lines = [row[0] for row in connection.execute(f"EXPLAIN {query}".encode()).fetchall()]
    found = [re.fullmatch(r"Files Read: (\d+) of (\d+) of (\S+)", line) for line in lines]
    return [(int(match[1]), int(match[2]), match[3]) for match in found if match is not None]


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("SELECT * FROM bronze.readings WHERE reading = 302", {(1, 6, "bronze.readings")}),
        ("SELECT * FROM bronze.readings WHERE at >= '2026-05-01 00:00+00'", {(2, 6, "bronze.readings")}),
        ("SELECT * FROM bronze.readings WHERE day BETWEEN '2026-02-01' AND '2026-03-31'", {(2, 6, "bronze.readings")}),
        ("SELECT * FROM silver.readings WHERE day = '2026-02-11'", {(1, 6, "silver.readings")}),
        ("SELECT * FROM silver.readings WHERE reading IN (101, 601)", {(2, 6, "silver.readings")}),
        ("SELECT * FROM silver.readings WHERE city LIKE 'Z%'", {(0, 6, "silver.readings")}),
        ("SELECT count(*) FROM silver.readings", {(6, 6, "silver.readings")}),
        ("SELECT * FROM silver.readings WHERE day >= date '2026-03-01' - 10", {(4, 6, "silver.readings")}),
        ("SELECT * FROM silver.readings WHERE day > current_date + 36500", {(0, 6, "silver.readings")}),
        ("SELECT * FROM bronze.readings WHERE at > now() - interval '500 years'", {(6, 6, "bronze.readings")}),
        ("SELECT * FROM bronze.readings WHERE at::date = date '2026-02-12' + 1", {(1, 6, "bronze.readings")}),
        (
            "SELECT * FROM silver.readings s JOIN bronze.readings b USING (reading)"
            " WHERE b.reading < 200 AND s.day < '2026-03-01'",
            {(2, 6, "silver.readings"), (1, 6, "bronze.readings")},
        ),
        (
            "SELECT * FROM silver.readings s LEFT JOIN bronze.readings b ON s.reading = b.reading AND b.reading = 101"
            " WHERE b.reading IS NULL",
            {(6, 6, "silver.readings"), (1, 6, "bronze.readings")},
        ),
    ],
)
def test_explain_tells_the_files_that_are_read(
    connection: Connection, query: str, files: set[tuple[int, int, str]]
) -> None:
    assert set(files_read(connection, query)) == files


def test_json_tells_them_too(connection: Connection) -> None:
    row = connection.execute("EXPLAIN (FORMAT json) SELECT 1 FROM bronze.readings WHERE reading = 302").fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    assert plan[0]["Files"] == [{"Relation Name": "bronze.readings", "Files Read": 1, "Files": 6}]


def test_a_file_that_cannot_match_is_not_opened(shop: OrmoluServer, connection: Connection) -> None:
    asked = "SELECT reading FROM silver.readings WHERE day >= '2026-03-01' AND day < '2026-04-01' ORDER BY reading"
    expected = [(300,), (301,), (302,), (303,)]
    assert connection.execute(asked.encode()).fetchall() == expected
    by_value = "SELECT reading FROM silver.readings WHERE reading = %s"
    connection.execute(by_value, (600,))  # a new plan asks one of the files, any, for its columns
    connection.execute("SELECT reading FROM silver.readings WHERE reading = 600")
    hidden = [path for path in data_files(shop) if not holds_march(path)]
    assert len(hidden) == MONTHS - 1
    for path in hidden:
        path.rename(path.with_suffix(".hidden"))
    try:
        assert connection.execute(asked.encode()).fetchall() == expected
        assert connection.execute(by_value, (302,)).fetchall() == [(302,)]
        assert connection.execute(by_value, (303,), prepare=True).fetchall() == [(303,)]
        for reading in (300, 301):  # texts that differ in a literal alone
            found = connection.execute(f"SELECT reading FROM silver.readings WHERE reading = {reading}".encode())
            assert found.fetchall() == [(reading,)]
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            assert connection.execute(by_value, (301,)).fetchall() == [(301,)]
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT count(reading), max(city) FROM silver.readings").fetchall()
    finally:
        for path in hidden:
            path.with_suffix(".hidden").rename(path)
    assert connection.execute("SELECT count(*), max(reading) FROM silver.readings").fetchall() == [(24, 603)]


def test_what_a_day_is_depends_on_the_zone_of_the_session(connection: Connection) -> None:
    asked = b"SELECT reading FROM bronze.readings WHERE at::date = '2026-02-10'"
    connection.execute("SET TimeZone = 'Pacific/Kiritimati'")  # it is 22:00 there
    assert connection.execute(asked).fetchall() == [(200,)]
    connection.execute("SET TimeZone = 'Pacific/Pago_Pago'")  # it is the evening before
    assert connection.execute(asked).fetchall() == [(201,)]


def test_a_constant_that_cannot_be_computed_fails_where_a_row_is_compared(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT city FROM bronze.readings WHERE reading < 1 / 0").fetchall()
    assert connection.execute("SELECT 1 WHERE false AND 1 > 1 / 0").fetchall() == []


def test_files_are_counted(shop: OrmoluServer, connection: Connection) -> None:
    before = counted(shop, "read"), counted(shop, "left_out")
    connection.execute("SELECT city FROM bronze.readings WHERE reading = 402").fetchall()
    assert (counted(shop, "read"), counted(shop, "left_out")) == (before[0] + 1, before[1] + MONTHS - 1)


def data_files(shop: OrmoluServer) -> list[Path]:
    return list((shop.folder / "warehouse" / "lakehouse" / "silver").glob("readings-*/data/**/*.parquet"))


def holds_march(path: Path) -> bool:
    day: date = pq.read_table(path, columns=["day"])["day"][0].as_py()
    return day.month == 3


def counted(shop: OrmoluServer, name: str) -> int:
    with urlopen(f"{shop.web_address}metrics") as page:
        found = re.search(rf"^ormolu_scan_files_{name}_total (\S+)$", page.read().decode(), re.MULTILINE)
    assert found is not None
    return int(float(found[1]))
