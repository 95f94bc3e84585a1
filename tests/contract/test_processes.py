"""Several processes on one catalog, and processes that are killed in the middle of a commit."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select

from ormolu.catalog.database import open_database
from ormolu.catalog.lake import Lake, TableChange
from ormolu.catalog.schema import versions
from ormolu.definitions import Kind, TableName
from tests.peers.command import Begun, begin_python

ORDERS = TableName("bronze", "orders")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PROCESSES = 3
COMMITS_EACH = 6

COMMITTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ormolu.catalog.database import open_database
from ormolu.catalog.lake import DefinitionChange, Lake, TableChange, copy_field_ids
from ormolu.definitions import Kind, TableName
from ormolu.engine.jobs import JobEngine
from ormolu.errors import SerializationFailure

url, warehouse, number, commits = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
lake = Lake(open_database(url), database="lakehouse", warehouse=warehouse)
name = TableName("bronze", "orders")
conflicts = 0
with JobEngine(memory_limit="128MB", threads=1, temp_directory=Path(warehouse) / f"spill-{number}") as jobs:
    for turn in range(commits):
        while True:
            head = lake.head()
            table = head.table(name)
            files = jobs.write_parquet(
                f"SELECT {number * 1000 + turn} AS id",
                directory=f"{table.location}/data/run-{number}",
                field_ids=copy_field_ids(table.columns),
            )
            seen = int(table.properties["seen"])
            change = TableChange(
                name, based_on=table.metadata_location, added=files, properties={"seen": str(seen + 1)}
            )
            definition = DefinitionChange(Kind.CONNECTION, f"c{number}_{turn}", "text", "anna")
            try:
                lake.commit([change], [definition], at=datetime.now(UTC))
                break
            except SerializationFailure:
                conflicts += 1
print(conflicts)
"""

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from ormolu.catalog import commit as commits
from ormolu.catalog.database import open_database
from ormolu.catalog.lake import DefinitionChange, Lake, TableChange
from ormolu.definitions import Kind, TableName

url, warehouse, where = sys.argv[1:]
lake = Lake(open_database(url), database="lakehouse", warehouse=warehouse)
head = lake.head()
names = [TableName("bronze", "orders"), TableName("silver", "orders")]
changes = [TableChange(name, head.pointers[name], properties={"seen": "killed"}) for name in names]

def die(connection=None):
    os.kill(os.getpid(), signal.SIGKILL)

if where == "staged":
    commits.turn_pointers = lambda *arguments, **named: die()
statements = [die] if where == "transaction" else []
lake.commit(changes, [DefinitionChange(Kind.CONNECTION, "shop", "text", "anna")], statements, at=datetime.now(UTC))
"""


def start(script: str, *arguments: object) -> Begun:
    return begin_python("-c", script, *map(str, arguments))


def test_no_commit_of_several_processes_is_lost(
    catalog_url: str, lake: Lake, workshop: Any, engine: Engine, fetch: Callable[..., list[tuple[Any, ...]]]
) -> None:
    workshop.create(ORDERS, "SELECT 0 AS id", ("id", "int"), properties={"seen": "0"})
    children = [
        start(COMMITTER, catalog_url, lake.warehouse, number, COMMITS_EACH) for number in range(1, PROCESSES + 1)
    ]
    for child in children:
        done = child.end()
        assert done.returncode == 0, done.stderr
    head = lake.head()
    expected = [0, *(number * 1000 + turn for number in range(1, PROCESSES + 1) for turn in range(COMMITS_EACH))]
    assert [row[0] for row in fetch(head.table(ORDERS).source())] == expected
    assert head.table(ORDERS).properties["seen"] == str(PROCESSES * COMMITS_EACH)
    assert len(head.definitions.rows(Kind.CONNECTION)) == PROCESSES * COMMITS_EACH
    with engine.connect() as connection:
        numbers = connection.execute(
            select(versions.c.version).where(versions.c.table_name == "bronze.orders").order_by(versions.c.version)
        )
        assert numbers.scalars().all() == list(range(1, PROCESSES * COMMITS_EACH + 2))


def test_a_kill_before_the_end_of_the_transaction_leaves_nothing(catalog_url: str, lake: Lake, workshop: Any) -> None:
    for schema in ("bronze", "silver"):
        workshop.create(TableName(schema, "orders"), "SELECT 1 AS id", ("id", "int"), properties={"seen": "before"})
    before = lake.head()
    for where in ("staged", "transaction"):
        done = start(KILLED, catalog_url, lake.warehouse, where).end()
        assert done.returncode == -signal.SIGKILL, done.stderr
        head = lake.head()
        changed = {name for name in head.pointers if head.pointers[name] != before.pointers.get(name)}
        assert changed <= {TableName("lake", "definitions")}, "its creation is a commit of its own"
        assert head.definitions.rows() == []
    change = TableChange(ORDERS, before.pointers[ORDERS], properties={"seen": "after"})
    assert lake.commit([change], at=NOW).table(ORDERS).properties["seen"] == "after", "no lock is left"


def test_processes_that_start_at_once_make_the_tables_once(catalog_url: str) -> None:
    script = "import sys; from ormolu.catalog.database import open_database; open_database(sys.argv[1])"
    children = [start(script, catalog_url) for _ in range(4)]
    for child in children:
        done = child.end()
        assert done.returncode == 0, done.stderr
    open_database(catalog_url).dispose()
