"""Databases and files become bronze over the wire: whole and by slices, late rows included; looked at beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.peers.mariadb import MariaDbPeer
from tests.peers.ormolu import PASSWORD, OrmoluServer
from tests.peers.postgresql import PostgresPeer

Write = Callable[[str], None]
ORDERS = "CREATE TABLE orders_read (id integer PRIMARY KEY, state varchar(20), changed timestamp NULL)"


@contextmanager
def writing(connection: Any) -> Iterator[Write]:  # Any: psycopg's or pymysql's connection
    """Statements for a database, each committed at once."""
    with connection, connection.cursor() as cursor:

        def write(sql: str) -> None:
            cursor.execute(sql)
            connection.commit()

        yield write


@pytest.fixture(params=["postgres", "mysql"])
def database(
    request: pytest.FixtureRequest, server: OrmoluServer, postgres_peer: PostgresPeer, mariadb_peer: MariaDbPeer
) -> Iterator[tuple[str, Write]]:
    """A connection of the server to each kind of database, and a way to write there."""
    peer = postgres_peer if request.param == "postgres" else mariadb_peer
    name = f"shop_{request.param}"
    connect(server, name, request.param, peer.options())
    with writing(psycopg.connect(peer.conninfo) if isinstance(peer, PostgresPeer) else peer.connect()) as write:
        write("DROP TABLE IF EXISTS orders_read")
        write(ORDERS)
        yield name, write


def connect(server: OrmoluServer, name: str, kind: str, options: dict[str, str]) -> None:
    words = [f"{key} = '{value}'" for key, value in options.items() if key != "password"]
    if "password" in options:
        password = options["password"].replace("'", "''")
        server.run(f"CREATE OR REPLACE SECRET {name}_pw AS '{password}'")
        words.append(f"password = SECRET {name}_pw")
    server.run(f"CREATE OR REPLACE CONNECTION {name} TYPE {kind} WITH ({', '.join(words)})")


def test_slices_take_what_is_new_and_late_rows_within_the_lookback(
    server: OrmoluServer, database: tuple[str, Write]
) -> None:
    name, write = database
    write("INSERT INTO orders_read VALUES (1, 'new', '2026-01-01 10:00:00'), (2, 'new', '2026-01-01 11:00:00')")
    table = f"bronze.slices_{name}"
    server.run(
        f"CREATE BRONZE SOURCE slices_{name} FROM CONNECTION {name} TABLE 'orders_read' KEY (id) "
        "LOAD INCREMENTAL ON changed WITH (lookback = '2 hours')"
    )
    server.run(f"REFRESH {table}")
    versions = f"SELECT count(*) FROM lake.versions WHERE table_name = '{table}'"
    before = server.run(versions)
    server.run(f"REFRESH {table}")
    assert server.run(versions) == before
    write("INSERT INTO orders_read VALUES (3, 'late', '2026-01-01 09:30:00'), (4, 'too late', '2026-01-01 08:00:00')")
    write("UPDATE orders_read SET state = 'paid', changed = '2026-01-01 12:00:00' WHERE id = 1")
    server.run(f"REFRESH {table}")
    assert server.run(f"SELECT id, state, _load_id FROM {table} ORDER BY _load_id, id") == [
        (1, "new", 1), (2, "new", 1), (1, "paid", 2), (3, "late", 2),
    ]  # fmt: skip
    ((mode, previous, current),) = server.run(
        "SELECT load_mode, previous_watermark, current_watermark FROM lake.runs "
        f"WHERE object = '{table}' ORDER BY run_id DESC LIMIT 1"
    )
    assert (mode, previous[:19], current[:19]) == ("incremental", "2026-01-01 11:00:00", "2026-01-01 12:00:00")


def test_an_extract_that_repeats_itself_makes_no_version(server: OrmoluServer, database: tuple[str, Write]) -> None:
    name, write = database
    write("INSERT INTO orders_read VALUES (1, 'a', NULL), (2, 'b', NULL)")
    table = f"bronze.whole_{name}"
    query = "$$SELECT id, state FROM orders_read WHERE state <> 'hidden'$$"
    server.run(f"CREATE BRONZE SOURCE whole_{name} FROM CONNECTION {name} QUERY {query} LOAD FULL")
    server.run(f"REFRESH {table}")
    server.run(f"REFRESH {table}")
    assert server.run(f"SELECT count(*) FROM {table}_history") == [(2,)]
    write("UPDATE orders_read SET state = 'hidden' WHERE id = 1")
    server.run(f"REFRESH {table}")
    assert server.run(f"SELECT id, state FROM {table}") == [(2, "b")]
    assert server.run(f"SELECT count(*) FROM {table}_history") == [(3,)]


def test_a_preview_of_a_database_shows_its_rows_and_types(server: OrmoluServer, database: tuple[str, Write]) -> None:
    name, write = database
    write("INSERT INTO orders_read VALUES (7, 'a', NULL)")
    shown = server.run(f"SELECT id + 1, state FROM preview('{name}', 'orders_read')")
    assert shown == [(8, "a")]


def test_a_preview_of_files_shows_inferred_types_to_those_who_may_look(server: OrmoluServer, tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text("zip,amount\n01234,1.50\n99999,2.25\n")
    server.run(f"CREATE CONNECTION landing TYPE files WITH (url = '{tmp_path}')")
    look = "SELECT zip, sum(amount) FROM preview('landing', '*.csv') GROUP BY zip ORDER BY zip"
    assert [(row[0], str(row[1])) for row in server.run(look)] == [("01234", "1.50"), ("99999", "2.25")]
    with pytest.raises(psycopg.errors.UndefinedFile):
        server.run("SELECT * FROM preview('landing', 'nowhere.csv')")
    with pytest.raises(psycopg.errors.UndefinedObject):
        server.run("SELECT * FROM preview('nowhere', '*.csv')")
    server.run(f"CREATE ROLE looker LOGIN PASSWORD '{PASSWORD}'")
    with server.connect(user="looker") as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
        other.execute("SELECT * FROM preview('landing', '*.csv')")


def test_json_and_parquet_files_become_tables(server: OrmoluServer, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": 1, "tags": ["x"]}\n{"id": 2, "note": "late key"}\n')
    pq.write_table(pa.table({"id": pa.array([1, 2], pa.int32()), "amount": [1.5, None]}), tmp_path / "b.parquet")
    server.run(f"CREATE CONNECTION drops TYPE files WITH (url = '{tmp_path}')")
    for kind in ("ndjson", "parquet"):
        server.run(f"CREATE BRONZE SOURCE of_{kind} FROM CONNECTION drops FILES '*.{kind}' LOAD APPEND")
        server.run(f"REFRESH bronze.of_{kind}")
    assert server.run("SELECT id, note FROM bronze.of_ndjson ORDER BY id") == [(1, None), (2, "late key")]
    assert server.run("SELECT id, amount FROM bronze.of_parquet ORDER BY id") == [(1, 1.5), (2, None)]


def test_a_connection_that_is_altered_is_read_where_it_points_now(server: OrmoluServer, tmp_path: Path) -> None:
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.csv").write_text(f"v\n{name}\n")
    server.run(f"CREATE CONNECTION moved TYPE files WITH (url = '{tmp_path / 'before'}')")
    server.run("CREATE BRONZE SOURCE moving FROM CONNECTION moved FILES '*.csv' LOAD APPEND")
    server.run("REFRESH bronze.moving")
    server.run(f"ALTER CONNECTION moved SET (url = '{tmp_path / 'after'}')")
    server.run("REFRESH bronze.moving")
    assert server.run("SELECT v, _load_id FROM bronze.moving ORDER BY _row_id") == [("before", 1), ("after", 2)]
