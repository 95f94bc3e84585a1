"""What is kept of a dropped relation for as long as it may come back, under names that no relation has.

Nobody reads it meanwhile: a relation made anew under the name begins anew, and no view shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ormolu.catalog.changes import Statement
from ormolu.catalog.database import reading
from ormolu.catalog.lake import Head
from ormolu.catalog.reachability import folder_of
from ormolu.catalog.schema import DROPPED, checkpoints, files, grants, schema_versions, tombstones, versions, watermarks
from ormolu.definitions import TableName
from ormolu.errors import SerializationFailure

TOMBSTONE_AGE = timedelta(days=7)
KEPT = "dropped:"  # no schema is called so

# The tables that know relations by name, and the column that has it.
_NAMED = (
    (files, files.c.source_name),
    (watermarks, watermarks.c.source_name),
    (checkpoints, checkpoints.c.table_name),
    (schema_versions, schema_versions.c.table_name),
)
_VERSIONS = (versions, versions.c.table_name)
_GRANTS = (grants, grants.c.object)


@dataclass(frozen=True, slots=True)
class Tombstone:
    tombstone_id: int
    table: TableName
    metadata_location: str
    dropped_at: datetime


def _prefix(metadata_location: str) -> str:
    return f"{KEPT}{folder_of(metadata_location).rsplit('/', 1)[-1]}:"


# --- DROP -----------------------------------------------------------------------------------------------------------


def keep(name: TableName, relations: Sequence[TableName], head: Head) -> list[Statement]:
    """Put away what is known of a relation, and of those that come and go with it; forget it where it has no table."""
    database, location = head.lake.database, head.pointers.get(name)
    names = [str(each) for each in relations]
    granted = (grants.c.database == database) & (grants.c.object_kind == "table") & grants.c.object.in_(names)
    named = [(table, column, (table.c.database == database) & (column == str(name))) for table, column in _NAMED]
    if location is None:
        return [sa.delete(grants).where(granted), *(sa.delete(table).where(mine) for table, _, mine in named)]
    prefix = sa.literal(_prefix(location))
    moved: list[Statement] = [
        sa.update(grants).where(granted).values(object=prefix.concat(grants.c.object), object_kind=DROPPED)
    ]
    moved += [sa.update(table).where(mine).values({column: prefix.concat(column)}) for table, column, mine in named]
    for relation, newest in _newest(head, names).items():
        # Not those of a table that the same transaction makes under the name.
        old = (versions.c.database == database) & (versions.c.table_name == relation) & (versions.c.version <= newest)
        moved.append(sa.update(versions).where(old).values(table_name=prefix.concat(versions.c.table_name)))
    return moved


def _newest(head: Head, names: Sequence[str]) -> dict[str, int]:
    of_tables = (versions.c.database == head.lake.database) & versions.c.table_name.in_(names)
    newest = sa.select(versions.c.table_name, sa.func.max(versions.c.version)).where(of_tables)
    with reading(head.lake.engine) as connection:
        return {row[0]: row[1] for row in connection.execute(newest.group_by(versions.c.table_name))}


# --- UNDROP ---------------------------------------------------------------------------------------------------------


def find_tombstones(head: Head, names: Sequence[TableName], *, at: datetime) -> list[Tombstone]:
    """The last drop of the first name, and of the others those that went with it; nothing where it is too long ago.

    A tombstone whose table lives on under another name is none.
    """
    live = {folder_of(location) for location in head.pointers.values()}
    wanted = (
        sa.select(tombstones)
        .where(
            tombstones.c.database == head.lake.database,
            tombstones.c.table_name.in_([str(name) for name in names]),
            tombstones.c.dropped_at >= at - TOMBSTONE_AGE,
        )
        .order_by(tombstones.c.tombstone_id.desc())
    )
    by_name = {str(name): name for name in names}
    with reading(head.lake.engine) as connection:
        found = [
            Tombstone(row.tombstone_id, by_name[row.table_name], row.metadata_location, row.dropped_at)
            for row in connection.execute(wanted)
            if folder_of(row.metadata_location) not in live
        ]
    first = next((each for each in found if each.table == names[0]), None)
    return [] if first is None else [each for each in found if each.dropped_at == first.dropped_at]


def bring_back(
    stones: Sequence[Tombstone], renamed: dict[TableName, TableName], relations: dict[str, str], head: Head
) -> list[Statement]:
    """What `keep` put away, under the new names; 40001 where the tombstones are gone by then.

    `renamed` are the tables, `relations` every relation that comes and goes with them.
    """
    database = head.lake.database
    prefix = _prefix(next(each for each in stones if each.table == next(iter(renamed))).metadata_location)
    statements: list[Statement] = [_taking(stones)]
    for (table, column), kept, new in (
        (each, old, new) for each in (*_NAMED, _GRANTS) for old, new in relations.items()
    ):
        values: dict[str, object] = {column.name: new}
        of_new = (table.c.database == database) & (column == new)
        if table is grants:
            values["object_kind"] = "table"
            of_new &= grants.c.object_kind == "table"
        statements.append(sa.delete(table).where(of_new))
        is_kept = (table.c.database == database) & (column == prefix + kept)
        statements.append(sa.update(table).where(is_kept).values(values))
    for old, target in renamed.items():
        statements += _versions_back(prefix + str(old), str(target), head)
    return statements


def _versions_back(kept: str, name: str, head: Head) -> list[Statement]:
    """The version that this commit makes counts on after those that are kept; leftovers under the name go."""
    newest = _newest(head, [kept, name])
    of_name = (versions.c.database == head.lake.database) & (versions.c.table_name == name)
    of_kept = (versions.c.database == head.lake.database) & (versions.c.table_name == kept)
    return [
        sa.delete(versions).where(of_name, versions.c.version <= newest.get(name, 0)),
        sa.update(versions).where(of_name).values(version=newest.get(kept, 0) + 1),
        sa.update(versions).where(of_kept).values(table_name=name),
    ]


def _taking(stones: Sequence[Tombstone]) -> Statement:
    ids = [each.tombstone_id for each in stones]

    def take(connection: sa.Connection) -> None:
        if connection.execute(sa.delete(tombstones).where(tombstones.c.tombstone_id.in_(ids))).rowcount != len(ids):
            raise SerializationFailure("the dropped table was brought back, or expired, meanwhile", hint="Try again.")

    return take


# --- the end --------------------------------------------------------------------------------------------------------


def forget_tombstones(database: str, *, at: datetime) -> Callable[[sa.Connection], None]:
    """Dropped tables that can no longer be brought back, with what was kept of them."""

    def forget(connection: sa.Connection) -> None:
        rows = connection.execute(sa.select(tombstones).where(tombstones.c.database == database)).all()
        old = [row for row in rows if row.dropped_at < at - TOMBSTONE_AGE]
        young = {_prefix(row.metadata_location) for row in rows if row not in old}
        for prefix in {_prefix(row.metadata_location) for row in old} - young:
            forget_kept(connection, database, prefix)
        ids = [row.tombstone_id for row in old]
        connection.execute(sa.delete(tombstones).where(tombstones.c.tombstone_id.in_(ids)))

    return forget


def bury(connection: sa.Connection, database: str, stone: sa.Row[Any]) -> None:
    """A dropped table that is to be gone before its time."""
    forget_kept(connection, database, _prefix(stone.metadata_location))
    connection.execute(sa.delete(tombstones).where(tombstones.c.tombstone_id == stone.tombstone_id))


def forget_kept(connection: sa.Connection, database: str, prefix: str) -> None:
    for table, column in (*_NAMED, _VERSIONS, _GRANTS):
        is_kept = column.startswith(prefix, autoescape=True)
        connection.execute(sa.delete(table).where(table.c.database == database, is_kept))
