"""The files that a catalog refers to: what a backup copies, and a sweep leaves alone."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ormolu.catalog.schema import forgotten_versions, iceberg_tables, tombstones, versions
from ormolu.catalog.table_files import entries_of, manifests_of, read_metadata
from ormolu.errors import DataCorrupted, UndefinedFile

logger = logging.getLogger(__name__)


def reachable_files(
    connection: Connection,
    *,
    released: Collection[int] = (),
    damaged: set[str] | None = None,
    without: tuple[str, str] | None = None,
) -> set[str]:
    """All files that anything can still reach, in every database: copies share files.

    Any version of any table counts, tombstones included, and forgotten ones unless they are `released`. A metadata
    file knows the snapshots before its own, so that of the versions of a table only one in a hundred is read.
    Folders of tables whose metadata cannot be read are put in `damaged`; without it they are an error. What a
    database has in a folder, `without` names both, counts no more: it is about to be forgotten there.
    """
    reached: set[str] = set()
    known: set[int] = set()
    for kept in _kept(connection, released):
        if kept.location in reached or (kept.database, folder_of(kept.location)) == without:
            continue
        reached.add(kept.location)
        if kept.snapshot_id in known:
            continue
        try:
            known |= _add_snapshots(kept.location, reached)
        except (DataCorrupted, UndefinedFile) as error:
            if kept.is_forgotten and isinstance(error, UndefinedFile):
                continue  # whoever removed its files was killed, or is about to forget it
            if damaged is None:
                raise
            damaged.add(folder_of(kept.location))
            logger.warning("nothing is removed from %s: %s", folder_of(kept.location), error.message)
    return reached


@dataclass(frozen=True, slots=True)
class _Kept:
    """A metadata file that something refers to; the snapshot where a row tells it, which none has as 0."""

    database: str
    location: str
    snapshot_id: int | None
    is_forgotten: bool = False


def _kept(connection: Connection, released: Collection[int]) -> Iterator[_Kept]:
    """Those of a table newest first."""
    pointers = select(iceberg_tables.c.catalog_name, iceberg_tables.c.metadata_location)
    stones = select(tombstones.c.database, tombstones.c.metadata_location)
    for query in (pointers, stones):
        for database, location in connection.execute(query):
            yield _Kept(database, location, 0)
    of_versions = select(versions.c.database, versions.c.metadata_location, versions.c.snapshot_id)
    for database, location, snapshot_id in connection.execute(of_versions.order_by(versions.c.version.desc())):
        yield _Kept(database, location, snapshot_id)
    for row in connection.execute(select(forgotten_versions).order_by(forgotten_versions.c.forgotten_id.desc())):
        if row.forgotten_id not in released:
            yield _Kept(row.database, row.metadata_location, None, is_forgotten=True)


def _add_snapshots(metadata_location: str, reached: set[str]) -> set[int]:
    """Every snapshot's manifest list, manifests and data files; gives the snapshots' ids."""
    metadata = read_metadata(metadata_location)
    for snapshot in metadata.snapshots:
        if snapshot.manifest_list in reached:
            continue
        reached.add(snapshot.manifest_list)
        for manifest in manifests_of(snapshot):
            if manifest.manifest_path not in reached:
                reached.add(manifest.manifest_path)
                reached.update(entry.data_file.file_path for entry in entries_of(manifest))
    return {snapshot.snapshot_id for snapshot in metadata.snapshots}


def folder_of(metadata_location: str) -> str:
    """The folder in which a table keeps its files: no other table has it, whatever their names."""
    return metadata_location.rsplit("/metadata/", 1)[0]
