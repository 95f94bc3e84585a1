"""Statements that start runs: REFRESH, CANCEL RUN, PROFILE, SUGGEST, changes of quarantined rows."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from ormolu.catalog.drafts import DraftLake
from ormolu.catalog.views import update_view
from ormolu.definitions import BronzeSource, GoldMetric, GoldTable, Kind, Monitor, SchemaName, SilverTable, TableName
from ormolu.errors import ActiveSqlTransaction, FeatureNotSupported, UndefinedTable, WrongObjectType
from ormolu.medallion.lineage import downstream_in_order
from ormolu.scheduler import findings, insights, maintenance
from ormolu.scheduler.run_records import RUNS
from ormolu.scheduler.runs import RunAction, RunState
from ormolu.server.commands.access import require_admin, require_operate, require_select
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait, run_row, start
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome, ResultColumn, Rows
from ormolu.sql_extensions.statements import (
    CancelRun,
    Delete,
    ExplainAnomaly,
    Profile,
    Refresh,
    Suggest,
    SummarizeAnomalies,
    Update,
    Vacuum,
    WrittenName,
)

REFRESHED = BronzeSource | SilverTable | GoldTable | GoldMetric

PROFILE_COLUMNS = columns(*insights.PROFILE_COLUMNS)
SUGGESTION_COLUMNS = columns(*insights.SUGGESTION_COLUMNS)
VACUUM_COLUMNS = columns(*maintenance.COLUMNS)
SUMMARY_COLUMNS = columns(
    ("summary", "text"),
)


def refresh(statement: Refresh, session: SessionContext, services: Services) -> Outcome:
    """REFRESH waits for its run, and with CASCADE for those of everything downstream, in order."""
    name = statement.name
    head = services.lake.head()
    definition = head.definitions.find_relation(name)
    if definition is None:
        raise UndefinedTable(f'relation "{name}" does not exist', hint="SELECT name FROM lake.objects lists them.")
    if not isinstance(definition, REFRESHED):
        raise FeatureNotSupported(f"REFRESH of {name} is not supported yet")
    require_operate(services, session, name)
    if statement.from_quarantine:
        where = statement.where.text if statement.where else None
        return _finish(services, session, name, RunAction.REPROCESS, {"where": where})
    request: dict[str, Any] = {}
    if statement.is_full:
        request["full"] = True
    if statement.since is not None:
        request |= {"since": statement.since, "until": statement.until}
    if session.settings.get("refresh_mode") == "background":
        if isinstance(services.lake, DraftLake):
            raise ActiveSqlTransaction(
                "REFRESH in the background cannot run inside a transaction block", hint="SET LOCAL refresh_mode = wait;"
            )
        run_id = start(services, session, str(name), RunAction.REFRESH, request)
        return run_row(services.queue.state(run_id), tag="REFRESH")
    state = run_and_wait(services, session, str(name), RunAction.REFRESH, request)
    if statement.is_cascade:
        for dependent in downstream_in_order(head.definitions.relations(), name):
            if isinstance(head.definitions.find_relation(dependent), REFRESHED):
                run_and_wait(services, session, str(dependent), RunAction.REFRESH)
    return run_row(state, tag="REFRESH")


def _finish(
    services: Services, session: SessionContext, name: TableName, action: RunAction, request: dict[str, Any]
) -> Rows:
    return run_row(run_and_wait(services, session, str(name), action, request), tag="REFRESH")


def vacuum(statement: Vacuum, session: SessionContext, services: Services) -> Outcome:
    """VACUUM waits, and answers a row for each step that did something."""
    return _answered(_vacuum(statement, session, services, is_trial=False), VACUUM_COLUMNS)


def vacuum_plan(
    statement: Vacuum, session: SessionContext, services: Services
) -> list[tuple[str, str, int, int | None]]:
    """What a VACUUM would do: table, step, files or versions, bytes."""
    state = _vacuum(statement, session, services, is_trial=True)
    return [(row[0], row[1], row[2], row[3]) for row in (state.result or {"rows": []})["rows"]]


def _vacuum(statement: Vacuum, session: SessionContext, services: Services, *, is_trial: bool) -> RunState:
    name = statement.name
    if name != RUNS and services.lake.head().find_table(name) is None:
        raise UndefinedTable(f'table "{name}" does not exist', hint="SELECT name FROM lake.objects lists them.")
    if name.schema == "lake":
        require_admin(services, session, f"vacuum {name}")
    else:
        require_operate(services, session, name)
    wanted = replace(maintenance.asked_by(statement.options), is_trial=is_trial)
    return run_and_wait(services, session, str(name), RunAction.VACUUM, asdict(wanted))


def cancel_run(statement: CancelRun, session: SessionContext, services: Services) -> Outcome:
    state = services.queue.find_state(statement.run_id)
    if state is None or "." not in state.object:
        require_admin(services, session, f"cancel run {statement.run_id}")
    else:
        schema, _, table = state.object.partition(".")
        require_operate(services, session, TableName(schema, table))
    if state is not None and state.status.has_ended:
        session.notice("NOTICE", "00000", f"run {statement.run_id} has {state.status.value} already")
    services.queue.cancel(statement.run_id, at=services.now())
    return Completed("CANCEL RUN")


def profile(statement: Profile, session: SessionContext, services: Services) -> Outcome:
    require_select(services, session, statement.name)
    _require_relation(statement.name, services)
    return _answered(run_and_wait(services, session, str(statement.name), RunAction.PROFILE), PROFILE_COLUMNS)


def suggest(statement: Suggest, session: SessionContext, services: Services) -> Outcome:
    if isinstance(statement.subject, SchemaName):
        raise FeatureNotSupported(f"SUGGEST {statement.what} FOR SCHEMA is not supported yet")
    require_select(services, session, statement.subject)
    _require_relation(statement.subject, services)
    state = run_and_wait(services, session, str(statement.subject), RunAction.SUGGEST, {"what": statement.what.lower()})
    return _answered(state, SUGGESTION_COLUMNS)


def summarize(statement: SummarizeAnomalies, session: SessionContext, services: Services) -> Outcome:
    _require_monitored(statement.monitor, session, services)
    lines = findings.summarize_anomalies(services.lake, statement.monitor, statement.since)
    return rows(SUMMARY_COLUMNS, [(line,) for line in lines])


def explain_anomaly(statement: ExplainAnomaly, session: SessionContext, services: Services) -> Outcome:
    _require_monitored(findings.monitor_of(services.lake, statement.anomaly_id), session, services)
    lines = findings.explain_anomaly(services.lake, statement.anomaly_id)
    return rows(SUMMARY_COLUMNS, [(line,) for line in lines])


def _require_monitored(monitor: str | None, session: SessionContext, services: Services) -> None:
    """Findings tell the figures of a table: who may not read the one may not read the other."""
    definition = services.lake.head().definitions.find(Kind.MONITOR, monitor) if monitor else None
    if isinstance(definition, Monitor):
        require_select(services, session, definition.on)
    else:
        require_admin(services, session, "read findings of what is not there")


def _require_relation(name: TableName, services: Services) -> None:
    if services.lake.head().find_relation(name) is None:
        raise UndefinedTable(f'relation "{name}" does not exist')


def _answered(state: RunState, promised: tuple[ResultColumn, ...]) -> Rows:
    """The rows that the run left, in the columns that were promised when the statement was described."""
    result = state.result or {"columns": [], "rows": []}
    names = [name for name, _ in result["columns"]]
    positions = [names.index(column.name) if column.name in names else None for column in promised]
    return rows(
        promised,
        [[None if at is None else row[at] for at in positions] for row in result["rows"]],
    )


def change(statement: Update | Delete, session: SessionContext, services: Services) -> Outcome:
    """UPDATE and DELETE of quarantined rows and of the reviewable views of `lake`; nothing else changes by hand."""
    table = statement.table
    tag = "UPDATE" if isinstance(statement, Update) else "DELETE"
    if table.schema == "lake" and isinstance(statement, Update):
        return Completed(f"UPDATE {_review(statement, table, session, services)}")
    if table.schema != "quarantine":
        raise _unchangeable(table)
    name = TableName("silver", table.name)
    if not isinstance(services.lake.head().definitions.find_relation(name), SilverTable):
        raise UndefinedTable(f'relation "{table}" does not exist')
    require_operate(services, session, name)
    state = run_and_wait(services, session, f"quarantine.{table.name}", RunAction.CHANGE, {"sql": statement.text})
    return Completed(f"{tag} {state.rows_out or 0}")


def _review(statement: Update, table: WrittenName, session: SessionContext, services: Services) -> int:
    require_admin(services, session, f"review {table.name}")
    return update_view(services.lake, table.name, statement.tree, at=services.now(), role=session.role)


def _unchangeable(table: WrittenName) -> Exception:
    match table.schema:
        case "bronze":
            return FeatureNotSupported(
                f"bronze.{table.name} is append-only",
                hint="ALTER BRONZE SOURCE ... EXCLUDE RUN n takes a bad load back; COPY appends one.",
            )
        case "silver" | "gold":
            return FeatureNotSupported(
                f"{table} is made from its upstreams",
                hint="Change what it is made from, or repair its rows in the schema quarantine, then REFRESH.",
            )
        case _:
            return WrongObjectType(f'"{table}" cannot be changed')
