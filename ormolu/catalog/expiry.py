"""Forgetting old versions: their rows in the catalog, and their snapshots in the tables' metadata."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Delete, and_, delete, func, select

from ormolu.catalog.schema import versions
from ormolu.definitions import TableName


def old_versions(connection: Connection, database: str, table: TableName, before: datetime) -> int:
    """How many versions of the table would be forgotten."""
    condition = _is_old(database, table, before)
    return int(connection.execute(select(func.count()).select_from(versions).where(condition)).scalar() or 0)


def forget_versions(database: str, table: TableName, before: datetime) -> Delete:
    """Drops the versions that no time since `before` needs: the one that was valid then stays."""
    return delete(versions).where(_is_old(database, table, before))


def _is_old(database: str, table: TableName, before: datetime) -> ColumnElement[bool]:
    other = versions.alias("valid")
    valid_then = (
        select(func.max(other.c.version))
        .where(other.c.database == database, other.c.table_name == str(table), other.c.published_at <= before)
        .scalar_subquery()
    )
    is_its_own = and_(versions.c.database == database, versions.c.table_name == str(table))
    return and_(is_its_own, versions.c.version < valid_then)
