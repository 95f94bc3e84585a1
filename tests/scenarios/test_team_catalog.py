"""A server whose catalog is a PostgreSQL database does what the embedded one does, also after kill -9."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crash.test_kill import check_exact, copy_batch, define
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer


@pytest.fixture
def team(postgres_peer: PostgresPeer, tmp_path: Path) -> Iterator[tuple[OrmoluServer, OrmoluServer]]:
    """Two servers over one catalog and one warehouse."""
    catalog = postgres_peer.catalog_url("lake")
    flags = ("--catalog", catalog, "--warehouse", str(tmp_path / "warehouse"), "--workers", "1")
    servers = OrmoluServer(tmp_path / "one", *flags), OrmoluServer(tmp_path / "two", *flags)
    yield servers
    for server in servers:
        server.stop()


def both_restore_at_once(one: OrmoluServer, two: OrmoluServer) -> None:
    """Each takes back other loads, with everything made of them, beside a refresh: one of the two comes last."""
    loads = (
        "SELECT version FROM lake.versions WHERE table_name = 'bronze.ticks' AND operation = 'load' ORDER BY version"
    )
    versions = [row[0] for row in one.run(loads)]
    restore = "ALTER BRONZE SOURCE ticks RESTORE TO VERSION {} CASCADE"
    with ThreadPoolExecutor(max_workers=3) as clients:
        done = [
            clients.submit(one.run, restore.format(versions[1])),
            clients.submit(two.run, restore.format(versions[2])),
            clients.submit(two.run, "REFRESH silver.ticks CASCADE"),
        ]
        assert [each.result(60) for each in done[:2]] == [[], []]
        done[2].result(60)
    (batches,) = one.run("SELECT count(DISTINCT batch) FROM bronze.ticks")[0]
    assert batches in (2, 3)
    for server in (one, two):
        check_exact(server, batches)
    for batch in (2, 3):
        copy_batch(two, batch)  # what was taken back may come again, and nothing twice
    two.run("REFRESH silver.ticks CASCADE")
    check_exact(one, 4)


def test_two_servers_share_a_lake_and_one_may_be_killed(team: tuple[OrmoluServer, OrmoluServer]) -> None:
    one, two = team
    define(one.start())
    two.start()
    copy_batch(one, 0)
    copy_batch(two, 1)
    one.kill()
    copy_batch(two, 2)
    two.run("REFRESH silver.ticks CASCADE")
    check_exact(two, 3)
    one.start()
    check_exact(one, 3)
    copy_batch(one, 3)
    one.run("REFRESH silver.ticks CASCADE")
    check_exact(two, 4)
    both_restore_at_once(one, two)
    leaked = one.run("SELECT count(*) FROM lake.runs WHERE error LIKE '%s3cret%'") + two.run(
        "SELECT count(*) FROM lake.definitions WHERE ddl LIKE '%s3cret%'"
    )
    assert leaked == [(0,), (0,)]
    assert "s3cret" not in one.log() and "s3cret" not in two.log()
