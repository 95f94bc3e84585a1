"""pandas and polars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from clients.check.frame import Client, Place
from clients.check.lake import NUMBERS_ROWS
from clients.check.python_psycopg2 import installed

PANDAS = Client("pandas", lambda: installed("pandas"))
POLARS = Client("polars", lambda: installed("polars"))
NUMBERS = "SELECT id, big, half, amount, name, day, at, is_even FROM silver.numbers"
# Any: pandas, connectorx and ADBC have no types.


def with_password(place: Place) -> str:
    return place.url.replace("@", f":{place.password.replace(' ', '%20')}@")


def _engine(place: Place, driver: str = "psycopg") -> sa.Engine:
    return sa.create_engine(f"postgresql+{driver}{with_password(place).removeprefix('postgresql')}")


def _adbc(place: Place) -> Any:
    import adbc_driver_postgresql.dbapi

    installed("adbc-driver-postgresql")
    return adbc_driver_postgresql.dbapi.connect(with_password(place))


@PANDAS.check
def read_sql_keeps_types(place: Place) -> None:
    import pandas

    for driver in ("psycopg", "psycopg2"):
        frame = pandas.read_sql(NUMBERS, _engine(place, driver))
        assert frame.shape == (NUMBERS_ROWS, 8)
        kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
        assert (kinds["id"], kinds["half"], kinds["is_even"]) == ("int64", "float64", "bool")
        assert kinds["at"].startswith("datetime64")
        assert frame["name"].isna().sum() == NUMBERS_ROWS // 10


@PANDAS.check
def read_sql_binds_parameters(place: Place) -> None:
    import pandas

    query = sa.text("SELECT order_id FROM silver.orders WHERE order_date >= :day ORDER BY 1")
    frame = pandas.read_sql(query, _engine(place), params={"day": "2025-01-04"}, index_col="order_id")
    assert list(frame.index) == [2, 3]


@PANDAS.check
def read_sql_table_reflects(place: Place) -> None:
    import pandas

    frame = pandas.read_sql_table(
        "customers", _engine(place), schema="silver", index_col="customer_id", columns=["name", "created_at"]
    )
    assert frame.loc[1, "name"] == "Ada"
    assert str(frame["created_at"].dtype).endswith("UTC]")


@PANDAS.check
def chunks_are_read_one_by_one(place: Place) -> None:
    import pandas

    with _engine(place).connect().execution_options(stream_results=True) as connection:
        chunks = pandas.read_sql(sa.text(NUMBERS), connection, chunksize=7000)
        assert [len(chunk) for chunk in chunks] == [7000, 7000, 7000, 7000, 2000]


@PANDAS.check
def adbc_reads_arrow_types(place: Place) -> None:
    import pandas

    with _adbc(place) as connection:
        frame = pandas.read_sql(NUMBERS, connection, dtype_backend="pyarrow")
        assert frame.shape == (NUMBERS_ROWS, 8)
        assert pandas.read_sql_table("orders", connection, schema="silver").shape == (3, 4)


@PANDAS.check
def to_sql_is_refused_in_words(place: Place) -> None:
    """Frames are uploaded with COPY into bronze."""
    import pandas

    try:
        pandas.DataFrame({"a": [1]}).to_sql("frame", _engine(place), schema="gold")
    except sa.exc.NotSupportedError as told:
        assert "CREATE TABLE is not supported" in str(told.orig)
    else:
        raise AssertionError("a frame was written")


@POLARS.check
def read_database_uri_uses_connectorx(place: Place) -> None:
    import polars

    installed("connectorx")
    frame = polars.read_database_uri(NUMBERS, with_password(place), engine="connectorx")
    assert frame.shape == (NUMBERS_ROWS, 8)
    assert frame["amount"].sum() == Decimal("562481250.00")
    split = polars.read_database_uri(
        NUMBERS, with_password(place), engine="connectorx", partition_on="id", partition_num=3
    )
    assert split["id"].n_unique() == NUMBERS_ROWS


@POLARS.check
def read_database_uri_uses_adbc(place: Place) -> None:
    import polars

    installed("adbc-driver-postgresql")
    frame = polars.read_database_uri("SELECT * FROM silver.customers ORDER BY 1", with_password(place), engine="adbc")
    assert frame["tags"].to_list() == [["a", "b"], None, None]
    assert frame["name"].to_list() == ["Ada", "Bob", "O'Neil, Zoë"]


@POLARS.check
def read_database_takes_connections(place: Place) -> None:
    import polars

    query = "SELECT id, at, amount FROM silver.numbers ORDER BY id"
    with _engine(place).connect() as connection, place.connect() as plain, _adbc(place) as arrow:
        for given in (connection, plain, arrow):
            frame = polars.read_database(query, given)
            assert (frame.height, frame["id"][2], frame["id"][-1]) == (NUMBERS_ROWS, 2, NUMBERS_ROWS - 1)


@POLARS.check
def batches_are_read_one_by_one(place: Place) -> None:
    import polars

    with _engine(place).connect().execution_options(stream_results=True) as connection:
        batches = polars.read_database(NUMBERS, connection, iter_batches=True, batch_size=12_000)
        assert [batch.height for batch in batches] == [12_000, 12_000, 6_000]
