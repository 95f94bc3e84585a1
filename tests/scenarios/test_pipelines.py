"""A pipeline of the extended query is one transaction up to its Sync, over definitions and data."""

from __future__ import annotations

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer


def made(server: OrmoluServer, name: str) -> list[str]:
    return [
        str(found) for (found,) in server.run(f"SELECT name FROM lake.objects WHERE name LIKE '%{name}' ORDER BY 1")
    ]


def source(name: str) -> bytes:
    return f"CREATE BRONZE SOURCE {name} (id integer) FROM UPLOAD FORMAT csv (header = true)".encode()


def test_the_statements_of_a_pipeline_are_published_together(server: OrmoluServer) -> None:
    with server.connect() as connection:
        connection.autocommit = True
        with connection.pipeline() as pipeline:
            connection.execute(source("piped"))
            connection.execute(b"CREATE SILVER TABLE piped KEY (id) FROM bronze.piped")
            seen = connection.execute(b"SELECT count(*) FROM lake.objects WHERE name LIKE '%.piped'")
            assert seen.fetchone() == (2,)  # fetching flushes, and ends nothing
            assert made(server, ".piped") == []
            pipeline.sync()
    assert made(server, ".piped") == ["bronze.piped", "silver.piped"]


def test_an_error_takes_back_what_the_pipeline_has_made(server: OrmoluServer) -> None:
    with server.connect() as connection:
        connection.autocommit = True
        with pytest.raises(psycopg.errors.DivisionByZero), connection.pipeline():
            connection.execute(source("undone"))
            connection.execute(b"SELECT 1 / 0")
        assert made(server, "undone") == []
        connection.execute(source("undone"))
    assert made(server, "undone") == ["bronze.undone"]


def test_what_ended_with_an_earlier_sync_stays(server: OrmoluServer) -> None:
    with server.connect() as connection:
        connection.autocommit = True
        with pytest.raises(psycopg.errors.UndefinedTable), connection.pipeline() as pipeline:
            connection.execute(source("kept"))
            pipeline.sync()
            connection.execute(source("lost"))
            connection.execute(b"SELECT * FROM silver.nothing")
    assert made(server, "kept") == ["bronze.kept"]
    assert made(server, "lost") == []


def test_begin_within_a_pipeline_takes_over_what_came_before(server: OrmoluServer) -> None:
    with server.connect() as connection:
        connection.autocommit = True
        with connection.pipeline():
            connection.execute(source("taken_over"))
            connection.execute(b"BEGIN")
            connection.execute(source("taken_too"))
            connection.execute(b"ROLLBACK")
            connection.execute(source("taken_after"))
    assert made(server, "taken_over") == made(server, "taken_too") == []
    assert made(server, "taken_after") == ["bronze.taken_after"]


def test_a_statement_that_stands_alone_may_begin_a_pipeline_and_not_follow_in_one(server: OrmoluServer) -> None:
    vacuum = b"VACUUM bronze.vacuumed"
    with server.connect() as connection:
        connection.autocommit = True
        connection.execute(source("vacuumed"))
        with connection.pipeline():
            connection.execute(vacuum)
            connection.execute(b"SELECT 1")
        with pytest.raises(psycopg.errors.ActiveSqlTransaction), connection.pipeline():
            connection.execute(source("beside_it"))
            connection.execute(vacuum)
    assert made(server, "beside_it") == []


def test_a_prepared_statement_alone_is_a_commit_of_its_own(server: OrmoluServer) -> None:
    with server.connect() as connection:
        connection.autocommit = True
        connection.execute(source("by_itself"), prepare=True)
        connection.execute(b"VACUUM bronze.by_itself", prepare=True)
    assert made(server, "by_itself") == ["bronze.by_itself"]
