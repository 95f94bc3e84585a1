"""Manifests and their lists as they lie in Avro files.

pyiceberg makes a reader anew for each file, from the schema in its header: 3 ms, more than most manifests take to read.
Here one is made for each schema. Uses private parts of pyiceberg, as `staging` does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from pyiceberg.avro.decoder import new_decoder
from pyiceberg.avro.file import _SCHEMA_KEY, META_SCHEMA, AvroFile, AvroFileHeader
from pyiceberg.avro.reader import Reader
from pyiceberg.avro.resolver import construct_reader, resolve_reader
from pyiceberg.manifest import (
    DEFAULT_READ_VERSION,
    MANIFEST_ENTRY_SCHEMAS,
    MANIFEST_LIST_FILE_SCHEMAS,
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    PartitionFieldSummary,
    _inherit_from_manifest,
)
from pyiceberg.typedef import StructProtocol

from ormolu.catalog.file_io import file_io

READERS_MAX = 256  # schemas of manifests: one for each partitioning

Read = TypeVar("Read", bound=StructProtocol)


def read_manifests(manifest_list: str) -> list[ManifestFile]:
    with _File[ManifestFile](manifest_list, _list_reader) as records:
        return list(records)


def read_entries(manifest: ManifestFile) -> list[ManifestEntry]:
    """The live ones, with what they have from the manifest."""
    with _File[ManifestEntry](manifest.manifest_path, _entry_reader) as records:
        return [
            _inherit_from_manifest(entry, manifest) for entry in records if entry.status != ManifestEntryStatus.DELETED
        ]


class _File(AvroFile[Read]):
    def __init__(self, path: str, reader_of: Callable[[str], Reader]) -> None:
        super().__init__(file_io().new_input(path))
        self._reader_of = reader_of

    def __enter__(self) -> _File[Read]:
        with self.input_file.open() as stream:
            self.decoder = new_decoder(stream.read())
        self.header = _header_reader().read(self.decoder)
        self.reader = self._reader_of(self.header.meta[_SCHEMA_KEY])
        return self


@lru_cache(maxsize=1)
def _header_reader() -> Reader:
    return construct_reader(META_SCHEMA, {-1: AvroFileHeader})


@lru_cache(maxsize=READERS_MAX)
def _list_reader(schema: str) -> Reader:
    return resolve_reader(
        _header_of(schema).get_schema(),
        MANIFEST_LIST_FILE_SCHEMAS[DEFAULT_READ_VERSION],
        {-1: ManifestFile, 508: PartitionFieldSummary},
        {517: ManifestContent},
    )


@lru_cache(maxsize=READERS_MAX)
def _entry_reader(schema: str) -> Reader:
    return resolve_reader(
        _header_of(schema).get_schema(),
        MANIFEST_ENTRY_SCHEMAS[DEFAULT_READ_VERSION],
        {-1: ManifestEntry, 2: DataFile},
        {0: ManifestEntryStatus, 101: FileFormat, 134: DataFileContent},
    )


def _header_of(schema: str) -> AvroFileHeader:
    return AvroFileHeader(b"", {_SCHEMA_KEY: schema}, b"")
