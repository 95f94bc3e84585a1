"""EXPLAIN: the plan and nothing more."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.definitions import BronzeSource, Definition, GoldMetric, GoldTable, Kind, SilverTable, TableName, kind_of
from ormolu.errors import FeatureNotSupported, UndefinedTable
from ormolu.medallion.change_impact import Made, change_of, check_rebuild, filling
from ormolu.medallion.lineage import upstreams
from ormolu.medallion.referenced_keys import with_referenced_keys
from ormolu.medallion.refresh_mode import check_supported, keeps_old_rows
from ormolu.scheduler.downstream import EXPIRE, JOIN_MANIFESTS
from ormolu.scheduler.exclusions import excluded_after, loads_of_run
from ormolu.scheduler.refresh_plans import RefreshPlan, plan_refresh
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_admin, require_operate
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.call import explain_call
from ormolu.server.commands.create import check_upstreams, find_existing
from ormolu.server.commands.databases import explain_database
from ormolu.server.commands.drop import dependents_of, is_there
from ormolu.server.commands.explain_changes import explain_account, explain_alter, explain_copy
from ormolu.server.commands.explain_runs import explain_run
from ormolu.server.commands.plans import PlanRow, downstream_rows, effect_rows, plan_rows, read_row
from ormolu.server.commands.promote import explain_promote
from ormolu.server.commands.restore import explain_restore
from ormolu.server.commands.runs import vacuum_plan
from ormolu.server.commands.services import Services
from ormolu.server.commands.undrop import explain_undrop
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Outcome
from ormolu.sql_extensions.equality import is_same_definition
from ormolu.sql_extensions.statements import (
    Alter,
    AlterRole,
    Call,
    CancelRun,
    CommentOn,
    CopyFrom,
    Create,
    CreateDatabase,
    CreateRole,
    CreateSecret,
    Delete,
    Drop,
    DropRole,
    ExcludeRun,
    Explain,
    Grant,
    IncludeRun,
    Profile,
    PromoteFrom,
    Refresh,
    RestoreTo,
    Revoke,
    Suggest,
    TestConnection,
    Undrop,
    Update,
    Vacuum,
)

QUERY_COLUMNS = columns(("QUERY PLAN", "text"))
COUNTED = {EXPIRE: "versions", JOIN_MANIFESTS: "manifests"}  # by a step of VACUUM; files by all others


def query_plan(lines: list[str]) -> Outcome:
    """The engine's plan of a query, a line a row as PostgreSQL answers EXPLAIN."""
    return rows(QUERY_COLUMNS, [(line,) for line in lines], tag="EXPLAIN")


def explain(statement: Explain, session: SessionContext, services: Services) -> Outcome:
    """What a statement of ours would do, as rows; queries are explained by the engine."""
    asked = statement.statement
    match asked:
        case Create():
            planned = _create(asked, session, services)
        case Refresh():
            planned = _refresh(asked, session, services)
        case CreateDatabase() | Drop(kind=Kind.DATABASE):
            planned = explain_database(asked, session, services)
        case Drop():
            planned = _drop(asked, session, services)
        case Alter(action=ExcludeRun() | IncludeRun()):
            planned = _take_back(asked, session, services)
        case Alter(action=PromoteFrom() as action, name=name):
            planned = explain_promote(str(name), action, session, services)
        case Alter(action=RestoreTo()):
            planned = explain_restore(asked, session, services)
        case Vacuum():
            planned = _vacuum(asked, session, services)
        case Alter():
            planned = explain_alter(asked, session, services)
        case CopyFrom():
            planned = explain_copy(asked, session, services)
        case Undrop():
            planned = explain_undrop(asked, session, services)
        case Call():
            planned = explain_call(asked, session, services)
        case Profile() | Suggest() | CancelRun() | Update() | Delete() | TestConnection():
            planned = explain_run(asked, session, services)
        case CreateSecret() | CreateRole() | AlterRole() | DropRole() | Grant() | Revoke() | CommentOn():
            planned = explain_account(asked, session, services)
        case _:
            words = " ".join(asked.text.split()[:3]).upper()
            raise FeatureNotSupported(f"EXPLAIN {words} is not supported yet")
    return plan_rows(planned, services)


def _create(asked: Create, session: SessionContext, services: Services) -> list[PlanRow]:
    require_admin(services, session, f"create {asked.definition.name}")
    head = services.lake.head()
    definition = with_referenced_keys(asked.definition, head.definitions.relations())
    existing = find_existing(head, kind_of(definition), str(definition.name))
    name = str(definition.name)
    if existing is not None and is_same_definition(existing, definition):
        return [PlanRow(name, "nothing", "the definition is the same")]
    action = "replace definition" if existing is not None else "define"
    planned: list[PlanRow] = [PlanRow(name, action, kind_of(definition).value)]
    if not isinstance(definition, SilverTable | GoldTable | GoldMetric):
        return planned
    check_supported(definition)
    is_known = check_upstreams(definition, head, session)
    if asked.with_no_data:
        return planned
    planned += [read_row(upstream, services) for upstream in upstreams(definition, head.definitions.relations())]
    reason = "full, when it is created"
    if isinstance(existing, Made):
        changed = change_of(existing, definition)
        planned[0] = replace(planned[0], reason=changed.reason)
        if not changed.impact.makes_anew:
            return planned[:1]
        check_rebuild(existing, definition)
        if is_known and keeps_old_rows(definition):
            plan_refresh(definition, head)  # raises where rows cannot be left
        reason = filling(definition, changed)
        planned.append(PlanRow(name, "fill", reason))
        return planned + effect_rows(definition, changed, services)
    planned.append(PlanRow(name, "fill", reason))
    return planned + downstream_rows(definition.name, services, "follows its upstream")


def _refresh(asked: Refresh, session: SessionContext, services: Services) -> list[PlanRow]:
    head = services.lake.head()
    definition: Definition | None = head.definitions.find_relation(asked.name)
    if definition is None:
        raise UndefinedTable(f'relation "{asked.name}" does not exist')
    require_operate(services, session, asked.name)
    reason = "CASCADE" if asked.is_cascade else "follows its upstream"
    if isinstance(definition, BronzeSource):
        loads: list[PlanRow] = [PlanRow(str(asked.name), "load", "reads its source")]
        return loads + downstream_rows(asked.name, services, reason)
    if not isinstance(definition, SilverTable | GoldTable | GoldMetric):
        raise FeatureNotSupported(f"REFRESH of {asked.name} is not supported yet")
    if asked.from_quarantine:
        return [_trial(asked, session, services), *downstream_rows(asked.name, services, reason)]
    is_limited = asked.since is not None or asked.until is not None
    plan = plan_refresh(definition, head, is_full=asked.is_full, is_limited=is_limited)
    if not plan.mode.has_news:
        return [PlanRow(str(asked.name), "nothing", plan.mode.reason, 0, 0)]
    planned = [_read(name, plan, services) for name in upstreams(definition, head.definitions.relations())]
    planned.append(PlanRow(str(asked.name), "refresh", f"{plan.mode.word}: {plan.mode.reason}"))
    return planned + downstream_rows(asked.name, services, reason)


def _read(name: TableName, plan: RefreshPlan, services: Services) -> PlanRow:
    """What is read of an upstream: of the one that an incremental refresh reads, its later loads."""
    table = services.lake.head().find_table(name)
    after = plan.mode.after_load
    if table is None or after is None or name != plan.input.base:
        return read_row(name, services)
    files = table.files_matching(exp.column("_load_id") > exp.Literal.number(after))
    reason = f"loads after {after}"
    return PlanRow(str(name), "read", reason, sum(file.rows for file in files), sum(file.bytes for file in files))


def _trial(asked: Refresh, session: SessionContext, services: Services) -> PlanRow:
    """How many quarantined rows would pass: they are judged as the refresh would judge them, and left."""
    request = {"where": asked.where.text if asked.where else None, "is_trial": True}
    state = run_and_wait(services, session, str(asked.name), RunAction.REPROCESS, request)
    tried, passing = state.result["rows"][0] if state.result else (0, 0)
    return PlanRow(str(asked.name), "reprocess", f"{passing} of {tried} quarantined rows would pass", passing)


def _take_back(asked: Alter, session: SessionContext, services: Services) -> list[PlanRow]:
    """What EXCLUDE RUN or INCLUDE RUN would touch."""
    head = services.lake.head()
    assert isinstance(asked.action, ExcludeRun | IncludeRun) and isinstance(asked.name, TableName)
    source = head.definitions.find_relation(asked.name)
    if not isinstance(source, BronzeSource):
        raise UndefinedTable(f'bronze source "{asked.name}" does not exist')
    require_operate(services, session, asked.name)
    is_excluded = isinstance(asked.action, ExcludeRun)
    word = "exclude" if is_excluded else "include"
    loads = loads_of_run(head, source, asked.action.run_id)
    excluded_after(head.table(source.name), loads, asked.action.run_id, is_excluded=is_excluded)
    planned: list[PlanRow] = [
        PlanRow(str(asked.name), word, f"load {load} of run {asked.action.run_id}") for load in loads
    ]
    reason = "CASCADE computes it again" if asked.action.is_cascade else "keeps what it has: no CASCADE"
    return planned + downstream_rows(asked.name, services, reason)


def _vacuum(asked: Vacuum, session: SessionContext, services: Services) -> list[PlanRow]:
    return [
        PlanRow(table, step, f"{files} {COUNTED.get(step, 'files')}", None, size)
        for table, step, files, size in vacuum_plan(asked, session, services)
    ]


def _drop(asked: Drop, session: SessionContext, services: Services) -> list[PlanRow]:
    require_admin(services, session, f"drop {asked.name}")
    head = services.lake.head()
    if not is_there(asked, head):
        return [PlanRow(str(asked.name), "nothing", "it does not exist")]
    others = dependents_of(asked.kind, asked.name, head)
    reason = "depends on it" if asked.is_cascade else "depends on it: RESTRICT refuses"
    planned: list[PlanRow] = [PlanRow(other, "drop", reason) for _, other in others]
    planned.append(PlanRow(str(asked.name), "drop", asked.kind.value))
    return planned
