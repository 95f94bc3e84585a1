"""The rows of a running statement, taken in pieces: as many as asked for, never more than one batch at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from ormolu.server.outcomes import ResultColumn, Rows
from ormolu.server.types.encoders import BATCH_ROWS


class RowStream:
    """Hands out batches of at most BATCH_ROWS rows and knows when the last was given."""

    def __init__(self, rows: Rows) -> None:
        self.columns: tuple[ResultColumn, ...] = rows.columns
        self.tag = rows.tag
        self.rows_taken = 0
        self._batches = rows.batches
        self._current: pa.RecordBatch | None = None
        self._at = 0

    def take(self, rows_max: int | None) -> Iterator[pa.RecordBatch]:
        """Give the next rows, at most `rows_max`; None gives all that are left."""
        left = rows_max
        while left is None or left > 0:
            batch = self._available()
            if batch is None:
                return
            count = min(BATCH_ROWS, batch.num_rows - self._at, left if left is not None else BATCH_ROWS)
            piece = batch.slice(self._at, count)
            self._at += count
            self.rows_taken += count
            if left is not None:
                left -= count
            yield piece

    def close(self) -> None:
        """Let go of the engine's result, read or not."""
        self._current = None
        close = getattr(self._batches, "close", None)
        if close is not None:
            close()
        self._batches = iter(())

    def _available(self) -> pa.RecordBatch | None:
        while self._current is None or self._at >= self._current.num_rows:
            self._current = next(self._batches, None)
            self._at = 0
            if self._current is None:
                return None
        return self._current
