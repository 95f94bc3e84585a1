"""The batches of a query that the engine is still computing, and the engine's session they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from ormolu.server.context import SessionContext

if TYPE_CHECKING:
    from ormolu.engine.queries import QuerySession

_STREAMING = "engine rows"


class EngineRows(Iterator[pa.RecordBatch]):
    """Batches of one query; while it is open it owns the session's engine cursor."""

    def __init__(self, context: SessionContext, batches: Iterator[pa.RecordBatch]) -> None:
        self._context = context
        self._engine: QuerySession = context.query_session
        self._batches: Iterator[pa.RecordBatch] | None = batches
        context.state[_STREAMING] = self

    def __next__(self) -> pa.RecordBatch:
        if self._batches is None:
            raise StopIteration
        self._context.on_cancel(self._engine.interrupt)
        batch = next(self._batches, None)
        if batch is None:
            self.close()
            raise StopIteration
        return batch

    def close(self) -> None:
        """Give the engine's cursor back, or end it when the session has taken another meanwhile."""
        if self._batches is None:
            return
        close, self._batches = getattr(self._batches, "close", None), None
        if close is not None:
            close()
        if self._context.state.get(_STREAMING) is self:
            del self._context.state[_STREAMING]
        if self._engine is not self._context.query_session:
            self._engine.close()


def is_streaming(context: SessionContext) -> bool:
    """Whether some result still reads from the session's engine cursor."""
    return _STREAMING in context.state


def free_engine(context: SessionContext) -> QuerySession:
    """The session's engine cursor; another where a suspended portal or an open cursor still reads from it."""
    if is_streaming(context):
        context.query_session = context.open_query_session()
        del context.state[_STREAMING]
    return context.query_session
