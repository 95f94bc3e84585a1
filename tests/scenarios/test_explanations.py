"""EXPLAIN of the statements that act at once: what it tells, and that it does nothing."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

PIPELINE = """
CREATE BRONZE SOURCE boxes (id integer, who text, kilos numeric(9,2)) FROM UPLOAD FORMAT csv;
CREATE SILVER TABLE boxes KEY (id) WITH RULES (CONSTRAINT heavy CHECK (kilos > 0)) FROM bronze.boxes;
CREATE GOLD TABLE by_who KEY (who) AS SELECT who, sum(kilos) AS kilos FROM silver.boxes GROUP BY who;
CREATE GOLD TABLE alone AS SELECT 1 AS one
"""
Told = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def boxes(server: OrmoluServer) -> Iterator[psycopg.Connection]:
    with server.connect() as connection:
        for sql in PIPELINE.split(";\n"):
            connection.execute(sql.encode())
        with connection.cursor().copy("COPY bronze.boxes FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write("1,ann,2.5\n2,bob,-1\n")
        connection.execute("REFRESH silver.boxes CASCADE")
        yield connection


def told(connection: psycopg.Connection, sql: str) -> Told:
    rows = connection.execute(f"EXPLAIN {sql}".encode()).fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    return [row[1:4] for row in rows]


def sqlstate(connection: psycopg.Connection, sql: str) -> str | None:
    with pytest.raises(psycopg.Error) as failed:
        connection.execute(f"EXPLAIN {sql}".encode())
    return failed.value.sqlstate


def test_a_renamed_column_is_told_in_the_schema_and_a_dropped_one_makes_rows_anew(boxes: psycopg.Connection) -> None:
    renamed = "ALTER SILVER TABLE boxes RENAME COLUMN kilos TO kg"
    assert sqlstate(boxes, renamed) == "2BP01"
    assert told(boxes, f"{renamed} KEEP ALIAS UNTIL '2999-01-01'") == [
        ("silver.boxes", "rename column kilos", "in the schema alone: no row is written anew")
    ]
    assert told(boxes, "ALTER BRONZE SOURCE boxes ADD COLUMN note text")[0][1] == "add column note"
    dropped = told(boxes, "ALTER SILVER TABLE boxes DROP COLUMN who CASCADE")
    assert [(name, action) for name, action, _ in dropped] == [
        ("silver.boxes", "drop column who"), ("bronze.boxes", "read"), ("silver.boxes", "fill"),
        ("gold.by_who", "refresh"), ("gold.by_who", "drop"),
    ]  # fmt: skip
    assert told(boxes, "ALTER SILVER TABLE boxes DROP COLUMN IF EXISTS nothing") == [
        ("silver.boxes", "nothing", "column nothing is as it is")
    ]
    assert sqlstate(boxes, "ALTER SILVER TABLE boxes DROP COLUMN nothing") == "42703"
    assert boxes.execute("SELECT who, kilos FROM silver.boxes").fetchall()[0][0] == "ann"


def test_a_renamed_table_is_told_and_keeps_its_name(boxes: psycopg.Connection) -> None:
    assert told(boxes, "ALTER GOLD TABLE alone RENAME TO one") == [("gold.alone", "rename", "to gold.one")]
    assert sqlstate(boxes, "ALTER GOLD TABLE alone RENAME TO by_who") == "42P07"
    assert sqlstate(boxes, "ALTER GOLD TABLE nobody RENAME TO one") == "42704"
    assert boxes.execute("SELECT one FROM gold.alone").fetchall() == [(1,)]


def test_an_undrop_is_told_with_what_comes_back(boxes: psycopg.Connection) -> None:
    assert sqlstate(boxes, "UNDROP TABLE gold.by_who") == "42P07"
    boxes.execute("DROP GOLD TABLE by_who")
    [(name, action, reason), after] = told(boxes, "UNDROP TABLE gold.by_who AS again")
    assert (name, action) == ("gold.again", "undrop")
    assert reason.startswith("dropped at ")
    assert after == ("gold.again", "refresh", "its upstreams may have published")
    assert sqlstate(boxes, "SELECT 1 FROM gold.again") == "42P01"
    boxes.execute("UNDROP TABLE gold.by_who")
    assert sqlstate(boxes, "UNDROP TABLE gold.nobody") == "42P01"


def test_an_erasure_is_told_without_the_value(boxes: psycopg.Connection) -> None:
    steps = told(boxes, "CALL lake.erase('silver.boxes', '{\"id\": 1}')")
    assert ("bronze.boxes", "erase", "its rows, by id") in steps
    assert ("silver.boxes", "refresh", "full, without them") in steps
    assert ("gold.by_who", "expire", "versions that know the rows") in steps
    assert sqlstate(boxes, "CALL lake.erase('silver.boxes', '{\"nothing\": 1}')") == "42703"
    assert boxes.execute("SELECT count(*) FROM bronze.boxes").fetchall() == [(2,)]


def test_runs_are_told_and_none_is_made(boxes: psycopg.Connection) -> None:
    counted = boxes.execute("SELECT count(*) FROM lake.runs").fetchall()
    assert told(boxes, "PROFILE silver.boxes") == [
        ("silver.boxes", "read", "upstream"), ("silver.boxes", "profile", "keeps what it finds")
    ]  # fmt: skip
    assert told(boxes, "SUGGEST RULES FOR silver.boxes")[1][1] == "suggest"
    assert [step[:2] for step in told(boxes, "UPDATE quarantine.boxes SET kilos = '1' WHERE id = '2'")] == [
        ("quarantine.boxes", "read"), ("quarantine.boxes", "update")
    ]  # fmt: skip
    [(run,)] = boxes.execute("SELECT max(run_id) FROM lake.runs WHERE object = 'silver.boxes'").fetchall()
    assert told(boxes, f"CANCEL RUN {run}") == [("silver.boxes", "nothing", f"run {run} is succeeded")]
    assert sqlstate(boxes, "PROFILE silver.nobody") == "42P01"
    assert sqlstate(boxes, "DELETE FROM quarantine.nobody") == "42P01"
    assert boxes.execute("SELECT count(*) FROM lake.runs").fetchall() == counted


def test_who_may_not_do_it_is_not_told_what_it_would_do(boxes: psycopg.Connection, server: OrmoluServer) -> None:
    boxes.execute("CREATE ROLE looker LOGIN PASSWORD 'looks'")
    with server.connect(user="looker", password="looks") as connection:
        for sql in (
            "UNDROP TABLE gold.by_who",
            "CALL lake.erase('silver.boxes', '{\"id\": 1}')",
            "PROFILE silver.boxes",
            "ALTER GOLD TABLE alone RENAME TO one",
            "ALTER SILVER TABLE boxes DROP COLUMN who CASCADE",
            "DELETE FROM quarantine.boxes",
            "CANCEL RUN 1",
        ):
            assert sqlstate(connection, sql) == "42501", sql


def test_what_a_test_of_a_connection_would_do(boxes: psycopg.Connection) -> None:
    assert sqlstate(boxes, "TEST CONNECTION nowhere") == "42704"
    boxes.execute("CREATE CONNECTION here TYPE files WITH (url = '.')")
    assert told(boxes, "TEST CONNECTION here") == [("here", "test", "opens files, reads no table and changes nothing")]
