"""What the schema `lake` shows, on both kinds of catalog."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlglot import exp, parse_one

from ormolu.catalog import schema, views
from ormolu.catalog.filters import Filter, filters_of
from ormolu.catalog.lake import DefinitionChange, Lake
from ormolu.catalog.views import is_read, read, update_view, view_columns, view_names
from ormolu.definitions import Kind, TableName
from ormolu.errors import FeatureNotSupported, InvalidParameterValue, ProgramLimitExceeded, UndefinedTable

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = TableName("bronze", "orders")


def add(lake: Lake, table: Any, **values: Any) -> None:
    with lake.engine.begin() as connection:
        connection.execute(insert(table).values(database=lake.database, **values))


def run(lake: Lake, number: int, **values: Any) -> None:
    defaults = {
        "object": "bronze.orders", "action": "load", "request": {}, "requested_by": "admin", "trigger": "schedule",
        "status": "succeeded", "queued_at": NOW + timedelta(hours=number),
    }  # fmt: skip
    add(lake, schema.runs, **{**defaults, **values})


def anomaly(lake: Lake, number: int) -> None:
    add(
        lake, schema.anomalies, monitor="m", table_name="gold.x", measure="sum", series={"product": number},
        series_key=str(number), period=NOW, direction="drop", method="robust", detected_at=NOW,
    )  # fmt: skip


def update(sql: str) -> exp.Update:
    tree = parse_one(sql, read="postgres")
    assert isinstance(tree, exp.Update)
    return tree


def test_every_view_of_an_empty_lake_is_empty_and_typed(
    lake: Lake, fetch: Callable[..., list[tuple[Any, ...]]]
) -> None:
    head = lake.head()
    for name in view_names():
        names = [column.name for column in view_columns(name)]
        relation = head.find_relation(TableName("lake", name))
        if is_read(name):
            table = read(name, head)
            assert (table.num_rows, table.column_names, relation) == (0, names, None)
        else:
            assert relation is not None and fetch(relation.source) == []
            assert [column.name for column in relation.columns] == names
    with pytest.raises(UndefinedTable):
        read("nothing", head)


def test_a_run_shows_the_fields_of_its_ingestion_record(lake: Lake) -> None:
    record = {"ingestion_id": "orders_2026", "file_count": 3, "total_size_mb": 1.5, "schema_version": 2,
              "data_quality_checks": {"null_count": 1}, "load_start_time": "2026-11-23T10:00:00+00:00"}  # fmt: skip
    run(lake, 1, record=record, rows_out=7, started_at=NOW, finished_at=NOW + timedelta(seconds=2))
    run(lake, 2, status="queued")
    first, second = sorted(read("runs", lake.head()).to_pylist(), key=lambda row: row["run_id"])
    assert (first["ingestion_id"], first["file_count"], first["total_size_mb"]) == ("orders_2026", 3, 1.5)
    assert (first["records_inserted"], first["seconds"], first["schema_version"]) == (7, 2.0, 2)
    assert first["data_quality_checks"] == '{"null_count": 1}'
    assert first["load_start_time"] == datetime(2026, 11, 23, 10, tzinfo=UTC) and first["load_end_time"] is not None
    assert second["table_name"] == "bronze.orders" and second["records_inserted"] is None


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("run_id = 2", 1),
        ("run_id > 1 AND status = 'failed'", 1),
        ("object IN ('bronze.orders', 'x')", 3),
        ("queued_at >= '2026-11-23 14:00:00+00'", 2),
        ("queued_at >= '2026-11-23 14:00:00'", 3),  # in the session's zone: left to the query
        ("table_name = 'silver.none'", 3),  # likewise: not a column of the database
        ("run_id = 'x'", 3),
        ("attempt = 1 OR run_id = 2", 3),
    ],
)
def test_simple_conditions_are_pushed_down(lake: Lake, condition: str, count: int) -> None:
    for number in (1, 2, 3):
        run(lake, number, status="failed" if number == 3 else "succeeded")
    assert read("runs", lake.head(), filters_of(parse_one(condition, read="postgres"))).num_rows == count


def test_an_answer_is_never_cut_short_in_silence(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ROWS_MAX", 2)
    for number in (1, 2, 3):
        run(lake, number)
    with pytest.raises(ProgramLimitExceeded):
        read("runs", lake.head())
    assert read("runs", lake.head(), limit=2).num_rows == 2
    assert read("runs", lake.head(), [Filter("run_id", "<=", 2)]).num_rows == 2


def test_a_database_sees_its_own_runs_only(lake: Lake) -> None:
    run(lake, 1)
    other = Lake(lake.engine, database="other", warehouse=lake.warehouse)
    assert read("runs", other.head()).num_rows == 0


def test_objects_columns_and_status_tell_what_there_is(lake: Lake, workshop: Any) -> None:
    ddl = "CREATE BRONZE SOURCE orders FROM UPLOAD SCHEDULE DAILY AT '02:00' WITH (owner = 'sales', dataset = 'shop')"
    creation = workshop.creation(ORDERS, "SELECT 1 AS id, 'x' AS code", ("id", "int"), ("code", "text"))
    head = lake.commit([creation], [DefinitionChange(Kind.BRONZE_SOURCE, "bronze.orders", ddl, "anna")], at=NOW)
    run(lake, 1, started_at=NOW, finished_at=NOW)
    run(lake, 2, status="failed", error="gone")
    (found,) = read("objects", head).to_pylist()
    assert (found["kind"], found["name"], found["owner"], found["rows"]) == (
        "BRONZE SOURCE",
        "bronze.orders",
        "sales",
        1,
    )
    assert (found["schedule"], found["author"], found["definition_version"]) == ("daily at 02:00", "anna", 1)
    columns = read("columns", head, [Filter("table_name", "=", "bronze.orders")]).to_pylist()
    assert [(row["column_name"], row["data_type"]) for row in columns] == [("id", "integer"), ("code", "text")]
    (status,) = read("status", head).to_pylist()
    assert (status["status"], status["last_error"], status["version"], status["rows"]) == ("failed", "gone", 1, 1)
    assert status["last_success_at"] == NOW
    assert read("datasets", head).to_pylist()[0]["dataset"] == "shop"
    assert [
        row["version"] for row in read("versions", head, [Filter("table_name", "=", "bronze.orders")]).to_pylist()
    ] == [1]


def test_lineage_leads_from_column_to_column(lake: Lake, workshop: Any) -> None:
    silver = TableName("silver", "orders")
    source = "CREATE BRONZE SOURCE orders FROM UPLOAD"
    table = "CREATE SILVER TABLE orders AS SELECT id AS order_id FROM bronze.orders"
    definitions = [
        DefinitionChange(Kind.BRONZE_SOURCE, "bronze.orders", source, "anna"),
        DefinitionChange(Kind.SILVER_TABLE, "silver.orders", table, "anna"),
    ]
    changes = [
        workshop.creation(ORDERS, "SELECT 1 AS id", ("id", "int")),
        workshop.creation(silver, "SELECT 1 AS order_id", ("order_id", "int")),
    ]
    rows = read("lineage", lake.commit(changes, definitions, at=NOW)).to_pylist()
    assert [(row["upstream"], row["upstream_column"], row["downstream"], row["downstream_column"]) for row in rows] == [
        ("bronze.orders", "id", "silver.orders", "order_id")
    ]


def test_a_review_changes_the_rows_it_names(lake: Lake) -> None:
    for number in (1, 2):
        anomaly(lake, number)
    review = update("UPDATE lake.anomalies SET status = 'expected', note = 'bank holiday' WHERE anomaly_id = 1")
    assert update_view(lake, "anomalies", review, at=NOW, role="anna") == 1
    (entry,) = read("audit_log", lake.head()).to_pylist()
    assert (entry["role"], entry["action"], entry["object"]) == ("anna", "review", "lake.anomalies")
    rows = {row["anomaly_id"]: row for row in read("anomalies", lake.head()).to_pylist()}
    assert (rows[1]["status"], rows[1]["note"], rows[2]["status"]) == ("expected", "bank holiday", "open")
    assert update_view(lake, "anomalies", update("UPDATE lake.anomalies SET note = NULL"), at=NOW) == 2


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("UPDATE lake.anomalies SET status = 'nonsense'", InvalidParameterValue),
        ("UPDATE lake.anomalies SET actual = 1", FeatureNotSupported),
        ("UPDATE lake.anomalies SET note = 'x' WHERE lower(note) = 'y'", FeatureNotSupported),
        ("UPDATE lake.anomalies SET note = 'x' WHERE anomaly_id = 1 OR true", FeatureNotSupported),
        ("UPDATE lake.anomalies SET note = 'x' WHERE anomaly_id = 1 AND NOT status = 'open'", FeatureNotSupported),
        ("UPDATE lake.anomalies SET note = 'x' WHERE database = 'other' AND missing = 1", FeatureNotSupported),
        ("UPDATE lake.runs SET status = 'x'", FeatureNotSupported),
    ],
)
def test_a_review_that_is_not_plain_changes_nothing(lake: Lake, sql: str, error: type[Exception]) -> None:
    anomaly(lake, 1)
    before = read("anomalies", lake.head())
    with pytest.raises(error):
        update_view(lake, sql.split()[1].removeprefix("lake."), update(sql), at=NOW)
    assert read("anomalies", lake.head()).equals(before)
