"""The shape of texts as regular expressions: `CA-2016-152156` is `[A-Z]{2}-\\d{4}-\\d{6}`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from ormolu.ai.tally import Tally

PATTERNS_MAX = 5
RUNS_MAX = 12  # a text of more runs is prose, not a code
PROSE = ".*"
SPECIAL = frozenset(r"\.^$*+?{}[]()|")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that PostgreSQL and Python read alike, and the share of the values it matches."""

    regex: str
    share: float


def patterns(tally: Tally) -> tuple[Pattern, ...]:
    """The most frequent shapes; runs whose length varies are merged when that brings shapes together."""
    if not tally.is_text or not tally.examined:
        return ()
    shapes: Counter[tuple[tuple[str, int], ...]] = Counter()
    for value, count in tally.texts():
        shapes[_shape(value)] += count
    merged: dict[tuple[str, ...], list[tuple[tuple[tuple[str, int], ...], int]]] = {}
    for shape, count in shapes.items():
        merged.setdefault(tuple(kind for kind, _ in shape), []).append((shape, count))
    found = [
        Pattern(_regex([shape for shape, _ in members]), sum(count for _, count in members) / tally.examined)
        for members in merged.values()
    ]
    return tuple(sorted(found, key=lambda pattern: (-pattern.share, pattern.regex))[:PATTERNS_MAX])


def _shape(text: str) -> tuple[tuple[str, int], ...]:
    runs = tuple((kind, len(list(run))) for kind, run in groupby(text, key=_kind_of))
    return runs if len(runs) <= RUNS_MAX else ((PROSE, len(text)),)


def _kind_of(character: str) -> str:
    if character.isascii():
        if character.isdigit():
            return r"\d"
        if character.isalpha():
            return "[A-Z]" if character.isupper() else "[a-z]"
    if character.isspace():
        return r"\s"
    return "\\" + character if character in SPECIAL else character


def _regex(shapes: list[tuple[tuple[str, int], ...]]) -> str:
    if not shapes[0]:
        return "^$"
    parts = []
    for runs in zip(*shapes, strict=True):
        kind = runs[0][0]
        lengths = [length for _, length in runs]
        parts.append(PROSE if kind == PROSE else kind + _times(min(lengths), max(lengths)))
    return "^" + "".join(parts) + "$"


def _times(low: int, high: int) -> str:
    if low == high == 1:
        return ""
    return f"{{{low}}}" if low == high else f"{{{low},{high}}}"
