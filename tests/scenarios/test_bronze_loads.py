"""Loads of bronze sources against a real store: what arrives is what was sent."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from ormolu.catalog.database import open_database
from ormolu.catalog.lake import DefinitionChange, Lake
from ormolu.catalog.schema import files, rule_results, runs, schema_versions
from ormolu.connectors.connections import Surroundings, open_source
from ormolu.connectors.files import LocalFiles
from ormolu.connectors.sqlite import Sqlite
from ormolu.definitions import (
    Action,
    BronzeSource,
    Column,
    Connection,
    ConnectionSource,
    ExpectRule,
    Expression,
    Kind,
    Load,
    LoadMode,
    NotNullRule,
    Option,
    Options,
    SortColumn,
    SourceForm,
    TableName,
    UniqueRule,
    Upload,
    Violation,
)
from ormolu.engine.jobs import JobEngine
from ormolu.errors import (
    BadCopyFileFormat,
    CharacterNotInRepertoire,
    CheckViolation,
    DataError,
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidParameterValue,
    InvalidTextRepresentation,
    UndefinedFile,
    UndefinedObject,
)
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.loads import accept_schema, exclude_run, include_run, load_source, load_upload
from ormolu.scheduler.previews import preview_source
from ormolu.scheduler.queue import Queue
from ormolu.scheduler.runs import RunAction

NAME = TableName("bronze", "sales")


class Bench:
    """A lake in a folder, and a clock that advances by a minute a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.landing = folder / "landing"
        self.landing.mkdir()
        self.lake = Lake(
            open_database(f"sqlite:///{folder / 'catalog.db'}"), database="shop", warehouse=str(folder / "w")
        )
        self.queue = Queue(self.lake.engine, "shop")
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.notices: list[str] = []
        self.last_run = 0
        self.connection(Connection("drop_box", "files", Options((Option("url", str(self.landing)),))))

    def connection(self, connection: Connection) -> None:
        options = ", ".join(f"{item.name} = '{item.value}'".replace("''", "'") for item in connection.options.items)
        ddl = f"CREATE CONNECTION {connection.name} TYPE {connection.type} WITH ({options})"
        self.lake.commit([], [DefinitionChange(Kind.CONNECTION, connection.name, ddl, "admin")], at=self.at)

    def run(self, work: Callable[[RunContext], RunResult], request: Mapping[str, Any] | None = None) -> RunResult:
        self.at += timedelta(minutes=1)
        self.queue.submit(
            str(NAME),
            RunAction.LOAD,
            at=self.at,
            trigger="statement",
            requested_by="admin",
            request=dict(request or {}),
        )
        run = self.queue.claim("tests", at=self.at)
        assert run is not None
        self.last_run = run.run_id
        surroundings = Surroundings(secret=lambda name: name, base=self.folder, allows=lambda path: True)
        context = RunContext(
            lake=self.lake,
            run=run,
            now=lambda: self.at,
            connect=lambda connection: open_source(connection, surroundings),
            open_engine=lambda: JobEngine(memory_limit="512MB", threads=2, temp_directory=self.folder / "temp"),
            downstream=lambda head, changes: (),
        )
        try:
            result = work(context)
        finally:
            context.close()
            self.notices = context.notices
            with self.lake.engine.begin() as connection:
                connection.execute(sa.update(runs).where(runs.c.status == "running").values(status="failed"))
        return result

    def load(self, source: BronzeSource, **request: Any) -> RunResult:
        return self.run(lambda context: load_source(source, context), request)

    def upload(self, source: BronzeSource, data: str | bytes, **options: Any) -> RunResult:
        spooled = self.folder / "spooled"
        spooled.write_bytes(data.encode() if isinstance(data, str) else data)
        return self.run(lambda context: load_upload(source, spooled, options, context))

    def rows(self, columns: str = "*", table: str = "sales", order: str = "_row_id") -> list[tuple[Any, ...]]:
        relation = self.lake.head().find_relation(TableName("bronze", table))
        assert relation is not None
        if columns == "*":
            columns = ", ".join(f'"{column.name}"' for column in relation.columns if not column.is_hidden)
        with JobEngine(memory_limit="256MB", threads=1, temp_directory=self.folder / "temp") as engine:
            query = relation.source.sql(dialect="duckdb")
            return engine.rows(f"SELECT {columns} FROM ({query}) ORDER BY {order}")

    def types(self) -> dict[str, str]:
        return {
            column.name: str(column.type) for column in self.lake.head().table(NAME).columns if not column.is_hidden
        }

    def kept(self, table: sa.Table, *columns: str) -> list[tuple[Any, ...]]:
        with self.lake.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.select(*(table.c[name] for name in columns)))]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield Bench(tmp_path)


def uploads(**changes: Any) -> BronzeSource:
    return BronzeSource(NAME, Upload(), **changes)


def from_files(pattern: str = "*.csv", mode: LoadMode | None = None, **changes: Any) -> BronzeSource:
    load = changes.pop("load", Load(mode) if mode is not None else None)
    declared = changes.pop("format", None)
    return BronzeSource(
        NAME, ConnectionSource(("drop_box",), SourceForm.FILES, pattern, declared), load=load, **changes
    )


def options(**values: Any) -> Options:
    return Options(tuple(Option(name, value) for name, value in sorted(values.items())))


# --- uploads ------------------------------------------------------------------------------------------------


def test_an_upload_becomes_a_table_with_the_types_its_values_allow(bench: Bench) -> None:
    data = (
        "id,zip,amount,day,at,gift,note\n"
        "1,01234,10.50,2026-01-02,2026-01-02 10:00:00,true,a\n"
        "2,99999,3.25,2026-01-03,2026-01-03 10:00:00.5,false,\n"
    )
    result = bench.upload(uploads(), data, format="csv", header="true")
    assert (result.rows_in, result.rows_out) == (2, 2)
    assert bench.types() == {
        "id": "bigint",
        "zip": "text",
        "amount": "numeric(18,2)",
        "day": "date",
        "at": "timestamp without time zone",
        "gift": "boolean",
        "note": "text",
    }
    assert bench.rows("id, zip, CAST(amount AS VARCHAR), note") == [
        (1, "01234", "10.50", "a"),
        (2, "99999", "3.25", None),
    ]
    assert bench.rows("_row_id, _load_id, _row_number, load_date::VARCHAR, _source_file") == [
        (1, 1, 1, "2026-03-01", "upload"),
        (2, 1, 2, "2026-03-01", "upload"),
    ]


def test_a_leading_zero_in_the_last_row_survives(bench: Bench) -> None:
    data = "code\n" + "".join(f"{number}\n" for number in range(1, 60_000)) + "0042\n"
    bench.upload(uploads(), data, format="csv", header="true")
    assert bench.types() == {"code": "text"}
    assert bench.rows("code", order="_row_id DESC LIMIT 1") == [("0042",)]


def test_equal_bytes_are_a_notice_and_nothing(bench: Bench) -> None:
    bench.upload(uploads(), "a\n1\n", format="csv", header="true")
    assert bench.upload(uploads(), "a\n1\n", format="csv", header="true").rows_out == 0
    assert "same bytes" in bench.notices[0]
    assert bench.upload(uploads(), "a\n1\n", format="csv", header="true", repeat="true").rows_out == 1
    assert bench.rows("a") == [(1,), (1,)]


def test_text_format_knows_null_and_backslashes(bench: Bench) -> None:
    bench.upload(uploads(), "1\ta\\tb\\\\n\n2\t\\N\n", columns=["id", "name"])
    assert bench.rows("id, name") == [(1, "a\tb\\n"), (2, None)]


def test_an_empty_string_is_not_null(bench: Bench) -> None:
    bench.upload(uploads(), 'a,b\n"",1\n,2\n', format="csv", header="true")
    assert bench.rows("a") == [("",), (None,)]


def test_a_csv_that_breaks_off_names_the_line_and_publishes_nothing(bench: Bench) -> None:
    with pytest.raises(BadCopyFileFormat, match="the copied data, line 3: 1 columns"):
        bench.upload(uploads(), "a,b\n1,2\n3\n", format="csv", header="true")
    with pytest.raises(BadCopyFileFormat, match="quoted value"):
        bench.upload(uploads(), 'a,b\n1,2\n3,"x\n', format="csv", header="true")
    assert bench.lake.head().find_table(NAME) is None


def test_a_declared_type_that_does_not_fit_names_row_and_column(bench: Bench) -> None:
    source = uploads(columns=(Column("id", "integer"), Column("n", "integer")))
    with pytest.raises(InvalidTextRepresentation, match=r"the copied data, row 2.*integer.*x") as caught:
        bench.upload(source, "id,n\n1,1\n2,x\n", format="csv", header="true")
    assert 'column "n"' in str(caught.value.detail)
    with pytest.raises(InvalidTextRepresentation, match=r'row 2.*integer: "1.5"'):
        bench.upload(source, "id,n\n1,1.0\n2,1.5\n", format="csv", header="true")


def test_declared_columns_fix_types_and_take_aliases_and_defaults(bench: Bench) -> None:
    columns = (Column("region", "text", sources=("Region", "Area")), Column("n", "integer", default=Expression("7")))
    bench.upload(uploads(columns=columns), "Area,zip\nnorth,01\n", format="csv", header="true")
    assert bench.types() == {"region": "text", "n": "integer", "zip": "text"}
    assert bench.rows() == [("north", 7, "01")]


# --- schemas that change --------------------------------------------------------------------------------------


def test_a_type_that_no_longer_holds_is_widened_and_old_rows_stay(bench: Bench) -> None:
    bench.upload(uploads(), "a,b\n1,x\n", format="csv", header="true")
    bench.upload(uploads(), "a,b\n007,y\n", format="csv", header="true")
    assert bench.types() == {"a": "text", "b": "text"}
    assert bench.rows("a, b, _load_id") == [("1", "x", 1), ("007", "y", 2)]
    assert len(bench.kept(schema_versions, "version", "status")) == 2


def test_new_and_removed_columns_follow_the_options(bench: Bench) -> None:
    bench.upload(uploads(), "a,b\n1,2\n", format="csv", header="true")
    bench.upload(uploads(), "a,c\n3,4\n", format="csv", header="true")
    assert bench.rows("a, b, c") == [(1, 2, None), (3, None, 4)]
    assert len(bench.notices) == 2
    strict = uploads(options=options(schema="strict"))
    with pytest.raises(DatatypeMismatch, match='"d" is new'):
        bench.upload(strict, "a,b,c,d\n3,4,5,6\n", format="csv", header="true")
    assert (3, "refused") in bench.kept(schema_versions, "version", "status")
    bench.run(lambda context: accept_schema(strict, None, context))
    assert list(bench.types()) == ["a", "b", "c", "d"]
    with pytest.raises(UndefinedObject):
        bench.run(lambda context: accept_schema(strict, None, context))
    ignoring = uploads(options=options(on_new_column="ignore"))
    bench.upload(ignoring, "a,b,c,d,e\n5,6,7,8,9\n", format="csv", header="true")
    assert list(bench.types()) == ["a", "b", "c", "d"]


def test_a_refused_type_is_taken_with_accept_schema(bench: Bench) -> None:
    source = uploads(options=options(on_type_change="fail"))
    bench.upload(source, "a\n1\n", format="csv", header="true")
    with pytest.raises(DatatypeMismatch, match="bigint"):
        bench.upload(source, "a\nx\n", format="csv", header="true")
    bench.run(lambda context: accept_schema(source, 2, context))
    bench.upload(source, "a\nx\n", format="csv", header="true")
    assert bench.rows("a") == [("1",), ("x",)]


# --- files ----------------------------------------------------------------------------------------------------


def test_files_are_taken_once_and_a_changed_file_replaces_its_rows(bench: Bench) -> None:
    (bench.landing / "a.csv").write_text("id,v\n1,x\n2,y\n")
    (bench.landing / "b.csv").write_text("id,v\n3,z\n")
    assert bench.load(from_files()).rows_out == 3
    assert bench.load(from_files()).rows_out == 0
    (bench.landing / "a.csv").write_text("id,v\n1,changed\n")
    os.utime(bench.landing / "a.csv", (1_700_000_000, 1_700_000_000))
    assert bench.load(from_files()).rows_out == 1
    assert sorted(bench.rows("id, v, _source_file, _row_number")) == [(1, "changed", "a.csv", 1), (3, "z", "b.csv", 1)]
    assert sorted(bench.kept(files, "path", "status")) == [
        ("a.csv", "loaded"),
        ("a.csv", "replaced"),
        ("b.csv", "loaded"),
    ]


def test_several_files_keep_their_own_row_numbers_and_columns(bench: Bench) -> None:
    (bench.landing / "a.csv").write_text("id,v\n1,x\n2,y\n")
    (bench.landing / "b.csv").write_text("id,v\n3,z\n4,w\n")
    (bench.landing / "c.csv").write_text("id;extra\n5;q\n")
    bench.load(from_files())
    assert bench.rows("id, v, extra, _source_file, _row_number, _load_id") == [
        (1, "x", None, "a.csv", 1, 1),
        (2, "y", None, "a.csv", 2, 1),
        (3, "z", None, "b.csv", 1, 2),
        (4, "w", None, "b.csv", 2, 2),
        (5, None, "q", "c.csv", 1, 3),
    ]


def test_a_full_extract_shows_the_latest_and_keeps_the_history(bench: Bench) -> None:
    (bench.landing / "a.csv").write_text("id\n1\n2\n")
    source = from_files(mode=LoadMode.FULL)
    bench.load(source)
    (bench.landing / "a.csv").write_text("id\n3\n")
    bench.load(source)
    assert bench.rows("id") == [(3,)]
    assert bench.rows("id", table="sales_history") == [(1,), (2,), (3,)]
    (bench.landing / "a.csv").write_text("id\n")
    bench.load(source)
    assert bench.rows("id") == [(3,)]
    assert "empty" in bench.notices[-1]


def test_a_full_extract_that_repeats_the_latest_changes_nothing(bench: Bench) -> None:
    file = bench.landing / "a.csv"
    source = from_files(mode=LoadMode.FULL)
    file.write_text("id,v\n1,\n2,x\n2,x\n")
    bench.load(source)
    before = bench.lake.head().table(NAME)
    file.write_text("id,v\n2,x\n1,\n2,x\n")
    result = bench.load(source)
    assert (result.rows_in, result.rows_out) == (3, 0)
    assert bench.lake.head().table(NAME).metadata_location == before.metadata_location
    assert not list(Path(before.location).glob(f"data/run-{bench.last_run}/*"))
    for text in ("id,v\n1,\n2,x\n", "id,v\n1,\n1,\n2,x\n", "id,v\n1,\n2,x\n2,x\n"):
        file.write_text(text)
        assert bench.load(source).rows_out > 0
    assert bench.rows("count(*)", table="sales_history", order="1") == [(11,)]


def test_json_and_parquet_keep_their_values(bench: Bench) -> None:
    (bench.landing / "a.ndjson").write_text(
        '{"id": 1, "big": 12345678901234567890123, "o": {"x": [1]}}\n{"id": 2, "late": "007"}\n'
    )
    bench.load(from_files("*.ndjson"))
    assert bench.rows("id, big, o, late") == [(1, "12345678901234567890123", '{"x":[1]}', None), (2, None, None, "007")]


def test_a_column_may_be_called_like_the_number_of_a_row(bench: Bench) -> None:
    for number in range(2):
        pq.write_table(
            pa.table({"id": [2 * number, 2 * number + 1], "File_Row_Number": [70, 60]}),
            bench.landing / f"{number}.parquet",
        )
    bench.load(from_files("*.parquet"))
    assert bench.rows('id, "File_Row_Number", _source_file, _row_number') == [
        (0, 70, "0.parquet", 1), (1, 60, "0.parquet", 2), (2, 70, "1.parquet", 1), (3, 60, "1.parquet", 2),
    ]  # fmt: skip
    pq.write_table(pa.table({"id": [4], "File_Row_Number": [50]}), bench.landing / "2.parquet")
    bench.load(from_files("*.parquet"))
    assert bench.rows('"File_Row_Number", _row_number', order="_row_id DESC LIMIT 1") == [(50, 1)]


def test_partitioned_tables_are_written_by_partition(bench: Bench) -> None:
    source = uploads(partition_by=(Expression("load_date"), Expression("month(day)")))
    bench.upload(source, "day\n2026-01-05\n2026-02-05\n", format="csv", header="true")
    assert len(bench.lake.head().table(NAME).files) == 2
    assert len(bench.rows("day")) == 2


def test_another_layout_holds_for_the_files_that_follow(bench: Bench) -> None:
    """Of PARTITION BY, ORDER BY, compression and encodings: older files stay as they are, and all rows are found."""
    by_month = uploads(partition_by=(Expression("month(day)"),))
    bench.upload(by_month, "day,city\n2026-01-05,Lyon\n2026-02-05,Gent\n", format="csv", header="true")
    by_city = uploads(
        partition_by=(Expression("city"),),
        order_by=(SortColumn(Expression("day"), is_descending=True),),
        options=options(compression="gzip", parquet_version="2"),
    )
    bench.upload(by_city, "day,city\n2026-01-06,Lyon\n2026-02-06,Lyon\n2026-03-06,Gent\n", format="csv", header="true")
    table = bench.lake.head().table(NAME)
    assert [field.column for field in table.partition_by] == ["city"]
    fresh = [file for file in table.files if file.spec_id == table.metadata.default_spec_id]
    assert sorted((file.partition, file.rows) for file in fresh) == [(("Gent",), 1), (("Lyon",), 2)]
    (of_lyon,) = [file.path for file in fresh if file.partition == ("Lyon",)]
    assert [str(day) for day in pq.read_table(of_lyon)["day"].to_pylist()] == ["2026-02-06", "2026-01-06"]
    assert pq.ParquetFile(of_lyon).metadata.row_group(0).column(0).compression == "GZIP"
    older = [file.path for file in table.files if file not in fresh]
    assert [_has_deltas(path) for path in (of_lyon, *older)] == [True, False, False]
    bench.upload(by_month, "day,city\n2026-04-05,Lyon\n", format="csv", header="true")
    bench.upload(uploads(), "day,city\n2026-05-05,Gent\n", format="csv", header="true")
    table = bench.lake.head().table(NAME)
    assert table.partition_by == ()
    assert len({field.field_id for spec in table.metadata.partition_specs for field in spec.fields}) == 2
    assert [tuple(map(str, row)) for row in bench.rows("day, city")] == [
        ("2026-01-05", "Lyon"), ("2026-02-05", "Gent"), ("2026-01-06", "Lyon"), ("2026-02-06", "Lyon"),
        ("2026-03-06", "Gent"), ("2026-04-05", "Lyon"), ("2026-05-05", "Gent"),
    ]  # fmt: skip


def _has_deltas(path: str) -> bool:
    columns = pq.read_metadata(path).row_group(0)
    return any("DELTA_BINARY_PACKED" in columns.column(at).encodings for at in range(columns.num_columns))


# --- rules, exclusions ------------------------------------------------------------------------------------------


def test_files_are_ordered_within_and_rows_keep_their_ids(bench: Bench) -> None:
    order = (SortColumn(Expression("v"), is_descending=True), SortColumn(Expression("id + 0")))
    bench.upload(uploads(order_by=order), "id,v\n1,a\n2,\n3,b\n4,b\n", format="csv", header="true")
    (file,) = bench.lake.head().table(NAME).files
    assert pq.read_table(file.path).select(["id", "_row_id"]).to_pylist() == [
        {"id": number, "_row_id": number} for number in (3, 4, 1, 2)
    ]


def test_files_are_written_at_their_target_size(bench: Bench) -> None:
    data = "id,text\n" + "".join(
        f"{number},{hashlib.md5(str(number).encode()).hexdigest()}\n" for number in range(400_000)
    )
    bench.upload(uploads(options=options(target_file_size="2 MB")), data, format="csv", header="true")
    assert len(bench.lake.head().table(NAME).files) > 1
    assert bench.rows("count(*), count(DISTINCT _row_id)", order="1") == [(400_000, 400_000)]


def test_rules_look_at_one_load_and_fail_stops_it(bench: Bench) -> None:
    warning = (NotNullRule("a"), UniqueRule(("b",)))
    bench.upload(uploads(rules=warning), "a,b\n1,x\n,x\n", format="csv", header="true")
    assert bench.kept(rule_results, "rule", "rows_violating", "passed") == [
        ("a_not_null", 1, False),
        ("b_key", 1, False),
    ]
    failing = uploads(rules=(NotNullRule("a", on_violation=Violation(Action.FAIL)),))
    with pytest.raises(CheckViolation, match="a_not_null"):
        bench.upload(failing, "a,b\n,z\n", format="csv", header="true")
    assert len(bench.rows("a")) == 2


def test_an_expectation_compares_with_the_last_load(bench: Bench) -> None:
    rule = ExpectRule(
        Expression("change(count(*)) BETWEEN -0.5 AND 0.5"), name="steady", on_violation=Violation(Action.FAIL)
    )
    source = uploads(rules=(rule,))
    bench.upload(source, "a\n1\n2\n3\n4\n", format="csv", header="true")
    bench.upload(source, "a\n1\n2\n3\n", format="csv", header="true")
    with pytest.raises(CheckViolation, match="steady"):
        bench.upload(source, "a\n1\n", format="csv", header="true")


def test_an_excluded_run_is_hidden_until_it_is_included(bench: Bench) -> None:
    bench.upload(uploads(), "a\n1\n", format="csv", header="true")
    bench.upload(uploads(), "a\n2\n", format="csv", header="true")
    bad = bench.last_run
    bench.run(lambda context: exclude_run(uploads(), bad, context))
    assert bench.rows("a") == [(1,)]
    assert bench.upload(uploads(), "a\n2\n", format="csv", header="true").rows_out == 1
    bench.run(lambda context: include_run(uploads(), bad, context))
    assert bench.rows("a") == [(1,), (2,), (2,)]
    with pytest.raises(UndefinedObject):
        bench.run(lambda context: exclude_run(uploads(), 999, context))


def test_the_record_has_the_fields_of_an_ingestion_record(bench: Bench) -> None:
    record = bench.upload(uploads(), "a\n1\n", format="csv", header="true").record
    assert record["records_inserted"] == 1
    assert record["table_name"] == "bronze.sales"
    assert record["file_count"] == 1
    assert record["data_quality_checks"] == {"null_count": 0, "duplicate_count": 0, "validation_passed": True}


def test_an_empty_upload_with_a_header_makes_a_table(bench: Bench) -> None:
    assert bench.upload(uploads(), "a,b\n", format="csv", header="true").rows_out == 0
    assert bench.types() == {"a": "text", "b": "text"}


# --- databases ------------------------------------------------------------------------------------------------


@pytest.fixture
def till(bench: Bench) -> sqlite3.Connection:
    """A database of the shop, and the connection `till` to it."""
    bench.connection(Connection("till", "sqlite", Options((Option("path", str(bench.folder / "till.db")),))))
    connection = sqlite3.connect(bench.folder / "till.db", isolation_level=None)
    connection.execute("CREATE TABLE orders (id INTEGER, state TEXT, changed TEXT)")
    return connection


def incremental(**values: Any) -> BronzeSource:
    table = ConnectionSource(("till",), SourceForm.TABLE, "orders")
    return BronzeSource(NAME, table, load=Load(LoadMode.INCREMENTAL, "changed", options(**values)), key=("id",))


def test_an_incremental_load_reads_what_changed_and_never_doubles(bench: Bench, till: sqlite3.Connection) -> None:
    till.execute("INSERT INTO orders VALUES (1, 'A', '2026-01-01 10:00:00'), (2, 'A', '2026-01-01 10:20:00')")
    assert bench.load(incremental()).rows_out == 2
    before = bench.lake.head().pointers[NAME]
    assert bench.load(incremental()).rows_out == 0
    assert bench.lake.head().pointers[NAME] == before
    till.execute("UPDATE orders SET state = 'B', changed = '2026-01-01 10:30:00' WHERE id = 1")
    assert bench.load(incremental()).rows_out == 1
    till.execute("UPDATE orders SET state = 'A', changed = '2026-01-01 10:31:00' WHERE id = 1")
    till.execute("INSERT INTO orders VALUES (3, 'late', '2026-01-01 10:29:00')")
    result = bench.load(incremental())
    assert result.rows_out == 2
    assert result.record["previous_watermark"] == "2026-01-01 10:30:00"
    assert result.record["current_watermark"] == "2026-01-01 10:31:00"
    assert sorted(bench.rows("id, state")) == [(1, "A"), (1, "A"), (1, "B"), (2, "A"), (3, "late")]
    till.execute("INSERT INTO orders VALUES (4, 'too late', '2026-01-01 09:00:00')")
    assert bench.load(incremental()).rows_out == 0
    assert bench.load(incremental(), full=True).rows_out == 1


def test_null_watermarks_follow_their_option(bench: Bench, till: sqlite3.Connection) -> None:
    till.execute("INSERT INTO orders VALUES (1, 'A', '2026-01-01 10:00:00'), (2, 'B', NULL)")
    with pytest.raises(DataError, match="1 rows"):
        bench.load(incremental(null_watermark="fail"))
    assert bench.load(incremental(null_watermark="skip")).rows_out == 1
    assert bench.load(incremental(null_watermark="load")).rows_out == 1
    assert bench.load(incremental(null_watermark="load")).rows_out == 0


def test_a_start_bounds_the_first_load(bench: Bench, till: sqlite3.Connection) -> None:
    till.execute("INSERT INTO orders VALUES (1, 'A', '2025-12-31 10:00:00'), (2, 'B', '2026-01-01')")
    assert bench.load(incremental(start="2026-01-01")).rows_out == 1


def test_a_full_extract_of_a_query(bench: Bench, till: sqlite3.Connection) -> None:
    till.execute("INSERT INTO orders VALUES (1, 'it''s', NULL), (2, 'B', NULL)")
    query = ConnectionSource(("till",), SourceForm.QUERY, "SELECT id, state FROM orders WHERE state <> 'B'")
    source = BronzeSource(NAME, query, load=Load(LoadMode.FULL))
    bench.load(source)
    till.execute("UPDATE orders SET state = 'it''s new' WHERE id = 1")
    till.commit()
    bench.load(source)
    bench.load(source)
    assert bench.rows("id, state, _load_id, source_id") == [(1, "it's new", 2, "till")]
    assert bench.types() == {"id": "bigint", "state": "text"}


def test_an_unknown_connection_and_a_missing_file_say_so(bench: Bench) -> None:
    nowhere = BronzeSource(NAME, ConnectionSource(("nowhere",), SourceForm.FILES, "*.csv"))
    with pytest.raises(UndefinedObject, match="nowhere"):
        bench.load(nowhere)
    with pytest.raises(UndefinedFile, match=r"x\.csv"):
        bench.load(from_files("x.csv"))
    with pytest.raises(InvalidParameterValue, match="below"):
        bench.load(from_files("../*.csv"))
    with pytest.raises(FeatureNotSupported, match="CDC"):
        bench.load(from_files(mode=LoadMode.CDC))


def test_a_preview_shows_rows_and_types_before_anything_is_made(bench: Bench, till: sqlite3.Connection) -> None:
    (bench.landing / "a.csv").write_text("id,zip,price\n1,01,2.50\n2,,3.25\n")
    till.execute("INSERT INTO orders VALUES (1, 'A', '2026-01-01 10:00:00')")
    with JobEngine(memory_limit="256MB", threads=1, temp_directory=bench.folder / "temp") as engine:
        landing = LocalFiles("drop_box", bench.landing, lambda _: True)
        shown = preview_source(landing, "*.csv", engine, limit=1)
        assert [(name, str(kind)) for name, kind in shown.columns] == [
            ("id", "bigint"),
            ("zip", "text"),
            ("price", "numeric(18,2)"),
        ]
        assert shown.rows.num_rows == 1
        lite = Sqlite("till", bench.folder / "till.db", lambda _: True)
        assert [str(kind) for _, kind in preview_source(lite, "orders", engine).columns] == [
            "bigint",
            "text",
            "timestamp without time zone",
        ]


def test_line_ends_blank_values_and_names_that_differ_in_case(bench: Bench) -> None:
    (bench.landing / "a.csv").write_bytes(b'\xef\xbb\xbfID,Note\r\n1,"two\r\nlines"\r\n2,\r\n')
    (bench.landing / "b.csv").write_bytes(b"note;id\nlast;3")
    (bench.landing / "c.csv").write_bytes(b"")
    bench.load(from_files())
    assert bench.rows('"ID", "Note"') == [(1, "two\r\nlines"), (2, None), (3, "last")]


def test_an_empty_upload_changes_nothing(bench: Bench) -> None:
    bench.upload(uploads(), "a,b\n1,2\n", format="csv", header="true")
    before = bench.lake.head().pointers[NAME]
    assert bench.upload(uploads(), "", format="csv", header="true").rows_out == 0
    assert bench.lake.head().pointers[NAME] == before


def test_bytes_that_are_no_text_say_which_line(bench: Bench) -> None:
    with pytest.raises(CharacterNotInRepertoire, match="utf-8"):
        bench.upload(uploads(), b"a,b\n1,caf\xe9\n", format="csv", header="true")
    bench.upload(uploads(), b"a,b\n1,caf\xe9\n", format="csv", header="true", encoding="latin1")
    assert bench.rows("b") == [("café",)]


def test_a_run_that_is_cut_off_before_its_commit_changes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.upload(uploads(), "a\n1\n", format="csv", header="true")
    with monkeypatch.context() as patched:
        patched.setattr(Lake, "commit", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            bench.upload(uploads(), "a\n2\n", format="csv", header="true")
    assert bench.rows("a") == [(1,)]
    assert bench.upload(uploads(), "a\n2\n", format="csv", header="true").rows_out == 1
    assert bench.rows("a, _row_id, _load_id") == [(1, 1, 1), (2, 2, 2)]


def _cut_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


# --- files that are read while they are written -----------------------------------------------------------------


@pytest.fixture
def side_by_side(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench on which files count as large from the first byte on."""
    monkeypatch.setattr("ormolu.scheduler.extracts.DEFERRED_BYTES", 1)
    return bench


def test_files_written_side_by_side_keep_their_order_and_row_numbers(side_by_side: Bench) -> None:
    for number in range(3):
        lines = "".join(f"{number * 100 + row},2026-01-0{number + 1},{row}.50\n" for row in range(100))
        (side_by_side.landing / f"{number}.csv").write_text(f"id,day,amount\n{lines}")
    result = side_by_side.load(from_files())
    assert (result.rows_in, result.rows_out) == (300, 300)
    assert side_by_side.types() == {"id": "bigint", "day": "date", "amount": "numeric(18,2)"}
    assert side_by_side.rows("id", order="_row_id") == [(number,) for number in range(300)]
    assert side_by_side.rows("DISTINCT id - _row_number, _source_file, _load_id", order="1") == [
        (-1, "0.csv", 1), (99, "1.csv", 2), (199, "2.csv", 3),
    ]  # fmt: skip
    (side_by_side.landing / "3.csv").write_text("id,day,amount\n300,2026-01-09,1.00\n")
    side_by_side.load(from_files())
    assert side_by_side.rows("id", order="_row_id DESC LIMIT 1") == [(300,)]


def test_a_leading_zero_in_the_last_row_of_large_files_survives(side_by_side: Bench) -> None:
    lines = "".join(f"{number}\n" for number in range(1, 20_000))
    (side_by_side.landing / "a.csv").write_text(f"code\n{lines}")
    (side_by_side.landing / "b.csv").write_text(f"code\n{lines}0042\n")
    result = side_by_side.load(from_files())
    assert (result.rows_in, result.rows_out) == (39_999, 39_999)
    assert side_by_side.types() == {"code": "text"}
    assert side_by_side.rows("code", order="_row_id DESC LIMIT 1") == [("0042",)]
    assert side_by_side.rows("count(*)", order="1") == [(39_999,)]


def test_a_large_file_that_breaks_off_names_its_line_and_publishes_nothing(side_by_side: Bench) -> None:
    (side_by_side.landing / "a.csv").write_text("a,b\n1,2\n3,4\n")
    (side_by_side.landing / "b.csv").write_text("a,b\n1,2\n5\n")
    with pytest.raises(BadCopyFileFormat, match=r"b\.csv, line 3: 1 columns where 2 are expected"):
        side_by_side.load(from_files())
    assert side_by_side.lake.head().find_table(NAME) is None


def test_a_declared_type_that_a_large_file_breaks_names_row_and_column(side_by_side: Bench) -> None:
    (side_by_side.landing / "a.csv").write_text("a\n1\n2\n")
    (side_by_side.landing / "b.csv").write_text("a\n3\nx\n")
    with pytest.raises(InvalidTextRepresentation, match=r'b\.csv, row 2: invalid input syntax for type bigint: "x"'):
        side_by_side.load(from_files(columns=(Column("a", "bigint"),)))


def test_an_upload_that_is_not_on_the_workers_machine_says_what_to_share(bench: Bench) -> None:
    elsewhere = bench.folder / "elsewhere" / "1.upload"
    with pytest.raises(UndefinedFile, match="not on the worker's machine") as caught:
        bench.run(lambda context: load_upload(uploads(), elsewhere, {"format": "csv"}, context))
    assert "spool" in (caught.value.hint or "")
