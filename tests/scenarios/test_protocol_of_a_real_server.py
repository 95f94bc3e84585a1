"""What needs the lake behind the wire: COPY into upload sources, signals, and what the catalogs say of a session."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors as pg
from psycopg import sql

from tests.peers.ormolu import PASSWORD, OrmoluServer

ROWS: list[tuple[Any, ...]] = [
    (1, "it's, \"quoted\"\nand\tmore \\N", True, Decimal("12.50"), date(2026, 1, 2),
     datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), b"\0\xff", UUID(int=7), 1.5),
    (2, "", False, Decimal("-0.01"), date(1999, 12, 31), datetime(1999, 12, 31, tzinfo=UTC), b"", UUID(int=8), -1e300),
    (3, None, None, None, None, None, None, None, None),
]  # fmt: skip
COLUMNS = (
    "id int, words text, ok boolean, price numeric(10, 2), day date, at timestamptz, raw bytea, key uuid, half float8"
)
TYPES = ["int4", "text", "bool", "numeric", "date", "timestamptz", "bytea", "uuid", "float8"]
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def prepared(server: OrmoluServer) -> Iterator[OrmoluServer]:
    with server.connect() as connection:
        connection.execute(f"CREATE BRONZE SOURCE bronze.wire_types ({COLUMNS}) FROM UPLOAD".encode())
        connection.execute("CREATE BRONZE SOURCE bronze.wire_texts (a text, b text) FROM UPLOAD")
        for role in ("wire_ann", "wire_bob", "wire_chief"):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), PASSWORD))
    yield server


@pytest.fixture
def connection(prepared: OrmoluServer) -> Iterator[Connection]:
    with prepared.connect() as connection:
        yield connection


def loaded(connection: Connection, table: str, order: str = "1") -> list[tuple[Any, ...]]:
    columns = "id, words, ok, price, day, at, raw, key, half" if table == "wire_types" else "a, b"
    statement = f"SELECT {columns} FROM bronze.{table} WHERE _load_id = (SELECT max(_load_id) FROM bronze.{table})"
    return connection.execute(f"{statement} ORDER BY {order}".encode()).fetchall()


@pytest.mark.parametrize("form", ["binary", "text"])
def test_rows_of_every_type_go_in(connection: Connection, form: str) -> None:
    with connection.cursor().copy(f"COPY bronze.wire_types FROM STDIN (FORMAT {form}, repeat true)".encode()) as copy:
        copy.set_types(TYPES)
        for row in ROWS:
            copy.write_row(row)
    assert loaded(connection, "wire_types") == ROWS


def test_a_binary_copy_comes_in_any_pieces(connection: Connection) -> None:
    two = "SELECT 1 AS a, 'x,\"y' AS b UNION ALL SELECT 2, NULL"
    with connection.cursor().copy(f"COPY ({two}) TO STDOUT (FORMAT binary)".encode()) as out:
        whole = b"".join(bytes(part) for part in out)
    assert whole.startswith(b"PGCOPY\n\xff\r\n\0")
    connection.execute("CREATE BRONZE SOURCE bronze.wire_pieces (a int, b text) FROM UPLOAD")
    with connection.cursor().copy("COPY bronze.wire_pieces FROM STDIN (FORMAT binary)") as copy:
        for at in range(0, len(whole), 3):
            copy.write(whole[at : at + 3])
    assert connection.execute("SELECT a, b FROM bronze.wire_pieces ORDER BY a").fetchall() == [(1, 'x,"y'), (2, None)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"1\t2\n", "COPY file signature not recognized"),
        (b"", "COPY file signature not recognized"),
        (b"PGCOPY\n\xff\r\n\0" + b"\0\1\0\0" + bytes(4), "unrecognized critical flags in COPY file header"),
        (b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\3" + bytes(12), "row field count is 3, expected 2"),
        (b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\2" + b"\0\0\0\5ab", "unexpected EOF in COPY data"),
        (b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\2" + b"\xff\xff\xff\xf0", "invalid field size"),
    ],
)
def test_what_is_no_binary_copy_is_refused(connection: Connection, data: bytes, message: str) -> None:
    with (
        pytest.raises(pg.BadCopyFileFormat) as caught,
        connection.cursor().copy("COPY bronze.wire_texts FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(data)
    assert caught.value.diag.message_primary in (message, "invalid COPY file header (WITH OIDS)")
    assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("options", "data", "rows"),
    [
        ("FORMAT csv", b'x,""\n,"y"\n', [("x", ""), (None, "y")]),
        ("FORMAT csv, FORCE_NULL (b)", b'x,""\ny,\n', [("x", None), ("y", None)]),
        ("FORMAT csv, FORCE_NOT_NULL (a, b)", b',\nx,""\n', [("", ""), ("x", "")]),
        ("FORMAT csv, HEADER match", b"a,b\n1,2\n", [("1", "2")]),
        ("FORMAT csv, DELIMITER ';', QUOTE '''', ESCAPE '\\', NULL 'nil'", b"'a;\\'b';nil\n", [("a;'b", None)]),
        ("ENCODING 'latin1'", b"caf\xe9\t\xfc\n", [("caf\u00e9", "\u00fc")]),
        ("NULL '-', DELIMITER '|'", b"a\\tb|-\n", [("a\tb", None)]),
        ("HEADER", b"a\tb\n1\t\\N\n", [("1", None)]),
    ],
)  # fmt: skip
def test_the_options_of_copy_mean_what_they_mean_in_postgresql(
    connection: Connection, postgres_peer: Any, options: str, data: bytes, rows: list[tuple[Any, ...]]
) -> None:
    with connection.cursor().copy(f"COPY bronze.wire_texts FROM STDIN ({options}, repeat true)".encode()) as copy:
        copy.write(data)
    assert loaded(connection, "wire_texts") == sorted(rows, key=lambda row: (row[0] is None, row[0]))
    with psycopg.connect(postgres_peer.conninfo) as peer:
        peer.execute("CREATE TEMP TABLE wire_texts (a text, b text)")
        with peer.cursor().copy(f"COPY wire_texts FROM STDIN ({options})".encode()) as copy:
            copy.write(data)
        assert peer.execute("SELECT a, b FROM wire_texts").fetchall() == rows


@pytest.mark.parametrize(
    ("statement", "data"),
    [
        ("COPY {t} FROM STDIN (FORMAT csv, HEADER match)", b"a,c\n1,2\n"),
        ("COPY {t} FROM STDIN (FORMAT csv, HEADER match)", b"a\n1\n"),
        ("COPY {t} (a, nope) FROM STDIN", b""),
        ("COPY {t} (a, a) FROM STDIN", b""),
        ("COPY {t} FROM STDIN (FREEZE)", b""),
        ("COPY {t} (a) FROM STDIN (FORMAT csv, FORCE_NULL (b))", b""),
        ("COPY {t} FROM STDIN (FORMAT csv, FORCE_NULL (zz))", b""),
        ("COPY {t} FROM STDIN (FORMAT csv, FORCE_QUOTE (a))", b""),
        ("COPY {t} FROM STDIN (ENCODING 'utf8')", b"\xff\tb\n"),
    ],
)
def test_a_copy_in_is_refused_in_postgresqls_words(
    connection: Connection, postgres_peer: Any, statement: str, data: bytes
) -> None:
    told = []
    with psycopg.connect(postgres_peer.conninfo, autocommit=True) as peer:
        peer.execute("CREATE TABLE IF NOT EXISTS wire_texts (a text, b text)")
        for side, table in ((connection, "bronze.wire_texts"), (peer, "wire_texts")):
            with pytest.raises(psycopg.Error) as caught, side.cursor().copy(statement.format(t=table).encode()) as copy:
                copy.write(data)
            told.append((caught.value.sqlstate, caught.value.diag.message_primary))
        if data[:1] == b"\xff":  # the words of encodings differ, the condition does not
            told = [(state, None) for state, _ in told]
        assert told[0] == told[1]


def test_a_client_that_fails_leaves_nothing(connection: Connection) -> None:
    before = connection.execute("SELECT count(*) FROM bronze.wire_texts").fetchone()
    with pytest.raises(ZeroDivisionError), connection.cursor().copy("COPY bronze.wire_texts FROM STDIN") as copy:
        copy.write(b"half a li")
        raise ZeroDivisionError
    with pytest.raises(pg.QueryCanceled, match="COPY from stdin failed: no more"):
        pgconn = connection.pgconn
        pgconn.send_query(b"COPY bronze.wire_texts FROM STDIN")
        pgconn.get_result()
        pgconn.put_copy_end(b"no more")
        result = pgconn.get_result()
        assert result is not None
        while pgconn.get_result() is not None:
            pass
        raise psycopg.errors.error_from_result(result)
    assert connection.execute("SELECT count(*) FROM bronze.wire_texts").fetchone() == before


# --- sessions ---


def asleep(server: OrmoluServer, user: str, told: list[str | None]) -> tuple[Connection, threading.Thread]:
    connection = server.connect(user=user)

    def sleep() -> None:
        try:
            connection.execute("SELECT pg_sleep(30)")
        except psycopg.Error as error:
            told.append(error.sqlstate)

    thread = threading.Thread(target=sleep)
    thread.start()
    return connection, thread


def wait_until_active(connection: Connection, pid: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        row = connection.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
        if row == ("active",):
            return
        time.sleep(0.02)
    raise AssertionError("the session never became active")


def test_a_role_stops_its_own_sessions_and_the_superuser_anybodys(
    prepared: OrmoluServer, connection: Connection
) -> None:
    told: list[str | None] = []
    victim, thread = asleep(prepared, "wire_ann", told)
    pid = victim.info.backend_pid
    wait_until_active(connection, pid)
    with prepared.connect(user="wire_bob") as other:
        for call in ("pg_cancel_backend", "pg_terminate_backend"):
            with pytest.raises(pg.InsufficientPrivilege, match="must be a member of the role whose"):
                other.execute(f"SELECT {call}({pid})".encode())
            with pytest.raises(pg.InsufficientPrivilege, match="must be a superuser"):
                other.execute(f"SELECT {call}({connection.info.backend_pid})".encode())
    with prepared.connect(user="wire_ann") as own:
        assert own.execute("SELECT pg_cancel_backend(%s)", [pid]).fetchone() == (True,)
    thread.join(10)
    assert told == ["57014"]
    assert victim.execute("SELECT 1").fetchone() == (1,)
    found = connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'wire_ann' AND pid = %s", [pid]
    ).fetchall()
    assert found == [(True,)]
    with pytest.raises(pg.AdminShutdown):
        for _ in range(100):
            victim.execute("SELECT 1")
            time.sleep(0.02)


def test_a_session_that_runs_is_terminated_with_57p01(prepared: OrmoluServer, connection: Connection) -> None:
    told: list[str | None] = []
    victim, thread = asleep(prepared, "wire_ann", told)
    wait_until_active(connection, victim.info.backend_pid)
    assert connection.execute("SELECT pg_terminate_backend(%s)", [victim.info.backend_pid]).fetchone() == (True,)
    thread.join(10)
    assert told == ["57P01"]
    assert victim.closed


def test_a_process_that_is_none_gives_a_warning(connection: Connection) -> None:
    told: list[str | None] = []
    connection.add_notice_handler(lambda diagnostic: told.append(diagnostic.message_primary))
    assert connection.execute("SELECT pg_terminate_backend(123456789)").fetchone() == (False,)
    assert connection.execute("SELECT pg_cancel_backend(NULL)").fetchone() == (None,)
    assert told == ["PID 123456789 is not a PostgreSQL server process"]


def test_the_catalogs_say_what_a_session_holds_and_does(prepared: OrmoluServer, connection: Connection) -> None:
    with prepared.connect() as other:
        other.execute("BEGIN")
        other.execute("SELECT 42")
        row = connection.execute(
            """SELECT state, query, wait_event, xact_start <= query_start, backend_type
            FROM pg_stat_activity WHERE pid = %s""",
            [other.info.backend_pid],
        ).fetchone()
        assert row == ("idle in transaction", "SELECT 42", "ClientRead", True, "client backend")
        other.execute("DECLARE here NO SCROLL CURSOR WITH HOLD FOR SELECT 1")
        other.execute("PREPARE one (int, text) AS SELECT $1, $2")
        assert other.execute("SELECT name, is_holdable, is_binary, is_scrollable FROM pg_cursors").fetchall() == [
            ("here", True, False, False)
        ]
        assert other.execute(
            "SELECT name, statement, from_sql FROM pg_prepared_statements WHERE name = 'one'"
        ).fetchall() == [("one", "PREPARE one (int, text) AS SELECT $1, $2", True)]
    assert connection.execute("SELECT count(*) FROM pg_cursors").fetchone() == (0,)


def test_sessions_read_what_another_has_exported(prepared: OrmoluServer, connection: Connection) -> None:
    connection.execute("CREATE BRONZE SOURCE bronze.wire_seen (a text) FROM UPLOAD")
    with connection.cursor().copy("COPY bronze.wire_seen FROM STDIN") as copy:
        copy.write(b"one\n")
    with prepared.connect() as first, prepared.connect() as second:
        first.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = first.execute("SELECT pg_is_in_recovery(), pg_export_snapshot()").fetchone()
        assert row is not None and row[0] is False
        with connection.cursor().copy("COPY bronze.wire_seen FROM STDIN") as copy:
            copy.write(b"two\n")
        second.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        second.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(row[1]))
        for each in (first, second):
            assert each.execute("SELECT count(*) FROM bronze.wire_seen").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM bronze.wire_seen").fetchone() == (2,)
        for_duckdb = "SELECT pg_is_in_recovery(), pg_export_snapshot(), (SELECT count(*) FROM pg_stat_wal_receiver)"
        assert first.execute(for_duckdb).fetchone() is not None
        first.execute("COMMIT")
        second.execute("ROLLBACK")
        second.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(pg.InvalidParameterValue, match="invalid snapshot identifier"):
            second.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(row[1]))


def test_several_statements_in_one_query_are_one_transaction(connection: Connection) -> None:
    with pytest.raises(pg.DivisionByZero):
        connection.execute("CREATE BRONZE SOURCE bronze.wire_undone (a text) FROM UPLOAD; SELECT 1/0")
    with pytest.raises(pg.UndefinedTable):
        connection.execute("SELECT * FROM bronze.wire_undone")
    with pytest.raises(pg.UndefinedColumn):
        connection.execute("CREATE ROLE wire_undone; SELECT nope")
    assert connection.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'wire_undone'").fetchone() == (0,)
    connection.execute("CREATE ROLE wire_kept; COMMIT; CREATE ROLE wire_undone; ROLLBACK; SELECT 1")
    names = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'wire\\_%e%'").fetchall()
    assert ("wire_kept",) in names and ("wire_undone",) not in names


def test_digits_of_each_value_are_shown_of_few_rows_and_those_of_the_column_of_many(prepared: OrmoluServer) -> None:
    query = "SELECT i / 3.0 FROM generate_series(1, {}) AS s(i) ORDER BY i LIMIT 1"
    assert prepared.run(query.format(10_000)) == [(Decimal("0.33333333333333333333"),)]
    assert prepared.run(query.format(10_001)) == [(Decimal("0.3333333333333333"),)]
    prepared.run("CREATE GOLD TABLE thirds AS SELECT i, i::numeric(9, 2) AS n FROM generate_series(1, 10001) AS s(i)")
    assert prepared.run("SELECT n / 3 FROM gold.thirds WHERE i = 1") == [(Decimal("0.3333333333333333"),)]


@pytest.mark.parametrize("rows", [9_999, 10_001])
def test_quotients_of_quotients_are_as_exact_however_many_rows(prepared: OrmoluServer, rows: int) -> None:
    quotients = f"FROM (SELECT i::numeric(12, 2) / 7 AS q FROM generate_series(1, {rows}) AS s(i)) AS t"
    total = Decimal(rows) * (rows + 1) / 2 / 7
    exact = {
        "avg(q)": total / rows,
        "sum(q) / count(*)": total / rows,
        "sum(q) / sum(q / 3)": Decimal(3),
        "-sum(q) / 0.0007": -total / Decimal("0.0007"),
    }
    ((*found,),) = prepared.run(f"SELECT {', '.join(exact)} {quotients}")
    for one, other in zip(found, exact.values(), strict=True):
        assert abs(one - other) < Decimal("1e-8")
