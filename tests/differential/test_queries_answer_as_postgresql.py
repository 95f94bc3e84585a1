"""The same query on PostgreSQL and here: the same columns, types, rows and SQLSTATEs, in text and in binary."""

from __future__ import annotations

import pytest

from tests.differential.differences import QUERIES, differences, kind_of, queries
from tests.differential.page import PAGE, page
from tests.differential.sides import Side

THEMES = sorted(QUERIES.glob("*.sql"))
CASES = [pytest.param(query, id=f"{theme.stem}-{number}") for theme in THEMES
         for number, query in enumerate(queries(theme), start=1)]  # fmt: skip
LISTED = differences()


@pytest.mark.parametrize("query", CASES)
def test_a_query_answers_as_postgresql_does(query: str, theirs: Side, ours: Side) -> None:
    expected, answer = theirs.simple(query), ours.simple(query)
    difference = LISTED.get(query)
    found = kind_of(expected, answer)
    assert found is (difference.kind if difference else None), f"{query}\n{expected}\n{answer}"
    if difference is None and not answer.sqlstate:
        expected, answer = theirs.binary(query), ours.binary(query)
        assert (answer.columns, answer.rows) == (expected.columns, expected.rows), f"{query}\n{expected}\n{answer}"


def test_every_difference_is_of_a_query_that_is_compared() -> None:
    assert set(LISTED) <= {query for theme in THEMES for query in queries(theme)}


def test_the_page_of_differences_is_current() -> None:
    assert PAGE.read_text() == page(), "python -m tests.differential.page"
