"""Which files are joined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ormolu.medallion.compaction import SMALL_SHARE, FileSize, compaction_groups

TARGET = 1000
files = st.lists(
    st.builds(lambda size, partition: (size, partition), st.integers(1, 2 * TARGET), st.sampled_from(["a", "b"])),
    max_size=40,
).map(lambda found: [FileSize(f"f{number}", size, size, part) for number, (size, part) in enumerate(found)])


@given(files, st.integers(1, 6))
def test_a_group_has_small_files_of_one_partition_in_order_and_none_twice(found: list[FileSize], least: int) -> None:
    groups = compaction_groups(found, target_bytes=TARGET, files_min=least)
    joined = [file for group in groups for file in group.files]
    assert len({file.path for file in joined}) == len(joined)
    order = {file.path: number for number, file in enumerate(found)}
    for group in groups:
        assert len(group.files) >= max(least, 2)
        assert len({file.partition for file in group.files}) == 1
        assert [order[path] for path in group.paths] == sorted(order[path] for path in group.paths)
        assert all(file.bytes < TARGET * SMALL_SHARE for file in group.files)
        assert group.bytes <= TARGET


def test_nothing_is_joined_where_there_is_nothing_to_join() -> None:
    assert compaction_groups([], target_bytes=TARGET, files_min=2) == ()
    assert compaction_groups([FileSize("one", 1, 1)], target_bytes=TARGET, files_min=2) == ()
    large = [FileSize(str(number), 1, TARGET) for number in range(5)]
    assert compaction_groups(large, target_bytes=TARGET, files_min=2) == ()


def test_a_file_joined_before_waits_for_more_than_a_few_small_ones() -> None:
    """Else a table that takes a file a minute would write all its rows anew each time."""
    before = FileSize("joined", 700, 700)
    few = [FileSize(f"new{number}", 1, 1) for number in range(20)]
    (group,) = compaction_groups([before, *few], target_bytes=TARGET, files_min=16)
    assert "joined" not in group.paths
    many = [FileSize(f"new{number}", 1, 12) for number in range(20)]
    (group,) = compaction_groups([before, *many], target_bytes=TARGET, files_min=16)
    assert group.paths[0] == "joined"


def test_asked_by_hand_two_files_are_enough_whatever_their_sizes() -> None:
    (group,) = compaction_groups([FileSize("a", 700, 700), FileSize("b", 1, 1)], target_bytes=TARGET, files_min=2)
    assert group.paths == ("a", "b")
