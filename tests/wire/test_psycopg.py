"""psycopg 3 against the wire: values both ways, transactions, cursors, pipelines, COPY, errors, cancel."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors as pg

from tests.wire.conftest import DATABASE, NUMBERS_ROWS, PASSWORD, ROLE, House

Connection = psycopg.Connection[Any]
FIRST_ROW = (
    1, True, 2, 1.5, 1e20, Decimal("123.4500"), "text", b"bytes", date(2026, 11, 23),
    datetime(2026, 1, 1, 1, 2, 3, 500_000).time(), datetime(2026, 11, 23, 1, 2, 3, 250_000),
    datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC), timedelta(days=367, hours=3),
    UUID("12345678-1234-5678-1234-567812345678"), {"a": [1, None]}, [1, None, 3], ["a", None, "b c"],
)  # fmt: skip
OIDS = [23, 16, 21, 700, 701, 1700, 25, 17, 1082, 1083, 1114, 1184, 1186, 2950, 114, 1007, 1009]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_every_type_arrives_and_so_does_null(connection: Connection, binary: bool) -> None:
    cursor = connection.cursor(binary=binary)
    rows = cursor.execute("SELECT * FROM types ORDER BY id").fetchall()
    assert rows == [FIRST_ROW, (2, *[None] * 16)]
    assert cursor.description is not None
    assert [column.type_code for column in cursor.description] == OIDS


@pytest.mark.parametrize("format", ["%s", "%t", "%b"])
def test_parameters_are_taken_in_every_format(connection: Connection, format: str) -> None:
    values = [True, 7, 2**40, 1.5, Decimal("1.25"), "it's", b"\0\xff", date(2026, 1, 2), [1, 2], UUID(int=5), None]
    kinds = ["bool", "int4", "int8", "float8", "numeric", "text", "bytea", "date", "int4[]", "uuid", "text"]
    projections = ", ".join(f"{format}::{kind}" for kind in kinds)
    assert connection.execute(f"SELECT {projections}", values).fetchone() == tuple(values)


def test_a_timestamp_parameter_keeps_its_moment(connection: Connection) -> None:
    moment = datetime(2026, 11, 23, 1, 2, 3, 4, tzinfo=UTC)
    for format in ("%s", "%b"):
        values = (moment, moment.replace(tzinfo=None))
        row = connection.execute(f"SELECT {format}::timestamptz, {format}::timestamp", values).fetchone()
        assert row == values


def test_a_parameter_filters_rows(connection: Connection) -> None:
    rows = connection.execute("SELECT id FROM numbers WHERE id < %s AND name IS NOT NULL ORDER BY id", [4]).fetchall()
    assert rows == [(1,), (2,), (3,)]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_many_rows_arrive_whole(connection: Connection, binary: bool) -> None:
    rows = connection.cursor(binary=binary).execute("SELECT * FROM numbers ORDER BY id").fetchall()
    assert len(rows) == NUMBERS_ROWS
    assert rows[12_345] == (12_345, 12_345 * 10**9, 6172.5, Decimal("15431.25"), "row 12345", date(2026, 10, 28),
                            datetime(2026, 1, 1, 3, 25, 45), False)  # fmt: skip
    assert rows[0][4] is None


def test_an_empty_result_still_has_its_columns(connection: Connection) -> None:
    cursor = connection.execute("SELECT id, name FROM numbers WHERE id < 0")
    assert cursor.fetchall() == []
    assert [column.name for column in cursor.description or ()] == ["id", "name"]
    assert cursor.statusmessage == "SELECT 0"


def test_an_empty_query_is_no_error(connection: Connection) -> None:
    assert connection.execute("").statusmessage is None
    assert connection.execute(" -- nothing").statusmessage is None


def test_several_statements_in_one_query_give_several_results(connection: Connection) -> None:
    cursor = connection.execute("SELECT 1; SELECT 'two' AS word; SET application_name = 'three'")
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset() and cursor.fetchall() == [("two",)]
    assert cursor.nextset() and cursor.statusmessage == "SET"


def test_an_error_has_its_sqlstate_and_position(connection: Connection) -> None:
    with pytest.raises(pg.UndefinedTable) as caught:
        connection.execute("SELECT * FROM numberz")
    diagnostic = caught.value.diag
    assert diagnostic.severity == diagnostic.severity_nonlocalized == "ERROR"
    assert diagnostic.sqlstate == "42P01"
    assert diagnostic.statement_position == "15"
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_error_in_a_later_statement_points_into_the_whole_text(connection: Connection) -> None:
    with pytest.raises(pg.UndefinedTable) as caught:
        connection.execute("SELECT 1; SELECT * FROM numberz")
    assert caught.value.diag.statement_position == "25"


def test_an_error_while_rows_stream_ends_the_query_with_that_error(connection: Connection) -> None:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute("SELECT 10 / (id - 19999) FROM numbers").fetchall()
    assert caught.value.sqlstate == "22012"
    assert connection.execute("SELECT 2").fetchone() == (2,)


def test_a_prepared_statement_runs_many_times(connection: Connection) -> None:
    for number in range(10):
        row = connection.execute("SELECT %s + id FROM numbers WHERE id = 5", [number], prepare=True).fetchone()
        assert row == (number + 5,)
    connection.execute("DEALLOCATE ALL")


def test_a_failed_transaction_refuses_until_it_ends(connection: Connection) -> None:
    connection.execute("BEGIN")
    assert connection.info.transaction_status.name == "INTRANS"
    with pytest.raises(pg.UndefinedTable):
        connection.execute("SELECT * FROM nope")
    assert connection.info.transaction_status.name == "INERROR"
    with pytest.raises(pg.InFailedSqlTransaction):
        connection.execute("SELECT 1")
    assert connection.execute("COMMIT").statusmessage == "ROLLBACK"
    assert connection.info.transaction_status.name == "IDLE"


def test_a_savepoint_heals_a_failed_transaction(connection: Connection) -> None:
    with connection.transaction():
        with pytest.raises(pg.UndefinedTable), connection.transaction():
            connection.execute("SELECT * FROM nope")
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(pg.InvalidSavepointSpecification), connection.transaction():
        connection.execute("ROLLBACK TO SAVEPOINT nowhere")


def test_commit_outside_a_transaction_is_a_warning(connection: Connection) -> None:
    notices: list[str] = []
    connection.add_notice_handler(lambda notice: notices.append(f"{notice.severity} {notice.sqlstate}"))
    connection.execute("COMMIT")
    assert notices == ["WARNING 25P01"]


def test_settings_are_set_shown_reset_and_reported(connection: Connection) -> None:
    connection.execute("SET TimeZone = 'Europe/Paris'")
    assert connection.info.parameter_status("TimeZone") == "Europe/Paris"
    assert connection.execute("SHOW timezone").fetchone() == ("Europe/Paris",)
    row = connection.execute("SELECT a_timestamptz::text, a_timestamptz FROM types WHERE id = 1").fetchone()
    assert row is not None and row[1].utcoffset() == timedelta(hours=1)
    connection.execute("RESET TimeZone")
    assert connection.info.parameter_status("TimeZone") == "UTC"
    with pytest.raises(pg.UndefinedObject):
        connection.execute("SHOW nonsense")
    assert connection.execute("SELECT set_config('my.own', 'x', false)").fetchone() == ("x",)
    assert connection.execute("SELECT current_setting('my.own')").fetchone() == ("x",)
    assert connection.info.server_version // 10_000 == 15


def test_a_setting_of_a_transaction_ends_with_it(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("SET application_name = 'inside'")
        connection.execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
        assert connection.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)
    assert connection.execute("SHOW TimeZone").fetchone() == ("UTC",)
    assert connection.execute("SHOW application_name").fetchone() == ("",)


def test_a_server_side_cursor_reads_in_pieces(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        with connection.cursor(name="piecemeal") as cursor:
            cursor.execute("SELECT id FROM numbers ORDER BY id")
            assert cursor.fetchmany(3) == [(0,), (1,), (2,)]
            assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (NUMBERS_ROWS,)
            assert cursor.fetchone() == (3,)
            assert len(cursor.fetchall()) == NUMBERS_ROWS - 4
        with connection.cursor(name="both_ways", scrollable=True) as cursor:
            cursor.execute("SELECT id FROM numbers ORDER BY id")
            cursor.scroll(10)
            assert cursor.fetchone() == (10,)
            cursor.scroll(5, mode="absolute")
            assert cursor.fetchone() == (5,)


def test_a_cursor_with_hold_outlives_its_transaction(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        cursor = connection.cursor(name="held", withhold=True)
        cursor.execute("SELECT id FROM numbers ORDER BY id")
        assert cursor.fetchone() == (0,)
        connection.commit()
        assert cursor.fetchone() == (1,)
        cursor.close()
        with pytest.raises(pg.InvalidCursorName):
            connection.execute("FETCH 1 FROM held")


def test_a_pipeline_skips_to_its_sync_after_an_error(connection: Connection) -> None:
    with pytest.raises(pg.UndefinedTable), connection.pipeline():
        first = connection.execute("SELECT 1")
        connection.execute("SELECT * FROM nope")
        connection.execute("SELECT 3")
    assert first.fetchone() == (1,)
    with connection.pipeline():
        cursors = [connection.execute("SELECT %s::int4", [number]) for number in range(20)]
        assert [cursor.fetchone() for cursor in cursors] == [(number,) for number in range(20)]


def test_copy_to_writes_text_and_csv(connection: Connection) -> None:
    word = "CASE WHEN id = 1 THEN NULL ELSE E'a,\"b\"\\t\\\\\\n' || id END AS word"
    query = f"SELECT id, {word} FROM numbers WHERE id < 3 ORDER BY id"
    with connection.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
        assert b"".join(copy) == b'0\ta,"b"\\t\\\\\\n0\n1\t\\N\n2\ta,"b"\\t\\\\\\n2\n'
    with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER, NULL 'none')") as copy:
        assert b"".join(copy) == b'id,word\n0,"a,""b""\t\\\n0"\n1,none\n2,"a,""b""\t\\\n2"\n'
    with connection.cursor().copy("COPY numbers (id) TO STDOUT") as copy:
        assert sum(1 for _ in copy.rows()) == NUMBERS_ROWS


def test_copy_from_hands_over_the_bytes(house: House, ours: Connection) -> None:
    with ours.cursor().copy("COPY bronze.sales FROM STDIN (FORMAT csv)") as copy:
        copy.write("1,one\n")
        copy.write("2,two\n")
    assert b"".join(house.commands.spools[-1].received) == b"1,one\n2,two\n"
    assert ours.execute("SELECT 1").fetchone() == (1,)


def test_a_copy_that_fails_on_either_side_leaves_the_session_usable(house: House, ours: Connection) -> None:
    with pytest.raises(pg.BadCopyFileFormat), ours.cursor().copy("COPY bronze.sales FROM STDIN") as copy:
        copy.write("bad\n")
    assert house.commands.spools[-1].is_aborted
    with pytest.raises(RuntimeError), ours.cursor().copy("COPY bronze.sales FROM STDIN") as copy:
        copy.write("good\n")
        raise RuntimeError("the client changed its mind")
    assert house.commands.spools[-1].is_aborted
    assert ours.execute("SELECT 1").fetchone() == (1,)


def test_a_running_query_is_cancelled(connection: Connection) -> None:
    timer = threading.Timer(0.3, connection.cancel_safe)
    timer.start()
    started = time.monotonic()
    with pytest.raises(pg.QueryCanceled):
        connection.execute("SELECT * FROM slow")
    assert time.monotonic() - started < 5
    assert connection.execute("SELECT 1").fetchone() == (1,)
    timer.join()


def test_a_statement_times_out(connection: Connection) -> None:
    connection.execute("SET statement_timeout = '200ms'")
    with pytest.raises(pg.QueryCanceled, match="statement timeout"):
        connection.execute("SELECT * FROM slow")
    connection.execute("SET statement_timeout = 0")
    assert connection.execute("SELECT 1").fetchone() == (1,)


def run_until_stopped(connection: Connection) -> None:
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT * FROM slow")


def test_a_client_that_leaves_ends_its_query(house: House) -> None:
    leaver = house.connect()
    pid = leaver.info.backend_pid
    thread = threading.Thread(target=run_until_stopped, args=(leaver,))
    thread.start()
    while not any(each.pid == pid and each.state == "active" for each in house.server.sessions()):
        time.sleep(0.02)
    import socket

    socket.socket(fileno=leaver.pgconn.socket).shutdown(socket.SHUT_RDWR)
    thread.join(5)
    end = time.monotonic() + 5
    while any(each.pid == pid for each in house.server.sessions()):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_notice_reaches_the_client(ours: Connection) -> None:
    notices: list[tuple[Any, ...]] = []
    ours.add_notice_handler(lambda each: notices.append((each.severity, each.message_primary, each.message_hint)))
    assert ours.execute("REFRESH gold.numbers").statusmessage == "REFRESH 1"
    assert notices == [("NOTICE", "refreshing gold.numbers", "It takes a while.")]


def test_a_change_takes_its_parameters_as_literals(house: House, ours: Connection) -> None:
    ours.execute("UPDATE quarantine.orders SET email = %s WHERE _quarantine_id = %s", ["it's", 7])
    assert "'it''s'" in house.commands.executed[-1].tree.sql("postgres")  # type: ignore[union-attr]  # an Update


@pytest.mark.parametrize(("user", "password"), [(ROLE, "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_role_look_alike(house: House, user: str, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=f'password authentication failed for user "{user}"'):
        psycopg.connect(host="127.0.0.1", port=house.port, user=user, password=password, dbname=DATABASE)


def test_an_unknown_database_is_refused(house: House) -> None:
    with pytest.raises(psycopg.OperationalError, match='database "nope" does not exist'):
        psycopg.connect(house.conninfo.replace(f"dbname={DATABASE}", "dbname=nope"))


def test_tls_is_spoken(house: House) -> None:
    with psycopg.connect(house.conninfo, sslmode="require") as connection:
        assert connection.pgconn.ssl_in_use
        assert len(connection.execute("SELECT * FROM numbers").fetchall()) == NUMBERS_ROWS


def test_too_many_clients_are_turned_away(house: House) -> None:
    held = []
    try:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            for _ in range(50):
                held.append(house.connect())
    finally:
        for each in held:
            each.close()


def test_sessions_are_listed_with_what_they_do(house: House, ours: Connection) -> None:
    ours.execute("SET application_name = 'lister'")
    ours.execute("SELECT count(*) FROM numbers")
    (row,) = [each for each in house.server.sessions() if each.pid == ours.info.backend_pid]
    assert (row.role, row.database, row.application_name, row.state) == (ROLE, DATABASE, "lister", "idle")
    assert row.query == "SELECT count(*) FROM numbers"


def test_a_constant_answered_at_once_leaves_its_traces(house: House, ours: Connection) -> None:
    for _ in range(2):
        ours.execute("SELECT 7")
    (row,) = [each for each in house.server.sessions() if each.pid == ours.info.backend_pid]
    assert (row.query, row.state, row.transaction_started_at) == ("SELECT 7", "idle", None)
    assert row.query_started_at is not None
    with ours.transaction():
        assert ours.execute("SELECT 7").fetchone() == (7,)
        (row,) = [each for each in house.server.sessions() if each.pid == ours.info.backend_pid]
        assert (row.state, row.transaction_started_at is None) == ("idle in transaction", False)


def test_a_small_query_does_not_wait_for_a_large_one(house: House, ours: Connection) -> None:
    with house.connect() as other:
        thread = threading.Thread(target=run_until_stopped, args=(other,))
        thread.start()
        time.sleep(0.1)
        started = time.monotonic()
        for _ in range(5):
            ours.execute("SELECT count(*) FROM types").fetchone()
        assert time.monotonic() - started < 3
        other.cancel_safe()
        thread.join(5)
