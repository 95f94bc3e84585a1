"""Rows that are asked for by one value after another are read once, if they are few enough."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from ormolu.server import rows_by_key
from ormolu.server.rows_by_key import ASKED_OFTEN, RowsByKey
from ormolu.sql_extensions.by_key import ByKey

INTEGERS, TEXTS = ByKey("SELECT id, id, word FROM t", int), ByKey("SELECT word, id FROM t", str)
ROOM = 1_000_000


class Table:
    """Rows that the engine hands out in batches; counts how often it was asked."""

    def __init__(self, *batches: tuple[list[int | None], list[str | None]]) -> None:
        self._batches = batches
        self.asked = self.closed = 0

    def run(self, sql: str) -> Rows:
        self.asked += 1
        columns = {INTEGERS.sql: (0, 0, 1), TEXTS.sql: (1, 0)}[sql]
        arrays = [(pa.array(ids, pa.int64()), pa.array(words, pa.string())) for ids, words in self._batches]
        names = [f"c{at}" for at in range(len(columns))]
        return Rows(self, [pa.RecordBatch.from_arrays([each[at] for at in columns], names) for each in arrays])


class Rows(Iterator[pa.RecordBatch]):
    def __init__(self, table: Table, batches: list[pa.RecordBatch]) -> None:
        self._table, self._batches = table, iter(batches)

    def __next__(self) -> pa.RecordBatch:
        return next(self._batches)

    def close(self) -> None:
        self._table.closed += 1


TABLE: tuple[tuple[list[int | None], list[str | None]], ...] = (
    ([3, 1, None], ["c", "a", "none"]),
    ([1, 2], ["b", None]),
)


def found(kept: RowsByKey, query: ByKey, value: object, table: Table, asker: str = "ann") -> list[object] | None:
    batches = kept.find(query, value, asker, table.run)
    return None if batches is None else [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def test_the_engine_is_asked_once_for_all_rows() -> None:
    kept, table = RowsByKey(ROOM), Table(*TABLE)
    for at in range(ASKED_OFTEN - 1):
        assert found(kept, INTEGERS, at, table) is None
    assert table.asked == 0
    assert found(kept, INTEGERS, 1, table) == [(1, "a"), (1, "b")]
    assert [found(kept, INTEGERS, at, table) for at in (2, 3, 4)] == [[(2, None)], [(3, "c")], []]
    assert (table.asked, table.closed) == (1, 1)
    for _ in range(ASKED_OFTEN):
        rows = found(kept, TEXTS, "none", table)
    assert rows == [(None,)]
    assert found(kept, INTEGERS, 1, table, "bob") is None


def test_a_value_of_another_type_or_none_is_the_engines() -> None:
    kept, table = RowsByKey(ROOM), Table(*TABLE)
    for value in (None, "1", True, 1.0):
        for _ in range(ASKED_OFTEN + 1):
            assert found(kept, INTEGERS, value, table) is None
    assert table.asked == 0


def test_a_large_table_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_by_key, "ROWS_MAX", 3)
    kept, table = RowsByKey(ROOM), Table(*TABLE, *TABLE)
    for _ in range(3 * ASKED_OFTEN):
        assert found(kept, INTEGERS, 1, table) is None
    assert (table.asked, table.closed) == (1, 1)


def test_an_empty_table_has_no_rows_of_any_value() -> None:
    kept, table = RowsByKey(ROOM), Table()
    for _ in range(ASKED_OFTEN):
        rows = found(kept, INTEGERS, 1, table)
    assert rows == []


def test_what_does_not_fit_the_room_is_not_kept() -> None:
    kept, table = RowsByKey(300), Table(*TABLE)
    assert [found(kept, INTEGERS, 1, table) for _ in range(ASKED_OFTEN + 2)] == [None] * (ASKED_OFTEN + 2)
    assert table.asked == 1
