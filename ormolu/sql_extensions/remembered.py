"""Readings of texts, kept for the texts that were read lately."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

# A tree takes some 150 bytes a character of its text: 512 texts of this length are 150 MB, and most are far shorter.
CHARACTERS_MAX = 2_000
Value = TypeVar("Value")


def remembered(read: Callable[[str], Value], size_max: int) -> Callable[[str], Value]:
    """`read`, which keeps what it gave for the last `size_max` texts; what a long text says is read each time."""
    kept = lru_cache(maxsize=size_max)(read)

    def found(text: str) -> Value:
        return kept(text) if len(text) <= CHARACTERS_MAX else read(text)

    return found
