"""connectorx and ADBC: results as Arrow, without a row made in Python."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

from clients.check.frame import Client, Place
from clients.check.lake import NUMBERS_ROWS
from clients.check.psql import SLOW
from clients.check.python_frames import NUMBERS, with_password
from clients.check.python_psycopg2 import installed

CONNECTORX = Client("connectorx", lambda: installed("connectorx"))
ADBC = Client("ADBC", lambda: installed("adbc-driver-postgresql"))
CUSTOMERS = "SELECT customer_id, name, amount, created_at, active, uid, d FROM silver.customers"
# Any: connectorx and ADBC have no types.


def _read(place: Place, query: Any, **options: Any) -> Any:
    import connectorx
    import pyarrow

    return pyarrow.table(connectorx.read_sql(with_password(place), query, return_type="arrow", **options))


def _protocol(place: Place, protocol: str) -> None:
    table = _read(place, NUMBERS, protocol=protocol)
    assert table.num_rows == NUMBERS_ROWS
    kinds = [str(field.type) for field in table.schema]
    assert kinds[:3] == ["int32", "int64", "double"] and kinds[3].startswith("decimal128") and kinds[5] == "date32[day]"
    assert table["id"].to_pylist()[0:1] + table["name"].to_pylist()[0:1] == [0, None]
    assert _read(place, CUSTOMERS, protocol=protocol).num_rows == 3


@CONNECTORX.check
def the_binary_protocol_copies(place: Place) -> None:
    _protocol(place, "binary")


@CONNECTORX.check
def the_csv_protocol_copies(place: Place) -> None:
    _protocol(place, "csv")


@CONNECTORX.check
def the_cursor_protocol_binds(place: Place) -> None:
    _protocol(place, "cursor")


@CONNECTORX.check
def the_simple_protocol_reads_text(place: Place) -> None:
    _protocol(place, "simple")


@CONNECTORX.check
def a_column_splits_the_query(place: Place) -> None:
    table = _read(place, NUMBERS, partition_on="id", partition_num=4)
    assert len(set(table["id"].to_pylist())) == NUMBERS_ROWS
    parts = [
        "SELECT order_id FROM silver.orders WHERE order_id = 1",
        "SELECT order_id FROM silver.orders WHERE order_id > 1",
    ]
    assert sorted(_read(place, parts)["order_id"].to_pylist()) == [1, 2, 3]


@CONNECTORX.check
def frames_of_pandas_and_polars_are_made(place: Place) -> None:
    import connectorx

    for kind in ("pandas", "polars"):
        frame = connectorx.read_sql(with_password(place), NUMBERS, return_type=kind)
        assert frame.shape == (NUMBERS_ROWS, 8)


@CONNECTORX.check
def arrays_and_json_are_read(place: Place) -> None:
    table = _read(place, "SELECT tags, doc FROM silver.customers ORDER BY customer_id")
    assert table["tags"].to_pylist()[0] == ["a", "b"]


def _connect(place: Place, **options: Any) -> Any:
    import adbc_driver_postgresql.dbapi

    return adbc_driver_postgresql.dbapi.connect(with_password(place), **options)


@ADBC.check
def results_come_as_arrow(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM silver.customers ORDER BY customer_id")
        table = cursor.fetch_arrow_table()
        assert table["tags"].to_pylist() == [["a", "b"], None, None]
        assert str(table.schema.field("created_at").type) == "timestamp[us, tz=UTC]"
        cursor.execute(NUMBERS)
        assert sum(batch.num_rows for batch in cursor.fetch_record_batch()) == NUMBERS_ROWS


@ADBC.check
def batches_have_the_size_asked_for(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": "65536"})
        cursor.execute(NUMBERS)
        assert len(list(cursor.fetch_record_batch())) > 10


@ADBC.check
def parameters_are_bound(place: Place) -> None:
    with _connect(place, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT $1::int AS a, $2::text AS b, $3::date AS c", (1, "x", date(2026, 1, 1)))
        assert cursor.fetchall() == [(1, "x", date(2026, 1, 1))]
        cursor.execute("SELECT name FROM silver.customers WHERE customer_id = $1", (1,))
        assert cursor.fetchall() == [("Ada",)]


@ADBC.check
def objects_are_listed_with_columns_and_constraints(place: Place) -> None:
    with _connect(place) as connection:
        (catalog,) = connection.adbc_get_objects(depth="all", db_schema_filter="silver").read_all().to_pylist()
        (schema,) = catalog["catalog_db_schemas"]
        tables = {table["table_name"]: table for table in schema["db_schema_tables"]}
        columns = {column["column_name"]: column["ordinal_position"] for column in tables["orders"]["table_columns"]}
        assert columns == {"order_id": 1, "customer_id": 2, "order_date": 3, "total": 4}
        kinds = {each["constraint_type"] for each in tables["orders"]["table_constraints"]}
        assert {"PRIMARY KEY", "FOREIGN KEY"} <= kinds


@ADBC.check
def a_tables_schema_and_types_are_told(place: Place) -> None:
    with _connect(place) as connection:
        schema = connection.adbc_get_table_schema("orders", db_schema_filter="silver")
        assert [str(field.type) for field in schema] == ["int64", "int64", "date32[day]", "double"]
        assert "table" in connection.adbc_get_table_types()
        assert connection.adbc_get_info()["vendor_name"] == "PostgreSQL"
        assert connection.adbc_current_catalog == place.database


@ADBC.check
def statements_are_described_before_they_run(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        assert [str(field.type) for field in cursor.adbc_prepare("SELECT $1::int8 + 1")] == ["int64"]
        schema = cursor.adbc_execute_schema("SELECT 1 AS a, 'x' AS b")
        assert [(field.name, str(field.type)) for field in schema] == [("a", "int32"), ("b", "string")]


@ADBC.check
def without_copy_rows_come_by_the_extended_protocol(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "false"})
        cursor.execute("SELECT order_id FROM silver.orders ORDER BY 1")
        assert cursor.fetchall() == [(1,), (2,), (3,)]


@ADBC.check
def transactions_end_and_isolation_is_set(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
        connection.commit()
        cursor.execute("SELECT 2")
        assert cursor.fetchone() == (2,)
        connection.rollback()


@ADBC.check
def a_frame_is_appended_to_bronze(place: Place) -> None:
    import pyarrow

    table = pyarrow.table({"id": pyarrow.array([601, 602], pyarrow.int32()), "label": ["from ADBC", None]})
    with _connect(place, autocommit=True) as connection, connection.cursor() as cursor:
        assert cursor.adbc_ingest("inbox", table, mode="append", db_schema_name="bronze") in (2, -1)
        cursor.execute("SELECT label FROM bronze.inbox WHERE id IN (601, 602) ORDER BY id")
        assert cursor.fetchall() == [("from ADBC",), (None,)]


@ADBC.check
def a_table_that_is_to_be_made_is_refused_in_words(place: Place) -> None:
    import pyarrow

    with _connect(place) as connection, connection.cursor() as cursor:
        try:
            cursor.adbc_ingest("frame", pyarrow.table({"a": [1]}), mode="create", db_schema_name="gold")
        except connection.NotSupportedError as told:
            assert "CREATE TABLE is not supported" in str(told)
        else:
            raise AssertionError("a table was made")


@ADBC.check
def errors_carry_their_state_and_cancel_stops(place: Place) -> None:
    with _connect(place) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SELECT nothing")
        except connection.ProgrammingError as told:
            assert told.sqlstate == "42703"
        connection.rollback()
        threading.Timer(0.3, cursor.adbc_cancel).start()
        try:
            cursor.execute(SLOW)
            cursor.fetchall()
        except connection.OperationalError as told:
            assert "cancel" in str(told).lower()
        else:
            raise AssertionError("the query was not canceled")
