"""Queries that differ in their literals share a plan, and answer as if each had been read by itself."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.wire.conftest import House

CONDITIONS = (
    "id = 17", "id = 18", "id = 2147483648", "id = 9999999999999", "id = 'x'", "id = '19'", "id IN (3, 4)",
    "big = 5000000000", "half = 3", "half = '1.5'", "amount = 5", "amount = '6.25'", "amount = '6.254'",
    "amount > 24990", "name = 'row 7'", "name = 'it''s'", "name IN ('row 1', 'row 2', 'nothing')", "name = 5",
    "name = ''", "day = '2026-01-03' AND id < 400", "day = '2026-02-30'", "day = 'today'",
    "day = '03/01/2026' AND id < 400", "at < '2026-01-01 00:00:03'", "at = 'now'",
    "at BETWEEN '2026-01-01' AND '2026-01-01 00:00:02'", "is_even = 't' AND id < 3", "is_even = 1", "nobody = 1",
    "id = 1 AND name = NULL", "id = 1 OR id = 2 AND 1 = 0", "id NOT BETWEEN 2 AND 19999",
)  # fmt: skip
OTHERS = (
    "SELECT a_timestamptz FROM types WHERE a_timestamptz = '2026-11-23 01:02:03'",
    "SELECT a_timestamptz FROM types WHERE a_timestamptz = '2026-11-23 02:02:03'",
    "SELECT a_uuid FROM types WHERE a_uuid = '12345678-1234-5678-1234-567812345678'",
    "SELECT a_uuid FROM types WHERE a_uuid = 'none'",
    "SELECT a_bytea FROM types WHERE a_bytea = 'bytes'",
    "SELECT an_array FROM types WHERE an_array = '{1,NULL,3}'",
    "SELECT an_interval FROM types WHERE an_interval = '1 year 2 days 3 hours'",
    "SELECT a_float4 FROM types WHERE a_float4 = 'NaN'",
    "SELECT id, count(*) FROM numbers WHERE id < 3 GROUP BY 1 ORDER BY 1 LIMIT 2",
    "SELECT 'text', 5, id / 2 FROM numbers WHERE id = 5",
    "SELECT n.id FROM numbers n WHERE n.id IN (SELECT m.id FROM numbers m WHERE m.name = 'row 9')",
)
QUERIES = (*(f"SELECT id, name, amount FROM numbers WHERE {one} ORDER BY id LIMIT 9" for one in CONDITIONS), *OTHERS)


def answer(connection: psycopg.Connection[Any], query: str) -> object:
    """Columns with their types, rows and tag, or what went wrong and where."""
    try:
        cursor = connection.execute(query.encode())
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary, error.diag.statement_position
    assert cursor.description is not None
    return [(column.name, column.type_code) for column in cursor.description], cursor.fetchall(), cursor.statusmessage


@pytest.mark.parametrize("settings", ["", "SET timezone = 'Europe/Paris'; SET datestyle = 'ISO, DMY'"])
def test_a_query_answers_as_it_does_with_a_comment_behind_it(house: House, settings: str) -> None:
    """A comment of this kind keeps the text from being taken apart."""
    with house.connect() as connection:
        connection.execute(settings.encode())
        for query in (*QUERIES, *QUERIES):
            assert answer(connection, query) == answer(connection, f"{query} /**/"), query


def test_values_are_read_with_the_settings_of_each_statement(conninfo: str) -> None:
    query = "SELECT id FROM numbers WHERE at = '02/01/2026' OR id = 3 ORDER BY id"
    zoned = "SELECT id FROM types WHERE a_timestamptz = '2026-11-23 02:02:03'"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = []
        for style, zone in (("ISO, MDY", "UTC"), ("ISO, DMY", "UTC"), ("ISO, MDY", "Europe/Paris")):
            connection.execute(f"SET datestyle = '{style}'".encode())
            connection.execute(f"SET timezone = '{zone}'".encode())
            found.append((connection.execute(query).fetchall(), connection.execute(zoned).fetchall()))
        assert [rows for rows, _ in found] == [[(3,)]] * 3
        assert [rows for _, rows in found] == [[], [], [(1,)]]


def test_a_prepared_statement_keeps_its_own_literals(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("PREPARE seventh AS SELECT name FROM numbers WHERE id = 7")
        connection.execute("PREPARE eighth AS SELECT name FROM numbers WHERE id = 8")
        for _ in range(2):
            assert connection.execute("EXECUTE seventh").fetchall() == [("row 7",)]
            assert connection.execute("EXECUTE eighth").fetchall() == [("row 8",)]
        ask = "SELECT name FROM numbers WHERE id = {}"
        found = [connection.execute(ask.format(at).encode(), prepare=True).fetchall() for at in (1, 2, 1)]
        assert found == [[("row 1",)], [("row 2",)], [("row 1",)]]


def test_a_cursor_a_copy_and_a_script_keep_their_literals(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("DECLARE few CURSOR FOR SELECT id FROM numbers WHERE id < 3 ORDER BY id")
        assert connection.execute("FETCH 9 IN few").fetchall() == [(0,), (1,), (2,)]
        with connection.cursor().copy("COPY (SELECT id FROM numbers WHERE id = 4) TO STDOUT") as copy:
            assert b"".join(copy) == b"4\n"
        cursor = connection.execute("SELECT id FROM numbers WHERE id = 5; SELECT id FROM numbers WHERE id = 6")
        assert cursor.fetchall() == [(5,)]
        assert cursor.nextset()
        assert cursor.fetchall() == [(6,)]
