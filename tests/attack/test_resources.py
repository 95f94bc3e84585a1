"""One session that sleeps, floods or never reads does not stop the others, nor may it stop them on purpose."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from pathlib import Path

import psycopg
import pytest

from tests.attack.conftest import ANALYST, ANALYST_PASSWORD
from tests.peers.ormolu import OrmoluServer

LONG = (
    "SELECT count(*) FROM generate_series(1, 3000000) AS a(i), generate_series(1, 3000000) AS b(i) WHERE a.i * b.i = -1"
)
SECONDS_MAX = 10.0
# Two thousand million numbers as one list are 16,000.
SERIES_MEBIBYTES_MAX = 200


def works(server: OrmoluServer) -> None:
    start = time.monotonic()
    assert server.run("SELECT count(*) FROM gold.shown") == [(2,)]
    assert time.monotonic() - start < SECONDS_MAX


def peak_mebibytes(server: OrmoluServer) -> int:
    """The most memory that the server's process has held so far."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def test_a_client_that_never_reads_its_rows_stops_nobody(lake: OrmoluServer) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            connection = stack.enter_context(contextlib.closing(lake.connect()))
            connection.pgconn.send_query(b"SELECT i, repeat('x', 1000) FROM generate_series(1, 1000000) AS t(i)")
            connection.pgconn.flush()
        time.sleep(1)
        works(lake)
    works(lake)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT i FROM generate_series(1, 2000000000) AS t(i)",
        "SELECT i, n FROM generate_series(1, 2000000000) WITH ORDINALITY AS t(i, n)",
        "SELECT at FROM generate_series(timestamp '2000-01-01', '2099-01-01', '1 second') AS t(at)",
    ],
)
def test_a_series_in_from_comes_row_by_row(query: str, lake: OrmoluServer) -> None:
    with lake.connect() as connection:
        before = peak_mebibytes(lake)
        with pytest.raises(psycopg.errors.QueryCanceled):
            for number, _ in enumerate(connection.cursor().stream(query.encode())):
                if number == 100_000:
                    connection.cancel_safe(timeout=10)
        assert peak_mebibytes(lake) - before < SERIES_MEBIBYTES_MAX
    works(lake)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT generate_series(1, 2000000000)",
        "SELECT generate_series(1, i * 1000000) FROM generate_series(1, 3) AS t(i)",
        "SELECT generate_series(timestamp '2000-01-01', '2099-01-01', '1 second')",
    ],
)
def test_a_series_in_the_select_list_has_a_longest_list(query: str, lake: OrmoluServer) -> None:
    with lake.connect() as connection:
        before = peak_mebibytes(lake)
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            connection.execute(query.encode())
        assert peak_mebibytes(lake) - before < SERIES_MEBIBYTES_MAX


def test_sessions_that_sit_in_a_transaction_stop_nobody(lake: OrmoluServer) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            connection = stack.enter_context(contextlib.closing(lake.connect()))
            connection.execute("BEGIN")
            connection.execute("SELECT * FROM gold.shown")
        works(lake)


def test_connections_that_say_nothing_stop_nobody(lake: OrmoluServer) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(socket.create_connection(("127.0.0.1", lake.port), timeout=5))
        works(lake)


def test_long_queries_leave_room_for_short_ones_and_can_be_canceled(lake: OrmoluServer) -> None:
    with contextlib.ExitStack() as stack:
        busy = [stack.enter_context(contextlib.closing(lake.connect())) for _ in range(4)]
        for connection in busy:
            connection.pgconn.send_query(LONG.encode())
            connection.pgconn.flush()
        time.sleep(0.5)
        works(lake)
        for connection in busy:
            connection.cancel_safe(timeout=10)
        for connection in busy:
            result = connection.pgconn.get_result()
            assert result is not None
            assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"57014"
    works(lake)


def test_statement_timeout_ends_a_long_query(lake: OrmoluServer) -> None:
    with lake.connect(user=ANALYST, password=ANALYST_PASSWORD) as connection:
        connection.execute("SET statement_timeout = '500ms'")
        start = time.monotonic()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(LONG)
        assert time.monotonic() - start < SECONDS_MAX
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cancel_request_with_a_guessed_key_cancels_nothing(lake: OrmoluServer) -> None:
    with contextlib.closing(lake.connect()) as connection:
        connection.pgconn.send_query(LONG.encode())
        connection.pgconn.flush()
        time.sleep(0.3)
        for key in (0, 1, -1, 123456):
            with socket.create_connection(("127.0.0.1", lake.port), timeout=5) as guess:
                guess.sendall(struct.pack("!iiii", 16, 80877102, connection.pgconn.backend_pid, key))
                assert guess.recv(16) == b""
        connection.pgconn.consume_input()
        assert connection.pgconn.is_busy()
        connection.cancel_safe(timeout=10)
        assert connection.pgconn.get_result() is not None


@pytest.mark.parametrize("function", ["pg_cancel_backend", "pg_terminate_backend"])
def test_an_analyst_cancels_nobody_elses_backend(function: str, lake: OrmoluServer) -> None:
    with contextlib.closing(lake.connect()) as admin, lake.connect(user=ANALYST, password=ANALYST_PASSWORD) as analyst:
        admin.pgconn.send_query(LONG.encode())
        admin.pgconn.flush()
        time.sleep(0.3)
        try:
            row = analyst.execute(f"SELECT {function}({admin.pgconn.backend_pid})".encode()).fetchone()
            assert row == (False,)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction):
            pass
        admin.pgconn.consume_input()
        assert admin.pgconn.is_busy()
        admin.cancel_safe(timeout=10)
        assert admin.pgconn.get_result() is not None
