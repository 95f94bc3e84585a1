"""The same script of statements to both servers: the same messages in the same order, the same complaints in words."""

from __future__ import annotations

import psycopg
import pytest

from tests.wire.conftest import House
from tests.wire.test_same_flow import converse, query

SCRIPTS: dict[str, tuple[str, ...]] = {
    "listen and notify": (
        "LISTEN x",
        "NOTIFY x, 'hi'",
        "BEGIN",
        "NOTIFY x",
        "NOTIFY x",
        "NOTIFY x,'b'",
        "ROLLBACK",
        "BEGIN",
        "NOTIFY x,'1'",
        "SAVEPOINT s",
        "NOTIFY x,'2'",
        "ROLLBACK TO s",
        "COMMIT",
        "SELECT pg_notify('x','q')",
        "SELECT * FROM pg_listening_channels()",
        "UNLISTEN x",
        "NOTIFY x",
        "SELECT pg_listening_channels()",
    ),
    "locks": (
        "LOCK TABLE nope IN ACCESS SHARE MODE",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "LOCK nope *, ONLY nope IN ACCESS SHARE MODE",
        "ROLLBACK",
    ),
    "what is told when": (
        "SELECT pg_notify('', 'a')",
        "SELECT pg_notify(NULL, 'a')",
        "BEGIN",
        "LISTEN y",
        "SELECT count(*) FROM pg_listening_channels()",
        "COMMIT",
        "SELECT count(*) FROM pg_listening_channels()",
        "NOTIFY y; SELECT 1; NOTIFY y,'2'",
        "NOTIFY y; SELECT * FROM nope",
        "UNLISTEN *",
    ),
    "blocks and chains": (
        "SELECT 1; COMMIT; SELECT 2",
        "SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3",
        "COMMIT AND CHAIN",
        "ROLLBACK AND CHAIN",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "SHOW transaction_isolation",
        "COMMIT AND CHAIN",
        "SHOW transaction_isolation",
        "SELECT 1",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "ROLLBACK",
        "SAVEPOINT x",
        "RELEASE x",
        "ROLLBACK TO x",
        "SELECT 1; SAVEPOINT x",
        "BEGIN; SELECT * FROM nope; SELECT 1",
        "SELECT 1",
        "SAVEPOINT a",
        "COMMIT",
    ),
    "settings end with their transaction": (
        "BEGIN",
        "SAVEPOINT a",
        "SET application_name='in'",
        "ROLLBACK TO a",
        "SHOW application_name",
        "SET LOCAL application_name='loc'",
        "SHOW application_name",
        "COMMIT",
        "SHOW application_name",
        "SET LOCAL application_name='x'",
        "SHOW application_name",
        "BEGIN",
        "SET application_name='q'",
        "ROLLBACK",
        "SHOW application_name",
        "SET application_name='z'; SELECT * FROM nope",
        "SHOW application_name",
        "SELECT set_config('application_name','l',true)",
        "SHOW application_name",
    ),
    "what a transaction may be": (
        "BEGIN READ ONLY",
        "SELECT 1",
        "SET TRANSACTION READ WRITE",
        "ROLLBACK",
        "BEGIN",
        "SET TRANSACTION READ ONLY",
        "SHOW transaction_read_only",
        "COMMIT",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SHOW transaction_isolation",
        "BEGIN",
        "SHOW transaction_isolation",
        "COMMIT",
        "RESET ALL",
        "SHOW default_transaction_isolation",
        "SET default_transaction_isolation='read committed'",
        "BEGIN",
        "BEGIN",
        "ROLLBACK",
        "ROLLBACK",
        "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY, DEFERRABLE",
        "COMMIT",
    ),
    "savepoints and snapshots": (
        "BEGIN",
        "SAVEPOINT a",
        "SAVEPOINT a",
        "SELECT * FROM nope",
        "ROLLBACK TO a",
        "SELECT 1",
        "RELEASE a",
        "RELEASE a",
        "RELEASE a",
        "SELECT 1",
        "ROLLBACK",
        "BEGIN",
        "SET TRANSACTION SNAPSHOT '00000003-0000001B-1'",
        "ROLLBACK",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SET TRANSACTION SNAPSHOT 'x'",
        "ROLLBACK",
        "SET TRANSACTION SNAPSHOT 'x'",
    ),
    "a cursor that scrolls": (
        "BEGIN",
        "DECLARE c SCROLL CURSOR FOR SELECT id FROM numbers WHERE id<5 ORDER BY id",
        "FETCH 2 FROM c",
        "FETCH 0 FROM c",
        "FETCH PRIOR FROM c",
        "FETCH LAST FROM c",
        "FETCH RELATIVE -2 FROM c",
        "FETCH ABSOLUTE 3 FROM c",
        "FETCH ABSOLUTE -1 FROM c",
        "FETCH NEXT FROM c",
        "FETCH NEXT FROM c",
        "FETCH PRIOR FROM c",
        "FETCH BACKWARD ALL FROM c",
        "FETCH FORWARD ALL FROM c",
        "FETCH BACKWARD 2 FROM c",
        "MOVE ALL IN c",
        "MOVE BACKWARD ALL IN c",
        "MOVE 2 IN c",
        "MOVE 0 IN c",
        "FETCH FIRST FROM c",
        "FETCH RELATIVE 0 FROM c",
        "FETCH -1 FROM c",
        "FETCH RELATIVE 0 FROM c",
        "MOVE ABSOLUTE 3 IN c",
        "MOVE RELATIVE 1 IN c",
        "CLOSE c",
        "CLOSE c",
        "COMMIT",
    ),
    "cursors that outlive their transaction": (
        "DECLARE h CURSOR WITH HOLD FOR SELECT id FROM numbers WHERE id<5 ORDER BY id",
        "FETCH 1 FROM h",
        "BEGIN",
        "FETCH 1 FROM h",
        "ROLLBACK",
        "FETCH 1 FROM h",
        "BEGIN",
        "DECLARE h2 CURSOR WITH HOLD FOR SELECT 1",
        "ROLLBACK",
        "FETCH h2",
        "DECLARE c CURSOR FOR SELECT 1",
        "BEGIN",
        "DECLARE c CURSOR FOR SELECT 1",
        "DECLARE c CURSOR FOR SELECT 2",
        "ROLLBACK",
        "CLOSE ALL",
        "DECLARE c SCROLL NO SCROLL CURSOR FOR SELECT 1",
        "SELECT 1; DECLARE c CURSOR FOR SELECT 2; FETCH c",
    ),
    "a binary cursor": (
        "BEGIN",
        "DECLARE c BINARY CURSOR FOR SELECT 7::int4 AS n",
        "FETCH c",
        "COMMIT",
    ),
    "settings": (
        "SET work_mem='64MB'",
        "SHOW work_mem",
        "SET work_mem='1'",
        "SET work_mem='x'",
        "SET work_mem='10 QB'",
        "SET enable_seqscan=off",
        "SHOW enable_seqscan",
        "SET enable_seqscan=maybe",
        "SET nope=1",
        "SHOW nope",
        "RESET nope",
        "SET port=1",
        "SET server_version='1'",
        "SET max_connections=1",
        "SET client_min_messages=debug",
        "SHOW client_min_messages",
        "SET statement_timeout='1min'",
        "SHOW statement_timeout",
        "SET statement_timeout=-1",
        "SET statement_timeout='1.5s'",
        "SHOW statement_timeout",
        "SET my.x='1'",
        "SHOW my.x",
        "SHOW my.y",
        "RESET my.x",
        "SHOW my.x",
        "SET random_page_cost=2.5",
        "SHOW random_page_cost",
        "SET random_page_cost=-1",
        "SET TimeZone='Mars'",
        "SET fsync=off",
        "SET log_connections=on",
    ),
    "discard": (
        "PREPARE p AS SELECT 1",
        "DISCARD PLANS",
        "EXECUTE p",
        "DISCARD ALL",
        "EXECUTE p",
        "BEGIN",
        "DISCARD ALL",
        "ROLLBACK",
        "SELECT 1; DISCARD ALL",
        "DISCARD TEMP",
        "DISCARD SEQUENCES",
    ),
    "prepare": (
        "PREPARE p (int) AS SELECT $1 + 1",
        "EXECUTE p(1)",
        "EXECUTE p",
        "EXECUTE p('x')",
        "PREPARE p AS SELECT 1",
        "EXECUTE nope",
        "DEALLOCATE p",
        "DEALLOCATE p",
        "PREPARE q(int, text) AS SELECT $1, $2",
        "DEALLOCATE ALL",
    ),
    "sleep and signals": (
        "SELECT pg_sleep(0)",
        "SELECT pg_sleep(0.01) AS nap, 1 AS one",
        "SET statement_timeout=50",
        "SELECT pg_sleep(5)",
        "SET statement_timeout=0",
        "SELECT pg_cancel_backend(999999)",
        "SELECT pg_terminate_backend(999999)",
    ),
    "copy out": (
        "COPY (SELECT 1 AS a, 'x,y' AS b, NULL AS c) TO STDOUT",
        "COPY (SELECT 1 AS a, 'x,y' AS b, NULL AS c) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT 'a\"b' AS a) TO STDOUT (FORMAT csv, FORCE_QUOTE *)",
        "COPY (SELECT 1 AS a) TO STDOUT (FORMAT csv, FORCE_QUOTE (b))",
        "COPY (SELECT 'é' AS b) TO STDOUT (ENCODING latin1)",
        "COPY (SELECT '€' AS b) TO STDOUT (ENCODING latin1)",
        "COPY (SELECT 1 AS a) TO STDOUT (HEADER)",
        "COPY numbers (id) TO STDOUT (HEADER match)",
        "COPY (SELECT 'a' AS a, '' AS b) TO STDOUT WITH CSV FORCE QUOTE a",
    ),
    "a cursor that does not scroll": (
        "BEGIN",
        "DECLARE c NO SCROLL CURSOR FOR SELECT id FROM numbers WHERE id<9 ORDER BY id",
        "FETCH FIRST FROM c",
        "FETCH ABSOLUTE 3 FROM c",
        "FETCH RELATIVE 1 FROM c",
        "FETCH RELATIVE 2 FROM c",
        "MOVE 0 IN c",
        "FETCH ALL FROM c",
        "FETCH 0 FROM c",
        "MOVE 0 IN c",
        "FETCH ALL FROM c",
        "FETCH PRIOR FROM c",
        "ROLLBACK",
    ),
    "a cursor that does not scroll cannot fetch 0": (
        "BEGIN",
        "DECLARE c NO SCROLL CURSOR FOR SELECT id FROM numbers WHERE id<9 ORDER BY id",
        "FETCH 2 FROM c",
        "FETCH 0 FROM c",
        "ROLLBACK",
    ),
    "a cursor that does not scroll cannot fetch -1": (
        "BEGIN",
        "DECLARE c NO SCROLL CURSOR FOR SELECT id FROM numbers WHERE id<9 ORDER BY id",
        "FETCH 2 FROM c",
        "FETCH -1 FROM c",
        "ROLLBACK",
    ),
}
COPY_OPTIONS = (
    "FORMAT x",
    "HEADER maybe",
    "DELIMITER ',,'",
    "DELIMITER E'\\n'",
    "NULL E'a\\nb'",
    "DELIMITER 'a'",
    "DELIMITER '\\'",
    "FORMAT binary, HEADER",
    "FORMAT binary, DELIMITER ','",
    "FORMAT binary, NULL 'x'",
    "QUOTE 'x'",
    "FORMAT csv, QUOTE 'xx'",
    "ESCAPE 'x'",
    "FORMAT csv, ESCAPE ''",
    "FORMAT csv, DELIMITER '\"'",
    "FORCE_QUOTE (a)",
    "FORMAT csv, FORCE_NOT_NULL (a)",
    "FORMAT csv, FORCE_NULL (a)",
    "FORCE_NULL (a)",
    "DELIMITER 'N'",
    "FORMAT csv, NULL '\"'",
    "FORMAT csv, NULL 'a,b'",
    "ENCODING 'klingon'",
    "NOPE 1",
    "FORMAT csv, FORMAT text",
    "FREEZE maybe",
    "FORMAT csv, HEADER, HEADER",
    "FORMAT csv, FORCE_QUOTE (a,zz)",
    "FORMAT",
    "HEADER 1",
    "HEADER 2",
    "FORMAT csv, FORCE_QUOTE 'a'",
    "FORMAT 'CSV'",
    "FORMAT CSV",
)
SETTINGS = tuple(statement for statement in SCRIPTS["settings"] if statement.startswith("SET "))


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_has_the_same_answers(house: House, peer_conninfo: str, script: tuple[str, ...]) -> None:
    said = [query(statement) for statement in script]
    assert converse(house.conninfo, said) == converse(peer_conninfo, said)


def complaint(conninfo: str, statement: str) -> tuple[str | None, str | None]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        try:
            cursor = connection.cursor()
            if statement.startswith("COPY"):
                with cursor.copy(statement.encode()) as copy:
                    list(copy)
            else:
                cursor.execute(statement.encode())
        except psycopg.Error as error:
            return error.sqlstate, error.diag.message_primary
    return None, None


@pytest.mark.parametrize("options", COPY_OPTIONS)
def test_options_of_copy_are_refused_in_the_same_words(house: House, peer_conninfo: str, options: str) -> None:
    statement = f"COPY (SELECT 1 AS a, 2 AS b) TO STDOUT ({options})"
    assert complaint(house.conninfo, statement) == complaint(peer_conninfo, statement)


@pytest.mark.parametrize("statement", SETTINGS)
def test_settings_are_refused_in_the_same_words(house: House, peer_conninfo: str, statement: str) -> None:
    assert complaint(house.conninfo, statement) == complaint(peer_conninfo, statement)


def test_a_binary_copy_has_the_same_bytes(house: House, peer_conninfo: str) -> None:
    sent = []
    for conninfo in (house.conninfo, peer_conninfo):
        with psycopg.connect(conninfo, autocommit=True) as connection, connection.cursor() as cursor:
            statement = (
                "COPY (SELECT id, name, at, amount FROM numbers WHERE id < 30 ORDER BY id) TO STDOUT (FORMAT binary)"
            )
            with cursor.copy(statement) as copy:
                whole = b"".join(bytes(part) for part in copy)
            with cursor.copy("COPY (SELECT * FROM types ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
                whole += b"".join(bytes(part) for part in copy)
            with cursor.copy("COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)") as copy:
                whole += b"".join(bytes(part) for part in copy)
        sent.append(whole)
    assert sent[0] == sent[1]
