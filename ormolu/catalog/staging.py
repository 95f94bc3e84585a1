"""Metadata of the next version of a table, written but not yet pointed at.

With `snapshots` the one module that uses private parts of pyiceberg; a test names the version they were read in.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata, TableMetadataV2
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import (
    AddPartitionSpecUpdate,
    AddSchemaUpdate,
    AddSnapshotUpdate,
    RemovePropertiesUpdate,
    RemoveSnapshotsUpdate,
    SetCurrentSchemaUpdate,
    SetDefaultSpecUpdate,
    SetPropertiesUpdate,
    TableUpdate,
    _apply_table_update,
    _TableMetadataUpdateContext,
    _update_table_metadata_log,
)
from pyiceberg.utils.datetime import datetime_to_millis

from ormolu.catalog.file_io import file_io
from ormolu.catalog.snapshots import NewSnapshot, SnapshotChange
from ormolu.catalog.table_files import lists_all
from ormolu.errors import InternalError
from ormolu.faults import reach
from ormolu.stores import is_remote

PYICEBERG_VERSION = "0.12.0"
SNAPSHOTS_MAX = 100  # in one metadata file; time travel reads older metadata files
FOLDERS_SYNCED = 4  # above a file: a new table's own folders are new too
COPIED_FROM = "ormolu.copied-from"  # the id of the table that a copied database's table began as
TABLE_PROPERTIES = {
    "write.metadata.previous-versions-max": "20",
    "write.parquet.compression-codec": "zstd",
}


@dataclass(frozen=True, slots=True)
class StagedMetadata:
    """A metadata file that is written, with all the files that were written for it and for nothing else."""

    location: str
    metadata: TableMetadata
    written: tuple[str, ...]


def new_metadata(
    *, table_id: UUID, location: str, schema: Schema, spec: PartitionSpec, properties: Mapping[str, str]
) -> TableMetadata:
    """Metadata of a table without rows; pyiceberg's own constructor would give field ids of its own."""
    return TableMetadataV2.model_validate(
        {
            "table-uuid": table_id,
            "location": location,
            "schemas": [schema],
            "last-column-id": schema.highest_field_id,
            "current-schema-id": schema.schema_id,
            "partition-specs": [spec],
            "default-spec-id": spec.spec_id,
            "last-partition-id": spec.last_assigned_field_id,
            "sort-orders": [UNSORTED_SORT_ORDER],
            "default-sort-order-id": UNSORTED_SORT_ORDER.order_id,
            "properties": {**TABLE_PROPERTIES, **properties},
        }
    )


def identity(metadata: TableMetadata) -> str:
    """What a table and its copies in other databases have in common, and no other table."""
    return metadata.properties.get(COPIED_FROM) or str(metadata.table_uuid)


def copied(metadata: TableMetadata, *, table_id: UUID, location: str) -> TableMetadata:
    """The same rows and the same past as a table of its own, which writes to a place of its own."""
    properties = {**metadata.properties, COPIED_FROM: identity(metadata)}
    own = {"table_uuid": table_id, "location": location, "metadata_log": [], "properties": properties}
    return metadata.model_copy(update=own)


def write_copy(metadata: TableMetadata, *, table_id: UUID, location: str) -> StagedMetadata:
    """Data files and manifests are shared: they are never changed, and stay while any database refers to them."""
    made = copied(metadata, table_id=table_id, location=location)
    path = load_location_provider(location, made.properties).new_table_metadata_file_location(0)
    ToOutputFile.table_metadata(made, file_io().new_output(path))
    sync_files((path,))
    return StagedMetadata(path, made, (path,))


class _CachedTransaction(Transaction):
    """pyiceberg copies the whole metadata each time it asks for it: about a millisecond for each 10 snapshots."""

    _seen: tuple[TableUpdate, ...] | None = None
    _metadata: TableMetadata | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        if self._metadata is None or self._seen is not self._updates:
            self._metadata = updated_metadata(self._table.metadata, self._updates)
            self._seen = self._updates
        return self._metadata


def updated_metadata(
    base: TableMetadata, updates: tuple[TableUpdate, ...], base_location: str | None = None
) -> TableMetadata:
    """pyiceberg's `update_table_metadata` without its last step, a deep copy of everything.

    No update changes a value in place, and the copy was more than half of a commit to a table of 100 snapshots.
    """
    context = _TableMetadataUpdateContext()
    updated = base
    for update in updates:
        updated = _apply_table_update(update, updated, context)
    if context.has_changes():
        if base_location:
            updated = _update_table_metadata_log(updated, base_location, base.last_updated_ms)
        if updated.last_updated_ms == base.last_updated_ms:
            now = max(datetime_to_millis(datetime.now(UTC)), base.last_updated_ms)
            updated = updated.model_copy(update={"last_updated_ms": now})
    updated.spec().check_compatible(updated.schema())
    updated.sort_order().check_compatible(updated.schema())
    return updated


class Staging:
    """Collects the changes of one commit to one table; `write` makes the metadata file."""

    def __init__(self, base: TableMetadata, base_location: str | None) -> None:
        self._base = base
        self._base_location = base_location
        table = Table(("staged",), base, base_location or "", file_io(), NoopCatalog("staged"))
        self._transaction = _CachedTransaction(table)
        self._snapshots: list[NewSnapshot] = []

    @property
    def metadata(self) -> TableMetadata:
        return self._transaction.table_metadata

    def set_properties(self, properties: Mapping[str, str | None]) -> None:
        """A None takes the property away."""
        present = self.metadata.properties
        removals = [key for key, value in properties.items() if value is None and key in present]
        updates = {key: value for key, value in properties.items() if value is not None and present.get(key) != value}
        if removals:
            self._transaction._stage((RemovePropertiesUpdate(removals=removals),))
        if updates:
            self._transaction._stage((SetPropertiesUpdate(updates=updates),))

    def set_schema(self, schema: Schema) -> None:
        """`schema` carries its ids; its schema id is given here."""
        same = next((one for one in self.metadata.schemas if one == schema), None)
        if same is not None:
            self._transaction._stage((_set_schema(same.schema_id),))
            return
        next_id = max(one.schema_id for one in self.metadata.schemas) + 1
        added = schema.model_copy(update={"schema_id": next_id})
        self._transaction._stage(
            (
                AddSchemaUpdate.model_validate({"schema": added}),
                SetCurrentSchemaUpdate.model_validate({"schema-id": -1}),
            )
        )

    def set_spec(self, spec: PartitionSpec) -> None:
        """`spec` carries its field ids; its spec id is given here."""
        same = next((one for one in self.metadata.partition_specs if one.fields == spec.fields), None)
        if same is not None:
            self._transaction._stage((_set_spec(same.spec_id),))
            return
        next_id = max(one.spec_id for one in self.metadata.partition_specs) + 1
        added = PartitionSpec(*spec.fields, spec_id=next_id)
        self._transaction._stage((AddPartitionSpecUpdate(spec=added), _set_spec(-1)))

    def change_files(self, change: SnapshotChange, summary: Mapping[str, str]) -> None:
        """Manifests that cannot be read, or not to their end, are never carried over: XX001 names the first."""
        snapshot = NewSnapshot(self._transaction, change, summary)
        self._snapshots.append(snapshot)
        updates, requirements = snapshot._commit()
        self._transaction._stage(tuple(map(self._not_before, updates)), requirements)
        made = self.metadata.current_snapshot()
        if made is not None and not lists_all(snapshot.listed, made):
            raise InternalError(f"a new snapshot of {self.metadata.location} lacks files")

    def _not_before(self, update: TableUpdate) -> TableUpdate:
        """A clock that was put back makes no snapshot older than the one before: Java's engines refuse such tables."""
        if not isinstance(update, AddSnapshotUpdate):
            return update
        moment = max(update.snapshot.timestamp_ms, self.metadata.last_updated_ms)
        return AddSnapshotUpdate(snapshot=update.snapshot.model_copy(update={"timestamp_ms": moment}))

    def write(self) -> StagedMetadata:
        """Write the metadata file; everything it names is on disk when this returns."""
        self._forget_old_snapshots()
        updated = updated_metadata(self._base, self._transaction._updates, self._base_location)
        provider = load_location_provider(updated.location, updated.properties)
        version = (
            0 if self._base_location is None else MetastoreCatalog._parse_metadata_version(self._base_location) + 1
        )
        location = provider.new_table_metadata_file_location(version)
        reach("publish:manifests-written")
        ToOutputFile.table_metadata(updated, file_io().new_output(location))
        reach("publish:metadata-written")
        written = (*self._written_manifests(), location)
        sync_files(written)
        return StagedMetadata(location, updated, written)

    def discard(self) -> None:
        delete_files(self._written_manifests())

    def forget_snapshots(self, before: datetime) -> None:
        """Take out the snapshots that no time since `before` needs: the one that was current then stays."""
        moment = int(before.timestamp() * 1000)
        self._forget([one for one in self._oldest_first() if one.timestamp_ms <= moment][:-1])

    def _forget_old_snapshots(self) -> None:
        oldest = self._oldest_first()
        self._forget(oldest[: max(len(oldest) - SNAPSHOTS_MAX, 0)])

    def _oldest_first(self) -> list[Snapshot]:
        return sorted(self.metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0)

    def _forget(self, snapshots: Sequence[Snapshot]) -> None:
        current = self.metadata.current_snapshot_id
        ids = [snapshot.snapshot_id for snapshot in snapshots if snapshot.snapshot_id != current]
        if ids:
            self._transaction._stage((RemoveSnapshotsUpdate.model_validate({"snapshot-ids": ids}),))

    def _written_manifests(self) -> tuple[str, ...]:
        return tuple(path for snapshot in self._snapshots for path in snapshot.written())


def _set_schema(schema_id: int) -> SetCurrentSchemaUpdate:
    return SetCurrentSchemaUpdate.model_validate({"schema-id": schema_id})


def _set_spec(spec_id: int) -> SetDefaultSpecUpdate:
    return SetDefaultSpecUpdate.model_validate({"spec-id": spec_id})


def sync_files(paths: Iterable[str]) -> None:
    """Force local files to the disk: a pointer must not survive a power cut that its files do not.

    A file in an object store is durable once its writer is closed.
    """
    folders: set[Path] = set()
    for path in paths:
        if is_remote(path):
            continue
        _sync(Path(path))
        folders.update(list(Path(path).parents)[:FOLDERS_SYNCED])
    for folder in folders:
        _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def delete_files(paths: Iterable[str]) -> None:
    for path in paths:
        try:
            file_io().delete(path)
        except FileNotFoundError:
            continue
