"""A table's versions as RESTORE needs them: which one is meant, and what stood beside it then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, RowMapping, func, select

from ormolu.catalog.database import reading
from ormolu.catalog.relations import moment
from ormolu.catalog.schema import versions
from ormolu.definitions import TableName
from ormolu.errors import InvalidParameterValue

HINT = "SELECT * FROM lake.versions lists the versions there are."


@dataclass(frozen=True, slots=True)
class Version:
    table: TableName
    number: int
    metadata_location: str
    published_at: datetime


def find_version(
    engine: Engine, database: str, table: TableName, *, number: int | None = None, timestamp: str | None = None
) -> Version:
    """The version of that number, or the one that was valid at that time: 22023 where there is none (any more)."""
    of_table = (versions.c.database == database) & (versions.c.table_name == str(table))
    wanted = select(versions).where(of_table).order_by(versions.c.version.desc()).limit(1)
    if number is not None:
        wanted = wanted.where(versions.c.version == number)
    elif timestamp is not None:
        wanted = wanted.where(versions.c.published_at <= moment(timestamp))
    with reading(engine) as connection:
        row = connection.execute(wanted).mappings().first()
        first, last = connection.execute(
            select(func.min(versions.c.version), func.max(versions.c.version)).where(of_table)
        ).one()
    if row is not None:
        return _version(table, row)
    if first is None:
        raise InvalidParameterValue(f'"{table}" has no versions', hint=HINT)
    if number is not None and not first <= number <= last:
        word = "has expired" if 0 < number < first else "does not exist"
        raise InvalidParameterValue(
            f'version {number} of "{table}" {word}', detail=f"It has {first} to {last}.", hint=HINT
        )
    raise InvalidParameterValue(f'"{table}" has no version that old', detail=f"It has {first} to {last}.", hint=HINT)


def version_before(engine: Engine, database: str, table: TableName, at: datetime) -> Version | None:
    """What was the table's newest version at that time; None where it had none yet."""
    return next(iter(versions_before(engine, database, table, at, 1)), None)


def versions_before(engine: Engine, database: str, table: TableName, at: datetime, count: int) -> list[Version]:
    """The table's versions up to that time, the newest first."""
    wanted = (
        select(versions)
        .where(versions.c.database == database, versions.c.table_name == str(table), versions.c.published_at <= at)
        .order_by(versions.c.version.desc())
        .limit(count)
    )
    with reading(engine) as connection:
        return [_version(table, row) for row in connection.execute(wanted).mappings()]


def _version(table: TableName, row: RowMapping) -> Version:
    return Version(table, row["version"], row["metadata_location"], row["published_at"])
