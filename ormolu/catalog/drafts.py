"""A transaction's own version of the lake: what it has made so far, seen by itself alone until it is published.

A draft is a list of parts, one or two a statement. Undoing to a savepoint cuts the list; publishing folds it into one
commit. A run of the transaction is given the parts by their number, and hands back those that it adds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from uuid import uuid4

from pyiceberg.table.metadata import TableMetadata
from sqlalchemy import Engine

from ormolu.catalog import commit as commits
from ormolu.catalog.changes import Change, DefinitionChange, Statement, TableChange
from ormolu.catalog.database import in_transaction
from ormolu.catalog.definitions_log import Definitions, DefinitionVersion, definition_version
from ormolu.catalog.journal import Journal, Write, journaled, replay
from ormolu.catalog.lake import Head, Lake, Value, Versions, latest_versions
from ormolu.catalog.staging import delete_files
from ormolu.definitions import Kind, TableName
from ormolu.errors import SerializationFailure
from ormolu.faults import reach

TRANSACTION_MAX = timedelta(hours=12)  # what is older may have lost its files to the sweep


@dataclass(frozen=True, slots=True)
class Part:
    """What one step of a transaction adds. `known` are the published versions that its definitions were decided on;
    `files` what was written for it and nothing else refers to."""

    turns: tuple[commits.Turn, ...] = ()
    definitions: tuple[DefinitionVersion, ...] = ()
    known: tuple[tuple[Kind, str, int], ...] = ()
    writes: tuple[Write, ...] = ()
    files: tuple[str, ...] = ()
    run_id: int | None = None


@dataclass
class Draft:
    """`base` holds the tables of a transaction that reads one set of them throughout; else each statement reads the
    newest."""

    draft_id: str = field(default_factory=lambda: str(uuid4()))
    parts: list[Part] = field(default_factory=list)
    base: Mapping[TableName, str] | None = None

    def writes(self) -> list[Write]:
        return [write for part in self.parts for write in part.writes]

    def turns(self) -> list[commits.Turn]:
        return [turn for part in self.parts for turn in part.turns]

    def definitions(self) -> list[DefinitionVersion]:
        return [row for part in self.parts for row in part.definitions]

    def run_ids(self) -> list[int]:
        return sorted({part.run_id for part in self.parts if part.run_id is not None})


class DraftLake(Lake):
    """The lake as its transaction sees it; a commit here adds to the draft and publishes nothing."""

    def __init__(self, published: Lake, draft: Draft, *, began_at: datetime) -> None:
        self.published = published
        self.draft = draft
        self.began_at = began_at
        journal = Journal(draft.writes, lambda writes: draft.parts.append(Part(writes=tuple(writes))))
        self._share(published, journaled(published.engine, journal))
        self._base_head = None if draft.base is None else Head(published, draft.base)

    @property
    def records(self) -> Engine:
        return self.published.engine

    def head(self) -> DraftHead:
        return DraftHead(self, self._base_head or self.published.head(), self.draft)

    def kept(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """What the transaction itself has written is seen by no commit."""
        return read()

    def commit(
        self,
        changes: Sequence[Change],
        definitions: Sequence[DefinitionChange] = (),
        statements: Sequence[Statement] = (),
        *,
        at: datetime,
        run_id: int | None = None,
        based_on: Head | None = None,
    ) -> Head:
        """Stage it all; 40001 where the transaction itself has gone on since `changes` were decided on."""
        before = self.head()
        moved = [change.table for change in changes if before.pointers.get(change.table) != change.based_on]
        if moved:
            raise SerializationFailure(
                f"could not serialize access due to concurrent update of {', '.join(map(str, moved))}",
                hint="Try again.",
            )
        decided_on = based_on if isinstance(based_on, DraftHead) else before
        turns = self.stage(changes, run_id=run_id)
        try:
            if statements:
                in_transaction(self.engine, lambda connection: commits.run_statements(connection, statements))
        except BaseException:
            commits.discard(turns)
            raise
        for turn in turns:
            self._remember(turn)
        known = latest_versions(definitions, decided_on.base.definitions)
        self.draft.parts.append(
            Part(
                tuple(replace(turn, run_id=run_id) for turn in turns),
                tuple(_versions(definitions, before.definitions, at=at)),
                tuple((*key, version) for key, version in known.items()),
                files=tuple(_files(changes, turns, run_id)),
                run_id=run_id,
            )
        )
        return self.head()

    # --- its end ----------------------------------------------------------------------------------------------------

    def publish(
        self, *, at: datetime, also: Callable[[Head], Sequence[Statement]] = lambda _: (), role: str
    ) -> Mapping[TableName, str]:
        """Make the whole draft true in one commit, or none of it: 40001. `also` is given what will be true."""
        draft = self.draft
        if at - self.began_at > TRANSACTION_MAX:
            raise SerializationFailure(
                f"the transaction is older than {TRANSACTION_MAX}", hint="Transactions that change the lake are short."
            )
        reach("transaction:publishing")
        turns = folded(draft.turns())
        definitions = folded_definitions(draft.definitions(), role)
        statements: list[Statement] = [lambda connection: replay(connection, draft.writes()), *also(self.head())]
        pointers = self.published.turn(
            [replace(turn, metadata=self._metadata(turn)) for turn in turns],
            definitions,
            statements,
            at=at,
            run_id=None,
            known=_known(draft.parts),
        )
        reach("transaction:published")
        for turn in turns:
            self._remember(turn)
        return pointers

    def _metadata(self, turn: commits.Turn) -> TableMetadata | None:
        return None if turn.to is None else self.table_at(turn.table, turn.to).metadata

    def undo(self, mark: int) -> list[int]:
        """Forget all parts from `mark` on, with their files; the runs that made them."""
        undone, self.draft.parts[mark:] = self.draft.parts[mark:], []
        for part in undone:
            delete_files(part.files)
        reach("transaction:undone")
        return sorted({part.run_id for part in undone if part.run_id is not None})


class DraftHead(Head):
    """The published tables with what the transaction has made of them."""

    def __init__(self, lake: DraftLake, base: Head, draft: Draft) -> None:
        pointers = dict(base.pointers)
        for turn in draft.turns():
            if turn.to is None:
                pointers.pop(turn.table, None)
            else:
                pointers[turn.table] = turn.to
        super().__init__(lake, pointers)
        self.base = base
        self._rows = tuple(draft.definitions())

    @cached_property
    def version(self) -> str:
        rows = "\n".join(f"{row.kind.value}\t{row.name}\t{row.hash}" for row in self._rows)
        return sha256(f"{super().version}\n{rows}".encode()).hexdigest()

    @cached_property
    def definitions(self) -> Definitions:
        return self.base.definitions.with_rows(self._rows)


def folded(turns: Sequence[commits.Turn]) -> list[commits.Turn]:
    """One turn a table: from what was published to what is to be; two where it was dropped and made again."""
    by_table: dict[TableName, list[commits.Turn]] = {}
    for turn in turns:
        kept = by_table.setdefault(turn.table, [])
        last = kept[-1] if kept else None
        if last is None or (last.to is None and turn.based_on is None):
            kept.append(turn)
        elif turn.to is None and last.based_on is None:
            kept.pop()  # made and dropped by the same transaction
        else:
            written = (*last.written, *turn.written)
            kept[-1] = replace(turn, based_on=last.based_on, written=written)
    return [turn for kept in by_table.values() for turn in kept]


def folded_definitions(rows: Sequence[DefinitionVersion], role: str) -> list[DefinitionChange]:
    """The last word about each object."""
    last = {(row.kind, row.name): row for row in rows}
    first = {(row.kind, row.name): row for row in reversed(rows)}
    return [
        DefinitionChange(kind=row.kind, name=row.name, ddl=row.ddl, author=row.author or role)
        for key, row in last.items()
        if not (row.is_dropped and first[key].version == 1)
    ]


def _known(parts: Sequence[Part]) -> Versions:
    known: dict[tuple[Kind, str], int] = {}
    for part in parts:
        for kind, name, version in part.known:
            known.setdefault((kind, name), version)
    return known


def _versions(
    changes: Sequence[DefinitionChange], definitions: Definitions, *, at: datetime
) -> list[DefinitionVersion]:
    rows: list[DefinitionVersion] = []
    for change in changes:
        rows.append(
            definition_version(change, definitions.with_rows(rows).latest_version(change.kind, change.name) + 1, at)
        )
    return rows


def _files(changes: Sequence[Change], turns: Sequence[commits.Turn], run_id: int | None) -> list[str]:
    """Metadata that was staged, and data in the folder of the run."""
    folder = f"/data/run-{run_id}"
    data = [file.path for change in changes if isinstance(change, TableChange) for file in change.added]
    return [*(path for turn in turns for path in turn.written), *(path for path in data if folder in path)]
