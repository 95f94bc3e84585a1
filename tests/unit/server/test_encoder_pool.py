"""Long results are encoded ahead: in order, within limits, and what goes wrong comes after what went well."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pyarrow as pa
import pytest

from ormolu.errors import DivisionByZero
from ormolu.server import encoder_pool
from ormolu.server.encoder_pool import AHEAD_BATCHES_MAX, AHEAD_BYTES_MAX, INLINE_BATCHES, EncoderPool


@pytest.fixture
def pool() -> Iterator[EncoderPool]:
    pool = EncoderPool(2)
    yield pool
    pool.close()


class Source(Iterator[pa.RecordBatch]):
    """Batches of one row, counted as they are read; `fails_at` raises there instead."""

    def __init__(self, count: int, *, fails_at: int | None = None, row_bytes: int = 8, seconds: float = 0.0) -> None:
        self.taken = 0
        self._count = count
        self._fails_at = fails_at
        self._row_bytes = row_bytes
        self._seconds = seconds

    def __next__(self) -> pa.RecordBatch:
        time.sleep(self._seconds)
        if self.taken == self._fails_at:
            raise DivisionByZero("division by zero")
        if self.taken == self._count:
            raise StopIteration
        self.taken += 1
        text = str(self.taken).ljust(self._row_bytes)
        return pa.record_batch({"text": [text]})


def encode(batch: pa.RecordBatch) -> bytes:
    number = int(batch.column(0)[0].as_py())
    time.sleep(0.002 * (number % 3))
    return b"%d" % number


def numbers(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [0, 1, INLINE_BATCHES, INLINE_BATCHES + 1, 60])
def test_batches_come_encoded_in_their_order(pool: EncoderPool, count: int) -> None:
    assert list(pool.encoded(Source(count), encode)) == numbers(count)


def test_a_small_result_is_encoded_where_it_is_read(pool: EncoderPool) -> None:
    threads = set[str]()

    def encode_here(batch: pa.RecordBatch) -> bytes:
        threads.add(threading.current_thread().name)
        return encode(batch)

    assert list(pool.encoded(Source(INLINE_BATCHES), encode_here)) == numbers(INLINE_BATCHES)
    assert threads == {threading.current_thread().name}


def test_an_error_of_a_late_batch_comes_after_all_rows_before_it(pool: EncoderPool) -> None:
    chunks: list[bytes | memoryview] = []
    with pytest.raises(DivisionByZero):
        chunks.extend(pool.encoded(Source(99, fails_at=20), encode))
    assert chunks == numbers(20)


def test_an_encoder_that_fails_ends_the_rows_where_it_failed(pool: EncoderPool) -> None:
    def fail(batch: pa.RecordBatch) -> bytes:
        if encode(batch) == b"15":
            raise DivisionByZero("division by zero")
        return encode(batch)

    chunks: list[bytes | memoryview] = []
    with pytest.raises(DivisionByZero):
        chunks.extend(pool.encoded(Source(99), fail))
    assert chunks == numbers(14)


def test_no_more_is_read_than_the_limit_ahead_of_what_was_taken(pool: EncoderPool) -> None:
    source = Source(200)
    for given, _ in enumerate(pool.encoded(source, encode), start=1):
        assert source.taken <= given + AHEAD_BATCHES_MAX


def test_wide_rows_are_held_back_by_their_bytes(pool: EncoderPool) -> None:
    source = Source(20, row_bytes=AHEAD_BYTES_MAX // 2)
    for given, _ in enumerate(pool.encoded(source, encode), start=1):
        assert source.taken <= given + 2


def test_rows_of_a_slow_source_are_not_kept_waiting(pool: EncoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_pool, "SLOW_READ_SECONDS", 0.0)
    source = Source(20)
    for given, _ in enumerate(pool.encoded(source, encode), start=1):
        assert source.taken == given


def test_a_stream_that_is_left_early_takes_no_more_and_holds_no_thread(pool: EncoderPool) -> None:
    source = Source(10_000)
    chunks = pool.encoded(source, encode)
    assert [next(chunks) for _ in range(5)] == numbers(5)
    taken = source.taken
    chunks.close()
    assert source.taken == taken
    assert list(pool.encoded(Source(30), encode)) == numbers(30)


def test_many_streams_that_wait_hold_no_thread_each(pool: EncoderPool) -> None:
    before = threading.active_count()
    streams = [pool.encoded(Source(100), encode) for _ in range(50)]
    for stream in streams:
        assert [next(stream) for _ in range(10)] == numbers(10)
    assert threading.active_count() <= before + 2
    assert [list(stream) for stream in streams] == [numbers(100)[10:]] * 50
