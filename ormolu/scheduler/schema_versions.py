"""The versions of a table's columns in lake.schema_versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ormolu.catalog.changes import Statement
from ormolu.catalog.lake import IcebergTable
from ormolu.catalog.schema import schema_versions
from ormolu.definitions import TableName
from ormolu.medallion.columns import BRONZE_SYSTEM_COLUMNS, SILVER_AUDIT_COLUMNS, StoredColumn

OURS = frozenset(column.name for column in (*BRONZE_SYSTEM_COLUMNS, *SILVER_AUDIT_COLUMNS))


def new_schema_version(
    database: str,
    name: TableName,
    before: IcebergTable | None,
    columns: Sequence[StoredColumn] | None,
    *,
    at: datetime,
    run_id: int | None = None,
) -> list[Statement]:
    """Nothing where names, types and order are as they were; `columns` None keeps them."""
    if columns is None:
        return []
    then = _shown(columns)
    if before is not None and _shown(before.columns) == then:
        return []

    def record(connection: sa.Connection) -> None:
        of_table = (schema_versions.c.database == database) & (schema_versions.c.table_name == str(name))
        newest = connection.execute(sa.select(sa.func.max(schema_versions.c.version)).where(of_table)).scalar()
        connection.execute(
            sa.update(schema_versions).where(of_table, schema_versions.c.status == "current").values(status="past")
        )
        connection.execute(
            sa.insert(schema_versions).values(
                database=database,
                table_name=str(name),
                version=(newest or 0) + 1,
                columns=then,
                status="current",
                changed_at=at,
                run_id=run_id,
            )
        )

    return [record]


def _shown(columns: Sequence[StoredColumn]) -> list[dict[str, str]]:
    return [
        {"name": column.name, "type": str(column.type)}
        for column in columns
        if not column.is_hidden and column.name not in OURS
    ]
