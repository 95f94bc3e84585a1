"""CALL lake.erase(): after it no file of the lake has the person, and a second call finds nothing to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import fastavro
import psycopg
import pytest
import sqlalchemy as sa

from ormolu.catalog.schema import audit_log, runs
from tests.peers.ormolu import OrmoluServer

NAME = "Erna Mustermann"


def copy(server: OrmoluServer, source: str, text: str) -> None:
    with (
        server.connect() as connection,
        connection.cursor().copy(f"COPY bronze.{source} FROM STDIN (FORMAT csv)".encode()) as target,
    ):
        target.write(text)


@pytest.fixture(scope="module")
def lake(server: OrmoluServer) -> OrmoluServer:
    server.run("CREATE BRONZE SOURCE people (id text, name text, city text, op text) FROM UPLOAD FORMAT csv")
    copy(server, "people", f"007,{NAME},Ulm,I\n8,Otto,Bonn,I\n9,Anna,Ulm,I\n")
    server.run(
        "CREATE SILVER TABLE people (person integer FROM (id)) KEY (person) HISTORY DELETE WHEN (op = 'D') SOFT"
        " WITH RULES (CHECK (city <> 'Nowhere')) FROM bronze.people"
    )
    server.run("CREATE SILVER TABLE cities AS SELECT person AS who, name, city FROM silver.people")
    server.run(
        "CREATE GOLD TABLE cities AS SELECT city, count(*) AS n, max(name) AS last FROM silver.people GROUP BY 1"
    )
    copy(server, "people", f"7,{NAME},Nowhere,I\n8,Otto,Nowhere,I\n")
    server.run("REFRESH silver.people CASCADE")
    copy(server, "people", f"9,Anna,Ulm,D\n7,{NAME},Bonn,I\n")
    server.run("REFRESH silver.people CASCADE")
    copy(server, "people", "1,Eve,Ulm,I\n")
    server.run("REFRESH silver.people CASCADE")
    return server


def files_with(server: OrmoluServer, name: str) -> list[str]:
    found = []
    for path in sorted((server.folder / "warehouse").rglob("*.parquet")):
        rows = duckdb.sql(f"SELECT count(*) FROM read_parquet('{path}') AS t WHERE CAST(t AS VARCHAR) LIKE '%{name}%'")
        if rows.fetchall()[0][0]:
            found.append(str(path))
    return found


def _text(path: Path) -> str:
    """What a manifest says, of files that are gone too: its blocks are compressed."""
    with path.open("rb") as file:
        return repr(list(fastavro.reader(file)))


def wait_until(is_so: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_nobody_else_may_and_nothing_is_done_in_a_transaction(lake: OrmoluServer) -> None:
    call = "CALL lake.erase('silver.people', '{\"person\": 7}')"
    with lake.connect() as connection:
        connection.execute("BEGIN")
        with pytest.raises(psycopg.errors.ActiveSqlTransaction):
            connection.execute(call)
    lake.run("CREATE ROLE clerk LOGIN PASSWORD 'just looking'")
    lake.run("GRANT OPERATE ON silver.people TO clerk")
    with (
        lake.connect(user="clerk", password="just looking") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(call)


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        ("'silver.people'", "42883"),
        ("'silver.people', '{}'", "22023"),
        ("'silver.people', '{\"person\": null}'", "22023"),
        ("'silver.people', 'person'", "22P02"),
        ("'silver.people', '{\"nobody\": 7}'", "42703"),
        ("'silver.nothing', '{\"person\": 7}'", "42P01"),
        ("'people', '{\"person\": 7}'", "22023"),
    ],
)
def test_what_cannot_be_erased_is_refused(lake: OrmoluServer, arguments: str, state: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        lake.run(f"CALL lake.erase({arguments})")
    assert caught.value.sqlstate == state


def test_a_person_leaves_every_file_version_and_table(lake: OrmoluServer) -> None:
    assert files_with(lake, NAME)
    lake.run("PROFILE bronze.people")
    lake.run(f"UPDATE quarantine.people SET city = 'Nowhere' WHERE name = '{NAME}'")
    lake.run(f"REFRESH silver.people FROM QUARANTINE WHERE (name = '{NAME}')")
    lake.run(
        f"EXPLAIN CHANGE IN silver.people MEASURES (count(*)) WHERE (name = '{NAME}') BETWEEN VERSION 1 AND VERSION 2"
    )
    done = lake.run("CALL lake.erase('silver.people', '{\"person\": 7}')")
    erased = {row[0]: row[2] for row in done if row[1] == "erased"}
    assert erased["bronze.people"] == 3
    assert erased["silver.people"] == 1
    assert {"silver.people_history", "quarantine.people", "silver.cities"} <= erased.keys()
    assert files_with(lake, NAME) == []
    held = [path for path in lake.folder.rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()]
    assert held == [], "profiles, statements, free pages and the journal of the catalog included"
    manifests = [path for path in lake.folder.rglob("*.avro") if not path.name.startswith("snap-")]
    assert [path for path in manifests if "Erna" in _text(path)] == [], "least and greatest"
    assert lake.run("SELECT id FROM bronze.people WHERE name = %s", [NAME]) == []
    assert lake.run("SELECT person FROM silver.people ORDER BY 1") == [(1,), (8,)]
    assert lake.run("SELECT person FROM silver.people_deleted") == [(9,)]
    assert lake.run("SELECT DISTINCT person FROM silver.people_history ORDER BY 1") == [(1,), (8,), (9,)]
    assert lake.run("SELECT id FROM quarantine.people") == [("8",)]
    assert lake.run("SELECT city, n FROM gold.cities ORDER BY 1") == [("Bonn", 1), ("Ulm", 1)]
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="no version that old"):
        lake.run("SELECT * FROM bronze.people FOR VERSION AS OF 2")


def test_a_second_time_finds_nothing_and_later_loads_go_on(lake: OrmoluServer) -> None:
    assert [row for row in lake.run("CALL lake.erase('silver.people', '{\"person\": 7}')") if row[1] == "erased"] == []
    copy(lake, "people", "2,Ida,Ulm,I\n")
    lake.run("REFRESH silver.people CASCADE")
    assert lake.run("SELECT person FROM silver.people ORDER BY 1") == [(1,), (2,), (8,)]


def test_the_fact_is_recorded_and_the_value_is_not(lake: OrmoluServer) -> None:
    engine = sa.create_engine(f"sqlite:///{lake.folder / 'catalog.db'}")
    with engine.connect() as connection:
        facts = connection.execute(sa.select(audit_log).where(audit_log.c.action == "ERASE")).all()
        asked = connection.execute(sa.select(runs.c.request).where(runs.c.action == "erase")).scalars().all()
    engine.dispose()
    assert {(fact.role, fact.object) for fact in facts} == {("admin", "silver.people")}
    assert all("person" in fact.statement and "7" not in fact.statement for fact in facts)
    assert asked and all(request == {"key_columns": ["person"]} for request in asked)


def test_a_computed_column_identifies_no_row_of_its_source(lake: OrmoluServer) -> None:
    lake.run("CREATE SILVER TABLE tens AS SELECT person / 10 AS ten, name FROM silver.people")
    before = lake.run("SELECT count(*) FROM bronze.people")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="cannot be told"):
        lake.run("CALL lake.erase('silver.tens', '{\"ten\": 8}')")
    assert lake.run("SELECT count(*) FROM bronze.people") == before


def test_neither_partitions_nor_native_copies_keep_the_person(lake: OrmoluServer) -> None:
    mail = "erna.mustermann@example.org"
    lake.run("CREATE BRONZE SOURCE mails (mail text, n integer) FROM UPLOAD FORMAT csv PARTITION BY (mail)")
    copy(lake, "mails", f"{mail},1\notto@example.org,2\n")
    lake.run("CREATE SILVER TABLE mails KEY (mail) PARTITION BY (mail) WITH (cache = 'on') FROM bronze.mails")
    copies = lake.folder / "cache"
    wait_until(lambda: any(mail.encode() in path.read_bytes() for path in copies.iterdir()))
    lake.run(f"CALL lake.erase('silver.mails', '{{\"mail\": \"{mail}\"}}')")
    held = [
        path
        for path in lake.folder.rglob("*")
        if path.is_file() and (mail.encode() in path.read_bytes() or (path.suffix == ".avro" and mail in _text(path)))
    ]
    assert held == []
    assert lake.run("SELECT mail, n FROM silver.mails") == [("otto@example.org", 2)]
    wait_until(lambda: any(b"otto@example.org" in path.read_bytes() for path in copies.iterdir()))
    assert lake.run("SELECT mail, n FROM silver.mails WHERE n = 2") == [("otto@example.org", 2)]


def test_a_dropped_table_does_not_keep_the_person(lake: OrmoluServer) -> None:
    lake.run("DROP SILVER TABLE cities")
    lake.run("CREATE SILVER TABLE cities AS SELECT person AS who, name, city FROM silver.people")
    assert files_with(lake, "Otto")
    lake.run("CALL lake.erase('bronze.people', '{\"id\": \"8\"}')")
    assert files_with(lake, "Otto") == []
    assert Path(lake.folder).exists()
