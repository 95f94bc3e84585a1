"""SQL cursors: DECLARE, FETCH, MOVE, CLOSE over rows that are read once, or kept where the cursor scrolls."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from ormolu.errors import DuplicateCursor, InvalidCursorName, NoActiveSqlTransaction, ObjectNotInPrerequisiteState
from ormolu.server.context import SessionContext, TransactionStatus
from ormolu.server.outcomes import Completed, Outcome, ResultColumn, Rows
from ormolu.server.rowstream import RowStream
from ormolu.sql_extensions.statements import CloseCursor, DeclareCursor, Fetch, Move

_CURSORS = "cursors"


class Cursor:
    """`position` is the row the cursor stands on, from 1; 0 is before the first."""

    def __init__(self, rows: Rows, *, is_scrollable: bool, with_hold: bool) -> None:
        self.with_hold = with_hold
        self.columns: tuple[ResultColumn, ...] = rows.columns
        self._stream: RowStream | None = RowStream(rows)
        self._kept: pa.Table | None = None
        self._position = 0
        if is_scrollable:
            self._keep(list(self._stream.take(None)))

    def hold(self) -> None:
        """Read what is left, so that the rows outlive the transaction."""
        if self._stream is not None:
            position = self._position
            self._keep(list(self._stream.take(None)))
            self._position = position if self._kept is None else 0

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def fetch(self, direction: str, count: int | None) -> Iterator[pa.RecordBatch]:
        """Move the cursor and give the rows it passes; None is all of them."""
        if self._kept is not None:
            return self._fetch_kept(direction, count)
        assert self._stream is not None
        return take_forward(self._stream, direction, count)

    def _keep(self, batches: list[pa.RecordBatch]) -> None:
        self._kept = pa.Table.from_batches(batches) if batches else pa.table({})
        self.close()

    def _fetch_kept(self, direction: str, count: int | None) -> Iterator[pa.RecordBatch]:
        assert self._kept is not None
        rows = self._kept.num_rows
        match direction:
            case "ABSOLUTE":
                target = count or 0
                return self._row_at(target if target >= 0 else rows + 1 + target)
            case "RELATIVE":
                return self._row_at(self._position + (count or 0))
        is_forward = (direction == "FORWARD") == (count is None or count >= 0)
        distance = rows + 1 if count is None else abs(count)
        if is_forward:
            start, end = self._position, min(rows, self._position + distance)
            self._position = min(rows + 1, self._position + distance)
            return iter(self._kept.slice(start, end - start).combine_chunks().to_batches())
        first = max(1, self._position - distance)
        places = list(range(min(self._position, rows + 1) - 1, first - 1, -1))
        self._position = max(0, self._position - distance)
        return iter(self._kept.take(pa.array([at - 1 for at in places], pa.int64())).to_batches())

    def _row_at(self, target: int) -> Iterator[pa.RecordBatch]:
        assert self._kept is not None
        rows = self._kept.num_rows
        self._position = max(0, min(rows + 1, target))
        if not 1 <= target <= rows:
            return iter(())
        return iter(self._kept.slice(target - 1, 1).to_batches())


def take_forward(stream: RowStream, direction: str, count: int | None) -> Iterator[pa.RecordBatch]:
    """The next rows of a stream, which cannot go back."""
    if direction == "BACKWARD" and count == 0:
        return iter(())
    if direction != "FORWARD" or (count is not None and count < 0):
        raise ObjectNotInPrerequisiteState(
            "cursor can only scan forward", hint="Declare it with SCROLL option to enable backward scan."
        )
    return stream.take(count)


def declare(statement: DeclareCursor, rows: Rows, session: SessionContext) -> Outcome:
    cursors = open_cursors(session)
    if statement.name in cursors:
        raise DuplicateCursor(f'cursor "{statement.name}" already exists')
    cursors[statement.name] = Cursor(rows, is_scrollable=bool(statement.is_scrollable), with_hold=statement.with_hold)
    return Completed("DECLARE CURSOR")


def check_declare(statement: DeclareCursor, session: SessionContext) -> None:
    transaction = session.transaction
    if transaction.status is TransactionStatus.IDLE and not statement.with_hold and not transaction.is_implicit:
        raise NoActiveSqlTransaction("DECLARE CURSOR can only be used in transaction blocks")


def fetch(statement: Fetch, session: SessionContext) -> Outcome:
    columns, batches = _read(statement, session)
    return Rows(columns, batches, "FETCH")


def move(statement: Move, session: SessionContext) -> Outcome:
    _, batches = _read(statement, session)
    return Completed(f"MOVE {sum(batch.num_rows for batch in batches)}")


def _read(
    statement: Fetch | Move, session: SessionContext
) -> tuple[tuple[ResultColumn, ...], Iterator[pa.RecordBatch]]:
    """Rows of a cursor, or of a portal that Bind has named and Execute has begun."""
    portal = session.portals.get(statement.cursor)
    if statement.cursor not in open_cursors(session) and portal is not None and portal.stream is not None:
        return portal.stream.columns, take_forward(portal.stream, statement.direction, statement.count)
    cursor = find_cursor(statement.cursor, session)
    return cursor.columns, cursor.fetch(statement.direction, statement.count)


def close(statement: CloseCursor, session: SessionContext) -> Outcome:
    if statement.name is None:
        close_all(session)
        return Completed("CLOSE CURSOR ALL")
    find_cursor(statement.name, session).close()
    del open_cursors(session)[statement.name]
    return Completed("CLOSE CURSOR")


def close_all(session: SessionContext) -> None:
    for cursor in open_cursors(session).values():
        cursor.close()
    open_cursors(session).clear()


def end_transaction(session: SessionContext, *, is_commit: bool) -> None:
    """Cursors end with their transaction, but for those WITH HOLD of one that commits."""
    cursors = open_cursors(session)
    for name, cursor in list(cursors.items()):
        if cursor.with_hold and is_commit:
            cursor.hold()
        else:
            cursor.close()
            del cursors[name]


def find_cursor(name: str, session: SessionContext) -> Cursor:
    cursor = open_cursors(session).get(name)
    if cursor is None:
        raise InvalidCursorName(f'cursor "{name}" does not exist')
    return cursor


def open_cursors(session: SessionContext) -> dict[str, Cursor]:
    cursors: dict[str, Cursor] = session.state.setdefault(_CURSORS, {})
    return cursors
