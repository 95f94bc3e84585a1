"""ALTER ... ADD, DROP, RENAME and DEPRECATE COLUMN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ormolu.catalog.changes import TableChange
from ormolu.catalog.lake import DefinitionChange, Head, IcebergTable, planned_columns
from ormolu.definitions import BronzeSource, Definition, GoldTable, Kind, Monitor, SilverTable, TableName, kind_of
from ormolu.errors import DependentObjectsStillExist, FeatureNotSupported
from ormolu.medallion.column_edits import (
    Columned,
    with_column,
    with_deprecated_column,
    with_renamed_column,
    without_column,
)
from ormolu.medallion.column_readers import ColumnReader, column_readers
from ormolu.medallion.columns import DEFINITION_HASH, KEPT, StoredColumn
from ormolu.medallion.lineage import COMPANIONS, upstreams
from ormolu.scheduler.kept_content import lengthened
from ormolu.scheduler.refresh_plans import definition_hash
from ormolu.scheduler.schema_versions import new_schema_version
from ormolu.server.commands.create import check_upstreams, commit_definition, fill
from ormolu.server.commands.drop import drop
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.statements import AddColumn, DeprecateColumn, Drop, DropColumn, RenameColumn
from ormolu.sql_extensions.types import data_type
from ormolu.sql_extensions.writer.text import write

ColumnAction = AddColumn | DropColumn | RenameColumn | DeprecateColumn
Reshaping = Callable[[tuple[StoredColumn, ...]], tuple[StoredColumn, ...]]


def alter_column(
    definition: Definition, action: ColumnAction, session: SessionContext, services: Services, head: Head
) -> None:
    """Edit the definition, and make the table what it says: renamed in place, or made anew beside the live version."""
    changed = edited(definition, action, session, services, head)
    if changed is None or not isinstance(definition, Columned):
        return
    match action:
        case RenameColumn(name, new_name):
            renaming = _renaming({name: new_name})
            _reshape(definition, changed, renaming, session, services, head, (name, new_name))
        case DeprecateColumn():
            _reshape(definition, changed, _renaming({}), session, services, head)
        case AddColumn(column) if isinstance(changed, BronzeSource):
            stored = StoredColumn(column.name, data_type(column.type), comment=column.comment)
            _reshape(definition, changed, lambda known: _added(known, stored), session, services, head)
        case DropColumn(name) if isinstance(changed, BronzeSource):
            _reshape(definition, changed, lambda known: _without(known, name), session, services, head)
        case AddColumn() | DropColumn():
            assert isinstance(changed, SilverTable | GoldTable)
            if check_upstreams(changed, head, session):
                fill(changed, session, services, head, may_retype=isinstance(action, DropColumn))
            else:
                commit_definition(changed, session, services, head=head)
    if isinstance(action, DropColumn) and action.is_cascade:
        _drop_readers(readers_of(definition.name, action.name, head), session, services)


def edited(
    definition: Definition, action: ColumnAction, session: SessionContext, services: Services, head: Head
) -> Columned | None:
    """The definition as it will be; None where IF [NOT] EXISTS leaves it. 2BP01 with the list where others read."""
    if not isinstance(definition, Columned):
        raise FeatureNotSupported(
            f"the columns of a {kind_of(definition).value.lower()} are altered by CREATE OR REPLACE"
        )
    types = shown_types(definition, head)
    today = services.now().date().isoformat()
    known = {*types, *(column.name for column in definition.columns)}
    match action:
        case AddColumn(column, if_not_exists):
            if if_not_exists and column.name in known:
                session.notice("NOTICE", "42701", f'column "{column.name}" of {definition.name} exists, skipping')
                return None
            return with_column(definition, column, types)
        case DropColumn(name, if_exists, is_cascade):
            if if_exists and name not in known:
                session.notice("NOTICE", "00000", f'column "{name}" of {definition.name} does not exist, skipping')
                return None
            changed = without_column(definition, name, types, _inputs(definition, head), is_cascade=is_cascade)
            if not is_cascade:
                refuse_readers(f'drop column "{name}"', definition.name, readers_of(definition.name, name, head))
            return changed
        case RenameColumn(name, new_name, alias_until):
            until = alias_until or today
            changed = with_renamed_column(definition, name, new_name, types, until=until, today=today)
            left = [each for each in readers_of(definition.name, name, head) if until <= today or not each.is_by_name]
            refuse_readers(f'rename column "{name}"', definition.name, left)
            return changed
        case DeprecateColumn(name, until):
            return with_deprecated_column(definition, name, until, types)


def readers_of(name: TableName, column: str, head: Head) -> list[ColumnReader]:
    monitors = [each for each in head.definitions.all(Kind.MONITOR) if isinstance(each, Monitor)]
    return column_readers(head.definitions.relations(), monitors, name, {column})


def refuse_readers(what: str, name: TableName, readers: list[ColumnReader]) -> None:
    if readers:
        raise DependentObjectsStillExist(
            f"cannot {what} of {name} because other objects depend on it",
            detail="\n".join(map(str, readers)),
            hint="DROP COLUMN ... CASCADE drops them; RENAME COLUMN ... KEEP ALIAS UNTIL '...' lets queries read on.",
        )


def shown_types(definition: Columned, head: Head) -> Mapping[str, str]:
    """The columns that a reader sees, with their types; what the list says where there is no table yet."""
    table = head.find_table(definition.name)
    if table is None:
        return {column.name: column.type for column in definition.columns}
    return {column.name: str(column.type) for column in table.columns if not column.is_hidden}


def _inputs(definition: Columned, head: Head) -> list[str]:
    """The columns of the one relation that the definition reads."""
    if isinstance(definition, BronzeSource):
        return []
    read = upstreams(definition, head.definitions.relations())
    relation = head.find_relation(read[0]) if len(read) == 1 else None
    return [] if relation is None else [column.name for column in relation.columns if not column.is_hidden]


# --- the same rows under another shape --------------------------------------------------------------------------------


def _reshape(  # noqa: PLR0917 - what every command takes, and the two shapes
    definition: Columned,
    changed: Columned,
    reshaped: Reshaping,
    session: SessionContext,
    services: Services,
    head: Head,
    touched: tuple[str, ...] = (),
) -> None:
    """Definition and columns in one commit: no file is written, the next refresh goes on where the last one ended."""
    at, changes = services.now(), []
    names = [definition.name, *(TableName(definition.name.schema, definition.name.name + end) for end in COMPANIONS)]
    statements = []
    for name in names:
        table = head.find_table(name)
        if table is None:
            continue
        columns = planned_columns_of(table, reshaped(table.columns))
        changes.append(
            TableChange(
                table=name,
                based_on=table.metadata_location,
                columns=columns,
                properties=_still_same(table, definition, changed, touched),
                operation="alter",
            )
        )
        if name == definition.name:
            statements += new_schema_version(services.lake.database, name, table, columns, at=at)
    change = DefinitionChange(kind_of(changed), str(changed.name), write(changed), session.role)
    services.lake.commit(changes, (change,), statements, at=at, based_on=head)
    services.wake()


def planned_columns_of(table: IcebergTable, columns: tuple[StoredColumn, ...]) -> tuple[StoredColumn, ...]:
    """With the field ids that they have, or that a commit gives the new ones."""
    new = planned_columns([column for column in columns if not column.field_id], table)
    fresh = iter(new)
    return tuple(column if column.field_id else next(fresh) for column in columns)


def _still_same(
    table: IcebergTable, definition: Columned, changed: Columned, touched: tuple[str, ...]
) -> Mapping[str, str | None]:
    """What the table was made by says the same under its new spelling."""
    if isinstance(definition, BronzeSource) or isinstance(changed, BronzeSource):
        return {}
    kept = {KEPT: lengthened(table, touched)} if table.name == definition.name else {}
    if table.properties.get(DEFINITION_HASH) != definition_hash(definition):
        return kept
    return {**kept, DEFINITION_HASH: definition_hash(changed)}


def _renaming(names: Mapping[str, str]) -> Reshaping:
    return lambda known: tuple(replace(column, name=names.get(column.name, column.name)) for column in known)


def _added(known: tuple[StoredColumn, ...], stored: StoredColumn) -> tuple[StoredColumn, ...]:
    shown = [column for column in known if not column.is_hidden]
    return (*shown, stored, *(column for column in known if column.is_hidden))


def _without(known: tuple[StoredColumn, ...], name: str) -> tuple[StoredColumn, ...]:
    return tuple(column for column in known if column.name != name)


def _drop_readers(readers: list[ColumnReader], session: SessionContext, services: Services) -> None:
    for reader in dict.fromkeys(each.object for each in readers):
        head = services.lake.head()
        if reader.startswith("monitor "):
            kind, name = Kind.MONITOR, reader.removeprefix("monitor ")
            found: Definition | None = head.definitions.find(kind, name)
            target: TableName | str = name
        else:
            target = TableName(*reader.split(".", 1))
            found = head.definitions.find_relation(target)
        if found is not None:
            kind = kind_of(found)
            session.notice("NOTICE", "00000", f"drop cascades to {kind.value.lower()} {target}")
            drop(Drop(kind=kind, name=target, is_cascade=True), session, services)
