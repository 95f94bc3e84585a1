"""Rows that memory cannot sort at once: how many parts, and where they meet."""

import random

import pytest

from ormolu.medallion.row_parts import PARTS_MAX, PartPlan, boundaries, part_of, plan_parts, row_bytes, width_of

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("rows", "bytes_of_row", "parts"),
    [
        (0, 100, 2),  # memory ran out although little was planned: two parts at least
        (4_000_001, 100, 5),
        (50_000_000, 200, 100),
        (10**12, 1_000, PARTS_MAX),
    ],
)
def test_parts_take_a_quarter_of_the_memory(rows: int, bytes_of_row: int, parts: int) -> None:
    assert plan_parts(rows=rows, row_bytes=bytes_of_row, memory_bytes=400 * MEGABYTE).parts == parts


def test_what_is_held_back_while_rows_are_distributed_fits_as_well() -> None:
    plan = plan_parts(rows=50_000_000, row_bytes=200, memory_bytes=400 * MEGABYTE)
    assert plan == PartPlan(parts=100, row_group_rows=2_500, buffered_rows=250_000)
    assert plan_parts(rows=10**9, row_bytes=10_000, memory_bytes=MEGABYTE).row_group_rows == 2_048


def test_a_row_is_as_wide_as_its_columns_and_texts() -> None:
    assert [width_of(each) for each in ("BIGINT", "DECIMAL(18,2)", "DECIMAL(38,0)", "VARCHAR", "TIMESTAMP")] == [
        8, 8, 16, 16, 8,
    ]  # fmt: skip
    assert row_bytes([8, 16], 100) == 148


def test_every_key_is_in_the_part_that_the_boundaries_say() -> None:
    chance = random.Random(7)
    keys = [chance.randbytes(chance.randrange(4)) for _ in range(400)]
    starts = boundaries(keys, 7)
    assert list(starts) == sorted(set(starts))
    assert min(keys) not in starts  # else the first part were empty
    assert part_of("k", ()) == "0"
    assert part_of("k", (b"\x01",)) == "CASE WHEN k < unhex('01') THEN 0 ELSE 1 END"


def test_rows_of_one_key_are_one_part() -> None:
    assert boundaries([b"a"] * 100, 5) == ()
    assert boundaries([], 5) == ()
    assert boundaries([b"a"] * 90 + [b"b"] * 10, 5) == ()
    assert boundaries([b"a"] * 50 + [b"b"] * 50, 4) == (b"b",)
