"""Results of many batches, which are encoded ahead of what is sent: cancelled, abandoned, suspended, failing."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import pq

from ormolu.server import messages as m
from ormolu.server.encoder_pool import AHEAD_BYTES_MAX
from ormolu.server.session import Session
from ormolu.server.types.encoders import BATCH_ROWS
from tests.wire.conftest import House

LONG_ROWS = 400_000
LONG = f"SELECT id, id * 2 AS twice, name FROM endless WHERE id <= {LONG_ROWS} LIMIT {LONG_ROWS}"
ENDLESS = "SELECT * FROM endless"
FAILS_LATE = f"SELECT id, 1000 / ({LONG_ROWS} - id) FROM endless"
Connection = psycopg.Connection[Any]


@contextmanager
def streaming(house: House, sql: str) -> Iterator[tuple[Connection, Iterator[tuple[Any, ...]]]]:
    """A connection in the middle of a result, whose rows are read as they are asked for."""
    with house.connect() as connection, connection.cursor() as cursor:
        rows = cursor.stream(sql.encode())
        yield connection, rows


def session_state(house: House, pid: int) -> str | None:
    return next((each.state for each in house.server.sessions() if each.pid == pid), None)


def wait_until(is_true: Any, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("binary", [False, True])
def test_a_long_result_arrives_whole_and_in_order(ours: Connection, binary: bool) -> None:
    rows = ours.execute(LONG.encode(), binary=binary).fetchall()
    assert rows == [(at, at * 2, f"the row {at}") for at in range(1, LONG_ROWS + 1)]


def test_a_long_copy_arrives_whole_and_in_order(ours: Connection) -> None:
    with ours.cursor().copy(f"COPY ({LONG}) TO STDOUT".encode()) as copy:
        lines = b"".join(copy).split(b"\n")
    assert lines == [b"%d\t%d\tthe row %d" % (at, at * 2, at) for at in range(1, LONG_ROWS + 1)] + [b""]


def test_a_cancel_in_mid_stream_ends_the_result_and_nothing_else(house: House) -> None:
    with streaming(house, ENDLESS) as (connection, rows):
        assert [next(rows)[0] for _ in range(5 * BATCH_ROWS)] == list(range(1, 5 * BATCH_ROWS + 1))
        connection.cancel_safe()
        with pytest.raises(psycopg.errors.QueryCanceled):
            for _ in rows:
                pass
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.execute(f"SELECT count(*) FROM ({LONG}) AS t".encode()).fetchone() == (LONG_ROWS,)


def test_a_client_that_leaves_in_mid_stream_ends_its_session(house: House) -> None:
    leaver = house.connect()
    pid = leaver.info.backend_pid
    leaver.pgconn.send_query(ENDLESS.encode())
    leaver.pgconn.consume_input()
    wait_until(lambda: session_state(house, pid) == "active")
    time.sleep(0.2)
    socket.socket(fileno=leaver.pgconn.socket).shutdown(socket.SHUT_RDWR)
    wait_until(lambda: session_state(house, pid) is None)


def test_an_error_in_a_late_batch_comes_after_the_rows_before_it(house: House) -> None:
    with streaming(house, FAILS_LATE) as (connection, rows):
        got = 0
        with pytest.raises(psycopg.errors.DivisionByZero):
            for got, (number, quotient) in enumerate(rows, start=1):
                assert (number, quotient) == (got, 1000 // (LONG_ROWS - got))
        assert 0 < got < LONG_ROWS
        assert connection.execute("SELECT 1").fetchone() == (1,)


# --- portals, by messages ---


def bound(portal: str, sql: str) -> list[m.Message]:
    return [m.Parse(portal, sql, ()), m.Bind(portal, portal, (), (), ())]


def first_column(session: Session, messages: list[m.Message]) -> tuple[list[int], str]:
    """The numbers of the rows that answer, and the letters of the other messages."""
    data, at = b"".join(session.run(messages)), 0
    numbers, letters = list[int](), ""
    while at < len(data):
        letter, length = chr(data[at]), struct.unpack_from("!i", data, at + 1)[0]
        if letter == "D":
            size = struct.unpack_from("!i", data, at + 7)[0]
            numbers.append(int(data[at + 11 : at + 11 + size]))
        else:
            letters += letter
        at += 1 + length
    return numbers, letters


def test_a_suspended_portal_goes_on_after_other_statements(house: House) -> None:
    session = house.session()
    half = LONG_ROWS // 2 + 5
    assert first_column(session, [m.Query("BEGIN"), *bound("long", LONG)])[1] == "CZ12"
    assert first_column(session, [m.Execute("long", half)]) == (list(range(1, half + 1)), "s")
    other = [*bound("other", LONG), m.Execute("other", 0)]
    assert first_column(session, other) == (list(range(1, LONG_ROWS + 1)), "12C")
    assert first_column(session, [m.Execute("long", 0)]) == (list(range(half + 1, LONG_ROWS + 1)), "C")
    session.close()


def test_many_suspended_portals_hold_no_thread(house: House) -> None:
    session = house.session()
    first_column(session, [m.Query("BEGIN"), *bound("warm", LONG), m.Execute("warm", 5 * BATCH_ROWS)])
    before = threading.active_count()
    for at in range(20):
        rows, letters = first_column(session, [*bound(f"p{at}", LONG), m.Execute(f"p{at}", 5 * BATCH_ROWS)])
        assert (len(rows), letters) == (5 * BATCH_ROWS, "12s")
    assert threading.active_count() == before
    rows, letters = first_column(session, [m.Execute("p7", 0)])
    assert (rows[0], len(rows), letters) == (5 * BATCH_ROWS + 1, LONG_ROWS - 5 * BATCH_ROWS, "C")
    session.close()


# --- memory ---


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_client_that_reads_nothing_costs_no_more_than_the_limit(house: House) -> None:
    """In the kernel's buffers and ours there is room for some of the result: then the server waits."""
    with house.connect() as warm:
        warm.execute(LONG.encode())
    sleeper = house.connect()
    before = resident_bytes()
    sleeper.pgconn.send_query(ENDLESS.encode())
    sleeper.pgconn.flush()
    time.sleep(1.5)
    assert resident_bytes() - before < 4 * AHEAD_BYTES_MAX
    assert sleeper.pgconn.status == pq.ConnStatus.OK
    sleeper.cancel_safe()
    sleeper.close()
