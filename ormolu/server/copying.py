"""COPY FROM STDIN under way: its data, its end, and the statements of the same simple query that come after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ormolu import errors
from ormolu.server import messages as m
from ormolu.server.outcomes import CopySink
from ormolu.sql_extensions.statements import Statement

CopyMessage = m.CopyData | m.CopyDone | m.CopyFail


@dataclass(slots=True)
class CopyUnderWay:
    """`rest` are the statements that follow in a simple query."""

    sink: CopySink
    is_extended: bool
    rest: Iterator[Statement]

    def take(self, message: m.CopyData | m.CopyFail) -> None:
        if isinstance(message, m.CopyFail):
            raise errors.QueryCanceled(f"COPY from stdin failed: {message.reason}")
        self.sink.write(message.data)
