"""SELECT 1, over and over on one connection: ours, PostgreSQL 15, buenavista; simple, prepared, and by CPU."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path

import psycopg
from psycopg import pq

from benchmarks.measure import Line, cpu_of, median_rate, rates_in_turn
from benchmarks.peers import buenavista, ormolu, postgresql, postmaster

TRIPS = 2_000
ROUNDS = 9
TRIPS_SLOW = 500
POINTS = 300
ITEMS = 5_000
ITEM = b"SELECT id, name, price, day FROM {table} WHERE id = {id}"
MICRO = 1_000_000
_fresh_keys = itertools.cycle(range(ITEMS))  # a text that was planned before would be found again


def run(folder: Path, full: bool) -> list[Line]:
    with postgresql(folder) as postgres, ormolu(folder) as (ours, pid), buenavista(folder) as slow:
        mine, peer = rates_in_turn(partial(trips, ours, TRIPS), partial(trips, postgres, TRIPS), TRIPS, ROUNDS)
        prepared = rates_in_turn(
            partial(prepared_trips, ours, TRIPS), partial(prepared_trips, postgres, TRIPS), TRIPS, ROUNDS
        )
        cpu = cpu_of(lambda: trips(ours, TRIPS), pid) / TRIPS
        cpu_peer = cpu_of(lambda: trips(postgres, TRIPS), postmaster(folder)) / TRIPS
        load_items(postgres, ours)
        points = [
            rates_in_turn(partial(ask, ours, b"gold.items", POINTS), partial(ask, postgres, b"items", POINTS), POINTS)
            for ask in (point_trips, prepared_point_trips)
        ]
        ancestor = median_rate(lambda: trips(slow, TRIPS_SLOW), TRIPS_SLOW)
    size = f"{TRIPS:,} trips"
    return [
        Line("SELECT 1, simple", size, "PostgreSQL 15", mine, peer, "trips/s", ">= 0.4x"),
        Line("SELECT 1, prepared", size, "PostgreSQL 15", *prepared, "trips/s", ">= 0.4x"),
        *(
            Line(f"a row by its key, {how}", f"{POINTS:,} trips", "PostgreSQL 15", *rates, "trips/s")
            for how, rates in zip(("other literals", "prepared"), points, strict=True)
        ),
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


def load_items(theirs: str, ours: str) -> None:
    """The same few thousand rows for both: with PostgreSQL's primary key, and as a gold table."""
    columns = "id bigint, name text, price numeric(12,2), day date"
    rows = [f"{at},item {at},{at % 900}.25,2026-01-{at % 28 + 1:02d}\n" for at in range(ITEMS)]
    with psycopg.connect(theirs, autocommit=True) as peer, psycopg.connect(ours, autocommit=True) as mine:
        peer.execute(f"CREATE TABLE items ({columns}, PRIMARY KEY (id))".encode())
        mine.execute(f"CREATE BRONZE SOURCE items ({columns}) FROM UPLOAD FORMAT csv".encode())
        for connection, table in ((peer, "items"), (mine, "bronze.items")):
            with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)".encode()) as copy:
                copy.write("".join(rows))
        peer.execute("VACUUM ANALYZE items")
        mine.execute("CREATE GOLD TABLE items KEY (id) AS SELECT id, name, price, day FROM bronze.items")


def point_trips(conninfo: str, table: bytes, count: int) -> None:
    connection = pq.PGconn.connect(conninfo.encode())
    query = ITEM.replace(b"{table}", table)
    for at in itertools.islice(_fresh_keys, count):
        result = connection.exec_(query.replace(b"{id}", b"%d" % at))
        assert result.get_value(0, 0) == b"%d" % at, result.error_message
    connection.finish()


def prepared_point_trips(conninfo: str, table: bytes, count: int) -> None:
    connection = pq.PGconn.connect(conninfo.encode())
    connection.prepare(b"item", ITEM.replace(b"{table}", table).replace(b"{id}", b"$1"))
    for at in itertools.islice(_fresh_keys, count):
        result = connection.exec_prepared(b"item", [b"%d" % at])
        assert result.get_value(0, 0) == b"%d" % at, result.error_message
    connection.finish()
