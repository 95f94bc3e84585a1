"""Ordinary PostgreSQL expressions in rules: as CHECK, as SET, and on rows where they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ormolu.definitions import SilverTable
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.inputs import without_quarantine
from ormolu.medallion.rules import named_rules
from ormolu.medallion.staged_rows import InputColumn, StageRequest, flag
from ormolu.medallion.staging import stage
from ormolu.medallion.templates import query, text
from ormolu.scheduler.refresh_parts import catchable_errors
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.types import data_type

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
INPUTS = tuple(
    InputColumn(name, data_type(spelling))
    for name, spelling in (
        ("id", "integer"),
        ("name", "text"),
        ("amount", "numeric(9,2)"),
        ("share", "double precision"),
        ("day", "date"),
        ("at", "timestamptz"),
        ("local_at", "timestamp"),
        ("flag", "boolean"),
        ("tags", "text[]"),
        ("doc", "jsonb"),
        ("empty", "text"),
        ("outcome", "text"),
    )
)
ROW = """
    SELECT 7 AS id, 'Ann Lee' AS name, 12.50::DECIMAL(9,2) AS amount, 0.25::DOUBLE AS share, DATE '2026-02-28' AS day,
        TIMESTAMPTZ '2026-02-28 10:15:00+00' AS "at", TIMESTAMP '2026-02-28 10:15:00' AS local_at, TRUE AS flag,
        ['a', 'b'] AS tags, '{"city": "Oslo", "n": 3, "list": [1, 2]}'::JSON AS doc, NULL::VARCHAR AS empty,
        NULL::VARCHAR AS outcome
"""
# What PostgreSQL 15 answers, as text, in the time zone UTC.
VALUES = {
    "to_char(day, 'YYYY-MM')": "2026-02",
    "to_char(at, 'HH24:MI')": "10:15",
    "to_char(amount, 'FM990.00')": "12.50",
    "to_date('03/04/2026', 'DD/MM/YYYY')": "2026-04-03",
    "substr(name, 1, 3)": "Ann",
    "substring(name from 5)": "Lee",
    "substring(name from '[A-Z]+')": "A",
    "left(name, 2) || right(name, 2)": "Anee",
    "split_part(name, ' ', 2)": "Lee",
    "regexp_replace(name, '[aeiou]', '*', 'g')": "Ann L**",
    "upper(trim(both from name))": "ANN LEE",
    "initcap(lower(name))": "Ann Lee",
    "lpad(id::text, 4, '0')": "0007",
    "replace(name, ' ', '_')": "Ann_Lee",
    "length(name)": "7",
    "position(' ' in name)": "4",
    "name like 'Ann%' and name ilike '%LEE'": "true",
    "name ~ '^[A-Z]'": "true",
    "concat_ws('-', name, empty, id)": "Ann Lee-7",
    "coalesce(empty, nullif(name, ''), 'none')": "Ann Lee",
    "case when amount > 10 then 'big' when amount > 5 then 'mid' else 'small' end": "big",
    "case id when 7 then 'seven' end": "seven",
    "amount / 3": "4.1666666666666667",
    "id / 2": "3",
    "id % 4": "3",
    "round(amount * 1.2, 1)": "15.0",
    "round(share::numeric, 1)": "0.3",
    "greatest(amount, 20) - least(id, 3)": "17",
    "abs(-id)": "7",
    "sqrt(16)": "4",
    "power(2, 10)": "1024",
    "day + 1": "2026-03-01",
    "day - date '2026-01-01'": "58",
    "day + interval '1 month'": "2026-03-28 00:00:00",
    "date_trunc('month', day)::date": "2026-02-01",
    "extract(year from day)": "2026",
    "extract(dow from at)": "6",
    "age(date '2026-03-01', day)": "1 day",
    "now() > at": "true",
    "current_date": "2026-03-01",
    "day between '2026-01-01' and current_date": "true",
    "id = any(array[1, 7])": "true",
    "'a' = any(tags)": "true",
    "array_length(tags, 1)": "2",
    "tags[1]": "a",
    "id in (1, 7) and id not in (2)": "true",
    "doc ->> 'city'": "Oslo",
    "(doc ->> 'n')::int + 1": "4",
    "doc -> 'list' ->> 0": "1",
    "doc #>> '{list,1}'": "2",
    "cast('12' as integer) + 1": "13",
    "'12.5'::numeric(9,2)": "12.50",
    "name is distinct from empty": "true",
    "not flag or flag is true": "true",
    "md5(name)": "6d6c7882fe3fd5c973772bafa2a18731",
    "empty is null": "true",
    "is_email('a@example.com')": "true",
    "clean_phone('(415) 555-2671', format => 'e164')": "+14155552671",
    "starts_with(name, 'Ann')": "true",
    "string_to_array(name, ' ')": "{Ann,Lee}",
    "at at time zone 'Europe/Oslo'": "2026-02-28 11:15:00",
    "make_date(2026, 2, 3)": "2026-02-03",
    "random() < 2 and gen_random_uuid() is not null": "true",
    "clock_timestamp() > at": "true",
    "jsonb_array_length(doc -> 'list')": "2",
    "name similar to 'A%'": "true",
    "row_number() over (partition by name order by id)": "1",
}
# Each fails on the row: the rule is broken by it, and nothing else happens.
FAILING = (
    "id / 0 > 1",
    "amount / 0 > 1",
    "name::integer > 1",
    "substr(name, 1, -1) = 'x'",
    "split_part(name, ' ', 0) = 'x'",
    "sqrt(-id) > 1",
    "ln(0) > 1",
    "to_date(name, 'YYYY-MM-DD') > day",
    "(doc ->> 'city')::numeric > 1",
    "name::date > day",
    "case when id = 7 then 1 / (id - 7) else 1 end = 1",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobEngine]:
    folder = tmp_path_factory.mktemp("engine")
    with JobEngine(memory_limit="256MB", threads=1, temp_directory=folder) as engine:
        yield engine


def staged(engine: JobEngine, *rules: str) -> tuple[object, ...]:
    """The column `outcome` after the rules, then for each rule whether the row broke it."""
    definition = parse_definition(f"CREATE SILVER TABLE t WITH RULES ({', '.join(rules)}) FROM bronze.t")
    assert isinstance(definition, SilverTable)
    placed = named_rules("t", columns=(), rules=definition.rules, key=())
    request = StageRequest(
        table=definition.name,
        input=without_quarantine(query(ROW)),
        inputs=INPUTS,
        columns=(),
        rules=placed,
        relations={},
        now=NOW,
    )
    flags = ", ".join(f'"{flag(rule)}"' for rule in placed)
    with catchable_errors(engine):
        (row,) = engine.rows(f"SELECT outcome, {flags} FROM ({text(stage(request).query)})")
    return row


@pytest.mark.parametrize("expression", VALUES)
def test_an_expression_repairs_and_checks(engine: JobEngine, expression: str) -> None:
    value = VALUES[expression]
    rules = (
        f"CHECK (({expression})::text = '{value}')",
        f"CHECK (({expression})::text <> '{value}')",
        f"SET outcome = ({expression})::text",
    )
    assert staged(engine, *rules) == (value, False, True, False)


@pytest.mark.parametrize("expression", FAILING)
def test_an_expression_that_fails_on_a_row_is_broken_by_it(engine: JobEngine, expression: str) -> None:
    assert staged(engine, f"CHECK ({expression})", f"SET outcome = 'x' WHERE ({expression})") == (None, True, False)
