"""psycopg 2."""

from __future__ import annotations

import io
import select
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from typing import Any
from uuid import UUID

from clients.check.frame import Client, NotInstalled, Place
from clients.check.psql import SLOW


def installed(package: str) -> str:
    """The version of a Python package."""
    try:
        return package_version(package)
    except PackageNotFoundError:
        raise NotInstalled(package) from None


CLIENT = Client("psycopg 2", lambda: installed("psycopg2-binary"))
# Any: psycopg2 has no types.


def _connect(place: Place, *, autocommit: bool = True, **options: Any) -> Any:
    import psycopg2

    connection = psycopg2.connect(
        host=place.host, port=place.port, user=place.user, password=place.password, dbname=place.database, **options
    )
    connection.autocommit = autocommit
    return connection


def _rows(place: Place, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    cursor = _connect(place).cursor()
    cursor.execute(query, parameters)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@CLIENT.check
def every_column_arrives_as_its_python_type(place: Place) -> None:
    first = _rows(place, "SELECT * FROM silver.customers WHERE customer_id = 1")[0]
    assert first == (
        1, "Ada", "ada@example.com", Decimal("10.50"), datetime(2025, 1, 1, tzinfo=UTC), True, ["a", "b"], {"k": 1},
        str(UUID(int=5)), date(2025, 1, 1),
    )  # fmt: skip


@CLIENT.check
def parameters_are_written_into_the_query(place: Place) -> None:
    given = (7, "it's \\ é", date(2026, 1, 2), Decimal("1.50"), None, True, [1, 2], b"\x00\xff")
    (row,) = _rows(place, "SELECT %s, %s, %s, %s, %s, %s, %s, %s", given)
    assert (*row[:7], bytes(row[7])) == given
    query = "SELECT name FROM silver.customers WHERE customer_id IN %s AND customer_id = ANY(%s)"
    assert _rows(place, query, ((1, 2), [2, 3])) == [("Bob",)]


@CLIENT.check
def columns_are_described_with_type_and_scale(place: Place) -> None:
    cursor = _connect(place).cursor()
    cursor.execute("SELECT customer_id, email, amount FROM silver.customers")
    assert [(each.name, each.type_code, each.precision, each.scale) for each in cursor.description] == [
        ("customer_id", 20, None, None),
        ("email", 1043, None, None),
        ("amount", 1700, 18, 2),
    ]


@CLIENT.check
def a_named_cursor_reads_in_pieces(place: Place) -> None:
    connection = _connect(place, autocommit=False)
    with connection.cursor("pieces") as cursor:
        cursor.itersize = 1000
        cursor.execute("SELECT id FROM silver.numbers WHERE id < %s ORDER BY id", (10_000,))
        assert [row[0] for row in cursor] == list(range(10_000))
    with connection.cursor("back_and_forth", scrollable=True) as cursor:
        cursor.execute("SELECT id FROM silver.numbers ORDER BY id")
        cursor.scroll(10)
        assert cursor.fetchone() == (10,)
        cursor.scroll(0, mode="absolute")
        assert cursor.fetchone() == (0,)


@CLIENT.check
def a_held_cursor_outlives_its_transaction(place: Place) -> None:
    connection = _connect(place, autocommit=False)
    cursor = connection.cursor("held", withhold=True)
    cursor.execute("SELECT id FROM silver.numbers ORDER BY id")
    assert cursor.fetchmany(2) == [(0,), (1,)]
    connection.commit()
    assert cursor.fetchmany(2) == [(2,), (3,)]
    cursor.close()


@CLIENT.check
def execute_values_joins_its_rows(place: Place) -> None:
    from psycopg2.extras import execute_batch, execute_values

    cursor = _connect(place).cursor()
    query = (
        "SELECT c.name, v.label FROM silver.customers AS c JOIN (VALUES %s) AS v (id, label) ON"
        " v.id = c.customer_id ORDER BY 1"
    )
    assert execute_values(cursor, query, [(1, "one"), (2, "two"), (9, "nine")], fetch=True) == [
        ("Ada", "one"),
        ("Bob", "two"),
    ]
    execute_batch(cursor, "SELECT %s", [(1,), (2,), (3,)], page_size=2)


@CLIENT.check
def copy_expert_goes_both_ways(place: Place) -> None:
    cursor = _connect(place).cursor()
    out = io.StringIO()
    cursor.copy_expert("COPY (SELECT order_id, total FROM silver.orders ORDER BY 1) TO STDOUT WITH CSV HEADER", out)
    assert out.getvalue() == "order_id,total\n1,99.5\n2,12.25\n3,7.75\n"
    cursor.copy_expert("COPY bronze.inbox FROM STDIN WITH (FORMAT csv)", io.StringIO("201,from psycopg 2\n"))
    assert cursor.rowcount == 1
    cursor.execute("SET search_path = bronze")
    cursor.copy_from(io.StringIO("202\t\\N\n"), "inbox", columns=("id", "label"))
    cursor.execute("SELECT id, label FROM inbox WHERE id IN (201, 202) ORDER BY id")
    assert cursor.fetchall() == [(201, "from psycopg 2"), (202, None)]


@CLIENT.check
def isolation_levels_and_sessions_are_set(place: Place) -> None:
    from psycopg2 import errors, extensions

    connection = _connect(place, autocommit=False)
    cursor = connection.cursor()
    for level, name in (
        (extensions.ISOLATION_LEVEL_READ_COMMITTED, "read committed"),
        (extensions.ISOLATION_LEVEL_REPEATABLE_READ, "repeatable read"),
        (extensions.ISOLATION_LEVEL_SERIALIZABLE, "serializable"),
    ):
        connection.set_isolation_level(level)
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == (name,)
        connection.commit()
    connection.set_session(readonly=True, deferrable=True)
    try:
        cursor.execute("DELETE FROM quarantine.orders")
    except errors.ReadOnlySqlTransaction:
        connection.rollback()
    else:
        raise AssertionError("a read-only session wrote")


@CLIENT.check
def an_error_carries_its_state_and_position(place: Place) -> None:
    from psycopg2 import errors

    connection = _connect(place, autocommit=False)
    cursor = connection.cursor()
    try:
        cursor.execute("SELECT nothing FROM silver.customers")
    except errors.UndefinedColumn as told:
        assert (told.pgcode, told.diag.statement_position) == ("42703", "8")
    try:
        cursor.execute("SELECT 1")
    except errors.InFailedSqlTransaction:
        connection.rollback()
    cursor.execute("SELECT 1")
    assert cursor.fetchone() == (1,)


@CLIENT.check
def cancel_stops_a_query(place: Place) -> None:
    from psycopg2 import errors

    connection = _connect(place)
    threading.Timer(0.3, connection.cancel).start()
    try:
        connection.cursor().execute(SLOW)
    except errors.QueryCanceled:
        assert _rows(place, "SELECT 1") == [(1,)]
    else:
        raise AssertionError("the query was not canceled")


@CLIENT.check
def notifications_arrive(place: Place) -> None:
    connection = _connect(place)
    connection.cursor().execute("LISTEN from_psycopg2")
    _connect(place).cursor().execute("NOTIFY from_psycopg2, 'hello'")
    select.select([connection], [], [], 5)
    connection.poll()
    assert [(each.channel, each.payload) for each in connection.notifies] == [("from_psycopg2", "hello")]


@CLIENT.check
def notices_are_collected(place: Place) -> None:
    connection = _connect(place)
    connection.cursor().execute("CREATE SCHEMA IF NOT EXISTS gold")
    assert connection.notices == ['NOTICE:  schema "gold" already exists, skipping\n']


@CLIENT.check
def rows_come_as_dictionaries_and_named_tuples(place: Place) -> None:
    from psycopg2.extras import NamedTupleCursor, RealDictCursor

    for factory, read in ((RealDictCursor, dict), (NamedTupleCursor, lambda row: row._asdict())):
        cursor = _connect(place, cursor_factory=factory).cursor()
        cursor.execute("SELECT 1 AS a, 'x' AS b")
        assert read(cursor.fetchone()) == {"a": 1, "b": "x"}


@CLIENT.check
def a_pool_gives_connections_back_clean(place: Place) -> None:
    from psycopg2.pool import SimpleConnectionPool

    pool = SimpleConnectionPool(1, 1, place.url, password=place.password)
    for _ in range(2):
        connection = pool.getconn()
        cursor = connection.cursor()
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
        cursor.execute("SET statement_timeout = 1000")
        pool.putconn(connection)
    pool.closeall()


@CLIENT.check
def an_asynchronous_connection_waits(place: Place) -> None:
    import psycopg2
    from psycopg2.extras import wait_select

    connection = psycopg2.connect(place.url, password=place.password, async_=1)
    wait_select(connection)
    cursor = connection.cursor()
    cursor.execute("SELECT 42")
    wait_select(connection)
    assert cursor.fetchall() == [(42,)]


@CLIENT.check
def the_servers_parameters_are_known(place: Place) -> None:
    connection = _connect(place)
    assert connection.server_version >= 150000
    assert connection.encoding == "UTF8"
    assert connection.get_parameter_status("standard_conforming_strings") == "on"
    assert connection.info.transaction_status == 0
