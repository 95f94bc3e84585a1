"""Metadata, manifests and their lists as they are read: one that is missing or damaged is told by its name.

A list or manifest that was cut between two of its blocks reads as a shorter one: what is found is counted.
Source: Apache Iceberg table specification, version 2.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pyiceberg.exceptions import ValidationError
from pyiceberg.manifest import ManifestEntry, ManifestFile
from pyiceberg.serializers import FromInputFile
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot

from ormolu.catalog.avro_files import read_entries, read_manifests
from ormolu.catalog.file_io import file_io
from ormolu.errors import DataCorrupted, UndefinedFile

MISSING_HINT = "Tables know their files by full paths: put the folder back where it was, or `ormolu restore` a backup."
FILES_TOTAL = "total-data-files"  # of snapshot summaries
# What the decoders of JSON and Avro raise at bytes that are neither.
UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, EOFError, OverflowError),
    *(MemoryError, RecursionError, SystemError, ValidationError, struct.error, zlib.error),
)


def read_metadata(location: str) -> TableMetadata:
    """The metadata file at `location`; 58P01 where it is not there, XX001 where it is no such file."""
    with _told_by_name(location):
        return FromInputFile.table_metadata(file_io().new_input(location))


def manifests_of(snapshot: Snapshot) -> list[ManifestFile]:
    """The manifests that the snapshot lists; none of them may be missing."""
    with _told_by_name(snapshot.manifest_list):
        found = read_manifests(snapshot.manifest_list)
    if not lists_all(found, snapshot):
        raise _damaged(snapshot.manifest_list)
    return found


def entries_of(manifest: ManifestFile) -> list[ManifestEntry]:
    """The manifest's live entries; none of them may be missing."""
    with _told_by_name(manifest.manifest_path):
        found = read_entries(manifest)
    if len(found) != live_files(manifest):
        raise _damaged(manifest.manifest_path)
    return found


def lists_all(manifests: Sequence[ManifestFile], snapshot: Snapshot) -> bool:
    """Whether these are the manifests of as many files as the snapshot has."""
    total = None if snapshot.summary is None else snapshot.summary[FILES_TOTAL]
    return total is None or sum(map(live_files, manifests)) == int(total)


def live_files(manifest: ManifestFile) -> int:
    return (manifest.added_files_count or 0) + (manifest.existing_files_count or 0)


@contextmanager
def _told_by_name(location: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UndefinedFile(f'the table file "{location}" is missing', hint=MISSING_HINT) from error
    except UNREADABLE as error:
        raise _damaged(location) from error


def _damaged(location: str) -> DataCorrupted:
    return DataCorrupted(f'the table file "{location}" is damaged', hint=MISSING_HINT)
