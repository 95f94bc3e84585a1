"""Long results are encoded a few batches ahead, by threads that all sessions share.

A statement's own thread reads from the engine; the helpers here only ever see batches that have been read. So a
suspended portal, an open cursor and a slow reader hold no thread, and a cancel ends the reading as it always does.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import duckdb
import pyarrow as pa

from ormolu.errors import OrmoluError

# A result of so few batches is encoded where it is read: it would end before a helper has begun.
INLINE_BATCHES = 2
# What one stream holds that its client has not been sent yet.
AHEAD_BATCHES_MAX = 4
AHEAD_BYTES_MAX = 16 * 1024 * 1024
# The source sets the pace of a stream that waits for it longer: what is there is sent before the next is read.
SLOW_READ_SECONDS = 0.02

Chunk = bytes | memoryview
Encode = Callable[[pa.RecordBatch], Chunk]


class EncoderPool:
    """The threads that encode; one pool a server."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ormolu-encode")

    def encoded(self, batches: Iterator[pa.RecordBatch], encode: Encode) -> Generator[Chunk, None, None]:
        """Encode batches in their order. What reading raises comes after the rows that were read before."""
        for _ in range(INLINE_BATCHES):
            batch = next(batches, None)
            if batch is None:
                return
            yield encode(batch)
        yield from self._ahead(batches, encode)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _ahead(self, batches: Iterator[pa.RecordBatch], encode: Encode) -> Generator[Chunk, None, None]:
        ahead = _Ahead()
        try:
            while True:
                try:
                    batch = ahead.read(batches)
                except (OrmoluError, duckdb.Error):
                    yield from ahead.drained(0)
                    raise
                if batch is None:
                    break
                ahead.add(self._threads.submit(encode, batch), batch.nbytes)
                yield from ahead.drained(ahead.batches_max)
            yield from ahead.drained(0)
        finally:
            ahead.cancel()


class _Ahead:
    """The batches of one stream that are being encoded, oldest first."""

    def __init__(self) -> None:
        self.batches_max = AHEAD_BATCHES_MAX
        self._waiting: deque[tuple[Future[Chunk], int]] = deque()
        self._bytes = 0

    def read(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        started = time.monotonic()
        batch = next(batches, None)
        is_slow = time.monotonic() - started > SLOW_READ_SECONDS
        self.batches_max = 0 if is_slow else AHEAD_BATCHES_MAX
        return batch

    def add(self, future: Future[Chunk], size: int) -> None:
        self._waiting.append((future, size))
        self._bytes += size

    def drained(self, batches_max: int) -> Generator[Chunk, None, None]:
        """Give the oldest until no more than `batches_max` wait, and not too many bytes."""
        while self._waiting and (len(self._waiting) > batches_max or self._bytes > AHEAD_BYTES_MAX):
            future, size = self._waiting.popleft()
            self._bytes -= size
            yield future.result()

    def cancel(self) -> None:
        for future, _ in self._waiting:
            future.cancel()
