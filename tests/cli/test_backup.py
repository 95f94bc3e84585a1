"""A lake is copied while it works, and made again from the copy, in another place and on another catalog."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from tests.peers.command import begin_python, ormolu
from tests.peers.faults import Faults
from tests.peers.ormolu import PASSWORD, OrmoluServer
from tests.peers.postgresql import PostgresPeer

TABLES = ("bronze.tills", "silver.tills", "gold.days", "quarantine.tills", "lake.definitions")


def fill(connection: psycopg.Connection) -> None:
    connection.execute("CREATE BRONZE SOURCE tills (id integer, day date, amount numeric(10,2)) FROM UPLOAD FORMAT csv")
    copy(connection, "1,2026-01-01,1.50\n2,2026-01-01,2.25\n3,2026-01-02,-1\n")
    connection.execute(
        "CREATE SILVER TABLE tills KEY (id) PARTITION BY (day) WITH RULES (CONSTRAINT positive CHECK (amount > 0)) "
        "FROM bronze.tills"
    )
    connection.execute("CREATE GOLD TABLE days AS SELECT day, sum(amount) AS total FROM silver.tills GROUP BY day")
    connection.execute("CREATE ROLE analyst LOGIN PASSWORD 'analyst'")
    connection.execute("GRANT SELECT ON gold.days TO analyst")
    connection.execute("CREATE SECRET token AS 'very secret'")


def copy(connection: psycopg.Connection, rows: str) -> None:
    with connection.cursor().copy("COPY bronze.tills FROM STDIN (FORMAT csv)") as target:
        target.write(rows)


def connect(server: OrmoluServer) -> psycopg.Connection:
    return psycopg.connect(server.url, password=PASSWORD, autocommit=True)


def content(connection: psycopg.Connection) -> dict[str, list[tuple[object, ...]]]:
    found = {table: connection.execute(f"SELECT * FROM {table}".encode()).fetchall() for table in TABLES}
    found["past"] = connection.execute("SELECT id FROM bronze.tills FOR VERSION AS OF 1").fetchall()
    found["runs"] = connection.execute("SELECT run_id, status, object FROM lake.runs").fetchall()
    return {name: sorted(rows, key=str) for name, rows in found.items()}


@pytest.mark.parametrize("is_moved", [False, True], ids=["in its place", "in another place"])
def test_a_lake_comes_back_as_it_was_backed_up(tmp_path: Path, is_moved: bool) -> None:
    lake, kept = tmp_path / "lake", tmp_path / "kept"
    server = OrmoluServer(lake).start()
    try:
        with connect(server) as connection:
            fill(connection)
            before = content(connection)
            first = ormolu("backup", str(kept), "--data", str(lake), "--with-key")
            assert first.returncode == 0, first.stderr
            copy(connection, "4,2026-01-03,4.00\n")
    finally:
        server.stop()
    place = tmp_path / "other" if is_moved else lake
    shutil.move(lake, tmp_path / "gone")
    done = ormolu("restore", str(kept), "--data", str(place))
    assert done.returncode == 0, done.stderr
    again = OrmoluServer(place).start()
    try:
        with connect(again) as connection:
            assert content(connection) == before
            copy(connection, "5,2026-01-03,5.00\n")
            connection.execute("REFRESH silver.tills CASCADE")
            assert connection.execute("SELECT total FROM gold.days WHERE day = '2026-01-03'").fetchone() is not None
        with psycopg.connect(again.url.replace("admin@", "analyst:analyst@"), autocommit=True) as analyst:
            assert analyst.execute("SELECT count(*) FROM gold.days").fetchone() is not None
    finally:
        again.stop()


def test_a_second_backup_copies_only_what_is_new(tmp_path: Path) -> None:
    lake, kept = tmp_path / "lake", tmp_path / "kept"
    server = OrmoluServer(lake).start()
    try:
        with connect(server) as connection:
            fill(connection)
            assert ormolu("backup", str(kept), "--data", str(lake)).returncode == 0
            everything = json.loads((kept / "backup.json").read_text())
            assert everything["copied"] == everything["files"]
            assert ormolu("backup", str(kept), "--data", str(lake)).returncode == 0
            assert json.loads((kept / "backup.json").read_text())["copied"] == 0
            copy(connection, "4,2026-01-03,4.00\n")
            assert ormolu("backup", str(kept), "--data", str(lake)).returncode == 0
            more = json.loads((kept / "backup.json").read_text())
            assert 0 < more["copied"] < everything["files"]
            assert not (kept / "secret.key").exists()
    finally:
        server.stop()


def test_who_is_erased_while_a_backup_is_made_is_not_in_it_nor_in_the_next_of_an_older_one(tmp_path: Path) -> None:
    lake, kept, older = tmp_path / "lake", tmp_path / "kept", tmp_path / "older"
    faults = Faults(tmp_path / "faults")
    server = OrmoluServer(lake).start()
    try:
        with connect(server) as connection:
            fill(connection)
            assert ormolu("backup", str(older), "--data", str(lake)).returncode == 0
            assert 1 in ids_in(older)
            faults.arm("backup:rows-copied", "hold")
            arguments = ("-m", "ormolu", "backup", str(kept), "--data", str(lake))
            backup = begin_python(*arguments, environment=os.environ | faults.variables)
            faults.wait_until_reached("backup:rows-copied")
            connection.execute("""CALL lake.erase('silver.tills', '{"id": 1}')""")
            faults.let_go("backup:rows-copied")
            done = backup.end()
            assert done.returncode == 0, done.stderr
            assert ormolu("backup", str(older), "--data", str(lake)).returncode == 0
    finally:
        server.stop()
    assert ids_in(kept) == ids_in(older) == {2, 3}
    moved = ormolu("restore", str(kept), "--data", str(tmp_path / "other"))
    assert moved.returncode == 0, moved.stderr
    assert "erased since" in moved.stdout


def ids_in(backup: Path) -> set[int]:
    """Of every file of the source."""
    files = [file for file in (backup / "warehouse").rglob("*.parquet") if "/bronze/tills-" in str(file)]
    assert files
    return {number for file in files for number in pq.read_table(file, columns=["id"])["id"].to_pylist()}


def test_a_lake_moves_to_a_postgresql_catalog(tmp_path: Path, postgres_peer: PostgresPeer) -> None:
    lake, kept = tmp_path / "lake", tmp_path / "kept"
    server = OrmoluServer(lake).start()
    try:
        with connect(server) as connection:
            fill(connection)
            before = content(connection)
        assert ormolu("backup", str(kept), "--data", str(lake), "--with-key").returncode == 0
    finally:
        server.stop()
    catalog = postgres_peer.catalog_url("restored")
    flags = ("--catalog", catalog, "--warehouse", str(tmp_path / "shared"))
    assert ormolu("restore", str(kept), "--data", str(tmp_path / "one"), *flags).returncode == 0
    again = OrmoluServer(tmp_path / "one", *flags).start()
    try:
        with connect(again) as connection:
            assert content(connection) == before
            copy(connection, "5,2026-01-03,5.00\n")
            assert len(content(connection)["runs"]) > len(before["runs"])
        assert ormolu("backup", str(kept), "--data", str(tmp_path / "one"), *flags).returncode == 0
    finally:
        again.stop()


def test_what_is_no_backup_and_what_is_in_use_are_refused(tmp_path: Path) -> None:
    nothing = ormolu("restore", str(tmp_path), "--data", str(tmp_path / "new"))
    assert nothing.returncode == 1
    assert "holds no backup" in nothing.stderr
    missing = ormolu("backup", str(tmp_path / "kept"), "--data", str(tmp_path / "nowhere"))
    assert missing.returncode == 1
    assert "there is no lake" in missing.stderr
    server = OrmoluServer(tmp_path / "lake").start()
    server.stop()
    assert ormolu("backup", str(tmp_path / "kept"), "--data", str(tmp_path / "lake")).returncode == 0
    taken = ormolu("restore", str(tmp_path / "kept"), "--data", str(tmp_path / "lake"))
    assert taken.returncode == 1
    assert "there is a lake here already" in taken.stderr
