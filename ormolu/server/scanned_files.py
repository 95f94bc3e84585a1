"""How many data files queries read, and how many they need not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from ormolu.sql_extensions.engine_text import EngineText, FewerFiles


@dataclass(frozen=True, slots=True)
class ScannedFiles:
    """Of one table in one query."""

    table: str
    read: int
    total: int


def scanned_files(text: EngineText, chosen: Sequence[FewerFiles | None]) -> list[ScannedFiles]:
    return [
        ScannedFiles(str(scan.files.table), scan.files.count if few is None else few.count, scan.files.count)
        for scan, few in zip(text.scans, chosen, strict=True)
    ]


class FileCounts:
    """Since the server started; told and asked from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read = self._left_out = 0

    def add(self, scanned: Sequence[ScannedFiles]) -> None:
        read = sum(each.read for each in scanned)
        with self._lock:
            self._read += read
            self._left_out += sum(each.total for each in scanned) - read

    @property
    def read(self) -> int:
        return self._read

    @property
    def left_out(self) -> int:
        return self._left_out
