"""Which small files are joined: groups of one partition, each about as large as a file should be."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

SMALL_SHARE = 0.75  # of the target size: what is larger stays as it is
TIER_FACTOR = 4  # of the bytes joined so far: a file that is larger waits until there is more to join it with


@dataclass(frozen=True, slots=True)
class FileSize:
    """`partition` tells apart files that cannot be one."""

    path: str
    rows: int
    bytes: int
    partition: Hashable = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Files to be read in this order and written as one, or as few as the target size takes."""

    files: tuple[FileSize, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.files)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def compaction_groups(files: Iterable[FileSize], *, target_bytes: int, files_min: int) -> tuple[Group, ...]:
    """Groups of at least `files_min` small files, those that stand side by side kept in their order.

    With more than two wanted, files that are much larger than the rest of their group stay out of it: a table that
    takes a small file every minute then writes each row anew a few times, not once for every file.
    """
    partitions: dict[Hashable, list[FileSize]] = {}
    for file in files:
        if file.bytes < target_bytes * SMALL_SHARE:
            partitions.setdefault(file.partition, []).append(file)
    groups: list[Group] = []
    for small in partitions.values():
        for filled in _filled(small, target_bytes):
            joined = filled if files_min <= 2 else _tier(filled)
            if len(joined) >= max(files_min, 2):
                groups.append(Group(tuple(joined)))
    return tuple(groups)


def _filled(files: Sequence[FileSize], target_bytes: int) -> list[list[FileSize]]:
    filled: list[list[FileSize]] = [[]]
    size = 0
    for file in files:
        if size + file.bytes > target_bytes and filled[-1]:
            filled.append([])
            size = 0
        filled[-1].append(file)
        size += file.bytes
    return filled


def _tier(files: Sequence[FileSize]) -> list[FileSize]:
    """The smallest files, and each next one as long as it is not much larger than all of them together."""
    taken: set[str] = set()
    size = 0
    for file in sorted(files, key=lambda file: (file.bytes, file.path)):
        if taken and file.bytes > size * TIER_FACTOR:
            break
        taken.add(file.path)
        size += file.bytes
    return [file for file in files if file.path in taken]
