"""The referee: a real PostgreSQL 15 and a server of ours, over the same small tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.differential.sides import Side, connected, our_server, prepare_postgresql
from tests.peers.postgresql import PostgresPeer, postgres_peer

__all__ = ["postgres_peer"]


@pytest.fixture(scope="session")
def theirs(postgres_peer: PostgresPeer) -> Iterator[Side]:
    with connected(postgres_peer.conninfo) as side:
        prepare_postgresql(side.connection)
        yield side


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    with our_server(tmp_path_factory.mktemp("differential")) as conninfo, connected(conninfo) as side:
        side.simple("SET statement_timeout = '10s'")
        yield side
