"""Compiled code writes the very bytes that the vectorised encoders write, which are the reference."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.server.types.compiled_rows import Form, find_source, find_writer, write_rows
from ormolu.server.types.encoders import BINARY, DATA_ROW, FEW_ROWS_MAX, TEXT, RowEncoder
from ormolu.server.types.text import TextStyle
from ormolu.sql_extensions.types import data_type
from tests.unit.server.test_encoders import CASES, columns

pytestmark = pytest.mark.skipif(find_writer() is None, reason="no compiler was at hand when the package was installed")

ENDS = [2**63 - 1, -(2**63 - 1), 0, -1, 1, None, -62_135_596_800_000_000, 253_402_300_799_999_999, 86_399_999_999]
DAYS = [2**31 - 1, -(2**31 - 1), -719_162, -719_163, 2_932_896, 2_932_897, 0, None, 59, -1]
NUMBERS = [0.0, -0.0, 1e15, 999999999999999.9, 1e-4, 9.999e-5, 1e6, 999999.0, 5e-324, 1e308, float("nan")]
WIDE = [0, 1, -1, 10**38 - 1, -(10**38) + 1, 2**64, 2**64 - 1, 10**19, 10**19 - 1, 10**20, 12340000, None]


def check(kinds: tuple[str, ...], arrays: list[Any], style: TextStyle | None = None) -> None:
    batch = pa.RecordBatch.from_arrays(arrays, [str(at) for at in range(len(arrays))])
    assert batch.num_rows > FEW_ROWS_MAX
    for code in (TEXT, BINARY):
        compiled, reference = (
            RowEncoder(columns(*kinds), (code,) * len(kinds), style or TextStyle(), writer=writer)
            for writer in (find_writer(), None)
        )
        assert bytes(compiled.encode(batch)) == bytes(reference.encode(batch))


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_column_is_written_as_by_the_reference(case: Any, data: Any) -> None:
    kind, arrow, values, _ = case
    items = data.draw(st.lists(st.none() | values, min_size=9, max_size=30))
    array = pa.array([None, *items], arrow).slice(1)
    check((kind, "text", kind), [array, pa.array(["é"] * len(items)), array])


@given(st.lists(st.none() | st.floats(), min_size=9), st.lists(st.none() | st.floats(width=32), min_size=9, max_size=9))
@settings(max_examples=50, deadline=None)
def test_floats_are_written_as_by_the_reference(doubles: list[Any], singles: list[Any]) -> None:
    check(("float8",), [pa.array(doubles, pa.float64())])
    check(("float4",), [pa.array(singles, pa.float32())])


def test_values_at_the_ends_of_their_types_are_written_as_by_the_reference() -> None:
    moments = pa.array(ENDS, pa.int64())
    check(("timestamp",), [moments.view(pa.timestamp("us"))])
    check(("timestamptz",), [moments.view(pa.timestamp("us", "UTC"))])
    check(("date",), [pa.array(DAYS, pa.int32()).view(pa.date32())])
    check(("float8",), [pa.array([*NUMBERS, float("-inf")], pa.float64())])
    check(("float4",), [pa.array([*NUMBERS[:9], float("inf")], pa.float32())])
    check(("int8",), [pa.array([2**63 - 1, -(2**63), *range(8)], pa.int64())])
    for scale in (0, 1, 3, 4, 19, 20, 37, 38):
        unscaled = pa.array(WIDE, pa.decimal128(38, 0))
        array = pa.Array.from_buffers(pa.decimal128(38, scale), len(WIDE), unscaled.buffers())
        check(("numeric",), [array])


def test_an_odd_value_in_one_column_leaves_the_others_as_they_are() -> None:
    days = pa.array(DAYS, pa.int32()).view(pa.date32())
    check(("int4", "date", "text", "date"), [pa.array(range(10), pa.int32()), days, pa.array(["x"] * 10), days])


@pytest.mark.parametrize("style", [TextStyle("Europe/Paris"), TextStyle(date_form="German"), TextStyle(float_digits=0)])
def test_a_sessions_style_is_kept(style: TextStyle) -> None:
    moments = pa.array([at * 86_399_999_999 for at in range(10)], pa.int64())
    zoned, numbers = moments.view(pa.timestamp("us", "UTC")), pa.array([at / 7 for at in range(10)])
    check(("timestamptz", "timestamp", "float8"), [zoned, moments.view(pa.timestamp("us")), numbers], style)


def test_a_column_of_nulls_and_one_of_another_arrow_type_are_written() -> None:
    nulls, short = pa.nulls(10, pa.int32()), pa.array(range(10), pa.int8())
    check(("int4", "text", "int4", "int8"), [nulls, pa.nulls(10), short, short])


def test_buffers_that_are_too_short_are_refused() -> None:
    writer = find_writer()
    assert writer is not None
    values = pa.array(range(10), pa.int32())
    source = find_source(data_type("int4"), values, None)
    assert source is not None
    assert len(write_rows(writer, DATA_ROW, 10, [source], lambda _: values)) == 150
    with pytest.raises(ValueError, match="the target is too short"):
        writer.write(bytearray(149), DATA_ROW, 10, [source])
    with pytest.raises(ValueError, match="a buffer is too short"):
        writer.bytes_max(1_000, [source])
    offsets = pa.array([0, 99], pa.int32()).buffers()[1]
    for column, problem in (
        ((99, 0, 0, None, None, None), "no form"),
        ((Form.SWAPPED, 0, 3, None, b"abc", None), "no such width"),
        ((Form.SWAPPED, 0, 4, None, None, None), "a column without data"),
        ((Form.BYTES, 0, 0, None, b"abc", offsets), "offsets reach beyond the data"),
        ((Form.BYTES, 0, 0, None, b"abc", None), "offsets reach beyond the data"),
    ):
        with pytest.raises(ValueError, match=problem):
            writer.bytes_max(1, [column])
