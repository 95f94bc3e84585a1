"""A job's engine writes what tables store, within its limits."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ormolu.engine.jobs import JobEngine
from ormolu.engine.parquet_copies import stored_row
from ormolu.engine.sorted_parts import SortTerm, selects_in_parts
from ormolu.errors import (
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidTextRepresentation,
    OutOfMemory,
    QueryCanceled,
    UndefinedFile,
)
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.layout import Layout
from ormolu.medallion.steps import Step
from ormolu.medallion.templates import column, query, text


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[JobEngine]:
    with JobEngine(memory_limit="256MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        yield engine


def test_files_carry_field_ids_and_awkward_names(engine: JobEngine, tmp_path: Path) -> None:
    sql = """SELECT 1::INTEGER AS "it's", [1, 2] AS list, 'x' AS "sp ace" """
    ids = {"it's": 1, "list": {"__duckdb_field_id": 2, "element": 3}, "sp ace": 4}
    (file,) = engine.write_parquet(sql, directory=str(tmp_path / "o'out"), field_ids=ids)
    schema = pq.read_schema(file.path)
    assert [schema.field(i).metadata[b"PARQUET:field_id"] for i in range(3)] == [b"1", b"2", b"4"]
    assert file.rows == 1
    assert file.bytes == Path(file.path).stat().st_size
    assert file.partition == ()


def test_queries_written_side_by_side_come_back_in_their_order(engine: JobEngine, tmp_path: Path) -> None:
    queries = [f"SELECT i + {number * 10} AS n FROM range({number}) AS r(i)" for number in range(4)]
    found = engine.write_parquet_together(queries, directory=str(tmp_path / "out"), field_ids={"n": 1})
    assert [[pq.read_table(file.path)["n"].to_pylist() for file in files] for files in found] == [
        [], [[10]], [[20, 21]], [[30, 31, 32]],
    ]  # fmt: skip
    assert engine.rows("SELECT current_setting('threads')") == [(2,)]


def test_rows_are_written_in_their_order_by_several_threads_too(engine: JobEngine, tmp_path: Path) -> None:
    sql = "SELECT (i * 7919) % 400009 AS n FROM range(400009) AS r(i)"
    by = (SortTerm("o.n", is_descending=True),)
    (file,) = engine.write_parquet(sql, directory=str(tmp_path / "out"), field_ids={"n": 1}, order_by=by)
    assert pq.read_table(file.path)["n"].to_pylist() == list(range(400008, -1, -1))
    assert engine.rows("SELECT current_setting('threads')") == [(2,)]


def test_rows_sorted_in_parts_are_those_of_a_sort_at_once(tmp_path: Path) -> None:
    """NULLs last, equal keys, a text and a number in two directions, what is of one partition together."""
    sql = """SELECT i AS n, CASE WHEN i % 7 > 0 THEN 'k' || (i * 31 % 1009) END AS k, i % 3 AS p, repeat('x', 90) AS t
             FROM range(100000) AS r(i)"""
    by = (SortTerm("o.k", is_descending=True), SortTerm("o.n"))
    with JobEngine(memory_limit="32MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        for fields in ((), (PartitionField("p"),)):
            row = stored_row(engine.describe(sql), fields)
            selects = selects_in_parts(engine, f"({sql})", row, by)
            parts = [engine.rows(f"SELECT n, k, p, length(t) FROM ({select})") for select in selects]
            assert len(parts) > 2
            order = "p, k DESC NULLS LAST, n" if fields else "k DESC NULLS LAST, n"
            expected = engine.rows(f"SELECT n, k, p, length(t) FROM ({sql}) ORDER BY {order}")
            assert [each for part in parts for each in part] == expected
        assert list((tmp_path / "temp").glob("sort-*")) == []


def test_what_memory_cannot_sort_at_once_is_written_in_parts(tmp_path: Path) -> None:
    sql = "SELECT (i * 7919) % 600011 AS n, repeat('x', 100) || i AS t FROM range(600011) AS r(i)"
    with JobEngine(memory_limit="24MB", threads=1, temp_directory=tmp_path / "temp") as engine:
        ids, by = {"n": 1, "t": 2}, (SortTerm("o.n"),)
        files = engine.write_parquet(sql, directory=str(tmp_path / "out"), field_ids=ids, order_by=by)
    assert len(files) > 1
    assert [n for file in files for n in pq.read_table(file.path)["n"].to_pylist()] == list(range(600011))


def test_a_table_that_memory_cannot_compute_at_once_is_made_in_parts(tmp_path: Path) -> None:
    twice = query("SELECT v.k FROM versions AS v GROUP BY v.k HAVING count(*) > 1")
    step = Step("twice", twice, splits_by=(column("k", "v"),))
    with JobEngine(memory_limit="9MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        engine.execute("CREATE TEMP TABLE versions AS SELECT 'key ' || i % 799997 AS k FROM range(800000) AS r(i)")
        with pytest.raises(OutOfMemory):
            engine.make_table("twice", text(twice), rows=0)
        engine.make_table("twice", text(twice), rows=0, in_turn=map(text, step.splits()))
        assert engine.rows("FROM twice ORDER BY k") == [("key 0",), ("key 1",), ("key 2",)]
        assert engine.rows("SELECT current_setting('threads')") == [(2,)]


def test_a_stream_is_not_read_again_after_memory_ran_out(tmp_path: Path) -> None:
    """What was read of it is gone: a second reading would write the rest alone."""
    batch = pa.record_batch({"n": range(50_000), "t": ["x" * 400 + str(n) for n in range(50_000)]})
    with JobEngine(memory_limit="16MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        engine.execute("SET max_temp_directory_size = '1MB'")
        engine.register("stream", pa.RecordBatchReader.from_batches(batch.schema, [batch] * 4))
        ids, by = {"n": 1, "t": 2}, (SortTerm("o.n"),)
        with pytest.raises(OutOfMemory):
            engine.write_parquet("FROM stream", directory=str(tmp_path / "out"), field_ids=ids, order_by=by)
        engine.unregister("stream")
        assert engine.rows("SELECT 1") == [(1,)]


def test_an_interrupt_ends_all_that_is_written_side_by_side(engine: JobEngine, tmp_path: Path) -> None:
    endless = "SELECT count(*) AS n FROM range(100000000000) AS r(i) WHERE (i * 7) % 3 = 5"
    timer = threading.Timer(0.3, engine.interrupt)
    timer.start()
    with pytest.raises(QueryCanceled):
        engine.write_parquet_together([endless] * 3, directory=str(tmp_path / "out"), field_ids={"n": 1})
    assert engine.rows("SELECT current_setting('threads')") == [(2,)]


def test_a_huge_integer_keeps_its_digits(engine: JobEngine, tmp_path: Path) -> None:
    sql = "SELECT sum(x) AS total FROM (VALUES (9007199254740993::BIGINT), (9007199254740993)) t(x)"
    (file,) = engine.write_parquet(sql, directory=str(tmp_path / "out"), field_ids={"total": 1})
    assert str(pq.read_schema(file.path).field("total").type) == "decimal128(38, 0)"
    assert int(pq.read_table(file.path)["total"][0].as_py()) == 18014398509481986


def test_structs_become_json_and_intervals_text(engine: JobEngine, tmp_path: Path) -> None:
    sql = "SELECT {'a': 1, 'b': NULL} AS s, INTERVAL '1 day' AS i, 5::UBIGINT AS u"
    (file,) = engine.write_parquet(sql, directory=str(tmp_path / "out"), field_ids={"s": 1, "i": 2, "u": 3})
    assert pq.read_table(file.path).to_pylist()[0]["s"] == '{"a":1,"b":null}'
    assert str(pq.read_schema(file.path).field("i").type) == "string"


def test_no_rows_leave_no_files(engine: JobEngine, tmp_path: Path) -> None:
    assert engine.write_parquet("SELECT 1 AS a WHERE false", directory=str(tmp_path / "out"), field_ids={"a": 1}) == ()
    assert list((tmp_path / "out").rglob("*.parquet")) == []


def test_partitions_come_back_as_text_null_and_hostile_ones_too(engine: JobEngine, tmp_path: Path) -> None:
    sql = """SELECT d, k FROM (VALUES (DATE '2024-03-05', 'a/b=ü''"'), (DATE '1969-12-31', NULL)) t(d, k)"""
    fields = [PartitionField("d"), PartitionField("d", "month"), PartitionField("k"), PartitionField("d", "day")]
    files = engine.write_parquet(sql, directory=str(tmp_path / "o"), field_ids={"d": 1, "k": 2}, partition_by=fields)
    assert {file.partition for file in files} == {
        ("2024-03-05", "650", "a/b=ü'\"", "19787"),
        ("1969-12-31", "-1", None, "-1"),
    }
    assert {name for file in files for name in pq.read_schema(file.path).names} == {"d", "k"}


def test_two_writes_into_one_directory_keep_both(engine: JobEngine, tmp_path: Path) -> None:
    first = engine.write_parquet("SELECT 1 AS a", directory=str(tmp_path), field_ids={"a": 1})
    second = engine.write_parquet("SELECT 2 AS a", directory=str(tmp_path), field_ids={"a": 1})
    assert first[0].path != second[0].path
    assert Path(first[0].path).exists()


def test_a_large_result_is_split_at_the_target_size(engine: JobEngine, tmp_path: Path) -> None:
    sql = "SELECT hash(range) AS a FROM range(500000)"
    files = engine.write_parquet(sql, directory=str(tmp_path), field_ids={"a": 1}, layout=Layout(file_bytes=1_000_000))
    assert len(files) > 1
    assert sum(file.rows for file in files) == 500_000


def test_errors_carry_a_sqlstate(engine: JobEngine, tmp_path: Path) -> None:
    with pytest.raises(InvalidTextRepresentation, match="Could not convert string 'x'"):
        engine.rows("SELECT CAST(? AS INTEGER)", ["x"])
    with pytest.raises(UndefinedFile):
        engine.rows("SELECT * FROM read_csv(?)", [str(tmp_path / "none.csv")])
    with pytest.raises(FeatureNotSupported):
        engine.load_extension("sqlite_scanner_of_nowhere")
    for transform, refused in (("bucket[4]", DatatypeMismatch), ("decade", FeatureNotSupported)):
        by = [PartitionField("a", transform)]
        with pytest.raises(refused):
            engine.write_parquet("SELECT 1::DOUBLE AS a", directory=str(tmp_path), field_ids={"a": 1}, partition_by=by)


def test_memory_is_bounded(tmp_path: Path) -> None:
    with JobEngine(memory_limit="20MB", threads=2, temp_directory=tmp_path) as engine:
        engine.execute("SET max_temp_directory_size = '1MB'")
        with pytest.raises(OutOfMemory) as caught:
            engine.rows("SELECT list(range) FROM range(20000000)")
        assert str(caught.value.detail).startswith("failed to ")
        assert "had 20MB for 2 threads: start the server with a higher --job-memory" in str(caught.value.hint)
        assert engine.rows("SELECT current_setting('threads')") == [(2,)]


@pytest.mark.parametrize("name", ["sqlite_scanner", "postgres_scanner", "mysql_scanner"])
def test_extensions_load_offline(engine: JobEngine, name: str) -> None:
    engine.load_extension(name)
    engine.load_extension(name)


EVERY_VALUE = """
    SELECT CASE i % 5 WHEN 0 THEN -9223372036854775808 WHEN 1 THEN 9223372036854775807 WHEN 2 THEN NULL ELSE i END AS n,
           CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE repeat('ä', (i % 700)::INTEGER) || i END AS t,
           CASE i % 4 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' WHEN 2 THEN NULL ELSE i / 7.0 END::DOUBLE AS d,
           (i * 37 - 99999)::DECIMAL(38, 5) AS m, (i * 1.25)::DECIMAL(15, 2) AS a, i::INTEGER AS k,
           '0001-01-01'::DATE + (i * 1000)::INTEGER AS day, encode('x' || i) AS b, NULL::BIGINT AS nothing,
           [i, NULL] AS list
    FROM range(3000) AS r(i)"""
# Values that DuckDB 1.5.5 writes as differences of more than 32 bits.
FAR_APART = {
    "integers": "(i * 1400001 - 2147483648)::INTEGER",
    "in lists": "[(i * 1400001 - 2147483648)::INTEGER]",
    "dates": "CASE i WHEN 0 THEN '-infinity' ELSE DATE '2020-01-01' + i::INTEGER END::DATE",
}


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_the_encodings_hold_every_value(engine: JobEngine, tmp_path: Path, version: int) -> None:
    encodings = _written_and_read(engine, tmp_path, EVERY_VALUE, version)
    assert ("DELTA_BINARY_PACKED" in encodings) is (version == 2)


@pytest.mark.parametrize("value", FAR_APART.values(), ids=FAR_APART)
def test_values_far_apart_are_read_by_others_too(engine: JobEngine, tmp_path: Path, value: str) -> None:
    sql = f"SELECT {value} AS v, i AS n FROM range(3000) AS r(i)"
    assert "DELTA_BINARY_PACKED" not in _written_and_read(engine, tmp_path, sql, 2)


def test_files_of_partitions_are_written_again_where_they_must(engine: JobEngine, tmp_path: Path) -> None:
    value = f"CASE WHEN p = 1 THEN {FAR_APART['integers']} ELSE i END::INTEGER"
    sql = f"SELECT {value} AS v, p FROM range(3000) AS r(i), range(2) AS q(p)"
    files = engine.write_parquet(
        sql,
        directory=str(tmp_path / "out"),
        field_ids={"v": 1, "p": 2},
        partition_by=[PartitionField("p")],
        layout=Layout(parquet_version=2),
    )
    assert sorted(file.partition for file in files) == [("0",), ("1",)]
    assert sorted(str(path) for path in (tmp_path / "out").rglob("*.parquet")) == sorted(file.path for file in files)
    assert [pq.read_table(file.path, partitioning=None).num_rows for file in files] == [3000, 3000]


def _written_and_read(engine: JobEngine, tmp_path: Path, sql: str, version: int) -> set[str]:
    """The encodings of the file that is written of a query: ours and another reader find the same rows in it."""
    engine.execute(f"CREATE TABLE given AS {sql}")
    ids = {
        name: {"__duckdb_field_id": number, "element": number + 100} if kind.endswith("[]") else number
        for number, (name, kind) in enumerate(engine.describe("FROM given"), start=1)
    }
    (file,) = engine.write_parquet(
        "FROM given", directory=str(tmp_path / "out"), field_ids=ids, layout=Layout(parquet_version=version)
    )
    assert engine.rows(f"FROM '{file.path}' EXCEPT ALL FROM given") == []
    engine.register("theirs", pq.read_table(file.path))
    assert engine.rows("FROM theirs EXCEPT ALL FROM given") == []
    columns = pq.read_metadata(file.path).row_group(0)
    return {encoding for at in range(columns.num_columns) for encoding in columns.column(at).encodings}
