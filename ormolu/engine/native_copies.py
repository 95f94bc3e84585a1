"""Copies of tables in the engine's own format, in a file of one server: made by it for itself, and disposable.

A copy is of one version of a table for ever, so it is never stale. Past the budget those go first that were not read
for longest. A copy that is let go is found no more at once, and dropped some time later: a query that was planned with
it meanwhile still runs, and one that runs already keeps its rows.
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
_FILE_NAME = re.compile(r"copies-(\d+)\.duckdb")


@dataclass(frozen=True, slots=True)
class Version:
    """Of which table, and which of its states; `bytes` are those of its data files."""

    name: str
    location: str
    bytes: int


@dataclass(slots=True)
class _Copy:
    version: Version
    place: str
    bytes: int
    read_at: float


class NativeCopies:
    """Made before its engine is locked; `make` is for one thread at a time, all else for any."""

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
        self._file = folder / f"copies-{os.getpid()}.duckdb"
        self._connection = connection.cursor()
        place = exp.Literal.string(str(self._file)).sql("duckdb")
        self._connection.execute(f"ATTACH {place} AS {CATALOG}")
        self.bytes_max = bytes_max
        self._clock = clock
        self._numbers = itertools.count(1)
        self._copies: OrderedDict[tuple[str, str], _Copy] = OrderedDict()
        self._dropped: list[tuple[float, str]] = []
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
            return exp.table_(exp.to_identifier(copy.place, quoted=True), db="main", catalog=CATALOG)

    def versions(self) -> tuple[tuple[Version, float], ...]:
        """What there is, and for how many seconds it was not read."""
        now = self._clock()
        with self._lock:
            return tuple((copy.version, now - copy.read_at) for copy in self._copies.values())

    def make(self, version: Version, rows: exp.Query) -> bool:
        """Copy `rows`, which are those of that version; False where they do not fit the budget."""
        place = f"{version.name} #{next(self._numbers)}"
        target = exp.table_(exp.to_identifier(place, quoted=True), db="main", catalog=CATALOG)
        before = self._bytes_used()
        statement = exp.Create(this=target, kind="TABLE", expression=rows)
        try:
            self._connection.execute(statement.sql("duckdb"))
            self._checkpoint()
        except duckdb.Error as error:
            raise from_engine(error) from error
        copy = _Copy(
            version, place, max(self._bytes_used() - before, version.bytes * GROWTH, BLOCK_BYTES), self._clock()
        )
        with self._lock:
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
        try:
            for place in due:
                target = exp.table_(exp.to_identifier(place, quoted=True), db="main", catalog=CATALOG)
                self._connection.execute(f"DROP TABLE IF EXISTS {target.sql('duckdb')}")
            if due:
                self._checkpoint()
        except duckdb.Error as error:
            raise from_engine(error) from error

    def _checkpoint(self) -> None:
        """Write the file now where no query reads it; where one does, the engine does it by itself later."""
        with suppress(duckdb.TransactionException):
            self._connection.execute(f"CHECKPOINT {CATALOG}")

    def _bytes_used(self) -> int:
        sizes = self._connection.execute("SELECT database_name, used_blocks * block_size FROM pragma_database_size()")
        return next((int(size) for name, size in sizes.fetchall() if name == CATALOG), 0)

    def close(self) -> None:
        """The file goes with the server; another one sweeps it where this one was killed."""
        self._connection.close()
        for file in (self._file, self._file.with_name(self._file.name + ".wal")):
            file.unlink(missing_ok=True)


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
