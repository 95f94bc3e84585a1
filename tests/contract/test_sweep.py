"""Files that no table took in go; files that any version refers to stay."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from ormolu.catalog.definitions_log import DEFINITIONS
from ormolu.catalog.lake import DefinitionChange, Lake, TableDrop
from ormolu.catalog.schema import runs
from ormolu.catalog.sweep import sweep
from ormolu.definitions import Kind, TableName
from ormolu.sql_extensions.dialect.context import AsOf

ORDERS = TableName("bronze", "orders")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def record(lake: Lake, run_id: int, status: str) -> None:
    with lake.engine.begin() as connection:
        connection.execute(
            insert(runs).values(
                run_id=run_id, database=lake.database, object="bronze.orders", action="load", request={},
                requested_by="admin", trigger="statement", status=status, queued_at=NOW,
            )
        )  # fmt: skip


def make_old(lake: Lake) -> None:
    for path in Path(lake.warehouse).rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))


def test_a_failed_runs_files_go_and_all_that_versions_need_stays(
    lake: Lake, workshop: Any, fetch: Callable[..., list[tuple[Any, ...]]]
) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    change = workshop.addition(head, ORDERS, "SELECT 2 AS id", removes_all=True)
    head = lake.commit([change], at=NOW)
    table = head.table(ORDERS)
    lost = workshop.write(table.location, "SELECT 3 AS id", table.columns, run_id=2)
    running = workshop.write(table.location, "SELECT 4 AS id", table.columns, run_id=3)
    unknown = workshop.write(table.location, "SELECT 5 AS id", table.columns, run_id=4)
    again = workshop.write(table.location, "SELECT 6 AS id", table.columns, run_id=1)
    for run_id, status in ((1, "succeeded"), (2, "failed"), (3, "running")):
        record(lake, run_id, status)
    assert sweep(lake, at=datetime.now(UTC)).files == (), "nothing is older than the grace period"
    make_old(lake)
    doomed = {lost[0].path, again[0].path}
    assert set(sweep(lake, at=NOW, is_dry_run=True).files) == doomed and Path(lost[0].path).exists()
    found = sweep(lake, at=NOW)
    assert set(found.files) == doomed and found.bytes == lost[0].bytes + again[0].bytes
    assert not Path(lost[0].path).parent.exists() and Path(running[0].path).exists() and Path(unknown[0].path).exists()
    first = head.find_relation(ORDERS, AsOf(version=1, timestamp=None))
    assert first is not None and fetch(first.source) == [(1,)]
    assert fetch(head.table(ORDERS).source()) == [(2,)]
    assert sweep(lake, at=NOW).files == ()


def test_a_dropped_table_keeps_its_files_for_undrop(lake: Lake, workshop: Any) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    lake.commit([TableDrop(ORDERS, head.pointers[ORDERS])], at=NOW)
    record(lake, 1, "succeeded")
    make_old(lake)
    assert sweep(lake, at=NOW + timedelta(days=400)).files == ()
    folder = head.table(ORDERS).location
    there = {str(path) for path in Path(folder).rglob("*") if path.is_file()}
    assert set(sweep(lake, at=NOW, within=folder, is_whole=True).files) == there, "the table itself is to go"


def test_metadata_of_a_killed_commit_goes_and_the_live_stays(lake: Lake, workshop: Any) -> None:
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    for number in range(3):
        head = lake.commit([workshop.addition(head, ORDERS, f"SELECT {number} AS id")], at=NOW)
    table = head.table(ORDERS)
    kept = {path for path in Path(table.location).rglob("*") if path.is_file()}
    lost = [Path(table.location) / "metadata" / name for name in ("00009-lost.metadata.json", "lost-m0.avro")]
    for path in lost:
        path.write_text("{}")
    assert sweep(lake, at=datetime.now(UTC)).files == ()
    make_old(lake)
    assert set(sweep(lake, at=NOW).files) == {str(path) for path in lost}
    assert {path for path in Path(table.location).rglob("*") if path.is_file()} == kept


def test_a_log_file_of_a_killed_commit_of_definitions_goes(lake: Lake) -> None:
    definition = DefinitionChange(kind=Kind.CONNECTION, name="shop", ddl="text", author="anna")
    head = lake.commit([], [definition], at=NOW)
    log = head.table(DEFINITIONS)
    lost = Path(log.location, "data", "lost.parquet")
    lost.write_bytes(Path(log.files[0].path).read_bytes())
    make_old(lake)
    assert sweep(lake, at=NOW).files == (str(lost),)
    assert lake.head().definitions.latest_version(Kind.CONNECTION, "shop") == 1
