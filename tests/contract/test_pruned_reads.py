"""A query over the files that its conditions leave gives what it gives over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ormolu.catalog.database import open_database
from ormolu.catalog.fields import copy_field_ids, planned_columns
from ormolu.catalog.lake import Head, Lake, TableChange
from ormolu.definitions import TableName
from ormolu.engine.functions import Functions
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.sql_extensions.computed_constants import with_computed
from ormolu.sql_extensions.queries import BoundQuery, bind_query
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import data_type

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COLUMNS = {
    "id": "bigint",
    "small": "smallint",
    "price": "numeric(9,2)",
    "name": "text",
    "day": "date",
    "at": "timestamptz",
    "local": "timestamp",
    "score": "double precision",
    "weight": "real",
    "flag": "boolean",
    "code": "uuid",
}
# One row a number: what is odd of each type comes round, and NULLs in every column.
ROWS = """
SELECT CASE WHEN i % 11 <> 0 THEN i - 20 END AS id,
       CASE WHEN i % 7 <> 0 THEN (i % 9 - 4)::SMALLINT END AS small,
       CASE WHEN i % 5 <> 0 THEN ((i - 20) * 1.25)::DECIMAL(9,2) END AS price,
       CASE WHEN i % 13 <> 0
            THEN ['', 'a', 'ab', 'a%b', 'b', 'é', 'zz', repeat('long', 9) || i, 'B'][i % 9 + 1] END AS name,
       CASE WHEN i % 6 <> 0 THEN DATE '1969-12-20' + (i * 13)::INT END AS day,
       CASE WHEN i % 8 <> 0 THEN TIMESTAMPTZ '1969-12-31 20:00:00+00' + to_hours(i * 7) END AS at,
       CASE WHEN i % 8 <> 1 THEN TIMESTAMP '1969-12-31 20:00:00.5' + to_hours(i * 7) END AS local,
       CASE i % 10 WHEN 0 THEN NULL WHEN 3 THEN 'nan'::DOUBLE WHEN 4 THEN 'inf'::DOUBLE WHEN 5 THEN '-inf'::DOUBLE
                   WHEN 6 THEN -0.0 ELSE (i - 20) * 0.1 END AS score,
       CASE i % 10 WHEN 1 THEN NULL WHEN 3 THEN 'nan'::FLOAT ELSE ((i - 20) * 0.1)::FLOAT END AS weight,
       CASE WHEN i % 3 <> 0 THEN i % 2 = 0 END AS flag,
       CASE WHEN i % 4 <> 0 THEN md5((i % 9)::VARCHAR)::UUID END AS code
FROM range({first}, {last}) AS r(i)
"""
FILES = [(0, 4), (4, 5), (5, 9), (9, 10), (10, 16), (16, 22), (22, 23), (23, 34), (34, 48)]
PARTITIONED = {
    "by_bucket": ("id", "bucket[4]"),
    "by_start": ("name", "truncate[1]"),
    "by_tens": ("id", "truncate[10]"),
    "by_day": ("day", "identity"),
    "by_month": ("day", "month"),
    "by_hour": ("at", "hour"),
    "by_year": ("local", "year"),
}
TABLES = ("plain", "evolved", *PARTITIONED)


def columns(spellings: dict[str, str]) -> tuple[StoredColumn, ...]:
    return tuple(StoredColumn(name, data_type(spelling)) for name, spelling in spellings.items())


class Tables:
    """Every table has the same rows; the evolved one had narrower types, other names and fewer columns before."""

    def __init__(self, lake: Lake, jobs: JobEngine) -> None:
        self.lake = lake
        self.jobs = jobs

    def fill(self) -> Head:
        planned = planned_columns(columns(COLUMNS), None)
        self._commit("plain", planned, [ROWS.format(first=first, last=last) for first, last in FILES])
        for name, (column, transform) in PARTITIONED.items():
            self._commit(name, planned, [ROWS.format(first=0, last=48)], (PartitionField(column, transform),))
        return self._evolve()

    def _evolve(self) -> Head:
        before = {"was": "int", "small": "smallint", "price": "numeric(7,2)", "name": "text", "score": "real"}
        older = "SELECT id::INT AS was, small, price::DECIMAL(7,2) AS price, name, weight AS score FROM ({})"
        rows = [older.format(ROWS.format(first=first, last=last)) for first, last in FILES[:5]]
        head = self._commit("evolved", planned_columns(columns(before), None), rows)
        table = head.table(TableName("silver", "evolved"))
        after = planned_columns(columns(COLUMNS), table, {"id": "was"})
        rows = [ROWS.format(first=first, last=last) for first, last in FILES[5:]]
        return self._commit("evolved", after, rows)

    def _commit(
        self,
        name: str,
        planned: tuple[StoredColumn, ...],
        rows: Sequence[str],
        partition_by: tuple[PartitionField, ...] = (),
    ) -> Head:
        table = TableName("silver", name)
        known = self.lake.head().find_table(table)
        location = self.lake.new_location(table) if known is None else known.location
        written = [
            file
            for number, sql in enumerate(rows)
            for file in self.jobs.write_parquet(
                sql,
                directory=f"{location}/data/{planned[0].name}-{number}",
                field_ids=copy_field_ids(planned),
                partition_by=partition_by,
            )
        ]
        based_on = None if known is None else known.metadata_location
        change = TableChange(
            table,
            based_on,
            location=location if known is None else None,
            columns=planned,
            partition_by=partition_by if known is None else None,
            added=tuple(written),
        )
        return self.lake.commit([change], at=NOW)


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Head]:
    folder: Path = tmp_path_factory.mktemp("pruned")
    engine = open_database(f"sqlite:///{folder}/catalog.db")
    lake = Lake(engine, database="lakehouse", warehouse=str(folder / "warehouse"))
    with JobEngine(memory_limit="256MB", threads=1, temp_directory=folder / "spill") as jobs:
        yield Tables(lake, jobs).fill()
    engine.dispose()


class Reader:
    """Runs texts as the query engine does."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._functions = Functions(self._connection)

    def rows(self, sql: str) -> list[str]:
        """Their values as texts, for NaN equals nothing."""
        self._functions.install_for(sql)
        return sorted(map(repr, self._connection.execute(sql).fetchall()))

    def answer(self, sql: str) -> list[str] | None:
        """None where a row is divided by zero."""
        try:
            return self.rows(sql)
        except duckdb.Error as error:
            assert "division by zero" in str(error)
            return None

    def texts(self, sql: str) -> tuple[str | None, ...] | None:
        self._functions.install_for(sql)
        try:
            return self._connection.execute(sql).fetchone()
        except duckdb.Error:
            return None

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def bound(query: str, head: Head) -> BoundQuery:
    def resolve(name: TableName, _: Any) -> Relation | None:
        return head.find_relation(name)

    return bind_query(query, resolve, search_path=("silver",))


VALUES: dict[str, Sequence[str]] = {
    "id": ("7 - 2 * 9", "abs(-5)", "7 / 0", "-21", "-20", "-3", "0", "4.5", "5.0", "27", "'7'", "9000000000"),
    "small": ("-4", "0", "3", "40000", "2.5"),
    "price": ("-25", "-1.25", "0", "3.7", "3.75", "33.75", "1.25::float8"),
    "name": ("lower('ZZ')", "'a' || 'b'", "''", "'a'", "'ab'", "'é'", "'longlong'", "'zzz'", "'B'"),
    "day": (
        "'1969-12-20'",
        "date '1970-01-01'",
        "'1970-01-02'",
        "'1971-03-01'",
        "'infinity'",
        "current_date - 50 * 3",
        "date_trunc('month', now())",
        "current_date - interval '5 months 3 days'",
    ),
    "at": (
        "now() - interval '70 hours'",
        "date_trunc('year', now())",
        "current_date + 9",
        "'1969-12-31 20:00:00+00'",
        "timestamptz '1970-01-05 04:00+02'",
        "timestamp '1970-01-09'",
        "'2000-01-01'",
    ),
    "local": (
        "localtimestamp + interval '90 minutes'",
        "current_date + 7 % 4",
        "'1969-12-31 20:00:00.5'",
        "timestamp '1970-01-01'",
        "date '1970-01-03'",
        "'2000-01-01'",
    ),
    "score": ("-2", "0", "0.1", "-0.3", "0.30000000000000004", "'NaN'::float8", "'-infinity'::float8", "1e10"),
    "weight": ("-2", "0", "0.1", "-0.3", "0.1::real", "'NaN'::real"),
    "flag": ("true", "false"),
    "code": ("md5('1')::uuid", "'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'00000000-0000-0000-0000-000000000000'"),
}
CASTS = ("date", "timestamp", "timestamptz")
PATTERNS = ("'a%'", "'%a'", "'a\\%b'", "'long%1_'", "''", "'_'", "'é%'", "'ab'")


@st.composite
def comparisons(draw: st.DrawFn, alias: str) -> str:
    name = draw(st.sampled_from(sorted(VALUES)))
    column, value = f"{alias}.{name}", st.sampled_from(VALUES[name])
    match draw(st.sampled_from(["compare", "compare", "flip", "in", "between", "null", "like", "flag", "cast"])):
        case "compare":
            return f"{column} {draw(st.sampled_from(['=', '<', '<=', '>', '>=', '<>']))} {draw(value)}"
        case "flip":
            return f"{draw(value)} {draw(st.sampled_from(['=', '<', '<=', '>', '>=']))} {column}"
        case "in":
            return f"{column} {draw(st.sampled_from(['', 'NOT ']))}IN ({draw(value)}, {draw(value)})"
        case "between":
            return f"{column} {draw(st.sampled_from(['', 'NOT ']))}BETWEEN {draw(value)} AND {draw(value)}"
        case "null":
            return f"{column} IS {draw(st.sampled_from(['', 'NOT ']))}NULL"
        case "like":
            return f"{alias}.name {draw(st.sampled_from(['', 'NOT ']))}LIKE {draw(st.sampled_from(PATTERNS))}"
        case "cast":
            cast, kind = draw(st.sampled_from(["day", "at", "local"])), draw(st.sampled_from(CASTS))
            moment = draw(st.sampled_from([value for name in ("day", "at", "local") for value in VALUES[name]]))
            return f"{alias}.{cast}::{kind} {draw(st.sampled_from(['=', '<', '<=', '>', '>=', '<>']))} {moment}"
        case _:
            return draw(st.sampled_from([f"{alias}.flag", f"NOT {alias}.flag", f"{alias}.flag IS TRUE"]))


@st.composite
def conditions(draw: st.DrawFn, *aliases: str, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["test", "and", "or", "not"])) if depth else "test"
    if kind == "test":
        return draw(comparisons(draw(st.sampled_from(aliases))))
    first = draw(conditions(*aliases, depth=depth - 1))
    return f"NOT ({first})" if kind == "not" else f"({first}) {kind} ({draw(conditions(*aliases, depth=depth - 1))})"


FORMS = (
    "SELECT a.id, a.name, a.code FROM {one} a WHERE {on_a}",
    "SELECT a.id, b.id AS other FROM {one} a {join} {other} b ON a.id = b.id AND {on_both} WHERE {too}",
    "SELECT a.id, b.id AS other FROM {one} a {join} {other} b ON a.small = b.small WHERE {on_a} AND {on_b}",
    "SELECT * FROM (SELECT a.small, max(a.id) AS id, count(*) AS n FROM {one} a WHERE {on_a} GROUP BY a.small) q"
    " WHERE q.small > 0",
    "WITH b AS (SELECT * FROM {one}) SELECT b.id FROM b WHERE {on_b} UNION ALL SELECT b.small FROM b WHERE {too_b}",
    "SELECT b.id FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other} a WHERE {on_a}) b WHERE {on_b}",
    "SELECT b.id, b.n FROM (SELECT *, count(*) OVER () AS n FROM {one} a) b WHERE {on_b}",
    "SELECT b.id FROM (SELECT * FROM {one} a ORDER BY id, name LIMIT 7) b WHERE {on_b}",
    "SELECT a.id FROM {one} a WHERE EXISTS (SELECT 1 FROM {other} b WHERE b.id = a.id AND {on_b}) OR {on_a}",
)
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")


@st.composite
def queries(draw: st.DrawFn) -> str:
    table = st.sampled_from(TABLES)
    form = draw(st.sampled_from(FORMS))
    join = draw(st.sampled_from(JOINS))
    return form.format(
        one=draw(table),
        other=draw(table),
        join=join,
        on_a=draw(conditions("a")),
        on_b=draw(conditions("b")),
        on_both=draw(conditions("a", "b", depth=0)) if join == "FULL JOIN" else draw(conditions("a", "b")),
        too=draw(conditions("a", "b")),
        too_b=draw(conditions("b")),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=queries())
def test_fewer_files_give_the_same_rows(query: str, head: Head, reader: Reader) -> None:
    text = with_computed(bound(query, head).text, reader.texts)
    whole = reader.answer(text.whole)
    assert whole is None or reader.answer(text.reading(text.matching(()))) == whole


@pytest.mark.parametrize(
    ("table", "condition", "most"),
    [
        ("plain", "id = 7", 1),
        ("plain", "day BETWEEN '1970-02-01' AND '1970-02-10'", 2),
        ("plain", "id IN (-19, 27)", 2),
        ("plain", "id = 7 AND name IS NULL", 1),
        ("plain", "name LIKE 'longlonglong%'", 5),
        ("plain", "id > 1000", 0),
        ("plain", "score = 2.5", 4),
        ("evolved", "id = 7", 1),
        ("evolved", "price = -25", 2),
        ("by_bucket", "id = 3", 1),
        ("by_start", "name = 'zz'", 1),
        ("by_start", "name LIKE 'z%'", 1),
        ("by_tens", "id >= 20 AND id < 30", 1),
        ("by_day", "day = '1970-01-28'", 1),
        ("by_month", "day >= '1971-02-01' AND day < '1971-03-01'", 2),
        ("by_hour", "at = '1970-01-05 16:00:00+00'", 1),
        ("by_year", "local >= '1970-01-01'", 1),
        ("plain", "id = 5 + 2", 1),
        ("plain", "day >= current_date - 3 AND day < current_date + interval '1 month'", 3),
        ("plain", "at > now() + interval '13 days'", 1),
        ("plain", "date_trunc('month', now()) + interval '14 days' <= local", 1),
        ("plain", "at::date = date '1970-01-05'", 2),
        ("plain", "day::timestamp BETWEEN '1970-02-01' AND '1970-02-10 23:59:59'", 2),
        ("plain", "local::date IN (current_date - 1, current_date - 2)", 1),
        ("plain", "name = lower('ZZZ')", 4),
        ("by_day", "day = current_date + 27", 1),
    ],
)
def test_files_that_cannot_match_are_left_out(
    table: str, condition: str, most: int, head: Head, reader: Reader
) -> None:
    text = with_computed(bound(f"SELECT count(*) FROM {table} WHERE {condition}", head).text, reader.texts)
    (few,) = text.matching(())
    assert few is not None and few.count <= most


def test_parameters_choose_the_files(head: Head) -> None:
    text = bound("SELECT 1 FROM plain WHERE id = $1 AND name LIKE $2 AND id = ANY($3)", head).text

    def left(*values: object) -> int:
        (few,) = text.matching(values)
        return len(FILES) if few is None else few.count

    assert left(7, "%", [7]) == 1
    assert left(7, "%", [8, 9]) == 1
    assert left(7, "龍%", [7]) == 0
    assert left(7, "%", [None]) == 1
    assert left(None, "%", [7, -19]) == 2
    assert left(None, None, None) == len(FILES)
    assert left(7000, "%", []) == 0
