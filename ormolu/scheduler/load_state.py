"""The state that loads keep: the file ledger, watermarks, schema versions, earlier results; read, and as statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ormolu.catalog.lake import Head, IcebergTable, Lake
from ormolu.catalog.schema import files, rule_results, schema_versions, watermarks
from ormolu.definitions import TableName
from ormolu.medallion.bronze import LedgerEntry, ListedFile, TableState
from ormolu.medallion.bronze_rules import RuleResult, earlier_observation
from ormolu.medallion.columns import EXCLUDED_LOADS, LATEST_FULL_LOAD, NEXT_LOAD_ID, NEXT_ROW_ID, StoredColumn

LOADED, REPLACED, EXCLUDED = "loaded", "replaced", "excluded"
TAKEN_BACK = "taken back"  # by a RESTORE to a version before the load
UPLOAD_PATH = "upload"


def table_state(table: IcebergTable | None) -> TableState:
    """What the table's properties say."""
    if table is None:
        return TableState()
    properties = table.properties
    latest = properties.get(LATEST_FULL_LOAD)
    return TableState(
        next_row_id=int(properties.get(NEXT_ROW_ID, "1")),
        next_load_id=int(properties.get(NEXT_LOAD_ID, "1")),
        excluded_loads=tuple(json.loads(properties.get(EXCLUDED_LOADS) or "[]")),
        latest_full_load=int(latest) if latest else None,
    )


def pinned_columns(table: IcebergTable | None) -> tuple[StoredColumn, ...]:
    """The columns that came from the source."""
    return () if table is None else tuple(column for column in table.columns if not column.is_hidden)


def schema_shape(columns: Sequence[StoredColumn]) -> list[tuple[str, str]]:
    return [(column.name, str(column.type)) for column in columns]


def _shape(kept: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(column["name"], column["type"]) for column in kept]


class LoadState:
    """Reads the rows of one source."""

    def __init__(self, lake: Lake, name: TableName) -> None:
        self._lake = lake
        self._name = name

    def ledger(self) -> tuple[LedgerEntry, ...]:
        rows = self._rows(
            sa.select(files.c.path, files.c.etag, files.c.size, files.c.load_id).where(
                *self._of(files), files.c.status == LOADED
            )
        )
        return tuple(LedgerEntry(row.path, row.etag, row.size, row.load_id) for row in rows)

    def upload_run(self, digest: str) -> int | None:
        """The run that loaded equal bytes before, unless it was taken back."""
        rows = self._rows(
            sa.select(files.c.run_id).where(
                *self._of(files),
                files.c.etag == digest,
                files.c.path.like(f"{UPLOAD_PATH}%"),
                files.c.status == LOADED,
            )
        )
        return int(rows[0].run_id) if rows else None

    def watermarks(self) -> dict[str, str]:
        rows = self._rows(
            sa.select(watermarks.c.connection, watermarks.c.last_incremental_watermark).where(*self._of(watermarks))
        )
        return {
            row.connection: row.last_incremental_watermark for row in rows if row.last_incremental_watermark is not None
        }

    def previous(self, rule: str, aggregate: str) -> Decimal | None:
        """What an aggregate was when the rule was last looked at."""
        rows = self._rows(
            sa.select(rule_results.c.observed)
            .where(
                rule_results.c.database == self._lake.database,
                rule_results.c.table_name == str(self._name),
                rule_results.c.rule == rule,
                rule_results.c.observed.is_not(None),
            )
            .order_by(rule_results.c.run_id.desc())
            .limit(1)
        )
        return earlier_observation([json.loads(row.observed) for row in rows], aggregate)

    def schema_version(self) -> int:
        rows = self._rows(
            sa.select(sa.func.max(schema_versions.c.version)).where(
                schema_versions.c.database == self._lake.database, schema_versions.c.table_name == str(self._name)
            )
        )
        return int(rows[0][0] or 0)

    def current_schema(self) -> list[tuple[str, str]]:
        """Names and types of the version that holds; none where no version is known."""
        rows = self._rows(sa.select(schema_versions.c.columns).where(*self._versions("current")))
        return _shape(rows[0].columns) if rows else []

    def refuses(self, columns: Sequence[StoredColumn]) -> bool:
        """Whether the newest version that was refused is this one."""
        newest = schema_versions.c.version.desc()
        rows = self._rows(
            sa.select(schema_versions.c.columns).where(*self._versions("refused")).order_by(newest).limit(1)
        )
        return bool(rows) and _shape(rows[0].columns) == schema_shape(columns)

    def _versions(self, status: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            schema_versions.c.database == self._lake.database,
            schema_versions.c.table_name == str(self._name),
            schema_versions.c.status == status,
        )

    def _of(self, table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
        return (table.c.database == self._lake.database, table.c.source_name == str(self._name))

    def _rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:  # Any: rows of several shapes
        with self._lake.engine.connect() as connection:
            return connection.execute(query).all()


class StateChanges:
    """The statements with which one run changes the state of one source."""

    def __init__(self, head: Head, name: TableName, *, run_id: int, at: datetime) -> None:
        self._database = head.lake.database
        self._name = str(name)
        self._run_id = run_id
        self._at = at

    def file_loaded(self, file: ListedFile, load_id: int, rows: int) -> list[sa.Executable]:
        key = {"database": self._database, "source_name": self._name, "path": file.path, "etag": file.etag}
        values = {
            "size": file.size,
            "modified_at": file.modified_at,
            "load_id": load_id,
            "run_id": self._run_id,
            "rows": rows,
            "status": LOADED,
        }
        return _replaced(files, key, values)

    def file_replaced(self, entry: LedgerEntry) -> sa.Executable:
        return (
            sa.update(files)
            .where(
                files.c.database == self._database,
                files.c.source_name == self._name,
                files.c.path == entry.path,
                files.c.etag == entry.etag,
                files.c.load_id == entry.load_id,
            )
            .values(status=REPLACED)
        )

    def watermark(
        self, connection: str, column: str | None, value: str | None, *, is_full: bool
    ) -> list[sa.Executable]:
        key = {"database": self._database, "source_name": self._name, "connection": connection}
        values: dict[str, object] = {"watermark_column": column, "last_run_id": self._run_id}
        values["last_incremental_watermark"] = value
        values["last_full_load" if is_full else "last_incremental_load"] = self._at
        same = [watermarks.c[name] == each for name, each in key.items()]
        missing = ~sa.exists().where(*same)
        first = [sa.literal(each).label(name) for name, each in key.items()]
        return [
            sa.insert(watermarks).from_select(list(key), sa.select(*first).where(missing)),
            sa.update(watermarks).where(*same).values(**values),
        ]

    def schema(self, version: int, columns: Sequence[StoredColumn], status: str) -> list[sa.Executable]:
        of_table = (schema_versions.c.database == self._database) & (schema_versions.c.table_name == self._name)
        statements: list[sa.Executable] = []
        if status == "current":
            statements.append(sa.update(schema_versions).where(of_table).values(status="past"))
        key = {"database": self._database, "table_name": self._name, "version": version}
        values = {
            "columns": [{"name": column.name, "type": str(column.type)} for column in columns],
            "status": status,
            "changed_at": self._at,
            "run_id": self._run_id,
        }
        return [*statements, *_replaced(schema_versions, key, values)]

    def rules(self, results: Sequence[RuleResult]) -> list[sa.Executable]:
        statements: list[sa.Executable] = []
        for position, result in enumerate(results, start=1):
            values = {
                "database": self._database,
                "table_name": self._name,
                "rule": result.name[:255],
                "kind": result.kind,
                "action": result.action.value,
                "rows_checked": result.rows_checked,
                "rows_violating": result.rows_violating,
                "passed": result.passed,
                "observed": result.observed,
                "checked_at": self._at,
            }
            statements += _replaced(rule_results, {"run_id": self._run_id, "position": position}, values)
        return statements


def _replaced(table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> list[sa.Executable]:
    """A row that may be there already, on any database."""
    same = [table.c[name] == value for name, value in key.items()]
    return [sa.delete(table).where(*same), sa.insert(table).values(**key, **values)]
