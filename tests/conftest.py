"""What every test may use: a server of ours, one a module, and one of its own for a test that kills."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.ormolu import OrmoluServer

pytest_plugins = ("tests.peers.postgresql", "tests.peers.mariadb", "tests.peers.stores")


@pytest.fixture(scope="session", autouse=True)
def every_thread_is_joined() -> Iterator[None]:
    """Made first and so ended last, after every server that tests run in this process has stopped."""
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith(("ormolu-statement", "ormolu-encode"))]
    for thread in left:
        thread.join(5)
    assert not [thread.name for thread in left if thread.is_alive()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrmoluServer]:
    """A running server that the tests of one module share."""
    running = OrmoluServer(tmp_path_factory.mktemp("server") / "lake").start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OrmoluServer]:
    """A server for one test alone, not yet started."""
    server = OrmoluServer(tmp_path / "lake")
    yield server
    server.stop()
