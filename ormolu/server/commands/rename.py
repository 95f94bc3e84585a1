"""ALTER ... RENAME TO: the table turns up under its new name, with its grants, in one commit."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from ormolu.catalog.changes import Change, DefinitionChange, Statement, TableDrop, TableRestore
from ormolu.catalog.lake import Head
from ormolu.catalog.schema import checkpoints, grants
from ormolu.definitions import Definition, GoldTable, TableName, kind_of
from ormolu.errors import DependentObjectsStillExist, DuplicateTable, FeatureNotSupported
from ormolu.medallion.lineage import dependents
from ormolu.scheduler.downstream import follows_upstream
from ormolu.scheduler.queue import submission
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.writer.text import write


def rename(
    definition: Definition, new_name: str, session: SessionContext, services: Services, head: Head, *, is_block: bool
) -> None:
    """What reads the old name reads it still: only a transaction, which may put another table there, leaves it alone.

    What reads the new name is refreshed.
    """
    table, new = check_rename(definition, new_name, head, is_block=is_block)
    old = table.name
    relations = head.definitions.relations()
    kind = kind_of(table)
    changes: list[Change] = []
    if (pointer := head.pointers.get(old)) is not None:
        changes = [TableDrop(old, pointer), TableRestore(new, None, pointer, operation="rename")]
    ddl = write(replace(table, name=new))
    definitions = [
        DefinitionChange(kind=kind, name=str(old), ddl=None, author=session.role),
        DefinitionChange(kind=kind, name=str(new), ddl=ddl, author=session.role),
    ]
    followers = [
        submission(
            session.database,
            str(reader),
            RunAction.REFRESH,
            at=services.now(),
            trigger="upstream",
            requested_by=session.role,
        )
        for reader in sorted(dependents(relations, new))
        if (found := head.definitions.find_relation(reader)) is not None and follows_upstream(found)
    ]
    statements = (*_moved(str(old), str(new), services.lake.database), *followers)
    services.lake.commit(changes, definitions, statements, at=services.now(), based_on=head)
    services.wake()


def check_rename(definition: Definition, new_name: str, head: Head, *, is_block: bool) -> tuple[GoldTable, TableName]:
    """The table and its new name; 42P07 where that is taken, 2BP01 where others read the old one."""
    if not isinstance(definition, GoldTable):
        raise FeatureNotSupported(f"renaming a {kind_of(definition).value.lower()} is not supported yet")
    old, new = definition.name, TableName(definition.name.schema, new_name)
    if head.definitions.find_relation(new) is not None or new in head.pointers:
        raise DuplicateTable(f'relation "{new}" already exists')
    relations = head.definitions.relations()
    if (readers := sorted(dependents(relations, old))) and not is_block:
        raise DependentObjectsStillExist(
            f"cannot rename {old} because other objects read it",
            detail="\n".join(f"{reader} reads it" for reader in readers),
            hint="Inside BEGIN ... COMMIT another table may take the name.",
        )
    return definition, new


def _moved(old: str, new: str, database: str) -> list[Statement]:
    """What is known of the table under its name: who may use it, and what it has read."""
    granted = (grants.c.database == database) & (grants.c.object_kind == "table")
    return [
        sa.delete(grants).where(granted, grants.c.object == new),
        sa.update(grants).where(granted, grants.c.object == old).values(object=new),
        sa.delete(checkpoints).where(checkpoints.c.database == database, checkpoints.c.table_name == new),
        sa.update(checkpoints)
        .where(checkpoints.c.database == database, checkpoints.c.table_name == old)
        .values(table_name=new),
    ]
