"""What is dropped leaves nothing behind under its name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.peers.faults import Faults
from tests.peers.ormolu import OrmoluServer


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Faults:
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, faults: Faults) -> Iterator[OrmoluServer]:
    running = OrmoluServer(tmp_path_factory.mktemp("server") / "lake", variables=faults.variables).start()
    yield running
    assert running.stop() == 0


def test_a_source_made_again_takes_the_upload_of_the_dropped_one(server: OrmoluServer) -> None:
    for _ in range(2):
        with server.connect() as connection:
            connection.execute("CREATE BRONZE SOURCE again FROM UPLOAD FORMAT csv (header = true)")
            with connection.cursor().copy("COPY bronze.again FROM STDIN WITH (FORMAT csv, HEADER true)") as copy:
                copy.write(b"a\n1\n")
        assert server.run("SELECT a FROM bronze.again") == [(1,)]
        server.run("DROP BRONZE SOURCE again")


def test_a_source_made_again_takes_the_files_of_the_dropped_one(server: OrmoluServer) -> None:
    folder = server.folder.parent / "landing"
    folder.mkdir()
    Path(folder / "a.csv").write_text("a\n1\n")
    server.run("CREATE CONNECTION landing TYPE files WITH (url = 'landing')")
    for _ in range(2):
        server.run(
            "CREATE BRONZE SOURCE found FROM CONNECTION landing FILES '*.csv' FORMAT csv (header = true) LOAD APPEND"
        )
        server.run("REFRESH bronze.found")
        assert server.run("SELECT a FROM bronze.found") == [(1,)]
        server.run("DROP BRONZE SOURCE found")


def test_grants_on_a_dropped_table_neither_hold_nor_keep_the_role(server: OrmoluServer) -> None:
    create = "CREATE BRONZE SOURCE granted (a integer) FROM UPLOAD FORMAT csv (header = true)"
    server.run(create)
    server.run("CREATE ROLE visitor LOGIN PASSWORD 'just looking'")
    server.run("GRANT SELECT ON bronze.granted TO visitor")
    server.run("DROP BRONZE SOURCE granted")
    server.run(create)
    with (
        server.connect(user="visitor", password="just looking") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT a FROM bronze.granted")
    server.run("DROP ROLE visitor")


def test_a_source_called_like_a_companion_of_another_outlives_it(server: OrmoluServer) -> None:
    for name in ("paired", "paired_history"):
        server.run(f"CREATE BRONZE SOURCE {name} (a integer) FROM UPLOAD FORMAT csv")
    server.run("DROP BRONZE SOURCE paired")
    assert server.run("SELECT count(*) FROM bronze.paired_history") == [(0,)]


def test_versions_of_the_dropped_table_are_not_those_of_one_made_again(server: OrmoluServer) -> None:
    server.run("CREATE BRONZE SOURCE secretive (a integer) FROM UPLOAD FORMAT csv")
    copy(server, "secretive", "42\n")
    server.run("DROP BRONZE SOURCE secretive")
    server.run("CREATE BRONZE SOURCE secretive (a integer) FROM UPLOAD FORMAT csv")
    for number in (1, 2):
        assert server.run(f"SELECT a FROM bronze.secretive FOR VERSION AS OF {number}") == []


def copy(server: OrmoluServer, source: str, text: str) -> None:
    with (
        server.connect() as connection,
        connection.cursor().copy(f"COPY bronze.{source} FROM STDIN (FORMAT csv)".encode()) as target,
    ):
        target.write(text)


def test_a_publish_in_between_does_not_keep_a_table_from_being_dropped(server: OrmoluServer, faults: Faults) -> None:
    def load(text: bytes) -> None:
        with server.connect() as connection, connection.cursor().copy("COPY bronze.busy FROM STDIN") as copy:
            copy.write(text)

    server.run("CREATE BRONZE SOURCE busy (id integer) FROM UPLOAD FORMAT csv")
    load(b"1\n")
    told: list[object] = []

    def drop() -> None:
        with server.connect() as connection:
            connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
            told.append(connection.execute("DROP BRONZE SOURCE busy CASCADE").statusmessage)

    faults.arm("publish:staged", "hold")
    dropping = threading.Thread(target=drop)
    dropping.start()
    faults.wait_until_reached("publish:staged")
    load(b"2\n")
    faults.let_go("publish:staged")
    dropping.join(60)
    assert told == ["DROP BRONZE SOURCE"]
    server.run("UNDROP TABLE bronze.busy")
    assert server.run("SELECT id FROM bronze.busy ORDER BY id") == [(1,), (2,)]
