"""Sources that change in mid-stream: columns that come, go and come again, and values of other types."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ormolu.catalog.schema import schema_versions
from ormolu.definitions import (
    BronzeSource,
    Column,
    Connection,
    ConnectionSource,
    Load,
    LoadMode,
    Option,
    Options,
    SourceForm,
)
from ormolu.errors import DatatypeMismatch, UndefinedColumn
from ormolu.scheduler.loads import accept_schema
from tests.scenarios.test_bronze_loads import NAME, Bench, from_files, options, uploads


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def load(bench: Bench, source: BronzeSource, *texts: str) -> None:
    for text in texts:
        bench.upload(source, text, format="csv", header="true")


def test_a_column_that_one_file_of_a_load_lacks_is_missed_there(bench: Bench) -> None:
    for name, text in (("1", "id,a\n1,10\n"), ("2", "id\n2\n"), ("3", "id,a\n3,30\n")):
        if name == "2":
            bench.load(from_files())
        (bench.landing / f"{name}.csv").write_text(text)
    strict = from_files(options=options(on_removed_column="fail"))
    with pytest.raises(DatatypeMismatch, match='"a" is no longer in the source'):
        bench.load(strict)
    bench.run(lambda context: accept_schema(strict, None, context))
    bench.load(strict)
    assert bench.rows("id, a") == [(1, 10), (2, None), (3, 30)]


def test_accept_schema_takes_a_removed_column(bench: Bench) -> None:
    source = uploads(options=options(schema="strict"))
    load(bench, source, "id,a\n1,10\n")
    for _ in range(2):
        with pytest.raises(DatatypeMismatch, match='"a" is no longer in the source'):
            load(bench, source, "id\n2\n")
    assert len(bench.kept(schema_versions, "version")) == 2
    bench.run(lambda context: accept_schema(source, None, context))
    load(bench, source, "id\n2\n", "id\n3\n")
    assert bench.rows("id, a") == [(1, 10), (2, None), (3, None)]
    load(bench, source, "id,a\n4,40\n")
    assert bench.rows("id, a")[-1] == (4, 40)
    with pytest.raises(DatatypeMismatch, match='"a" is no longer in the source'):
        load(bench, source, "id\n5\n")


def test_columns_beside_the_listed_ones_follow_the_options(bench: Bench) -> None:
    listed = (Column("id", "integer"),)
    load(bench, uploads(columns=listed), "id,e\n1,5\n", "id,e\n2,word\n", "id\n3\n")
    assert bench.rows("id, e") == [(1, "5"), (2, "word"), (3, None)]
    assert bench.types() == {"id": "integer", "e": "text"}
    with pytest.raises(DatatypeMismatch, match='"f" is new'):
        load(bench, uploads(columns=listed, options=options(on_new_column="fail")), "id,e,f\n4,x,y\n")
    load(bench, uploads(columns=listed, options=options(on_new_column="ignore")), "id,e,f\n4,x,y\n")
    assert bench.rows("id, e")[-1] == (4, "x")


def test_a_listed_column_that_goes_is_missed_unless_an_option_says_otherwise(bench: Bench) -> None:
    listed = (Column("id", "integer"), Column("a", "integer"))
    load(bench, uploads(columns=listed), "id,a\n1,10\n")
    with pytest.raises(UndefinedColumn):
        load(bench, uploads(columns=listed), "id\n2\n")
    load(bench, uploads(columns=listed, options=options(on_removed_column="null")), "id\n2\n")
    assert bench.rows("id, a") == [(1, 10), (2, None)]


def test_files_of_one_load_may_name_a_listed_column_each_in_its_way(bench: Bench) -> None:
    (bench.landing / "1.csv").write_text("id,Region\n1,north\n")
    (bench.landing / "2.csv").write_text("id,Area\n2,south\n")
    listed = (Column("id", "integer"), Column("region", "text", sources=("Region", "Area")))
    bench.load(from_files(columns=listed))
    assert bench.rows() == [(1, "north"), (2, "south")]
    (bench.landing / "3.csv").write_text("id\n3\n")
    (bench.landing / "4.csv").write_text("id,Area\n4,east\n")
    with pytest.raises(UndefinedColumn, match="region"):
        bench.load(from_files(columns=listed))


def test_older_rows_keep_their_values_when_a_list_gives_them_another_type(bench: Bench) -> None:
    load(bench, uploads(), "id,a\n1,10\n")
    load(bench, uploads(columns=(Column("id", "integer"), Column("a", "text"))), "id,a\n2,x\n")
    assert bench.rows("id, a") == [(1, "10"), (2, "x")]
    assert bench.types() == {"id": "integer", "a": "text"}


def test_a_list_that_older_values_do_not_fit_is_refused(bench: Bench) -> None:
    load(bench, uploads(), "id,a\n1,10\n2,x\n")
    with pytest.raises(DatatypeMismatch, match='"a"'):
        load(bench, uploads(columns=(Column("id", "integer"), Column("a", "integer"))), "id,a\n3,30\n")


def test_a_wider_type_writes_no_older_row_again(bench: Bench) -> None:
    load(
        bench,
        uploads(columns=(Column("id", "integer"), Column("r", "real"), Column("n", "numeric(5,2)"))),
        "id,r,n\n1,0.5,1.50\n",
    )
    before = {file.path for file in bench.lake.head().table(NAME).files}
    wider = (Column("id", "bigint"), Column("r", "double precision"), Column("n", "numeric(12,2)"))
    load(bench, uploads(columns=wider), "id,r,n\n9999999999,0.1,12345678.25\n")
    assert before < {file.path for file in bench.lake.head().table(NAME).files}
    assert [(str(i), str(r), str(n)) for i, r, n in bench.rows("id, r, n")] == [
        ("1", "0.5", "1.50"),
        ("9999999999", "0.1", "12345678.25"),
    ]


# --- slices of databases ------------------------------------------------------------------------------------------


@pytest.fixture
def till(bench: Bench) -> sqlite3.Connection:
    bench.connection(Connection("till", "sqlite", Options((Option("path", str(bench.folder / "till.db")),))))
    connection = sqlite3.connect(bench.folder / "till.db", isolation_level=None)
    connection.execute("CREATE TABLE orders (id INTEGER, state TEXT, changed TEXT)")
    return connection


def sliced(query: str, on: str = "changed") -> BronzeSource:
    from_query = ConnectionSource(("till",), SourceForm.QUERY, query)
    return BronzeSource(NAME, from_query, load=Load(LoadMode.INCREMENTAL, on), key=("id",))


def test_a_row_that_is_there_already_is_known_again_after_its_type_was_widened(
    bench: Bench, till: sqlite3.Connection
) -> None:
    source = sliced("SELECT * FROM orders")
    till.execute("INSERT INTO orders VALUES (1, '7', '2026-01-01 10:00:00'), (2, '8', NULL)")
    assert bench.load(source).rows_out == 2
    assert bench.types()["state"] == "bigint"
    till.execute("INSERT INTO orders VALUES (3, 'word', '2026-01-01 10:01:00')")
    assert bench.load(source).rows_out == 1
    assert bench.types()["state"] == "text"
    assert bench.load(source).rows_out == 0
    assert sorted(bench.rows("id, state")) == [(1, "7"), (2, "8"), (3, "word")]


@pytest.mark.parametrize("column", ["number + 0", "number", "CAST(number AS TEXT)"])
def test_a_watermark_that_counts_is_compared_as_a_number_whatever_the_query_makes_of_it(
    bench: Bench, till: sqlite3.Connection, column: str
) -> None:
    source = sliced(f"SELECT id, {column} AS version FROM counted", "version")
    till.execute("CREATE TABLE counted (id INTEGER, number)")
    till.execute("INSERT INTO counted VALUES (1, 9), (2, 99)")
    assert bench.load(source).rows_out == 2
    till.execute("INSERT INTO counted VALUES (3, 100), (4, 9007199254740993)")
    assert bench.load(source).rows_out == 2
    assert bench.load(source).rows_out == 0
