"""Quotients of numerics are those of exact fractions, rounded half away from zero, wherever they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ormolu.engine.functions import Functions

PLACES = 16
SHORT = 46_116_859_954  # the greatest divisor that 64 bits suffice for
# Its like just above, and a dividend whose last remainder is the greatest there is.
OVER = 46_116_860_183
QUERY = "SELECT pg_divide_numeric(CAST($1 AS HUGEINT), CAST($2 AS HUGEINT), 100000000, 100000000)"


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        Functions(connection).install_for(QUERY)
        yield connection


def exact(dividend: int, divisor: int) -> Decimal:
    size = abs(Fraction(dividend, divisor)) * 10**PLACES
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return Decimal(f"{-whole if (dividend < 0) != (divisor < 0) else whole}E-{PLACES}")


def with_last_remainder(divisor: int) -> int:
    return (divisor - 1) * pow(10**8, -1, divisor) % divisor


near = st.sampled_from([1, 3, 7, 10**8, SHORT, SHORT - 1, OVER, OVER - 2, 2**62])
numbers = st.one_of(st.integers(-(10**20), 10**20), near, near.map(lambda number: -number))


@settings(max_examples=300, deadline=None)
@given(numbers, numbers.filter(bool))
@example(with_last_remainder(OVER), OVER)
@example(with_last_remainder(SHORT - 1), SHORT - 1)
@example(2**63 - 1, SHORT)
@example(2**63, 3)
def test_a_quotient_is_the_exact_one_rounded(engine: duckdb.DuckDBPyConnection, dividend: int, divisor: int) -> None:
    [row] = engine.execute(QUERY, [dividend, divisor]).fetchall()
    assert row == (exact(dividend, divisor),)
