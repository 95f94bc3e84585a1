"""Rows as files: csv, Parquet and Excel, of every type, and never half a file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from tests.peers.command import ormolu
from tests.peers.ormolu import OrmoluServer

VALUES = """
SELECT * FROM (VALUES
  (1, 9007199254740993::bigint, 1.50::numeric(10,2), 1::numeric / 3, 2.5::float8, true, date '2026-01-31',
   timestamp '2026-01-31 12:30:00', timestamptz '2026-01-31 12:30:00+02', '=1+1', '{"a": [1]}'::jsonb,
   ARRAY['x', NULL]),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS v(i, b, n, o, f, t, d, ts, tz, s, j, a) ORDER BY i
"""


@pytest.fixture(scope="module")
def loaded(server: OrmoluServer) -> OrmoluServer:
    server.run("CREATE BRONZE SOURCE nothing (id integer, name text) FROM UPLOAD")
    server.run("CREATE BRONZE SOURCE days (day date, total numeric(10,2)) FROM UPLOAD FORMAT csv")
    with server.connect() as connection, connection.cursor().copy("COPY bronze.days FROM STDIN (FORMAT csv)") as copy:
        copy.write("2026-01-01,3.75\n2026-01-02,\n")
    return server


def test_a_table_is_written_as_csv(loaded: OrmoluServer, tmp_path: Path) -> None:
    target = tmp_path / "days.csv"
    done = ormolu("export", "bronze.days", str(target), server=loaded)
    assert done.returncode == 0, done.stderr
    assert target.read_text() == "day,total\n2026-01-01,3.75\n2026-01-02,\n"
    assert "2 rows" in done.stdout


def test_parquet_keeps_the_types(loaded: OrmoluServer, tmp_path: Path) -> None:
    target = tmp_path / "values.parquet"
    done = ormolu("export", "--sql", VALUES, str(target), server=loaded)
    assert done.returncode == 0, done.stderr
    table = parquet.read_table(target)
    assert table.schema.field("n").type == pa.decimal128(38, 2), "beside a NULL it has no precision of its own"
    first = table.to_pylist()[0]
    assert (first["i"], first["b"], first["n"], first["f"], first["t"]) == (
        1,
        9007199254740993,
        Decimal("1.50"),
        2.5,
        True,
    )
    assert str(first["o"]).startswith("0.3333333333")
    assert (first["d"], first["ts"]) == (date(2026, 1, 31), datetime(2026, 1, 31, 12, 30))
    assert first["tz"] == datetime(2026, 1, 31, 10, 30, tzinfo=UTC)
    assert (first["s"], first["j"], first["a"]) == ("=1+1", '{"a": [1]}', ["x", None])
    assert set(table.to_pylist()[1].values()) == {None}


def test_a_column_with_a_precision_keeps_it(loaded: OrmoluServer, tmp_path: Path) -> None:
    target = tmp_path / "days.parquet"
    assert ormolu("export", "bronze.days", str(target), server=loaded).returncode == 0
    assert parquet.read_schema(target).field("total").type == pa.decimal128(10, 2)


def test_a_sheet_holds_values_and_no_formulas(loaded: OrmoluServer, tmp_path: Path) -> None:
    target = tmp_path / "values.xlsx"
    done = ormolu("export", "--sql", VALUES, str(target), server=loaded)
    assert done.returncode == 0, done.stderr
    names, first = list(load_workbook(target).active.iter_rows())
    row = dict(zip([cell.value for cell in names], first, strict=True))
    assert (row["i"].value, row["n"].value, row["t"].value) == (1, 1.5, True)
    assert row["b"].value == "9007199254740993"
    assert (row["s"].value, row["s"].data_type) == ("=1+1", "s")
    assert row["d"].value == datetime(2026, 1, 31)


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_table_without_rows_has_its_columns(loaded: OrmoluServer, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"nothing.{ending}"
    done = ormolu("export", "bronze.nothing", str(target), server=loaded)
    assert done.returncode == 0, done.stderr
    match ending:
        case "csv":
            assert target.read_text() == "id,name\n"
        case "parquet":
            assert parquet.read_schema(target).names == ["id", "name"]
        case _:
            assert [cell.value for cell in next(load_workbook(target).active.iter_rows())] == ["id", "name"]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_query_that_fails_leaves_no_file(loaded: OrmoluServer, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"broken.{ending}"
    failing = "SELECT 1 / (i - 20000) AS x FROM generate_series(1, 30000) AS g(i)"
    done = ormolu("export", "--sql", failing, str(target), server=loaded)
    assert done.returncode == 1
    assert "22012" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_told(loaded: OrmoluServer, tmp_path: Path) -> None:
    done = ormolu("export", "bronze.days", str(tmp_path / "days.doc"), server=loaded)
    assert done.returncode == 2
    assert ".parquet" in done.stderr
