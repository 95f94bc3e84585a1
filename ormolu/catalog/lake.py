"""One database's tables and definitions: what they are now, and the one way to change them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from sqlalchemy import Engine

from ormolu.catalog import commit as commits
from ormolu.catalog.caches import Cache
from ormolu.catalog.changes import Change, DefinitionChange, Statement, TableChange, TableDrop, TableRestore
from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.definitions_log import DEFINITIONS, Definitions, LogFiles, append_change, creation, read_definitions
from ormolu.catalog.fields import copy_field_ids, planned_columns
from ormolu.catalog.lake_relations import definitions_relation, quarantine_relation
from ormolu.catalog.past_columns import with_past_columns
from ormolu.catalog.relations import find_relation, location_as_of
from ormolu.catalog.table import IcebergTable, ManifestFiles
from ormolu.catalog.table_files import read_metadata
from ormolu.catalog.unchanged import Unchanged
from ormolu.definitions import Kind, TableName
from ormolu.disk import told_when_full
from ormolu.errors import OrmoluError, SerializationFailure, UndefinedTable
from ormolu.faults import reach
from ormolu.medallion.lineage import base_of
from ormolu.sql_extensions.relations import Relation

if TYPE_CHECKING:
    from ormolu.sql_extensions.dialect.context import AsOf

__all__ = [
    "DefinitionChange",
    "Definitions",
    "Head",
    "IcebergTable",
    "Lake",
    "TableChange",
    "TableDrop",
    "TableRestore",
    "copy_field_ids",
    "planned_columns",
]

QUARANTINE = TableName("lake", "quarantine")
LAYERS = ("bronze", "silver", "gold")
NAMESPACES = ("bronze", "silver", "gold", "quarantine", "lake")
TABLES_CACHED_MAX = 512
TABLE_VERSIONS_CACHED_MAX = 2  # of each: one tells of every snapshot there is, so that many would be many times that
MANIFESTS_CACHED_MAX = 2048
DEFINITIONS_CACHED_MAX = 8
LOG_FILES_CACHED_MAX = 256
REBASES_MAX = 30
REBASE_PAUSE_SECONDS = 0.01

Through = Callable[[IcebergTable], IcebergTable]  # the same table, read in another way
Value = TypeVar("Value")
Versions = Mapping[tuple[Kind, str], int]  # of definitions


class Lake:
    """Safe to share between threads; processes see each other's commits by the pointers."""

    def __init__(self, engine: Engine, *, database: str, warehouse: str) -> None:
        self.engine = engine
        self.database = database
        self.warehouse = warehouse if "://" in warehouse else str(Path(warehouse).absolute())
        self._tables: Cache[TableName, Cache[str, IcebergTable]] = Cache(TABLES_CACHED_MAX)
        self._manifest_files: ManifestFiles = Cache(MANIFESTS_CACHED_MAX)
        self._definitions: Cache[str, Definitions] = Cache(DEFINITIONS_CACHED_MAX)
        self._log_files: LogFiles = Cache(LOG_FILES_CACHED_MAX)
        self._is_created = False
        self._unchanged = Unchanged(engine)

    def _share(self, other: Lake, engine: Engine) -> None:
        """Be the same lake over another engine, with the other's caches: what they hold never changes."""
        self.engine = engine
        self.database = other.database
        self.warehouse = other.warehouse
        self._tables = other._tables
        self._manifest_files = other._manifest_files
        self._definitions = other._definitions
        self._log_files = other._log_files
        self._unchanged = other._unchanged
        self._is_created = False

    @property
    def records(self) -> Engine:
        """Where what is written stays, whatever becomes of the transaction around it: why a run failed, for one."""
        return self.engine

    def head(self) -> Head:
        """The tables as they stand: all pointers in one SELECT, so that they belong together."""
        return self.kept("head", self._read_head)

    def _read_head(self) -> Head:
        with reading(self.engine) as connection:
            return Head(self, commits.read_pointers(connection, self.database))

    def kept(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """What `read` made of the catalog's database, where nothing was committed to it since."""
        return self._unchanged.get(key, read)

    def new_location(self, table: TableName) -> str:
        """Where a new table keeps its files; its own even when a dropped table had the name."""
        name = re.sub(r"[^a-z0-9_]", "_", table.name.lower())[:60]
        return f"{self.warehouse}/{self.database}/{table.schema}/{name}-{uuid4()}"

    def table_at(self, name: TableName, metadata_location: str) -> IcebergTable:
        return self._versions_of(name).get(
            metadata_location,
            lambda: IcebergTable(name, metadata_location, read_metadata(metadata_location), self._manifest_files),
        )

    def _versions_of(self, name: TableName) -> Cache[str, IcebergTable]:
        return self._tables.get(name, lambda: Cache(TABLE_VERSIONS_CACHED_MAX))

    def definitions_at(self, metadata_location: str | None) -> Definitions:
        if metadata_location is None:
            return Definitions(())
        return self._definitions.get(
            metadata_location,
            lambda: read_definitions(self.table_at(DEFINITIONS, metadata_location), self._log_files),
        )

    def commit(
        self,
        changes: Sequence[Change],
        definitions: Sequence[DefinitionChange] = (),
        statements: Sequence[Statement] = (),
        *,
        at: datetime,
        run_id: int | None = None,
        based_on: Head | None = None,
    ) -> Head:
        """Make all of it visible in one instant, or nothing; 40001 when a table moved since it was read.

        A definition conflicts with a concurrent change of the same object only; `based_on` is the head that the
        caller decided on (else the newest). `statements` run inside the same SQL transaction, after the pointers.
        """
        known = latest_versions(definitions, (based_on or self.head()).definitions) if definitions else {}
        turns = self.stage(changes, run_id=run_id)
        pointers = self.turn(turns, definitions, statements, at=at, run_id=run_id, known=known)
        for turn in turns:
            self._remember(turn)
        return Head(self, pointers)

    def stage(self, changes: Sequence[Change], *, run_id: int | None) -> list[commits.Turn]:
        """Write the metadata of the changes beside the live one: nothing refers to it yet."""
        turns: list[commits.Turn] = []
        try:
            with told_when_full():
                for change in changes:
                    turns.append(commits.stage(change, self._base(change), run_id=run_id))
        except BaseException:
            commits.discard(turns)
            raise
        reach("publish:staged")
        return turns

    def _base(self, change: Change) -> IcebergTable | None:
        if isinstance(change, TableDrop) or change.based_on is None:
            return None
        return self.table_at(change.table, change.based_on)

    def turn(
        self,
        turns: Sequence[commits.Turn],
        definitions: Sequence[DefinitionChange],
        statements: Sequence[Statement],
        *,
        at: datetime,
        run_id: int | None,
        known: Versions,
    ) -> Mapping[TableName, str]:
        """Turn the pointers; the definitions are staged again each time that only their log moved.

        `known` are the versions of the definitions that the changes were decided on. What was staged is deleted only
        where the transaction is known to be undone. After any other error, a connection lost in COMMIT for one, the
        pointers may have turned: then it is left to the sweep.
        """
        if definitions:
            self._create(at)
        made = [*statements, lambda _: reach("publish:pointers-turned")]
        for attempt in range(REBASES_MAX):
            log: list[commits.Turn] = []
            try:
                with told_when_full():
                    log = self._stage_definitions(definitions, known, at=at, run_id=run_id)
                pointers = in_transaction(
                    self.engine,
                    lambda connection, log=log: commits.turn_pointers(  # type: ignore[misc]  # called at once
                        connection, [*turns, *log], made, database=self.database, at=at, run_id=run_id
                    ),
                )
            except commits.PointersMoved as moved:
                commits.discard(log)
                if moved.tables != {DEFINITIONS}:
                    reach("publish:conflict")
                    tables = ", ".join(sorted(str(table) for table in moved.tables - {DEFINITIONS}))
                    commits.discard(turns)
                    raise SerializationFailure(
                        f"could not serialize access due to concurrent update of {tables}", hint="Try again."
                    ) from moved
                reach("publish:rebase")
                time.sleep(REBASE_PAUSE_SECONDS * attempt)
            except OrmoluError:  # of a statement, or of the staging: nothing was committed for certain
                commits.discard([*turns, *log])
                raise
            else:
                reach("publish:committed")
                for turn in log:
                    self._remember(turn)
                return pointers
        commits.discard(turns)
        raise SerializationFailure("could not serialize access: the definitions kept moving", hint="Try again.")

    def _stage_definitions(
        self, changes: Sequence[DefinitionChange], known: Versions, *, at: datetime, run_id: int | None
    ) -> list[commits.Turn]:
        if not changes:
            return []
        newest = self.head().pointers[DEFINITIONS]
        definitions = self.definitions_at(newest)
        for change in changes:
            key = (change.kind, change.name)
            if definitions.latest_version(*key) != known[key]:
                raise SerializationFailure(
                    f"could not serialize access: {change.name} was defined anew meanwhile", hint="Try again."
                )
        table = self.table_at(DEFINITIONS, newest)
        change_of_log = append_change(table, definitions, changes, at=at)
        turn = commits.stage(change_of_log, table, run_id=run_id)
        reach("publish:definitions-staged")
        return [commits.with_files(turn, change_of_log.added)]

    def _remember(self, turn: commits.Turn) -> None:
        """What was just written need not be read back."""
        if turn.to is not None and turn.metadata is not None:
            table = IcebergTable(turn.table, turn.to, turn.metadata, self._manifest_files)
            self._versions_of(turn.table).put(turn.to, table)

    def _create(self, at: datetime) -> None:
        """Make the namespaces and the definitions table where this is the first change; another may be faster."""
        if self._is_created or DEFINITIONS in self.head().pointers:
            self._is_created = True
            return
        turn = commits.stage(creation(self.new_location(DEFINITIONS)), None, run_id=None)
        try:
            in_transaction(
                self.engine,
                lambda connection: commits.create_namespaces(
                    connection, turn, NAMESPACES, database=self.database, at=at
                ),
            )
        except commits.PointersMoved:
            commits.discard([turn])
        self._is_created = True


def latest_versions(changes: Sequence[DefinitionChange], definitions: Definitions) -> Versions:
    keys = {(change.kind, change.name) for change in changes}
    return {key: definitions.latest_version(*key) for key in keys}


def _through(table: IcebergTable | None, through: Through) -> IcebergTable | None:
    return None if table is None else through(table)


class Head:
    """One consistent set of tables. Immutable, and cheap: what it leads to is cached by metadata location."""

    def __init__(self, lake: Lake, pointers: Mapping[TableName, str]) -> None:
        self.lake = lake
        self.pointers = pointers

    @cached_property
    def version(self) -> str:
        """Equal for equal sets of pointers."""
        text = "\n".join(f"{table}\t{self.pointers[table]}" for table in sorted(self.pointers))
        return sha256(text.encode()).hexdigest()

    @property
    def definitions(self) -> Definitions:
        return self.lake.definitions_at(self.pointers.get(DEFINITIONS))

    def find_table(self, name: TableName) -> IcebergTable | None:
        location = self.pointers.get(name)
        return None if location is None else self.lake.table_at(name, location)

    def table(self, name: TableName) -> IcebergTable:
        table = self.find_table(name)
        if table is None:
            raise UndefinedTable(f'table "{name}" does not exist')
        return table

    def find_relation(
        self, name: TableName, as_of: AsOf | None = None, through: Through = lambda table: table
    ) -> Relation | None:
        """What queries see under `name`: see `ormolu.catalog.relations`; tables are read `through` what is given."""
        if name == DEFINITIONS:
            return definitions_relation(self.find_table(name))
        if name == QUARANTINE:
            tables = [self.table(one) for one in sorted(self.pointers) if one.schema == "quarantine"]
            return quarantine_relation(tables)
        if as_of is None:
            found = find_relation(name, lambda table: _through(self.find_table(table), through))
        else:
            found = find_relation(name, lambda table: _through(self.find_table_as_of(table, as_of), through))
        if found is None or name.schema not in LAYERS:
            return found
        relations = self.definitions.relations()
        return with_past_columns(found, relations.get(base_of(name, relations)))

    def find_table_as_of(self, name: TableName, as_of: AsOf) -> IcebergTable | None:
        """22023 before the first version."""
        if name not in self.pointers:
            return None
        location = location_as_of(self.lake.engine, self.lake.database, name, as_of)
        return None if location is None else self.lake.table_at(name, location)
