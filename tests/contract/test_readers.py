"""Other readers find the tables and read the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from sqlglot import exp

from ormolu.catalog.lake import DefinitionChange, Lake, TableChange, planned_columns
from ormolu.definitions import Kind, TableName

ORDERS = TableName("bronze", "orders")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_pyiceberg_reads_the_tables_through_its_own_catalog(catalog_url: str, lake: Lake, workshop: Any) -> None:
    query = "SELECT i AS id, ['t' || i] AS tags, DATE '2026-01-01' + i AS d FROM range(5) r(i)"
    head = workshop.create(
        ORDERS, query.replace("i AS id", "i::INT AS id").replace("+ i ", "+ i::INT "),
        ("id", "int"), ("tags", "text[]"), ("d", "date"),
    )  # fmt: skip
    table = head.table(ORDERS)
    columns = planned_columns(
        workshop.columns(("key", "bigint"), ("tags", "text[]"), ("d", "date")), table, {"key": "id"}
    )
    lake.commit(
        [TableChange(ORDERS, table.metadata_location, columns=columns)],
        [DefinitionChange(Kind.CONNECTION, "shop", "text", "anna")],
        at=NOW,
    )
    catalog = SqlCatalog(lake.database, uri=catalog_url)
    assert {"bronze", "silver", "gold", "quarantine", "lake"} <= {name for (name,) in catalog.list_namespaces()}
    rows = catalog.load_table("bronze.orders").scan().to_arrow()
    assert rows.column_names == ["key", "tags", "d"]
    assert sorted(rows["key"].to_pylist()) == [0, 1, 2, 3, 4]
    definitions = catalog.load_table("lake.definitions").scan().to_arrow()
    assert definitions["name"].to_pylist() == ["shop"]


def test_pyiceberg_sees_partitions_and_prunes_by_them(catalog_url: str, lake: Lake, workshop: Any) -> None:
    from ormolu.medallion.columns import PartitionField

    by = (PartitionField("region"),)
    query = "SELECT i::INT AS id, CASE WHEN i < 3 THEN 'n' ELSE 's' END AS region FROM range(6) r(i)"
    workshop.create(ORDERS, query, ("id", "int"), ("region", "text"), partition_by=by)
    table = SqlCatalog(lake.database, uri=catalog_url).load_table("bronze.orders")
    scan = table.scan(row_filter="region = 'n'")
    assert len(list(scan.plan_files())) == 1 and scan.to_arrow().num_rows == 3


BUCKETED = {
    "int": "i::INT",
    "bigint": "(i - 5) * 10000000000",
    "text": "'customer ' || i",
    "numeric(12,2)": "((i - 5) * 1.25)::DECIMAL(12,2)",
    "date": "DATE '1969-12-28' + i::INT",
    "timestamp": "TIMESTAMP '1969-12-31 23:59:57.5' + to_seconds(i)",
    "timestamptz": "TIMESTAMPTZ '1969-12-31 23:59:57.5+00' + to_seconds(i)",
    "uuid": "md5(i::VARCHAR)::UUID",
}


@pytest.mark.parametrize("kind", BUCKETED)
def test_pyiceberg_finds_each_row_in_its_bucket(
    catalog_url: str, lake: Lake, workshop: Any, fetch: Callable[..., list[tuple[Any, ...]]], kind: str
) -> None:
    from ormolu.medallion.columns import PartitionField

    query = f"SELECT i::INT AS id, CASE WHEN i < 40 THEN {BUCKETED[kind]} END AS c FROM range(44) r(i)"
    by = (PartitionField("c", "bucket[7]"),)
    ours = workshop.create(ORDERS, query, ("id", "int"), ("c", kind), partition_by=by).table(ORDERS)
    table = SqlCatalog(lake.database, uri=catalog_url).load_table("bronze.orders")
    field = table.spec().fields[0]
    bucket = field.transform.transform(table.schema().find_type("c"))
    rows = 0
    for task in table.scan().plan_files():
        values = [row[0] for row in fetch(ours.source(columns=("c",), files=(task.file.file_path,)))]
        assert {bucket(value) for value in values} == {task.file.partition[0]}
        rows += len(values)
    assert rows == 44 and table.scan().to_arrow().num_rows == 44
    one = table.scan(row_filter="id = 11").to_arrow()["c"].to_pylist()[0]
    said = one.isoformat() if isinstance(one, date) else str(one)
    wanted = said if isinstance(one, int | Decimal) else f"'{said}'"
    assert len(list(table.scan(row_filter=f"c = {wanted}").plan_files())) == 1
    literal = exp.Literal.number(one) if isinstance(one, int | Decimal) else exp.Literal.string(str(one))
    is_typed = kind in ("date", "timestamp", "timestamptz", "uuid")
    chosen = ours.files_matching(exp.column("c").eq(exp.cast(literal, kind) if is_typed else literal))
    assert {file.partition[0] for file in chosen} == {bucket(one)}, "equality reads one bucket"


def test_what_pyiceberg_appends_is_read(
    catalog_url: str, lake: Lake, workshop: Any, fetch: Callable[..., list[tuple[Any, ...]]]
) -> None:
    import pyarrow as pa

    workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    table = SqlCatalog(lake.database, uri=catalog_url).load_table("bronze.orders")
    table.append(pa.table({"id": pa.array([2], pa.int32())}))
    assert fetch(lake.head().table(ORDERS).source()) == [(1,), (2,)]
