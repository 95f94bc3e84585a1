"""VACUUM, asked for and by itself: rows stay, files and old versions go, and nothing downstream notices."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer


@pytest.fixture(scope="module")
def lake(server: OrmoluServer) -> OrmoluServer:
    server.run(
        "CREATE BRONZE SOURCE ticks (id integer, day date, note text) FROM UPLOAD FORMAT csv WITH (retention = '1 day')"
    )
    for number in range(6):
        copy(server, number)
    server.run("CREATE SILVER TABLE ticks KEY (id) FROM bronze.ticks")
    server.run("CREATE GOLD TABLE counts AS SELECT day, count(*) AS n FROM silver.ticks GROUP BY day")
    return server


def copy(server: OrmoluServer, number: int) -> None:
    with (
        server.connect() as connection,
        connection.cursor().copy("COPY bronze.ticks FROM STDIN (FORMAT csv)") as target,
    ):
        target.write(f"{2 * number},2026-01-0{1 + number % 3},first\n{2 * number + 1},2026-01-01,\n")


def rows(server: OrmoluServer, query: str) -> list[tuple[Any, ...]]:
    with server.connect() as connection:
        return connection.execute(query.encode()).fetchall()


def files(server: OrmoluServer, schema: str) -> list[Path]:
    (folder,) = (server.folder / "warehouse" / "lakehouse" / schema).glob("ticks-*")
    return sorted((folder / "data").rglob("*.parquet"))


def test_files_are_joined_and_nothing_downstream_notices(lake: OrmoluServer) -> None:
    before = rows(lake, "SELECT *, _row_id, _load_id, ingestion_id FROM bronze.ticks ORDER BY id")
    told = rows(lake, "EXPLAIN VACUUM bronze.ticks")
    assert [(row[2], row[3]) for row in told] == [("compact", "6 files")]
    done = rows(lake, "VACUUM bronze.ticks")
    assert [(row[0], row[1], row[2], row[4]) for row in done] == [("bronze.ticks", "compact", 6, 1)]
    assert rows(lake, "SELECT *, _row_id, _load_id, ingestion_id FROM bronze.ticks ORDER BY id") == before
    operations = rows(
        lake, "SELECT operation FROM lake.versions WHERE table_name = 'bronze.ticks' ORDER BY version DESC"
    )
    assert operations[0] == ("compact",)
    versions = rows(lake, "SELECT max(version) FROM lake.versions WHERE table_name = 'silver.ticks'")
    lake.run("REFRESH silver.ticks CASCADE")
    assert rows(lake, "SELECT max(version) FROM lake.versions WHERE table_name = 'silver.ticks'") == versions
    assert rows(lake, "VACUUM bronze.ticks") == [], "a second time there is nothing to do"


def test_a_load_after_it_refreshes_only_what_is_new(lake: OrmoluServer) -> None:
    copy(lake, 7)
    lake.run("REFRESH silver.ticks CASCADE")
    assert rows(lake, "SELECT count(*) FROM silver.ticks") == [(14,)]
    read = "SELECT rows_in FROM lake.runs WHERE object = 'silver.ticks' AND rows_in > 0 ORDER BY run_id DESC LIMIT 1"
    assert rows(lake, read) == [(2,)]


def test_the_version_before_it_can_still_be_read(lake: OrmoluServer) -> None:
    assert rows(lake, "SELECT count(*) FROM bronze.ticks FOR VERSION AS OF 3") == [(4,)]


def test_manifests_are_joined_and_nothing_downstream_notices(lake: OrmoluServer) -> None:
    for number in (8, 9):
        copy(lake, number)
    lake.run("REFRESH silver.ticks CASCADE")
    before = rows(lake, "SELECT *, _row_id, _load_id FROM bronze.ticks ORDER BY id")
    versions = rows(lake, "SELECT max(version) FROM lake.versions WHERE table_name = 'silver.ticks'")
    only = "VACUUM bronze.ticks WITH (compact = false)"
    told = rows(lake, f"EXPLAIN {only}")
    assert [(row[2], row[3]) for row in told] == [("join manifests", "4 manifests")]
    done = rows(lake, only)
    assert [(row[0], row[1], row[2], row[4]) for row in done] == [("bronze.ticks", "join manifests", 4, 1)]
    assert rows(lake, only) == rows(lake, f"EXPLAIN {only}") == [], "a second time there is nothing to do"
    assert rows(lake, "SELECT count(*) FROM lake.run_steps WHERE name = 'join manifests of bronze.ticks'") == [(1,)]
    assert rows(lake, "SELECT *, _row_id, _load_id FROM bronze.ticks ORDER BY id") == before
    lake.run("REFRESH silver.ticks CASCADE")
    assert rows(lake, "SELECT max(version) FROM lake.versions WHERE table_name = 'silver.ticks'") == versions


def test_versions_older_than_asked_are_forgotten_and_their_files_removed(lake: OrmoluServer) -> None:
    shown = rows(lake, "SELECT * FROM bronze.ticks ORDER BY id")
    time.sleep(1.1)
    for path in (lake.folder / "warehouse").rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))  # older than the time that a run may take
    many = len(files(lake, "bronze"))
    with lake.connect() as slow:
        slow.execute("BEGIN")
        slow.execute("DECLARE reader CURSOR FOR SELECT count(*) OVER (), id FROM bronze.ticks FOR VERSION AS OF 3")
        done = {row[1]: row for row in rows(lake, "VACUUM bronze.ticks WITH (expire = '1 second')")}
        assert done["expire"][2] > 0
        assert len(files(lake, "bronze")) >= many, "who began to read before still finds all files"
        assert [row[0] for row in slow.execute("FETCH ALL FROM reader").fetchall()] == [4] * 4
    assert rows(lake, "EXPLAIN VACUUM bronze.ticks WITH (grace = '0 seconds')")
    done = {row[1]: row for row in rows(lake, "VACUUM bronze.ticks WITH (grace = '0 seconds')")}
    assert done["remove orphans"][2] > 0
    assert len(files(lake, "bronze")) < many
    assert rows(lake, "SELECT * FROM bronze.ticks ORDER BY id") == shown
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="no version that old"):
        rows(lake, "SELECT count(*) FROM bronze.ticks FOR VERSION AS OF 1")
    assert rows(lake, "SELECT n FROM gold.counts ORDER BY day")


def test_quarantine_and_the_deleted_are_tended_with_their_table(lake: OrmoluServer) -> None:
    lake.run("CREATE SILVER TABLE strict KEY (id) WITH RULES (CHECK (id > 3)) FROM bronze.ticks")
    lake.run("UPDATE quarantine.strict SET note = 'again' WHERE id = 1")
    lake.run("UPDATE quarantine.strict SET note = 'again' WHERE id = 2")
    time.sleep(1.1)
    lake.run("VACUUM silver.strict WITH (expire = '1 second')")
    assert rows(lake, "SELECT min(version) > 1 FROM lake.versions WHERE table_name = 'quarantine.strict'") == [(True,)]
    assert rows(lake, "SELECT count(*) FROM quarantine.strict WHERE note = 'again'") == [(2,)]


def test_sorting_lays_rows_out_as_the_definition_says(lake: OrmoluServer) -> None:
    lake.run("CREATE BRONZE SOURCE sorted (id integer) ORDER BY (id) FROM UPLOAD FORMAT csv")
    for block in ("3\n5\n", "1\n4\n", "2\n6\n"):
        with (
            lake.connect() as connection,
            connection.cursor().copy("COPY bronze.sorted FROM STDIN (FORMAT csv)") as target,
        ):
            target.write(block)
    assert rows(lake, "VACUUM bronze.sorted WITH (sort = true)")
    assert rows(lake, "SELECT id FROM bronze.sorted") == [(1,), (2,), (3,), (4,), (5,), (6,)]


def test_the_definitions_log_can_be_tended_too(lake: OrmoluServer) -> None:
    before = rows(lake, "SELECT kind, name, ddl FROM lake.definitions ORDER BY 1, 2, version")
    assert rows(lake, "VACUUM lake.definitions")
    assert rows(lake, "SELECT kind, name, ddl FROM lake.definitions ORDER BY 1, 2, version") == before
    lake.run("COMMENT ON TABLE silver.ticks IS 'ticks of the till'")
    assert len(rows(lake, "SELECT kind FROM lake.definitions")) == len(before) + 1


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("VACUUM bronze.nothing", "42P01"),
        ("VACUUM bronze.ticks WITH (expire = 'soon')", "22023"),
        ("VACUUM bronze.ticks WITH (compakt = true)", "42601"),
        ("VACUUM", "0A000"),
    ],
)
def test_what_cannot_be_vacuumed_is_told(lake: OrmoluServer, statement: str, state: str) -> None:
    with lake.connect() as connection, pytest.raises(psycopg.Error) as told:
        connection.execute(statement.encode())
    assert told.value.sqlstate == state


def test_a_role_that_may_only_read_cannot_vacuum(lake: OrmoluServer) -> None:
    lake.run("CREATE ROLE reader LOGIN PASSWORD 'reader'")
    lake.run("GRANT SELECT ON SCHEMA bronze TO reader")
    url = lake.url.replace("admin@", "reader:reader@")
    with psycopg.connect(url, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("VACUUM bronze.ticks")


def test_it_cannot_run_in_a_transaction(lake: OrmoluServer) -> None:
    with lake.connect() as connection, pytest.raises(psycopg.errors.ActiveSqlTransaction), connection.transaction():
        connection.execute("VACUUM bronze.ticks")
