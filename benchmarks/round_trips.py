"""SELECT 1, over and over on one connection: ours, PostgreSQL 15, buenavista."""

from __future__ import annotations

from pathlib import Path

from psycopg import pq

from benchmarks.measure import Line, median_rate
from benchmarks.peers import buenavista, ormolu, postgresql

TRIPS = 5_000
TRIPS_SLOW = 500


def run(folder: Path, full: bool) -> list[Line]:
    with postgresql(folder) as postgres, ormolu(folder) as (ours, _), buenavista(folder) as slow:
        mine = median_rate(lambda: trips(ours, TRIPS), TRIPS)
        peer = median_rate(lambda: trips(postgres, TRIPS), TRIPS)
        ancestor = median_rate(lambda: trips(slow, TRIPS_SLOW), TRIPS_SLOW)
    size = f"{TRIPS:,} trips"
    return [
        Line("SELECT 1", size, "PostgreSQL 15", mine, peer, "trips/s"),
        Line("SELECT 1", size, "buenavista 0.5.0", mine, ancestor, "trips/s"),
    ]


def trips(conninfo: str, count: int) -> None:
    connection = pq.PGconn.connect(conninfo.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    for _ in range(count):
        result = connection.exec_(b"SELECT 1")
        assert result.get_value(0, 0) == b"1", result.error_message
    connection.finish()
