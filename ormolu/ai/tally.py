"""The different values of a column and how often each occurs: what most questions about a column need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

EXAMINED_MAX = 20_000  # of the different values, the most frequent


@dataclass(frozen=True, slots=True)
class Tally:
    """`values` are the most frequent different values, most frequent first; NULLs are counted apart."""

    name: str
    type: pa.DataType
    rows: int
    nulls: int
    distinct: int
    values: tuple[Any, ...]  # of whatever type the column has
    counts: tuple[int, ...]

    @property
    def examined(self) -> int:
        return sum(self.counts)

    @property
    def present(self) -> int:
        return self.rows - self.nulls

    @property
    def is_text(self) -> bool:
        return bool(pt.is_string(self.type) or pt.is_large_string(self.type))

    @property
    def is_number(self) -> bool:
        return bool(pt.is_integer(self.type) or pt.is_floating(self.type) or pt.is_decimal(self.type))

    @property
    def is_time(self) -> bool:
        return bool(pt.is_date(self.type) or pt.is_timestamp(self.type))

    def share_where(self, holds: Callable[[Any], bool]) -> float:
        """The share of the examined rows whose value satisfies the predicate; 0 where there are none."""
        hit = sum(count for value, count in zip(self.values, self.counts, strict=True) if holds(value))
        return hit / self.examined if self.examined else 0.0

    def texts(self) -> list[tuple[str, int]]:
        return [(str(value), count) for value, count in zip(self.values, self.counts, strict=True)]


def tally(name: str, column: pa.ChunkedArray) -> Tally:
    rows, nulls, kind = len(column), column.null_count, column.type
    if pt.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pt.is_nested(kind) or pt.is_null(kind) or pt.is_interval(kind):
        return Tally(name, kind, rows, nulls, 0, (), ())
    counted = pc.value_counts(column.drop_null().combine_chunks())
    values, counts = counted.field("values"), counted.field("counts")
    order = pc.sort_indices(
        pa.table({"count": counts, "value": values}), sort_keys=[("count", "descending"), ("value", "ascending")]
    )[:EXAMINED_MAX]
    return Tally(
        name,
        kind,
        rows,
        nulls,
        len(values),
        tuple(values.take(order).to_pylist()),
        tuple(counts.take(order).to_pylist()),
    )
