"""Which tables get a native copy, and when: behind a publish or a read, never in their way."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from ormolu.catalog.copied_table import CopiedTable
from ormolu.catalog.lake import Head, Lake
from ormolu.catalog.table import IcebergTable
from ormolu.definitions import BronzeSource, GoldMetric, GoldTable, SilverTable, TableName
from ormolu.engine.native_copies import GROWTH, NativeCopies, Version
from ormolu.errors import OrmoluError
from ormolu.sql_extensions.options.values import find_interval

SMALL_GOLD_BYTES = 64 * 1024**2
HOT_READS = 3  # queries of different texts over one version
SHARE_OF_BUDGET = 4  # the part of the budget that one table may take by itself
LOOK_SECONDS = 2.0
PAST_SECONDS = 60.0  # how long after its last read the copy of a past version is kept
READS_MAX = 10_000
_Declared = (BronzeSource, SilverTable, GoldTable, GoldMetric)
logger = logging.getLogger("ormolu")


class Copies(Protocol):
    """What planning needs of the copies."""

    @property
    def generation(self) -> int: ...

    def through(self, table: IcebergTable) -> IcebergTable: ...


class NoCopies:
    """Every table is read from its files."""

    generation = 0

    def through(self, table: IcebergTable) -> IcebergTable:
        return table


class CopyKeeper:
    """Reads tables through their copies, and makes the copies in a thread of its own.

    A version is told by where its metadata is: databases that have it in common have the same rows.
    """

    def __init__(self, lakes: Callable[[], Sequence[Lake]], copies: NativeCopies) -> None:
        self._lakes = lakes
        self._copies = copies
        self._reads: Counter[tuple[TableName, str]] = Counter()
        self._refused: set[tuple[TableName, str]] = set()
        self._lock = Lock()
        self._wake = Event()
        self._is_stopping = False
        self._thread = Thread(target=self._work, name="native copies", daemon=True)

    @property
    def generation(self) -> int:
        return self._copies.generation

    def through(self, table: IcebergTable) -> IcebergTable:
        """The table, read from its copy where there is one of exactly this version."""
        place = self._copies.find(str(table.name), table.metadata_location)
        if place is not None:
            return CopiedTable(table, place)
        with self._lock:
            if len(self._reads) >= READS_MAX:
                self._reads.clear()
            self._reads[table.name, table.metadata_location] += 1
        self._wake.set()
        return table

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._copies.close()

    def _work(self) -> None:
        while not self._is_stopping:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                self.look()
            except (OrmoluError, DBAPIError, OSError) as error:  # of the catalog, or of a store
                logger.warning("native copies: %s", error)

    def look(self) -> None:
        """Make what is wanted of the newest tables; let go of what is not."""
        heads = [lake.head() for lake in self._lakes()]
        self._copies.forget(
            [
                version
                for version, idle in self._copies.versions()
                if all(self._is_over(version, idle, head) for head in heads)
            ]
        )
        self._copies.drop_forgotten()
        for head in heads:
            self._copy(head)
        with self._lock:
            known = {item for head in heads for item in head.pointers.items()}
            self._refused &= known
            for key in [key for key in self._reads if key not in known]:
                del self._reads[key]

    def _copy(self, head: Head) -> None:
        for name, location in sorted(self._candidates(head)):
            if self._is_stopping:
                return
            try:
                fits = self._copied(name, location, head)
            except OrmoluError as error:
                fits = False
                logger.warning("no native copy of %s: %s", name, error.message)
            if not fits:
                self._refused.add((name, location))

    def _candidates(self, head: Head) -> set[tuple[TableName, str]]:
        held = {(version.name, version.location) for version, _ in self._copies.versions()}
        names = self._copied_names()
        with self._lock:
            reads = dict(self._reads)
        return {
            (name, location)
            for name, location in head.pointers.items()
            if (str(name), location) not in held
            and (name, location) not in self._refused
            and (reads.get((name, location)) or str(name) in names or self._option(name, head) not in ("auto", "off"))
        }

    def _copied_names(self) -> set[str]:
        return {version.name for version, _ in self._copies.versions()}

    def _copied(self, name: TableName, location: str, head: Head) -> bool:
        """Make the copy where one is wanted; False where it does not fit."""
        table = head.table(name)
        with self._lock:
            reads = self._reads.get((name, location), 0)
        if not self._is_wanted(table, head, reads, was_copied=str(name) in self._copied_names()):
            return True
        return self._copies.make(Version(str(name), location, table.bytes), table.source())

    def _is_wanted(self, table: IcebergTable, head: Head, reads: int, *, was_copied: bool) -> bool:
        if table.bytes * GROWTH > self._copies.bytes_max:
            return False
        match self._option(table.name, head):
            case "off":
                return False
            case "auto" if table.name.schema == "gold" and table.bytes <= SMALL_GOLD_BYTES:
                return True
            case "auto":
                is_modest = table.bytes * GROWTH * SHARE_OF_BUDGET <= self._copies.bytes_max
                return is_modest and (reads >= HOT_READS or was_copied)
            case _:
                return True

    def _option(self, name: TableName, head: Head) -> str:
        definition = head.definitions.find_relation(name)
        return str(definition.options.find("cache") or "auto") if isinstance(definition, _Declared) else "auto"

    def _is_over(self, version: Version, idle_seconds: float, head: Head) -> bool:
        """Whether a copy has served: it is off now, or was not read for as long as it is kept."""
        name = TableName(*version.name.split(".", 1))
        option = self._option(name, head)
        kept = find_interval(option)
        if option == "off" or (kept is not None and timedelta(seconds=idle_seconds) > kept):
            return True
        if head.pointers.get(name) == version.location:
            return False
        return name not in head.pointers or idle_seconds > PAST_SECONDS
