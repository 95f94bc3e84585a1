"""EXPLAIN CHANGE IN: why a number is not what it was."""

from __future__ import annotations

from decimal import Decimal

from ormolu.scheduler import change_explanations
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_select
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Outcome
from ormolu.sql_extensions.statements import ExplainChange

CHANGE_COLUMNS = columns(*change_explanations.COLUMNS)
NUMBERS = ("amount", "share")


def explain_change(statement: ExplainChange, session: SessionContext, services: Services) -> Outcome:
    require_select(services, session, statement.name)
    change_explanations.versions_of(
        services.lake.head(), statement.name, statement.first_version, statement.second_version
    )
    request = {
        "measures": [measure.text for measure in statement.measures],
        "where": None if statement.where is None else statement.where.text,
        "first": statement.first_version,
        "second": statement.second_version,
    }
    state = run_and_wait(services, session, str(statement.name), RunAction.EXPLAIN_CHANGE, request)
    found = (state.result or {"rows": []})["rows"]
    are_numbers = [column.name in NUMBERS for column in CHANGE_COLUMNS]
    answer = [
        tuple(
            Decimal(value) if is_number and value is not None else value
            for value, is_number in zip(row, are_numbers, strict=True)
        )
        for row in found
    ]
    return rows(CHANGE_COLUMNS, answer, tag="EXPLAIN")
