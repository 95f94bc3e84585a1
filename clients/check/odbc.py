"""psqlODBC under unixODBC: the road of Excel, Power BI, Access, SAS and many more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from clients.check.frame import Client, NotInstalled, Place, program, run_program

HERE = Path(__file__).resolve().parents[1] / "odbc"
EXCEL = HERE.parent / "excel"
DRIVER = "PostgreSQL Unicode"
ROWS = 30_000


def version() -> str:
    if not list(Path("/usr/lib").glob("*/odbc/psqlodbcw.so")):
        raise NotInstalled("odbc-postgresql")
    try:
        version_of("pyodbc")
        import pyodbc  # noqa: F401 - its library needs unixODBC's
    except (PackageNotFoundError, ImportError) as error:
        raise NotInstalled("pyodbc, unixodbc") from error
    printed = run_program(["dpkg-query", "-W", "-f", "${Version}", "odbc-postgresql"])
    return re.sub(r"^\d+:|-.*", "", printed.strip())


CLIENT = Client("psqlODBC", version)


@contextmanager
def connected(place: Place, **options: str) -> Iterator[Any]:
    """A connection of pyodbc, which has no types."""
    import pyodbc

    words = {
        "DRIVER": f"{{{DRIVER}}}",
        "SERVER": place.host,
        "PORT": str(place.port),
        "DATABASE": place.database,
        "UID": place.user,
        "PWD": f"{{{place.password}}}",
    }
    connection = pyodbc.connect(";".join(f"{key}={value}" for key, value in (words | options).items()), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def told(cursor: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a catalog function's rows."""
    return [tuple(getattr(row, column) for column in columns) for row in cursor]


@CLIENT.check
def tables_are_listed(place: Place) -> None:
    with connected(place) as connection:
        cursor = connection.cursor()
        found = told(cursor.tables(schema="silver"), "table_schem", "table_name", "table_type")
        assert found == [("silver", name, "TABLE") for name in ("customers", "numbers", "orders")]
        assert ("runs", "VIEW") in told(cursor.tables(schema="lake", table="run%"), "table_name", "table_type")
        assert {row.table_schem for row in cursor.tables(tableType="TABLE")} >= {"bronze", "silver", "gold"}
        assert [row.table_cat for row in cursor.tables(catalog="%", schema="", table="")] == ["lakehouse"]
        assert {row[1] for row in cursor.tables(catalog="", schema="%", table="")} >= {"bronze", "silver", "gold"}
        assert cursor.tables(tableType="SYSTEM TABLE").fetchone()


@CLIENT.check
def columns_are_described(place: Place) -> None:
    with connected(place) as connection:
        found = {row.column_name: row for row in connection.cursor().columns(schema="silver", table="customers")}
        assert list(found)[:4] == ["customer_id", "name", "email", "amount"]
        assert (found["customer_id"].type_name, found["customer_id"].nullable) == ("int8", 0)
        assert (found["email"].type_name, found["email"].column_size) == ("varchar", 200)
        assert (found["amount"].column_size, found["amount"].decimal_digits) == (18, 2)
        assert found["d"].data_type == 91  # SQL_TYPE_DATE


@CLIENT.check
def keys_and_statistics_are_listed(place: Place) -> None:
    with connected(place) as connection:
        cursor = connection.cursor()
        found = told(cursor.primaryKeys("orders", schema="silver"), "column_name", "pk_name")
        assert found == [("order_id", "orders_pkey")]
        columns = ("pktable_name", "pkcolumn_name", "fktable_name", "fkcolumn_name")
        expected = [("customers", "customer_id", "orders", "customer_id")]
        assert told(cursor.foreignKeys(foreignTable="orders", foreignSchema="silver"), *columns) == expected
        assert told(cursor.foreignKeys(table="customers", schema="silver"), *columns) == expected
        found = told(cursor.statistics("orders", schema="silver", unique=True), "column_name")
        assert ("order_id",) in found
        cursor.rowIdColumns("orders", schema="silver").fetchall()
        cursor.rowVerColumns("orders", schema="silver").fetchall()


@CLIENT.check
def types_and_procedures_are_listed(place: Place) -> None:
    with connected(place) as connection:
        cursor = connection.cursor()
        found = {row.type_name for row in cursor.getTypeInfo()}
        assert found >= {"int4", "int8", "numeric", "text", "timestamptz", "bool", "date"}
        assert cursor.procedures(procedure="abs", schema="pg_catalog").fetchone()
        cursor.procedureColumns(procedure="abs", schema="pg_catalog").fetchall()


@CLIENT.check
def every_type_is_read(place: Place) -> None:
    with connected(place) as connection:
        row = connection.execute(
            "SELECT 1::int2, 2::int4, 3::int8, 1.5::float4, 1e20::float8, 1.50::numeric(8, 2), true, 'tëxt'::text,"
            " 'v'::varchar(3), '\\x00ff'::bytea, DATE '2026-11-23', TIMESTAMP '2026-11-23 01:02:03.25',"
            " '12345678-1234-5678-1234-567812345678'::uuid, '{\"a\": 1}'::jsonb, NULL::int4"
        ).fetchone()
        assert tuple(row)[:6] == (1, 2, 3, 1.5, 1e20, Decimal("1.50"))
        assert tuple(row)[6:9] in ((True, "tëxt", "v"), ("1", "tëxt", "v"))
        assert tuple(row)[9:12] == (b"\x00\xff", date(2026, 11, 23), datetime(2026, 11, 23, 1, 2, 3, 250_000))
        assert str(row[12]).lower() == "12345678-1234-5678-1234-567812345678"
        assert tuple(row)[13:] == ('{"a": 1}', None)


@CLIENT.check
def parameters_arrive(place: Place) -> None:
    for prepare in ("0", "1"):
        with connected(place, UseServerSidePrepare=prepare) as connection:
            query = "SELECT order_id FROM silver.orders WHERE order_id = ? AND total < ? AND order_date >= ?"
            for _ in range(3):
                assert connection.execute(query, 1, 100.5, date(2025, 1, 1)).fetchall()[0][0] == 1
            row = connection.execute(
                "SELECT ?::text, ?::numeric(8, 2), ?::int4", "it's ë", Decimal("1.50"), None
            ).fetchone()
            assert tuple(row) == ("it's ë", Decimal("1.50"), None)
            assert (
                connection.execute("SELECT count(*) FROM silver.numbers WHERE day = ?", date(2026, 1, 1)).fetchval()
                > 1000
            )


@CLIENT.check
def declare_fetch_reads_big_results(place: Place) -> None:
    """Excel's and Power BI's way of keeping memory low."""
    with connected(place, UseDeclareFetch="1", Fetch="500") as connection:
        cursor = connection.execute("SELECT id, name, amount, at FROM silver.numbers ORDER BY id")
        count = 0
        for row in cursor:
            assert row[0] == count
            count += 1
        assert count == ROWS
        assert connection.execute("SELECT count(*) FROM silver.orders WHERE total > ?", 0.5).fetchval() == 3


@CLIENT.check
def a_whole_table_is_read(place: Place) -> None:
    with connected(place) as connection:
        assert len(connection.execute('SELECT * FROM "lakehouse"."silver"."numbers"').fetchall()) == ROWS


@CLIENT.check
def a_result_is_described_before_it_runs(place: Place) -> None:
    with connected(place) as connection:
        described = connection.execute("SELECT customer_id, email, amount FROM silver.customers LIMIT 0").description
        assert [(each[0], each[3], each[5]) for each in described][1:] == [("email", 200, 0), ("amount", 18, 2)]


@CLIENT.check
def transactions_commit_and_roll_back(place: Place) -> None:
    import pyodbc

    for protocol in ("7.4-0", "7.4-1", "7.4-2"):  # what an error rolls back: nothing, all, the statement
        with connected(place, Protocol=protocol) as connection:
            connection.autocommit = False
            assert connection.execute("SELECT count(*) FROM silver.orders").fetchval() == 3
            try:
                connection.execute("SELECT nothing")
                raise AssertionError("no error")
            except pyodbc.Error as error:
                assert error.args[0] in ("42703", "42S22"), error.args
            connection.rollback()
            assert connection.execute("SELECT 1").fetchval() == 1
            connection.commit()


@CLIENT.check
def errors_carry_their_state(place: Place) -> None:
    import pyodbc

    with connected(place) as connection:
        try:
            connection.execute("SELECT * FROM silver.nothing")
            raise AssertionError("no error")
        except pyodbc.Error as error:
            assert error.args[0] in ("42P01", "42S02")
            assert "silver.nothing" in error.args[1]
    try:
        with connected(place, PWD="wrong"):
            raise AssertionError("no error")
    except pyodbc.Error as error:
        assert "password authentication failed" in str(error)


@CLIENT.check
def queries_of_tools_that_write_sql_run(place: Place) -> None:
    """As Power BI folds them and as Excel's Microsoft Query writes them."""
    with connected(place) as connection:
        folded = """select "_"."order_date", sum("_"."total") as "a0" from (
            select "order_date", "total" from "silver"."orders" where "total" > 1) as "_"
            group by "_"."order_date" order by "_"."order_date" limit 1000"""
        assert [row[1] for row in connection.execute(folded)] == [99.5, 20.0]
        excel = """SELECT orders_0.order_id, customers_0.name FROM lakehouse.silver.orders orders_0,
            lakehouse.silver.customers customers_0 WHERE orders_0.customer_id = customers_0.customer_id
            AND ((orders_0.order_date>={d '2025-01-04'})) ORDER BY orders_0.order_id"""
        assert [tuple(row) for row in connection.execute(excel)] == [(2, "Bob"), (3, "Bob")]
        functions = "SELECT {fn ucase('a')}, {fn length('abc')}, {fn curdate()}, {ts '2025-01-04 01:02:03'}"
        assert tuple(connection.execute(functions).fetchone())[:2] == ("A", 3)


@CLIENT.check
def odbc_ini_connects(place: Place) -> None:
    """The file of clients/odbc as it is given, with the port of this server, read by isql."""
    file = place.folder / "odbc.ini"
    file.write_text((HERE / "odbc.ini").read_text().replace("7432", str(place.port)))
    arguments = [program("isql", "unixodbc"), "-b", "-v", "lakehouse", place.user, place.password]
    printed = run_program(
        arguments,
        place,
        given="SELECT name FROM silver.customers WHERE customer_id = 1\n",
        environment={"ODBCINI": str(file)},
    )
    assert "Ada" in printed


@CLIENT.check
def the_file_for_excel_reads(place: Place) -> None:
    """Its connection string and statement, with the driver's name on this system."""
    import pyodbc

    _, _, words, sql, *_ = (EXCEL / "lakehouse.dqy").read_text().splitlines()
    words = words.replace("7432", str(place.port)).replace("Unicode(x64)", "Unicode")
    connection = pyodbc.connect(f"{words};PWD={{{place.password}}}", autocommit=True)
    try:
        assert "silver.orders" in [row[0] for row in connection.execute(sql)]
    finally:
        connection.close()
