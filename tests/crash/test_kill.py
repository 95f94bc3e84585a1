"""kill -9 at random moments: counts are exact, nothing doubled, nothing lost, nothing half published."""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

ROWS = 500  # of a batch
KILLS = 50
KILLS_LONG = 300
SEED = 20261123
WHOLE_CYCLE_SECONDS = 1.5  # about one COPY and one cascade of refreshes: kills fall anywhere inside

PIPELINE = """
CREATE BRONZE SOURCE ticks (batch integer, id bigint, amount numeric(12,2)) FROM UPLOAD FORMAT csv (header = true);
CREATE SILVER TABLE ticks (id bigint NOT NULL, amount numeric(12,2) CHECK (amount >= 0)) KEY (id)
  SCHEDULE NEVER AS SELECT batch, id, amount FROM bronze.ticks;
CREATE GOLD TABLE totals KEY (batch) SCHEDULE NEVER
  AS SELECT batch, count(*) AS n, sum(amount) AS total FROM silver.ticks GROUP BY batch;
"""


def batch_csv(batch: int) -> str:
    """Rows with ids of their own; every hundredth has an amount that breaks a rule."""
    lines = [f"{batch},{batch * ROWS + at},{-1 if at % 100 == 0 else at / 4}" for at in range(ROWS)]
    return "batch,id,amount\n" + "\n".join(lines) + "\n"


def copy_batch(server: OrmoluServer, batch: int) -> None:
    statement = "COPY bronze.ticks FROM STDIN WITH (FORMAT csv, HEADER true)"
    with server.connect() as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(batch_csv(batch))


def one_cycle(server: OrmoluServer, batch: int) -> None:
    """What a user does: load, refresh. The killed server ends it with an error of the driver's."""
    try:
        copy_batch(server, batch)
        server.run("REFRESH silver.ticks CASCADE")
    except psycopg.Error:
        return


def check_whole(server: OrmoluServer) -> None:
    """Every batch is there with all its rows or not at all, in each layer, whatever was going on."""
    with server.connect() as connection:
        for relation, rows in (("bronze.ticks", ROWS), ("silver.ticks", ROWS - ROWS // 100)):
            sql = f"SELECT batch, count(*), count(DISTINCT id) FROM {relation} GROUP BY batch"
            counts = connection.execute(sql.encode()).fetchall()
            assert all(row[1:] == (rows, rows) for row in counts), (relation, counts)
        gold = connection.execute("SELECT n FROM gold.totals").fetchall()
    assert all(n == ROWS - ROWS // 100 for (n,) in gold), gold


def check_exact(server: OrmoluServer, batches: int) -> None:
    """After everything was tried again, the counts are those of a lake that was never killed."""
    good = ROWS - ROWS // 100
    with server.connect() as connection:

        def run(sql: str) -> list[tuple[object, ...]]:
            return connection.execute(sql.encode()).fetchall()

        assert run("SELECT count(*), count(DISTINCT id), count(DISTINCT _row_id) FROM bronze.ticks") == [
            (batches * ROWS, batches * ROWS, batches * ROWS)
        ]
        assert run("SELECT count(*), count(DISTINCT id) FROM silver.ticks") == [(batches * good, batches * good)]
        assert run("SELECT count(*), sum(n) FROM gold.totals") == [(batches, batches * good)]
        assert run("SELECT count(*) FROM quarantine.ticks") == [(batches * (ROWS // 100),)]
        assert run("SELECT sum(amount) FROM silver.ticks") == run("SELECT sum(total) FROM gold.totals")


def define(server: OrmoluServer) -> None:
    for statement in PIPELINE.split(";\n"):
        if statement.strip():
            server.run(statement)


def kill_again_and_again(server: OrmoluServer, kills: int) -> None:
    chance = random.Random(SEED)
    define(server)
    for batch in range(kills):
        cycle = threading.Thread(target=one_cycle, args=(server, batch))
        cycle.start()
        time.sleep(chance.uniform(0, WHOLE_CYCLE_SECONDS))
        if chance.random() < 0.3:
            for worker in server.workers():
                os.kill(worker, signal.SIGKILL)
        else:
            server.kill()
        cycle.join(60)
        assert not cycle.is_alive(), "the client hangs"
        if server.is_down:
            server.start()
        check_whole(server)
        copy_batch(server, batch)  # the same bytes: loaded already, or loaded now
        server.run("REFRESH silver.ticks CASCADE")
        check_exact(server, batch + 1)
    assert server.run("SELECT count(*) FROM lake.runs WHERE status IN ('queued', 'running')") == [(0,)]


@pytest.mark.timeout(1500)
def test_killed_at_random_moments_the_lake_is_exact(own_server: OrmoluServer) -> None:
    kill_again_and_again(own_server.start(), KILLS)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_killed_at_random_moments_for_a_long_time_the_lake_is_exact(own_server: OrmoluServer) -> None:
    kill_again_and_again(own_server.start(), KILLS_LONG)


def test_sigterm_drains_and_exits_with_status_0(own_server: OrmoluServer) -> None:
    define(own_server.start())
    copy_batch(own_server, 0)
    assert own_server.stop() == 0
    own_server.start()
    assert own_server.run("SELECT count(*) FROM bronze.ticks") == [(ROWS,)]


def test_a_second_server_on_one_folder_is_refused_and_a_folder_that_moved_is_told(own_server: OrmoluServer) -> None:
    own_server.start()
    with pytest.raises(AssertionError, match="another server is at work in"):
        OrmoluServer(own_server.folder).start()
    assert own_server.run("SELECT 1") == [(1,)]
    own_server.kill()
    own_server.start()  # the lock went with the process
    own_server.run("CREATE BRONZE SOURCE there (a integer) FROM UPLOAD FORMAT csv")
    own_server.stop()
    moved = OrmoluServer(own_server.folder.rename(own_server.folder.parent / "moved"))
    moved.start()
    try:
        with pytest.raises(psycopg.errors.UndefinedFile, match=r"metadata\.json\" is missing"):
            moved.run("SELECT count(*) FROM bronze.there")
    finally:
        moved.stop()
