"""One commit of many tables: metadata is staged beside the live one, then one SQL transaction turns all pointers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import uuid4

from pyiceberg.table.metadata import TableMetadata
from sqlalchemy import Connection, Executable, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ormolu.catalog.changes import Change, Statement, TableChange, TableDrop, TableRestore
from ormolu.catalog.entries import new_entry, partition_spec
from ormolu.catalog.fields import can_promote, check_unique, iceberg_schema, planned_columns
from ormolu.catalog.schema import iceberg_namespace_properties, iceberg_tables, tombstones, versions
from ormolu.catalog.snapshots import Removed, SnapshotChange
from ormolu.catalog.staging import StagedMetadata, Staging, copied, delete_files, new_metadata, sync_files
from ormolu.catalog.table import IcebergTable
from ormolu.catalog.table_files import read_metadata
from ormolu.definitions import TableName
from ormolu.errors import InternalError
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.files import WrittenFile

RUN_ID = "ormolu.run-id"  # of snapshot summaries


class PointersMoved(Exception):
    """Another commit turned pointers that this one was based on."""

    def __init__(self, tables: frozenset[TableName]) -> None:
        super().__init__(", ".join(sorted(map(str, tables))))
        self.tables = tables


@dataclass(frozen=True, slots=True)
class Turn:
    """One pointer to turn: `to` None drops the table. `run_id` is the run's that made it, where that is not the
    commit's."""

    table: TableName
    based_on: str | None
    to: str | None
    metadata: TableMetadata | None
    operation: str
    written: tuple[str, ...] = ()
    run_id: int | None = None


def stage(change: Change, base: IcebergTable | None, *, run_id: int | None) -> Turn:
    """Write what `change` needs beside the live metadata; `base` is the table at `change.based_on`."""
    match change:
        case TableDrop():
            return Turn(change.table, change.based_on, None, None, "drop")
        case TableRestore():
            return _stage_restore(change, base)
        case TableChange():
            staged = _stage_table(change, base, run_id)
            return Turn(
                change.table, change.based_on, staged.location, staged.metadata, change.operation, staged.written
            )
        case _:
            assert_never(change)


def _stage_restore(change: TableRestore, base: IcebergTable | None) -> Turn:
    """A version from before the table was copied becomes one of the copy: its metadata is another table's.

    Field ids are never given twice: those that later versions gave stay taken.
    """
    metadata, based_on = read_metadata(change.metadata_location), change.metadata_location
    last_id = max(metadata.last_column_id, 0 if base is None else base.last_field_id)
    is_told = change.properties or change.columns is not None or last_id > metadata.last_column_id
    if base is not None and metadata.location != base.location:
        metadata = copied(metadata, table_id=base.metadata.table_uuid, location=base.location)
        based_on = base.metadata_location
    elif not is_told:
        return Turn(change.table, change.based_on, based_on, metadata, change.operation)
    staging = Staging(metadata.model_copy(update={"last_column_id": last_id}), based_on)
    staging.set_properties(change.properties)
    if change.columns is not None:
        check_unique(change.columns)
        staging.set_schema(iceberg_schema(change.columns))
    staged = staging.write()
    return Turn(change.table, change.based_on, staged.location, staged.metadata, change.operation, staged.written)


def _stage_table(change: TableChange, base: IcebergTable | None, run_id: int | None) -> StagedMetadata:
    if base is None:
        staging = Staging(_created(change), None)
    else:
        staging = Staging(base.metadata, base.metadata_location)
        staging.set_properties(change.properties)
        _stage_schema(staging, change, base)
    try:
        _stage_files(staging, change, base, run_id)
        if change.forget_before is not None:
            staging.forget_snapshots(change.forget_before)
        return staging.write()
    except BaseException:
        staging.discard()
        raise


def _created(change: TableChange) -> TableMetadata:
    if change.columns is None or change.location is None:
        raise InternalError(f"table {change.table} cannot be created without columns and a location")
    columns = _with_ids(change.columns, None)
    return new_metadata(
        table_id=uuid4(),
        location=change.location,
        schema=iceberg_schema(columns),
        spec=partition_spec(change.partition_by or (), columns),
        properties={key: value for key, value in change.properties.items() if value is not None},
    )


def _stage_schema(staging: Staging, change: TableChange, base: IcebergTable) -> None:
    columns = base.columns
    if change.columns is not None:
        columns = _with_ids(change.columns, base)
        if columns != base.columns:
            staging.set_schema(iceberg_schema(columns))
    if change.partition_by is not None and change.partition_by != base.partition_by:
        last_id = base.metadata.last_partition_id
        staging.set_spec(
            partition_spec(
                change.partition_by,
                columns,
                last_id=999 if last_id is None else last_id,
                earlier=base.metadata.partition_specs,
            )
        )


def _with_ids(columns: tuple[StoredColumn, ...], base: IcebergTable | None) -> tuple[StoredColumn, ...]:
    """Columns as planned beforehand, or planned now; ids that would misread existing files are a fault of ours."""
    if any(column.field_id == 0 for column in columns):
        columns = planned_columns(columns, base)
    check_unique(columns)
    if base is not None:
        known = {column.field_id: column for column in base.columns}
        for column in columns:
            before = known.get(column.field_id)
            is_kept = before is not None and can_promote(before.type, column.type)
            if not is_kept and column.field_id <= base.last_field_id:
                raise InternalError(f'column "{column.name}" of {base.name} takes the field id of another column')
    return columns


def _stage_files(staging: Staging, change: TableChange, base: IcebergTable | None, run_id: int | None) -> None:
    metadata = staging.metadata
    written = [file for file in change.added if file.rows > 0]
    added = [new_entry(file, metadata) for file in written]
    sync_files(file.path for file in written)
    summary = dict(change.summary) if run_id is None else {RUN_ID: str(run_id), **change.summary}
    removed = _removed(change, base)
    if added or removed or change.joined or change.keeps_rows:
        staging.change_files(SnapshotChange(added, removed, change.keeps_rows, change.joined), summary)


def _removed(change: TableChange, base: IcebergTable | None) -> Removed:
    """The entries of the files that go, by their manifests; a fault of ours where one is not there."""
    if base is None or not (change.removed or change.removes_all):
        return {}
    gone = frozenset(change.removed)
    found = {
        manifest: [file.entry for file in files if change.removes_all or file.path in gone]
        for manifest, files in base.files_of_manifests
    }
    if missing := gone.difference(entry.file_path for entries in found.values() for entry in entries):
        raise InternalError(f"{change.table} does not have the files to remove: {', '.join(sorted(missing))}")
    return {manifest: entries for manifest, entries in found.items() if entries}


def turn_pointers(
    connection: Connection,
    turns: Sequence[Turn],
    statements: Sequence[Statement],
    *,
    database: str,
    at: datetime,
    run_id: int | None,
) -> Mapping[TableName, str]:
    """Inside one transaction: compare-and-set every pointer, write the versions, run the caller's statements."""
    ordered = sorted(turns, key=lambda turn: turn.table)  # one order for all, so that no two wait for each other
    moved = frozenset(turn.table for turn in ordered if not _turn(connection, turn, database))
    if moved:
        raise PointersMoved(moved)
    for turn in ordered:
        if turn.to is None:
            connection.execute(
                insert(tombstones).values(
                    database=database, table_name=str(turn.table), metadata_location=turn.based_on, dropped_at=at
                )
            )
        else:
            connection.execute(_version_row(connection, turn, database=database, at=at, run_id=run_id))
    run_statements(connection, statements)
    return read_pointers(connection, database)


def run_statements(connection: Connection, statements: Sequence[Statement]) -> None:
    for statement in statements:
        if isinstance(statement, Executable):
            connection.execute(statement)
        else:
            statement(connection)


def create_namespaces(
    connection: Connection, turn: Turn, names: Sequence[str], *, database: str, at: datetime
) -> Mapping[TableName, str]:
    """The first commit of a database: its namespaces, as pyiceberg's SqlCatalog lists them, and one table."""
    for name in names:
        create_namespace(connection, name, database=database)
    return turn_pointers(connection, [turn], (), database=database, at=at, run_id=None)


def create_namespace(connection: Connection, name: str, *, database: str) -> None:
    values = {"catalog_name": database, "namespace": name, "property_key": "exists", "property_value": "true"}
    _insert_if_absent(connection, iceberg_namespace_properties, values)


def _insert_if_absent(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    insertion: Executable = (
        postgresql.insert(table).values(values).on_conflict_do_nothing()
        if connection.dialect.name == "postgresql"
        else sqlite.insert(table).values(values).on_conflict_do_nothing()
    )
    return connection.execute(insertion, execution_options={"preserve_rowcount": True}).rowcount == 1


def _turn(connection: Connection, turn: Turn, database: str) -> bool:
    row = {"catalog_name": database, "table_namespace": turn.table.schema, "table_name": turn.table.name}
    if turn.based_on is None:
        values = {**row, "metadata_location": turn.to, "iceberg_type": "TABLE"}
        return _insert_if_absent(connection, iceberg_tables, values)
    is_unmoved = and_(
        *(iceberg_tables.c[name] == value for name, value in row.items()),
        iceberg_tables.c.metadata_location == turn.based_on,
    )
    if turn.to is None:
        return connection.execute(delete(iceberg_tables).where(is_unmoved)).rowcount == 1
    turned = update(iceberg_tables).where(is_unmoved)
    return (
        connection.execute(turned.values(metadata_location=turn.to, previous_metadata_location=turn.based_on)).rowcount
        == 1
    )


def _version_row(connection: Connection, turn: Turn, *, database: str, at: datetime, run_id: int | None) -> Executable:
    assert turn.metadata is not None
    newest = connection.execute(
        select(func.max(versions.c.version)).where(
            versions.c.database == database, versions.c.table_name == str(turn.table)
        )
    ).scalar()
    snapshot = turn.metadata.current_snapshot()
    summary = snapshot.summary if snapshot is not None else None
    return insert(versions).values(
        database=database,
        table_name=str(turn.table),
        version=(newest or 0) + 1,
        snapshot_id=turn.metadata.current_snapshot_id,
        metadata_location=turn.to,
        published_at=at,
        run_id=run_id if turn.run_id is None else turn.run_id,
        operation=turn.operation,
        rows_total=int(summary["total-records"] or 0) if summary is not None else 0,
        bytes_total=int(summary["total-files-size"] or 0) if summary is not None else 0,
    )


def read_pointers(connection: Connection, database: str) -> Mapping[TableName, str]:
    rows = connection.execute(
        select(iceberg_tables.c.table_namespace, iceberg_tables.c.table_name, iceberg_tables.c.metadata_location).where(
            iceberg_tables.c.catalog_name == database
        )
    )
    return {TableName(row.table_namespace, row.table_name): row.metadata_location for row in rows}


def with_files(turn: Turn, files: Sequence[WrittenFile]) -> Turn:
    """`turn`, whose data files too were written for this attempt only."""
    return replace(turn, written=(*turn.written, *(file.path for file in files)))


def discard(turns: Sequence[Turn]) -> None:
    """Delete what was staged for a commit that did not come about."""
    for turn in turns:
        delete_files(turn.written)
