"""The client matrix, as `make clients` prints it: real clients against a real server."""

from __future__ import annotations

import os

import pytest

pytest.register_assert_rewrite("clients.check")  # before the imports below: a failure then shows its values

from clients.check.frame import Check, Client, NotInstalled, Place
from clients.check.lake import fill
from clients.check.matrix import CLIENTS
from tests.peers.missing import missing
from tests.peers.ormolu import PASSWORD, OrmoluServer

CASES = [
    pytest.param(client, check, id=f"{client.name}: {check.name}") for client in CLIENTS for check in client.checks
]


@pytest.fixture(scope="module")
def place(server: OrmoluServer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(server.port, PASSWORD, tmp_path_factory.mktemp("clients"))
    fill(found)
    return found


@pytest.mark.parametrize(("client", "check"), CASES)
def test_a_client_feels_at_home(client: Client, check: Check, place: Place) -> None:
    try:
        client.version()
    except NotInstalled as package:
        if client.is_required and os.environ.get("CI"):
            missing(f"{client.name} ({package})")
        pytest.skip(f"{client.name} ({package}) is not installed")
    check.run(place)
