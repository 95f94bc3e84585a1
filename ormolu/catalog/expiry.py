"""Forgetting old versions: their rows in the catalog, and their snapshots in the tables' metadata."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, literal, or_, select

from ormolu.catalog.changes import Statement
from ormolu.catalog.schema import forgotten_versions, versions
from ormolu.definitions import TableName


def old_versions(connection: Connection, database: str, table: TableName, before: datetime) -> int:
    """How many versions of the table would be forgotten."""
    condition = _is_old(database, table, before)
    return int(connection.execute(select(func.count()).select_from(versions).where(condition)).scalar() or 0)


def forget_versions(database: str, table: TableName, before: datetime, *, at: datetime) -> Statement:
    """Drops the versions that no time since `before` needs: the one that was valid then stays.

    Where their files are is kept, for a query that reads them while they are forgotten: see `forget_files`.
    """

    def forget(connection: Connection) -> None:
        is_old = _is_old(database, table, before)
        gone = select(literal(database), versions.c.metadata_location, literal(at, versions.c.published_at.type))
        columns = ["database", "metadata_location", "forgotten_at"]
        connection.execute(insert(forgotten_versions).from_select(columns, gone.where(is_old)))
        connection.execute(delete(versions).where(is_old))

    return forget


@dataclass(frozen=True, slots=True)
class Release:
    """What nobody reads any longer: of a database what was forgotten `until` then, of the others `until_of_others`."""

    database: str
    until: datetime
    until_of_others: datetime
    within: str  # the location below which the files are

    @property
    def condition(self) -> ColumnElement[bool]:
        row = forgotten_versions.c
        is_old = or_(
            and_(row.database == self.database, row.forgotten_at <= self.until),
            row.forgotten_at <= self.until_of_others,
        )
        return and_(is_old, row.metadata_location.startswith(f"{self.within}/", autoescape=True))


def forget_files(connection: Connection, release: Release) -> None:
    connection.execute(delete(forgotten_versions).where(release.condition))


def released_ids(connection: Connection, release: Release) -> frozenset[int]:
    """The rows that `forget_files` would take."""
    found = select(forgotten_versions.c.forgotten_id).where(release.condition)
    return frozenset(connection.execute(found).scalars())


def _is_old(database: str, table: TableName, before: datetime) -> ColumnElement[bool]:
    other = versions.alias("valid")
    valid_then = (
        select(func.max(other.c.version))
        .where(other.c.database == database, other.c.table_name == str(table), other.c.published_at <= before)
        .scalar_subquery()
    )
    is_its_own = and_(versions.c.database == database, versions.c.table_name == str(table))
    return and_(is_its_own, versions.c.version < valid_then)
