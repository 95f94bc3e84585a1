"""The catalog's database is down, or locked by another: statements say so, and all goes on by itself afterwards."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.crash.marks import Marks
from tests.peers.faults import Faults
from tests.peers.missing import missing
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import BINARIES, PostgresProcess, postgres_process


@pytest.fixture
def postgres() -> Iterator[PostgresProcess]:
    if not (BINARIES / "initdb").exists():
        missing("PostgreSQL 15")
    with postgres_process() as process:
        yield process


@pytest.fixture
def marks(postgres: PostgresProcess, tmp_path: Path) -> Iterator[Marks]:
    faults = Faults(tmp_path / "faults")
    home, catalog = tmp_path / "lake", postgres.peer.catalog_url("lake")
    flags = ("--workers", "1", "--catalog", catalog)
    server = OrmoluServer(home, *flags, variables=faults.variables).start()
    try:
        made = Marks(server, faults, catalog, home / "warehouse")
        made.define()
        yield made
    finally:
        server.stop()


def sqlstate_of(server: OrmoluServer, sql: str) -> str | None:
    with pytest.raises(psycopg.Error) as failed:
        server.run(sql)
    assert failed.value.diag.message_hint, failed.value
    return failed.value.sqlstate


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "point", ["publish:pointers-turned", pytest.param("publish:committed", marks=pytest.mark.slow)]
)
def test_a_catalog_that_is_killed_while_it_publishes_comes_back_to_a_whole_lake(
    marks: Marks, postgres: PostgresProcess, point: str
) -> None:
    workers = marks.server.workers()
    marks.faults.arm(point, "hold")
    told: list[psycopg.Error] = []
    loading = threading.Thread(target=_told, args=(marks, told))
    loading.start()
    marks.faults.wait_until_reached(point)
    with marks.server.connect() as connection:
        postgres.kill()
        for sql in ("SELECT count(*) FROM bronze.marks", "CREATE BRONZE SOURCE no_more (a integer) FROM UPLOAD"):
            with pytest.raises(psycopg.Error) as failed:
                connection.execute(sql.encode())
            assert failed.value.sqlstate == "58030" and failed.value.diag.message_hint, failed.value
        marks.faults.let_go(point)
        postgres.start()
        assert connection.execute("SELECT count(*) FROM bronze.marks").fetchone() is not None
    loading.join(120)
    assert not loading.is_alive() and all(error.sqlstate == "58030" for error in told), told
    marks.check_whole()
    marks.load_and_refresh()
    marks.newest += 1
    marks.check_exact()
    marks.check_settled()
    marks.check_swept()
    assert marks.server.workers() == workers, "they waited for the catalog"


def _told(marks: Marks, told: list[psycopg.Error]) -> None:
    try:
        marks.load_and_refresh()
    except psycopg.Error as error:
        told.append(error)


@pytest.mark.timeout(600)
def test_a_catalog_that_another_process_locks_is_told_and_read(own_server: OrmoluServer) -> None:
    server = own_server.start()
    server.run("CREATE BRONZE SOURCE lines (a integer) FROM UPLOAD")
    with closing(sqlite3.connect(server.folder / "catalog.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert sqlstate_of(server, "REFRESH bronze.lines") == "55P03"
        assert server.run("SELECT count(*) FROM bronze.lines") == [(0,)]
        other.execute("ROLLBACK")
    with server.connect() as connection, connection.cursor().copy("COPY bronze.lines FROM STDIN") as copy:
        copy.write("1\n")
    assert server.run("SELECT count(*) FROM bronze.lines") == [(1,)]
