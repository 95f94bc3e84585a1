"""Bronze from real databases: whole, incremental with lookback, by query; and runs that are canceled."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.peers.mariadb import MariaDbPeer, mariadb_peer
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer, postgres_peer

__all__ = ["mariadb_peer", "postgres_peer"]

Execute = Callable[[str], object]


@pytest.fixture(params=["postgres", "mysql", "sqlite"])
def shop(request: pytest.FixtureRequest, server: OrmoluServer, tmp_path: Path) -> tuple[str, Execute]:
    """The name of a connection, and what changes the database behind it."""
    kind = request.param
    if kind == "sqlite":
        path = tmp_path / "shop.db"
        server.run(f"CREATE OR REPLACE CONNECTION shop_{kind} TYPE sqlite WITH (path = '{path}')")

        def execute(sql: str) -> None:
            with closing(sqlite3.connect(path)) as database:
                database.execute(sql)
                database.commit()

        return f"shop_{kind}", execute
    peer: PostgresPeer | MariaDbPeer = request.getfixturevalue(
        "postgres_peer" if kind == "postgres" else "mariadb_peer"
    )
    password = peer.password.replace("'", "''")
    server.run(f"CREATE OR REPLACE SECRET {kind}_pw AS '{password}'")
    server.run(
        f"CREATE OR REPLACE CONNECTION shop_{kind} TYPE {kind} WITH (host = '{peer.host}', port = {peer.port}, "
        f"dbname = '{peer.dbname}', user = '{peer.user}', password = SECRET {kind}_pw)"
    )

    def execute_on_peer(sql: str) -> None:
        if isinstance(peer, PostgresPeer):
            with psycopg.connect(peer.conninfo, autocommit=True) as connection:
                connection.execute(sql.encode())
        else:
            with closing(peer.connect()) as database, database.cursor() as cursor:
                cursor.execute(sql)

    return f"shop_{kind}", execute_on_peer


def test_full_and_incremental_loads_follow_the_table(shop: tuple[str, Execute], server: OrmoluServer) -> None:
    name, execute = shop
    execute("DROP TABLE IF EXISTS items")
    execute(
        "CREATE TABLE items (id INTEGER PRIMARY KEY, label VARCHAR(40), price NUMERIC(10,2), changed TIMESTAMP NULL)"
    )
    execute(
        "INSERT INTO items VALUES (1, 'it''s', 1.50, '2026-01-01 10:00:00'), (2, NULL, NULL, '2026-01-01 11:00:00')"
    )
    server.run(f"CREATE BRONZE SOURCE {name}_all FROM CONNECTION {name} TABLE 'items' KEY (id) LOAD FULL")
    server.run(
        f"CREATE BRONZE SOURCE {name}_query FROM CONNECTION {name} QUERY 'SELECT id FROM items WHERE id > 1' LOAD FULL"
    )
    server.run(
        f"CREATE BRONZE SOURCE {name}_new FROM CONNECTION {name} TABLE 'items' KEY (id) "
        "LOAD INCREMENTAL ON changed WITH (lookback = '2 hours')"
    )
    for table in ("all", "query", "new"):
        server.run(f"REFRESH bronze.{name}_{table}")
    assert server.run(f"SELECT id, label, price::float8 FROM bronze.{name}_all ORDER BY id") == [
        (1, "it's", 1.5),
        (2, None, None),
    ]
    assert server.run(f"SELECT id FROM bronze.{name}_query") == [(2,)]
    execute("UPDATE items SET label = 'two', changed = '2026-01-01 12:00:00' WHERE id = 2")
    execute("INSERT INTO items VALUES (3, 'late, within the lookback', 3, '2026-01-01 10:30:00')")
    execute("INSERT INTO items VALUES (4, 'late, before it', 4, '2026-01-01 08:00:00')")
    execute("DELETE FROM items WHERE id = 1")
    for table in ("all", "new", "new"):
        server.run(f"REFRESH bronze.{name}_{table}")
    assert server.run(f"SELECT id FROM bronze.{name}_all ORDER BY id") == [(2,), (3,), (4,)]
    assert server.run(f"SELECT id, label FROM bronze.{name}_new ORDER BY id, _row_id") == [
        (1, "it's"),
        (2, None),
        (2, "two"),
        (3, "late, within the lookback"),
    ]
    ((mark, mode),) = server.run(
        f"SELECT max(current_watermark), max(load_mode) FROM lake.runs WHERE object = 'bronze.{name}_new'"
    )
    assert mark.startswith("2026-01-01") and "12:00:00" in mark and mode


LONG = (
    "SELECT count(*) AS n FROM bronze.long_run AS a, bronze.long_run AS b, bronze.long_run AS c, bronze.long_run AS d"
)


@pytest.fixture(scope="module")
def long_run(server: OrmoluServer) -> OrmoluServer:
    """A gold table whose refresh takes minutes."""
    server.run("CREATE BRONZE SOURCE long_run (id integer) FROM UPLOAD FORMAT csv (header = true)")
    server.run(f"CREATE GOLD TABLE long_run SCHEDULE NEVER AS {LONG} WHERE a.id + b.id + c.id + d.id = -1 WITH NO DATA")
    into = "COPY bronze.long_run FROM STDIN WITH (FORMAT csv, HEADER true)"
    with server.connect() as connection, connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write("id\n" + "".join(f"{n}\n" for n in range(3000)))
    return server


def running(server: OrmoluServer) -> int:
    for _ in range(200):
        found = server.run("SELECT run_id FROM lake.runs WHERE object = 'gold.long_run' AND status = 'running'")
        if found:
            return int(found[0][0])
        time.sleep(0.1)
    raise AssertionError("the run does not start")


def ended_as_canceled(server: OrmoluServer, run_id: int) -> None:
    assert server.run("SELECT status, sqlstate FROM lake.runs WHERE run_id = %s", (run_id,)) == [("canceled", "57014")]
    assert server.run("SELECT count(*) FROM lake.versions WHERE table_name = 'gold.long_run'") == [(0,)]


def test_cancel_run_ends_a_long_refresh(long_run: OrmoluServer) -> None:
    errors: list[str | None] = []

    def refresh() -> None:
        try:
            long_run.run("REFRESH gold.long_run")
        except psycopg.Error as error:
            errors.append(error.sqlstate)

    thread = threading.Thread(target=refresh)
    thread.start()
    run_id = running(long_run)
    long_run.run(f"CANCEL RUN {run_id}")
    thread.join(30)
    assert errors == ["57014"]
    ended_as_canceled(long_run, run_id)


def test_a_cancel_of_the_statement_ends_its_run(long_run: OrmoluServer) -> None:
    with closing(long_run.connect()) as connection:
        connection.pgconn.send_query(b"REFRESH gold.long_run")
        connection.pgconn.flush()
        run_id = running(long_run)
        connection.cancel_safe(timeout=10)
        result = connection.pgconn.get_result()
        assert result is not None
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"57014"
    ended_as_canceled(long_run, run_id)
