"""The same question over the same versions of the same tables is answered again from what was kept; no other is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from psycopg import errors as pg
from psycopg import sql

from tests.peers.ormolu import PASSWORD, OrmoluServer

Connection = psycopg.Connection[Any]
TOTALS = "SELECT city, sum(kilos) AS kilos FROM bronze.parcels GROUP BY city ORDER BY city"


def load(connection: Connection, rows: str, table: str = "parcels") -> None:
    with connection.cursor().copy(f"COPY bronze.{table} FROM STDIN (FORMAT csv)".encode()) as copy:
        copy.write(rows)


@pytest.fixture(scope="module")
def shop(server: OrmoluServer) -> Iterator[OrmoluServer]:
    with server.connect() as connection:
        for table in ("parcels", "others"):
            connection.execute(
                f"CREATE BRONZE SOURCE {table} (parcel int, city text, kilos int, at timestamptz)"
                " FROM UPLOAD FORMAT csv WITH (cache = 'off')".encode()
            )
            load(connection, "1,Lyon,2,2026-11-01 12:00:00+00\n2,Gent,4,2026-11-02 12:00:00+00\n", table)
        for role in ("ann", "bob"):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), PASSWORD))
        connection.execute("GRANT SELECT ON bronze.parcels TO ann")
    yield server


@pytest.fixture
def connection(shop: OrmoluServer) -> Iterator[Connection]:
    with shop.connect() as connection:
        yield connection


def counted(shop: OrmoluServer, name: str = "hits_total") -> int:
    with urlopen(f"{shop.web_address}metrics") as page:
        found = re.search(rf"^ormolu_result_cache_{name} (\S+)$", page.read().decode(), re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


def is_kept(shop: OrmoluServer, connection: Connection, query: str, *values: object) -> bool:
    """Ask, and say whether the answer was a kept one."""
    before = counted(shop)
    connection.execute(query.encode(), values or None).fetchall()
    return counted(shop) == before + 1


def test_a_repeated_query_is_answered_again_until_its_table_changes(shop: OrmoluServer, connection: Connection) -> None:
    first = connection.execute(TOTALS).fetchall()
    assert is_kept(shop, connection, TOTALS)
    assert connection.execute(TOTALS).fetchall() == first
    assert connection.execute(TOTALS, prepare=True).fetchall() == first
    assert connection.cursor(binary=True).execute(TOTALS).fetchall() == first
    load(connection, "9,Gent,1,2026-11-03 12:00:00+00\n", "others")
    assert is_kept(shop, connection, TOTALS)  # of another table's change it knows nothing
    load(connection, "3,Lyon,5,2026-11-03 12:00:00+00\n")
    assert not is_kept(shop, connection, TOTALS)
    assert connection.execute(TOTALS).fetchall() == [("Gent", 4), ("Lyon", 7)]


def test_an_older_version_is_kept_beside_the_newest(shop: OrmoluServer, connection: Connection) -> None:
    newest = "SELECT count(*) FROM bronze.parcels"
    older = "SELECT count(*) FROM bronze.parcels FOR VERSION AS OF 1"
    answers = [connection.execute(query.encode()).fetchall() for query in (newest, older)]
    assert answers[0] != answers[1]
    for query, answer in zip((newest, older), answers, strict=True):
        assert is_kept(shop, connection, query)
        assert connection.execute(query.encode()).fetchall() == answer


def test_a_transaction_that_looks_back_is_not_told_of_today(shop: OrmoluServer, connection: Connection) -> None:
    query = "SELECT max(parcel) FROM bronze.parcels"
    with shop.connect() as other:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        before = connection.execute(query).fetchall()
        load(other, "44,Lyon,1,2026-11-04 12:00:00+00\n")
        assert other.execute(query).fetchall() == [(44,)]
        assert is_kept(shop, connection, query)
        assert connection.execute(query).fetchall() == before != [(44,)]
        connection.execute("COMMIT")
        assert is_kept(shop, connection, query)
        assert connection.execute(query).fetchall() == [(44,)]


def test_what_a_transaction_has_made_is_not_kept(shop: OrmoluServer, connection: Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("CREATE GOLD TABLE heavy AS SELECT city, kilos FROM bronze.parcels WHERE kilos > 3")
    results = counted(shop, "results")
    for _ in range(2):
        assert connection.execute("SELECT count(*) FROM gold.heavy").fetchone() is not None
    assert counted(shop, "results") == results
    connection.execute("ROLLBACK")


def test_other_values_settings_and_roles_ask_another_question(shop: OrmoluServer, connection: Connection) -> None:
    query = "SELECT count(*), min(at)::text FROM bronze.parcels WHERE parcel < %s AND city <> %s"
    for values in ((2, "Gent"), (3, "Gent"), (3, "Lyon")):
        assert not is_kept(shop, connection, query, *values)
        assert is_kept(shop, connection, query, *values)
    literal = "SELECT city FROM bronze.parcels WHERE parcel = {}"
    assert [is_kept(shop, connection, literal.format(at)) for at in (1, 2, 1, 2)] == [False, False, True, True]
    utc = connection.execute(query.encode(), (3, "Gent")).fetchall()
    connection.execute("SET timezone = 'Asia/Tokyo'")
    assert not is_kept(shop, connection, query, 3, "Gent")
    assert connection.execute(query.encode(), (3, "Gent")).fetchall() != utc
    connection.execute("RESET timezone")
    assert is_kept(shop, connection, query, 3, "Gent")
    with shop.connect(user="ann") as ann:
        assert not is_kept(shop, ann, query, 3, "Gent")
        assert is_kept(shop, ann, query, 3, "Gent")
        connection.execute("REVOKE SELECT ON bronze.parcels FROM ann")
        with pytest.raises(pg.InsufficientPrivilege):
            ann.execute(query.encode(), (3, "Gent"))
        connection.execute("GRANT SELECT ON bronze.parcels TO ann")
    with shop.connect(user="bob") as bob, pytest.raises(pg.InsufficientPrivilege):
        bob.execute(query.encode(), (3, "Gent"))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT random() FROM bronze.parcels",
        "SELECT gen_random_uuid() FROM bronze.parcels",
        "SELECT now() FROM bronze.parcels",
        "SELECT clock_timestamp() FROM bronze.parcels",
        "SELECT count(*) FROM bronze.parcels WHERE at < 'now'",
        "SELECT current_setting('application_name') FROM bronze.parcels",
        "SELECT count(*) FROM lake.runs",
        "SELECT count(*) FROM pg_catalog.pg_class",
        "SELECT sum(n) FROM generate_series(1, 9) AS g(n)",
    ],
)
def test_what_is_not_of_tables_alone_is_asked_each_time(shop: OrmoluServer, connection: Connection, query: str) -> None:
    results, hits = counted(shop, "results"), counted(shop)
    for _ in range(3):
        connection.execute(query.encode()).fetchall()
    assert (counted(shop, "results"), counted(shop)) == (results, hits)


def test_a_session_may_do_without(shop: OrmoluServer, connection: Connection) -> None:
    connection.execute(TOTALS)
    assert is_kept(shop, connection, TOTALS)
    connection.execute("SET result_cache = off")
    assert not is_kept(shop, connection, TOTALS)
    connection.execute("RESET result_cache")
    assert is_kept(shop, connection, TOTALS)


def test_what_was_not_read_to_its_end_is_not_kept(shop: OrmoluServer, connection: Connection) -> None:
    half = "SELECT p.parcel, o.parcel FROM bronze.parcels p, bronze.others o ORDER BY 1, 2"
    with connection.transaction(), connection.cursor("few") as cursor:
        cursor.itersize = 1
        cursor.execute(half)
        assert cursor.fetchone() is not None
    assert not is_kept(shop, connection, half)
    assert is_kept(shop, connection, half)
    results = counted(shop, "results")
    failing = "SELECT 1 / (parcel - 1) FROM bronze.parcels ORDER BY parcel DESC"
    for _ in range(2):
        with pytest.raises(pg.DivisionByZero):
            connection.execute(failing)
    endless = "SELECT count(*) FROM bronze.parcels p, generate_series(1, 9000000000) AS g(n)"
    connection.execute("SET statement_timeout = '300ms'")
    for _ in range(2):
        with pytest.raises(pg.QueryCanceled):
            connection.execute(endless)
    assert counted(shop, "results") == results


def test_a_query_with_literals_is_seen_as_it_was_typed(shop: OrmoluServer, connection: Connection) -> None:
    query = "SELECT kilos FROM bronze.parcels WHERE city = 'Gent'"
    with shop.connect() as other:
        other.execute(query.encode(), prepare=True)
        seen = connection.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", [other.info.backend_pid]
        ).fetchone()
        assert seen == (query,)
        assert (query,) in other.execute("SELECT statement FROM pg_prepared_statements").fetchall()


def test_rows_asked_for_by_one_value_after_another_are_those_of_the_newest_version(
    shop: OrmoluServer, connection: Connection
) -> None:
    connection.execute("CREATE GOLD TABLE by_parcel AS SELECT DISTINCT parcel, city FROM bronze.parcels")
    asks = ("SELECT city FROM gold.by_parcel WHERE parcel = %s", "SELECT parcel FROM gold.by_parcel WHERE city = {}")
    for added in (None, "71,Brno,3,2026-11-05 12:00:00+00\n"):
        if added is not None:
            load(connection, added)
            connection.execute("REFRESH gold.by_parcel")
        for at in range(60):
            found = connection.execute(asks[0].encode(), [at], prepare=True).fetchall()
            assert found == {1: [("Lyon",)], 2: [("Gent",)], 3: [("Lyon",)], 44: [("Lyon",)]}.get(at, []), at
            assert connection.execute(asks[1].format(f"'nowhere {at}'").encode()).fetchall() == []
        last = connection.execute(asks[0].encode(), [71]).fetchall()
        assert last == ([] if added is None else [("Brno",)])
        assert connection.execute(asks[1].format("'Brno'").encode()).fetchall() == ([] if added is None else [(71,)])
        assert connection.execute(asks[0].encode(), [None]).fetchall() == []
        with shop.connect(user="ann") as ann, pytest.raises(pg.InsufficientPrivilege):
            ann.execute(asks[0].encode(), [1])


def test_the_room_may_be_none(tmp_path: Path) -> None:
    server = OrmoluServer(tmp_path / "lake", "--result-cache", "0").start()
    with server.connect() as connection:
        connection.execute("CREATE BRONZE SOURCE parcels (parcel int) FROM UPLOAD FORMAT csv")
        load(connection, "1\n")
        for _ in range(3):
            assert connection.execute("SELECT parcel FROM bronze.parcels").fetchall() == [(1,)]
    assert counted(server, "results") == counted(server) == 0
    assert server.stop() == 0
