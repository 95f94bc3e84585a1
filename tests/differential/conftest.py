"""The referee: a real PostgreSQL 15 and our binder and engine, over the same small tables."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from ormolu.engine.queries import QueryEngine
from tests.differential.samples import DDL, SESSION
from tests.peers.postgresql import PostgresPeer, postgres_peer

__all__ = ["postgres_peer"]


@pytest.fixture(scope="session")
def postgres(postgres_peer: PostgresPeer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_peer.conninfo, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in DDL:
            connection.execute(statement.encode())
        connection.execute(f"SET search_path = {', '.join(SESSION.search_path)}".encode())
        yield connection


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("engine")
    engine = QueryEngine(memory_limit="400MB", threads=1, temp_directory=folder, readable_directories=[str(folder)])
    yield engine
    engine.close()
