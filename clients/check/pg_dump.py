"""pg_dump and pg_restore: the lake's tables in a real PostgreSQL, with rows, keys and comments."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from clients.check.frame import Client, NotInstalled, Place, program, run_program
from clients.check.lake import NUMBERS_ROWS
from tests.peers.postgresql import BINARIES, PostgresPeer, running_postgres

TABLES = ("silver.customers", "silver.orders", "silver.numbers", "gold.revenue")
KEYS = """SELECT relname, pg_get_constraintdef(k.oid) FROM pg_constraint AS k JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace IN ('silver'::regnamespace, 'gold'::regnamespace) AND contype IN ('p', 'f') ORDER BY 1, 2"""
COMMENTS = """SELECT obj_description('silver.customers'::regclass, 'pg_class'),
    col_description('silver.customers'::regclass, 3)"""


def version() -> str:
    if not (BINARIES / "initdb").exists():
        raise NotInstalled("postgresql-15")
    found = re.search(r"\d+(\.\d+)*", run_program([program("pg_dump", "postgresql-client"), "--version"]))
    return found[0] if found else "unknown"


CLIENT = Client("pg_dump", version)


@CLIENT.check
def tables_move_to_postgresql_with_rows_keys_and_comments(place: Place) -> None:
    """In parallel, so that its workers read the snapshot that the first connection has exported."""
    target = place.folder / "dumped"
    dump: list[str | Path] = [
        program("pg_dump", "postgresql-client"),
        "-n",
        "silver",
        "-n",
        "gold",
        "-O",
        "-x",
        "-Fd",
        "-j2",
    ]
    run_program([*dump, "-f", target], place)
    with running_postgres() as peer:
        restore: list[str | Path] = [
            program("pg_restore", "postgresql-client"),
            "-O",
            "-x",
            "-j2",
            "-d",
            peer.dbname,
            target,
        ]
        run_program(restore, place, environment=_environment(peer))
        with place.connect() as ours, psycopg.connect(peer.conninfo) as theirs:
            ours.execute(b"SET search_path = ''")
            theirs.execute(b"SET search_path = ''")
            for sql in (*(f"SELECT * FROM {table} ORDER BY 1" for table in TABLES), KEYS, COMMENTS):
                moved = theirs.execute(sql.encode()).fetchall()
                assert moved == ours.execute(sql.encode()).fetchall()
                assert moved, sql


@CLIENT.check
def a_schema_dump_tells_of_the_lake_and_of_nothing_else(place: Place) -> None:
    printed = run_program([program("pg_dump", "postgresql-client"), "--schema-only"], place)
    assert "CREATE TABLE silver.orders (\n    order_id bigint NOT NULL," in printed
    assert "GRANT SELECT ON TABLE gold.revenue TO reports" in printed
    assert not re.search("^(CREATE TYPE|GRANT .*pg_catalog|ALTER .*pg_catalog)", printed, re.MULTILINE)


@CLIENT.check
def inserts_are_fetched_by_a_cursor(place: Place) -> None:
    printed = run_program(
        [program("pg_dump", "postgresql-client"), "--inserts", "--data-only", "-t", "silver.numbers"], place
    )
    assert printed.count("INSERT INTO silver.numbers VALUES (") == NUMBERS_ROWS


def _environment(peer: PostgresPeer) -> dict[str, str]:
    return {"PGHOST": peer.host, "PGPORT": str(peer.port), "PGUSER": peer.user, "PGPASSWORD": peer.password}
