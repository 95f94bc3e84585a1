"""EXPLAIN of what asks for a run or a test that changes no definition, and of what ends one."""

from __future__ import annotations

from typing import assert_never

from ormolu.definitions import SilverTable, TableName
from ormolu.errors import FeatureNotSupported, UndefinedTable
from ormolu.server.commands.access import require_admin, require_operate, require_select
from ormolu.server.commands.plans import PlanRow, read_row
from ormolu.server.commands.services import Services
from ormolu.server.commands.show import explain_test
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.statements import CancelRun, Delete, Profile, Suggest, TestConnection, Update

Asking = Profile | Suggest | CancelRun | Update | Delete | TestConnection


def explain_run(asked: Asking, session: SessionContext, services: Services) -> list[PlanRow]:
    match asked:
        case Profile(name=name) | Suggest(subject=TableName() as name):
            require_select(services, session, name)
            if services.lake.head().find_relation(name) is None:
                raise UndefinedTable(f'relation "{name}" does not exist')
            return [read_row(name, services), PlanRow(str(name), _word(asked), "keeps what it finds")]
        case Suggest(what=what):
            raise FeatureNotSupported(f"SUGGEST {what} FOR SCHEMA is not supported yet")
        case CancelRun(run_id=run_id):
            return _cancel(run_id, session, services)
        case TestConnection():
            return explain_test(asked, session, services)
        case Update(table=table) | Delete(table=table):
            name = TableName("silver", table.name)
            if table.schema != "quarantine":
                raise FeatureNotSupported(f"EXPLAIN of changed rows of {table} is not supported")
            if not isinstance(services.lake.head().definitions.find_relation(name), SilverTable):
                raise UndefinedTable(f'relation "{table}" does not exist')
            require_operate(services, session, name)
            rows = TableName("quarantine", table.name)
            return [read_row(rows, services), PlanRow(str(rows), _word(asked), "the rows that WHERE finds")]
        case _:
            assert_never(asked)


def _cancel(run_id: int, session: SessionContext, services: Services) -> list[PlanRow]:
    state = services.queue.find_state(run_id)
    if state is None or "." not in state.object:
        require_admin(services, session, f"cancel run {run_id}")
        state = services.queue.state(run_id)
    else:
        require_operate(services, session, TableName(*state.object.split(".", 1)))
    action = "nothing" if state.status.has_ended else "cancel"
    return [PlanRow(state.object, action, f"run {run_id} is {state.status.value}")]


def _word(asked: Asking) -> str:
    return type(asked).__name__.lower()
