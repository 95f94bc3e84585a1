"""How what a statement gave becomes messages: rows in the formats asked for, completions, copies out."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from ormolu.server import responses
from ormolu.server.context import SessionContext
from ormolu.server.copy_out import CopyWriter
from ormolu.server.encoder_pool import EncoderPool
from ormolu.server.guard import Output
from ormolu.server.outcomes import Completed, CopyIn, CopyOut, Outcome, Rows
from ormolu.server.parameters import result_formats, value_style
from ormolu.server.rowstream import RowStream
from ormolu.server.types.encoders import RowEncoder
from ormolu.server.types.text import TextStyle

# Statements whose tag does not say how many rows came.
_UNCOUNTED = ("SHOW", "EXPLAIN")
BeginCopy = Callable[[CopyIn, bool], None]


class Sender:
    """`begin_copy` is told of a COPY FROM STDIN, and whether the extended query asked for it."""

    def __init__(self, context: SessionContext, begin_copy: BeginCopy, encoders: EncoderPool) -> None:
        self._context = context
        self._begin_copy = begin_copy
        self._encoders = encoders
        self._known_style: tuple[int, TextStyle] | None = None

    def send(self, outcome: Outcome, *, is_extended: bool) -> Output:
        match outcome:
            case Completed(tag=tag):
                yield responses.command_complete(tag)
            case Rows(columns=columns, formats=formats):
                yield responses.row_description(columns, result_formats(formats, len(columns)))
                stream = RowStream(outcome)
                try:
                    yield from self.rows(stream, formats, rows_max=None)
                finally:
                    stream.close()
            case CopyOut(rows=rows, options=options):
                writer = CopyWriter(rows.columns, options, self._style())
                yield from writer.messages(RowStream(rows), self._encoders)
            case CopyIn(column_count=column_count, is_binary=is_binary):
                self._begin_copy(outcome, is_extended)
                yield responses.copy_in(column_count, is_binary=is_binary)
            case _:
                assert_never(outcome)

    def rows(self, stream: RowStream, formats: tuple[int, ...], *, rows_max: int | None) -> Output:
        """At most `rows_max` rows of a portal, then its completion or its suspension."""
        encoder = RowEncoder(stream.columns, result_formats(formats, len(stream.columns)), self._style())
        before = stream.rows_taken
        yield from self._encoders.encoded(stream.take(rows_max), encoder.encode)
        sent = stream.rows_taken - before
        if rows_max is not None and sent == rows_max:
            yield responses.PORTAL_SUSPENDED
            return
        yield responses.command_complete(stream.tag if stream.tag in _UNCOUNTED else f"{stream.tag} {sent}")

    def _style(self) -> TextStyle:
        """Made anew when a setting has changed."""
        settings = self._context.settings
        if self._known_style is None or self._known_style[0] != settings.generation:
            self._known_style = (settings.generation, value_style(settings))
        return self._known_style[1]
