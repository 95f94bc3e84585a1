"""The files that a catalog refers to: what a backup copies, and a sweep leaves alone."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ormolu.catalog.schema import iceberg_tables, tombstones, versions
from ormolu.catalog.staging import file_io, read_metadata


def reachable_files(connection: Connection) -> set[str]:
    """All files that anything can still reach, in every database: copies share files.

    Any version of any table counts, tombstones included. Older metadata files that a metadata file merely lists
    count too, though they may be gone.
    """
    known = {
        *connection.execute(select(versions.c.metadata_location)).scalars(),
        *connection.execute(select(tombstones.c.metadata_location)).scalars(),
        *connection.execute(select(iceberg_tables.c.metadata_location)).scalars(),
    }
    reached: set[str] = set()
    for location in known:
        if location is not None:
            _add_files_of(location, reached)
    return reached


def _add_files_of(metadata_location: str, reached: set[str]) -> None:
    """The metadata file, those before it, and every snapshot's manifest list, manifests and data files."""
    metadata = read_metadata(metadata_location)
    reached.add(metadata_location)
    reached.update(entry.metadata_file for entry in metadata.metadata_log)
    for snapshot in metadata.snapshots:
        if snapshot.manifest_list in reached:
            continue
        reached.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(file_io()):
            if manifest.manifest_path not in reached:
                reached.add(manifest.manifest_path)
                entries = manifest.fetch_manifest_entry(file_io(), discard_deleted=True)
                reached.update(entry.data_file.file_path for entry in entries)
