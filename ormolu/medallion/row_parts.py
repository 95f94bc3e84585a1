"""Rows that are put in order in parts: how many parts, and the sort keys where they meet, so that each fits in memory.

DuckDB's own sort spills, but it does not count all that it holds while it does: now and then that is more than the
limit, and the statement ends. Parts are small enough to need no spilling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHARE_OF_MEMORY = 4  # a part takes the fourth part of the limit: it is sorted while another fourth is written
PARTS_MAX = 250  # files that are open at once while the rows are distributed
ROW_GROUP_ROWS_MIN = 2_048
KEY_BYTES = 24  # of a row in a sort: its key, and where the row is
TEXT_BYTES = 16  # of a text, list or blob, beside its content
_WIDTHS = {"BOOLEAN": 1, "SMALLINT": 2, "INTEGER": 4, "FLOAT": 4, "DATE": 4, "BIGINT": 8, "DOUBLE": 8, "TIME": 8}
_SMALL_DECIMAL = re.compile(r"DECIMAL\((\d|1[0-8]),")


def width_of(stored: str) -> int:
    """The bytes that a value of a stored type takes in a row, without the content of texts."""
    if stored.startswith("TIMESTAMP") or _SMALL_DECIMAL.match(stored):
        return 8
    return _WIDTHS.get(stored, TEXT_BYTES)


def row_bytes(widths: Iterable[int], text_bytes: int) -> int:
    """The bytes of a row while it is sorted; `text_bytes` are those of its texts and of its key."""
    return sum(widths) + text_bytes + KEY_BYTES


@dataclass(frozen=True, slots=True)
class PartPlan:
    """`buffered_rows` are those that are held back while they are distributed, `row_group_rows` those of a part."""

    parts: int
    row_group_rows: int
    buffered_rows: int


def plan_parts(*, rows: int, row_bytes: int, memory_bytes: int) -> PartPlan:
    """As many parts as it takes, two at least."""
    share = max(1, memory_bytes // SHARE_OF_MEMORY)
    parts = min(PARTS_MAX, max(2, -(-rows * row_bytes // share)))
    return PartPlan(
        parts,
        row_group_rows=max(ROW_GROUP_ROWS_MIN, share // (2 * parts * row_bytes)),
        buffered_rows=max(ROW_GROUP_ROWS_MIN, share // (2 * row_bytes)),
    )


def boundaries(sample: Iterable[bytes], parts: int) -> tuple[bytes, ...]:
    """The keys at which the second and every later part begins; fewer parts where many rows have the same key."""
    keys = sorted(sample)
    chosen = (keys[len(keys) * number // parts] for number in range(1, parts)) if keys else ()
    return tuple(dict.fromkeys(key for key in chosen if key > keys[0]))


def part_of(key: str, starts: Sequence[bytes], first: int = 0) -> str:
    """DuckDB SQL for the number of a key's part: half of the boundaries are out after each comparison."""
    if not starts:
        return str(first)
    middle = len(starts) // 2
    below = part_of(key, starts[:middle], first)
    above = part_of(key, starts[middle + 1 :], first + middle + 1)
    return f"CASE WHEN {key} < unhex('{starts[middle].hex()}') THEN {below} ELSE {above} END"
