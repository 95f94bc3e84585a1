"""What every process of a lake stands on: its database, tables, queue, secrets and sources."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from ormolu.catalog.database import open_database
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
from ormolu.errors import UndefinedObject
from ormolu.scheduler.queue import Queue
from ormolu.stores import find_store


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Foundation:
    """What server and worker both stand on."""

    config: Config
    database: sa.Engine
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

    def open_engine(self) -> JobEngine:
        temp = self.config.data.absolute() / "tmp" / f"job-{os.getpid()}"
        return JobEngine(
            memory_limit=self.config.job_memory,
            threads=self.config.engine_threads,
            temp_directory=temp,
            store=find_store(self.config.warehouse_location, os.environ),
        )


def lay_foundation(config: Config) -> Foundation:
    """Open the lake of a configuration, and make its folder where there is none."""
    for folder in (config.data, config.data / "tmp", config.data / "spool", config.data / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    database = open_database(config.catalog_url)
    lake = Lake(database, database=config.database, warehouse=config.warehouse_location)
    secrets = Secrets(database, database=config.database, key_file=config.secret_key_file, environment=os.environ)
    return Foundation(config, database, lake, Queue(database, config.database), secrets)
