"""No statement is accepted and forgotten: each has somebody who answers it, or is refused by name."""

from __future__ import annotations

from typing import get_args

import pytest

from ormolu.server.commands import ANSWERS, COLUMNS, LATER, unsupported
from ormolu.server.commands.relations import TRANSLATED
from ormolu.server.handlers import QueryHandlers
from ormolu.server.planning import QueryPlanner
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.parser.script import parse


def answered_by_handlers() -> set[type]:
    handlers = QueryHandlers(
        parse=parse,
        planner=QueryPlanner(bind=lambda *_: pytest.fail("not bound"), head=lambda _: None),
        commands=None,  # type: ignore[arg-type]  # not asked here
    )
    return set(handlers._executors)


def test_every_statement_is_answered_or_refused_by_name() -> None:
    known = answered_by_handlers() | set(ANSWERS) | set(LATER) | {s.Empty, s.Unsupported} | set(TRANSLATED)
    assert set(get_args(s.Statement)) <= known


def test_what_is_answered_is_not_refused_as_well() -> None:
    assert not set(ANSWERS) & set(LATER)


def test_only_answered_statements_promise_columns() -> None:
    assert set(COLUMNS) <= set(ANSWERS)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("VACUUM gold.fct_orders WITH (compact = true)", "VACUUM"),
        ("CREATE TABLE t (a int)", "CREATE TABLE"),
        ("CALL lake.certify('gold.t', until => '2027-06-30')", "CALL"),
        ("LISTEN lake_alerts", "LISTEN"),
    ],
)
def test_a_statement_of_later_work_is_refused_with_its_name(sql: str, name: str) -> None:
    error = unsupported(parse(sql)[0])
    assert error.sqlstate == "0A000" and name in error.message
