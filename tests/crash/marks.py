"""A small lake whose every state can be told from its rows: what was loaded, merged, repaired, all or nothing.

Batch number v holds 50 rows that every batch updates, 5 rows of its own, and one that a rule sends to quarantine.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from ormolu.catalog.database import open_database, reading
from ormolu.catalog.databases import Databases
from ormolu.catalog.draft_parts import give_up
from ormolu.catalog.lake import Lake
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.sweep import sweep
from tests.peers.faults import Faults
from tests.peers.ormolu import OrmoluServer

UPDATED = 50
OWN = 5
ROWS = UPDATED + OWN + 1
KILL, KILL_SERVER = "kill", "kill parent"
DOWN_SECONDS = 20.0
SETTLED_SECONDS = 60.0

SETUP = (
    "CREATE BRONZE SOURCE marks (id bigint, version integer, amount numeric(12,2)) FROM UPLOAD FORMAT csv "
    "(header = true)",
    "CREATE SILVER TABLE marks (id bigint NOT NULL, amount numeric(12,2) CHECK (amount >= 0)) KEY (id) "
    "SCHEDULE NEVER AS SELECT id, version, amount FROM bronze.marks",
    "CREATE GOLD TABLE sums SCHEDULE NEVER AS SELECT count(*) AS n, max(version) AS newest FROM silver.marks "
    "WHERE id >= 0",
)


def batch_csv(version: int) -> str:
    updated = [f"{key},{version},{key}.50" for key in range(UPDATED)]
    own = [f"{1000 + version * OWN + at},{version},1" for at in range(OWN)]
    return "\n".join(["id,version,amount", *updated, *own, f"{-version},{version},-1"]) + "\n"


def send(connection: psycopg.Connection, version: int) -> None:
    statement = b"COPY bronze.marks FROM STDIN WITH (FORMAT csv, HEADER true)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(batch_csv(version))


@dataclass
class Marks:
    """The lake on one server, and what its user has had acknowledged so far."""

    server: OrmoluServer
    faults: Faults
    catalog: str
    warehouse: Path
    newest: int = 0
    kills: int = 0
    repaired: set[int] = field(default_factory=set)

    def define(self) -> None:
        for statement in SETUP:
            self.server.run(statement)

    # --- what a user does; each may be done again ------------------------------------------------------------------

    def load_and_refresh(self) -> None:
        with self.server.connect() as connection:
            send(connection, self.newest + 1)
            connection.execute("REFRESH silver.marks CASCADE")

    def in_a_transaction(self) -> None:
        with self.server.connect() as connection:
            connection.execute("BEGIN")
            send(connection, self.newest + 1)
            connection.execute("REFRESH silver.marks")
            connection.execute("REFRESH gold.sums")
            connection.execute(
                f"CREATE OR REPLACE BRONZE SOURCE own_{self.newest} (a int) FROM UPLOAD FORMAT csv".encode()
            )
            connection.execute("COMMIT")

    def define_one_more(self) -> None:
        self.server.run("CREATE OR REPLACE BRONZE SOURCE other (a integer) FROM UPLOAD FORMAT csv")
        self.server.run("DROP BRONZE SOURCE other")

    def copy_and_drop_a_database(self) -> None:
        """A copy has all that its template has, or is not there."""
        self.server.run("CREATE DATABASE IF NOT EXISTS other TEMPLATE lakehouse")
        with self.server.connect(database="other") as other:
            count = "SELECT count(*) FROM bronze.marks WHERE version <= %s"
            assert other.execute(count, (self.newest,)).fetchall() == [(self.newest * ROWS,)]
            send(other, self.newest + 1)
            other.execute("REFRESH silver.marks CASCADE")
        self.server.run("DROP DATABASE other")

    def promote(self) -> None:
        self.server.run("CREATE DATABASE IF NOT EXISTS tried TEMPLATE lakehouse")
        with self.server.connect(database="tried") as tried:
            tried.execute(
                "CREATE OR REPLACE GOLD TABLE counts SCHEDULE NEVER AS SELECT count(*) AS n FROM silver.marks"
            )
            tried.execute("CREATE OR REPLACE BRONZE SOURCE tried (a integer) FROM UPLOAD FORMAT csv")
        self.server.run("ALTER DATABASE lakehouse PROMOTE FROM tried")
        self.server.run("DROP DATABASE tried")

    def promoted(self) -> int:
        """How many of the two objects are there."""
        return len(self.server.run("SELECT name FROM lake.objects WHERE name IN ('gold.counts', 'bronze.tried')"))

    def repair(self) -> None:
        self.server.run(f"UPDATE quarantine.marks SET amount = 1 WHERE id = {-self.newest}")
        self.server.run("REFRESH silver.marks FROM QUARANTINE")

    def tend(self) -> None:
        make_old(self.warehouse)
        self.server.run("VACUUM bronze.marks WITH (expire = '1 second', grace = '0 seconds')")
        self.server.run("VACUUM silver.marks WITH (expire = '1 second', grace = '0 seconds')")

    def join_manifests(self) -> None:
        self.server.run("VACUUM bronze.marks WITH (compact = false)")

    # --- how it is killed ------------------------------------------------------------------------------------------

    def kill_at(self, point: str, action: str, work: Callable[[], None]) -> None:
        """Have the process that reaches the point end there while `work` is done; then bring the server up again."""
        self.faults.arm(point, action)
        thread = threading.Thread(target=_tried, args=(work,))
        thread.start()
        self.faults.wait_until_reached(point)
        if action == KILL_SERVER or self.faults.reached_by(point) == self.server.pid:
            assert self.server.has_died(within=DOWN_SECONDS), f"the server survives {point}"
        thread.join(120)
        assert not thread.is_alive(), f"the client hangs after {point}"
        self.kills += 1
        if self.server.is_down:
            self.server.start()

    # --- what must hold --------------------------------------------------------------------------------------------

    def check_whole(self) -> None:
        """Every batch is there with all its rows or not at all, and each layer is one state of the layer before."""
        with self.server.connect() as connection:
            counts = connection.execute("SELECT version, count(*) FROM bronze.marks GROUP BY version").fetchall()
            assert all(rows == ROWS for _, rows in counts), counts
            assert {version for version, _ in counts} in ({*range(1, self.newest + 1)}, {*range(1, self.newest + 2)})
            (silver,) = connection.execute(
                f"SELECT count(*) FILTER (WHERE id >= 0), count(DISTINCT id) FILTER (WHERE id >= 0), "
                f"min(version) FILTER (WHERE id >= 0 AND id < {UPDATED}), max(version) FILTER (WHERE id >= 0) "
                "FROM silver.marks".encode()
            ).fetchall()
            if silver[0]:
                rows = UPDATED + OWN * silver[3]
                assert silver == (rows, rows, silver[3], silver[3]), silver
            (gold,) = connection.execute("SELECT n, newest FROM gold.sums").fetchall()
            assert gold[0] in (0, None) or gold[0] == UPDATED + OWN * gold[1], gold

    def check_exact(self) -> None:
        """After all was tried again, the lake is that of a server that was never killed."""
        n = self.newest
        assert self.server.run("SELECT count(*), count(DISTINCT _row_id) FROM bronze.marks") == [(n * ROWS, n * ROWS)]
        good = UPDATED + OWN * n
        found = self.server.run("SELECT count(*), count(DISTINCT id) FROM silver.marks WHERE id >= 0")
        assert found == [(good, good)], found
        assert self.server.run("SELECT n, newest FROM gold.sums") == [(good, n)]
        assert self.server.run("SELECT count(*), count(DISTINCT id) FROM quarantine.marks") == [(n, n)]
        repaired = self.server.run("SELECT id FROM silver.marks WHERE id < 0")
        assert sorted(-key for (key,) in repaired) == sorted(self.repaired)

    def check_settled(self) -> None:
        """No run waits for somebody who is gone.

        Servers of a team do not know of each other's sessions: a transaction is given up once it is too old to commit.
        """
        if not self.catalog.startswith("sqlite"):
            self._give_up_what_is_old()
        waiting = "SELECT object, status FROM lake.runs WHERE status IN ('queued', 'running', 'staged')"
        end = time.monotonic() + SETTLED_SECONDS
        while found := self.server.run(waiting):
            assert time.monotonic() < end, found
            time.sleep(0.1)

    def _give_up_what_is_old(self) -> None:
        engine = open_database(self.catalog)
        try:
            for database in Databases(engine).all():
                lake = Lake(engine, database=database.name, warehouse=str(self.warehouse))
                give_up(lake, before=datetime.now(UTC))
        finally:
            engine.dispose()

    def check_swept(self) -> int:
        """The sweep finds every file that nothing refers to, and no other; how many it removed."""
        engine = open_database(self.catalog)
        try:
            lakes = [
                Lake(engine, database=place, warehouse=str(self.warehouse)) for place in Databases(engine).places()
            ]
            later = datetime.now(UTC) + timedelta(days=2)
            removed = [file for lake in lakes for file in sweep(lake, at=later).files]
            with reading(engine) as connection:
                live = reachable_files(connection)
        finally:
            engine.dispose()
        there = {str(path) for path in self.warehouse.rglob("*") if path.is_file()}
        assert there == live, (sorted(there - live)[:5], sorted(live - there)[:5])
        return len(removed)


def make_old(folder: Path) -> None:
    """Older than the time that a run may take: the sweep leaves younger files alone."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))


def _tried(work: Callable[[], None]) -> None:
    try:
        work()
    except psycopg.Error:
        return
