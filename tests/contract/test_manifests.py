"""However the files of a table come and go, its manifests list each of them once, as it was added, and stay few."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import ManifestEntry, ManifestEntryStatus, ManifestFile

from ormolu.catalog.file_io import file_io
from ormolu.catalog.lake import Lake, TableChange
from ormolu.catalog.manifests import FILES_MAX, SIZES, WAITING_MAX, packed_by_maintenance
from ormolu.catalog.table import IcebergTable
from ormolu.catalog.table_files import entries_of, live_files
from ormolu.definitions import TableName
from ormolu.errors import SerializationFailure
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.files import WrittenFile

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = TableName("bronze", "orders")
REGIONS = ("north", "south", "west")
ROWS = 2
BY_REGION = (PartitionField("region"),)


@pytest.fixture
def catalog_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/catalog.db"


Added = tuple[int, int, int]  # the snapshot that added a file, and its sequence numbers


@dataclass
class Orders:
    """A table whose files are links to three; `live` is what it ought to list."""

    lake: Lake
    kinds: list[WrittenFile]
    live: dict[str, Added] = field(default_factory=dict)
    versions: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    known: dict[str, list[ManifestEntry]] = field(default_factory=dict)  # by manifest: files never change

    @property
    def table(self) -> IcebergTable:
        return self.lake.head().table(ORDERS)

    def linked(self, files: int) -> tuple[WrittenFile, ...]:
        made = []
        for number in range(files):
            kind = self.kinds[number % len(self.kinds)]
            path = Path(kind.path).with_name(f"{uuid4()}.parquet")
            path.hardlink_to(kind.path)
            made.append(WrittenFile(str(path), kind.rows, kind.bytes, kind.partition))
        return tuple(made)

    def change(self, *, files: int = 0, removed: tuple[str, ...] = (), **more: Any) -> None:
        added = self.linked(files)
        change = TableChange(ORDERS, self.table.metadata_location, added=added, removed=removed, **more)
        self.lake.commit([change], at=NOW)
        gone = frozenset(self.live if change.removes_all else removed)
        snapshot = self.table.metadata.current_snapshot()
        assert snapshot is not None and snapshot.sequence_number is not None
        self.live = {path: entry for path, entry in self.live.items() if path not in gone}
        own = (snapshot.snapshot_id, snapshot.sequence_number, snapshot.sequence_number)
        self.live |= {file.path: own for file in added}
        self.versions.append((self.table.metadata_location, frozenset(self.live)))
        self.check(gone)

    def join(self, sparse_min: int = 2) -> bool:
        groups = packed_by_maintenance(self.table.manifests, sparse_min=sparse_min)
        joined = tuple(tuple(one.manifest_path for one in group) for group in groups)
        if joined:
            self.change(joined=joined, keeps_rows=True, operation="join manifests")
        return bool(joined)

    def check(self, gone: frozenset[str]) -> None:
        """Read as another engine does: every live file once, and as it was added; what went is told once."""
        snapshot = self.table.metadata.current_snapshot()
        assert snapshot is not None and snapshot.summary is not None
        manifests = snapshot.manifests(file_io())
        entries = [(manifest, entry) for manifest in manifests for entry in self.read(manifest)]
        live = [one for one in entries if one[1].status != ManifestEntryStatus.DELETED]
        assert len(live) == len(self.live)
        assert {
            entry.data_file.file_path: (entry.snapshot_id, entry.sequence_number, entry.file_sequence_number)
            for _, entry in live
        } == self.live
        assert [entry for one in self.table.manifests for entry in entries_of(one)] == [entry for _, entry in live]
        assert list(self.table.manifests) == manifests
        for manifest, entry in live:
            is_new = entry.snapshot_id == manifest.added_snapshot_id
            assert entry.status == (ManifestEntryStatus.ADDED if is_new else ManifestEntryStatus.EXISTING)
            assert manifest.min_sequence_number <= (entry.sequence_number or 0) <= manifest.sequence_number
        told = [entry for _, entry in entries if entry.status == ManifestEntryStatus.DELETED]
        assert {entry.data_file.file_path for entry in told if entry.snapshot_id == snapshot.snapshot_id} == gone
        assert len(told) == len(gone), "the deletions of an earlier snapshot are not carried on"
        assert int(snapshot.summary["total-data-files"] or 0) == len(self.live) == len(self.table.files)
        assert int(snapshot.summary["total-records"] or 0) == ROWS * len(self.live) == self.table.rows
        self.check_bounded(manifests)

    def read(self, manifest: ManifestFile) -> list[ManifestEntry]:
        path = manifest.manifest_path
        if path not in self.known:
            self.known[path] = manifest.fetch_manifest_entry(file_io(), discard_deleted=False)
        return self.known[path]

    def check_bounded(self, manifests: list[ManifestFile]) -> None:
        of_files = [one for one in manifests if live_files(one)]
        specs = len(self.table.metadata.partition_specs)
        assert all(live_files(one) <= FILES_MAX for one in of_files)
        assert len(of_files) <= len(self.live) // SIZES[-1] + 2 * (WAITING_MAX + 2) * specs, list(
            map(live_files, of_files)
        )

    def check_past(self) -> None:
        fresh = Lake(self.lake.engine, database=self.lake.database, warehouse=self.lake.warehouse)
        for location, paths in self.versions:
            assert {file.path for file in fresh.table_at(ORDERS, location).files} == paths


@pytest.fixture
def orders(lake: Lake, workshop: Any) -> Orders:
    change = workshop.creation(
        ORDERS, "SELECT 1::BIGINT AS id, 'x' AS region WHERE false", ("id", "bigint"), ("region", "text")
    )
    lake.commit([change], at=NOW)
    table = lake.head().table(ORDERS)
    kinds = [
        workshop.write(
            f"{table.location}/{region}", f"SELECT i AS id, '{region}' AS region FROM range({ROWS}) r(i)", table.columns
        )
        for region in REGIONS
    ]
    return Orders(lake, [file for files in kinds for file in files])


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.timeout(120)
def test_any_order_of_commits_and_joins_lists_the_same_files(orders: Orders, catalog_url: str, seed: int) -> None:
    chance = random.Random(seed)
    for step in range(22):
        paths = sorted(orders.live)
        removed = tuple(chance.sample(paths, min(len(paths), chance.choice((1, 1, 3, 20)))))
        match chance.choice(("append",) * 8 + ("merge",) * 4 + ("remove", "join", "many", "respec", "replace")):
            case "append":
                orders.change(files=chance.choice((1, 1, 1, 2, 30)))
            case "merge" if removed:
                orders.change(files=len(removed), removed=removed)
            case "remove" if removed:
                orders.change(removed=removed)
            case "join":
                orders.join()
                assert not orders.join(), "a second time there is nothing to join"
            case "many":
                orders.change(files=FILES_MAX + 1)
            case "respec":
                orders.change(files=1, partition_by=BY_REGION if orders.table.partition_by == () else ())
            case "replace" if step > 12:
                orders.change(files=2, removes_all=True)
            case _:
                orders.change(files=1)
    orders.check_past()
    table = SqlCatalog(orders.lake.database, uri=catalog_url).load_table("bronze.orders")
    assert table.scan().to_arrow().num_rows == ROWS * len(orders.live)
    assert len(list(table.scan(row_filter="region = 'north'").plan_files())) == sum(
        file.lower["region"] == "north" for file in orders.table.files
    )


def test_what_one_commit_writes_does_not_grow_with_the_table(orders: Orders) -> None:
    """A commit reads and writes a bounded number of entries, however many files there are."""
    written: list[int] = []
    for _ in range(3):
        orders.change(files=FILES_MAX)
        before = {one.manifest_path for one in orders.table.manifests}
        orders.change(files=1, removed=(max(orders.live),))
        new = [one for one in orders.table.manifests if one.manifest_path not in before]
        written.append(sum(live_files(one) for one in new))
    assert max(written) <= FILES_MAX + 1


def test_a_join_that_loses_a_race_changes_nothing(orders: Orders) -> None:
    for _ in range(3):
        orders.change(files=1)
    base = orders.table
    joined = (tuple(one.manifest_path for one in base.manifests),)
    late = TableChange(ORDERS, base.metadata_location, joined=joined, keeps_rows=True, operation="join manifests")
    orders.change(files=1)
    before = {path for path in Path(base.location).rglob("*") if path.is_file()}
    with pytest.raises(SerializationFailure):
        orders.lake.commit([late], at=NOW)
    assert {path for path in Path(base.location).rglob("*") if path.is_file()} == before, "and leaves no files"
    orders.join()
    assert len(orders.table.manifests) == 1


def test_a_snapshot_that_only_moves_rows_says_so(orders: Orders) -> None:
    """Engines that read what was appended pass over it."""
    for _ in range(3):
        orders.change(files=1)
    orders.join()
    snapshot = orders.table.metadata.current_snapshot()
    assert snapshot is not None and snapshot.summary is not None and snapshot.summary.operation.value == "replace"
    connection = duckdb.connect()
    paths = [file.path for file in orders.table.files]
    assert connection.read_parquet(paths, hive_partitioning=False).aggregate("count(*)").fetchall() == [(3 * ROWS,)]


def test_writers_and_joins_at_once_lose_nothing(orders: Orders) -> None:
    """Each retries on its own; what both have acknowledged is there."""
    for _ in range(5):
        orders.change(files=1)
    acknowledged: list[str] = []

    def write() -> None:
        lake = Lake(orders.lake.engine, database=orders.lake.database, warehouse=orders.lake.warehouse)
        for _ in range(8):
            added = orders.linked(1)
            for _ in range(50):
                try:
                    base = lake.head().table(ORDERS)
                    lake.commit([TableChange(ORDERS, base.metadata_location, added=added)], at=NOW)
                except SerializationFailure:
                    continue
                acknowledged.append(added[0].path)
                break

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        table = orders.table
        groups = packed_by_maintenance(table.manifests, sparse_min=2)
        joined = tuple(tuple(one.manifest_path for one in group) for group in groups)
        change = TableChange(ORDERS, table.metadata_location, joined=joined, keeps_rows=True, operation="join")
        try:
            if joined:
                orders.lake.commit([change], at=NOW)
        except SerializationFailure:
            continue
    for writer in writers:
        writer.join()
    assert sorted(file.path for file in orders.table.files) == sorted([*orders.live, *acknowledged])
    assert len(acknowledged) == 16
