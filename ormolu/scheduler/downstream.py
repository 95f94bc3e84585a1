"""What a publish sets off: one queued refresh of each object that follows what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ormolu.catalog.changes import Change, Statement, TableChange
from ormolu.catalog.drafts import Draft
from ormolu.catalog.lake import Head
from ormolu.definitions import AfterUpstream, Definition, GoldMetric, GoldTable, Kind, Monitor, SilverTable, TableName
from ormolu.medallion.lineage import dependents
from ormolu.scheduler.queue import submission
from ormolu.scheduler.runs import RunAction

COMPACT, JOIN_MANIFESTS, EXPIRE = "compact", "join manifests", "expire"
SILENT = (COMPACT, JOIN_MANIFESTS, EXPIRE)  # operations that change files and no rows


def published_by(changes: Sequence[Change]) -> frozenset[TableName]:
    return frozenset(
        change.table for change in changes if isinstance(change, TableChange) and change.operation not in SILENT
    )


def downstream_runs(
    head: Head, published: Collection[TableName], database: str, requested_by: str, *, at: datetime
) -> list[Statement]:
    """What follows the tables that one run publishes; the run itself sees to those that it publishes together."""
    stale = {name for table in published for name in dependents(head.definitions.relations(), table)}
    return [
        submission(database, name, action, at=at, trigger="upstream", requested_by=requested_by)
        for name, action in _asked(head, stale.difference(published), published)
    ]


def runs_after(head: Head, draft: Draft, database: str, requested_by: str, *, at: datetime) -> list[Statement]:
    """What follows the tables that the runs of a transaction publish, and was not refreshed after them in it."""
    asked = _after(head, _newest(draft))
    return [
        submission(database, name, action, at=at, trigger="upstream", requested_by=requested_by)
        for name, action in asked
    ]


def following(head: Head, draft: Draft) -> list[str]:
    """The names of what COMMIT would queue."""
    return [name for name, _ in _after(head, _newest(draft))]


def _newest(draft: Draft) -> dict[TableName, int]:
    """The tables that runs of a transaction have made, and which of its steps did so last."""
    steps = [{turn.table for turn in part.turns if turn.to is not None} for part in draft.parts if part.run_id]
    return {table: number for number, tables in enumerate(steps) for table in tables}


def _after(head: Head, newest: Mapping[TableName, int]) -> list[tuple[str, RunAction]]:
    relations = head.definitions.relations()
    stale = {
        name
        for table, number in newest.items()
        for name in dependents(relations, table)
        if newest.get(name, -1) < number
    }
    return _asked(head, stale, newest)


def follows_upstream(definition: Definition) -> bool:
    """Silver, gold and monitors follow what they read unless their schedule says otherwise or they are paused."""
    if not isinstance(definition, SilverTable | GoldTable | GoldMetric | Monitor):
        return False
    paused = definition.options.is_on("paused", default=False)
    return not paused and (definition.schedule is None or isinstance(definition.schedule, AfterUpstream))


def _asked(head: Head, stale: Collection[TableName], published: Collection[TableName]) -> list[tuple[str, RunAction]]:
    found = [head.definitions.find_relation(name) for name in sorted(stale)]
    asked = [(str(each.name), RunAction.REFRESH) for each in found if each is not None and follows_upstream(each)]
    return asked + [
        (monitor.name, RunAction.MONITOR)
        for monitor in head.definitions.all(Kind.MONITOR)
        if isinstance(monitor, Monitor) and monitor.on in published and follows_upstream(monitor)
    ]
