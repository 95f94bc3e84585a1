"""The databases of a catalog: tenants that share its roles and its clean-up, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.grants import CONNECT, DATABASE, PUBLIC, Grant, add_grant
from ormolu.catalog.schema import (
    CLAIM_LOCK,
    audit_log,
    databases,
    iceberg_tables,
    metadata,
    runs,
)
from ormolu.errors import DuplicateDatabase, InvalidCatalogName, ObjectInUse
from ormolu.faults import reach

NAME_BYTES_MAX = 63
DROPPED = "dropped:"  # begins the name under which the record of a dropped database is kept; no database has it
WAITING, RUNNING, CANCELED = "queued", "running", "canceled"


@dataclass(frozen=True, slots=True)
class Database:
    """`database_id` tells a database from an earlier one of its name."""

    database_id: int
    name: str
    owner: str
    template_id: int | None = None


class Databases:
    """Reads and writes the list; each change is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Database, ...]:
        with reading(self._engine) as connection:
            return _live(connection)

    def find(self, name: str) -> Database | None:
        return next((each for each in self.all() if each.name == name), None)

    def places(self) -> tuple[str, ...]:
        """Every name that a database has or had: below them are the files of the warehouse."""
        with reading(self._engine) as connection:
            names = select(databases.c.name).distinct().order_by(databases.c.name)
            return tuple(connection.execute(names).scalars())

    def ensure(self, name: str, *, owner: str, at: datetime) -> None:
        """Have the database that a server is started for; and those of a catalog from before there was a list."""
        if self.find(name) is not None:
            return

        def add(connection: Connection) -> None:
            known = {each.name for each in _live(connection)}
            stored = connection.execute(select(iceberg_tables.c.catalog_name).distinct()).scalars()
            for missing in sorted({name, *stored} - known):
                _add(connection, missing, owner, at)

        try:
            in_transaction(self._engine, add)
        except IntegrityError:  # another process was faster
            if self.find(name) is None:
                raise

    def create(self, name: str, *, owner: str, at: datetime) -> None:
        """An empty database; 42P04 where there is one of the name."""

        def add(connection: Connection) -> None:
            _add(connection, name, owner, at)
            reach("database:created")

        try:
            in_transaction(self._engine, add)
        except IntegrityError as error:
            raise DuplicateDatabase(f'database "{name}" already exists') from error

    def reserve(self, name: str, *, owner: str, at: datetime) -> None:
        """Let the sweep know the place of a database before its first file is written: 42P04 where there is one."""

        def reserve(connection: Connection) -> None:
            if any(each.name == name for each in _live(connection)):
                raise DuplicateDatabase(f'database "{name}" already exists')
            is_known = select(databases.c.database_id).where(databases.c.name == name).limit(1)
            if connection.execute(is_known).first() is None:
                row = {"name": name, "owner": owner, "created_at": at, "dropped_at": at}
                connection.execute(insert(databases).values(row))

        in_transaction(self._engine, reserve)

    def drop(self, name: str, *, at: datetime) -> None:
        """Forget all that the database knows. Its files go with a sweep, unless another database reads them.

        55006 while a run is at work in it: its commit would come after the end.
        """

        def drop(connection: Connection) -> None:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))
            found = next((each for each in _live(connection) if each.name == name), None)
            if found is None:
                raise InvalidCatalogName(f'database "{name}" does not exist')
            _check_idle(connection, name)
            _forget(connection, found, at)
            is_this = databases.c.database_id == found.database_id
            connection.execute(update(databases).where(is_this).values(dropped_at=at))
            reach("database:dropped")

        in_transaction(self._engine, drop)


def _add(connection: Connection, name: str, owner: str, at: datetime, *, template_id: int | None = None) -> None:
    """As in PostgreSQL, everybody may connect until that is revoked."""
    connection.execute(insert(databases).values(name=name, owner=owner, created_at=at, template_id=template_id))
    add_grant(connection, Grant(CONNECT, DATABASE, name, PUBLIC, owner, is_grantable=False), database=name)


def has_copies(connection: Connection) -> bool:
    return any(each.template_id is not None for each in _live(connection))


def admit_copy(connection: Connection, name: str, *, template: str, owner: str, at: datetime) -> None:
    """Inside the transaction that copies: 3D000 where the template is gone, 42P04 where somebody was faster."""
    live = {each.name: each for each in _live(connection)}
    if template not in live:
        raise InvalidCatalogName(f'template database "{template}" does not exist')
    if name in live:
        raise DuplicateDatabase(f'database "{name}" already exists')
    try:
        _add(connection, name, owner, at, template_id=live[template].database_id)
    except IntegrityError as error:
        raise DuplicateDatabase(f'database "{name}" already exists') from error


def _live(connection: Connection) -> tuple[Database, ...]:
    rows = connection.execute(select(databases).where(databases.c.dropped_at.is_(None)).order_by(databases.c.name))
    return tuple(Database(row.database_id, row.name, row.owner, row.template_id) for row in rows)


def _check_idle(connection: Connection, name: str) -> None:
    at_work = select(runs.c.run_id).where(runs.c.database == name, runs.c.status == RUNNING).order_by(runs.c.run_id)
    ids = connection.execute(at_work).scalars().all()
    if ids:
        raise ObjectInUse(
            f'database "{name}" is being worked on',
            detail="runs " + ", ".join(map(str, ids)) + " are at work.",
            hint="CANCEL RUN ends one; or wait.",
        )


def _forget(connection: Connection, database: Database, at: datetime) -> None:
    """Runs and the audit log are kept under a name of their own: the sweep asks which runs have ended."""
    waiting = (runs.c.database == database.name) & (runs.c.status == WAITING)
    connection.execute(update(runs).where(waiting).values(status=CANCELED, finished_at=at))
    kept = f"{DROPPED}{database.database_id}"
    for table in (runs, audit_log):
        connection.execute(update(table).where(table.c.database == database.name).values(database=kept))
    for column in _database_columns():
        connection.execute(delete(column.table).where(column == database.name))


def _database_columns() -> Sequence[Column[str]]:
    """Of the tables whose rows belong to a database each."""
    columns = [column for table in metadata.sorted_tables for column in table.columns]
    return [column for column in columns if column.name in ("database", "catalog_name")]
