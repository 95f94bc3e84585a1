"""Rows of small tables by the value of a column, for queries that ask for one value after another.

The engine takes a millisecond to plan and run such a query, however small the table. Asked often enough, it is asked
once for all the rows, and the rest is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from ormolu.server.recently_used import RecentlyUsed
from ormolu.server.results import Batches
from ormolu.sql_extensions.by_key import ByKey

ASKED_OFTEN = 16
ROWS_MAX = 50_000
BYTES_MAX = 8 * 1024**2
PLACE_BYTES = 150  # of a value and where its rows are
TABLES_MAX = 1_000
Run = Callable[[str], Batches]


@dataclass(frozen=True, slots=True)
class KeyedRows:
    """The rows, those of one value beside each other; None where there are too many."""

    rows: pa.RecordBatch | None = None
    places: dict[int | str, tuple[int, int]] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        return PLACE_BYTES + (self.rows.get_total_buffer_size() + PLACE_BYTES * len(self.places) if self.rows else 0)

    def of(self, value: object) -> tuple[pa.RecordBatch, ...] | None:
        if self.rows is None:
            return None
        place = self.places.get(value)  # type: ignore[call-overload]  # a value of another type is not there
        return () if place is None else (self.rows.slice(*place),)


class RowsByKey:
    """Bounded by bytes together; shared by all sessions."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._asked: RecentlyUsed[Hashable, int] = RecentlyUsed(TABLES_MAX)
        self._kept: RecentlyUsed[Hashable, KeyedRows] = RecentlyUsed(TABLES_MAX, characters_max=bytes_max)
        self._erasures = 0

    def forget(self) -> None:
        """Let go of everything, and of what is being read now: rows were erased."""
        self._erasures += 1
        self._kept.clear()

    def find(self, query: ByKey, value: object, asker: Hashable, run: Run) -> tuple[pa.RecordBatch, ...] | None:
        """The rows of that value; None where the engine has to be asked. `run` reads them all, when it is time."""
        if type(value) is not query.key_type:
            return None
        key = (query.sql, asker)
        kept = self._kept.find(key)
        if kept is None:
            asked = (self._asked.find(key) or 0) + 1
            self._asked.put(key, asked, characters=0)
            if asked < ASKED_OFTEN:
                return None
            erasures = self._erasures
            kept = _read(run(query.sql))
            if kept.bytes > self._bytes_max:
                kept = KeyedRows()
            self._kept.put(key, kept, characters=kept.bytes)
            if erasures != self._erasures:
                self._kept.clear()
        return kept.of(value)


def _read(batches: Batches) -> KeyedRows:
    read: list[pa.RecordBatch] = []
    rows = size = 0
    try:
        for batch in _each(batches):
            read.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if rows > ROWS_MAX or size > BYTES_MAX:
                return KeyedRows()
    finally:
        batches.close()
    if not read:
        return KeyedRows(pa.RecordBatch.from_arrays([], []))
    table = pa.Table.from_batches(read)
    table = table.take(pc.sort_indices(table.column(0))).combine_chunks()
    (batch,) = table.to_batches()
    return KeyedRows(batch.select(range(1, batch.num_columns)), _places(batch.column(0).to_pylist()))


def _each(batches: Batches) -> Iterator[pa.RecordBatch]:
    while (batch := next(batches, None)) is not None:
        yield batch


def _places(keys: list[int | str | None]) -> dict[int | str, tuple[int, int]]:
    """Where each value's rows begin, and how many they are; the keys are in order."""
    places: dict[int | str, tuple[int, int]] = {}
    for at, key in enumerate(keys):
        if key is not None:
            first, count = places.get(key, (at, 0))
            places[key] = first, count + 1
    return places
