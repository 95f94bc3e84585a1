"""asyncpg, pg8000 and psql against the wire."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pg8000.native
import pytest

from tests.peers.missing import missing
from tests.wire.conftest import DATABASE, NUMBERS_ROWS, PASSWORD, ROLE, House

# asyncpg looks arrays up in pg_type, which this house does not have.
BUILT_IN = """id, a_bool, a_int2, a_float4, a_float8, a_numeric, a_text, a_bytea, a_date, a_time, a_timestamp,
    a_timestamptz, an_interval, a_uuid, a_json"""


def with_asyncpg(house: House, work: Any, **options: Any) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=house.port, user=ROLE, password=PASSWORD, database=DATABASE, **options
        )
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_asyncpg_reads_every_type_in_binary(house: House) -> None:
    async def work(connection: Any) -> Any:
        return await connection.fetch(f"SELECT {BUILT_IN} FROM gold.types ORDER BY id")

    first, second = with_asyncpg(house, work)
    assert tuple(first) == (
        1, True, 2, 1.5, 1e20, Decimal("123.4500"), "text", b"bytes", date(2026, 11, 23), time(1, 2, 3, 500_000),
        datetime(2026, 11, 23, 1, 2, 3, 250_000), datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC),
        timedelta(days=367, hours=3), UUID("12345678-1234-5678-1234-567812345678"), '{"a": [1, null]}',
    )  # fmt: skip
    assert tuple(second) == (2, *[None] * 14)


def test_asyncpg_lets_the_server_infer_parameters(house: House) -> None:
    async def work(connection: Any) -> Any:
        query = "SELECT id, amount FROM numbers WHERE id = $1 AND amount < $2 AND at >= $3"
        return await connection.fetchrow(query, 7, Decimal("100.5"), datetime(2026, 1, 1))

    assert tuple(with_asyncpg(house, work)) == (7, Decimal("8.75"))


def test_asyncpg_reads_a_cursor_in_pieces(house: House) -> None:
    async def work(connection: Any) -> Any:
        async with connection.transaction():
            cursor = await connection.cursor("SELECT id FROM numbers ORDER BY id")
            first = await cursor.fetch(3)
            assert await connection.fetchval("SELECT count(*) FROM numbers") == NUMBERS_ROWS
            await cursor.forward(5)
            return [row["id"] for row in first], (await cursor.fetchrow())["id"]

    assert with_asyncpg(house, work) == ([0, 1, 2], 8)


def test_asyncpg_sees_errors_and_goes_on(house: House) -> None:
    async def work(connection: Any) -> Any:
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.fetch("SELECT * FROM nope")
        with pytest.raises(asyncpg.QueryCanceledError):
            await connection.execute("SET statement_timeout = 100")
            await connection.fetch("SELECT * FROM slow")
        await connection.execute("RESET ALL")
        return await connection.fetchval("SELECT 1")

    assert with_asyncpg(house, work) == 1


def test_asyncpg_cancels_when_its_task_is_cancelled(house: House) -> None:
    async def work(connection: Any) -> Any:
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetch("SELECT * FROM slow", timeout=0.3)
        return await connection.fetchval("SELECT 1")

    assert with_asyncpg(house, work) == 1


def test_asyncpg_gives_a_connection_back_to_its_pool_and_takes_it_again(house: House) -> None:
    async def work() -> list[str]:
        seen = []
        async with asyncpg.create_pool(
            host="127.0.0.1", port=house.port, user=ROLE, password=PASSWORD, database=DATABASE, min_size=1, max_size=1
        ) as pool:
            for _ in range(3):
                async with pool.acquire() as connection:
                    seen.append(await connection.fetchval("SHOW lake_notices"))
                    await connection.execute("SET lake_notices = off")
        return seen

    assert asyncio.run(work()) == ["on", "on", "on"]


def test_asyncpg_opens_a_transaction_that_only_reads(house: House) -> None:
    async def work(connection: asyncpg.Connection) -> int:
        async with connection.transaction(readonly=True, isolation="repeatable_read"):
            count: int = await connection.fetchval("SELECT count(*) FROM numbers")
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with connection.transaction(readonly=True):
                await connection.execute("DELETE FROM quarantine.numbers WHERE id = 1")
        return count

    assert with_asyncpg(house, work) == NUMBERS_ROWS


def test_pg8000_reads_rows_and_sends_parameters(house: House) -> None:
    address = {"host": "127.0.0.1", "port": house.port, "password": PASSWORD, "database": DATABASE}
    with pg8000.native.Connection(ROLE, **address) as connection:
        assert connection.run("SELECT id, name FROM numbers WHERE id = :id", id=3) == [[3, "row 3"]]
        assert connection.run("SELECT CAST(:x AS text), CAST(:y AS numeric)", x="é'\\", y=Decimal("1.5")) == [
            ["é'\\", Decimal("1.5")]
        ]
        connection.run("START TRANSACTION")
        connection.run("ROLLBACK")
        with pytest.raises(pg8000.native.DatabaseError):
            connection.run("SELECT * FROM nope")
        assert connection.run("SELECT 1") == [[1]]


def psql(house: House, *commands: str, fails: bool = False) -> str:
    if shutil.which("psql") is None:
        missing("psql")
    argv = ["psql", "-X", "-h", "127.0.0.1", "-p", str(house.port), "-U", ROLE, "-d", DATABASE, "-v", "ON_ERROR_STOP=1"]
    for command in commands:
        argv += ["-c", command]
    done = subprocess.run(
        argv, check=False, capture_output=True, text=True, env=os.environ | {"PGPASSWORD": PASSWORD}, timeout=30
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else done.stdout


def test_psql_shows_a_table(house: House) -> None:
    assert psql(house, "SELECT id, name, amount, at, is_even FROM numbers WHERE id IN (0, 1) ORDER BY id") == (
        " id | name  | amount |         at          | is_even \n"
        "----+-------+--------+---------------------+---------\n"
        "  0 |       |   0.00 | 2026-01-01 00:00:00 | t\n"
        "  1 | row 1 |   1.25 | 2026-01-01 00:00:01 | f\n"
        "(2 rows)\n\n"
    )


def test_psql_points_at_the_error(house: House) -> None:
    assert "LINE 1: SELECT * FROM numberz\n                      ^" in psql(house, "SELECT * FROM numberz", fails=True)


def test_psql_copies_both_ways(house: House, tmp_path: Any) -> None:
    target = tmp_path / "numbers.csv"
    psql(house, f"\\copy (SELECT id, half FROM numbers ORDER BY id) TO '{target}' CSV HEADER")
    lines = target.read_text().splitlines()
    assert lines[:3] == ["id,half", "0,0", "1,0.5"]
    assert len(lines) == NUMBERS_ROWS + 1
    assert psql(house, f"\\copy bronze.sales FROM '{target}' CSV HEADER") == f"COPY {NUMBERS_ROWS + 1}\n"


def test_psql_fetches_in_pieces(house: House) -> None:
    shown = psql(house, "\\set FETCH_COUNT 1000", "SELECT id FROM numbers ORDER BY id")
    assert shown.count("\n") > NUMBERS_ROWS
