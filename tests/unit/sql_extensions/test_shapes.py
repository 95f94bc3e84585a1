"""Texts that differ in a compared value alone have one shape; everything else that a literal says stays in the text."""

from __future__ import annotations

import pytest

from ormolu.sql_extensions.parser.script import parse
from ormolu.sql_extensions.shapes import find_shaped, value_parameters
from ormolu.sql_extensions.statements import Query


def taken(text: str) -> tuple[str, list[int | str]] | None:
    """The shape of a text with the literals that are only values, as the server takes them."""
    shaped = find_shaped(text)
    if shaped is None:
        return None
    (query,) = parse(shaped.shape)
    assert isinstance(query, Query)
    kept = shaped.only(value_parameters(query.tree))
    return (kept.shape, [literal.value for literal in kept.literals]) if kept.literals else None


@pytest.mark.parametrize(
    ("text", "shape", "values"),
    [
        ("SELECT a FROM t WHERE id = 17", "SELECT a FROM t WHERE id = $1", [17]),
        ("  select a from t where id=17 ; ", "select a from t where id=$1", [17]),
        ("SELECT a FROM t WHERE b = 'it''s' AND c <> 0", "SELECT a FROM t WHERE b = $1 AND c <> $2", ["it's", 0]),
        ("SELECT a FROM t WHERE b IN ('x', 'y')", "SELECT a FROM t WHERE b IN ($1, $2)", ["x", "y"]),
        (
            "SELECT a FROM t WHERE d BETWEEN 1 AND 2 LIMIT 3",
            "SELECT a FROM t WHERE d BETWEEN $1 AND $2 LIMIT 3",
            [1, 2],
        ),
        ("SELECT a = 5, 'x' FROM t WHERE a = 6", "SELECT a = 5, 'x' FROM t WHERE a = $1", [6]),
        ("SELECT 1 FROM t WHERE a = 6 AND 1 = 0 ORDER BY 1", "SELECT 1 FROM t WHERE a = $1 AND 1 = 0 ORDER BY 1", [6]),
        ("SELECT a FROM t WHERE NOT (a = 6 OR b = 'ż')", "SELECT a FROM t WHERE NOT (a = $1 OR b = $2)", [6, "ż"]),
        ("SELECT 'a = 5' FROM t -- = 7\nWHERE a = 6", "SELECT 'a = 5' FROM t -- = 7\nWHERE a = $1", [6]),
        ('SELECT "a = 5" FROM t WHERE "B" = 6', 'SELECT "a = 5" FROM t WHERE "B" = $1', [6]),
        (
            "WITH x AS (SELECT a FROM t WHERE a = 1) SELECT a FROM x",
            "WITH x AS (SELECT a FROM t WHERE a = $1) SELECT a FROM x",
            [1],
        ),
    ],
)
def test_a_compared_value_is_taken_out(text: str, shape: str, values: list[int | str]) -> None:
    assert taken(text) == (shape, values)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 17",
        "SELECT a FROM t ORDER BY 2 LIMIT 5",
        "SELECT a FROM t WHERE a = 1.5",
        "SELECT a FROM t WHERE a = 007",
        "SELECT a FROM t WHERE a = 1_000",
        "SELECT a FROM t WHERE a = 1e3",
        "SELECT a FROM t WHERE a = -5",
        "SELECT a FROM t WHERE a = '5'::int",
        "SELECT a FROM t WHERE a = 5 + b",
        "SELECT a FROM t WHERE a + 1 = 5",
        "SELECT a FROM t WHERE 5 = a",
        "SELECT a FROM t WHERE d = DATE '2026-01-01'",
        "SELECT a FROM t WHERE d > now() - INTERVAL '1 day'",
        "SELECT a FROM t WHERE a LIKE 'x%'",
        "SELECT a FROM t WHERE a = E'x'",
        "SELECT a FROM t WHERE a = U&'x'",
        "SELECT a FROM t WHERE a = $$x$$",
        "SELECT a FROM t WHERE a = $1 AND b = 5",
        "SELECT a FROM t /* = 5 */ WHERE a = 5",
        "SELECT a FROM t WHERE a = 5; SELECT 6",
        "SELECT a->>'k' FROM t WHERE a->>'k' = 'v'",
        "SELECT sum(a) FROM t GROUP BY b HAVING sum(a) = 5",
        "SELECT a FROM t JOIN u ON t.a = u.a AND u.b = 5",
        "UPDATE t SET a = 5 WHERE b = 6",
        "EXPLAIN SELECT a FROM t WHERE a = 5",
        "VALUES (1)",
        "SELECT a FROM t WHERE a = 'never ends",
        'SELECT a FROM t WHERE a = 5 AND "never ends',
        "SELECT a FROM t WHERE a = 5" + " " * 3_000 + "'",
        f"SELECT a FROM t WHERE a IN ({', '.join(map(str, range(17)))})",
        "",
        ";",
    ],
)
def test_what_may_say_more_than_a_value_stays(text: str) -> None:
    assert taken(text) is None
