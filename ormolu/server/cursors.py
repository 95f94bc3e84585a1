"""SQL cursors: DECLARE, FETCH, MOVE, CLOSE over rows that are read once, or kept where the cursor scrolls."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import pyarrow as pa

from ormolu.errors import (
    ConfigurationLimitExceeded,
    DuplicateCursor,
    InvalidCursorName,
    NoActiveSqlTransaction,
    ObjectNotInPrerequisiteState,
    ProgramLimitExceeded,
)
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome, ResultColumn, Rows
from ormolu.server.rowstream import RowStream
from ormolu.server.types.encoders import BINARY
from ormolu.sql_extensions.statements import CloseCursor, DeclareCursor, Fetch, Move

CURSORS_MAX = 10_000
KEPT_BYTES_MAX = 512 * 1024 * 1024
_CURSORS = "cursors"


class Cursor:
    """`position` is the row the cursor stands on, from 1; 0 is before the first.

    One that does not scroll reads its rows as they are asked for; one that does, and one that outlives its
    transaction, keeps them.
    """

    def __init__(self, statement: DeclareCursor, rows: Rows, created_at: datetime | None = None) -> None:
        self.statement = statement
        self.created_at = created_at
        self.with_hold = statement.with_hold
        self.is_held = False
        self.is_scrollable = bool(statement.is_scrollable)
        self.formats: tuple[int, ...] = (BINARY,) if statement.is_binary else ()
        self.columns: tuple[ResultColumn, ...] = rows.columns
        self._stream: RowStream | None = RowStream(rows)
        self._kept: pa.Table | None = None
        self._position = 0
        self._is_at_end = False
        if self.is_scrollable:
            batches = self._read_all()
            self._kept = pa.Table.from_batches(batches) if batches else pa.table({})

    def hold(self) -> None:
        """Read what is left, so that the rows outlive the transaction."""
        self.is_held = True
        if self._stream is not None:
            batches = self._read_all()
            self._stream = RowStream(Rows(self.columns, iter(batches)))

    def _read_all(self) -> list[pa.RecordBatch]:
        assert self._stream is not None
        batches, size = [], 0
        for batch in self._stream.take(None):
            size += batch.nbytes
            if size > KEPT_BYTES_MAX:
                self.close()
                raise ProgramLimitExceeded(
                    f"a cursor keeps at most {KEPT_BYTES_MAX} bytes of rows",
                    hint="Declare it NO SCROLL and without HOLD: such a cursor keeps none.",
                )
            batches.append(batch)
        self.close()
        return batches

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def fetch(self, direction: str, count: int | None, *, is_move: bool = False) -> Iterator[pa.RecordBatch]:
        """Move the cursor and give the rows it passes; None is all of them."""
        if self._kept is not None:
            return self._fetch_kept(direction, count)
        return self._fetch_forward(direction, count, is_move=is_move)

    # --- a cursor that only goes forward ---

    def _fetch_forward(self, direction: str, count: int | None, *, is_move: bool) -> Iterator[pa.RecordBatch]:
        match direction:
            case "ABSOLUTE":
                target = count or 0
                if target == 0 and self._position == 0:
                    return iter(())
                if target <= self._position:
                    raise _cannot_go_back()
                return self._skip_to(target)
            case "RELATIVE" if count:
                if count < 0:
                    raise _cannot_go_back()
                return self._skip_to(self._position + count)
            case "FORWARD" if count is None or count > 0:
                return self._take(count)
        if count != 0:
            raise _cannot_go_back()
        if self._position and not self._is_at_end and not is_move:
            raise _cannot_go_back()  # to read the same row again
        return iter((_ONE_ROW,) if self._position and not self._is_at_end else ())

    def _take(self, count: int | None) -> Iterator[pa.RecordBatch]:
        assert self._stream is not None
        taken = 0
        for batch in self._stream.take(count):
            taken += batch.num_rows
            self._position += batch.num_rows
            yield batch
        self._is_at_end = count is None or taken < count

    def _skip_to(self, target: int) -> Iterator[pa.RecordBatch]:
        """The one row at `target`, which lies ahead."""
        for _ in self._take(target - self._position - 1):
            pass
        return iter(()) if self._is_at_end else self._take(1)

    # --- a cursor that scrolls ---

    def _fetch_kept(self, direction: str, count: int | None) -> Iterator[pa.RecordBatch]:
        assert self._kept is not None
        rows = self._kept.num_rows
        match direction:
            case "ABSOLUTE":
                target = count or 0
                return self._row_at(target if target >= 0 else rows + 1 + target)
            case "RELATIVE":
                return self._row_at(self._position + (count or 0))
        if count == 0:
            return self._row_at(self._position)
        is_forward = (direction == "FORWARD") == (count is None or count >= 0)
        distance = rows + 1 if count is None else abs(count)
        if is_forward:
            start, end = self._position, min(rows, self._position + distance)
            self._position = min(rows + 1, self._position + distance)
            return iter(self._kept.slice(start, max(0, end - start)).combine_chunks().to_batches())
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


_ONE_ROW = pa.RecordBatch.from_arrays([pa.array([None])], ["row"])


def _cannot_go_back() -> ObjectNotInPrerequisiteState:
    return ObjectNotInPrerequisiteState(
        "cursor can only scan forward", hint="Declare it with SCROLL option to enable backward scan."
    )


def take_forward(stream: RowStream, direction: str, count: int | None) -> Iterator[pa.RecordBatch]:
    """The next rows of a portal, which cannot go back."""
    if direction != "FORWARD" or (count is not None and count < 0):
        raise _cannot_go_back()
    return stream.take(count)


def declare(statement: DeclareCursor, rows: Rows, session: SessionContext) -> Outcome:
    cursors = open_cursors(session)
    cursors[statement.name] = Cursor(statement, rows, session.activity.query_started_at)
    return Completed("DECLARE CURSOR")


def check_declare(statement: DeclareCursor, session: SessionContext) -> None:
    """Before the query runs: whether the cursor may be declared at all."""
    if not session.transaction.is_block and not statement.with_hold:
        raise NoActiveSqlTransaction("DECLARE CURSOR can only be used in transaction blocks")
    cursors = open_cursors(session)
    if statement.name in cursors or statement.name in session.portals:
        raise DuplicateCursor(f'cursor "{statement.name}" already exists')
    if len(cursors) >= CURSORS_MAX:
        raise ConfigurationLimitExceeded(f"a session holds at most {CURSORS_MAX} cursors")


def fetch(statement: Fetch, session: SessionContext) -> Outcome:
    columns, batches, formats = _read(statement, session)
    return Rows(columns, batches, "FETCH", formats)


def move(statement: Move, session: SessionContext) -> Outcome:
    _, batches, _ = _read(statement, session)
    return Completed(f"MOVE {sum(batch.num_rows for batch in batches)}")


def _read(
    statement: Fetch | Move, session: SessionContext
) -> tuple[tuple[ResultColumn, ...], Iterator[pa.RecordBatch], tuple[int, ...]]:
    """Rows of a cursor, or of a portal that Bind has named and Execute has begun."""
    portal = session.portals.get(statement.cursor)
    if statement.cursor not in open_cursors(session) and portal is not None and portal.stream is not None:
        batches = take_forward(portal.stream, statement.direction, statement.count)
        return portal.stream.columns, batches, portal.formats
    cursor = find_cursor(statement.cursor, session)
    batches = cursor.fetch(statement.direction, statement.count, is_move=isinstance(statement, Move))
    return cursor.columns, batches, cursor.formats


def close(statement: CloseCursor, session: SessionContext) -> Outcome:
    if statement.name is None:
        close_all(session)
        return Completed("CLOSE CURSOR ALL")
    if statement.name not in open_cursors(session) and statement.name in session.portals:
        portal = session.portals.pop(statement.name)
        if portal.stream is not None:
            portal.stream.close()
        return Completed("CLOSE CURSOR")
    find_cursor(statement.name, session).close()
    del open_cursors(session)[statement.name]
    return Completed("CLOSE CURSOR")


def close_all(session: SessionContext) -> None:
    for cursor in open_cursors(session).values():
        cursor.close()
    open_cursors(session).clear()


def close_since(kept: Collection[str], session: SessionContext) -> None:
    """Close the cursors that a savepoint does not know: ROLLBACK TO takes them away."""
    cursors = open_cursors(session)
    for name in [name for name, cursor in cursors.items() if name not in kept and not cursor.is_held]:
        cursors.pop(name).close()


def end_transaction(session: SessionContext, *, is_commit: bool) -> None:
    """Cursors end with their transaction, but for those WITH HOLD of one that commits, and of earlier ones."""
    cursors = open_cursors(session)
    for name, cursor in list(cursors.items()):
        if cursor.is_held:
            continue
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
