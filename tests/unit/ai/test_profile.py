"""What a profile says of columns: ordinary, empty, NULL, hostile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.ai.patterns import patterns
from ormolu.ai.profile import as_record, profile, profile_column
from ormolu.ai.semantics import Semantic
from ormolu.ai.tally import tally


def column(values: Sequence[object], kind: pa.DataType | None = None, name: str = "x") -> pa.ChunkedArray:
    return pa.table({name: pa.array(values, kind)})[name]


def meaning_of(name: str, values: Sequence[object]) -> Semantic | None:
    return profile_column(name, column(values)).semantic


def test_a_number_column_has_extremes_mean_quantiles_and_outliers() -> None:
    found = profile_column("amount", column([*map(float, range(100)), 10_000.0]))
    assert (found.minimum, found.maximum, found.outliers) == ("0.0", "10000.0", 1)
    assert found.quantiles[2] == 50.0
    assert found.type == "double precision"


def test_nulls_are_counted_apart_and_an_empty_column_says_nothing() -> None:
    found = profile_column("x", column(["a", None, "a", None], pa.string()))
    assert (found.rows, found.nulls, found.distinct, found.top) == (4, 2, 1, (("a", 2),))
    assert "50.0 % missing" in found.remarks()
    for values in ([], [None, None]):
        empty = profile_column("x", column(values, pa.string()))
        assert (empty.distinct, empty.semantic, empty.minimum, empty.patterns) == (0, None, None, ())


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"l": pa.array([[1], None, []], pa.list_(pa.int64()))}),
        pa.table({"s": pa.array([{"a": 1}, None], pa.struct([("a", pa.int64())]))}),
        pa.table({"n": pa.array([None, None], pa.null())}),
        pa.table({"b": pa.array([b"\x00", None], pa.binary())}),
        pa.table({"d": pa.array(["x", "x", None]).dictionary_encode()}),
        pa.table({"f": pa.array([np.nan, np.inf, -np.inf, 1.0])}),
        pa.table({"t": pa.array([datetime(2024, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))}),
        pa.table({"n": pa.array([Decimal("1.50"), None], pa.decimal128(18, 2))}),
    ],
)
def test_every_type_has_a_profile_that_json_can_keep(table: pa.Table) -> None:
    (found,) = profile(table)
    assert json.loads(json.dumps(as_record(found)))["rows"] == table.num_rows


def test_near_equal_categories_are_found_and_codes_are_left_alone() -> None:
    values = ["Paris"] * 50 + ["Pariss"] + ["paris "] + ["Lyon"] * 20 + ["A-101"] * 30 + ["A-102"]
    found = profile_column("city", column([*values]))
    assert {(typo.value, typo.intended) for typo in found.near_equal} == {("Pariss", "Paris"), ("paris ", "Paris")}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("contact", ["anna@acme.com", "bo@acme.org", "not an address", "c@d.io", "e@f.net"], Semantic.EMAIL),
        ("phone", ["+33 1 42 68 53 00", "+1 212 555 0123", "+49 30 901820"], Semantic.PHONE),
        ("account", ["DE89370400440532013000", "FR1420041010050500013M02606"], Semantic.IBAN),
        ("card_number", ["4111 1111 1111 1111", "5500-0000-0000-0004"], Semantic.CARD),
        ("Customer Name", ["Claire Gute", "Darrin Van Huff", "Sean O'Donnell"], Semantic.PERSON),
        ("zip", ["10001", "02134"], Semantic.POSTAL_CODE),
        ("country", ["FR", "DE", "US"], Semantic.COUNTRY),
        ("currency", ["EUR", "USD"], Semantic.CURRENCY),
        ("ip", ["10.0.0.1", "255.255.255.255"], Semantic.IP_ADDRESS),
        ("order_id", [1, 2, 3], Semantic.IDENTIFIER),
        ("amount", [1.5, 2.5], Semantic.MEASURE),
        ("day", [date(2024, 1, 1)], Semantic.TIMESTAMP),
        ("is_gift", [True, False], Semantic.TRUTH),
    ],
)
def test_meanings_come_from_values_names_and_checksums(name: str, values: list[object], expected: Semantic) -> None:
    assert meaning_of(name, values) is expected


def test_numbers_that_pass_luhn_by_chance_are_no_cards() -> None:
    cards = ["4111111111111111", "5500000000000004"] * 5
    assert meaning_of("reference", [*cards]) is not Semantic.CARD
    generator = np.random.default_rng(1)
    chance = [str(generator.integers(10**15, 10**16 - 1)) for _ in range(200)]
    assert meaning_of("card_number", [*chance]) is not Semantic.CARD


def test_shapes_are_merged_where_only_lengths_differ() -> None:
    (found,) = patterns(tally("x", column(["AB-1", "CD-22", "EF-333"])))
    assert (found.regex, found.share) == (r"^[A-Z]{2}-\d{1,3}$", 1.0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_every_shape_matches_the_share_it_claims(texts: list[str]) -> None:
    import re

    counted = tally("x", column([*texts], pa.string()))
    for pattern in patterns(counted):
        matched = sum(re.search(pattern.regex, text, re.DOTALL) is not None for text in texts) / len(texts)
        assert matched >= pattern.share - 1e-9


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=30))
def test_any_texts_have_a_profile(texts: list[str | None]) -> None:
    found = profile_column("any name", column([*texts], pa.string()))
    assert found.nulls + sum(count for _, count in found.top) <= len(texts)
    json.dumps(as_record(found))
