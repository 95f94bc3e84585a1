"""Superset's way to PostgreSQL: what its engine does through SQLAlchemy and psycopg 2, without Superset around it."""

from __future__ import annotations

import threading
import time
from typing import Any

import sqlalchemy as sa

from clients.check.frame import Client, Place
from clients.check.psql import SLOW
from clients.check.python_frames import with_password
from clients.check.python_psycopg2 import installed


def version() -> str:
    installed("psycopg2-binary")
    return f"SQLAlchemy {installed('sqlalchemy')}"


CLIENT = Client("Superset's path", version)
# Any: a cursor of psycopg2.

GRAINS = (
    "DATE_TRUNC('second', {col})",
    "DATE_TRUNC('minute', {col})",
    "DATE_TRUNC('minute', {col}) - INTERVAL '1 minute' * (EXTRACT(MINUTE FROM {col})::int % 15)",
    "DATE_TRUNC('hour', {col})",
    "DATE_TRUNC('day', {col})",
    "DATE_TRUNC('week', {col})",
    "DATE_TRUNC('month', {col})",
    "DATE_TRUNC('quarter', {col})",
    "DATE_TRUNC('year', {col})",
    "DATE_TRUNC('week', {col} + INTERVAL '1 day') - INTERVAL '1 day'",
)


def _engine(place: Place) -> sa.Engine:
    return sa.create_engine(f"postgresql+psycopg2{with_password(place).removeprefix('postgresql')}")


@CLIENT.check
def schemas_tables_and_views_are_listed(place: Place) -> None:
    found = sa.inspect(_engine(place))
    assert "gold" in found.get_schema_names()
    assert "orders" in set(found.get_table_names("silver")) - set(found.get_view_names("silver"))
    assert "runs" in found.get_view_names("lake")
    assert str(found.get_columns("revenue", "gold")[0]["type"]) == "DATE"
    assert found.get_table_comment("revenue", "gold")["text"] == "revenue a day"
    found.get_indexes("revenue", "gold")
    found.get_pk_constraint("revenue", "gold")


@CLIENT.check
def a_preview_of_a_table_names_its_types(place: Place) -> None:
    with _engine(place).raw_connection() as connection:
        cursor: Any = connection.cursor()
        cursor.execute("SET search_path = 'silver'")
        cursor.execute('SELECT customer_id, name, amount, created_at, doc FROM "silver"."customers" LIMIT 100')
        assert [each[1] for each in cursor.description] == [20, 25, 1700, 1184, 3802]
        assert len(cursor.fetchall()) == 3


@CLIENT.check
def every_time_grain_groups(place: Place) -> None:
    with _engine(place).connect() as connection:
        for grain in GRAINS:
            column = grain.format(col="at")
            query = f"SELECT {column} AS __timestamp, count(*) AS n FROM silver.numbers GROUP BY {column} ORDER BY n"
            assert connection.exec_driver_sql(query.replace("%", "%%")).fetchall(), grain


@CLIENT.check
def a_chart_of_a_virtual_dataset_is_drawn(place: Place) -> None:
    query = """SELECT DATE_TRUNC('day', order_date) AS order_date, SUM(total) AS "SUM(total)",
    COUNT(DISTINCT customer_id) AS n
FROM (SELECT o.*, c.name FROM silver.orders o LEFT JOIN silver.customers c ON c.customer_id = o.customer_id
) AS virtual_table
WHERE order_date >= TO_DATE('2025-01-01', 'YYYY-MM-DD')
    AND order_date < TO_TIMESTAMP('2026-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
GROUP BY DATE_TRUNC('day', order_date) ORDER BY "SUM(total)" DESC LIMIT 1000"""
    with _engine(place).connect() as connection:
        rows = connection.execute(sa.text(query)).all()
        assert [(row[1], row[2]) for row in rows] == [(99.5, 1), (20.0, 1)]


@CLIENT.check
def the_cost_of_a_query_is_estimated(place: Place) -> None:
    with _engine(place).connect() as connection:
        plan = connection.execute(sa.text("EXPLAIN SELECT * FROM silver.numbers")).scalar()
        assert "cost=" in str(plan)


@CLIENT.check
def stop_ends_the_query_by_its_process(place: Place) -> None:
    engine = _engine(place)
    with engine.connect() as connection:
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
        query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid='{pid}'"

        def stop() -> None:
            time.sleep(0.5)
            with engine.connect() as other:
                other.execute(sa.text(query))

        threading.Thread(target=stop).start()
        try:
            connection.execute(sa.text(SLOW))
        except sa.exc.DBAPIError:
            connection.invalidate()
        else:
            raise AssertionError("the query was not stopped")
