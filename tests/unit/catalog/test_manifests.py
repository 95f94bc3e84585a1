"""Commits join what is small, maintenance what is sparse; what is large is left alone."""

from __future__ import annotations

import pytest
from pyiceberg.manifest import ManifestContent, ManifestFile

from ormolu.catalog.manifests import (
    FILES_MAX,
    JOINED_FILES_MAX,
    PACKED_FILES_MAX,
    SIZES,
    WAITING_MAX,
    chunks,
    joined_by_commit,
    packed_by_maintenance,
)


def manifest(
    files: int, *, spec: int = 0, content: ManifestContent = ManifestContent.DATA, deleted: int = 0
) -> ManifestFile:
    return ManifestFile.from_args(
        2,
        manifest_path=f"{spec}-{files}",
        partition_spec_id=spec,
        content=content,
        added_files_count=0,
        existing_files_count=files,
        deleted_files_count=deleted,
    )


def sizes(groups: tuple[tuple[ManifestFile, ...], ...]) -> list[list[int]]:
    return [[one.existing_files_count or 0 for one in group] for group in groups]


@pytest.mark.parametrize("files", [0, 1, FILES_MAX - 1, FILES_MAX, FILES_MAX + 1, 10 * FILES_MAX + 7])
def test_a_manifest_lists_so_many_files_and_none_is_nearly_empty(files: int) -> None:
    parts = chunks(range(files))
    assert [one for part in parts for one in part] == list(range(files))
    assert all(len(part) <= FILES_MAX for part in parts)
    assert len(parts) <= 1 or min(map(len, parts)) >= FILES_MAX // 2
    assert packed_by_maintenance([manifest(len(part)) for part in parts], sparse_min=2) == ()


def test_a_commit_joins_as_many_of_one_size_as_wait() -> None:
    large, small, tiny = FILES_MAX, SIZES[1] - 1, SIZES[0] - 1
    waiting = [manifest(tiny)] * (WAITING_MAX - 1)
    assert joined_by_commit([]) == ()
    assert joined_by_commit([*waiting, *[manifest(small)] * (WAITING_MAX - 1), manifest(large)]) == ()
    assert sizes(joined_by_commit([*waiting, manifest(1), manifest(large)])) == [[tiny] * (WAITING_MAX - 1) + [1]]
    assert joined_by_commit([manifest(large)] * 1000) == (), "what is large is never a commit's to join"
    assert joined_by_commit([*waiting, manifest(1, spec=1)]) == (), "those of two specs cannot be one"
    assert joined_by_commit([*waiting, manifest(1, content=ManifestContent.DELETES)]) == ()
    assert joined_by_commit([*waiting, manifest(0, deleted=9)]) == (), "one without live files is left out anyway"


def test_a_commit_joins_a_bounded_number_of_files() -> None:
    (group,) = joined_by_commit([manifest(SIZES[1] - 1)] * 1000)
    assert len(group) >= 2 and sum(one.existing_files_count or 0 for one in group) <= JOINED_FILES_MAX


def test_maintenance_joins_the_sparse_and_parts_the_overfull() -> None:
    half = FILES_MAX // 2
    many = [manifest(FILES_MAX), manifest(half - 1), manifest(half), manifest(3), manifest(1, spec=1)]
    assert sizes(packed_by_maintenance(many, sparse_min=2)) == [[half - 1, 3]]
    assert packed_by_maintenance(many, sparse_min=3) == ()
    assert sizes(packed_by_maintenance([*many, manifest(FILES_MAX + 1)], sparse_min=3)) == [[FILES_MAX + 1]]
    assert sizes(packed_by_maintenance([manifest(1), manifest(1, spec=1)] * 2, sparse_min=2)) == [[1, 1], [1, 1]]
    assert packed_by_maintenance([manifest(1), manifest(1, content=ManifestContent.DELETES)], sparse_min=2) == ()


def test_one_run_of_maintenance_joins_a_bounded_number_of_files() -> None:
    (group,) = packed_by_maintenance([manifest(FILES_MAX // 2 - 1)] * 1000, sparse_min=2)
    assert sum(one.existing_files_count or 0 for one in group) <= PACKED_FILES_MAX
