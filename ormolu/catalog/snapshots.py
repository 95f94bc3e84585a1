"""A new snapshot of a table: which manifests it takes over as they are, and which are written for it.

With `staging` the one module that uses private parts of pyiceberg. Source: Apache Iceberg table specification,
version 2: an entry that moves to another manifest keeps its snapshot id and its sequence numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from pyiceberg.avro.file import AvroOutputFile
from pyiceberg.manifest import (
    DATA_FILE_TYPE,
    DEFAULT_READ_VERSION,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriterV2,
)
from pyiceberg.manifest import DataFile as IcebergDataFile
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.update.snapshot import _SnapshotProducer
from pyiceberg.typedef import EMPTY_DICT

from ormolu.catalog.file_io import file_io
from ormolu.catalog.manifests import chunks, joined_by_commit
from ormolu.catalog.table_files import entries_of, live_files, manifests_of
from ormolu.errors import InternalError

Removed = Mapping[str, Collection[IcebergDataFile]]  # by the path of the manifest that lists them


@dataclass(frozen=True, slots=True)
class SnapshotChange:
    """What a snapshot has that the one before has not, and the other way round.

    With `keeps_rows` the files are others and the rows the same. `joined` are the paths of manifests, in groups, that
    maintenance joins.
    """

    added: Sequence[IcebergDataFile] = ()
    removed: Removed = field(default_factory=dict)
    keeps_rows: bool = False
    joined: Sequence[Sequence[str]] = ()

    @property
    def operation(self) -> Operation:
        if self.keeps_rows:
            return Operation.REPLACE
        return Operation.OVERWRITE if self.removed else Operation.APPEND


class NewSnapshot(_SnapshotProducer["NewSnapshot"]):
    """pyiceberg's own read every manifest to remove a file, and write all of them anew at each twentieth commit."""

    listed: Sequence[ManifestFile] = ()

    def __init__(self, transaction: Transaction, change: SnapshotChange, summary: Mapping[str, str]) -> None:
        super().__init__(change.operation, transaction, file_io(), snapshot_properties=dict(summary))
        self._change = change
        self._gone: list[ManifestEntry] = []
        for data_file in change.added:
            self.append_data_file(data_file)
        for removed in change.removed.values():
            for data_file in removed:
                self.delete_data_file(data_file)

    def _manifests(self) -> list[ManifestFile]:
        existing = self._existing_manifests()
        if len(self._gone) != len(self._deleted_data_files):
            raise InternalError(f"a snapshot of {self._transaction.table_metadata.location} removes what is not there")
        found = [*self._added_manifests(), *self._deleted_manifests(), *existing]
        self.listed = found
        return found

    def _added_manifests(self) -> list[ManifestFile]:
        entries = [
            ManifestEntry.from_args(
                status=ManifestEntryStatus.ADDED,
                snapshot_id=self._snapshot_id,
                sequence_number=None,  # the snapshot's own, inherited
                file_sequence_number=None,
                data_file=data_file,
            )
            for data_file in self._added_data_files
        ]
        spec_id = self._transaction.table_metadata.default_spec_id
        return [self._written(part, spec_id) for part in chunks(entries)]

    def _deleted_manifests(self) -> list[ManifestFile]:
        of_specs: dict[int, list[ManifestEntry]] = defaultdict(list)
        for entry in self._deleted_entries():
            of_specs[entry.data_file.spec_id].append(entry)
        return [self._written(entries, spec_id) for spec_id, entries in of_specs.items()]

    def _deleted_entries(self) -> list[ManifestEntry]:
        """Without least and greatest values: nobody reads those of files that are gone, and they may be erased ones."""
        gone = [_moved(entry, ManifestEntryStatus.DELETED, self._snapshot_id) for entry in self._gone]
        for entry in gone:
            entry.data_file = _without_bounds(entry.data_file)
        return gone

    def _existing_manifests(self) -> list[ManifestFile]:
        """Those of the snapshot before, in their order; what takes the place of several stands where the first was."""
        metadata = self._transaction.table_metadata
        parent = None if self._parent_snapshot_id is None else metadata.snapshot_by_id(self._parent_snapshot_id)
        if parent is None:
            return []
        before = [one for one in manifests_of(parent) if live_files(one)]
        removed = self._change.removed
        groups = {group[0].manifest_path: group for group in self._groups(before)}
        joined = {manifest.manifest_path for group in groups.values() for manifest in group}
        existing: list[ManifestFile] = []
        for manifest in before:
            path = manifest.manifest_path
            if path in removed:
                existing += self._without_removed(manifest)
            elif path in groups:
                existing += self._joined(groups[path])
            elif path not in joined:
                existing.append(manifest)
        return existing

    def _groups(self, before: Sequence[ManifestFile]) -> Sequence[Sequence[ManifestFile]]:
        """The manifests to join."""
        if self._change.joined:
            manifests = {one.manifest_path: one for one in before}
            return [[manifests[path] for path in group] for group in self._change.joined]
        return joined_by_commit([one for one in before if one.manifest_path not in self._change.removed])

    def _without_removed(self, manifest: ManifestFile) -> list[ManifestFile]:
        removed = {data_file.file_path for data_file in self._change.removed[manifest.manifest_path]}
        entries = entries_of(manifest)
        self._gone += [entry for entry in entries if entry.data_file.file_path in removed]
        kept = [entry for entry in entries if entry.data_file.file_path not in removed]
        return self._existing(kept, manifest.partition_spec_id)

    def _joined(self, manifests: Sequence[ManifestFile]) -> list[ManifestFile]:
        entries = [entry for manifest in manifests for entry in entries_of(manifest)]
        return self._existing(entries, manifests[0].partition_spec_id)

    def _existing(self, entries: Sequence[ManifestEntry], spec_id: int) -> list[ManifestFile]:
        kept = [_moved(entry, ManifestEntryStatus.EXISTING, entry.snapshot_id) for entry in entries]
        return [self._written(part, spec_id) for part in chunks(kept)]

    def _written(self, entries: Sequence[ManifestEntry], spec_id: int) -> ManifestFile:
        output = self.new_manifest_output()
        with _ManifestWriter(self.spec(spec_id), self.schema(), output, self._snapshot_id, self._compression) as writer:
            for entry in entries:
                writer.add_entry(entry)
        return writer.to_manifest_file()

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        """pyiceberg counts no replacement: it is counted as what it looks like."""
        told, self._operation = self._operation, Operation.OVERWRITE
        counted = super()._summary(snapshot_properties)
        self._operation = told
        return Summary(told, **counted.additional_properties)

    def written(self) -> Iterator[str]:
        """The files that were written for this snapshot and for nothing else."""
        yield from self._written_manifests
        yield from self._written_manifest_lists


def _moved(entry: ManifestEntry, status: ManifestEntryStatus, snapshot_id: int | None) -> ManifestEntry:
    return ManifestEntry.from_args(
        status=status,
        snapshot_id=snapshot_id,
        sequence_number=entry.sequence_number,
        file_sequence_number=entry.file_sequence_number,
        data_file=entry.data_file,
    )


def _without_bounds(data_file: IcebergDataFile) -> IcebergDataFile:
    plain = IcebergDataFile(*data_file._data)
    plain.spec_id = data_file.spec_id
    for position, described in enumerate(DATA_FILE_TYPE[DEFAULT_READ_VERSION].fields):
        if described.name in ("lower_bounds", "upper_bounds"):
            plain[position] = None
    return plain


class _ManifestWriter(ManifestWriterV2):
    """Writes one block of entries. pyiceberg writes one for each entry: twice as slow, and ten times as large."""

    def new_writer(self) -> AvroOutputFile[ManifestEntry]:
        return _OneBlock(
            output_file=self._output_file,
            file_schema=self._with_partition(self.version),
            record_schema=self._with_partition(DEFAULT_READ_VERSION),
            schema_name="manifest_entry",
            metadata=self._meta,
        )


class _OneBlock(AvroOutputFile[ManifestEntry]):
    def __init__(self, **arguments: Any) -> None:  # Any: pyiceberg's own
        super().__init__(**arguments)
        self._entries: list[ManifestEntry] = []

    def write_block(self, objects: list[ManifestEntry]) -> None:
        self._entries += objects

    def __exit__(
        self,
        exctype: type[BaseException] | None,
        excinst: BaseException | None,
        exctb: TracebackType | None,
    ) -> None:
        if exctype is None:
            super().write_block(self._entries)
        super().__exit__(exctype, excinst, exctb)
