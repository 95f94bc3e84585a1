"""The tables of the lake as they stood when one version of one of them was published."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.past import version_before, versions_before
from ormolu.catalog.relations import find_relation
from ormolu.definitions import Kind, TableName
from ormolu.errors import UndefinedTable
from ormolu.medallion.columns import CHECKPOINTS, DEFINITION_HASH
from ormolu.scheduler.refresh_plans import Refreshed, content_of, definition_hash
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.relations import Relation

LOOKED_AT = 20  # versions of an input, newest first
EXPIRED_HINT = "Versions older than a table's retention are forgotten: lake.versions lists those there are."


@dataclass
class PastTables:
    """`pinned` are tables whose version is known; the others are those that were valid `at` the time."""

    head: Head
    at: datetime
    pinned: dict[TableName, IcebergTable] = field(default_factory=dict)
    _found: dict[TableName, IcebergTable | None] = field(default_factory=dict)

    def find(self, name: TableName) -> IcebergTable | None:
        if name in self.pinned:
            return self.pinned[name]
        if name not in self._found:
            lake = self.head.lake
            version = version_before(lake.engine, lake.database, name, self.at)
            self._found[name] = None if version is None else lake.table_at(name, version.metadata_location)
        return self._found[name]

    def pin_inputs(self, name: TableName) -> None:
        """What a table was made from is what its checkpoints say, where a version with that content is still there."""
        table = self.find(name)
        entries = {} if table is None else json.loads(table.properties.get(CHECKPOINTS) or "{}")
        for each, entry in entries.items():
            schema, _, plain = each.partition(".")
            upstream = TableName(schema, plain)
            for version in versions_before(
                self.head.lake.engine, self.head.lake.database, upstream, self.at, LOOKED_AT
            ):
                found = self.head.lake.table_at(upstream, version.metadata_location)
                if content_of(found) == entry["version"]:
                    self.pinned[upstream] = found
                    break

    def relation(self, name: TableName) -> Relation:
        """What queries saw under the name then."""
        found = find_relation(name, self.find)
        if found is None:
            raise UndefinedTable(f'relation "{name}" was not there at {self.at:%Y-%m-%d %H:%M:%S}', hint=EXPIRED_HINT)
        return found


def made_by(head: Head, table: IcebergTable, *, until: datetime | None = None) -> Refreshed | None:
    """What a version was made by: that is older than what defined the table then where it was restored.

    Where nothing says so, the newest definition up to that time.
    """
    kinds = [kind for kind in Kind if kind.schema == table.name.schema]
    rows = [row for kind in kinds for row in head.definitions.versions(kind, str(table.name))]
    rows = [row for row in rows if until is None or row.at <= until]
    newest_first = sorted(rows, key=lambda row: (row.at, row.version), reverse=True)
    known = [parse_definition(row.ddl) for row in newest_first if row.ddl]
    made = [each for each in known if isinstance(each, Refreshed)]
    told = table.properties.get(DEFINITION_HASH)
    return next((each for each in made if definition_hash(each) == told), next(iter(made), None))
