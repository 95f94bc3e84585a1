"""What the commands work with: the lake, the queue, roles and secrets, and the ways to the outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ormolu.catalog.databases import Databases
from ormolu.catalog.lake import Lake
from ormolu.catalog.roles import Roles
from ormolu.catalog.secrets import Secrets
from ormolu.connectors.source import Source
from ormolu.definitions import Connection
from ormolu.scheduler.queue import Queue


@dataclass(frozen=True)
class Services:
    """Handed in by assembly; everything below may be called from several threads."""

    databases: Databases
    lake: Lake
    queue: Queue
    roles: Roles
    secrets: Secrets
    now: Callable[[], datetime]
    wake: Callable[[], None]  # has idle workers look at the queue
    connect: Callable[[Connection], Source]
    connect_over: Callable[[Lake], Callable[[Connection], Source]]  # with the definitions and secrets of that lake
    spool: Path  # where COPY's data waits for its load
    spool_bytes_max: int
    sessions: Callable[[str], int]  # how many are connected to a database
    of: Callable[[str], Services]  # those of another database
    forget_rows: Callable[[], None]  # what is kept of answers and copies, once rows were erased
    home: str  # the database that the server was started for

    def over(self, lake: Lake) -> Services:
        """The same, over another view of the lake: a transaction's."""
        return replace(
            self,
            lake=lake,
            roles=Roles(lake.engine),
            secrets=self.secrets.over(lake.engine),
            connect=self.connect_over(lake),
        )
