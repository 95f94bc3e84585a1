"""Copies of tables in the engine's own format, in a file of one server: made by it for itself, and disposable.

A copy is of one version of a table for ever, so it is never stale. Past the budget those go first that were not read
for longest. A copy that is let go is found no more at once, and dropped some time later: a query that was planned with
it meanwhile still runs, and one that runs already keeps its rows. The file keeps what was dropped until it is written
over: where rows were erased it goes as a whole.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import duckdb
from sqlglot import exp

from ormolu.engine.errors import from_engine

CATALOG = "native_copies"
DROPPED_AFTER_SECONDS = 60.0
GROWTH = 3  # a copy is counted as so many times the bytes of the compressed files, or as what it takes
BLOCK_BYTES = 256 * 1024
_FILE_NAME = re.compile(r"copies-(\d+)(-\d+)?\.duckdb")


@dataclass(frozen=True, slots=True)
class Version:
    """Of which table, and which of its states; `bytes` are those of its data files."""

    name: str
    location: str
    bytes: int


@dataclass(frozen=True, slots=True)
class _Database:
    """A file of copies, and the name by which the engine knows it."""

    name: str
    file: Path

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        file = exp.Literal.string(str(self.file)).sql("duckdb")
        connection.execute(f"ATTACH {file} AS {self.name}")

    def table(self, place: str) -> exp.Table:
        return exp.table_(exp.to_identifier(place, quoted=True), db="main", catalog=self.name)

    def unlink(self) -> None:
        for file in (self.file, self.file.with_name(self.file.name + ".wal")):
            file.unlink(missing_ok=True)


@dataclass(slots=True)
class _Copy:
    version: Version
    database: _Database
    place: str
    bytes: int
    read_at: float


class NativeCopies:
    """Made before its engine is locked, which may go on reading and writing in `folder`.

    `make` and `drop_forgotten` are for one thread at a time, all else for any.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        *,
        bytes_max: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        self._database = _Database(CATALOG, folder / f"copies-{os.getpid()}.duckdb")
        self._connection = connection.cursor()
        self._database.attach(self._connection)
        self.bytes_max = bytes_max
        self._clock = clock
        self._numbers = itertools.count(1)
        self._copies: OrderedDict[tuple[str, str], _Copy] = OrderedDict()
        self._dropped: list[tuple[float, str]] = []
        self._left: list[tuple[float, _Database]] = []
        self._lock = Lock()
        self._generation = 0

    @property
    def generation(self) -> int:
        """Another number whenever what `find` answers may have changed."""
        return self._generation

    def find(self, name: str, location: str) -> exp.Table | None:
        """Where the copy of that version is; that counts as a read."""
        with self._lock:
            copy = self._copies.get((name, location))
            if copy is None:
                return None
            copy.read_at = self._clock()
            self._copies.move_to_end((name, location))
            return copy.database.table(copy.place)

    def versions(self) -> tuple[tuple[Version, float], ...]:
        """What there is, and for how many seconds it was not read."""
        now = self._clock()
        with self._lock:
            return tuple((copy.version, now - copy.read_at) for copy in self._copies.values())

    def make(self, version: Version, rows: exp.Query) -> bool:
        """Copy `rows`, which are those of that version; False where they do not fit the budget."""
        place, database = f"{version.name} #{next(self._numbers)}", self._database
        before = self._bytes_used(database)
        statement = exp.Create(this=database.table(place), kind="TABLE", expression=rows)
        try:
            self._connection.execute(statement.sql("duckdb"))
            self._checkpoint(database)
        except duckdb.Error as error:
            raise from_engine(error) from error
        bytes_used = max(self._bytes_used(database) - before, version.bytes * GROWTH, BLOCK_BYTES)
        copy = _Copy(version, database, place, bytes_used, self._clock())
        with self._lock:
            if database != self._database:
                return True  # rows were erased meanwhile: it is made anew where it is still wanted
            fits = copy.bytes <= self.bytes_max
            if fits:
                self._copies[version.name, version.location] = copy
                self._generation += 1
            else:
                self._dropped.append((0.0, place))
        self._keep_to_budget()
        self.drop_forgotten()
        return fits

    def forget(self, gone: Collection[Version]) -> None:
        with self._lock:
            for version in gone:
                copy = self._copies.pop((version.name, version.location), None)
                if copy is not None:
                    self._dropped.append((self._clock() + DROPPED_AFTER_SECONDS, copy.place))
                    self._generation += 1

    def begin_anew(self) -> None:
        """Rows were erased: the file goes at once with all copies. Queries that know it read it on while it is open."""
        with self._lock:
            left, number = self._database, next(self._numbers)
            self._database = _Database(
                f"{CATALOG}_{number}", left.file.with_name(f"copies-{os.getpid()}-{number}.duckdb")
            )
            try:
                self._database.attach(self._connection.cursor())
            except duckdb.Error as error:
                raise from_engine(error) from error
            self._left.append((self._clock() + DROPPED_AFTER_SECONDS, left))
            self._copies.clear()
            self._dropped.clear()
            self._generation += 1
        left.unlink()

    def _keep_to_budget(self) -> None:
        with self._lock:
            used, gone = sum(copy.bytes for copy in self._copies.values()), []
            for copy in self._copies.values():
                if used <= self.bytes_max:
                    break
                used -= copy.bytes
                gone.append(copy.version)
        self.forget(gone)

    def drop_forgotten(self) -> None:
        """Free the room of what was let go long enough ago."""
        now = self._clock()
        with self._lock:
            due = [place for at, place in self._dropped if at <= now]
            self._dropped = [(at, place) for at, place in self._dropped if at > now]
            over = [database for at, database in self._left if at <= now]
            self._left = [(at, database) for at, database in self._left if at > now]
            database = self._database
        try:
            for place in due:
                self._connection.execute(f"DROP TABLE IF EXISTS {database.table(place).sql('duckdb')}")
            if due:
                self._checkpoint(database)
            for each in over:
                self._connection.execute(f"DETACH {each.name}")
                each.unlink()
        except duckdb.Error as error:
            raise from_engine(error) from error

    def _checkpoint(self, database: _Database) -> None:
        """Write the file now where no query reads it; where one does, the engine does it by itself later."""
        with suppress(duckdb.TransactionException):
            self._connection.execute(f"CHECKPOINT {database.name}")

    def _bytes_used(self, database: _Database) -> int:
        sizes = self._connection.execute("SELECT database_name, used_blocks * block_size FROM pragma_database_size()")
        return next((int(size) for name, size in sizes.fetchall() if name == database.name), 0)

    def close(self) -> None:
        """The files go with the server; another one sweeps them where this one was killed."""
        self._connection.close()
        for database in (self._database, *(each for _, each in self._left)):
            database.unlink()


def sweep(folder: Path) -> None:
    """Remove the copies of servers that are no more."""
    for file in folder.glob("copies-*.duckdb*"):
        match = _FILE_NAME.match(file.name)
        if match and not _is_alive(int(match[1])):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # of a server before this one, which had the same number
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
