"""What a lake promises to everyone who builds on it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import insert, select
from sqlglot import exp

from ormolu.catalog.changes import TableRestore
from ormolu.catalog.lake import DefinitionChange, Lake, TableChange, TableDrop, copy_field_ids, planned_columns
from ormolu.catalog.schema import audit_log, tombstones, versions
from ormolu.definitions import Kind, TableName
from ormolu.errors import (
    DuplicateColumn,
    InternalError,
    InvalidParameterValue,
    SerializationFailure,
    UndefinedColumn,
    UndefinedTable,
)
from ormolu.medallion.columns import (
    EXCLUDED_LOADS,
    LATEST_FULL_LOAD,
    QUARANTINE_COLUMNS,
    PartitionField,
    StoredColumn,
)
from ormolu.sql_extensions.dialect.context import AsOf
from ormolu.sql_extensions.types import data_type

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = TableName("bronze", "orders")
CLEAN = TableName("silver", "orders")
Fetch = Callable[..., list[tuple[Any, ...]]]


def audit(action: str) -> Any:
    return insert(audit_log).values(database="lakehouse", role="admin", at=NOW, action=action)


def json_files(lake: Lake) -> set[Path]:
    return {path for path in Path(lake.warehouse).rglob("*") if path.suffix in (".json", ".avro")}


def test_a_new_lake_has_no_tables(lake: Lake) -> None:
    head = lake.head()
    assert dict(head.pointers) == {}
    assert head.find_table(ORDERS) is None
    assert head.definitions.rows() == []
    with pytest.raises(UndefinedTable):
        head.table(ORDERS)


def test_rows_of_every_type_come_back_as_they_were(workshop: Any, fetch: Fetch) -> None:
    query = """
        SELECT 7 AS small, 2000000000::BIGINT * 4 AS big, 12.34::DECIMAL(9, 2) AS price, 1.5::FLOAT AS f,
               'text' AS name, '{"a": 1}' AS doc, '1 day' AS wait, true AS is_new,
               DATE '2026-01-31' AS d, TIME '10:11:12.5' AS t, TIMESTAMP '2026-01-31 10:00:00' AS ts,
               TIMESTAMPTZ '2026-01-31 10:00:00+02' AS tz, 'xyz'::BLOB AS raw,
               '6f2c5a3e-8f0e-4d6e-9d5e-0123456789ab'::UUID AS id, ['a', NULL] AS tags, [[1], [2, 3]] AS grid
        UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    """
    types = (
        ("small", "smallint"), ("big", "bigint"), ("price", "numeric(9,2)"), ("f", "real"), ("name", "varchar(20)"),
        ("doc", "jsonb"), ("wait", "interval"), ("is_new", "boolean"), ("d", "date"), ("t", "time"),
        ("ts", "timestamp"), ("tz", "timestamptz"), ("raw", "bytea"), ("id", "uuid"), ("tags", "text[]"),
        ("grid", "integer[][]"),
    )  # fmt: skip
    head = workshop.create(ORDERS, query, *types)
    table = head.table(ORDERS)
    assert [str(column.type) for column in table.columns] == [str(data_type(spelling)) for _, spelling in types]
    described = duckdb.sql("DESCRIBE " + table.source().sql("duckdb")).fetchall()
    assert [row[1] for row in described] == [data_type(spelling).duckdb for _, spelling in types]
    first, empty = fetch(table.source(), "small")
    assert first[:3] == (7, 8_000_000_000, first[2]) and str(first[2]) == "12.34"
    assert first[6] == timedelta(days=1) and first[8] == date(2026, 1, 31)
    assert first[14] == ["a", None] and first[15] == [[1], [2, 3]]
    assert str(first[13]) == "6f2c5a3e-8f0e-4d6e-9d5e-0123456789ab"
    assert set(empty) == {None}
    assert table.rows == 2


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        ("'infinity'", "timestamp"),
        ("'-infinity'", "timestamptz"),
        ("'4000-01-01 (BC)'", "date"),
        ("'12000-01-01'", "timestamp"),
        ("'nan'", "double precision"),
        ("'-inf'", "real"),
        ("repeat(chr(1114111), 30)", "text"),
        ("''", "text"),
        ("99999999999999999999999999999999999999", "numeric(38,0)"),
        ("'24:00:00'", "time"),
    ],
)
def test_values_at_the_edge_are_stored_and_found(workshop: Any, fetch: Fetch, value: str, spelling: str) -> None:
    queried = data_type(spelling).duckdb
    query = f"SELECT CAST({value} AS {queried}) AS v UNION ALL SELECT NULL"
    table = workshop.create(ORDERS, query, ("v", spelling)).table(ORDERS)
    source = f"SELECT count(*) FROM ({table.source().sql('duckdb')}) WHERE v = CAST({value} AS {queried})"
    assert duckdb.sql(source).fetchone() == (1,)
    assert table.files[0].nulls == {"v": 1}


def test_an_empty_table_has_the_right_types_and_no_rows(workshop: Any, fetch: Fetch) -> None:
    head = workshop.create(
        ORDERS, "SELECT 1::BIGINT AS id, [1] AS tags WHERE false", ("id", "bigint"), ("tags", "int[]")
    )
    table = head.table(ORDERS)
    assert (table.rows, table.files, table.snapshot_id) == (0, (), None)
    source = table.source(with_file_name=True)
    assert fetch(source) == []
    assert [row[1] for row in duckdb.sql("DESCRIBE " + source.sql("duckdb")).fetchall()] == [
        "BIGINT", "INTEGER[]", "VARCHAR",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["filename", "FileName", "file_row_number"])
def test_a_column_called_as_the_engine_calls_the_files_is_a_column(workshop: Any, fetch: Fetch, name: str) -> None:
    head = workshop.create(ORDERS, f"SELECT 1 AS id, 'v' AS \"{name}\"", ("id", "integer"), (name, "text"))
    table = head.table(ORDERS)
    source = table.source(columns=[name], with_file_name=True).subquery("t")
    wanted = exp.column(name, quoted=True).eq("v")
    assert fetch(exp.select("*").from_(source).where(wanted)) == [("v", table.files[0].path)]
    assert fetch(exp.select("*").from_(table.source(where=wanted).subquery("t")).where(wanted)) == [(1, "v")]


def test_hidden_required_and_commented_columns_keep_their_marks(lake: Lake) -> None:
    columns = (
        StoredColumn("id", data_type("numeric(18,2)"), is_required=True, comment='the "key" — é'),
        StoredColumn("_load_id", data_type("bigint"), is_hidden=True),
    )
    change = TableChange(ORDERS, None, location=lake.new_location(ORDERS), columns=columns)
    lake.commit([change], at=NOW)
    again = Lake(lake.engine, database=lake.database, warehouse=lake.warehouse)
    assert again.head().table(ORDERS).columns == planned_columns(columns, None)


def test_a_column_survives_rename_widening_and_drop_and_readd(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id, 'a' AS code", ("id", "integer"), ("code", "text"))
    table = head.table(ORDERS)
    widened = planned_columns(workshop.columns(("number", "bigint"), ("note", "text")), table, {"number": "id"})
    assert [column.field_id for column in widened] == [1, 3]
    head = lake.commit([TableChange(ORDERS, table.metadata_location, columns=widened)], at=NOW)
    table = head.table(ORDERS)
    assert fetch(table.source()) == [(1, None)]
    back = planned_columns(workshop.columns(("number", "bigint"), ("code", "text"), ("note", "text")), table)
    added = workshop.write(table.location, "SELECT 8000000000 AS number, 'b' AS code, 'n' AS note", back)
    head = lake.commit([TableChange(ORDERS, table.metadata_location, columns=back, added=added)], at=NOW)
    assert fetch(head.table(ORDERS).source()) == [(1, None, None), (8_000_000_000, "b", "n")]
    assert head.table(ORDERS).files[0].lower["number"] in (1, 8_000_000_000)


def test_a_type_that_cannot_be_widened_takes_a_new_field_id(workshop: Any) -> None:
    table = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "integer")).table(ORDERS)
    assert planned_columns(workshop.columns(("id", "text")), table)[0].field_id == 2
    assert planned_columns(workshop.columns(("id", "bigint")), table)[0].field_id == 1


def test_field_ids_that_would_misread_older_files_are_refused(lake: Lake, workshop: Any) -> None:
    table = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "integer")).table(ORDERS)
    wrong = (StoredColumn("other", data_type("text"), field_id=1),)
    with pytest.raises(InternalError):
        lake.commit([TableChange(ORDERS, table.metadata_location, columns=wrong)], at=NOW)


def test_columns_that_differ_in_case_only_are_refused(lake: Lake, workshop: Any) -> None:
    columns = workshop.columns(("id", "integer"), ("ID", "integer"))
    with pytest.raises(DuplicateColumn):
        lake.commit([TableChange(ORDERS, None, location=lake.new_location(ORDERS), columns=columns)], at=NOW)
    assert json_files(lake) == set()


def test_a_source_names_only_columns_that_are_there(workshop: Any, fetch: Fetch) -> None:
    table = workshop.create(
        ORDERS, 'SELECT 1 AS id, \'a\' AS "Odd ""name"', ("id", "int"), ('Odd "name', "text")
    ).table(ORDERS)
    assert fetch(table.source(columns=['Odd "name'])) == [("a",)]
    with pytest.raises(UndefinedColumn):
        table.source(columns=["missing"])


def test_several_tables_change_together_or_not_at_all(lake: Lake, workshop: Any, engine: Any) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    stale = head.table(ORDERS).metadata_location
    lake.commit([TableChange(ORDERS, stale, properties={"a": "1"})], at=NOW)
    before = json_files(lake)
    creation = workshop.creation(CLEAN, "SELECT 1 AS id", ("id", "int"))
    with pytest.raises(SerializationFailure):
        lake.commit(
            [creation, TableChange(ORDERS, stale, properties={"a": "2"})],
            [DefinitionChange(Kind.CONNECTION, "shop", "CREATE CONNECTION shop TYPE files", "admin")],
            [audit("lost")],
            at=NOW,
        )
    head = lake.head()
    assert CLEAN not in head.pointers and head.table(ORDERS).properties["a"] == "1"
    assert head.definitions.rows() == []
    with engine.connect() as connection:
        assert connection.execute(select(audit_log)).all() == []
    lost = {path for path in json_files(lake) - before if "/lake/" not in str(path)}
    assert lost == set(), "staged metadata of a lost commit is deleted"


def test_statements_share_the_transaction(lake: Lake, workshop: Any, engine: Any) -> None:
    def refuse(_connection: Any) -> None:
        raise SerializationFailure("the lease was lost")

    creation = workshop.creation(ORDERS, "SELECT 1 AS id", ("id", "int"))
    with pytest.raises(SerializationFailure, match="lease"):
        lake.commit([creation], [], [audit("undone"), refuse], at=NOW)
    assert ORDERS not in lake.head().pointers
    lake.commit([creation], [], [audit("done")], at=NOW)
    with engine.connect() as connection:
        assert connection.execute(select(audit_log.c.action)).scalars().all() == ["done"]


def test_a_table_is_created_once(lake: Lake, workshop: Any) -> None:
    workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    with pytest.raises(SerializationFailure):
        workshop.create(ORDERS, "SELECT 2 AS id", ("id", "int"))


def test_files_are_added_removed_and_replaced(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    head = lake.commit([workshop.addition(head, ORDERS, "SELECT 2 AS id")], at=NOW)
    assert fetch(head.table(ORDERS).source()) == [(1,), (2,)]
    first = next(file.path for file in head.table(ORDERS).files if file.upper["id"] == 1)
    head = lake.commit([workshop.addition(head, ORDERS, "SELECT 3 AS id", removed=(first,))], at=NOW)
    assert fetch(head.table(ORDERS).source()) == [(2,), (3,)]
    head = lake.commit([workshop.addition(head, ORDERS, "SELECT 4 AS id", removes_all=True)], at=NOW)
    assert fetch(head.table(ORDERS).source()) == [(4,)] and head.table(ORDERS).rows == 1
    with pytest.raises(InternalError):
        lake.commit([TableChange(ORDERS, head.pointers[ORDERS], removed=(first,))], at=NOW)
    head = lake.commit([TableChange(ORDERS, head.pointers[ORDERS], removes_all=True)], at=NOW)
    assert fetch(head.table(ORDERS).source()) == []


def test_many_overwrites_keep_few_manifests(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    head = workshop.create(ORDERS, "SELECT 0 AS id", ("id", "int"))
    for number in range(1, 31):
        oldest = head.table(ORDERS).files[-1].path
        removed = (oldest,) if number % 2 else ()
        head = lake.commit([workshop.addition(head, ORDERS, f"SELECT {number} AS id", removed=removed)], at=NOW)
    table = head.table(ORDERS)
    from ormolu.catalog.file_io import file_io

    assert len(table.metadata.current_snapshot().manifests(file_io())) <= 21
    assert len(table.files) == 16 == len(fetch(table.source())) == table.rows


def test_versions_count_up_and_time_travel_reads_them(lake: Lake, workshop: Any, fetch: Fetch, engine: Any) -> None:
    creation = workshop.creation(ORDERS, "SELECT 1 AS id", ("id", "int"))
    lake.commit([creation], at=NOW, run_id=11)
    for number in (2, 3):
        change = workshop.addition(lake.head(), ORDERS, f"SELECT {number} AS id")
        head = lake.commit([change], at=NOW + timedelta(hours=number), run_id=10 + number)
    with engine.connect() as connection:
        rows = connection.execute(select(versions).order_by(versions.c.version)).all()
    assert [(row.version, row.rows_total, row.run_id, row.operation) for row in rows] == [
        (1, 1, 11, "create"), (2, 2, 12, "append"), (3, 3, 13, "append"),
    ]  # fmt: skip

    def count(as_of: AsOf) -> int:
        relation = head.find_relation(ORDERS, as_of)
        assert relation is not None
        return len(fetch(relation.source))

    assert [count(AsOf(version=number, timestamp=None)) for number in (1, 2, 3, 99)] == [1, 2, 3, 3]
    assert count(AsOf(version=None, timestamp="2026-11-23 14:30:00+00")) == 2
    for before in (AsOf(version=0, timestamp=None), AsOf(version=None, timestamp="2020-01-01")):
        with pytest.raises(InvalidParameterValue):
            head.find_relation(ORDERS, before)
    assert head.find_relation(TableName("bronze", "none"), AsOf(version=1, timestamp=None)) is None


def test_a_dropped_table_leaves_a_tombstone_and_can_come_back(
    lake: Lake, workshop: Any, fetch: Fetch, engine: Any
) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    head = lake.commit([TableDrop(ORDERS, head.pointers[ORDERS])], at=NOW)
    assert ORDERS not in head.pointers
    with engine.connect() as connection:
        buried = connection.execute(select(tombstones)).one()
    head = workshop.create(ORDERS, "SELECT 2 AS id", ("id", "int"))
    other = TableName("bronze", "restored")
    head = lake.commit([TableRestore(other, None, buried.metadata_location, "undrop")], at=NOW)
    assert fetch(head.table(other).source()) == [(1,)] and fetch(head.table(ORDERS).source()) == [(2,)]
    head = lake.commit([TableRestore(ORDERS, head.pointers[ORDERS], buried.metadata_location)], at=NOW)
    assert fetch(head.table(ORDERS).source()) == [(1,)]
    with pytest.raises(SerializationFailure):
        lake.commit([TableDrop(ORDERS, "moved")], at=NOW)


def test_properties_are_set_and_taken_away(lake: Lake, workshop: Any) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"), properties={"a": "1", "b": "2"})
    head = lake.commit(
        [TableChange(ORDERS, head.pointers[ORDERS], properties={"a": "3", "b": None, "c": None})], at=NOW
    )
    assert head.table(ORDERS).properties.get("a") == "3" and "b" not in head.table(ORDERS).properties


@pytest.mark.parametrize("transform", ["identity", "day", "month", "year"])
def test_partitions_are_known_from_the_files(lake: Lake, workshop: Any, fetch: Fetch, transform: str) -> None:
    by = (PartitionField("day", transform),)
    query = "SELECT i::BIGINT AS id, DATE '2026-01-30' + i::INT AS day FROM range(4) r(i) UNION ALL SELECT 9, NULL"
    head = workshop.create(ORDERS, query, ("id", "bigint"), ("day", "date"), partition_by=by)
    table = head.table(ORDERS)
    assert table.partition_by == by
    expected = {"identity": 5, "day": 5, "month": 3, "year": 2}[transform]
    assert len(table.files) == expected and len({file.partition for file in table.files}) == expected
    assert len(fetch(table.source())) == 5
    path = next(file.path for file in table.files if file.lower.get("day") == date(2026, 2, 1) or transform == "year")
    head = lake.commit([TableChange(ORDERS, table.metadata_location, removed=(path,))], at=NOW)
    assert len(head.table(ORDERS).files) == expected - 1


def test_a_text_partition_is_taken_from_the_writer(workshop: Any, fetch: Fetch) -> None:
    by = (PartitionField("region"),)
    query = "SELECT * FROM (VALUES (1, 'north'), (2, 'a/b=c %'), (3, NULL), (4, '')) t(id, region)"
    table = workshop.create(ORDERS, query, ("id", "int"), ("region", "text"), partition_by=by).table(ORDERS)
    assert {file.partition[0] for file in table.files} == {"north", "a/b=c %", None, ""}
    assert len(fetch(table.source())) == 4


def test_an_excluded_load_is_seen_by_no_query(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id, 1::BIGINT AS _load_id", ("id", "int"), ("_load_id", "bigint"))
    for load in (2, 3):
        change = workshop.addition(head, ORDERS, f"SELECT {load} AS id, {load}::BIGINT AS _load_id")
        head = lake.commit([change], at=NOW)
    marks = {EXCLUDED_LOADS: json.dumps([3]), LATEST_FULL_LOAD: "2"}
    head = lake.commit([TableChange(ORDERS, head.pointers[ORDERS], properties=marks)], at=NOW)

    def ids(name: str) -> list[int]:
        relation = head.find_relation(TableName("bronze", name))
        assert relation is not None
        return [row[0] for row in fetch(relation.source)]

    assert ids("orders") == [2]
    assert ids("orders_history") == [1, 2]
    assert head.find_relation(TableName("bronze", "other_history")) is None


def test_discarded_rows_leave_the_quarantine_and_stay_in_its_log(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    name = TableName("quarantine", "orders")
    query = """SELECT i AS id, i::BIGINT AS _quarantine_id, ['r1', 'r2'] AS _rules, 'm' AS _message,
               NULL::VARCHAR AS _suggestion,
               false AS _accept, TIMESTAMPTZ '2026-01-01' AS _detected_at, 1::BIGINT AS _run_id, s AS _status
               FROM (VALUES (1, 'open'), (2, 'discarded')) t(i, s)"""
    types = [("id", "integer"), *((column.name, str(column.type)) for column in QUARANTINE_COLUMNS)]
    head = workshop.create(name, query, *types)
    shown = head.find_relation(name)
    assert shown is not None and [row[0] for row in fetch(shown.source)] == [1]
    log = head.find_relation(TableName("lake", "quarantine"))
    assert log is not None
    rows = fetch(log.source)
    assert len(rows) == 4 and rows[0][:3] == ("silver.orders", "r1", "discarded")
    assert json.loads(rows[0][8]) == {"id": 2}


def test_the_deleted_and_the_living_are_shown_together(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    head = workshop.create(CLEAN, "SELECT 1 AS id, 'a' AS code", ("id", "int"), ("code", "text"))
    assert head.find_relation(TableName("silver", "orders_all")) is None
    deleted = TableName("silver", "orders_deleted")
    head = workshop.create(
        deleted, "SELECT 2 AS id, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS _deleted_at", ("id", "int"),
        ("_deleted_at", "timestamptz"),
    )  # fmt: skip
    both = head.find_relation(TableName("silver", "orders_all"))
    assert both is not None and [column.name for column in both.columns] == ["id", "code", "_is_deleted", "_deleted_at"]
    rows = fetch(both.source, "id")
    assert rows[0] == (1, "a", False, None) and rows[1][:3] == (2, None, True) and rows[1][3] is not None


def test_definitions_are_versioned_and_read_back(lake: Lake, fetch: Fetch) -> None:
    ddl = "CREATE CONNECTION shop TYPE files WITH (url = '/data')"
    lake.commit([], [DefinitionChange(Kind.CONNECTION, "shop", "first", "anna")], at=NOW)
    lake.commit([], [DefinitionChange(Kind.CONNECTION, "shop", ddl, "ben")], at=NOW + timedelta(hours=1))
    definitions = Lake(lake.engine, database=lake.database, warehouse=lake.warehouse).head().definitions
    assert definitions.ddl(Kind.CONNECTION, "shop") == ddl
    assert [(row.version, row.author) for row in definitions.versions(Kind.CONNECTION, "shop")] == [
        (1, "anna"),
        (2, "ben"),
    ]
    head = lake.commit([], [DefinitionChange(Kind.CONNECTION, "shop", None, "ben")], at=NOW + timedelta(hours=2))
    assert head.definitions.ddl(Kind.CONNECTION, "shop") is None
    relation = head.find_relation(TableName("lake", "definitions"))
    assert relation is not None
    assert [(row[2], row[3], row[4]) for row in fetch(relation.source, "version")] == [
        (1, "first", None), (2, ddl, "first"), (3, None, ddl),
    ]  # fmt: skip


def test_many_definitions_are_compacted(lake: Lake) -> None:
    for number in range(40):
        change = DefinitionChange(Kind.CONNECTION, f"c{number % 7}", f"text {number}", "anna")
        head = lake.commit([], [change], at=NOW + timedelta(seconds=number))
    assert len(head.table(TableName("lake", "definitions")).files) < 31
    assert len(head.definitions.log()) == 40
    assert head.definitions.latest_version(Kind.CONNECTION, "c0") == 6


def test_a_definition_is_not_overwritten_unseen(lake: Lake) -> None:
    seen = lake.head()
    lake.commit([], [DefinitionChange(Kind.CONNECTION, "shop", "first", "anna")], at=NOW)
    lake.commit([], [DefinitionChange(Kind.CONNECTION, "other", "o", "ben")], at=NOW, based_on=seen)
    with pytest.raises(SerializationFailure):
        lake.commit([], [DefinitionChange(Kind.CONNECTION, "shop", "mine", "ben")], at=NOW, based_on=seen)


def test_databases_of_one_catalog_do_not_see_each_other(lake: Lake, workshop: Any) -> None:
    workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    other = Lake(lake.engine, database="other", warehouse=lake.warehouse)
    assert dict(other.head().pointers) == {}


def test_a_head_does_not_change_under_its_reader(lake: Lake, workshop: Any, fetch: Fetch) -> None:
    then = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    now = lake.commit([workshop.addition(then, ORDERS, "SELECT 2 AS id")], at=NOW)
    assert fetch(then.table(ORDERS).source()) == [(1,)]
    assert then.version != now.version and now.version == lake.head().version


def test_bounds_are_decoded_by_the_columns_of_the_moment(lake: Lake, workshop: Any) -> None:
    """After a RESTORE a schema id is used again, for other columns."""
    head = workshop.create(ORDERS, "SELECT 1 AS a, 5 AS b", ("a", "int"), ("b", "int"))
    first = head.table(ORDERS)
    for names in (("b", "a"), ("c", "a")):
        columns = tuple(StoredColumn(name, data_type("int"), number) for number, name in enumerate(names, start=1))
        head = lake.commit([TableChange(ORDERS, head.pointers[ORDERS], columns=columns)], at=NOW)
        assert head.table(ORDERS).files[0].lower == {names[0]: 1, names[1]: 5}
        head = lake.commit([TableRestore(ORDERS, head.pointers[ORDERS], first.metadata_location)], at=NOW)
        assert head.table(ORDERS).files[0].lower == {"a": 1, "b": 5}


def test_field_ids_of_nested_columns_follow_their_column(workshop: Any) -> None:
    columns = planned_columns(workshop.columns(("a", "int[]"), ("b", "text[][]"), ("c", "int")), None)
    assert copy_field_ids(columns) == {
        "a": {"__duckdb_field_id": 1, "element": 2},
        "b": {"__duckdb_field_id": 3, "element": {"__duckdb_field_id": 4, "element": 5}},
        "c": 6,
    }


def test_a_clock_that_was_put_back_makes_no_older_snapshot(
    lake: Lake, workshop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engines in Java refuse a table whose snapshots are more than a minute out of order."""
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 7200)
    head = lake.commit([workshop.addition(head, ORDERS, "SELECT 2 AS id")], at=NOW - timedelta(hours=2))
    metadata = head.table(ORDERS).metadata
    moments = [entry.timestamp_ms for entry in metadata.snapshot_log]
    assert len(moments) == 2 and moments == sorted(moments)
    assert metadata.last_updated_ms >= moments[-1]
    assert [snapshot.timestamp_ms for snapshot in metadata.snapshots] == moments
