"""A store that refuses, is silent or cuts the line: what is tried again, what fails, and that nothing is half there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from ormolu.catalog.database import open_database, reading
from ormolu.catalog.file_io import list_files
from ormolu.catalog.lake import Lake
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.sweep import sweep
from tests.peers.ormolu import OrmoluServer
from tests.peers.stores import StorePeer
from tests.peers.unreliable import Fault, UnreliableStore

WRITES = "^(PUT|POST) "
FILES = r"^(PUT|POST) .*\.parquet"
METADATA = r"^(PUT|POST) .*\.(avro|json)"
READS = "^(GET|HEAD) "
LISTS = r"^GET .*list-type"
DELETES = r"^(DELETE |POST .*[?&]delete)"


@pytest.fixture(scope="module")
def unreliable(s3_peer: StorePeer) -> Iterator[UnreliableStore]:
    with UnreliableStore(s3_peer.endpoint).running() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def warehouse(s3_peer: StorePeer) -> str:
    return s3_peer.warehouse(f"failing-{uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def server(
    s3_peer: StorePeer, unreliable: UnreliableStore, warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OrmoluServer]:
    folder = tmp_path_factory.mktemp("failing") / "lake"
    variables = s3_peer.behind(unreliable.endpoint).variables
    server = OrmoluServer(folder, "--warehouse", warehouse, "--workers", "1", variables=variables).start()
    try:
        with server.connect() as connection:
            connection.execute("CREATE BRONZE SOURCE lines (id int, n int) FROM UPLOAD")
            copy(server, 0)
            connection.execute("CREATE SILVER TABLE lines KEY (id) PARTITION BY (n) FROM bronze.lines")
        yield server
    finally:
        server.stop()


def copy(server: OrmoluServer, number: int, table: str = "bronze.lines") -> None:
    with (
        server.connect() as connection,
        connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)".encode()) as to,
    ):
        to.write(f"{number},0\n")


def numbers(server: OrmoluServer, table: str = "bronze.lines") -> list[int]:
    return sorted(number for (number,) in server.run(f"SELECT id FROM {table}"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(WRITES, 503, times=2),
        Fault(FILES, 500, times=2),
        Fault(METADATA, "cut", times=2),
        Fault(FILES, "cut", times=1),
        Fault(METADATA, "lost", times=1),
        Fault("^(GET|HEAD) ", 503, times=2),
        Fault(".", "slow", times=3, seconds=0.5),
    ],
    ids=lambda fault: f"{fault.action} {fault.matching}",
)
def test_what_passes_is_tried_again_and_done_once(
    server: OrmoluServer, unreliable: UnreliableStore, fault: Fault
) -> None:
    before = numbers(server)
    with unreliable.failing(fault):
        copy(server, len(before))
    assert fault.met > 0
    assert numbers(server) == [*before, len(before)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(WRITES, 503),
        Fault(r"^(PUT|POST) .*metadata\.json", 503),
        Fault(METADATA, "lost", spared=2),
        Fault(r"^POST .*uploadId=.*", "cut"),
        Fault(FILES, 403),
    ],
    ids=lambda fault: f"{fault.action} {fault.matching}",
)
def test_what_lasts_fails_the_run_and_nothing_of_it_is_seen(
    server: OrmoluServer, unreliable: UnreliableStore, fault: Fault
) -> None:
    before, silver = numbers(server), numbers(server, "silver.lines")
    with unreliable.failing(fault):
        with pytest.raises(psycopg.Error) as failed:
            copy(server, len(before))
        assert failed.value.sqlstate == "58030", failed.value
        assert failed.value.diag.message_hint
        assert numbers(server) == before, "what is published is read while nothing can be written"
    copy(server, len(before))
    assert numbers(server) == [*before, len(before)]
    server.run("REFRESH silver.lines")
    assert numbers(server, "silver.lines") == numbers(server)
    assert set(silver) < set(numbers(server, "silver.lines"))


def test_a_store_that_is_gone_is_told_to_readers_and_they_go_on_when_it_is_back(
    server: OrmoluServer, unreliable: UnreliableStore
) -> None:
    copy(server, len(numbers(server)))
    with unreliable.failing(Fault(".", 503)), pytest.raises(psycopg.Error) as failed:
        numbers(server)
    assert failed.value.sqlstate == "58030" and failed.value.diag.message_hint, failed.value
    assert numbers(server)


@pytest.mark.parametrize("fault", [Fault(READS, "half"), Fault(METADATA, 503)])
def test_a_vacuum_that_meets_half_answers_fails_and_the_next_one_is_done(
    server: OrmoluServer, unreliable: UnreliableStore, fault: Fault
) -> None:
    copy(server, len(numbers(server)))
    before = numbers(server)
    vacuum = "VACUUM bronze.lines WITH (expire = '1 microsecond', grace = '0 seconds')"
    with unreliable.failing(fault), pytest.raises(psycopg.Error) as failed:
        server.run(vacuum)
    assert failed.value.sqlstate == "58030", failed.value
    assert failed.value.diag.message_hint
    assert numbers(server) == before
    assert "compact" in [step for _, step, *_ in server.run(vacuum)]
    assert numbers(server) == before


def test_an_erasure_whose_deletes_are_refused_says_so_and_is_ended_by_the_next(
    server: OrmoluServer, unreliable: UnreliableStore
) -> None:
    server.run("CREATE BRONZE SOURCE people (id int, n int) FROM UPLOAD")
    for number in (1, 2):
        copy(server, number, "bronze.people")
    erase = "CALL lake.erase('bronze.people', '{\"id\": 1}')"
    with unreliable.failing(Fault(DELETES, 503, spared=1)), pytest.raises(psycopg.Error) as failed:
        server.run(erase)
    assert failed.value.sqlstate == "58030"
    assert "once more" in (failed.value.diag.message_hint or "")
    assert numbers(server, "bronze.people") == [2]
    seen = len(unreliable.requests)
    server.run(erase)
    deleted = [each for each in unreliable.requests[seen:] if re.match(DELETES, each) and ".parquet" in each]
    assert deleted, "what was refused"


def test_the_sweep_finds_what_failed_runs_left(
    server: OrmoluServer,
    s3_peer: StorePeer,
    unreliable: UnreliableStore,
    warehouse: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in s3_peer.behind(unreliable.endpoint).variables.items():
        monkeypatch.setenv(name, value)
    engine = open_database(f"sqlite:///{server.folder / 'catalog.db'}")
    try:
        lake = Lake(engine, database="lakehouse", warehouse=warehouse)
        later = datetime.now(UTC) + timedelta(days=2)
        for fault in (Fault(LISTS, "short"), Fault(DELETES, 503, spared=3)):
            with unreliable.failing(fault), pytest.raises(OSError, match="AWS Error"):
                sweep(lake, at=later)
            with reading(engine) as connection:
                assert {file.path for file in list_files(warehouse)} > reachable_files(connection)
        assert sweep(lake, at=later).files
        with reading(engine) as connection:
            assert {file.path for file in list_files(warehouse)} == reachable_files(connection)
    finally:
        engine.dispose()
    assert numbers(server) == list(range(len(numbers(server))))
