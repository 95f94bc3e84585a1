"""SELECT 1, over and over on one connection: ours, PostgreSQL 15, buenavista; simple, prepared, and by CPU."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from psycopg import pq

from benchmarks.measure import Line, cpu_of, median_rate, rates_in_turn
from benchmarks.peers import buenavista, ormolu, postgresql, postmaster

TRIPS = 2_000
ROUNDS = 9
TRIPS_SLOW = 500
MICRO = 1_000_000


def run(folder: Path, full: bool) -> list[Line]:
    with postgresql(folder) as postgres, ormolu(folder) as (ours, pid), buenavista(folder) as slow:
        mine, peer = rates_in_turn(partial(trips, ours, TRIPS), partial(trips, postgres, TRIPS), TRIPS, ROUNDS)
        prepared = rates_in_turn(
            partial(prepared_trips, ours, TRIPS), partial(prepared_trips, postgres, TRIPS), TRIPS, ROUNDS
        )
        cpu = cpu_of(lambda: trips(ours, TRIPS), pid) / TRIPS
        cpu_peer = cpu_of(lambda: trips(postgres, TRIPS), postmaster(folder)) / TRIPS
        ancestor = median_rate(lambda: trips(slow, TRIPS_SLOW), TRIPS_SLOW)
    size = f"{TRIPS:,} trips"
    return [
        Line("SELECT 1, simple", size, "PostgreSQL 15", mine, peer, "trips/s", ">= 0.4x"),
        Line("SELECT 1, prepared", size, "PostgreSQL 15", *prepared, "trips/s", ">= 0.4x"),
        Line("SELECT 1, simple", size, "buenavista 0.5.0", mine, ancestor, "trips/s"),
        Line("SELECT 1, server's CPU", size, "PostgreSQL 15", cpu * MICRO, cpu_peer * MICRO, "us", less_is_better=True),
    ]


def trips(conninfo: str, count: int) -> None:
    connection = pq.PGconn.connect(conninfo.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    for _ in range(count):
        result = connection.exec_(b"SELECT 1")
        assert result.get_value(0, 0) == b"1", result.error_message
    connection.finish()


def prepared_trips(conninfo: str, count: int) -> None:
    connection = pq.PGconn.connect(conninfo.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    connection.prepare(b"one", b"SELECT 1")
    for _ in range(count):
        result = connection.exec_prepared(b"one", None)
        assert result.get_value(0, 0) == b"1", result.error_message
    connection.finish()
