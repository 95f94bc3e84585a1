"""Kept results are whole, few enough, and those that were asked for lately."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest

from ormolu.server.results import ENTRY_BYTES, RESULT_BYTES_MAX, Question, Results

ROOM = 100_000


def question(number: int, asker: str = "ann") -> Question:
    return Question("SELECT n FROM t WHERE id = $1", repr((number,)), asker)


def batch(*numbers: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(numbers, pa.int64())], ["n"])


class Running(Iterator[pa.RecordBatch]):
    """The rows of a query at work, which may break off."""

    def __init__(self, batches: Sequence[pa.RecordBatch], *, breaks: bool = False) -> None:
        self._batches = iter(batches)
        self._breaks = breaks
        self.is_closed = False

    def __next__(self) -> pa.RecordBatch:
        found = next(self._batches, None)
        if found is None:
            raise InterruptedError if self._breaks else StopIteration
        return found

    def close(self) -> None:
        self.is_closed = True


def ask(results: Results, asked: Question, *batches: pa.RecordBatch) -> list[int]:
    kept = results.find(asked)
    rows = results.recorded(asked, Running(batches)) if kept is None else kept
    return [value for each in rows for value in each.column(0).to_pylist()]


def test_what_was_read_to_its_end_is_given_again() -> None:
    results = Results(ROOM)
    for _ in range(3):
        assert ask(results, question(1), batch(1, 2), batch(3)) == [1, 2, 3]
        assert ask(results, question(2)) == []
    assert ask(results, question(1, "bob"), batch(4)) == [4]
    counts = results.counts
    assert (counts.hits, counts.misses, counts.results) == (4, 3, 3)


def test_half_a_result_is_not_kept() -> None:
    results = Results(ROOM)
    running = Running([batch(1), batch(2)])
    rows = results.recorded(question(1), running)
    assert next(rows).num_rows == 1
    rows.close()
    assert running.is_closed
    broken = results.recorded(question(1), Running([batch(1)], breaks=True))
    assert next(broken).num_rows == 1
    with pytest.raises(InterruptedError):
        next(broken)
    assert results.find(question(1)) is None
    assert results.counts.bytes == 0


def test_a_large_result_passes_and_is_not_kept() -> None:
    results = Results(8 * RESULT_BYTES_MAX)
    half = batch(*range(RESULT_BYTES_MAX // 16))
    assert len(ask(results, question(1), half, half, half)) == 3 * half.num_rows
    assert results.counts.results == 0
    assert len(ask(results, question(2), half)) == half.num_rows
    assert results.counts.results == 1


def test_together_they_keep_to_their_room() -> None:
    results = Results(ROOM)
    for number in range(500):
        ask(results, question(number), batch(*range(100)))
        assert ask(results, question(0), batch(*range(100))) == list(range(100))
        assert results.counts.bytes <= ROOM
    assert results.counts.results > 10
    assert results.find(question(0)) is not None
    assert results.find(question(1)) is None


def test_a_kept_result_takes_no_more_than_its_rows() -> None:
    results = Results(ROOM)
    wide = batch(*range(8_192)).slice(5, 2)
    assert ask(results, question(1), wide) == [5, 6]
    assert results.counts.bytes < ENTRY_BYTES + question(1).characters + 200


def test_nothing_is_kept_where_there_is_no_room() -> None:
    results = Results(0)
    assert not results.are_kept
    ask(results, question(1), batch(1))
    assert results.counts.results == 0


def test_threads_share_them() -> None:
    results = Results(20_000)
    wrong: list[int] = []

    def work() -> None:
        for at in range(300):
            number = at % 40
            if ask(results, question(number), batch(number)) != [number]:
                wrong.append(number)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    counts = results.counts
    assert counts.hits + counts.misses == 4 * 300
    assert 0 < counts.bytes <= 20_000


def test_what_was_erased_is_forgotten_also_what_was_being_read_then() -> None:
    results = Results(ROOM)
    assert ask(results, question(1), batch(1)) == [1]
    under_way = results.recorded(question(2), Running([batch(2)]))
    assert next(under_way).num_rows == 1
    results.forget()
    assert next(under_way, None) is None
    assert results.find(question(1)) is None
    assert results.find(question(2)) is None
    assert results.counts.bytes == 0
    assert ask(results, question(2), batch(3)) == [3]
    assert results.find(question(2)) is not None
