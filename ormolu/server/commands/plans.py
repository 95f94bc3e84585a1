"""Plans as rows: what EXPLAIN and SHOW PLAN answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ormolu.catalog.drafts import DraftLake, folded, folded_definitions
from ormolu.catalog.lake import Head
from ormolu.definitions import TableName
from ormolu.medallion.change_impact import Changed, Made
from ormolu.medallion.column_spread import effects
from ormolu.medallion.lineage import downstream_in_order
from ormolu.scheduler.downstream import following
from ormolu.scheduler.estimates import seconds_of
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.drafts import find_draft
from ormolu.server.outcomes import Outcome
from ormolu.sql_extensions.statements import ShowPlan

PLAN_COLUMNS = columns(
    ("step", "bigint"),
    ("object", "text"),
    ("action", "text"),
    ("reason", "text"),
    ("rows", "bigint"),
    ("bytes", "bigint"),
    ("seconds", "double precision"),
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One step. `seconds` None is estimated from the object's history, where that says something."""

    object: str
    action: str
    reason: str
    rows: int | None = None
    bytes: int | None = None
    seconds: float | None = None


def read_row(name: TableName, services: Services) -> PlanRow:
    table = services.lake.head().find_table(name)
    if table is None:
        return PlanRow(str(name), "read", "has no rows yet")
    return PlanRow(str(name), "read", "upstream", table.rows, sum(file.bytes for file in table.files))


def downstream_rows(name: TableName, services: Services, reason: str) -> list[PlanRow]:
    known = services.lake.head().definitions.relations()
    return [PlanRow(str(dependent), "refresh", reason) for dependent in downstream_in_order(known, name)]


def effect_rows(definition: Made, change: Changed, services: Services) -> list[PlanRow]:
    """What is made from a changed definition, and whether the change reaches it."""
    known = services.lake.head().definitions.relations()
    return [PlanRow(str(each.object), each.action, each.reason) for each in effects(definition, change, known)]


def plan_rows(planned: Iterable[PlanRow], services: Services) -> Outcome:
    return rows(
        PLAN_COLUMNS,
        [
            (step, row.object, row.action, row.reason, row.rows, row.bytes, row.seconds)
            for step, row in enumerate(_estimated(planned, services), start=1)
        ],
    )


def _estimated(planned: Iterable[PlanRow], services: Services) -> list[PlanRow]:
    """With the time that each step takes; the rows that the steps before one read are what it works on."""
    found: list[PlanRow] = []
    read: int | None = None
    for row in planned:
        if row.action == "read":
            read = (read or 0) + (row.rows or 0)
            found.append(row)
            continue
        seconds = row.seconds if row.seconds is not None else seconds_of(services.lake, row.object, row.action, read)
        found.append(replace(row, seconds=seconds))
        read = None
    return found


def show_plan(_: ShowPlan, session: SessionContext, services: Services) -> Outcome:
    """What COMMIT would publish and set off: no row outside a transaction, and none where it changes nothing."""
    require_admin(services, session, "read the plan of a transaction")
    lake = find_draft(session)
    return plan_rows([] if lake is None else _planned(lake, session), services)


def _planned(lake: DraftLake, session: SessionContext) -> list[PlanRow]:
    head, before = lake.head(), lake.head().base
    draft = lake.draft
    planned = [
        PlanRow(each.name, _word(each.ddl, before, head, each.name), each.kind.value)
        for each in folded_definitions(draft.definitions(), session.role)
    ]
    runs_of: dict[TableName, list[int]] = {}
    for turn in draft.turns():
        if turn.run_id is not None and turn.run_id not in runs_of.setdefault(turn.table, []):
            runs_of[turn.table].append(turn.run_id)
    for turn in folded(draft.turns()):
        made_by = runs_of.get(turn.table, [])
        reason = ("run " if len(made_by) == 1 else "runs ") + ", ".join(map(str, made_by)) if made_by else "definition"
        if turn.to is None:
            planned.append(PlanRow(str(turn.table), "remove", "its definition is dropped"))
            continue
        table = lake.table_at(turn.table, turn.to)
        size = sum(file.bytes for file in table.files)
        planned.append(PlanRow(str(turn.table), "publish", reason, table.rows, size))
    planned += _accounts(lake)
    return planned + [PlanRow(name, "refresh", "follows its upstream, after COMMIT") for name in following(head, draft)]


def _word(ddl: str | None, before: Head, head: Head, name: str) -> str:
    if ddl is None:
        return "drop definition"
    known = {row.name for row in before.definitions.rows()}
    return "replace definition" if name in known else "define"


# What a transaction changes in the catalog that has no definition.
_ACCOUNTS = {"roles": "roles", "role_members": "memberships", "grants": "grants"}


def _accounts(lake: DraftLake) -> list[PlanRow]:
    counted: dict[str, int] = {}
    for write in lake.draft.writes():
        words = write.sql.replace('"', "").split()
        table = words[1] if words[0].upper() == "UPDATE" else words[2]
        if table in _ACCOUNTS:
            counted[table] = counted.get(table, 0) + 1
    return [
        PlanRow(_ACCOUNTS[table], "change", f"{count} changes" if count > 1 else "1 change")
        for table, count in counted.items()
    ]
