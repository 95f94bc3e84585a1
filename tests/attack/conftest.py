"""An analyst with one granted table beside one that is not hers, and what she sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

HIDDEN = "the hidden value 4711"
ANALYST, ANALYST_PASSWORD = "anna", "anna's password"
SECRET = "the literal of the secret"

PIPELINE = f"""
CREATE BRONZE SOURCE hidden (id integer, v text) FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE shown (id integer, v text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.hidden FROM STDIN WITH (FORMAT csv, HEADER true);
COPY bronze.shown FROM STDIN WITH (FORMAT csv, HEADER true);
CREATE SILVER TABLE hidden KEY (id) WITH RULES (CONSTRAINT no_two CHECK (id <> 2)) FROM bronze.hidden;
CREATE GOLD TABLE hidden AS SELECT id, v FROM silver.hidden;
CREATE GOLD TABLE shown AS SELECT id, v FROM bronze.shown;
CREATE SECRET pw AS '{SECRET}';
CREATE CONNECTION db TYPE postgres WITH (host = '127.0.0.1', port = 1, dbname = 'd', user = 'u', password = SECRET pw);
CREATE ROLE {ANALYST} LOGIN PASSWORD 'anna''s password';
GRANT SELECT ON gold.shown TO {ANALYST}
"""


@pytest.fixture(scope="module")
def lake(server: OrmoluServer) -> OrmoluServer:
    with server.connect() as connection, connection.cursor() as cursor:
        for statement in PIPELINE.strip().split(";\n"):
            if statement.startswith("COPY"):
                value = HIDDEN if "hidden" in statement else "shown"
                with cursor.copy(statement.encode()) as copy:
                    copy.write(f"id,v\n1,{value}\n2,{value} two\n")
            else:
                cursor.execute(statement.encode())
    return server


@pytest.fixture(scope="module")
def analyst(lake: OrmoluServer) -> Iterator[psycopg.Connection]:
    with lake.connect(user=ANALYST, password=ANALYST_PASSWORD) as connection:
        yield connection


@pytest.fixture(scope="module")
def admin(lake: OrmoluServer) -> Iterator[psycopg.Connection]:
    with lake.connect() as connection:
        yield connection


def answer(connection: psycopg.Connection, sql: str) -> tuple[str | None, str]:
    """The SQLSTATE, None where it worked; all that came back as text."""
    said: list[str] = []
    connection.add_notice_handler(handler := lambda diag: said.append(str(diag.message_primary)))
    try:
        cursor = connection.execute(sql.encode())
        return None, "\n".join([*said, *(str(row) for row in (cursor.fetchall() if cursor.description else []))])
    except psycopg.Error as error:
        diag = error.diag
        told = (diag.message_primary, diag.message_detail, diag.message_hint, diag.context, diag.internal_query)
        return error.sqlstate, "\n".join([*said, *(text for text in told if text)])
    finally:
        connection.remove_notice_handler(handler)


Ask = Callable[[str], tuple[str | None, str]]


@pytest.fixture(params=["analyst", "admin"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Sends a statement as the analyst, then as the administrator."""
    connection: psycopg.Connection = request.getfixturevalue(request.param)
    return lambda sql: answer(connection, sql)


@pytest.fixture
def as_analyst(analyst: psycopg.Connection) -> Ask:
    return lambda sql: answer(analyst, sql)


@pytest.fixture
def as_admin(admin: psycopg.Connection) -> Ask:
    return lambda sql: answer(admin, sql)
