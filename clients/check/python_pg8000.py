"""pg8000, which is Python alone."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clients.check.frame import Client, Place
from clients.check.python_psycopg2 import installed

CLIENT = Client("pg8000", lambda: installed("pg8000"))
# Any: pg8000 has no types.


def _native(place: Place) -> Any:
    import pg8000.native

    return pg8000.native.Connection(
        place.user, host=place.host, port=place.port, password=place.password, database=place.database
    )


def _dbapi(place: Place) -> Any:
    import pg8000.dbapi

    return pg8000.dbapi.connect(
        place.user, host=place.host, port=place.port, password=place.password, database=place.database
    )


@CLIENT.check
def every_column_arrives_as_its_python_type(place: Place) -> None:
    connection = _native(place)
    (row,) = connection.run("SELECT * FROM silver.customers WHERE customer_id = :id", id=1)
    assert row == [
        1, "Ada", "ada@example.com", Decimal("10.50"), datetime(2025, 1, 1, tzinfo=UTC), True, ["a", "b"], {"k": 1},
        UUID(int=5), date(2025, 1, 1),
    ]  # fmt: skip
    assert [column["name"] for column in connection.columns][:3] == ["customer_id", "name", "email"]


@CLIENT.check
def untyped_parameters_take_the_type_of_their_place(place: Place) -> None:
    connection = _native(place)
    query = "SELECT order_id FROM silver.orders WHERE order_date >= :day AND total > :least AND order_id IN (:a, :b)"
    assert connection.run(query, day=date(2025, 1, 4), least=Decimal("10.5"), a=2, b=3) == [[2]]
    query = "SELECT CAST(:d AS interval), CAST(:n AS numeric), CAST(:l AS int[]), CAST(:t AS timestamp)"
    given = {"d": timedelta(days=1), "n": Decimal("1.5"), "l": [1, 2], "t": datetime(2026, 1, 2, 3, 4, 5)}
    assert connection.run(query, **given) == [list(given.values())]


@CLIENT.check
def the_dbapi_counts_and_describes(place: Place) -> None:
    connection = _dbapi(place)
    cursor = connection.cursor()
    cursor.execute("SELECT order_id, total FROM silver.orders WHERE order_id > %s ORDER BY 1", (1,))
    assert [each[0] for each in cursor.description] == ["order_id", "total"]
    assert cursor.fetchmany(1) == ([2, 12.25],)
    assert cursor.rowcount == 2
    cursor.executemany("SELECT %s::int", [(1,), (2,)])
    connection.commit()
    connection.autocommit = True
    cursor.execute("SELECT 1")
    assert cursor.fetchone() == [1]


@CLIENT.check
def prepared_statements_run_again(place: Place) -> None:
    prepared = _native(place).prepare("SELECT name FROM silver.customers WHERE customer_id = :id")
    assert [prepared.run(id=number) for number in (1, 2)] == [[["Ada"]], [["Bob"]]]
    prepared.close()


@CLIENT.check
def copy_goes_both_ways(place: Place) -> None:
    connection = _native(place)
    out = io.BytesIO()
    connection.run(
        "COPY (SELECT order_id, total FROM silver.orders ORDER BY 1) TO STDOUT WITH (FORMAT csv)", stream=out
    )
    assert out.getvalue() == b"1,99.5\n2,12.25\n3,7.75\n"
    connection.run("COPY bronze.inbox FROM STDIN WITH (FORMAT csv)", stream=io.StringIO("501,from pg8000\n"))
    assert connection.run("SELECT label FROM bronze.inbox WHERE id = 501") == [["from pg8000"]]


@CLIENT.check
def errors_carry_their_state(place: Place) -> None:
    import pg8000.native

    connection = _native(place)
    try:
        connection.run("SELECT nothing FROM silver.orders")
    except pg8000.native.DatabaseError as told:
        assert told.args[0]["C"] == "42703"
    assert connection.run("SELECT 1") == [[1]]


@CLIENT.check
def notifications_and_notices_are_collected(place: Place) -> None:
    connection = _native(place)
    connection.run("LISTEN from_pg8000")
    connection.run("NOTIFY from_pg8000, 'hello'")
    connection.run("SELECT 1")
    assert [each[1:] for each in connection.notifications] == [("from_pg8000", "hello")]
    connection.run("CREATE SCHEMA IF NOT EXISTS gold")
    assert connection.notices[0][b"M"] == b'schema "gold" already exists, skipping'


@CLIENT.check
def times_follow_the_sessions_zone(place: Place) -> None:
    connection = _native(place)
    connection.run("SET TIME ZONE 'Europe/Paris'")
    ((found,),) = connection.run("SELECT created_at FROM silver.customers WHERE customer_id = 1")
    assert found == datetime(2025, 1, 1, tzinfo=UTC)
    assert found.utcoffset() == timedelta(hours=1)
