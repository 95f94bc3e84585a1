"""Secrets show in no statement that others can see."""

from __future__ import annotations

import pytest

from ormolu.server.masking import masked


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE SECRET pw AS 'hunter2'",
        "create or replace secret pw as $$hunter2$$",
        "CREATE ROLE bob LOGIN PASSWORD 'hunter2'",
        "ALTER ROLE bob PASSWORD 'hunter2'",
        "CREATE SECRET pw AS 'hunter2",  # broken: still a secret
        "SELECT 1; CREATE SECRET pw AS 'hunter2'",
        "/* password */ CREATE USER x WITH ENCRYPTED PASSWORD 'hunter2'",
    ],
)
def test_a_secret_is_left_out(sql: str) -> None:
    assert "hunter2" not in masked(sql)


@pytest.mark.parametrize(
    "sql", ["", "SELECT 1", "SELECT password FROM users", "DROP SECRET pw", "ALTER ROLE b NOLOGIN"]
)
def test_everything_else_is_shown_as_it_was_typed(sql: str) -> None:
    assert masked(sql) == sql
