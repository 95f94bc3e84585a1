"""Which manifests of a table are joined: small ones a few at a time by commits, what those leave by maintenance.

The largest are left alone, so that what a commit reads and writes does not grow with the table: see decision 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from pyiceberg.manifest import ManifestContent, ManifestFile

from ormolu.catalog.table_files import live_files

FILES_MAX = 256  # in one manifest: so many entries are written anew by a merge that touches one of its files
SIZES = (8, 64)  # the live files below which a manifest is tiny, or small: those are joined by commits
WAITING_MAX = 8  # manifests of one size and spec: the next commit joins them
JOINED_FILES_MAX = 512  # by one commit; what is more waits for the next
PACKED_FILES_MAX = 20_000  # by one run of it; what is more is the next one's

Group = tuple[ManifestFile, ...]  # of one spec, to be written as few as can hold their entries
Item = TypeVar("Item")


def chunks(items: Sequence[Item]) -> list[Sequence[Item]]:
    """As few parts as manifests can hold, all about as large, in their order."""
    count = -(-len(items) // FILES_MAX)
    return [items[len(items) * part // count : len(items) * (part + 1) // count] for part in range(count)]


def joined_by_commit(manifests: Sequence[ManifestFile]) -> tuple[Group, ...]:
    """Of the size that most manifests have, as many as a commit may join; none where few wait."""
    sizes: dict[tuple[int, int], list[ManifestFile]] = defaultdict(list)
    for manifest in _of_data(manifests):
        if (size := _size(manifest)) < len(SIZES):
            sizes[manifest.partition_spec_id, size].append(manifest)
    fullest = max(sizes.values(), key=len, default=[])
    return (_first(fullest, JOINED_FILES_MAX),) if len(fullest) >= WAITING_MAX else ()


def packed_by_maintenance(manifests: Sequence[ManifestFile], *, sparse_min: int) -> tuple[Group, ...]:
    """Those less than half full, where a spec has as many of them, and those that hold more than a manifest should."""
    specs: dict[int, list[ManifestFile]] = defaultdict(list)
    for manifest in _of_data(manifests):
        specs[manifest.partition_spec_id].append(manifest)
    groups = (_first(_packed(of_spec, sparse_min), PACKED_FILES_MAX) for of_spec in specs.values())
    return tuple(group for group in groups if group)


def _packed(of_spec: Sequence[ManifestFile], sparse_min: int) -> list[ManifestFile]:
    is_due = sum(map(_is_sparse, of_spec)) >= sparse_min
    return [one for one in of_spec if live_files(one) > FILES_MAX or (is_due and _is_sparse(one))]


def _is_sparse(manifest: ManifestFile) -> bool:
    return live_files(manifest) < FILES_MAX // 2


def _of_data(manifests: Sequence[ManifestFile]) -> list[ManifestFile]:
    return [one for one in manifests if one.content == ManifestContent.DATA and live_files(one)]


def _size(manifest: ManifestFile) -> int:
    return sum(live_files(manifest) >= least for least in SIZES)


def _first(manifests: Sequence[ManifestFile], files_max: int) -> Group:
    """The first that together do not list more files; one at least."""
    taken: list[ManifestFile] = []
    files = 0
    for manifest in manifests:
        files += live_files(manifest)
        if taken and files > files_max:
            break
        taken.append(manifest)
    return tuple(taken)
