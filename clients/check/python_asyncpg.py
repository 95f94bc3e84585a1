"""asyncpg."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clients.check.frame import Client, Place
from clients.check.psql import SLOW
from clients.check.python_psycopg2 import installed

CLIENT = Client("asyncpg", lambda: installed("asyncpg"))
# Any: asyncpg has no types.

VALUES: tuple[tuple[str, object], ...] = (
    ("int2", 1),
    ("int8", 2**40),
    ("float4", 1.5),
    ("float8", 1.5),
    ("numeric", Decimal("1.50")),
    ("text", "é"),
    ("varchar", "t"),
    ("bytea", b"\x00\xff"),
    ("date", date(2026, 1, 2)),
    ("time", time(1, 2, 3, 4)),
    ("timestamp", datetime(2026, 1, 2, 3, 4, 5, 6)),
    ("timestamptz", datetime(2026, 1, 2, tzinfo=UTC)),
    ("interval", timedelta(days=1, seconds=5)),
    ("uuid", UUID(int=5)),
    ("bool", True),
    ("json", '{"a": 1}'),
    ("jsonb", '{"a": 1}'),
    ("int4[]", [1, None]),
    ("text[]", ["a", None]),
    ("numeric[]", [Decimal("1.5")]),
    ("date[]", [date(2026, 1, 1)]),
    ("timestamptz[]", [datetime(2026, 1, 2, tzinfo=UTC)]),
    ("uuid[]", [UUID(int=5)]),
    ("bool[]", [True]),
)


def _with(place: Place, work: Callable[[Any], Awaitable[None]], **options: Any) -> None:
    import asyncpg

    async def run() -> None:
        connection = await asyncpg.connect(place.url, password=place.password, **options)
        try:
            await work(connection)
        finally:
            await connection.close(timeout=5)

    asyncio.run(run())


@CLIENT.check
def values_go_there_and_back(place: Place) -> None:
    async def work(connection: Any) -> None:
        for kind, value in VALUES:
            found = await connection.fetchval(f"SELECT $1::{kind}", value)
            assert found == value, (kind, value, found)

    _with(place, work)


@CLIENT.check
def the_server_infers_parameters(place: Place) -> None:
    async def work(connection: Any) -> None:
        query = (
            "SELECT order_id FROM silver.orders WHERE order_date BETWEEN $1 AND $2 AND total > $3 ORDER BY 1 LIMIT $4"
        )
        found = await connection.fetch(query, date(2025, 1, 1), date(2025, 12, 31), 5.0, 2)
        assert [row["order_id"] for row in found] == [1, 2]
        assert await connection.fetchval("SELECT 'a' || $1", "b") == "ab"
        assert await connection.fetchval("SELECT name FROM silver.customers WHERE customer_id = ANY($1)", [2]) == "Bob"
        assert await connection.fetchval("SELECT date_trunc($1, TIMESTAMP '2026-05-06')", "month") == datetime(
            2026, 5, 1
        )

    _with(place, work)


@CLIENT.check
def prepared_statements_tell_their_types(place: Place) -> None:
    async def work(connection: Any) -> None:
        prepared = await connection.prepare("SELECT name, amount, tags FROM silver.customers WHERE customer_id = $1")
        assert [each.name for each in prepared.get_parameters()] == ["int8"]
        assert [(each.name, each.type.name) for each in prepared.get_attributes()] == [
            ("name", "text"),
            ("amount", "numeric"),
            ("tags", "text[]"),
        ]
        assert tuple(await prepared.fetchrow(1)) == ("Ada", Decimal("10.50"), ["a", "b"])

    _with(place, work)


@CLIENT.check
def types_are_introspected(place: Place) -> None:
    async def work(connection: Any) -> None:
        row = await connection.fetchrow("SELECT 'silver.orders'::regclass AS r, indkey FROM pg_index LIMIT 1")
        assert row["r"] == "orders"
        domain = await connection.fetchval("SELECT table_name FROM information_schema.tables ORDER BY 1 LIMIT 1")
        assert isinstance(domain, str)

    _with(place, work)


@CLIENT.check
def cursors_read_in_pieces(place: Place) -> None:
    async def work(connection: Any) -> None:
        async with connection.transaction():
            query = "SELECT id FROM silver.numbers WHERE id < $1 ORDER BY id"
            assert [row[0] async for row in connection.cursor(query, 2000, prefetch=100)] == list(range(2000))
            cursor = await connection.cursor(query, 100)
            assert [row[0] for row in await cursor.fetch(2)] == [0, 1]
            assert await cursor.forward(3) == 3
            assert (await cursor.fetchrow())[0] == 5

    _with(place, work)


@CLIENT.check
def records_are_copied_in(place: Place) -> None:
    async def work(connection: Any) -> None:
        done = await connection.copy_records_to_table(
            "inbox", schema_name="bronze", columns=["id", "label"], records=[(401, "from asyncpg"), (402, None)]
        )
        assert done == "COPY 2"
        done = await connection.copy_to_table(
            "inbox", schema_name="bronze", columns=["id", "label"], source=io.BytesIO(b"403,csv\n"), format="csv"
        )
        assert done == "COPY 1"
        query = "SELECT label FROM bronze.inbox WHERE id BETWEEN 401 AND 403 ORDER BY id"
        assert [row[0] for row in await connection.fetch(query)] == ["from asyncpg", None, "csv"]

    _with(place, work)


@CLIENT.check
def queries_are_copied_out(place: Place) -> None:
    async def work(connection: Any) -> None:
        out = io.BytesIO()
        query = "SELECT order_id, total FROM silver.orders WHERE order_id < $1 ORDER BY 1"
        assert await connection.copy_from_query(query, 3, output=out, format="csv", header=True) == "COPY 2"
        assert out.getvalue() == b"order_id,total\n1,99.5\n2,12.25\n"
        binary = io.BytesIO()
        await connection.copy_from_table("orders", schema_name="silver", output=binary, format="binary")
        assert binary.getvalue().startswith(b"PGCOPY\n")

    _with(place, work)


@CLIENT.check
def transactions_nest_and_read_only_is_kept(place: Place) -> None:
    import asyncpg

    async def work(connection: Any) -> None:
        async with connection.transaction(isolation="serializable", readonly=True, deferrable=True):
            assert await connection.fetchval("SHOW transaction_isolation") == "serializable"
            try:
                async with connection.transaction():
                    await connection.fetch("SELECT nothing")
            except asyncpg.UndefinedColumnError:
                pass
            assert await connection.fetchval("SELECT 1") == 1

    _with(place, work)


@CLIENT.check
def listeners_are_called(place: Place) -> None:
    async def work(connection: Any) -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()
        await connection.add_listener("from_asyncpg", lambda *told: heard.put_nowait(told[3]))
        await connection.execute("NOTIFY from_asyncpg, 'hello'")
        assert await asyncio.wait_for(heard.get(), 5) == "hello"

    _with(place, work)


@CLIENT.check
def codecs_are_set_for_a_type(place: Place) -> None:
    async def work(connection: Any) -> None:
        await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
        await connection.set_type_codec("numeric", encoder=str, decoder=float, schema="pg_catalog", format="text")
        row = await connection.fetchrow(
            "SELECT $1::jsonb, $2::numeric, doc FROM silver.customers LIMIT 1", {"a": 1}, 1.5
        )
        assert (row[0], row[1]) == ({"a": 1}, 1.5)

    _with(place, work)


@CLIENT.check
def settings_are_given_at_the_start(place: Place) -> None:
    async def work(connection: Any) -> None:
        assert await connection.fetchval("SELECT count(*) FROM orders") == 3
        assert await connection.fetchval("SHOW application_name") == "matrix"
        assert connection.get_settings().TimeZone == "Asia/Tokyo"

    settings = {"application_name": "matrix", "search_path": "silver", "jit": "off", "timezone": "Asia/Tokyo"}
    _with(place, work, server_settings=settings)


@CLIENT.check
def a_timeout_cancels_the_query(place: Place) -> None:
    async def work(connection: Any) -> None:
        try:
            await connection.fetch(SLOW, timeout=0.3)
        except TimeoutError:
            assert await connection.fetchval("SELECT 1") == 1
        else:
            raise AssertionError("the query was not canceled")

    _with(place, work)


@CLIENT.check
def a_pool_resets_its_connections(place: Place) -> None:
    import asyncpg

    async def work() -> list[str]:
        seen = []
        async with asyncpg.create_pool(place.url, password=place.password, min_size=1, max_size=1) as pool:
            for _ in range(3):
                async with pool.acquire() as connection:
                    seen.append(await connection.fetchval("SHOW statement_timeout"))
                    await connection.execute("SET statement_timeout = 1000")
        return seen

    assert asyncio.run(work()) == ["0", "0", "0"]
