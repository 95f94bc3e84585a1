"""CALL of the rare acts: lake.erase()."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from ormolu.catalog.database import in_transaction
from ormolu.definitions import TableName
from ormolu.errors import (
    ActiveSqlTransaction,
    FeatureNotSupported,
    InvalidParameterValue,
    IoError,
    UndefinedFunction,
)
from ormolu.scheduler import erasures
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.plans import PlanRow
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait, start, wait
from ormolu.server.context import SessionContext
from ormolu.server.drafts import is_in_block
from ormolu.server.keys import key_of, table_of
from ormolu.server.outcomes import Outcome
from ormolu.sql_extensions.statements import Call

ERASE_COLUMNS = columns(*erasures.COLUMNS)
PARAMETERS = ("table", "key")
HALF_ERASED = (
    "The rows are out of the sources, but not out of all files yet: call lake.erase once more, with the same key."
)


def call(statement: Call, session: SessionContext, services: Services) -> Outcome:
    _check(statement, session, services)
    if is_in_block(session):
        raise ActiveSqlTransaction("CALL lake.erase() cannot run inside a transaction block")
    table, key = _arguments(statement)
    return rows(ERASE_COLUMNS, _erase(table, key, session, services), tag="CALL")


def explain_call(asked: Call, session: SessionContext, services: Services) -> list[PlanRow]:
    """Which tables an erasure looks in, and what it computes again."""
    _check(asked, session, services)
    table, key = _arguments(asked)
    found = erasures.reach_of(services.lake.head(), table, key)
    looked = [
        PlanRow(str(each), "erase", f"its rows, by {', '.join(found.held[each].values())}") for each in found.sources
    ]
    derived = [PlanRow(str(each), "refresh", "full, without them") for each in found.derived]
    every = (*found.sources, *found.derived)
    return [*looked, *derived, *(PlanRow(str(each), "expire", "versions that know the rows") for each in every)]


def _check(statement: Call, session: SessionContext, services: Services) -> None:
    if statement.function not in ("lake.erase", "erase"):
        raise FeatureNotSupported(f"CALL {statement.function}() is not supported")
    require_admin(services, session, "erase")


def _erase(name: TableName, key: dict[str, str], session: SessionContext, services: Services) -> list[Any]:
    """Remove the rows, compute again what is made from them, forget the versions that know them."""
    found = erasures.reach_of(services.lake.head(), name, key)
    try:
        answer = _half(erasures.REMOVE, name, key, session, services)
        try:
            for dependent in found.derived:
                state = run_and_wait(services, session, str(dependent), RunAction.REFRESH, {"full": True})
                answer.append((str(dependent), "refreshed", state.rows_out, None, None))
            return answer + _half(erasures.FORGET, name, key, session, services)
        except IoError as error:
            error.hint = HALF_ERASED
            raise
    finally:
        services.forget_rows()


def _half(
    phase: str, name: TableName, key: dict[str, str], session: SessionContext, services: Services
) -> list[tuple[Any, ...]]:  # Any: values of a result
    run_id = start(services, session, str(name), RunAction.ERASE, {"phase": phase, "key": key})
    try:
        state = wait(services, session, run_id)
    finally:
        forgotten = erasures.forget_request(run_id, key)
        in_transaction(services.lake.engine, lambda connection: connection.execute(forgotten))
    return [tuple(row) for row in (state.result or {"rows": []})["rows"]]


def _arguments(statement: Call) -> tuple[TableName, dict[str, str]]:
    given = dict(zip(PARAMETERS, statement.positional, strict=False)) | dict(statement.named)
    if len(statement.positional) > len(PARAMETERS) or set(given) != set(PARAMETERS):
        raise UndefinedFunction(
            "lake.erase takes a table and a key", hint="CALL lake.erase('silver.customers', '{\"customer_id\": 42}')"
        )
    texts = {name: _text(value, name) for name, value in given.items()}
    return table_of(texts["table"]), key_of(texts["key"])


def _text(value: exp.Expr, name: str) -> str:
    if not isinstance(value, exp.Literal) or not value.is_string:
        raise InvalidParameterValue(f"{name} must be a text, written out")
    return str(value.this)
