"""UNDROP: what was dropped comes back whole, under its name or another, and loads nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from ormolu.catalog.schema import checkpoints, files, grants, tombstones, versions
from tests.peers.ormolu import OrmoluServer


def copy(server: OrmoluServer, source: str, text: str) -> None:
    with (
        server.connect() as connection,
        connection.cursor().copy(f"COPY bronze.{source} FROM STDIN (FORMAT csv)".encode()) as target,
    ):
        target.write(text)


def ids(server: OrmoluServer, table: str) -> list[Any]:
    return [row[0] for row in server.run(f"SELECT id FROM {table} ORDER BY id")]


def state(server: OrmoluServer, statement: str) -> str | None:
    try:
        server.run(statement)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def make(server: OrmoluServer, name: str) -> None:
    server.run(f"CREATE BRONZE SOURCE {name} (id integer, amount integer, op text) FROM UPLOAD FORMAT csv")
    copy(server, name, "1,10,I\n2,20,I\n3,-1,I\n")
    server.run(
        f"CREATE SILVER TABLE {name} KEY (id) DELETE WHEN (op = 'D') SOFT"
        f" WITH RULES (CHECK (amount > 0)) FROM bronze.{name}"
    )
    copy(server, name, "1,0,D\n")
    server.run(f"REFRESH silver.{name}")


def test_a_pipeline_comes_back_from_the_bottom_up(server: OrmoluServer) -> None:
    make(server, "u1")
    server.run("CREATE GOLD TABLE u1 AS SELECT count(*) AS n FROM silver.u1")
    server.run("CREATE ROLE reader1 LOGIN PASSWORD 'just looking'")
    server.run("GRANT SELECT ON silver.u1 TO reader1")
    text = server.run("SHOW CREATE SILVER TABLE u1")
    numbers = server.run("SELECT version, published_at FROM lake.versions WHERE table_name = 'silver.u1' ORDER BY 1")
    server.run("DROP BRONZE SOURCE u1 CASCADE")
    for view, column in (("versions", "table_name"), ("files", "source_name"), ("checkpoints", "table_name")):
        assert server.run(f"SELECT * FROM lake.{view} WHERE {column} LIKE '%u1%'") == []
    assert state(server, "UNDROP TABLE gold.u1") == "42P01"
    for layer in ("bronze", "silver", "gold"):
        server.run(f"UNDROP TABLE {layer}.u1")
    assert ids(server, "bronze.u1") == [1, 1, 2, 3]
    assert ids(server, "silver.u1") == [2]
    assert ids(server, "silver.u1_deleted") == [1]
    assert ids(server, "quarantine.u1") == [3]
    assert server.run("SELECT n FROM gold.u1") == [(1,)]
    assert server.run("SHOW CREATE SILVER TABLE u1") == text
    now = server.run("SELECT version, published_at FROM lake.versions WHERE table_name = 'silver.u1' ORDER BY 1")
    assert now[: len(numbers)] == numbers, "its versions are numbered as they were"
    assert len(now) >= len(numbers) + 1
    with server.connect(user="reader1", password="just looking") as connection:
        assert connection.execute("SELECT id FROM silver.u1").fetchall() == [(2,)]
    copy(server, "u1", "1,0,D\n")  # the same bytes as before
    assert ids(server, "bronze.u1") == [1, 1, 2, 3]
    copy(server, "u1", "7,70,I\n")
    server.run("REFRESH silver.u1 CASCADE")
    assert ids(server, "silver.u1") == [2, 7]


def test_beside_one_that_has_taken_the_name(server: OrmoluServer) -> None:
    make(server, "u2")
    server.run("DROP BRONZE SOURCE u2 CASCADE")
    server.run("CREATE BRONZE SOURCE u2 (id integer) FROM UPLOAD FORMAT csv")
    copy(server, "u2", "9\n")
    with pytest.raises(psycopg.errors.DuplicateTable) as caught:
        server.run("UNDROP TABLE bronze.u2")
    assert "AS another_name" in (caught.value.diag.message_hint or "")
    server.run("UNDROP TABLE bronze.u2 AS u2_old")
    assert ids(server, "bronze.u2_old") == [1, 1, 2, 3]
    assert ids(server, "bronze.u2") == [9]
    copy(server, "u2_old", "1,0,D\n")
    assert ids(server, "bronze.u2_old") == [1, 1, 2, 3], "it knows what it had loaded"
    assert server.run("SELECT count(*) FROM lake.files WHERE source_name = 'bronze.u2'") == [(1,)]


def test_the_same_table_dropped_and_brought_back_twice(server: OrmoluServer) -> None:
    make(server, "u3")
    for _ in range(2):
        server.run("DROP SILVER TABLE u3")
        server.run("UNDROP TABLE silver.u3")
        assert ids(server, "silver.u3") == [2]
    assert state(server, "UNDROP TABLE silver.u3") == "42P07"


def test_what_cannot_come_back_is_refused(server: OrmoluServer) -> None:
    assert state(server, "UNDROP TABLE silver.never") == "42P01"
    server.run("CREATE BRONZE SOURCE u4 (id integer) FROM UPLOAD FORMAT csv")
    server.run("DROP BRONZE SOURCE u4")
    with server.connect() as connection:
        connection.execute("BEGIN")
        with pytest.raises(psycopg.errors.ActiveSqlTransaction):
            connection.execute("UNDROP TABLE bronze.u4")
    server.run("CREATE ROLE nobody LOGIN PASSWORD 'just looking'")
    with (
        server.connect(user="nobody", password="just looking") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UNDROP TABLE bronze.u4")


def test_after_a_week_it_is_gone_with_all_that_was_kept(server: OrmoluServer) -> None:
    make(server, "u5")
    server.run("CREATE BRONZE SOURCE other (id integer) FROM UPLOAD FORMAT csv WITH (retention = '1 second')")
    server.run("CREATE ROLE reader5 LOGIN PASSWORD 'just looking'")
    server.run("GRANT SELECT ON bronze.u5 TO reader5")
    server.run("DROP BRONZE SOURCE u5 CASCADE")
    engine = sa.create_engine(f"sqlite:///{server.folder / 'catalog.db'}")
    with engine.begin() as connection:
        for stone in connection.execute(sa.select(tombstones)).all():
            older = sa.update(tombstones).where(tombstones.c.tombstone_id == stone.tombstone_id)
            connection.execute(older.values(dropped_at=stone.dropped_at - timedelta(days=8)))
    assert state(server, "UNDROP TABLE bronze.u5") == "42P01"
    copy(server, "other", "1\n")
    copy(server, "other", "2\n")
    server.run("SELECT pg_sleep(1.1)")
    server.run("VACUUM bronze.other")
    with engine.connect() as connection:
        assert connection.execute(sa.select(tombstones)).all() == []
        for table, column in (
            (files, files.c.source_name),
            (checkpoints, checkpoints.c.table_name),
            (versions, versions.c.table_name),
            (grants, grants.c.object),
        ):
            assert connection.execute(sa.select(table).where(column.like("dropped:%"))).all() == []
    engine.dispose()
