"""psycopg 3."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row, namedtuple_row, scalar_row
from psycopg.types import TypeInfo
from psycopg.types.json import Jsonb

from clients.check.frame import Client, Place
from clients.check.psql import SLOW
from clients.check.python_psycopg2 import installed

CLIENT = Client("psycopg 3", lambda: installed("psycopg"))

VALUES: tuple[object, ...] = (
    1,
    2**40,
    1.5,
    Decimal("1.50"),
    Decimal("-12345678901234567890.25"),
    "é'\\",
    b"\x00\xff",
    date(2026, 1, 2),
    time(1, 2, 3, 4),
    datetime(2026, 1, 2, 3, 4, 5, 6),
    datetime(2026, 1, 2, tzinfo=UTC),
    timedelta(days=1, seconds=5),
    UUID(int=5),
    True,
    [1, None, 3],
    None,
)


def _connect(place: Place, *, autocommit: bool = True, **options: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(place.url, password=place.password, autocommit=autocommit, **options)


@CLIENT.check
def values_go_there_and_back_in_text_and_binary(place: Place) -> None:
    with _connect(place) as connection:
        for is_binary in (False, True):
            for value in VALUES:
                row = connection.execute("SELECT %s AS x", (value,), binary=is_binary).fetchone()
                assert row == (value,), (is_binary, value, row)
        row = connection.execute("SELECT %s, %s::text[]", (Jsonb({"a": [1]}), ["a", None])).fetchone()
        assert row == ({"a": [1]}, ["a", None])


@CLIENT.check
def every_column_arrives_in_binary(place: Place) -> None:
    with _connect(place) as connection:
        query = "SELECT * FROM silver.customers ORDER BY customer_id"
        text = connection.execute(query).fetchall()
        assert connection.execute(query, binary=True).fetchall() == text
        assert text[0][3:8] == (Decimal("10.50"), datetime(2025, 1, 1, tzinfo=UTC), True, ["a", "b"], {"k": 1})


@CLIENT.check
def a_pipeline_sends_without_waiting(place: Place) -> None:
    with _connect(place) as connection:
        with connection.pipeline():
            cursors = [connection.execute("SELECT %s::int", (number,)) for number in range(20)]
        assert [cursor.fetchone() for cursor in cursors] == [(number,) for number in range(20)]


@CLIENT.check
def a_pipeline_goes_on_after_an_error(place: Place) -> None:
    with _connect(place) as connection:
        try:
            with connection.pipeline() as pipeline:
                connection.execute("SELECT 1")
                connection.execute("SELECT nothing")
                connection.execute("SELECT 2")
                pipeline.sync()
        except psycopg.errors.UndefinedColumn:
            assert connection.execute("SELECT 3").fetchone() == (3,)
        else:
            raise AssertionError("the error was not told")


@CLIENT.check
def server_cursors_take_parameters_and_scroll(place: Place) -> None:
    with _connect(place, autocommit=False) as connection, connection.cursor("there", scrollable=True) as cursor:
        cursor.execute("SELECT id, amount FROM silver.numbers WHERE id < %s ORDER BY id", (100,), binary=True)
        assert cursor.fetchmany(2) == [(0, Decimal("0.00")), (1, Decimal("1.25"))]
        cursor.scroll(5)
        assert cursor.fetchone() == (7, Decimal("8.75"))
        assert len(cursor.fetchall()) == 92


@CLIENT.check
def copy_moves_rows_in_binary(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT * FROM silver.orders ORDER BY 1) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int8", "int8", "date", "float8"])
            first, *_ = copy.rows()
            assert first == (1, 1, date(2025, 1, 3), 99.5)
        with cursor.copy("COPY bronze.inbox (id, label) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            copy.write_row((301, "from psycopg 3"))
            copy.write_row((302, None))
        assert cursor.rowcount == 2
        cursor.execute("SELECT label FROM bronze.inbox WHERE id IN (301, 302) ORDER BY id")
        assert cursor.fetchall() == [("from psycopg 3",), (None,)]


@CLIENT.check
def copy_moves_rows_in_text(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY silver.orders TO STDOUT") as copy:
            assert sorted(copy.rows())[0] == ("1", "1", "2025-01-03", "99.5")
        with cursor.copy("COPY bronze.inbox (id, label) FROM STDIN (FORMAT text)") as copy:
            copy.write_row((303, "tab\tand\nline"))
        cursor.execute("SELECT label FROM bronze.inbox WHERE id = 303")
        assert cursor.fetchall() == [("tab\tand\nline",)]


@dataclass
class Order:
    order_id: int
    total: float


@CLIENT.check
def row_factories_shape_rows(place: Place) -> None:
    query = "SELECT order_id, total FROM silver.orders ORDER BY 1"
    with _connect(place) as connection:
        assert connection.cursor(row_factory=dict_row).execute(query).fetchone() == {"order_id": 1, "total": 99.5}
        named = connection.cursor(row_factory=namedtuple_row).execute(query).fetchone()
        assert named is not None and named[1] == 99.5
        assert connection.cursor(row_factory=class_row(Order)).execute(query).fetchone() == Order(1, 99.5)
        assert connection.cursor(row_factory=scalar_row).execute(query).fetchall() == [1, 2, 3]


@CLIENT.check
def statements_are_prepared_after_some_uses(place: Place) -> None:
    with _connect(place, prepare_threshold=2) as connection:
        for number in range(6):
            connection.execute("SELECT name FROM silver.customers WHERE customer_id = %s", (number,))
        (count,) = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() or (0,)
        assert count == 1
        connection.execute("DEALLOCATE ALL")


@CLIENT.check
def transactions_nest_in_savepoints(place: Place) -> None:
    with _connect(place, autocommit=False) as connection:
        with connection.transaction():
            try:
                with connection.transaction():
                    connection.execute("SELECT nothing")
            except psycopg.errors.UndefinedColumn:
                pass
            assert connection.execute("SELECT 1").fetchone() == (1,)
            with connection.transaction(force_rollback=True):
                connection.execute("SELECT 2")
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        connection.read_only = True
        assert connection.execute("SHOW transaction_isolation").fetchone() == ("serializable",)


@CLIENT.check
def rows_are_streamed(place: Place) -> None:
    with _connect(place) as connection:
        rows = connection.cursor().stream("SELECT id FROM silver.numbers ORDER BY id")
        assert sum(1 for _ in rows) == 30_000


@CLIENT.check
def cancel_stops_a_query(place: Place) -> None:
    with _connect(place) as connection:
        threading.Timer(0.3, connection.cancel_safe).start()
        try:
            connection.execute(SLOW)
        except psycopg.errors.QueryCanceled:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        else:
            raise AssertionError("the query was not canceled")


@CLIENT.check
def types_are_looked_up(place: Place) -> None:
    with _connect(place) as connection:
        found = TypeInfo.fetch(connection, "numeric")
        assert found is not None and (found.oid, found.array_oid) == (1700, 1231)
        assert TypeInfo.fetch(connection, "hstore") is None


@CLIENT.check
def queries_are_composed_of_identifiers(place: Place) -> None:
    query = sql.SQL("SELECT {column} FROM {table} WHERE {key} = {value}").format(
        column=sql.Identifier("name"),
        table=sql.Identifier("silver", "customers"),
        key=sql.Identifier("customer_id"),
        value=sql.Literal(1),
    )
    with _connect(place, cursor_factory=psycopg.ClientCursor) as connection:
        assert connection.execute(query).fetchall() == [("Ada",)]
        assert connection.execute("SELECT %s, %s", ("it's", date(2026, 1, 1))).fetchone() == ("it's", date(2026, 1, 1))
    with _connect(place, cursor_factory=psycopg.RawCursor) as connection:
        assert connection.execute("SELECT $1::int + $2::int", (1, 2)).fetchone() == (3,)


@CLIENT.check
def notifications_arrive(place: Place) -> None:
    with _connect(place) as connection, _connect(place) as other:
        connection.execute("LISTEN from_psycopg3")
        other.execute("NOTIFY from_psycopg3, 'hello'")
        assert [each.payload for each in connection.notifies(timeout=5, stop_after=1)] == ["hello"]


@CLIENT.check
def many_parameters_are_executed_in_one_go(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT %s::int", [(1,), (2,), (3,)], returning=True)
        found = [cursor.fetchone()]
        while cursor.nextset():
            found.append(cursor.fetchone())
        assert found == [(1,), (2,), (3,)]


@CLIENT.check
def the_asynchronous_driver_does_all_that(place: Place) -> None:
    async def work() -> list[Any]:
        found: list[Any] = []
        async with await psycopg.AsyncConnection.connect(
            place.url, password=place.password, autocommit=True
        ) as connection:
            found.append(await (await connection.execute("SELECT %s::int", (1,))).fetchone())
            async with connection.pipeline():
                cursor = await connection.execute("SELECT 2")
            found.append(await cursor.fetchone())
            async with connection.cursor("held", withhold=True) as server:
                await server.execute("SELECT 3")
                found.append(await server.fetchone())
            async with connection.cursor().copy("COPY (SELECT 4) TO STDOUT") as copy:
                found += [bytes(block) async for block in copy]
        return found

    assert asyncio.run(work()) == [(1,), (2,), (3,), b"4\n"]
