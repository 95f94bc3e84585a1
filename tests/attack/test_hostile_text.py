"""Names, values and statements that try to be something else, or too much."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.attack.conftest import HIDDEN
from tests.peers.ormolu import OrmoluServer

Ask = Callable[[str], tuple[str | None, str]]

EVIL = (
    """x"; DROP GOLD TABLE shown; --""",
    """x' OR '1'='1""",
    """a","b""",
    """x')) UNION SELECT 1, content FROM read_text('/etc/passwd') --""",
    """$$; SELECT 1; $$""",
    """{files} %s ? $1 :name""",
    """naïve ☃ 名前""",
    """back\\slash\\'""",
    """new
line""",
    """select""",
)


def ident(name: str) -> str:
    return sql.Identifier(name).as_string()


def literal(value: str) -> str:
    return sql.Literal(value).as_string().strip()


@pytest.mark.parametrize("number", range(len(EVIL)))
def test_an_evil_name_is_only_a_name(number: int, lake: OrmoluServer) -> None:
    """As a table, a column, a value, a rule, an option and a comment, through every layer."""
    evil = EVIL[number]
    table = f"t{number} {evil}"[:60]
    with lake.connect() as connection:
        connection.execute(
            f"CREATE BRONZE SOURCE {ident(table)} (id integer, {ident(evil)} text)"
            f" FROM UPLOAD FORMAT csv (header = true) COMMENT {literal(evil)} WITH (owner = {literal(evil)})".encode()
        )
        quoted = evil.replace('"', '""')
        into = f"COPY bronze.{ident(table)} FROM STDIN WITH (FORMAT csv, HEADER true)".encode()
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write(f'id,"{quoted}"\n1,"{quoted}"\n2,\n')
        connection.execute(
            f"CREATE SILVER TABLE {ident(table)} KEY (id) WITH RULES (CONSTRAINT {ident(evil)} NOT NULL {ident(evil)}) "
            f"FROM bronze.{ident(table)}".encode()
        )
        rows = connection.execute(f"SELECT id, {ident(evil)} FROM silver.{ident(table)}".encode()).fetchall()
        assert rows == [(1, evil)]
        rows = connection.execute(f"SELECT id, _rules FROM quarantine.{ident(table)}".encode()).fetchall()
        assert rows == [(2, [evil])]
        found = connection.execute(
            f"SELECT count(*) FROM silver.{ident(table)} WHERE {ident(evil)} = {literal(evil)}".encode()
        ).fetchone()
        assert found == (1,)
        assert connection.execute("SELECT count(*) FROM gold.shown").fetchone() == (2,)
        ((_, text),) = connection.execute(f"SHOW CREATE silver.{ident(table)}".encode()).fetchall()
        connection.execute(text.rstrip(";").replace("CREATE", "CREATE OR REPLACE", 1).encode())
        connection.execute(f"DROP BRONZE SOURCE {ident(table)} CASCADE".encode())


@pytest.mark.parametrize("number", range(len(EVIL)))
def test_an_evil_role_is_only_a_role(number: int, lake: OrmoluServer) -> None:
    role = f"r{number} {EVIL[number]}"[:60]
    lake.run(f"CREATE ROLE {ident(role)} LOGIN PASSWORD {literal(EVIL[number])}")
    with lake.connect(user=role, password=EVIL[number]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (role,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM gold.shown")
    lake.run(f"DROP ROLE {ident(role)}")


@pytest.mark.parametrize("value", EVIL)
def test_an_evil_parameter_is_only_a_value(value: str, analyst: psycopg.Connection) -> None:
    assert analyst.execute("SELECT %s::text", (value,)).fetchone() == (value,)
    assert analyst.execute("SELECT count(*) FROM gold.shown WHERE v = %s", (value,)).fetchone() == (0,)


FILE_NAMES = ("a'b.csv", 'a"b.csv', "a;b.csv", "a b.csv", "a%sb.csv", "naïve☃.csv", "a[1].csv", "a{1,2}.csv")


@pytest.mark.parametrize("number", range(len(FILE_NAMES)))
def test_a_file_with_an_evil_name_is_loaded(number: int, lake: OrmoluServer, tmp_path: Path) -> None:
    (tmp_path / FILE_NAMES[number]).write_text("id\n1\n")
    table = f"file_{number}"
    lake.run(f"CREATE CONNECTION {table} TYPE files WITH (url = {literal(str(tmp_path))})")
    source = f"FROM CONNECTION {table} FILES '*.csv' FORMAT csv (header = true) LOAD APPEND"
    lake.run(f"CREATE BRONZE SOURCE {table} {source}")
    lake.run(f"REFRESH bronze.{table}")
    ((value, path),) = lake.run(f"SELECT id, _source_file FROM bronze.{table}")
    assert value == 1 and path.endswith(FILE_NAMES[number])


PATTERNS = ("../*.csv", "/etc/passwd", "sub/../../*", "file:///etc/passwd", "~/x.csv", "**/../../*.csv")


@pytest.mark.parametrize("number", range(len(PATTERNS)))
def test_a_pattern_does_not_climb_out_of_its_connection(
    number: int, lake: OrmoluServer, tmp_path: Path, as_admin: Ask
) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside.csv").write_text(f"id\n{HIDDEN}\n")
    name = f"climb_{number}"
    lake.run(f"CREATE CONNECTION {name} TYPE files WITH (url = {literal(str(tmp_path / 'inside'))})")
    source = f"FROM CONNECTION {name} FILES '{PATTERNS[number]}' FORMAT csv (header = true)"
    if as_admin(f"CREATE BRONZE SOURCE {name} {source}")[0] is None:
        sqlstate, text = as_admin(f"REFRESH bronze.{name}")
        assert sqlstate is not None and HIDDEN not in text and "root:" not in text
        assert as_admin(f"SELECT * FROM bronze.{name}")[0] is not None


def test_a_nul_byte_is_refused(lake: OrmoluServer) -> None:
    with lake.connect() as connection:
        with pytest.raises(psycopg.DataError):
            connection.execute("SELECT %s", ("a\0b",))
        result = connection.pgconn.exec_params(b"SELECT $1::text", [b"a\0b"], param_formats=[1])
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"22021"
    assert lake.run("SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
        "SELECT " + "-" * 3 + "1",
        "SELECT " + " + ".join(["1"] * 20_000),
        "SELECT " + "NOT " * 5_000 + "true",
        "SELECT * FROM " + "(SELECT * FROM " * 500 + "gold.shown" + ") AS t" * 500,
        "SELECT " + "CASE WHEN true THEN " * 1_000 + "1" + " END" * 1_000,
        "SELECT '" + "x" * 3_000_000,
        "SELECT $$" + "x" * 1_000,
        "SELECT /* " * 1_000,
        ";" * 100_000,
        "SELECT 1 WHERE 1 IN (" * 1_000,
        "WITH " + ", ".join(f"a{n} AS (SELECT {n})" for n in range(500)) + " SELECT count(*) FROM a499",
        "SELECT array[" * 2_000 + "1" + "]" * 2_000,
        "CREATE SILVER TABLE deep WITH RULES (CHECK (" + "(" * 3_000 + "id = 1" + ")" * 3_000 + ")) FROM bronze.shown",
    ],
    ids=lambda text: text[:24],
)
def test_a_statement_that_is_too_much_leaves_the_server_well(statement: str, lake: OrmoluServer, ask: Ask) -> None:
    sqlstate, text = ask(statement)
    assert sqlstate != "XX000", text[:300]
    assert len(text) < 100_000
    assert ask("SELECT 1") == (None, "(1,)")


def test_a_huge_in_list_is_answered(ask: Ask) -> None:
    values = ", ".join(str(n) for n in range(20_000))
    assert ask(f"SELECT count(*) FROM gold.shown WHERE id IN ({values})") == (None, "(2,)")


def test_a_large_statement_is_answered_and_one_too_large_is_refused(ask: Ask) -> None:
    assert ask(f"SELECT length('{'x' * 500_000}')") == (None, "(500000,)")
    assert ask(f"SELECT length('{'x' * 5_000_000}')")[0] == "54000"


@pytest.mark.parametrize(
    "start",
    [
        b"\x00\x00\x00\x04",
        b"\xff\xff\xff\xff" + b"\x00\x03\x00\x00",
        b"\x7f\xff\xff\xff" + b"\x00\x03\x00\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("!ii", 8, 80877102),
        struct.pack("!ii", 9, 196608) + b"\x00",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_bytes_that_are_no_startup_end_the_connection_and_nothing_else(start: bytes, lake: OrmoluServer) -> None:
    with socket.create_connection(("127.0.0.1", lake.port), timeout=5) as client:
        client.sendall(start)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    assert lake.run("SELECT 1") == [(1,)]
