"""kill -9 between BEGIN and COMMIT, and in COMMIT itself: two tables change together, or neither does."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer

KILLS = 3
KILLS_LONG = 40
SEED = 20261123
WHOLE_SECONDS = 1.2  # about one transaction of this test: kills fall anywhere inside

SETUP = """
CREATE BRONZE SOURCE left_side (batch integer) FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE right_side (batch integer) FROM UPLOAD FORMAT csv (header = true);
CREATE SILVER TABLE both_sides KEY (batch) SCHEDULE NEVER
  AS SELECT l.batch FROM bronze.left_side AS l JOIN bronze.right_side AS r ON l.batch = r.batch;
"""


def load_both(server: OrmoluServer, batch: int) -> None:
    """One batch into both sources, a definition of its own, and what is made from them."""
    with server.connect() as connection:
        connection.execute("BEGIN")
        for side in ("left", "right"):
            statement = f"COPY bronze.{side}_side FROM STDIN WITH (FORMAT csv, HEADER true)"
            with connection.cursor().copy(statement.encode()) as copy:
                copy.write(f"batch\n{batch}\n")
        connection.execute(f"CREATE BRONZE SOURCE mark_{batch} (a integer) FROM UPLOAD FORMAT csv".encode())
        connection.execute("REFRESH silver.both_sides")
        connection.execute("COMMIT")


def try_to_load(server: OrmoluServer, batch: int) -> None:
    try:
        load_both(server, batch)
    except psycopg.Error:
        return


def check_together(server: OrmoluServer) -> set[int]:
    """A batch is in both sources, in the silver table and has its definition, or is nowhere."""
    found = [
        {batch for (batch,) in server.run(f"SELECT batch FROM {relation}")}
        for relation in ("bronze.left_side", "bronze.right_side", "silver.both_sides")
    ]
    marks = server.run("SELECT name FROM lake.objects WHERE name LIKE 'bronze.mark%'")
    found.append({int(name.removeprefix("bronze.mark_")) for (name,) in marks})
    assert all(each == found[0] for each in found), found
    assert server.run("SELECT count(*) FROM bronze.left_side") == [(len(found[0]),)]
    return found[0]


def check_forgotten(server: OrmoluServer) -> None:
    """Nothing waits for a transaction that is gone."""
    waiting = "SELECT status, count(*) FROM lake.runs WHERE status IN ('queued', 'running', 'staged') GROUP BY 1"
    end = time.monotonic() + 20
    while server.run(waiting):
        assert time.monotonic() < end, server.run(waiting)
        time.sleep(0.1)


def kill_in(work: threading.Thread, server: OrmoluServer, what: str, chance: random.Random) -> None:
    """Kill the server or its workers at some moment of the work; the server is there again afterwards."""
    work.start()
    time.sleep(chance.uniform(0, WHOLE_SECONDS))
    if what == "server":
        server.kill()
        work.join()
        server.start()
    else:
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
        work.join()


def kill_repeatedly(server: OrmoluServer, what: str, kills: int) -> None:
    chance = random.Random(SEED)
    for statement in SETUP.strip().split(";\n"):
        server.run(statement)
    for batch in range(kills):
        kill_in(threading.Thread(target=try_to_load, args=(server, batch)), server, what, chance)
        check_together(server)
    load_both(server, kills)
    assert kills in check_together(server)
    check_forgotten(server)


@pytest.mark.parametrize("what", ["server", "worker"])
def test_a_killed_process_leaves_no_transaction_half_done(own_server: OrmoluServer, what: str) -> None:
    kill_repeatedly(own_server.start(), what, KILLS)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["server", "worker"])
def test_processes_killed_over_and_over_leave_no_transaction_half_done(own_server: OrmoluServer, what: str) -> None:
    kill_repeatedly(own_server.start(), what, KILLS_LONG)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("what", ["server", "worker"])
def test_what_is_taken_back_with_cascade_is_whole_or_not_at_all(own_server: OrmoluServer, what: str) -> None:
    server, chance = own_server.start(), random.Random(SEED)
    server.run("CREATE BRONZE SOURCE parts (id integer) FROM UPLOAD FORMAT csv")
    put(server, "1")
    first = server.run("SELECT max(version) FROM lake.versions WHERE table_name = 'bronze.parts'")[0][0]
    server.run("CREATE SILVER TABLE parts KEY (id) FROM bronze.parts")
    server.run("CREATE GOLD TABLE parts AS SELECT count(*) AS n FROM silver.parts")
    put(server, "2")
    server.run("REFRESH silver.parts CASCADE")
    last = server.run("SELECT max(version), max(run_id) FROM lake.versions WHERE table_name = 'bronze.parts'")[0]
    acts = [f"EXCLUDE RUN {last[1]}", f"INCLUDE RUN {last[1]}", f"RESTORE TO VERSION {first}"]
    for act in (*acts, f"RESTORE TO VERSION {last[0]}") * KILLS:
        statement = f"ALTER BRONZE SOURCE parts {act} CASCADE"
        kill_in(threading.Thread(target=quietly, args=(server, statement)), server, what, chance)
        counted = [server.run(f"SELECT count(*) FROM {layer}.parts")[0][0] for layer in ("bronze", "silver")]
        assert {*counted, server.run("SELECT n FROM gold.parts")[0][0]} in ({1}, {2}), act
        quietly(server, statement)
        assert server.run("SELECT n FROM gold.parts") == [(1 if act in (acts[0], acts[2]) else 2,)], act
    check_forgotten(server)


def put(server: OrmoluServer, line: str) -> None:
    with server.connect() as connection, connection.cursor().copy(b"COPY bronze.parts FROM STDIN (FORMAT csv)") as copy:
        copy.write(line)


def quietly(server: OrmoluServer, statement: str) -> None:
    """What is done already is refused."""
    with contextlib.suppress(psycopg.Error):
        server.run(statement)


@pytest.fixture
def team_server(postgres_peer: PostgresPeer, tmp_path: Path) -> Iterator[OrmoluServer]:
    catalog = postgres_peer.catalog_url("transactions")
    server = OrmoluServer(tmp_path / "one", "--catalog", catalog, "--workers", "1")
    yield server
    server.stop()


def test_transactions_hold_over_a_catalog_in_postgresql(team_server: OrmoluServer) -> None:
    server = team_server.start()
    for statement in SETUP.strip().split(";\n"):
        server.run(statement)
    load_both(server, 1)
    with server.connect() as mine:
        mine.execute("BEGIN")
        mine.execute("CREATE ROLE short_lived")
        mine.execute("CREATE SECRET hush AS 'no word'")
        mine.execute("DROP SILVER TABLE both_sides")
        mine.execute("ROLLBACK")
        mine.execute("BEGIN")
        mine.execute("CREATE ROLE long_lived")
        mine.execute("GRANT SELECT ON silver.both_sides TO long_lived")
        mine.execute("ALTER ROLE long_lived SET ATTRIBUTE (region = 'north')")
        mine.execute("CREATE SECRET hush AS 'no word'")
        mine.execute("CREATE OR REPLACE SECRET hush AS 'no other word'")
        mine.execute("COMMIT")
    assert server.run("SELECT rolname FROM pg_roles WHERE rolname LIKE '%_lived'") == [("long_lived",)]
    assert check_together(server) == {1}
    check_forgotten(server)
