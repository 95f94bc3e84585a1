"""What psql and SQLAlchemy ask the system catalogs, answered with PostgreSQL 15's names and types."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
COLUMNS = json.loads((HERE / "postgresql15_columns.json").read_text())


def statements(client: str) -> list[str]:
    text = (HERE / f"{client}.sql").read_text()
    parts = re.split(r"^-- \[\d+\]\n", text, flags=re.MULTILINE)[1:]
    return [part.strip().removesuffix(";") for part in parts]


CASES = [
    pytest.param(sql, COLUMNS[client][number], id=f"{client}-{number + 1}")
    for client in ("psql15", "sqlalchemy21")
    for number, sql in enumerate(statements(client))
]


@pytest.mark.parametrize(("sql", "expected"), CASES)
def test_a_clients_statement_is_answered_with_postgresqls_columns(
    peer: Any, sql: str, expected: list[list[object]]
) -> None:
    assert peer.described(peer.with_oids(sql)) == expected
