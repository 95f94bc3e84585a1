"""What one commit changes, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Executable

from ormolu.definitions import Kind, TableName
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.files import WrittenFile


@dataclass(frozen=True, slots=True)
class TableChange:
    """The next version of a table: created, added to, overwritten, altered, or several of these at once.

    `based_on` is the metadata location that was read, None to create. `columns` is needed to create; otherwise None
    keeps the schema. Columns without field ids get them as `planned_columns` gives them.
    `partition_by` None keeps the partitioning. A property set to None is taken away. Snapshots that no time since
    `forget_before` needs leave the metadata. With `keeps_rows` the rows are the same in other files, or in the same
    ones, and nothing is told any more of files that are gone. The manifests of each group of `joined`, by their paths,
    become as few as can hold what they list.
    """

    table: TableName
    based_on: str | None
    location: str | None = None
    columns: tuple[StoredColumn, ...] | None = None
    partition_by: tuple[PartitionField, ...] | None = None
    added: tuple[WrittenFile, ...] = ()
    removed: tuple[str, ...] = ()
    removes_all: bool = False
    properties: Mapping[str, str | None] = field(default_factory=dict)
    summary: Mapping[str, str] = field(default_factory=dict)
    operation: str = "append"
    forget_before: datetime | None = None
    keeps_rows: bool = False
    joined: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TableDrop:
    """The pointer becomes a tombstone; nothing is deleted."""

    table: TableName
    based_on: str


@dataclass(frozen=True, slots=True)
class TableRestore:
    """The pointer turns to metadata that exists: RESTORE, and UNDROP where `based_on` is None.

    With `properties` and `columns`, which have the field ids that they had, it turns to new metadata that says the same
    but for these.
    """

    table: TableName
    based_on: str | None
    metadata_location: str
    operation: str = "restore"
    properties: Mapping[str, str | None] = field(default_factory=dict)
    columns: tuple[StoredColumn, ...] | None = None


Change = TableChange | TableDrop | TableRestore


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """`name` is "silver.orders" or "shop"; `ddl` None drops the definition."""

    kind: Kind
    name: str
    ddl: str | None
    author: str


Statement = Executable | Callable[[Connection], object]  # a callable may raise: then nothing is committed
