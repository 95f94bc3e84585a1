"""SQLAlchemy 2 over each of its PostgreSQL drivers: reflection, expressions, streams, isolation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

from clients.check.frame import Check, Client, Place
from clients.check.python_psycopg2 import installed


def _url(place: Place, driver: str) -> sa.URL:
    return sa.URL.create(f"postgresql+{driver}", place.user, place.password, place.host, place.port, place.database)


def _on(driver: str, work: Callable[[sa.Connection], None]) -> Callable[[Place], None]:
    """The check, on a connection of the driver."""

    def run(place: Place) -> None:
        engine = sa.create_engine(_url(place, driver))
        try:
            with engine.connect() as connection:
                work(connection)
        finally:
            engine.dispose()

    async def run_in_loop(place: Place) -> None:
        engine = create_async_engine(_url(place, driver))
        try:
            async with engine.connect() as connection:
                await connection.run_sync(work)
        finally:
            await engine.dispose()

    return (lambda place: asyncio.run(run_in_loop(place))) if driver == "asyncpg" else run


def names_are_listed(connection: sa.Connection) -> None:
    found = sa.inspect(connection)
    assert {"bronze", "silver", "gold", "quarantine", "lake"} <= set(found.get_schema_names())
    assert {"customers", "orders", "numbers"} <= set(found.get_table_names("silver"))
    assert "runs" in found.get_view_names("lake")
    assert found.get_materialized_view_names("gold") == []
    assert found.has_table("orders", "silver") and not found.has_table("nothing", "silver")
    assert found.get_sorted_table_and_fkc_names("silver")[-1][0] is None


def columns_and_comments_are_reflected(connection: sa.Connection) -> None:
    found = sa.inspect(connection)
    columns = {each["name"]: each for each in found.get_columns("customers", schema="silver")}
    assert {name: each["type"].compile(dialect=connection.dialect) for name, each in columns.items()} == {
        "customer_id": "BIGINT",
        "name": "TEXT",
        "email": "VARCHAR(200)",
        "amount": "NUMERIC(18, 2)",
        "created_at": "TIMESTAMP WITH TIME ZONE",
        "active": "BOOLEAN",
        "tags": "TEXT[]",
        "doc": "JSONB",
        "uid": "UUID",
        "d": "DATE",
    }
    assert columns["email"]["comment"] == "contact"
    assert not columns["customer_id"]["nullable"] and columns["email"]["nullable"]
    assert found.get_table_comment("customers", schema="silver") == {"text": "clean customers"}


def keys_and_constraints_are_reflected(connection: sa.Connection) -> None:
    found = sa.inspect(connection)
    assert found.get_pk_constraint("orders", schema="silver")["constrained_columns"] == ["order_id"]
    (foreign,) = found.get_foreign_keys("orders", schema="silver")
    assert (foreign["name"], foreign["referred_table"], foreign["referred_columns"]) == (
        "orders_customer_id_fkey",
        "customers",
        ["customer_id"],
    )
    for read in (found.get_unique_constraints, found.get_check_constraints, found.get_indexes):
        assert isinstance(read("orders", schema="silver"), list)


def everything_is_reflected_at_once(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    metadata.reflect(connection, schema="silver", views=True)
    orders = metadata.tables["silver.orders"]
    assert {key.target_fullname for key in orders.foreign_keys} == {"silver.customers.customer_id"}
    runs = sa.Table("runs", metadata, autoload_with=connection, schema="lake")
    assert connection.execute(sa.select(runs.c.status).where(runs.c.object == "silver.orders")).first() is not None


def a_reflected_table_is_queried(connection: sa.Connection) -> None:
    orders = sa.Table("orders", sa.MetaData(), autoload_with=connection, schema="silver")
    month = sa.func.date_trunc("month", orders.c.order_date).label("month")
    query = (
        sa.select(month, sa.func.sum(orders.c.total), sa.func.count(orders.c.order_id.distinct()))
        .where(orders.c.order_id.in_([1, 2, 3]), orders.c.total > 1)
        .group_by(sa.text("1"))
        .having(sa.func.sum(orders.c.total) > 0)
    )
    ((_, total, count),) = connection.execute(query).all()
    assert (total, count) == (119.5, 3)
    rows = connection.execute(
        sa.select(
            sa.extract("year", orders.c.order_date),
            sa.case((orders.c.total > 50, "big"), else_="small"),
            sa.cast(orders.c.total, sa.Numeric(10, 2)),
            orders.c.order_id // 2,
            sa.func.row_number().over(order_by=orders.c.total.desc()),
        )
        .order_by(orders.c.order_id)
        .limit(1)
        .offset(1)
    ).all()
    assert [(int(row[0]), row[1], str(row[2]), row[3], row[4]) for row in rows] == [(2025, "small", "12.25", 1, 2)]


def collections_and_parameters_are_bound(connection: sa.Connection) -> None:
    numbers = sa.values(sa.column("a", sa.Integer), name="v").data([(1,), (2,)])
    assert connection.execute(sa.select(numbers)).all() == [(1,), (2,)]
    query = sa.select(sa.func.array_agg(sa.text("order_id")), sa.func.string_agg(sa.text("order_id::text"), ","))
    assert connection.execute(query.select_from(sa.text("silver.orders"))).one()[1].count(",") == 2
    text = sa.text("SELECT name FROM silver.customers WHERE customer_id IN :ids AND name LIKE :like ORDER BY 1")
    bound = text.bindparams(sa.bindparam("ids", expanding=True))
    assert connection.execute(bound, {"ids": [1, 2], "like": "A%"}).scalars().all() == ["Ada"]


def classes_are_made_of_tables(connection: sa.Connection) -> None:
    base = automap_base()
    base.prepare(autoload_with=connection, schema="silver")
    orders = base.classes.orders
    with Session(connection) as session:
        first = session.query(orders).order_by(orders.order_id).first()
        assert first is not None and first.customers.name == "Ada"


def isolation_levels_are_set(connection: sa.Connection) -> None:
    assert connection.get_isolation_level() == "READ COMMITTED"
    connection.rollback()
    for level in ("REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"):
        connection.execution_options(isolation_level=level)
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
        assert connection.get_isolation_level() == level or level == "AUTOCOMMIT"
        connection.rollback()


def results_are_streamed(connection: sa.Connection) -> None:
    streaming = connection.execution_options(stream_results=True, max_row_buffer=1000)
    query = sa.text("SELECT id FROM silver.numbers WHERE id < :most ORDER BY id")
    assert sum(len(part) for part in streaming.execute(query, {"most": 5000}).partitions(700)) == 5000


def savepoints_undo_a_part(connection: sa.Connection) -> None:
    try:
        with connection.begin_nested():
            connection.execute(sa.text("SELECT nothing"))
    except sa.exc.ProgrammingError:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    else:
        raise AssertionError("the error was not told")


WORKS: tuple[Callable[[sa.Connection], None], ...] = (
    names_are_listed,
    columns_and_comments_are_reflected,
    keys_and_constraints_are_reflected,
    everything_is_reflected_at_once,
    a_reflected_table_is_queried,
    collections_and_parameters_are_bound,
    classes_are_made_of_tables,
    isolation_levels_are_set,
    results_are_streamed,
    savepoints_undo_a_part,
)


def _client(driver: str, package: str) -> Client:
    def version() -> str:
        installed("greenlet")
        installed(package)
        return installed("sqlalchemy")

    client = Client(f"SQLAlchemy ({driver})", version)
    client.checks.extend(Check(work.__name__.replace("_", " "), _on(driver, work)) for work in WORKS)
    return client


CLIENTS = tuple(
    _client(driver, package)
    for driver, package in (
        ("psycopg", "psycopg"),
        ("psycopg2", "psycopg2-binary"),
        ("asyncpg", "asyncpg"),
        ("pg8000", "pg8000"),
    )
)
