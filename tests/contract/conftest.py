"""The same promises on both kinds of catalog: a SQLite file, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import psycopg
import pytest
from sqlalchemy import Engine

from ormolu.catalog.database import open_database
from ormolu.catalog.lake import Head, Lake, TableChange, copy_field_ids, planned_columns
from ormolu.definitions import TableName
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.files import WrittenFile
from ormolu.sql_extensions.types import data_type

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A catalog of the test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/catalog.db"
    peer = request.getfixturevalue("postgres_peer")
    schema = f"test_{uuid4().hex}"
    with psycopg.connect(peer.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
    password = peer.password.replace("'", "%27")
    return (
        f"postgresql+psycopg://{peer.user}:{password}@{peer.host}:{peer.port}/{peer.dbname}"
        f"?options=-csearch_path%3D{schema}"
    )


@pytest.fixture
def engine(catalog_url: str) -> Iterator[Engine]:
    engine = open_database(catalog_url)
    yield engine
    engine.dispose()


@pytest.fixture
def lake(engine: Engine, tmp_path: Path) -> Lake:
    return Lake(engine, database="lakehouse", warehouse=str(tmp_path / "warehouse"))


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobEngine]:
    with JobEngine(memory_limit="256MB", threads=1, temp_directory=tmp_path / "spill") as engine:
        yield engine


class Workshop:
    """Makes tables as a run does: plan the columns, write the files, commit once."""

    def __init__(self, lake: Lake, jobs: JobEngine) -> None:
        self.lake = lake
        self.jobs = jobs

    def columns(self, *columns: tuple[str, str]) -> tuple[StoredColumn, ...]:
        return tuple(StoredColumn(name, data_type(spelling)) for name, spelling in columns)

    def write(
        self,
        location: str,
        sql: str,
        columns: Sequence[StoredColumn],
        partition_by: Sequence[PartitionField] = (),
        run_id: int = 1,
    ) -> tuple[WrittenFile, ...]:
        directory = f"{location}/data/run-{run_id}"
        return self.jobs.write_parquet(
            sql, directory=directory, field_ids=copy_field_ids(columns), partition_by=partition_by
        )

    def creation(
        self,
        name: TableName,
        sql: str,
        *columns: tuple[str, str],
        partition_by: tuple[PartitionField, ...] = (),
        properties: dict[str, str] | None = None,
    ) -> TableChange:
        planned = planned_columns(self.columns(*columns), None)
        location = self.lake.new_location(name)
        return TableChange(
            name,
            based_on=None,
            location=location,
            columns=planned,
            partition_by=partition_by,
            added=self.write(location, sql, planned, partition_by),
            properties=properties or {},
            operation="create",
        )

    def addition(self, head: Head, name: TableName, sql: str, **change: Any) -> TableChange:
        table = head.table(name)
        added = self.write(table.location, sql, table.columns, table.partition_by)
        return TableChange(name, based_on=table.metadata_location, added=added, **change)

    def create(self, name: TableName, sql: str, *columns: tuple[str, str], **more: Any) -> Head:
        return self.lake.commit([self.creation(name, sql, *columns, **more)], at=NOW)


@pytest.fixture
def workshop(lake: Lake, jobs: JobEngine) -> Workshop:
    return Workshop(lake, jobs)


@pytest.fixture
def fetch() -> Callable[..., list[tuple[Any, ...]]]:
    """Run a source as the query engine does."""

    def fetch(source: Any, order_by: str = "ALL") -> list[tuple[Any, ...]]:
        return duckdb.sql(f"SELECT * FROM ({source.sql('duckdb')}) ORDER BY {order_by}").fetchall()

    return fetch
