"""What is dropped leaves nothing behind under its name."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer


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
