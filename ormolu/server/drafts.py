"""BEGIN ... COMMIT over definitions and data: what a session has made since BEGIN, seen by it alone until COMMIT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ormolu.catalog.draft_parts import roll_back, succeed
from ormolu.catalog.drafts import Draft, DraftHead, DraftLake
from ormolu.catalog.lake import Head
from ormolu.errors import OrmoluError
from ormolu.scheduler.downstream import runs_after
from ormolu.server.context import SessionContext, Transaction, TransactionStatus
from ormolu.server.lost_readers import check_no_reader_lost

if TYPE_CHECKING:
    from ormolu.server.commands.services import Services


def is_in_block(session: SessionContext) -> bool:
    """Between BEGIN and COMMIT, in a simple query of several statements, or in a pipeline after its first statement."""
    return session.transaction.is_shared


def find_draft(session: SessionContext) -> DraftLake | None:
    draft = session.transaction.draft
    assert draft is None or isinstance(draft, DraftLake)
    return draft


def published(head: Head) -> Head:
    """What of a head other sessions may see."""
    return head.base if isinstance(head, DraftHead) else head


@dataclass(frozen=True)
class Drafts:
    """The transactions of all sessions; each session has one at a time. `services_of` gives a database's."""

    services_of: Callable[[str], Services]

    def published_for(self, session: SessionContext) -> Services:
        return self.services_of(session.database)

    def head(self, session: SessionContext) -> Head:
        """What a statement of the session reads: the newest tables, with what its transaction has made of them."""
        return (find_draft(session) or self.published_for(session).lake).head()

    def services_for(self, session: SessionContext) -> Services:
        """What a command of the session works with: inside a block nothing that it does is seen outside."""
        gathers = is_in_block(session) or session.transaction.may_continue
        return self.published_for(session).over(self._draft(session)) if gathers else self.published_for(session)

    def _draft(self, session: SessionContext) -> DraftLake:
        transaction = session.transaction
        if transaction.draft is None:
            services = self.published_for(session)
            if session.settings.is_repeatable_read and transaction.head is None:
                transaction.head = services.lake.head()
            base = None if transaction.head is None else transaction.head.pointers
            transaction.draft = DraftLake(services.lake, Draft(base=base), began_at=services.now())
        draft = find_draft(session)
        assert draft is not None
        return draft

    def finish(self, session: SessionContext, *, is_commit: bool) -> None:
        """Publish in one commit all that the transaction has made, or forget it."""
        lake = find_draft(session)
        session.transaction.draft = None
        if lake is None or not lake.draft.parts:
            return
        if not is_commit:
            undo(lake, 0)
            return
        try:
            self._publish(lake, session)
        except OrmoluError:  # nothing was published for certain
            undo(lake, 0)
            raise
        self.published_for(session).wake()

    def _publish(self, lake: DraftLake, session: SessionContext) -> None:
        at = self.published_for(session).now()
        check_no_reader_lost(lake.draft, lake.head())
        lake.publish(
            at=at,
            role=session.role,
            also=lambda head: [
                lambda connection: succeed(connection, lake),
                *runs_after(head, lake.draft, session.database, session.role, at=at),
            ],
        )


@contextmanager
def in_one_commit(
    session: SessionContext, services: Services, *, reads: Head | None = None
) -> Iterator[tuple[SessionContext, Services]]:
    """What is done with these becomes true in one instant, or none of it: a transaction of its own over the database of
    `services`, or the session's where it is in one. It reads `reads` throughout, else each step what is newest."""
    if isinstance(services.lake, DraftLake):
        yield session, services
        return
    block = Transaction(status=TransactionStatus.OPEN, head=reads)
    inner = replace(session, database=services.lake.database, transaction=block, head=None)
    drafts = Drafts(lambda _: services)
    try:
        yield inner, drafts.services_for(inner)
    except BaseException:
        drafts.finish(inner, is_commit=False)
        raise
    drafts.finish(inner, is_commit=True)


def mark(session: SessionContext) -> int:
    """How far the transaction has come, for a savepoint."""
    lake = find_draft(session)
    return 0 if lake is None else len(lake.draft.parts)


def go_back(session: SessionContext, to: int) -> None:
    """Undo what the transaction has made since the mark was taken."""
    lake = find_draft(session)
    if lake is not None:
        undo(lake, to)


def undo(lake: DraftLake, to: int) -> None:
    if run_ids := lake.undo(to):
        roll_back(lake, run_ids)
