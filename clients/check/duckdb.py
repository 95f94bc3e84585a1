"""DuckDB's postgres extension: ATTACH, scans in binary COPY, filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from uuid import UUID

import duckdb

from clients.check.frame import Client, NotInstalled, Place

HERE = Path(__file__).resolve().parents[1] / "duckdb"
EXTENSION = "duckdb-extension-postgres-scanner"
ROWS = 30_000


def version() -> str:
    try:
        return version_of(EXTENSION)
    except PackageNotFoundError as error:
        raise NotInstalled(EXTENSION) from error


CLIENT = Client("DuckDB ATTACH", version)


@contextmanager
def attached(place: Place, options: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb_extension_postgres_scanner as extension

    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    try:
        connection.execute(f"LOAD '{_file(extension.__path__[0])}'")
        connection.execute("CREATE SECRET (TYPE postgres, PASSWORD '" + place.password.replace("'", "''") + "')")
        connection.execute("SET TimeZone = 'UTC'")
        attach = (HERE / "attach.sql").read_text().split(";\n")[2].replace("7432", str(place.port))
        connection.execute(attach.replace("READ_ONLY", f"READ_ONLY{options}"))
        yield connection
    finally:
        connection.close()


def _file(folder: str) -> str:
    return str(next(Path(folder).rglob("*.duckdb_extension")))


@CLIENT.check
def tables_are_listed(place: Place) -> None:
    with attached(place) as connection:
        found = connection.execute(
            "SELECT schema, name FROM (SHOW ALL TABLES) WHERE schema IN ('silver', 'gold') ORDER BY ALL"
        ).fetchall()
        assert {("gold", "revenue"), ("silver", "customers"), ("silver", "numbers"), ("silver", "orders")} <= set(found)
        found = connection.execute("DESCRIBE lakehouse.silver.customers").fetchall()
        assert [row[1] for row in found][:4] == ["BIGINT", "VARCHAR", "VARCHAR", "DECIMAL(18,2)"]


@CLIENT.check
def every_type_is_read(place: Place) -> None:
    with attached(place) as connection:
        first, _, third = connection.execute("SELECT * FROM lakehouse.silver.customers ORDER BY customer_id").fetchall()
        assert first == (
            1, "Ada", "ada@example.com", Decimal("10.50"), datetime(2025, 1, 1, tzinfo=UTC), True, ["a", "b"],
            '{"k": 1}', UUID(int=5), date(2025, 1, 1),
        )  # fmt: skip
        assert third == (3, "O'Neil, Zoë", *[None] * 8)


@CLIENT.check
def a_whole_table_is_read_in_binary(place: Place) -> None:
    with attached(place) as connection:
        found = connection.execute(
            "SELECT count(*), sum(id), max(big), sum(amount), count(name) FROM lakehouse.silver.numbers"
        ).fetchone()
        assert found == (ROWS, 449_985_000, 29_999 * 10**9, Decimal("562481250.00"), 27_000)


@CLIENT.check
def filters_are_sent(place: Place) -> None:
    with attached(place) as connection:
        connection.execute("SET pg_experimental_filter_pushdown = true")
        query = "SELECT id FROM lakehouse.silver.numbers WHERE id BETWEEN 5 AND 7 AND name = 'row 6' AND is_even"
        assert connection.execute(query).fetchall() == [(6,)]
        assert connection.execute(
            "SELECT count(*) FROM lakehouse.silver.numbers WHERE day IN ('2026-01-01', '2026-01-02')"
            " AND name IS NOT NULL"
        ).fetchone() == (1929,)
        assert connection.execute(
            "SELECT id FROM lakehouse.silver.numbers WHERE \"at\" = TIMESTAMP '2026-01-01 00:00:09'"
        ).fetchall() == [(9,)]
        assert connection.execute(
            "SELECT name FROM lakehouse.silver.customers WHERE name = 'O''Neil, Zoë'"
        ).fetchall() == [("O'Neil, Zoë",)]


@CLIENT.check
def text_mode_and_one_thread_read_the_same(place: Place) -> None:
    with attached(place) as connection:
        for setting in (
            "pg_use_text_protocol = true",
            "pg_use_binary_copy = false",
            "threads = 1",
            "pg_pages_per_task = 1",
            "pg_use_ctid_scan = false",
        ):
            try:
                connection.execute(f"SET {setting}")
            except duckdb.CatalogException:  # not a setting of this version
                continue
            assert connection.execute("SELECT count(*), sum(total) FROM lakehouse.silver.orders").fetchone() == (
                3,
                119.5,
            ), setting


@CLIENT.check
def remote_queries_run(place: Place) -> None:
    with attached(place) as connection:
        query = "SELECT * FROM postgres_query('lakehouse', 'SELECT order_date, total FROM gold.revenue ORDER BY 1')"
        assert connection.execute(query).fetchall() == [(date(2025, 1, 3), 99.5), (date(2025, 1, 4), 20.0)]


@CLIENT.check
def tables_join_local_ones(place: Place) -> None:
    with attached(place) as connection:
        connection.execute(
            "CREATE TABLE regions AS SELECT * FROM (VALUES (1, 'north'), (2, 'south')) AS t (customer_id, region)"
        )
        query = (
            "SELECT region, sum(total) FROM regions JOIN lakehouse.silver.orders USING"
            " (customer_id) GROUP BY 1 ORDER BY 1"
        )
        assert connection.execute(query).fetchall() == [("north", 99.5), ("south", 20.0)]
        query = (
            "SELECT c.name FROM lakehouse.silver.orders o JOIN lakehouse.silver.customers c"
            " USING (customer_id) ORDER BY o.order_id DESC LIMIT 1"
        )
        assert connection.execute(query).fetchall() == [("Bob",)]


@CLIENT.check
def a_transaction_reads_one_state(place: Place) -> None:
    with attached(place) as connection:
        connection.execute("BEGIN")
        assert connection.execute("SELECT count(*) FROM lakehouse.silver.orders").fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM lakehouse.silver.customers").fetchone() == (3,)
        connection.execute("COMMIT")


@CLIENT.check
def one_schema_is_attached(place: Place) -> None:
    with attached(place, ", SCHEMA 'gold'") as connection:
        assert connection.execute("SELECT count(*) FROM lakehouse.gold.revenue").fetchone() == (2,)
