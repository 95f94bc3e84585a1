"""ALTER ... RESTORE TO: a table goes back to what it was, and rests until RESUME."""

from __future__ import annotations

from ormolu.definitions import TableName
from ormolu.errors import UndefinedTable, WrongObjectType
from ormolu.scheduler.restores import plan_restore
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_operate
from ormolu.server.commands.cascade import with_downstream
from ormolu.server.commands.plans import PlanRow, downstream_rows
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.statements import Alter, RestoreTo


def restore(name: TableName | str, action: RestoreTo, session: SessionContext, services: Services) -> None:
    """Wait for the run that turns the table back, with CASCADE also for what is made from it."""
    table = _table(name)
    require_operate(services, session, table)
    plan = plan_restore(services.lake.head(), table, number=action.version, timestamp=action.timestamp)

    def turn(session: SessionContext, services: Services) -> None:
        # The number: what a time means must not change on the way to the worker.
        run_and_wait(services, session, str(table), RunAction.RESTORE, {"version": plan.version.number})

    with_downstream(turn, table, session, services, is_cascade=action.is_cascade)
    session.notice("NOTICE", "00000", f"{table} is paused until ALTER ... RESUME")


def explain_restore(asked: Alter, session: SessionContext, services: Services) -> list[PlanRow]:
    assert isinstance(asked.action, RestoreTo)
    table = _table(asked.name)
    require_operate(services, session, table)
    action, head = asked.action, services.lake.head()
    plan = plan_restore(head, table, number=action.version, timestamp=action.timestamp)
    planned: list[PlanRow] = []
    for each in plan.turned:
        if each.then is None or each.version is None:
            planned.append(PlanRow(str(each.now.name), "remove", "it was not there yet"))
            continue
        reason = f"version {each.version.number}, published {each.version.published_at:%Y-%m-%d %H:%M:%S}"
        planned.append(PlanRow(str(each.now.name), "restore", reason, each.then.rows, each.then.bytes))
    planned.append(PlanRow(str(table), "pause", "until ALTER ... RESUME"))
    reason = "CASCADE computes it again" if action.is_cascade else "keeps what it has: no CASCADE"
    return planned + downstream_rows(table, services, reason)


def _table(name: TableName | str) -> TableName:
    if not isinstance(name, TableName):
        raise WrongObjectType(f'"{name}" is no table and has no versions')
    if name.schema not in ("bronze", "silver", "gold"):
        raise UndefinedTable(f'relation "{name}" does not exist')
    return name
