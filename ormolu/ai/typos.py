"""Categories that are nearly equal: `Pariss` beside `Paris`, `paris ` beside `Paris`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ormolu.ai.tally import Tally

CATEGORIES_MAX = 1_000
LENGTH_MIN = 4
LIKENESS_MIN = 86.0
RARER_TIMES = 5  # a misspelling is much rarer than what was meant
DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class NearEqual:
    """`value` is probably meant to be `intended`; equal but for case, spaces and accents when `is_same`."""

    value: str
    count: int
    intended: str
    intended_count: int
    is_same: bool


def near_equal(tally: Tally) -> tuple[NearEqual, ...]:
    """Rare values that look like a frequent one. Values with digits are compared for case and spaces only."""
    if not tally.is_text or not 1 < tally.distinct <= CATEGORIES_MAX:
        return ()
    texts = tally.texts()
    found: list[NearEqual] = []
    seen: dict[str, tuple[str, int]] = {}
    for value, count in texts:  # most frequent first
        folded = _folded(value)
        if folded in seen:
            found.append(NearEqual(value, count, *seen[folded], is_same=True))
            continue
        meant = _look_alike(folded, count, seen)
        if meant is not None:
            found.append(NearEqual(value, count, *meant, is_same=False))
        else:
            seen[folded] = value, count
    return tuple(found)


def _look_alike(folded: str, count: int, seen: dict[str, tuple[str, int]]) -> tuple[str, int] | None:
    if len(folded) < LENGTH_MIN or DIGITS.search(folded):
        return None
    from rapidfuzz import fuzz  # loaded where it is needed

    candidates = [
        (fuzz.ratio(folded, other), text, times)
        for other, (text, times) in seen.items()
        if times >= RARER_TIMES * count and abs(len(other) - len(folded)) <= 2 and not DIGITS.search(other)
    ]
    best = max(candidates, default=None)
    return (best[1], best[2]) if best is not None and best[0] >= LIKENESS_MIN else None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or text
    return " ".join(plain.casefold().split())
