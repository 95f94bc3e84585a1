"""CREATE DATABASE ... TEMPLATE: a database that begins as another one. Pointers are copied, data is not.

Each table gets metadata of its own in a place of its own, and shares every file that is there. Nobody deletes a file
that a version of any database refers to, so that either side may go its own way, or go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, literal, select, update

from ormolu.catalog import commit as commits
from ormolu.catalog.changes import DefinitionChange, Statement
from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.databases import Databases, admit_copy
from ormolu.catalog.definitions_log import DEFINITIONS, Definitions, append_change
from ormolu.catalog.lake import NAMESPACES, Head, Lake
from ormolu.catalog.schema import (
    DROPPED,
    anomalies,
    base_definitions,
    checkpoints,
    files,
    grants,
    iceberg_tables,
    profiles,
    schema_versions,
    suggestions,
    versions,
    watermarks,
)
from ormolu.catalog.staging import write_copy
from ormolu.catalog.tombs import KEPT
from ormolu.definitions import (
    AfterUpstream,
    BronzeSource,
    Definition,
    GoldMetric,
    GoldTable,
    Kind,
    Monitor,
    Never,
    Option,
    Options,
    SilverTable,
    TableName,
    kind_of,
)
from ormolu.disk import told_when_full
from ormolu.errors import OrmoluError, SerializationFailure
from ormolu.faults import reach
from ormolu.sql_extensions.options.placed import with_options
from ormolu.sql_extensions.writer.text import write

ATTEMPTS_MAX = 10
PAUSED = Options((Option("paused", True),))

# What is known of tables beside their files, and the column that has a table's name. Runs are not copied: they were
# the template's; nor is what could come back of dropped tables.
_KNOWN = (
    (versions, versions.c.table_name),
    (files, files.c.source_name),
    (watermarks, watermarks.c.source_name),
    (checkpoints, checkpoints.c.table_name),
    (schema_versions, schema_versions.c.table_name),
    (profiles, profiles.c.table_name),
    (suggestions, suggestions.c.table_name),
    (anomalies, anomalies.c.table_name),
)


@dataclass(frozen=True)
class Copying:
    """One copy: what is staged for it is kept from attempt to attempt, as long as the tables do not move."""

    template: Lake
    copy: Lake
    copy_secrets: Callable[[Connection], None]
    owner: str
    at: datetime
    _staged: dict[tuple[TableName, str], commits.Turn] = field(default_factory=dict)

    def make(self) -> list[str]:
        """All of it becomes true in one instant, or nothing does: 42P04 where there is one of the name by then.

        Gives the names of what is paused.
        """
        Databases(self.copy.engine).reserve(self.copy.database, owner=self.owner, at=self.at)
        try:
            with told_when_full():
                return self._try()
        except OrmoluError:  # nothing was committed for certain
            commits.discard(list(self._staged.values()))
            raise

    def _try(self) -> list[str]:
        for _ in range(ATTEMPTS_MAX):
            head = self.template.head()
            turns = self._stage(head)
            timed = [each for each in head.definitions.all() if is_timed(each)]
            log = self._stage_pauses(timed, head.definitions, turns)
            reach("database:staged")
            try:
                in_transaction(self.copy.engine, lambda connection: self._write(connection, head, turns, log))  # noqa: B023 - called at once
            except commits.PointersMoved:
                commits.discard(log)
                continue
            except OrmoluError:
                commits.discard(log)
                raise
            commits.discard([turn for turn in self._staged.values() if turn not in turns])
            return [str(each.name) for each in timed]
        raise SerializationFailure(
            f'could not serialize access: database "{self.template.database}" kept moving', hint="Try again."
        )

    def _stage(self, head: Head) -> list[commits.Turn]:
        for name, pointer in sorted(head.pointers.items()):
            if (name, pointer) not in self._staged:
                table, location = self.template.table_at(name, pointer), self.copy.new_location(name)
                made = write_copy(table.metadata, table_id=uuid4(), location=location)
                turn = commits.Turn(name, pointer, made.location, made.metadata, "copy", made.written)
                self._staged[name, pointer] = turn
        return [self._staged[item] for item in sorted(head.pointers.items())]

    def _stage_pauses(
        self, timed: Sequence[Definition], definitions: Definitions, turns: Sequence[commits.Turn]
    ) -> list[commits.Turn]:
        """The log of the definitions goes on in the copy: what time sets off is paused there."""
        changes = [
            DefinitionChange(kind_of(each), str(each.name), write(with_options(each, PAUSED)), self.owner)
            for each in timed
        ]
        if not changes:
            return []
        made = next(turn.to for turn in turns if turn.table == DEFINITIONS)
        assert made is not None
        log = self.copy.table_at(DEFINITIONS, made)
        change = append_change(log, definitions, changes, at=self.at)
        return [commits.with_files(commits.stage(change, log, run_id=None), change.added)]

    def _write(
        self, connection: Connection, head: Head, turns: Sequence[commits.Turn], log: Sequence[commits.Turn]
    ) -> None:
        self._check_unmoved(connection, head)
        admit_copy(connection, self.copy.database, template=self.template.database, owner=self.owner, at=self.at)
        for table, column in _KNOWN:
            self._copy_rows(connection, table, ~column.startswith(KEPT, autoescape=True))
        self._copy_rows(connection, grants, grants.c.object_kind.not_in((DROPPED, "database")))
        self.copy_secrets(connection)
        for row in _base_rows(self.copy.database, head.definitions):
            connection.execute(insert(base_definitions).values(row))
        for name in NAMESPACES if turns else ():
            commits.create_namespace(connection, name, database=self.copy.database)
        for turn in turns:
            self._point(connection, turn)
        if log:
            commits.turn_pointers(connection, log, (), database=self.copy.database, at=self.at, run_id=None)
        reach("database:created")

    def _check_unmoved(self, connection: Connection, head: Head) -> None:
        """What is copied must still be the template's when the copy becomes true: until then a sweep may take it.

        In PostgreSQL the rows are held besides: a version that is forgotten meanwhile is forgotten after the copy.
        """
        if connection.dialect.name == "postgresql":
            for column in (iceberg_tables.c.catalog_name, versions.c.database):
                held = select(column).where(column == self.template.database).with_for_update(read=True)
                connection.execute(held).all()
        pointers = commits.read_pointers(connection, self.template.database)
        moved = {name for name, _ in pointers.items() ^ head.pointers.items()}
        if moved:
            raise commits.PointersMoved(frozenset(moved))

    def _copy_rows(self, connection: Connection, table: Table, condition: ColumnElement[bool]) -> None:
        counter = table.autoincrement_column
        columns = [column for column in table.columns if column is not counter]
        values = [
            literal(self.copy.database).label(column.name) if column.name == "database" else column
            for column in columns
        ]
        rows = select(*values).where(table.c.database == self.template.database, condition)
        connection.execute(insert(table).from_select([column.name for column in columns], rows))

    def _point(self, connection: Connection, turn: commits.Turn) -> None:
        """The newest version has the number that it has in the template, and metadata of its own."""
        connection.execute(
            insert(iceberg_tables).values(
                catalog_name=self.copy.database,
                table_namespace=turn.table.schema,
                table_name=turn.table.name,
                metadata_location=turn.to,
                iceberg_type="TABLE",
            )
        )
        is_newest = (
            (versions.c.database == self.copy.database)
            & (versions.c.table_name == str(turn.table))
            & (versions.c.metadata_location == turn.based_on)
        )
        connection.execute(update(versions).where(is_newest).values(metadata_location=turn.to))


def base_of(engine: Engine, copy: str) -> Mapping[tuple[Kind, str], str]:
    """The definitions of a copy as they were when its template last had the same."""
    rows = select(base_definitions).where(base_definitions.c.database == copy)
    with reading(engine) as connection:
        return {(Kind(row.kind), row.name): row.ddl for row in connection.execute(rows)}


def settle(copy: str, agreed: Mapping[tuple[Kind, str], Definition | None]) -> Iterator[Statement]:
    """Both have these now; None is what neither has."""
    of_copy = base_definitions.c.database == copy
    for (kind, name), definition in agreed.items():
        is_this = of_copy & (base_definitions.c.kind == kind.value) & (base_definitions.c.name == name)
        yield delete(base_definitions).where(is_this)
        if definition is not None:
            row = {"database": copy, "kind": kind.value, "name": name, "ddl": write(definition)}
            yield insert(base_definitions).values(row)


def is_timed(definition: Definition) -> bool:
    """Whether time sets it off, and it is not paused yet."""
    return (
        isinstance(definition, BronzeSource | SilverTable | GoldTable | GoldMetric | Monitor)
        and definition.schedule is not None
        and not isinstance(definition.schedule, AfterUpstream | Never)
        and not definition.options.is_on("paused", default=False)
    )


def _base_rows(database: str, definitions: Definitions) -> Iterator[Mapping[str, str]]:
    for row in definitions.rows():
        assert row.ddl is not None, "a live definition has a text"
        yield {"database": database, "kind": row.kind.value, "name": row.name, "ddl": row.ddl}
