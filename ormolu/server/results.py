"""Results of queries over versions of tables, kept for whoever asks the same again: a dashboard, before all.

A result belongs to what the engine was asked, which names the files or copies of exactly one version of each table: a
commit asks for another result, and what was kept of the older version is forgotten in its turn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import pyarrow as pa

RESULT_BYTES_MAX = 1024**2
ENTRY_BYTES = 1_000  # what a result takes beside its rows and its question
QUESTION_CHARACTERS_MAX = 100_000


class Batches(Protocol):
    """The rows of a running query, and how to let go of it."""

    def __next__(self) -> pa.RecordBatch: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What the engine is asked, with which values, and by whom; roles with equal rights share nothing either."""

    sql: str
    values: str
    asker: Hashable

    @property
    def characters(self) -> int:
        return len(self.sql) + len(self.values)


@dataclass(frozen=True, slots=True)
class ResultCounts:
    hits: int = 0
    misses: int = 0
    results: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Result:
    batches: tuple[pa.RecordBatch, ...]
    bytes: int


class Results:
    """Bounded by bytes, for each and together; what was not asked for longest goes first. Shared by all sessions."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._lock = Lock()
        self._results: OrderedDict[Question, _Result] = OrderedDict()
        self._bytes = self._hits = self._misses = 0
        self._erasures = 0

    @property
    def are_kept(self) -> bool:
        return self._bytes_max > 0

    @property
    def counts(self) -> ResultCounts:
        with self._lock:
            return ResultCounts(self._hits, self._misses, len(self._results), self._bytes)

    def find(self, question: Question) -> tuple[pa.RecordBatch, ...] | None:
        with self._lock:
            result = self._results.get(question)
            if result is None:
                self._misses += 1
                return None
            self._hits += 1
            self._results.move_to_end(question)
            return result.batches

    def forget(self) -> None:
        """Let go of everything, and of what is being read now: rows were erased."""
        with self._lock:
            self._erasures += 1
            self._results.clear()
            self._bytes = 0

    def recorded(self, question: Question, batches: Batches) -> RecordedBatches:
        """The same rows; once the last was read they are kept, if they are few enough."""
        return RecordedBatches(self, question, batches, self._erasures)

    def keep(self, question: Question, batches: list[pa.RecordBatch], *, erasures: int) -> None:
        """Unless rows were erased since the query began: `erasures` is how many there were then."""
        rows = _copied(batches)
        size = sum(batch.get_total_buffer_size() for batch in rows) + question.characters + ENTRY_BYTES
        if size > min(RESULT_BYTES_MAX, self._bytes_max):
            return
        with self._lock:
            if erasures != self._erasures:
                return
            before = self._results.pop(question, None)
            self._bytes += size - (before.bytes if before is not None else 0)
            self._results[question] = _Result(rows, size)
            while self._bytes > self._bytes_max:
                _, gone = self._results.popitem(last=False)
                self._bytes -= gone.bytes


class RecordedBatches(Iterator[pa.RecordBatch]):
    """Rows on their way to a client; what is not read to its end, or breaks off, is not kept."""

    def __init__(self, results: Results, question: Question, batches: Batches, erasures: int) -> None:
        self._results = results
        self._erasures = erasures
        self._question = question
        self._batches = batches
        self._read: list[pa.RecordBatch] | None = []
        self._bytes = 0

    def __next__(self) -> pa.RecordBatch:
        try:
            batch = next(self._batches)
        except StopIteration:
            read, self._read = self._read, None
            if read is not None:
                self._results.keep(self._question, read, erasures=self._erasures)
            raise
        if self._read is not None:
            self._read.append(batch)
            self._bytes += batch.nbytes
            if self._bytes > RESULT_BYTES_MAX:
                self._read = None
        return batch

    def close(self) -> None:
        self._read = None
        self._batches.close()


def _copied(batches: list[pa.RecordBatch]) -> tuple[pa.RecordBatch, ...]:
    """The rows in one buffer of their size: those that the engine hands out hold room for a whole batch."""
    if not batches:
        return ()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return tuple(pa.ipc.open_stream(sink.getvalue()))
