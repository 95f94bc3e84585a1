"""A native copy answers as the files of its version do, whatever is published and let go meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from ormolu.catalog.lake import Head, Lake
from ormolu.definitions import TableName
from ormolu.engine.native_copies import CATALOG, NativeCopies, Version
from ormolu.server.copies import CopyKeeper

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NAMES = (TableName("gold", "sums"), TableName("gold", "days"), TableName("silver", "orders"))
STEPS = 40
MEGABYTE = 1024**2


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, head: Head, name: TableName, keeper: CopyKeeper | None) -> list[Any]:
    relation = head.find_relation(name, through=keeper.through) if keeper else head.find_relation(name)
    assert relation is not None
    query = exp.select("*").from_(relation.source.subquery("r")).order_by("id")
    return connection.cursor().execute(query.sql("duckdb")).fetchall()


def is_copied(head: Head, name: TableName, keeper: CopyKeeper) -> bool:
    relation = head.find_relation(name, through=keeper.through)
    assert relation is not None
    return CATALOG in relation.source.sql("duckdb")


@pytest.mark.parametrize("seed", range(2))
def test_a_copy_is_never_stale(
    seed: int, lake: Lake, workshop: Any, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    chance, clock = random.Random(seed), Clock()
    copies = NativeCopies(connection, tmp_path / "cache", bytes_max=30 * MEGABYTE, clock=clock)
    keeper = CopyKeeper(lambda: [lake], copies)
    heads = []
    for name in NAMES:
        heads.append(workshop.create(name, "SELECT 1::BIGINT AS id, 'a' AS word", ("id", "bigint"), ("word", "text")))
    copied = 0
    for step in range(STEPS):
        name = chance.choice(NAMES)
        match chance.choice(("publish", "look", "read", "read old", "wait")):
            case "publish":
                more = f"SELECT {step + 10}::BIGINT AS id, 'step {step}' AS word"
                heads.append(lake.commit([workshop.addition(lake.head(), name, more)], at=NOW))
            case "look":
                keeper.look()
            case "wait":
                clock.now += 45
            case kind:
                head = lake.head() if kind == "read" else chance.choice(heads[2:])
                copied += is_copied(head, name, keeper)
                assert rows(connection, head, name, keeper) == rows(connection, head, name, None)
    for name in NAMES:
        rows(connection, lake.head(), name, keeper)
    keeper.look()
    assert all(is_copied(lake.head(), name, keeper) for name in NAMES[:2])
    for name in NAMES:
        assert rows(connection, lake.head(), name, keeper) == rows(connection, lake.head(), name, None)
    assert copied > 0


def test_a_condition_and_chosen_columns_are_read_from_the_copy(
    lake: Lake, workshop: Any, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    head = workshop.create(
        NAMES[0],
        "SELECT i AS id, 7::SMALLINT AS small FROM range(100) AS r(i)",
        ("id", "bigint"),
        ("small", "smallint"),
    )
    keeper = CopyKeeper(lambda: [lake], NativeCopies(connection, tmp_path / "cache", bytes_max=100 * MEGABYTE))
    assert not is_copied(head, NAMES[0], keeper)
    keeper.look()
    where = exp.column("small", quoted=True).eq(7).and_(exp.column("id", quoted=True) < 3)
    table = keeper.through(head.table(NAMES[0]))
    read = table.source(columns=["id"], where=where).sql("duckdb")
    assert CATALOG in read
    assert connection.execute(read).fetchall() == [(0,), (1,), (2,)]
    described = connection.execute(f"DESCRIBE {table.source().sql('duckdb')}").fetchall()
    assert [row[1] for row in described] == ["BIGINT", "SMALLINT"]
    assert CATALOG not in table.source(with_file_name=True).sql("duckdb")


def test_past_the_budget_the_copies_that_were_not_read_go_first(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    clock = Clock()
    copies = NativeCopies(connection, tmp_path, bytes_max=13 * MEGABYTE, clock=clock)
    big: exp.Query = exp.maybe_parse("SELECT hash(i) AS h FROM range(1500) AS r(i)", dialect="duckdb")
    for name in ("gold.a", "gold.b"):
        assert copies.make(Version(name, "1", 2 * MEGABYTE), big)
    generation = copies.generation
    assert copies.find("gold.a", "1") is not None
    assert copies.make(Version("gold.c", "1", 2 * MEGABYTE), big)
    assert copies.generation > generation
    assert [name for name in "abc" if copies.find(f"gold.{name}", "1")] == ["a", "c"]
    tables = "SELECT count(*) FROM duckdb_tables() WHERE database_name = $1"
    assert connection.execute(tables, [CATALOG]).fetchall() == [(3,)], "a query that was planned with it may still run"
    clock.now += 3_600
    copies.drop_forgotten()
    assert connection.execute(tables, [CATALOG]).fetchall() == [(2,)]


def test_what_does_not_fit_at_all_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    copies = NativeCopies(connection, tmp_path, bytes_max=1)
    rows: exp.Query = exp.maybe_parse("SELECT hash(i) AS h FROM range(300000) AS r(i)", dialect="duckdb")
    assert not copies.make(Version("gold.a", "1", 1), rows)
    assert copies.find("gold.a", "1") is None


def test_a_query_that_reads_a_copy_keeps_its_rows_when_it_is_dropped(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    clock = Clock()
    copies = NativeCopies(connection, tmp_path, bytes_max=100 * MEGABYTE, clock=clock)
    version = Version("gold.a", "1", 1)
    assert copies.make(version, exp.maybe_parse("SELECT i FROM range(500000) AS r(i)", dialect="duckdb"))
    place = copies.find("gold.a", "1")
    assert place is not None
    reader = connection.cursor().execute(f"SELECT i FROM {place.sql('duckdb')}").to_arrow_reader(1000)
    reader.read_next_batch()
    copies.forget([version])
    clock.now += 3_600
    copies.drop_forgotten()
    assert sum(batch.num_rows for batch in reader) == 499_000


def test_an_erasure_takes_the_file_and_no_rows_from_those_who_read_it(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    clock = Clock()
    copies = NativeCopies(connection, tmp_path, bytes_max=100 * MEGABYTE, clock=clock)
    connection.execute(f"SET GLOBAL allowed_directories = ['{tmp_path}']")
    connection.execute("SET GLOBAL enable_external_access = false")
    connection.execute("SET GLOBAL lock_configuration = true")
    numbers: exp.Query = exp.maybe_parse("SELECT i FROM range(500000) AS r(i)", dialect="duckdb")
    for round_ in range(3):
        version = Version("gold.a", str(round_), 1)
        assert copies.make(version, numbers)
        (place, file) = (copies.find("gold.a", str(round_)), *tmp_path.glob("*.duckdb"))
        assert place is not None
        query = f"SELECT i FROM {place.sql('duckdb')}"
        reader = connection.cursor().execute(query).to_arrow_reader(1000)
        reader.read_next_batch()
        copies.begin_anew()
        assert copies.find("gold.a", str(round_)) is None and not file.exists()
        assert connection.cursor().execute(query).fetchone() == (0,), "it was planned before"
        clock.now += 3_600
        copies.drop_forgotten()
        assert sum(batch.num_rows for batch in reader) == 499_000
        with pytest.raises(duckdb.Error):
            connection.cursor().execute(query)
    copies.close()
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_servers_that_are_no_more_are_swept(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    dead, alive, other = tmp_path / "copies-4194304.duckdb", tmp_path / "copies-1.duckdb", tmp_path / "mine.duckdb"
    for file in (dead, alive, other, tmp_path / "copies-4194304.duckdb.wal"):
        file.touch()
    copies = NativeCopies(connection, tmp_path, bytes_max=MEGABYTE)
    left = {file.name for file in tmp_path.iterdir()}
    assert {alive.name, other.name} <= left
    assert not any("4194304" in name for name in left)
    copies.close()
    assert {file.name for file in tmp_path.iterdir()} == {alive.name, other.name}
