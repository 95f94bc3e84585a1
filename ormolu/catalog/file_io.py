"""Files of tables, wherever a warehouse is: in a folder or in an object store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from pyarrow.fs import FileSelector
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.typedef import EMPTY_DICT, Properties

from ormolu.stores import file_io_properties, is_remote

AZURE_SCHEMES = ("abfss", "az")


@dataclass(frozen=True, slots=True)
class ListedFile:
    path: str
    bytes: int
    modified_at: datetime


def file_io() -> FileIO:
    """Opens local files, and those of object stores by the settings in the environment."""
    return _file_io(tuple(sorted(file_io_properties(os.environ).items())))


class WarehouseIO(PyArrowFileIO):
    """Azure's urls are read as Azure writes them: the account is the host's, and no part of the path."""

    @staticmethod
    def parse_location(location: str, properties: Properties = EMPTY_DICT) -> tuple[str, str, str]:
        scheme, netloc, path = PyArrowFileIO.parse_location(location, properties)
        if scheme not in AZURE_SCHEMES:
            return scheme, netloc, path
        container = netloc.partition("@")[0]
        return "abfss", container, container + path.removeprefix(netloc)


@lru_cache(maxsize=1)
def _file_io(properties: tuple[tuple[str, str], ...]) -> WarehouseIO:
    return WarehouseIO(dict(properties))


def list_files(location: str) -> Iterator[ListedFile]:
    """Every file below a folder or prefix, in no order; none where there is no such place."""
    if not is_remote(location):
        yield from _list_local(location)
        return
    io = _file_io(tuple(sorted(file_io_properties(os.environ).items())))
    scheme, netloc, prefix = io.parse_location(location)
    found = io.fs_by_scheme(scheme, netloc).get_file_info(FileSelector(prefix, recursive=True, allow_not_found=True))
    for item in found:
        if item.is_file:
            yield ListedFile(location + item.path.removeprefix(prefix), item.size, item.mtime)


def _list_local(folder: str) -> Iterator[ListedFile]:
    """What goes while it is listed, by a commit that failed or another sweep, is left out."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            yield ListedFile(str(path), status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
