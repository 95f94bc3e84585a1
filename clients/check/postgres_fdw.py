"""postgres_fdw of a real PostgreSQL 15: its tables beside ours in one query."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from clients.check.frame import Client, NotInstalled, Place, run_program
from tests.peers.postgresql import BINARIES, PostgresPeer, running_postgres

HERE = Path(__file__).resolve().parents[1] / "postgres_fdw"
ROWS = 30_000
Connection = psycopg.Connection[tuple[Any, ...]]
CHECKS: dict[str, Callable[[Connection], None]] = {}


def version() -> str:
    if not (BINARIES / "initdb").exists():
        raise NotInstalled("postgresql-15")
    found = re.search(r"[\d.]+", run_program([BINARIES / "postgres", "--version"]))
    return found[0] if found else "unknown"


def check(function: Callable[[Connection], None]) -> Callable[[Connection], None]:
    CHECKS[function.__name__.replace("_", " ")] = function
    return function


def _run(place: Place) -> dict[str, str]:
    report: dict[str, str] = {}
    with running_postgres() as peer, psycopg.connect(peer.conninfo, autocommit=True) as connection:
        connection.execute(b"CREATE TABLE regions (customer_id bigint, region text)")
        connection.execute(b"INSERT INTO regions VALUES (1, 'north'), (2, 'south')")
        connection.execute(b"SET TimeZone = 'UTC'")
        _import(place, peer)
        for name, function in CHECKS.items():
            try:
                function(connection)
            except Exception as error:  # noqa: BLE001 - told in the table
                report[name] = " ".join(f"{type(error).__name__}: {error}".split())
            else:
                report[name] = ""
    return report


def _import(place: Place, peer: PostgresPeer) -> None:
    """Run the script of clients/postgres_fdw as it is given, with the port of this server."""
    script = (HERE / "import.sql").read_text().replace("7432", str(place.port)).replace("'10000'", "'1000'")
    environment = {"PGHOST": peer.host, "PGPORT": str(peer.port), "PGUSER": peer.user, "PGPASSWORD": peer.password}
    arguments = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"password={place.password}", "-d", peer.dbname]
    run_program(arguments, place, given=script, environment=environment)


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql.encode()).fetchall()


def same(found: object, expected: object) -> None:
    assert found == expected, f"found {found}, expected {expected}"


def remote_sql(connection: Connection, sql: str) -> str:
    """The statements that EXPLAIN says are sent."""
    lines = [str(row[0]) for row in rows(connection, f"EXPLAIN (VERBOSE, COSTS OFF) {sql}")]
    return " ".join(line.strip() for line in lines if "Remote SQL" in line)


@check
def a_schema_is_imported(connection: Connection) -> None:
    found = rows(connection, "SELECT foreign_table_name::text FROM information_schema.foreign_tables ORDER BY 1")
    assert {"customers", "numbers", "orders", "revenue"} <= {row[0] for row in found}, f"found {found}"
    kinds = rows(
        connection,
        "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = 'lake_silver.customers'::regclass AND attnum > 0 ORDER BY attnum",
    )
    same([kind for _, kind, _ in kinds[:4]], ["bigint", "text", "character varying(200)", "numeric(18,2)"])
    same([is_required for _, _, is_required in kinds[:4]], [True, True, False, False])


@check
def every_type_is_read(connection: Connection) -> None:
    found = rows(connection, "SELECT * FROM lake_silver.customers ORDER BY customer_id")
    same([found[0][at] for at in (1, 2, 6, 7)], ["Ada", "ada@example.com", ["a", "b"], {"k": 1}])
    same(str(found[0][3]), "10.50")
    same(found[2][1:], ("O'Neil, Zoë", *[None] * 8))


@check
def fetch_size_reads_a_cursor_in_pieces(connection: Connection) -> None:
    same(
        rows(
            connection,
            "SELECT count(*), sum(length(name)), max(at)::text FROM (SELECT * FROM lake_silver.numbers OFFSET 0) AS n",
        )[0][0],
        ROWS,
    )


@check
def conditions_are_sent(connection: Connection) -> None:
    query = (
        "SELECT name FROM lake_silver.numbers WHERE id BETWEEN 5 AND 7 AND is_even AND day >="
        " '2026-01-01' AND name LIKE 'row%'"
    )
    sent = remote_sql(connection, query)
    assert "id >= 5" in sent and "is_even" in sent, sent
    same(rows(connection, query), [("row 6",)])
    same(rows(connection, "SELECT id FROM lake_silver.numbers WHERE amount = 12.50 AND name IS NULL"), [(10,)])
    same(
        rows(connection, "SELECT count(*) FROM lake_silver.numbers WHERE id = ANY (ARRAY[1, 5]) OR id IN (7, 8)"),
        [(4,)],
    )
    same(rows(connection, "SELECT id FROM lake_silver.numbers WHERE at = '2026-01-01 00:00:09'"), [(9,)])
    same(
        rows(
            connection,
            "SELECT customer_id FROM lake_silver.customers WHERE uid = '00000000-0000-0000-0000-000000000005'",
        ),
        [(1,)],
    )


@check
def orders_and_limits_are_sent(connection: Connection) -> None:
    query = "SELECT id FROM lake_silver.numbers WHERE half > 3 ORDER BY name DESC NULLS LAST, id LIMIT 2 OFFSET 1"
    assert "ORDER BY" in remote_sql(connection, query) and "LIMIT" in remote_sql(connection, query)
    same(rows(connection, query), [(9998,), (9997,)])


@check
def aggregates_are_sent(connection: Connection) -> None:
    query = (
        "SELECT is_even, count(*), sum(amount), avg(half), count(DISTINCT day) FROM lake_silver.numbers"
        " GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"
    )
    assert "GROUP BY" in remote_sql(connection, query)
    found = rows(connection, query)
    same([(row[0], row[1], row[4]) for row in found], [(False, 15000, 14), (True, 15000, 14)])


@check
def remote_joins_are_sent(connection: Connection) -> None:
    query = (
        "SELECT c.name, o.total FROM lake_silver.orders o JOIN lake_silver.customers c USING (customer_id)"
        " WHERE o.order_id < 3 ORDER BY 1"
    )
    connection.execute(b"SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off")
    sent = remote_sql(connection, query)
    connection.execute(b"RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_nestloop")
    assert "JOIN" in sent, sent
    same(rows(connection, query), [("Ada", 99.5), ("Bob", 12.25)])
    left = (
        "SELECT c.name, count(o.order_id) FROM lake_silver.customers c LEFT JOIN lake_silver.orders o USING"
        " (customer_id) GROUP BY 1 ORDER BY 1"
    )
    same(rows(connection, left), [("Ada", 1), ("Bob", 2), ("O'Neil, Zoë", 0)])
    same(
        rows(
            connection,
            (
                "SELECT c.name FROM lake_silver.customers c WHERE EXISTS (SELECT 1 FROM lake_silver.orders o WHERE"
                " o.customer_id = c.customer_id) ORDER BY 1"
            ),
        ),
        [("Ada",), ("Bob",)],
    )


@check
def local_tables_join(connection: Connection) -> None:
    query = (
        "SELECT r.region, sum(o.total) FROM regions r JOIN lake_silver.orders o USING"
        " (customer_id) GROUP BY 1 ORDER BY 1"
    )
    same(rows(connection, query), [("north", 99.5), ("south", 20.0)])


@check
def a_parameter_is_sent(connection: Connection) -> None:
    """A nested loop asks once a local row: DECLARE with a parameter."""
    connection.execute(b"SET enable_hashjoin = off; SET enable_mergejoin = off")
    connection.execute(b"ALTER SERVER lakehouse OPTIONS (ADD use_remote_estimate 'true')")
    try:
        query = (
            "SELECT r.region, c.name FROM regions r, LATERAL (SELECT name FROM lake_silver.customers c"
            " WHERE c.customer_id = r.customer_id OFFSET 0) c ORDER BY 1"
        )
        same(rows(connection, query), [("north", "Ada"), ("south", "Bob")])
    finally:
        connection.execute(b"ALTER SERVER lakehouse OPTIONS (DROP use_remote_estimate)")
        connection.execute(b"RESET enable_hashjoin; RESET enable_mergejoin")


@check
def remote_estimates_are_asked(connection: Connection) -> None:
    connection.execute(b"ALTER SERVER lakehouse OPTIONS (ADD use_remote_estimate 'true')")
    try:
        same(rows(connection, "SELECT count(*) FROM lake_silver.numbers WHERE id < 10"), [(10,)])
        rows(connection, "EXPLAIN SELECT * FROM lake_silver.numbers WHERE id < 10 ORDER BY id")
    finally:
        connection.execute(b"ALTER SERVER lakehouse OPTIONS (DROP use_remote_estimate)")


@check
def analyze_samples_a_table(connection: Connection) -> None:
    connection.execute(b"ANALYZE lake_silver.orders")
    same(rows(connection, "SELECT reltuples::int FROM pg_class WHERE oid = 'lake_silver.orders'::regclass"), [(3,)])


@check
def a_transaction_reads_through_several_cursors(connection: Connection) -> None:
    with connection.transaction():
        same(
            rows(
                connection, "SELECT count(*) FROM lake_silver.orders a, (SELECT * FROM lake_silver.orders OFFSET 0) b"
            ),
            [(9,)],
        )
        try:
            with connection.transaction():
                rows(connection, "SELECT 1 / (total - 99.5)::int FROM lake_silver.orders OFFSET 0")
        except psycopg.errors.DivisionByZero:
            pass
        same(rows(connection, "SELECT count(*) FROM lake_silver.customers"), [(3,)])


@check
def writing_is_refused(connection: Connection) -> None:
    try:
        connection.execute(b"INSERT INTO lake_silver.orders (order_id) VALUES (9)")
    except psycopg.Error as error:
        same(error.sqlstate in ("0A000", "42809"), True)
    else:
        raise AssertionError("an INSERT was taken")


@check
def an_import_of_all_schemas_reads(connection: Connection) -> None:
    for schema in ("bronze", "quarantine"):
        connection.execute(
            f"CREATE SCHEMA {schema}; IMPORT FOREIGN SCHEMA {schema} FROM SERVER lakehouse INTO {schema}".encode()
        )
    same(rows(connection, "SELECT count(*) FROM quarantine.orders"), [(1,)])


CLIENT = Client("postgres_fdw", version)
CLIENT.add_program(list(CHECKS), _run)
