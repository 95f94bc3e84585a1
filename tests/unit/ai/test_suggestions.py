"""Suggestions: SQL that the parser reads, with the support that the data gives."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from ormolu.ai.column_types import column_types, suggest_types
from ormolu.ai.features import suggest_features
from ormolu.ai.rules import suggest_keys, suggest_rules
from ormolu.ai.silver_draft import suggest_table
from ormolu.ai.suggestions import support_text
from ormolu.ai.tags import suggest_tags
from ormolu.definitions import SilverTable, TableName
from ormolu.demo.data import daily_lines, injected_faults
from ormolu.demo.order_lines import HEADER
from ormolu.sql_extensions.parser.script import parse, parse_definition

BRONZE = TableName("bronze", "sales")
SILVER = TableName("silver", "sales")


@pytest.fixture(scope="module")
def sales() -> pa.Table:
    lines = [line for day in list(daily_lines().values())[:200] for line in day] + injected_faults()
    columns = zip(*(line.values() for line in lines), strict=True)
    return pa.table(
        {
            name: pa.array([value or None for value in values], pa.string())
            for name, values in zip(HEADER, columns, strict=True)
        }
    )


def type_of(values: list[str | None], name: str = "x") -> str:
    (found,) = column_types(pa.table({name: pa.array(values, pa.string())}))
    return found.type


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "22", "-3"], "integer"),
        (["1", "3000000000"], "bigint"),
        (["0", "007"], "text"),
        (["1.50", "22"], "numeric(10,2)"),
        (["2024-01-31", "2024-02-29"], "date"),
        (["2024-02-30"], "text"),
        (["31/12/2024", "01/02/2024"], "date"),
        (["2024-01-31 10:00:00", "2024-01-31T11:00:00.5"], "timestamp without time zone"),
        (["2024-01-31T11:00:00Z", "2024-01-31T11:00:00+02:00"], "timestamp with time zone"),
        (["yes", "no", "No"], "boolean"),
        (["123e4567-e89b-12d3-a456-426614174000"], "uuid"),
        (["a", "1"], "text"),
        ([None, None], "text"),
        ([], "text"),
        (["9" * 60], "text"),
    ],
)
def test_a_type_is_suggested_only_where_the_values_bear_it(values: list[str | None], expected: str) -> None:
    assert type_of(values) == expected


def test_one_leading_zero_among_many_keeps_an_identifier_text() -> None:
    assert type_of([*map(str, range(1, 1000)), "0042"], "customer") == "text"


def test_a_few_values_that_do_not_fit_lower_the_support_and_not_the_type() -> None:
    (found,) = column_types(pa.table({"x": pa.array([*map(str, range(99)), "n/a"])}))
    assert (found.type, found.share) == ("integer", 0.99)


def test_a_lost_zero_of_a_postal_code_is_repaired_in_text() -> None:
    (found,) = suggest_types(BRONZE, pa.table({"postal_code": pa.array([42420, 90036, 2108])}))
    assert "SET postal_code = lpad(postal_code, 5, '0')" in found.statement


def test_support_is_never_rounded_up_to_all() -> None:
    assert support_text(0.99999, 10_000) == "99.9 % of 10,000 rows"
    assert support_text(1.0, 10_000) == "100 % of 10,000 rows"
    assert support_text(0.9921, 10_000) == "99.2 % of 10,000 rows"


def test_rules_come_with_their_support(sales: pa.Table) -> None:
    found = {suggestion.statement: suggestion for suggestion in suggest_rules(BRONZE, sales)}
    rule = found["ALTER BRONZE SOURCE sales ADD RULE CONSTRAINT quantity_given NOT NULL quantity"]
    assert rule.support == pytest.approx(1 - 4 / sales.num_rows)
    assert any("region IN ('Central', 'East', 'South', 'West')" in statement for statement in found)
    assert any(r"order_id ~ '^[A-Z]{2}-\d{4}-\d{6}$'" in statement for statement in found)


def test_a_dependency_is_shown_with_a_query_and_never_enforced() -> None:
    table = pa.table({"sku": ["a", "b"] * 100, "name": ["A", "B"] * 99 + ["A", "typo"]})
    (shown,) = [found for found in suggest_rules(SILVER, table) if found.kind == "dependency"]
    assert shown.subject in ("sku -> name", "name -> sku")
    assert shown.statement.startswith("SELECT")
    assert 0.98 <= shown.support < 1


def test_a_date_order_that_always_holds_is_a_rule() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(40)]
    table = pa.table({"ordered": days, "shipped": [day + timedelta(days=2) for day in days]})
    assert any("CHECK (ordered <= shipped)" in found.statement for found in suggest_rules(SILVER, table))


def test_nothing_is_ruled_from_a_handful_of_rows() -> None:
    assert suggest_rules(SILVER, pa.table({"x": [1, 2, 3]})) == ()
    assert suggest_table(BRONZE, pa.table({"x": pa.array([], pa.string())})) == ()


def test_a_key_may_take_two_columns() -> None:
    table = pa.table({"order_id": [n // 2 for n in range(40)], "line_id": [n % 2 for n in range(40)]})
    (key,) = suggest_keys(SILVER, table)
    assert (key.subject, key.support) == ("order_id, line_id", 1.0)


def test_personal_data_is_tagged(sales: pa.Table) -> None:
    found = {suggestion.subject: suggestion.statement for suggestion in suggest_tags(SILVER, sales)}
    assert found["customer_name"] == "ALTER SILVER TABLE sales SET TAG (pii = 'name') ON COLUMN customer_name"
    assert "product_name" not in found


def test_features_follow_the_first_time_within_a_group(sales: pa.Table) -> None:
    statements = [suggestion.statement for suggestion in suggest_features(SILVER, sales)]
    assert any("ROWS BETWEEN 6 PRECEDING AND CURRENT ROW" in statement for statement in statements)
    assert any("LAG(" in statement for statement in statements)
    assert suggest_features(SILVER, pa.table({"x": [1.0, 2.0]})) == ()


def test_the_server_reads_everything_it_suggests(sales: pa.Table) -> None:
    for suggest in (suggest_types, suggest_rules, suggest_keys, suggest_tags, suggest_features, suggest_table):
        for suggestion in suggest(SILVER if suggest is suggest_tags else BRONZE, sales):
            assert len(parse(suggestion.statement)) == 1, suggestion.statement


def test_hostile_names_and_values_are_quoted() -> None:
    name = 'a"; DROP TABLE x; --'
    table = pa.table(
        {name: ["it's", "b'; --"] * 30, "Order Date": [date(2024, 1, 1)] * 60, "select": [*map(float, range(60))]}
    )
    evil = TableName("silver", 'Weird "name"')
    for suggest in (suggest_types, suggest_rules, suggest_keys, suggest_tags, suggest_features, suggest_table):
        for suggestion in suggest(evil, table):
            assert len(parse(suggestion.statement)) == 1, suggestion.statement


def test_the_drafted_table_is_a_definition_with_types_key_and_rules(sales: pa.Table) -> None:
    (draft,) = suggest_table(BRONZE, sales)
    definition = parse_definition(draft.statement)
    assert isinstance(definition, SilverTable)
    types = {column.name: column.type for column in definition.columns}
    assert types["order_date"] == "date"
    assert types["postal_code"] == "text"
    assert types["quantity"] == "integer"
    assert definition.key == ("row_id",)
    assert len(definition.rules) > 10
