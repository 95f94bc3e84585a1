"""A whole column of binary numerics is what one number at a time gives."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.server.types.numeric import numeric_bytes, numeric_values

unscaled = st.one_of(st.integers(-(10**18) + 1, 10**18 - 1), st.integers(-20_000, 20_000), st.sampled_from((0, 10**12)))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.none() | unscaled, min_size=1, max_size=40), st.integers(0, 17))
def test_every_scale_and_size_is_written_as_one_by_one(numbers: list[int | None], scale: int) -> None:
    values = [None if number is None else Decimal(number).scaleb(-scale) for number in numbers]
    column = pa.array([None, *values], pa.decimal128(38, scale)).slice(1)
    assert numeric_values(column).to_pylist() == [None if value is None else numeric_bytes(value) for value in values]


@pytest.mark.parametrize("kind", [pa.int16(), pa.int32(), pa.int64()])
def test_integers_are_numerics_too(kind: pa.DataType) -> None:
    numbers = [0, 1, -1, 9_999, 10_000, -32_768, None, 32_767] * 2_000
    expected = [None if number is None else numeric_bytes(Decimal(number)) for number in numbers]
    assert numeric_values(pa.array(numbers, kind)).to_pylist() == expected
