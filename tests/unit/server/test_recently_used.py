"""What was read lately is bounded by number and by the length of its texts."""

from __future__ import annotations

from ormolu.server.recently_used import RecentlyUsed


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    known: RecentlyUsed[str, int] = RecentlyUsed(2)
    known.put("a", 1, characters=1)
    known.put("b", 2, characters=1)
    assert known.find("a") == 1
    known.put("c", 3, characters=1)
    assert [known.find(key) for key in "abc"] == [1, None, 3]


def test_long_texts_push_out_more_than_one() -> None:
    known: RecentlyUsed[str, int] = RecentlyUsed(100, characters_max=10)
    for key in "abcd":
        known.put(key, 1, characters=3)
    assert [known.find(key) for key in "abcd"] == [None, 1, 1, 1]
    known.put("e", 1, characters=10)
    assert [known.find(key) for key in "bcde"] == [None, None, None, 1]
    known.put("f", 1, characters=11)
    assert known.find("e") is known.find("f") is None


def test_the_same_key_counts_once() -> None:
    known: RecentlyUsed[str, int] = RecentlyUsed(100, characters_max=10)
    known.put("a", 1, characters=4)
    for number in range(5):
        known.put("b", number, characters=6)
    assert (known.find("a"), known.find("b")) == (1, 4)
