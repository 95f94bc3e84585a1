"""Sessions that append to registers and read them over the wire, and write down what they saw.

A register is the rows of one key in one of two bronze tables, in the order of their `_row_id`.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from psycopg import errors

from tests.isolation.history_checker import End, Read, Transaction
from tests.peers.ormolu import OrmoluServer

TABLES = ("left_side", "right_side")
READS_A_WRITE = 4
VALUES_A_KEY = 120  # then a new register begins: reads stay short
CLEANLY_FAILED = (errors.SerializationFailure, errors.QueryCanceled, errors.InFailedSqlTransaction)


def define(server: OrmoluServer) -> None:
    for table in TABLES:
        server.run(f"CREATE BRONZE SOURCE {table} (key integer, value integer) FROM UPLOAD FORMAT csv")


@dataclass
class Campaign:
    """`operations` are counted over all sessions: appends and reads, failed ones too."""

    server: OrmoluServer
    operations: int
    seed: int
    history: list[Transaction] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _values: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _written: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _failures: list[BaseException] = field(default_factory=list)

    def run(self, *, writers: int, readers: int) -> list[Transaction]:
        works = [(self._write, at) for at in range(writers)] + [(self._read, writers + at) for at in range(readers)]
        threads = [threading.Thread(target=self._session, args=each, name=f"session-{each[1]}") for each in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        with self.server.connect() as connection:
            for key in range(self._key() + 1):
                self._read_once(connection, session=10_000, key=key)
        return self.history

    def _session(self, work: Callable[[psycopg.Connection, random.Random, int], None], session: int) -> None:
        chance = random.Random(self.seed * 1000 + session)
        try:
            with self.server.connect() as connection:
                while len(self.history) < self.operations:
                    work(connection, chance, session)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self._failures.append(error)
            self.operations = 0

    # --- reading ---------------------------------------------------------------------------------------------------

    def _read(self, connection: psycopg.Connection, chance: random.Random, session: int) -> None:
        if len(self.history) > READS_A_WRITE * (self._written + 1):
            time.sleep(0.02)  # the writers shall have their share
            return
        if chance.random() < 0.8:
            self._read_once(connection, session=session, key=self._key())
            return
        key, began = self._key(), time.monotonic()
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        seen = []
        for _ in range(3):
            seen.append(Read(self._seen(connection, key, chance.choice([TABLES, TABLES[:1], TABLES[1:]]))))
            time.sleep(chance.uniform(0, 0.02))
        connection.execute("COMMIT")
        self._note(session, began, End.COMMITTED, {}, tuple(seen))

    def _read_once(self, connection: psycopg.Connection, *, session: int, key: int) -> None:
        began = time.monotonic()
        self._note(session, began, End.COMMITTED, {}, (Read(self._seen(connection, key, TABLES)),))

    def _seen(self, connection: psycopg.Connection, key: int, tables: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
        each = " UNION ALL ".join(
            f"SELECT '{table}' AS side, value, _row_id FROM bronze.{table} WHERE key = {key}" for table in tables
        )
        found: dict[str, list[int]] = {table: [] for table in tables}
        for side, value, _ in connection.execute(f"{each} ORDER BY side, _row_id".encode()).fetchall():
            found[side].append(value)
        return {f"{table}/{key}": tuple(values) for table, values in found.items()}

    # --- appending -------------------------------------------------------------------------------------------------

    def _write(self, connection: psycopg.Connection, chance: random.Random, session: int) -> None:
        key, began = self._key(), time.monotonic()
        appends: dict[str, list[int]] = defaultdict(list)
        reads: tuple[Read, ...] = ()
        kind, is_committed = chance.random(), True
        try:
            if kind < 0.3:
                self._append(connection, appends, chance.choice(TABLES), key)
            else:
                level = "REPEATABLE READ" if kind > 0.6 else "READ COMMITTED"
                connection.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
                if kind > 0.6:
                    reads = (Read(self._seen(connection, key, TABLES)),)
                for table in TABLES:
                    for _ in range(chance.choice((1, 1, 2))):
                        self._append(connection, appends, table, key)
                is_committed = chance.random() > 0.1
                connection.execute("COMMIT" if is_committed else "ROLLBACK")
        except CLEANLY_FAILED:
            is_committed = False
            connection.execute("ROLLBACK")
        end = End.COMMITTED if is_committed else End.ABORTED
        self._note(session, began, end, {name: tuple(values) for name, values in appends.items()}, reads)

    def _append(self, connection: psycopg.Connection, appends: dict[str, list[int]], table: str, key: int) -> None:
        with self._guard:
            value = next(self._values)
        appends[f"{table}/{key}"].append(value)
        with connection.cursor().copy(f"COPY bronze.{table} FROM STDIN WITH (FORMAT csv)".encode()) as copy:
            copy.write(f"{key},{value}\n")

    # --- what both need --------------------------------------------------------------------------------------------

    def _key(self) -> int:
        return self._written // VALUES_A_KEY

    def _note(
        self,
        session: int,
        began: float,
        end: End,
        appends: dict[str, tuple[int, ...]],
        reads: tuple[Read, ...],
    ) -> None:
        ended = time.monotonic()
        with self._guard:
            self.history.append(Transaction(next(self._numbers), session, began, ended, end, appends, reads))
            self._written += bool(appends)
