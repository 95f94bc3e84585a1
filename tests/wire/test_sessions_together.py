"""Sessions beside each other: notifications, timeouts, clients that go away."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import errors as pg

from ormolu.server.channels import INBOX_BYTES_MAX
from tests.wire.conftest import DATABASE, PASSWORD, ROLE, House

Connection = psycopg.Connection[Any]


def heard(connection: Connection, count: int, seconds: float = 10.0) -> list[tuple[str, str, int]]:
    told = connection.notifies(timeout=seconds, stop_after=count)
    return [(each.channel, each.payload, each.pid) for each in told]


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


# --- LISTEN and NOTIFY, on both servers ---


def test_an_idle_listener_hears_what_another_commits(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as one, psycopg.connect(conninfo, autocommit=True) as two:
        one.execute("LISTEN news")
        pid = two.info.backend_pid
        two.execute("BEGIN")
        two.execute("NOTIFY news, 'early'")
        two.execute("SELECT pg_notify('news', %s)", ["caf\u00e9"])
        two.execute("NOTIFY news, 'early'")
        assert heard(one, 1, seconds=0.2) == []
        two.execute("COMMIT")
        assert heard(one, 2) == [("news", "early", pid), ("news", "caf\u00e9", pid)]
        two.execute("BEGIN")
        two.execute("NOTIFY news, 'lost'")
        two.execute("ROLLBACK")
        two.execute("NOTIFY elsewhere")
        two.execute("NOTIFY news")
        assert heard(one, 1) == [("news", "", pid)]


def test_who_is_in_a_transaction_hears_after_it(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as one, psycopg.connect(conninfo, autocommit=True) as two:
        one.execute("LISTEN news")
        one.execute("BEGIN")
        two.execute("NOTIFY news, 'waits'")
        one.execute("SELECT 1")
        assert heard(one, 1, seconds=0.2) == []
        one.execute("COMMIT")
        assert heard(one, 1) == [("news", "waits", two.info.backend_pid)]
        one.execute("UNLISTEN *")
        two.execute("NOTIFY news")
        assert heard(one, 1, seconds=0.2) == []


@pytest.mark.parametrize(("channel", "payload"), [("", "x"), ("a" * 64, ""), ("a", "x" * 8000)])
def test_what_is_too_long_or_nameless_is_refused(connection: Connection, channel: str, payload: str) -> None:
    with pytest.raises(pg.InvalidParameterValue):
        connection.execute("SELECT pg_notify(%s, %s)", [channel, payload])


def test_asyncpg_hears(house: House) -> None:
    async def listen() -> list[str]:
        told: list[str] = []
        one, two = [
            await asyncpg.connect(
                host="127.0.0.1", port=house.port, user=ROLE, password=PASSWORD, database=DATABASE, ssl="disable"
            )
            for _ in range(2)
        ]
        come = asyncio.Event()

        def hear(*words: Any) -> None:
            told.append(words[-1])
            come.set()

        await one.add_listener("news", hear)
        await two.execute("SELECT pg_notify($1, $2)", "news", "over asyncpg")
        await asyncio.wait_for(come.wait(), 10)
        await one.close()
        await two.close()
        return told

    assert asyncio.run(listen()) == ["over asyncpg"]


def test_a_listener_that_never_reads_stops_the_others_in_the_end(house: House, ours: Connection) -> None:
    with house.connect() as deaf:
        deaf.execute("LISTEN flood")
        deaf.execute("BEGIN")
        payload = "x" * 7_000
        with pytest.raises(pg.ProgramLimitExceeded, match="too many notifications in the NOTIFY queue"):
            for number in range(2 * INBOX_BYTES_MAX // len(payload)):
                ours.execute("SELECT pg_notify('flood', %s)", [f"{number}{payload}"])
        row = ours.execute("SELECT pg_notification_queue_usage()").fetchone()
        assert row is not None and 0.9 < row[0] <= 1
        deaf.execute("ROLLBACK")
    ours.execute("NOTIFY flood")


# --- timeouts, on both servers ---


@pytest.mark.parametrize("name", ["statement_timeout", "lock_timeout", "idle_session_timeout"])
def test_a_timeout_is_shown_as_it_was_understood(connection: Connection, name: str) -> None:
    connection.execute(f"SET {name} = '90s'".encode())
    assert connection.execute(f"SHOW {name}".encode()).fetchone() == ("90s",)


def test_who_idles_in_a_transaction_is_sent_away(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET idle_in_transaction_session_timeout = '200ms'")
        time.sleep(0.4)
        connection.execute("BEGIN")
        time.sleep(0.8)
        with pytest.raises(psycopg.Error, match="idle-in-transaction timeout") as caught:
            connection.execute("SELECT 1")
        assert caught.value.sqlstate == "25P03"


def test_who_idles_outside_a_transaction_is_sent_away_where_that_is_set(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True, options="-c idle_session_timeout=200ms") as connection:
        time.sleep(0.8)
        with pytest.raises(psycopg.OperationalError, match="idle-session timeout"):
            connection.execute("SELECT 1")


def test_a_statement_that_takes_too_long_is_cancelled_and_its_transaction_fails(connection: Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SET LOCAL statement_timeout = '100ms'")
    with pytest.raises(pg.QueryCanceled, match="canceling statement due to statement timeout"):
        connection.execute("SELECT pg_sleep(20)")
    with pytest.raises(pg.InFailedSqlTransaction):
        connection.execute("SELECT 1")
    connection.execute("ROLLBACK")
    assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)


# --- clients that go away ---


def states(house: House) -> dict[int, str]:
    return {each.pid: each.state for each in house.server.sessions()}


def test_a_client_that_hangs_up_stops_its_query(house: House) -> None:
    with psycopg.connect(house.conninfo, autocommit=True, sslmode="disable") as connection:
        pid = connection.info.backend_pid
        with socket.socket(fileno=connection.pgconn.socket) as raw:
            raw.sendall(b"Q" + struct.pack("!i", 4 + 20) + b"SELECT pg_sleep(60)\0")
            wait_for(lambda: states(house).get(pid) == "active")
            raw.shutdown(socket.SHUT_RDWR)
            wait_for(lambda: pid not in states(house))
            raw.detach()


def test_notices_come_from_the_level_that_the_client_wants(connection: Connection) -> None:
    told: list[str | None] = []
    connection.add_notice_handler(lambda diagnostic: told.append(diagnostic.message_primary))
    connection.execute("ROLLBACK")
    connection.execute("SET client_min_messages = error")
    connection.execute("ROLLBACK")
    connection.execute("RESET client_min_messages")
    connection.execute("COMMIT")
    assert told == ["there is no transaction in progress"] * 2


def test_reported_settings_are_told_when_they_change_and_when_they_come_back(connection: Connection) -> None:
    status = connection.info.parameter_status
    connection.execute("BEGIN")
    connection.execute("SET application_name = 'inside'")
    assert status("application_name") == "inside"
    connection.execute("SAVEPOINT s")
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    assert status("TimeZone") == "Asia/Tokyo"
    connection.execute("ROLLBACK TO s")
    assert status("TimeZone") == "UTC"
    connection.execute("ROLLBACK")
    assert status("application_name") == ""
    connection.execute("BEGIN")
    connection.execute("SET LOCAL application_name = 'for now'")
    assert status("application_name") == "for now"
    connection.execute("COMMIT")
    assert status("application_name") == ""
