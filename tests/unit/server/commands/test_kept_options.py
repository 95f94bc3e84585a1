"""What a definition says and nothing acts on is told to its author."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ormolu.server.commands.kept_options import warn_of_kept_options
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.parser.script import parse_definition


def told(ddl: str) -> str:
    """The warning's text; empty where there is none."""
    words: list[str] = []
    session: Any = SimpleNamespace(notice=lambda severity, sqlstate, text, hint=None: words.append(text))
    warn_of_kept_options(parse_definition(ddl), cast(SessionContext, session))
    return " ".join(words)


@pytest.mark.parametrize(
    ("ddl", "kept"),
    [
        ("CREATE CONNECTION c TYPE postgres WITH (host = 'h', retries = 3)", "retries"),
        ("CREATE MONITOR m ON gold.t MEASURES (sum(x)) TIME day NOTIFY (owner)", "NOTIFY"),
        ("CREATE SILVER TABLE t SCHEDULE AFTER UPSTREAM AT MOST EVERY '1 hour' FROM bronze.t", "AT MOST EVERY"),
    ],
)
def test_what_nothing_acts_on_is_told(ddl: str, kept: str) -> None:
    assert told(ddl).endswith(kept)


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE CONNECTION c TYPE sqlite WITH (path = 'shop.db')",
        "CREATE SILVER TABLE t FROM bronze.t WITH (retention = '30 days')",
        "CREATE SILVER TABLE t SCHEDULE AFTER UPSTREAM FROM bronze.t WITH (owner = 'anna', publish = 'auto')",
    ],
)
def test_what_is_acted_on_is_not(ddl: str) -> None:
    assert told(ddl) == ""
