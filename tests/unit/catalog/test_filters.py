from __future__ import annotations

import pytest
from sqlglot import parse_one

from ormolu.catalog.filters import Filter, filters_of, passes


@pytest.mark.parametrize(
    ("condition", "filters"),
    [
        ("a = 1 AND b > 'x'", (Filter("a", "=", 1), Filter("b", ">", "x"))),
        ("3 < a", (Filter("a", ">", 3),)),
        ("a IN ('x', 'y')", (Filter("a", "in", ("x", "y")),)),
        ("a BETWEEN 1 AND 2.5", (Filter("a", ">=", 1), Filter("a", "<=", 2.5))),
        ("a = 1 OR b = 2", ()),
        ("NOT a = 1", ()),
        ("a = b", ()),
        ("a = -1 AND lower(c) = 'x'", (Filter("a", "=", -1),)),
        ("a IN (1, b)", ()),
        ("a = true", (Filter("a", "=", True),)),
        ("a = '2026-01-01'::date", (Filter("a", "=", "2026-01-01"),)),
        ("a = NULL", ()),
    ],
)
def test_plain_comparisons_joined_by_and_are_pushed_down(condition: str, filters: tuple[Filter, ...]) -> None:
    assert filters_of(parse_one(condition, read="postgres")) == filters


def test_a_row_that_may_pass_passes() -> None:
    row = {"a": "x", "b": 3, "c": None}
    assert passes(row, [Filter("a", "=", "x"), Filter("b", ">", 100), Filter("c", "=", "y")])
    assert not passes(row, [Filter("a", "in", ("y", "z"))])
