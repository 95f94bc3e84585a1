"""Databases as sources: what they hold arrives without loss, and what goes wrong says so without a password."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ormolu.connectors.mysql import MySql
from ormolu.connectors.postgres import Postgres
from ormolu.connectors.source import Extract, ReadRequest, Source, Window
from ormolu.connectors.sqlite import Sqlite
from ormolu.definitions import SourceForm
from ormolu.engine.jobs import JobEngine
from ormolu.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidCatalogName,
    InvalidPassword,
    OrmoluError,
    UnableToConnect,
    UndefinedFile,
    UndefinedTable,
)
from tests.peers.mariadb import MariaDbPeer
from tests.peers.postgresql import PostgresPeer


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[JobEngine]:
    with JobEngine(memory_limit="256MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        yield engine


def fetched(engine: JobEngine, extract: Extract) -> list[dict[str, Any]]:
    names = [column.name for column in extract.columns]
    return [dict(zip(names, row, strict=True)) for row in engine.rows(extract.sql, extract.parameters)]


def read(source: Source, engine: JobEngine, target: str, form: SourceForm = SourceForm.TABLE) -> list[dict[str, Any]]:
    return fetched(engine, source.read(ReadRequest(form, target), engine))


def types(source: Source, target: str, form: SourceForm = SourceForm.TABLE) -> dict[str, str]:
    return {column.name: str(column.type) for column in source.describe(form, target)}


# --- PostgreSQL -----------------------------------------------------------------------------------------------


@pytest.fixture
def shop(postgres_peer: PostgresPeer) -> Postgres:
    with psycopg.connect(postgres_peer.conninfo, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS kinds")
        connection.execute(
            """CREATE TABLE kinds (id int PRIMARY KEY, any_numeric numeric, price numeric(10,2), wide numeric(50,10),
               at timestamptz, doc jsonb, tags text[], span interval, "Mixed Case" smallint, mood text)"""
        )
        connection.execute(
            "INSERT INTO kinds VALUES "
            "(1, 'NaN', 1.50, 1.5, '2024-01-01 10:00+02', '{\"a\": 1}', '{x,y}', '1 day', 3, 'é'), "
            "(2, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        )
    return Postgres("shop", postgres_peer.options())


def test_postgres_numbers_arrive_without_loss(shop: Postgres, engine: JobEngine) -> None:
    assert types(shop, "kinds") == {
        "id": "integer",
        "any_numeric": "text",
        "price": "numeric(10,2)",
        "wide": "text",
        "at": "timestamp with time zone",
        "doc": "jsonb",
        "tags": "text[]",
        "span": "interval",
        "Mixed Case": "smallint",
        "mood": "text",
    }
    first, second = read(shop, engine, "public.kinds")
    assert (first["any_numeric"], first["price"], first["wide"]) == ("NaN", "1.50", "1.5000000000")
    assert (first["Mixed Case"], first["mood"], first["tags"], first["span"]) == (3, "é", ["x", "y"], "1 day")
    assert second["any_numeric"] == "0.1"
    assert second["mood"] is None


def test_a_postgres_query_with_quotes_runs_as_written(shop: Postgres, engine: JobEngine) -> None:
    query = "SELECT id, 'it''s' AS quote, mood FROM kinds WHERE mood = 'é';"
    assert read(shop, engine, query, SourceForm.QUERY) == [{"id": 1, "quote": "it's", "mood": "é"}]


def test_a_window_reads_its_slice_only(shop: Postgres, engine: JobEngine) -> None:
    def ids(window: Window) -> list[int]:
        return [row["id"] for row in fetched(engine, shop.read(ReadRequest(SourceForm.TABLE, "kinds", window), engine))]

    assert ids(Window("id", "1", None, loads_null=False)) == [2]
    assert ids(Window("id", "1", "1", loads_null=False, has_start=True)) == [1]
    assert ids(Window("at", "2025-01-01", None, loads_null=True)) == [2]
    assert shop.clock(shop.describe(SourceForm.TABLE, "kinds")[0]) is None
    assert str(shop.clock(shop.describe(SourceForm.TABLE, "kinds")[4])).startswith("20")


def test_postgres_lists_its_tables(shop: Postgres) -> None:
    assert "public.kinds" in [table.name for table in shop.tables()]
    assert shop.tables("nothing%") == []
    assert "PostgreSQL 15" in shop.test()


def test_postgres_errors_name_the_condition_and_keep_the_password(postgres_peer: PostgresPeer, shop: Postgres) -> None:
    cases: list[tuple[dict[str, str], type[OrmoluError]]] = [
        ({"password": "very-secret"}, InvalidPassword),
        ({"port": "1", "password": "very-secret"}, UnableToConnect),
        ({"dbname": "nowhere"}, InvalidCatalogName),
    ]
    for changed, expected in cases:
        source = Postgres("shop", {**postgres_peer.options(), **changed})
        with pytest.raises(expected) as caught:
            source.test()
        shown = f"{caught.value.message} {caught.value.detail} {caught.value.hint}"
        assert "secret" not in shown.lower().replace("secret ...", "")
        assert postgres_peer.password not in shown
    with pytest.raises(UndefinedTable, match="nope"):
        shop.describe(SourceForm.TABLE, "nope")
    with pytest.raises(FeatureNotSupported):
        shop.files("*.csv")


# --- MariaDB --------------------------------------------------------------------------------------------------


@pytest.fixture
def store(mariadb_peer: MariaDbPeer) -> MySql:
    with mariadb_peer.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kinds")
        cursor.execute(
            """CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, price decimal(10,2), wide decimal(50,10),
               small tinyint(1), at datetime(6), late time, doc json, mood varchar(20), bits bit(8))"""
        )
        cursor.execute(
            "INSERT INTO kinds VALUES "
            "(1, 18446744073709551615, 1.50, 1.5, 2, '2024-01-01 10:00:00.123456', '-10:00:00', "
            "'{\"a\":1}', 'é', b'101'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        )
    return MySql("store", mariadb_peer.options())


def test_mariadb_numbers_arrive_without_loss(store: MySql, engine: JobEngine) -> None:
    assert types(store, "peer.kinds")["big"] == "numeric(20,0)"
    assert types(store, "SELECT id, wide + 1 AS more FROM kinds", SourceForm.QUERY) == {"id": "integer", "more": "text"}
    first, second = read(store, engine, "kinds")
    assert (first["big"], str(first["price"]), first["wide"]) == (18446744073709551615, "1.50", "1.5000000000")
    assert (first["small"], first["mood"], first["bits"], first["late"]) == (2, "é", "101", "-10:00:00")
    assert first["at"].microsecond == 123456
    assert second["mood"] is None
    assert read(store, engine, "SELECT 'it''s' AS q", SourceForm.QUERY) == [{"q": "it's"}]


def test_mariadb_errors_name_the_condition_and_keep_the_password(mariadb_peer: MariaDbPeer, store: MySql) -> None:
    cases: list[tuple[dict[str, str], type[OrmoluError]]] = [
        ({"password": "very-secret"}, InvalidPassword),
        ({"port": "1", "password": "very-secret"}, UnableToConnect),
    ]
    for changed, expected in cases:
        with pytest.raises(expected) as caught:
            MySql("store", {**mariadb_peer.options(), **changed}).test()
        assert "very-secret" not in f"{caught.value.message} {caught.value.detail} {caught.value.hint}"
    with pytest.raises(UndefinedTable, match="nope"):
        store.describe(SourceForm.TABLE, "nope")
    assert "MariaDB" in store.test()
    assert [table.name for table in store.tables("kin%")] == ["peer.kinds"]


# --- SQLite ---------------------------------------------------------------------------------------------------


def test_sqlite_values_arrive_as_they_are_kept(tmp_path: Path, engine: JobEngine) -> None:
    path = tmp_path / "o'shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "odd name" (id INTEGER, x REAL, any, raw BLOB)')
        connection.execute(
            "INSERT INTO \"odd name\" VALUES (1, 0.1, 'abc', x'00ff'), ('two', 0.30000000000000004, 7, NULL)"
        )
    source = Sqlite("lite", path, lambda _: True)
    assert types(source, '"odd name"') == {"id": "bigint", "x": "double precision", "any": "text", "raw": "text"}
    assert read(source, engine, '"odd name"') == [
        {"id": "1", "x": "0.1", "any": "abc", "raw": "\\x00ff"},
        {"id": "two", "x": "0.30000000000000004", "any": "7", "raw": None},
    ]
    assert read(source, engine, "SELECT 'it''s' AS q", SourceForm.QUERY) == [{"q": "it's"}]
    assert [table.name for table in source.tables()] == ["odd name"]
    assert "1 tables" in source.test()


def test_sqlite_errors_name_the_condition(tmp_path: Path) -> None:
    with pytest.raises(UndefinedFile):
        Sqlite("lite", tmp_path / "none.db", lambda _: True).test()
    path = tmp_path / "a.db"
    sqlite3.connect(path).close()
    with pytest.raises(InsufficientPrivilege):
        Sqlite("lite", path, lambda _: False).test()
    path.touch()
    with pytest.raises(UndefinedTable, match="nope"):
        Sqlite("lite", path, lambda _: True).describe(SourceForm.TABLE, "nope")
