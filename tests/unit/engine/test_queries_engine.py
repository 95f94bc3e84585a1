"""The locked engine: what it answers, what it refuses even when asked directly, and how its errors are named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from ormolu.engine.queries import QueryEngine, QuerySession
from ormolu.errors import (
    DatetimeFieldOverflow,
    DivisionByZero,
    InsufficientPrivilege,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
    OrmoluError,
    QueryCanceled,
)
from ormolu.sql_extensions.queries import bind_query


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(scope="module")
def engine(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    engine = QueryEngine(
        memory_limit="300MB",
        threads=1,
        temp_directory=tmp_path_factory.mktemp("spill"),
        readable_directories=[str(warehouse)],
    )
    yield engine
    engine.close()


@pytest.fixture
def session(engine: QueryEngine) -> Iterator[QuerySession]:
    session = engine.session()
    yield session
    session.close()


def _answer(session: QuerySession, query: str) -> list[tuple[object, ...]]:
    bound = bind_query(query, lambda name, as_of: None)
    batches = session.execute(bound.sql).batches()
    return [row for batch in batches for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH '/tmp/elsewhere.db'",
        "INSTALL httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "SET GLOBAL memory_limit = '10GB'",
        "SET enable_external_access = true",
        "SET TimeZone = 'Europe/Paris'",
        "COPY (SELECT 1) TO '/tmp/leak.csv'",
        "SELECT * FROM sqlite_scan('/tmp/x', 'y')",
        "CREATE TABLE t AS SELECT 1",
        "CREATE OR REPLACE MACRO pg_divisor(b) AS 1",
        "DROP MACRO pg_divisor",
        "SET VARIABLE x = 1",
        "SELECT 1; SELECT 2",
    ],
)
def test_the_engine_is_locked_against_the_host(session: QuerySession, sql: str) -> None:
    with pytest.raises(OrmoluError):
        list(session.execute(sql).batches())


def test_a_python_variable_is_not_a_table(session: QuerySession) -> None:
    secrets = pa.table({"x": [1]})
    with pytest.raises(OrmoluError):
        session.execute("SELECT * FROM secrets")
    assert secrets.num_rows == 1


def test_files_of_the_warehouse_are_read(session: QuerySession, warehouse: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": [1, 2]}), warehouse / "t.parquet")
    result = session.execute(f"SELECT sum(x) AS s FROM read_parquet('{warehouse}/t.parquet')")
    assert [batch.to_pylist() for batch in result.batches()] == [[{"s": 3}]]


def test_describe_does_not_run_the_query(session: QuerySession) -> None:
    bound = bind_query("SELECT 1 / $1, now()", lambda name, as_of: None)
    assert session.describe(bound.sql, [0]) == (("?column?", "INTEGER"), ("now", "TIMESTAMP WITH TIME ZONE"))


def test_rows_come_in_batches(session: QuerySession) -> None:
    sizes = [batch.num_rows for batch in session.execute("SELECT * FROM range(20000)").batches()]
    assert sum(sizes) == 20_000
    assert max(sizes) <= 8_192


def test_a_registered_table_is_this_sessions_alone(engine: QueryEngine, session: QuerySession) -> None:
    session.register("mine", pa.table({"x": [7]}))
    assert next(session.execute("SELECT x FROM mine").batches()).to_pylist() == [{"x": 7}]
    session.unregister("mine")
    with pytest.raises(OrmoluError):
        session.execute("SELECT x FROM mine")


def test_an_interrupt_ends_the_query_and_leaves_the_session_usable(session: QuerySession) -> None:
    timer = threading.Timer(0.3, session.interrupt)
    timer.start()
    with pytest.raises(QueryCanceled):
        list(session.execute("SELECT count(*) FROM range(100000000) a, range(100000) b").batches())
    timer.join()
    assert _answer(session, "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("SELECT 1 / x FROM (VALUES (0)) v(x)", DivisionByZero),
        ("SELECT 1.5 / x FROM (VALUES (0)) v(x)", DivisionByZero),
        ("SELECT 1 % x FROM (VALUES (0)) v(x)", DivisionByZero),
        ("SELECT x::int FROM (VALUES ('3.7')) v(x)", InvalidTextRepresentation),
        ("SELECT x::float8 FROM (VALUES ('abc')) v(x)", InvalidTextRepresentation),
        ("SELECT x::date FROM (VALUES ('2024-13-45')) v(x)", DatetimeFieldOverflow),
        ("SELECT x + 1 FROM (VALUES (2147483647)) v(x)", NumericValueOutOfRange),
        ("SELECT x::int FROM (VALUES ('99999999999')) v(x)", NumericValueOutOfRange),
        ("SELECT x::smallint FROM (VALUES (70000)) v(x)", NumericValueOutOfRange),
    ],
)
def test_what_goes_wrong_at_run_time_has_postgresqls_condition(
    session: QuerySession, query: str, condition: type[OrmoluError]
) -> None:
    with pytest.raises(condition):
        _answer(session, query)


def test_a_missing_permission_of_the_engine_is_named(session: QuerySession) -> None:
    with pytest.raises(InsufficientPrivilege):
        session.execute("SELECT * FROM read_text('/etc/passwd')")


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("clean_phone('(415) 555-2671')", "+14155552671"),
        ("clean_phone('01 42 68 53 00', region => 'FR', format => 'digits')", "33142685300"),
        ("clean_phone('no phone')", None),
        ("clean_phone(NULL)", None),
        ("is_phone('+33 1 42 68 53 00')", True),
        ("is_phone('123')", False),
        ("clean_date('31/12/2024', 'DD/MM/YYYY', 'YYYY-MM-DD')", date(2024, 12, 31)),
        ("clean_date('2024-12-31', 'DD/MM/YYYY', 'YYYY-MM-DD')", date(2024, 12, 31)),
        ("clean_date('soon', 'YYYY-MM-DD')", None),
        ("clean_date(NULL)", None),
        ("clean_boolean(' Yes ')", True),
        ("clean_boolean('0')", False),
        ("clean_boolean('maybe')", None),
        ("clean_currency('$1,234.50')::text", "1234.5000"),
        ("clean_currency('1.234,50 €')::text", "1234.5000"),
        ("clean_currency('(12.30)')::text", "-12.3000"),
        ("clean_currency('abc')::text", None),
        ("is_email('a.b@example.org')", True),
        ("is_email('a@b')", False),
        ("is_email(NULL)", None),
        ("is_url('https://example.org/x?y=1')", True),
        ("is_url('javascript:alert(1)')", False),
        ("is_uuid('12345678-1234-1234-1234-123456789ABC')", True),
        ("is_uuid('1234')", False),
        ("is_iban('GB82 WEST 1234 5698 7654 32')", True),
        ("is_iban('GB82 WEST 1234 5698 7654 33')", False),
        ("mask_email('anna@example.org')", "a***@example.org"),
        ("mask_email('nonsense')", "***"),
        ("mask_email(NULL)", None),
        ("mask_phone('+33 1 42 68 53 00')", "+** * ** ** ** 00"),
        ("mask_name('Anna Smith')", "A*** S***"),
        ("mask_iban('GB82 WEST 1234 5698 7654 32')", "GB82**************5432"),
        ("mask_partial('1234567890', 2, 2)", "12******90"),
        ("mask_all('x')", "***"),
    ],
)
def test_cleansing_functions(session: QuerySession, call: str, value: object) -> None:
    assert _answer(session, f"SELECT {call}") == [(value,)]


def test_session_zone_is_compiled_into_the_query(session: QuerySession) -> None:
    from ormolu.sql_extensions.queries import SessionValues

    query = (
        "SELECT extract(hour from x), x::text, x::date::text, date_trunc('day', x)::text,"
        " '2024-07-01 12:00'::timestamptz::text"
        " FROM (VALUES (timestamptz '2024-06-30 23:30+00')) v(x)"
    )
    bound = bind_query(query, lambda name, as_of: None, session=SessionValues(timezone="Europe/Paris"))
    batch = next(session.execute(bound.sql).batches())
    row = [str(column[0]) for column in batch.columns]
    assert row == ["1", "2024-07-01 01:30:00+02", "2024-07-01", "2024-07-01 00:00:00+02", "2024-07-01 12:00:00+02"]
