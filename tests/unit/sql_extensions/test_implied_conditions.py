"""What an OR says of each table is written out beside it, and the answer stays what it was."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.sql_extensions.queries import BoundQuery, bind_query
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

COLUMNS = {
    "parts": {"id": "bigint", "brand": "text", "size": "integer"},
    "lines": {"part": "bigint", "mode": "text", "quantity": "numeric(9,2)"},
}
ROWS = {
    "parts": "SELECT nullif(i, 7)::BIGINT AS id, ['a', 'b', 'c', NULL, ''][i % 5 + 1] AS brand,"
    " nullif(i % 4, 3)::INTEGER AS size FROM range(12) AS r(i)",
    "lines": "SELECT nullif(i % 9, 4)::BIGINT AS part, ['air', 'rail', NULL][i % 3 + 1] AS mode,"
    " nullif(i % 6, 5)::DECIMAL(9,2) AS quantity FROM range(30) AS r(i)",
}


def bound(query: str) -> BoundQuery:
    def relation(name: TableName) -> Relation:
        columns = COLUMNS[name.name]
        typed = tuple(RelationColumn(column, data_type(kind)) for column, kind in columns.items())
        return Relation(name, typed, exp.select(*columns).from_(name.name), "v1")

    return bind_query(query, lambda name, as_of: relation(name) if name.name in COLUMNS else None)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, rows in ROWS.items():
            connection.execute(f"CREATE TABLE {name} AS {rows}")
        yield connection


def added(where: str) -> str:
    """What the engine is told beyond the query's own WHERE."""
    query = bound(f"SELECT count(*) FROM parts p, lines l WHERE {where}")
    own = query.tree.sql("duckdb")
    assert query.sql.startswith(own)
    return query.sql.removeprefix(own)


def test_each_table_that_every_branch_names_values_of_has_its_own_or() -> None:
    assert added(
        "(p.id = l.part AND p.brand = 'a' AND l.mode IN ('air', 'rail') AND l.quantity < 3)"
        " OR (p.id = l.part AND p.brand LIKE 'b%' AND p.size BETWEEN 1 AND 2 AND (l.mode = $1 OR l.mode IS NULL))"
    ) == (
        """ AND ("p_1"."brand" = 'a' OR ("p_1"."brand" LIKE 'b%' AND "p_1"."size" >= 1 AND "p_1"."size" <= 2))"""
        """ AND (("l_2"."mode" IN ('air', 'rail') AND "l_2"."quantity" < 3)"""
        """ OR (("l_2"."mode" = CAST($1 AS TEXT)) OR ("l_2"."mode" IS NULL)))"""
    )


@pytest.mark.parametrize(
    "where",
    [
        "p.id = l.part",
        "p.id = l.part AND p.brand = 'a'",
        "p.brand = 'a' OR l.mode = 'air'",
        "(p.brand = 'a' AND l.quantity > 1) OR (p.size < 3 AND l.quantity < 0)",
        "(p.brand = 'a' AND l.mode = 'air') OR p.id = l.part",
        "(p.brand = 'a' AND l.quantity > 1) OR (p.brand = 'a' AND l.quantity < 0)",
        "(p.brand <> 'a' AND l.quantity > 1) OR (NOT p.brand = 'b' AND l.quantity < 0)",
        "(p.size = 4 / p.id AND l.quantity > 1) OR (p.size = 1 / 0 AND l.quantity < 0)",
        "(p.brand::integer = 4 AND l.quantity > 1) OR (p.brand::integer = 5 AND l.quantity < 0)",
        "(p.brand IN (SELECT mode FROM lines) AND l.quantity > 1) OR (p.brand = 'b' AND l.quantity < 0)",
    ],
)
def test_nothing_is_added_that_does_not_follow_may_fail_or_leaves_out_little(where: str) -> None:
    assert added(where) == ""


def test_an_inner_join_is_told_too_and_an_outer_one_is_left_alone() -> None:
    condition = "(p.brand = 'a' AND l.mode = 'air') OR (p.brand = 'b' AND l.mode = 'rail')"
    for join, times in (("JOIN", 2), ("LEFT JOIN", 1), ("FULL JOIN", 1)):
        query = bound(f"SELECT count(*) FROM parts p {join} lines l ON {condition}")
        assert query.sql.count('"p_1"."brand" = \'a\'') == times


TESTS = st.sampled_from(
    [
        "p.id = l.part",
        "p.brand = 'a'",
        "p.brand IN ('b', 'c')",
        "p.brand IS NULL",
        "p.brand LIKE '%'",
        "p.brand <> 'a'",
        "p.size BETWEEN 0 AND 1",
        "p.size = 2",
        "NOT p.size = 2",
        "p.id IN (1, NULL, 3)",
        "l.mode = 'air'",
        "l.mode IS NOT NULL",
        "l.mode = p.brand",
        "l.quantity >= 2.5",
        "l.quantity = 1",
        "l.part IN (SELECT id FROM parts WHERE size = 0)",
        "true",
        "NULL",
    ]
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.builds(
        lambda connector, parts: "(" + connector.join(parts) + ")",
        st.sampled_from([" AND ", " OR "]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=9,
)
JOINS = st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, JOINS, CONDITIONS)
def test_the_answer_is_that_of_the_query_as_it_was(
    engine: duckdb.DuckDBPyConnection, on: str, join: str, where: str
) -> None:
    on = on if join == "JOIN" else "p.id = l.part"  # DuckDB knows no subquery in the ON of an outer join
    query = bound(f"SELECT p.*, l.* FROM parts p {join} lines l ON {on} WHERE {where} ORDER BY 1, 2, 3, 4, 5, 6")
    assert engine.sql(query.sql).fetchall() == engine.sql(query.tree.sql("duckdb")).fetchall()
