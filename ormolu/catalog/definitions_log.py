"""The definitions: every version of every object's DDL, in the Iceberg table `lake.definitions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from ormolu.catalog.caches import Cache
from ormolu.catalog.changes import DefinitionChange, TableChange
from ormolu.catalog.fields import planned_columns
from ormolu.catalog.file_io import file_io
from ormolu.catalog.staging import sync_files
from ormolu.catalog.table import IcebergTable
from ormolu.definitions import Definition, Kind, TableName
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.files import WrittenFile
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.types import data_type

DEFINITIONS = TableName("lake", "definitions")
COLUMNS = planned_columns(
    tuple(
        StoredColumn(name, data_type(spelling), comment=comment)
        for name, spelling, comment in (
            ("kind", "text", "BRONZE SOURCE, SILVER TABLE ..."),
            ("name", "text", "qualified where the object lives in a schema"),
            ("version", "bigint", "1, 2, 3 ... of this object"),
            ("ddl", "text", "canonical; NULL where the object was dropped"),
            ("hash", "text", "sha256 of the ddl"),
            ("author", "text", None),
            ("at", "timestamptz", None),
            ("dropped", "boolean", None),
        )
    ),
    None,
)
FILES_MAX = 30  # more are compacted into one by the next change

_ARROW = {"text": pa.string(), "int8": pa.int64(), "timestamptz": pa.timestamp("us", "UTC"), "bool": pa.bool_()}
_SCHEMA = pa.schema(
    [
        pa.field(
            column.name, _ARROW[column.type.scalar.name], metadata={b"PARQUET:field_id": str(column.field_id).encode()}
        )
        for column in COLUMNS
    ]
)


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """One row of the log."""

    kind: Kind
    name: str
    version: int
    ddl: str | None
    hash: str | None
    author: str
    at: datetime
    is_dropped: bool


LogFiles = Cache[str, tuple[DefinitionVersion, ...]]  # by path: files never change


class Definitions:
    """All definitions as they stand at one pointer of the log; texts are parsed when they are asked for."""

    def __init__(self, log: Iterable[DefinitionVersion]) -> None:
        self._log = tuple(sorted(log, key=lambda row: (row.at, row.version)))
        self._parsed: dict[tuple[Kind, str], Definition] = {}

    @cached_property
    def _latest(self) -> dict[tuple[Kind, str], DefinitionVersion]:
        latest: dict[tuple[Kind, str], DefinitionVersion] = {}
        for row in self._log:
            seen = latest.get((row.kind, row.name))
            if seen is None or seen.version < row.version:
                latest[row.kind, row.name] = row
        return latest

    @cached_property
    def _live(self) -> dict[tuple[Kind, str], DefinitionVersion]:
        return {key: row for key, row in self._latest.items() if not row.is_dropped}

    def find(self, kind: Kind, name: str) -> Definition | None:
        return self._parse(row) if (row := self._live.get((kind, name))) else None

    def find_relation(self, name: TableName) -> Definition | None:
        """The source, table or metric that makes the relation `name`."""
        row = self._find_relation(name)
        return self._parse(row) if row else None

    def relation_kind(self, name: TableName) -> Kind | None:
        row = self._find_relation(name)
        return row.kind if row else None

    def _find_relation(self, name: TableName) -> DefinitionVersion | None:
        kinds = (kind for kind in Kind if kind.schema == name.schema)
        return next((row for kind in kinds if (row := self._live.get((kind, str(name))))), None)

    def all(self, *kinds: Kind) -> list[Definition]:
        """Those of `kinds` (of all kinds where none is given), by name."""
        return [self._parse(row) for row in self.rows(*kinds)]

    def rows(self, *kinds: Kind) -> list[DefinitionVersion]:
        """The live rows, unparsed."""
        rows = [row for row in self._live.values() if not kinds or row.kind in kinds]
        return sorted(rows, key=lambda row: (row.name, row.kind.value))

    @cached_property
    def _relations(self) -> Mapping[TableName, Definition]:
        found = self.all(*(kind for kind in Kind if kind.schema is not None))
        return {each.name: each for each in found if isinstance(each.name, TableName)}

    def relations(self) -> Mapping[TableName, Definition]:
        """Every source, table and metric, by the relation that it makes."""
        return self._relations

    def ddl(self, kind: Kind, name: str) -> str | None:
        row = self._live.get((kind, name))
        return row.ddl if row else None

    def versions(self, kind: Kind, name: str) -> list[DefinitionVersion]:
        return [row for row in self._log if (row.kind, row.name) == (kind, name)]

    def with_rows(self, rows: Sequence[DefinitionVersion]) -> Definitions:
        """These definitions after the changes that `rows` are."""
        if not rows:
            return self
        changed = Definitions((*self._log, *rows))
        touched = {(row.kind, row.name) for row in rows}
        changed._parsed.update({key: known for key, known in self._parsed.items() if key not in touched})
        return changed

    def log(self) -> tuple[DefinitionVersion, ...]:
        return self._log

    def latest_version(self, kind: Kind, name: str) -> int:
        """0 where there never was one."""
        row = self._latest.get((kind, name))
        return row.version if row else 0

    def _parse(self, row: DefinitionVersion) -> Definition:
        key = (row.kind, row.name)
        if key not in self._parsed:
            assert row.ddl is not None, "a live definition has a text"
            self._parsed[key] = parse_definition(row.ddl)
        return self._parsed[key]


def read_definitions(table: IcebergTable, files: LogFiles) -> Definitions:
    rows: list[DefinitionVersion] = []
    for file in table.files:
        path = file.path
        rows.extend(files.get(path, lambda path=path: _read_file(path)))  # type: ignore[misc]  # bound at once
    return Definitions(rows)


def _read_file(path: str) -> tuple[DefinitionVersion, ...]:
    with file_io().new_input(path).open() as stream:
        rows = pq.read_table(stream).to_pylist()
    return tuple(
        DefinitionVersion(
            kind=Kind(row["kind"]),
            name=row["name"],
            version=row["version"],
            ddl=row["ddl"],
            hash=row["hash"],
            author=row["author"],
            at=row["at"],
            is_dropped=row["dropped"],
        )
        for row in rows
    )


def creation(location: str) -> TableChange:
    return TableChange(DEFINITIONS, based_on=None, location=location, columns=COLUMNS, operation="create")


def append_change(
    table: IcebergTable, definitions: Definitions, changes: Sequence[DefinitionChange], *, at: datetime
) -> TableChange:
    """Write the rows of `changes` to a file, and say how the log takes it in."""
    versions: dict[tuple[Kind, str], int] = {}
    rows = []
    for change in changes:
        key = (change.kind, change.name)
        versions[key] = versions.get(key, definitions.latest_version(*key)) + 1
        rows.append(definition_version(change, versions[key], at))
    is_compacted = len(table.files) >= FILES_MAX
    if is_compacted:
        rows = [*definitions.log(), *rows]
    written = _write_file(table.location, rows)
    return TableChange(
        DEFINITIONS, based_on=table.metadata_location, added=(written,), removes_all=is_compacted, operation="define"
    )


def definition_version(change: DefinitionChange, version: int, at: datetime) -> DefinitionVersion:
    return DefinitionVersion(
        kind=change.kind,
        name=change.name,
        version=version,
        ddl=change.ddl,
        hash=None if change.ddl is None else sha256(change.ddl.encode()).hexdigest(),
        author=change.author,
        at=at,
        is_dropped=change.ddl is None,
    )


def _write_file(location: str, rows: Sequence[DefinitionVersion]) -> WrittenFile:
    values = [
        {
            "kind": row.kind.value,
            "name": row.name,
            "version": row.version,
            "ddl": row.ddl,
            "hash": row.hash,
            "author": row.author,
            "at": row.at,
            "dropped": row.is_dropped,
        }
        for row in rows
    ]
    path = f"{location}/data/{uuid4()}.parquet"
    with file_io().new_output(path).create() as stream:
        pq.write_table(pa.Table.from_pylist(values, schema=_SCHEMA), stream, compression="zstd")
    sync_files((path,))
    return WrittenFile(path, rows=len(rows), bytes=len(file_io().new_input(path)))
