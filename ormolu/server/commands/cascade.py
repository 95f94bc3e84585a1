"""CASCADE of what takes rows back: the table and everything made from it change in one publish, or nothing does."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from ormolu.catalog.drafts import DraftLake
from ormolu.definitions import GoldMetric, GoldTable, SilverTable, TableName
from ormolu.errors import OrmoluError, SerializationFailure
from ormolu.medallion.lineage import downstream_in_order
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.server.drafts import in_one_commit

TRIES_MAX = 5
SETTLE_SECONDS_MAX = 10.0
SETTLE_PAUSE_SECONDS = 0.05
HINT = "Nothing was changed. Without CASCADE what is made from {table} keeps what it has."

Act = Callable[[SessionContext, Services], None]


def with_downstream(
    act: Act, table: TableName, session: SessionContext, services: Services, *, is_cascade: bool
) -> None:
    """Outside of a transaction block it is tried anew where another publish came in between; then it is 40001."""
    if not is_cascade:
        act(session, services)
        return
    tries = 1 if isinstance(services.lake, DraftLake) else TRIES_MAX
    for attempt in itertools.count(1):
        if tries > 1:
            _settle(table, session, services)
        try:
            with in_one_commit(session, services) as (inner, within):
                act(inner, within)
                _refresh_downstream(table, inner, within)
            return
        except SerializationFailure as error:
            if attempt == tries:
                error.hint = (
                    "Nothing was changed: others publish to these tables. Without CASCADE no one is in the way."
                )
                raise


def _settle(table: TableName, session: SessionContext, services: Services) -> None:
    """Wait, not for long, for what is under way: a publish to one of the tables in between would be a conflict."""
    relations = services.lake.head().definitions.relations()
    tables = [str(each) for each in (table, *downstream_in_order(relations, table))]
    end = time.monotonic() + SETTLE_SECONDS_MAX
    while services.queue.has_work_on(tables, at=services.now()) and time.monotonic() < end:
        session.cancellation.check()
        time.sleep(SETTLE_PAUSE_SECONDS)


def _refresh_downstream(table: TableName, session: SessionContext, services: Services) -> None:
    """Compute again, in order, everything that was made from the table."""
    definitions = services.lake.head().definitions
    for dependent in downstream_in_order(definitions.relations(), table):
        if not isinstance(definitions.find_relation(dependent), SilverTable | GoldTable | GoldMetric):
            continue
        try:
            run_and_wait(services, session, str(dependent), RunAction.REFRESH, {"full": True})
        except OrmoluError as error:
            error.hint = error.hint or HINT.format(table=table)
            raise
