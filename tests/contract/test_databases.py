"""A database is made and dropped whole, on both kinds of catalog; its files outlive it until a sweep."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from ormolu.catalog.databases import Databases
from ormolu.catalog.lake import DefinitionChange, Head, Lake
from ormolu.catalog.schema import base_definitions, iceberg_tables, runs, versions
from ormolu.catalog.secrets import Secrets
from ormolu.catalog.sweep import sweep
from ormolu.catalog.template import Copying
from ormolu.definitions import NO_OPTIONS, Kind, Secret, TableName
from ormolu.errors import DuplicateDatabase, InvalidCatalogName, ObjectInUse

ORDERS = TableName("bronze", "orders")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def names(databases: Databases) -> list[str]:
    return [each.name for each in databases.all()]


def test_a_catalog_from_before_there_was_a_list_has_all_its_databases(engine: Engine, workshop: Any) -> None:
    workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    databases = Databases(engine)
    databases.ensure("shop", owner="admin", at=NOW)
    databases.ensure("shop", owner="admin", at=NOW)
    assert names(databases) == ["lakehouse", "shop"]
    with pytest.raises(DuplicateDatabase):
        databases.create("shop", owner="admin", at=NOW)
    with pytest.raises(InvalidCatalogName):
        databases.drop("none", at=NOW)


def test_a_dropped_database_leaves_nothing_to_the_next_of_its_name(lake: Lake, workshop: Any) -> None:
    databases = Databases(lake.engine)
    databases.ensure("lakehouse", owner="admin", at=NOW)
    workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    values = {"run_id": 1, "database": "lakehouse", "object": "bronze.orders", "action": "load", "request": {}}
    values |= {"requested_by": "admin", "trigger": "statement", "status": "running", "queued_at": NOW}
    with lake.engine.begin() as connection:
        connection.execute(insert(runs).values(values))
    with pytest.raises(ObjectInUse):
        databases.drop("lakehouse", at=NOW)
    with lake.engine.begin() as connection:
        connection.execute(update(runs).values(status="succeeded"))
    first = databases.find("lakehouse")
    databases.drop("lakehouse", at=NOW)
    assert names(databases) == []
    databases.create("lakehouse", owner="admin", at=NOW)
    assert databases.find("lakehouse") != first
    with lake.engine.connect() as connection:
        assert connection.execute(select(iceberg_tables)).all() == []
        assert connection.execute(select(runs).where(runs.c.database == "lakehouse")).all() == []
    files = list(Path(lake.warehouse).rglob("*.parquet"))
    for path in Path(lake.warehouse).rglob("*"):
        os.utime(path, (0, 0))
    assert databases.places() == ("lakehouse",)
    swept = sweep(lake, at=datetime.now(UTC) + timedelta(days=2)).files
    assert files and set(map(str, files)) <= set(swept)
    assert not [path for path in Path(lake.warehouse).rglob("*") if path.is_file()]


def copying(lake: Lake, secrets: Secrets, name: str = "dev") -> Copying:
    copy = Lake(lake.engine, database=name, warehouse=lake.warehouse)
    return Copying(lake, copy, lambda connection: secrets.copy_in(connection, name, at=NOW), "admin", NOW)


class LoadedOnce(Lake):
    """Somebody loads the table after its head was read, and before what was made of it is written."""

    def __init__(self, lake: Lake, workshop: Any) -> None:
        super().__init__(lake.engine, database=lake.database, warehouse=lake.warehouse)
        self.workshop = workshop

    def head(self) -> Head:
        found = super().head()
        if len(found.table(ORDERS).files) < 3:
            self.workshop.lake.commit([self.workshop.addition(found, ORDERS, "SELECT 3 AS id")], at=NOW)
        return found


def test_a_copy_shares_the_files_and_outlives_its_template(
    lake: Lake, workshop: Any, fetch: Any, tmp_path: Path
) -> None:
    databases = Databases(lake.engine)
    databases.ensure("lakehouse", owner="admin", at=NOW)
    secrets = Secrets(lake.engine, database="lakehouse", key_file=tmp_path / "key", environment={})
    secrets.put("word", "hush", at=NOW)
    head = workshop.create(ORDERS, "SELECT 1 AS id", ("id", "int"))
    ddl = "CREATE BRONZE SOURCE orders (id integer) FROM UPLOAD FORMAT csv SCHEDULE DAILY AT '03:00'"
    definition = DefinitionChange(Kind.BRONZE_SOURCE, "bronze.orders", ddl, "admin")
    lake.commit([workshop.addition(head, ORDERS, "SELECT 2 AS id")], [definition], at=NOW)
    with pytest.raises(InvalidCatalogName, match="template"):
        copying(Lake(lake.engine, database="none", warehouse=lake.warehouse), secrets).make()
    made = copying(LoadedOnce(lake, workshop), secrets)
    assert made.make() == ["bronze.orders"]
    with pytest.raises(DuplicateDatabase):
        copying(lake, secrets).make()
    copied, kept = made.copy.head().table(ORDERS), lake.head().table(ORDERS)
    assert {file.path for file in copied.files} == {file.path for file in kept.files}
    assert copied.location != kept.location and copied.identity == kept.identity
    assert secrets.of("dev").read(Secret("word", NO_OPTIONS)).reveal() == "hush"
    with lake.engine.connect() as connection:
        numbers = (
            select(versions.c.version).where(versions.c.table_name == "bronze.orders").order_by(versions.c.version)
        )
        of_each = [
            connection.execute(numbers.where(versions.c.database == name)).scalars().all()
            for name in ("lakehouse", "dev")
        ]
        assert of_each == [[1, 2, 3], [1, 2, 3]]
        assert connection.execute(select(base_definitions.c.ddl)).scalars().all() == [ddl]
    databases.drop("lakehouse", at=NOW)
    for path in Path(lake.warehouse).rglob("*"):
        os.utime(path, (0, 0))
    for place in databases.places():
        sweep(Lake(lake.engine, database=place, warehouse=lake.warehouse), at=datetime.now(UTC) + timedelta(days=2))
    left = Lake(lake.engine, database="dev", warehouse=lake.warehouse)
    assert fetch(left.head().table(ORDERS).source()) == [(1,), (2,), (3,)]
    assert "paused" in (left.head().definitions.ddl(Kind.BRONZE_SOURCE, "bronze.orders") or "")
