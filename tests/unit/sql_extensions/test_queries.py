"""Binding: names, hidden columns, time travel, parameters, rules, and what the session gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ormolu.definitions import TableName
from ormolu.errors import (
    AmbiguousColumn,
    DatatypeMismatch,
    FeatureNotSupported,
    IndeterminateDatatype,
    InvalidSyntax,
    InvalidTextRepresentation,
    OrmoluError,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedTable,
)
from ormolu.sql_extensions.queries import AsOf, BoundQuery, SessionValues, bind_expression, bind_query
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import data_type
from tests.differential.samples import RELATIONS


def _resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
    return RELATIONS.get(name)


def _bind(query: str, **given: object) -> BoundQuery:
    return bind_query(query, _resolve, known_names=tuple(RELATIONS), **given)  # type: ignore[arg-type]  # passed through


def test_a_star_leaves_hidden_columns_out_and_a_name_finds_them() -> None:
    assert _bind("SELECT * FROM customers").column_names == ("customer", "city", "since")
    assert _bind("SELECT _row_id, * FROM customers").column_names == ("_row_id", "customer", "city", "since")
    assert _bind("SELECT c.* EXCLUDE (city) FROM customers c").column_names == ("customer", "since")


@pytest.mark.parametrize(
    "name", ["customers", "silver.customers", "lakehouse.silver.customers", "CUSTOMERS", "Silver.Customers"]
)
def test_a_relation_is_found_under_every_name_it_has(name: str) -> None:
    bound = _bind(f"SELECT * FROM {name}")
    assert [str(relation.name) for relation in bound.relations] == ["silver.customers"]
    assert bound.version == "silver.customers@1"


def test_an_unknown_relation_is_named_with_the_nearest_and_its_place() -> None:
    with pytest.raises(UndefinedTable) as undefined:
        _bind("SELECT * FROM silver.custmers")
    assert undefined.value.hint == 'Perhaps you meant "silver.customers".'
    assert undefined.value.position == 15


def test_an_unknown_column_is_named_with_the_nearest_and_its_place() -> None:
    with pytest.raises(UndefinedColumn) as undefined:
        _bind("SELECT citty FROM customers")
    assert undefined.value.hint == 'Perhaps you meant "city".'
    assert undefined.value.position == 8


def test_another_database_cannot_be_read() -> None:
    with pytest.raises(FeatureNotSupported, match="cross-database"):
        _bind("SELECT * FROM other.silver.customers")


def test_a_with_query_shadows_a_relation_of_its_name() -> None:
    bound = _bind("WITH customers AS (SELECT 1 AS x) SELECT * FROM customers")
    assert bound.column_names == ("x",)
    assert bound.relations == ()


def test_time_travel_is_passed_on() -> None:
    asked: list[AsOf | None] = []

    def resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
        asked.append(as_of)
        return RELATIONS.get(name)

    bind_query("SELECT * FROM silver.orders FOR VERSION AS OF 7", resolve)
    bind_query("SELECT * FROM silver.orders AS o FOR VERSION AS OF 8", resolve)
    bind_query("SELECT * FROM silver.orders FOR SYSTEM_TIME AS OF TIMESTAMP '2025-01-01 00:00:00'", resolve)
    assert asked == [AsOf(version=7), AsOf(version=8), AsOf(timestamp="2025-01-01 00:00:00")]


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT * FROM orders WHERE order_id = $1", ["integer"]),
        ("SELECT * FROM orders WHERE $1 < day AND customer LIKE $2", ["date", "text"]),
        ("SELECT $1, $2::int + 1 LIMIT $3", ["text", "integer", "bigint"]),
        ("SELECT * FROM orders WHERE order_id IN ($1, $2)", ["integer", "integer"]),
        ("SELECT * FROM orders WHERE order_id = ANY ($1)", ["integer[]"]),
        ("SELECT * FROM orders WHERE amount BETWEEN $1 AND $2", ["numeric", "numeric"]),
        ("SELECT coalesce(quantity, $1) FROM orders", ["integer"]),
    ],
)
def test_a_parameter_takes_its_type_from_what_is_beside_it(query: str, types: list[str | None]) -> None:
    bound = _bind(query)
    assert [None if type is None else str(type) for type in bound.parameter_types] == types


def test_a_parameter_that_nothing_gives_a_type_is_indeterminate() -> None:
    with pytest.raises(IndeterminateDatatype, match=r"parameter \$1"):
        _bind("SELECT $2::date")
    bound = _bind("SELECT $2::date", parameter_types=(data_type("text"),))
    assert [str(type) for type in bound.parameter_types] == ["text", "date"]


def test_a_declared_parameter_type_is_kept() -> None:
    bound = _bind("SELECT $1", parameter_types=(data_type("date"),))
    assert [str(type) for type in bound.parameter_types if type] == ["date"]


def test_types_of_columns_are_postgresqls() -> None:
    bound = _bind("SELECT amount, sum(quantity), amount * 2, code, count(*) FROM orders GROUP BY 1, 3, 4")
    assert [str(type) for type in bound.column_types] == [
        "numeric(12,2)", "bigint", "numeric", "character varying(5)", "bigint",
    ]  # fmt: skip


def test_the_session_answers_who_and_when() -> None:
    values = SessionValues(
        now=datetime(2026, 1, 2, 23, 30, tzinfo=UTC), timezone="Europe/Paris", current_user="anna", database="shop"
    )
    bound = _bind("SELECT current_user, current_database(), current_date", session=values)
    assert "'anna'" in bound.sql
    assert "'shop'" in bound.sql
    assert "'2026-01-03'" in bound.sql
    assert bound.reads_session
    assert not _bind("SELECT 1").reads_session


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("SELECT customer FROM orders JOIN customers ON true", AmbiguousColumn),
        ("SELECT x.a FROM orders", UndefinedTable),
        ("SELECT 1 + 'a'", InvalidTextRepresentation),
        ("SELECT 'a'::int", InvalidTextRepresentation),
        ("SELECT customer + 1 FROM orders", UndefinedFunction),
        ("SELECT 1 FROM orders WHERE order_id = customer", UndefinedFunction),
        ("SELECT 1 FROM orders WHERE order_id", DatatypeMismatch),
        ("SELECT CASE WHEN true THEN 1 ELSE day END FROM orders", DatatypeMismatch),
        ("SELECT sume(quantity) FROM orders", UndefinedFunction),
        ("SELECT 1 UNION SELECT day FROM orders", DatatypeMismatch),
        ("SELECT (SELECT 1, 2)", InvalidSyntax),
        ("SELECT 1 FORM orders x y", InvalidSyntax),
        ("SELECT 'a", InvalidSyntax),
        ("SELECT 1; SELECT 2", InvalidSyntax),
        ("SELECT 1 FROM orders FOR UPDATE", FeatureNotSupported),
        ("SELECT 1 INTO x FROM orders", FeatureNotSupported),
        ("SELECT 'a' ~ '(?=x)'", FeatureNotSupported),
    ],
)
def test_a_mistake_has_postgresqls_condition(query: str, condition: type[OrmoluError]) -> None:
    with pytest.raises(condition):
        _bind(query)


def test_a_misspelt_function_gets_the_nearest_name() -> None:
    with pytest.raises(UndefinedFunction) as undefined:
        _bind("SELECT clean_phon('x')")
    assert undefined.value.hint == 'Perhaps you meant "clean_phone".'


def test_a_tree_that_others_parsed_binds_like_its_text() -> None:
    from ormolu.sql_extensions.parser.expressions import parse_query

    query = "SELECT to_char(day, 'DD Mon YYYY'), date_part('year', day) FROM orders"
    assert bind_query(parse_query(query), _resolve).sql == _bind(query).sql


def test_a_rule_keeps_its_columns_and_gets_postgresqls_meaning() -> None:
    assert bind_expression("amount >= 0").sql("duckdb") == '("amount" >= 0)'
    assert "PG_DIVISOR" in bind_expression("a / b").sql("duckdb")
    typed = bind_expression("quantity / 2", {"quantity": data_type("integer")}).sql("duckdb")
    assert typed == '("quantity" // 2)'


def test_a_rule_about_a_missing_column_is_refused_where_the_columns_are_known() -> None:
    with pytest.raises(UndefinedColumn) as undefined:
        bind_expression("ammount > 0", {"amount": data_type("numeric(10,2)")})
    assert undefined.value.hint == 'Perhaps you meant "amount".'


def test_a_rule_is_one_expression() -> None:
    for text in ("a, b", "a FROM t", "a; b", "", "a AS b"):
        with pytest.raises(OrmoluError):
            bind_expression(text)
