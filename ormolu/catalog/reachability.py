"""The files that a catalog refers to: what a backup copies, and a sweep leaves alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from ormolu.catalog.file_io import file_io
from ormolu.catalog.schema import forgotten_versions, iceberg_tables, tombstones, versions
from ormolu.catalog.staging import read_metadata


def reachable_files(connection: Connection, *, released: Collection[int] = ()) -> set[str]:
    """All files that anything can still reach, in every database: copies share files.

    Any version of any table counts, tombstones included, and forgotten ones unless they are `released`. A metadata
    file knows the snapshots before its own, so that of the versions of a table only one in a hundred is read.
    """
    reached: set[str] = set()
    known: set[int] = set()
    for location, snapshot_id in _locations(connection, released):
        if location not in reached:
            reached.add(location)
            if snapshot_id not in known:
                known |= _add_snapshots(location, reached)
    return reached


def _locations(connection: Connection, released: Collection[int]) -> Iterator[tuple[str, int | None]]:
    """Metadata files, those of a table newest first; the snapshot where a row tells it, which none has as 0."""
    for location in connection.execute(select(iceberg_tables.c.metadata_location)).scalars():
        yield location, 0
    for location in connection.execute(select(tombstones.c.metadata_location)).scalars():
        yield location, 0
    newest_first = select(versions.c.metadata_location, versions.c.snapshot_id).order_by(versions.c.version.desc())
    for row in connection.execute(newest_first):
        yield row.metadata_location, row.snapshot_id
    for row in connection.execute(select(forgotten_versions).order_by(forgotten_versions.c.forgotten_id.desc())):
        if row.forgotten_id not in released:
            yield row.metadata_location, None


def _add_snapshots(metadata_location: str, reached: set[str]) -> set[int]:
    """Every snapshot's manifest list, manifests and data files; gives the snapshots' ids."""
    metadata = read_metadata(metadata_location)
    for snapshot in metadata.snapshots:
        if snapshot.manifest_list in reached:
            continue
        reached.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(file_io()):
            if manifest.manifest_path not in reached:
                reached.add(manifest.manifest_path)
                entries = manifest.fetch_manifest_entry(file_io(), discard_deleted=True)
                reached.update(entry.data_file.file_path for entry in entries)
    return {snapshot.snapshot_id for snapshot in metadata.snapshots}
