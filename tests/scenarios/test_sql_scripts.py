"""Every script of the folder `sql`, statement by statement, against a running server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer
from tests.scenarios.sql_script import Script

SCRIPTS = sorted((Path(__file__).parent / "sql").glob("*.sql"))
PASSWORDS = {"anna": "anna's password", "otto": "otto's password"}


@pytest.fixture(scope="module")
def with_roles(server: OrmoluServer) -> OrmoluServer:
    for role, password in PASSWORDS.items():
        server.run(
            psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            .format(psycopg.sql.Identifier(role), psycopg.sql.Literal(password))
            .as_string()
        )
    return server


@pytest.fixture
def script(with_roles: OrmoluServer, tmp_path: Path) -> Iterator[Script]:
    running = Script(with_roles, tmp_path, PASSWORDS)
    yield running
    running.close()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_answers_what_it_says(path: Path, script: Script) -> None:
    faults = script.run(path.read_text())
    assert not faults, "\n\n".join(faults)
