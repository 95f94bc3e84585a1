"""Contributors and their telling: shares that add up, words that claim no cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.ai.contributors import Contributor, Contributors, contributors, explain_ratio
from ormolu.ai.narrate import Story, amount, explain, summarize

STORY = Story(
    measure="sum(revenue)",
    table="gold.daily_sales",
    series={"category": "Furniture"},
    period=date(2017, 1, 9),
    is_weekly=True,
    actual=270.0,
    expected=8187.4,
    lower=2100.0,
    upper=18_000.0,
    score=-2.8,
    change_percent=-96.7,
    method="robust",
    support="156 weeks of history",
    contributors=Contributors(-7900.0, (Contributor((("product", "Chairs"),), 5000.0, 0.0, 0.63),)),
)


def parts(**columns: list[object]) -> pa.Table:
    return pa.table(columns)


def test_the_segment_that_moved_is_named_with_its_share() -> None:
    table = parts(
        region=["N", "S"] * 2, product=["a", "a", "b", "b"], before=[10.0, 10, 10, 10], after=[10.0, 10, 1, 1]
    )
    found = contributors(table, before="before", after="after", attributes=("region", "product"))
    assert found.is_clear
    assert found.top[0].attributes == (("product", "b"),)
    assert found.top[0].share == 1.0


def test_a_pair_is_named_where_one_attribute_is_not_enough() -> None:
    table = parts(
        region=["N", "N", "S", "S"], product=["a", "b", "a", "b"], before=[10.0] * 4, after=[0.0, 9.5, 9.5, 10.0]
    )
    found = contributors(table, before="before", after="after", attributes=("region", "product"))
    assert found.is_clear
    assert set(found.top[0].attributes) >= {("product", "a")} or set(found.top[0].attributes) >= {("region", "N")}


def test_an_even_fall_is_told_as_several_segments() -> None:
    table = parts(product=list("abcdef"), before=[10.0] * 6, after=[5.0] * 6)
    found = contributors(table, before="before", after="after", attributes=("product",))
    assert not found.is_clear
    assert "Several segments" in explain(replace(STORY, contributors=found))[-1]


@pytest.mark.parametrize(
    "table",
    [
        parts(product=pa.array([], pa.string()), before=pa.array([], pa.float64()), after=pa.array([], pa.float64())),
        parts(product=["a"], before=[1.0], after=[1.0]),
        parts(product=["a", "b"], before=[None, None], after=[None, 0.0]),
    ],
)
def test_no_change_has_no_contributors(table: pa.Table) -> None:
    table = table.cast(pa.schema([("product", pa.string()), ("before", pa.float64()), ("after", pa.float64())]))
    assert contributors(table, before="before", after="after", attributes=("product", "missing")).top == ()


def test_a_null_segment_is_one_like_the_others() -> None:
    table = parts(product=["a", None, "b"], before=[5.0, 50.0, 5.0], after=[5.0, 1.0, 4.0])
    found = contributors(table, before="before", after="after", attributes=("product",))
    assert found.top[0].attributes == (("product", None),)
    assert "product unknown" in explain(replace(STORY, contributors=found))[-1]


weights = st.floats(0.5, 1000)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(weights, weights, weights, weights), min_size=1, max_size=8))
def test_price_volume_and_mix_add_up_to_the_change(rows: list[tuple[float, float, float, float]]) -> None:
    w0, w1, p0, p1 = zip(*rows, strict=True)
    a0 = [w * p for w, p in zip(w0, p0, strict=True)]
    a1 = [w * p for w, p in zip(w1, p1, strict=True)]
    table = pa.table({"w0": w0, "w1": w1, "a0": a0, "a1": a1})
    found = explain_ratio(table, weight=("w0", "w1"), amount=("a0", "a1"))
    assert found.total == pytest.approx(sum(a1) - sum(a0), rel=1e-6, abs=1e-3)


def test_an_explanation_has_band_score_support_and_claims_no_cause() -> None:
    lines = explain(STORY)
    assert lines[0] == (
        "Revenue of category Furniture in the week of 2017-01-09 fell 97 %: 270 where about 8,187 was expected."
    )
    assert "2,100 to 18,000" in lines[1]
    assert "156 weeks of history" in lines[1]
    assert lines[2].startswith("This is consistent with product Chairs")
    assert not any("caused" in line or "because" in line for line in lines)


def test_a_fall_from_nothing_expected_has_no_percentage() -> None:
    line = explain(replace(STORY, expected=0.0, actual=5.0, change_percent=None))[0]
    assert "rose to 5 where 0 was expected" in line


def test_a_summary_counts_and_names_the_greatest_first() -> None:
    small = replace(STORY, series={"category": "Technology"}, actual=7000.0, change_percent=-15.0)
    again = replace(STORY, period=date(2017, 2, 6), actual=4000.0)
    lines = summarize("declining", [small, STORY, again], since="90 days")
    assert lines[0] == (
        "declining found 3 anomalies in the last 90 days, 3 declines and 0 rises, "
        "in 2 series between 2017-01-09 and 2017-02-06."
    )
    assert "Furniture" in lines[1]
    assert "(1 more anomaly in this series)" in lines[1]
    assert summarize("declining", []) == ["declining found nothing abnormal."]


def test_the_same_facts_give_the_same_words() -> None:
    assert explain(STORY) == explain(replace(STORY))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.001, "0"), (1234.5, "1,234"), (12.5, "12.5"), (12.0, "12"), (-1e6, "-1,000,000"), (0.1, "0.1")],
)
def test_amounts_are_written_as_people_do(value: float, text: str) -> None:
    assert amount(value) == text
