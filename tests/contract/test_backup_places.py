"""A backup of a warehouse that has moved: files that were in it already still name the place where they were made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ormolu.catalog.backup import make_backup, restore_backup
from ormolu.catalog.database import open_database, reading
from ormolu.catalog.lake import Lake
from ormolu.catalog.reachability import reachable_files
from ormolu.definitions import TableName

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = TableName("bronze", "orders")


def restored(kept: Path, place: Path) -> Lake:
    engine = open_database(f"sqlite:///{place}/catalog.db")
    restore_backup(kept, engine, str(place / "warehouse"), progress=lambda *_: None)
    return Lake(engine, database="lakehouse", warehouse=str(place / "warehouse"))


def back_up(lake: Lake, kept: Path) -> int:
    return make_backup(lake.engine, lake.warehouse, kept, at=NOW, version="1", progress=lambda *_: None).copied


def strangers(lake: Lake) -> list[str]:
    with reading(lake.engine) as connection:
        return [path for path in reachable_files(connection) if not path.startswith(f"{lake.warehouse}/")]


@pytest.mark.parametrize("catalog_url", ["sqlite"], indirect=True)
def test_a_backup_of_a_lake_that_moved_twice_is_whole(lake: Lake, workshop: Any, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    lake.commit([workshop.addition(head, ORDERS, "SELECT 2 AS id")], at=NOW)
    back_up(lake, kept)
    second = restored(kept, tmp_path / "second")
    assert strangers(second) == []
    assert back_up(second, kept) == 0, "files are known by their names below the warehouse"
    (kept / "backup.json.new").write_text('{"cut of')  # by one that was killed while it wrote
    assert json.loads((kept / "backup.json").read_text())["before"] == [lake.warehouse]
    third = restored(kept, tmp_path / "third")
    assert strangers(third) == []
    assert third.head().table(ORDERS).rows == 2 and len(third.head().table(ORDERS).files) == 2
    back_up(lake, kept)
    assert strangers(restored(kept, tmp_path / "fourth")) == []
    for each in (second, third):
        each.engine.dispose()
