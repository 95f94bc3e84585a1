"""What every process of a lake stands on: its catalog, and for each database tables, queue, secrets and sources."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import sqlalchemy as sa

from ormolu.assembly.work_folder import WorkFolder
from ormolu.catalog.database import open_database
from ormolu.catalog.databases import Database, Databases
from ormolu.catalog.lake import Lake
from ormolu.catalog.secrets import Secrets
from ormolu.config import Config
from ormolu.connectors.connections import Surroundings, open_source
from ormolu.connectors.source import Source
from ormolu.definitions import (
    Connection,
    Kind,
    Secret,
)
from ormolu.demo.inputs import cache_folder, example_input
from ormolu.engine.jobs import JobEngine
from ormolu.errors import InvalidCatalogName, UndefinedObject
from ormolu.scheduler.queue import Queue
from ormolu.stores import find_store


def now() -> datetime:
    return datetime.now(UTC)


ADMIN = "admin"


@dataclass(frozen=True, eq=False)
class Tenant:
    """One database."""

    config: Config
    lake: Lake
    queue: Queue
    secrets: Secrets

    def connect(self, definition: Connection) -> Source:
        return self.connect_over(self.lake)(definition)

    def connect_over(self, lake: Lake) -> Callable[[Connection], Source]:
        """Opens connections with the secrets that a view of the lake has: a transaction may have made its own."""

        def secret(name: str) -> str:
            definition = lake.head().definitions.find(Kind.SECRET, name)
            if not isinstance(definition, Secret):
                hint = f"CREATE SECRET {name} AS '...' comes first."
                raise UndefinedObject(f'secret "{name}" does not exist', hint=hint)
            return self.secrets.over(lake.engine).read(definition).reveal()

        base = self.config.data.absolute().parent
        surroundings = Surroundings(secret=secret, base=base, allows=self._may_read, example=example_input)
        return lambda definition: open_source(definition, surroundings)

    def _may_read(self, path: Path) -> bool:
        """Any folder but the lake's own while only this machine can ask; else those that were allowed."""
        real = path.resolve()
        if real.is_relative_to(self.config.data.resolve()):
            return False
        if real.is_relative_to(cache_folder().resolve()):
            return True
        if not self.config.allow_dir and self.config.is_loopback:
            return True
        return any(real.is_relative_to(allowed.resolve()) for allowed in self.config.allow_dir)


@dataclass(frozen=True)
class Foundation:
    """What server and worker both stand on. Tenants are made when they are first asked for, and kept."""

    config: Config
    database: sa.Engine
    databases: Databases
    _tenants: dict[Database, Tenant] = field(default_factory=dict)
    _places: dict[str, Lake] = field(default_factory=dict)
    _work_folders: list[WorkFolder] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def find_tenant(self, name: str) -> Tenant | None:
        found = self.databases.find(name)
        return None if found is None else self._tenant(found)

    def tenant(self, name: str) -> Tenant:
        found = self.find_tenant(name)
        if found is None:
            known = ", ".join(each.name for each in self.databases.all())
            raise InvalidCatalogName(f'database "{name}" does not exist', hint=f"There is {known}.")
        return found

    def tenants(self) -> list[Tenant]:
        live = self.databases.all()
        with self._lock:
            for gone in self._tenants.keys() - set(live):
                del self._tenants[gone]
        return [self._tenant(each) for each in live]

    def _tenant(self, database: Database) -> Tenant:
        """Another one for a database that is made anew under the name."""
        with self._lock:
            if database not in self._tenants:
                self._tenants[database] = self._open(database.name)
            return self._tenants[database]

    def _open(self, name: str) -> Tenant:
        lake = Lake(self.database, database=name, warehouse=self.config.warehouse_location)
        secrets = Secrets(self.database, database=name, key_file=self.config.secret_key_file, environment=os.environ)
        return Tenant(self.config, lake, Queue(self.database, name), secrets)

    def lake_of_files(self, place: str) -> Lake:
        """For the sweep of a place that a database has, or had."""
        with self._lock:
            if place not in self._places:
                self._places[place] = Lake(self.database, database=place, warehouse=self.config.warehouse_location)
            return self._places[place]

    def work_folder(self) -> Path:
        """For temporary files of this process."""
        with self._lock:
            if not self._work_folders:
                self._work_folders.append(WorkFolder(self.config.data.absolute() / "tmp"))
            return self._work_folders[0].path

    def open_engine(self) -> JobEngine:
        return JobEngine(
            memory_limit=self.config.engine_memory,
            threads=self.config.engine_threads,
            temp_directory=self.work_folder(),
            store=find_store(self.config.warehouse_location, os.environ),
        )


def lay_foundation(config: Config) -> Foundation:
    """Open the lake of a configuration, and make its folder where there is none."""
    for folder in (config.data, config.data / "tmp", config.data / "spool", config.data / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    database = open_database(config.catalog_url)
    databases = Databases(database)
    databases.ensure(config.database, owner=ADMIN, at=now())
    return Foundation(config, database, databases)
