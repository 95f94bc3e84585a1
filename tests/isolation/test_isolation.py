"""Several writers and readers over the wire: no anomaly of isolation, by a checker that is tested itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.isolation.history_checker import anomalies
from tests.isolation.registers import Campaign, define
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer

OPERATIONS = 200
OPERATIONS_LONG = 10_000
SEED = 20261123


@pytest.fixture
def registers(tmp_path: Path) -> Iterator[OrmoluServer]:
    server = OrmoluServer(tmp_path / "lake", "--workers", "2").start()
    define(server)
    yield server
    server.stop()


@pytest.fixture
def team_registers(tmp_path: Path, postgres_peer: PostgresPeer) -> Iterator[OrmoluServer]:
    catalog = postgres_peer.catalog_url("isolation")
    server = OrmoluServer(tmp_path / "lake", "--workers", "2", "--catalog", catalog).start()
    define(server)
    yield server
    server.stop()


def check(server: OrmoluServer, operations: int, capsys: pytest.CaptureFixture[str]) -> None:
    history = Campaign(server, operations, SEED).run(writers=3, readers=3)
    ends = Counter(("write " if one.appends else "read ") + one.end.value for one in history)
    with capsys.disabled():
        print(f"\n{len(history)} operations: " + ", ".join(f"{n} {name}" for name, n in sorted(ends.items())))
    assert ends["write committed"] > operations // 100, ends
    assert anomalies(history) == []


def test_writers_and_readers_side_by_side_see_no_anomaly(
    registers: OrmoluServer, capsys: pytest.CaptureFixture[str]
) -> None:
    check(registers, OPERATIONS, capsys)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_operations_show_no_anomaly(registers: OrmoluServer, capsys: pytest.CaptureFixture[str]) -> None:
    check(registers, OPERATIONS_LONG, capsys)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_operations_over_postgresql_show_no_anomaly(
    team_registers: OrmoluServer, capsys: pytest.CaptureFixture[str]
) -> None:
    check(team_registers, OPERATIONS_LONG, capsys)
