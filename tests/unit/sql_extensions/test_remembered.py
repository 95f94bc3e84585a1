"""Texts that were read lately are not read again, long ones each time."""

from __future__ import annotations

from ormolu.sql_extensions.remembered import CHARACTERS_MAX, remembered


def test_a_text_is_read_once_and_a_long_one_each_time() -> None:
    read: list[int] = []

    def measured(text: str) -> int:
        read.append(len(text))
        return len(text)

    length = remembered(measured, 2)
    long = "x" * (CHARACTERS_MAX + 1)
    assert [length(text) for text in ("abc", "abc", "d", long, long)] == [3, 3, 1, len(long), len(long)]
    assert read == [3, 1, len(long), len(long)]
    assert [length(text) for text in ("ef", "abc")] == [2, 3]
    assert read[-2:] == [2, 3], "the text that was not used for longest is forgotten"
