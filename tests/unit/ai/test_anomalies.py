"""Monitors on made series whose faults we know, and on series that break careless code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from ormolu.ai.anomalies import Comparison, Findings, Watch, comparison_named, find_anomalies
from ormolu.ai.panel import daily_panel, weekly_panel
from ormolu.ai.seasonal import median, stabilise, unstabilise
from ormolu.definitions import Direction
from ormolu.errors import InvalidParameterValue

START = date(2024, 1, 1)  # a Monday


Values = npt.NDArray[np.float64]


def table(values: Sequence[float | None], *, start: date = START, **per: str) -> pa.Table:
    days = [start + timedelta(days=number) for number in range(len(values))]
    return pa.table(
        {"day": pa.array(days, pa.date32()), "y": pa.array(values, pa.float64())}
        | {name: pa.array([value] * len(values), pa.string()) for name, value in per.items()}
    )


def season(days: int, *, seed: int, level: float = 100.0) -> Values:
    """Poisson-like sales with a strong week."""
    generator = np.random.default_rng(seed)
    week = np.array([0.7, 0.8, 0.9, 1.0, 1.3, 1.6, 0.7])
    return generator.poisson(level * week[np.arange(days) % 7]).astype(np.float64)


def findings(values: Sequence[float | None] | Values, watch: Watch | None = None, **per: str) -> Findings:
    panel = daily_panel(table(list(values), start=START, **per), time="day", value="y", per=tuple(per))
    return find_anomalies(panel, watch or Watch())


def planted(seeds: range, watch: Watch) -> tuple[float, float]:
    """Precision and recall over series with three planted faults each."""
    hits = false = missed = 0
    for seed in seeds:
        values = season(240, seed=seed)
        faults = np.random.default_rng(1_000 + seed).choice(np.arange(70, 240), size=3, replace=False)
        values[faults] *= np.where(np.arange(3) % 2 == 0, 0.3, 2.0)
        found = {(a.period - START).days for a in findings(np.round(values), watch).anomalies}
        hits += len(found & set(faults.tolist()))
        false += len(found - set(faults.tolist()))
        missed += len(set(faults.tolist()) - found)
    return hits / max(hits + false, 1), hits / (hits + missed)


@pytest.mark.parametrize(
    ("method", "f1_min"), [("robust", 0.8), ("zscore_dow", 0.45), ("iforest", 0.6), ("ecod", 0.55), ("knn", 0.5)]
)
def test_planted_faults_are_found_and_little_else(method: str, f1_min: float) -> None:
    precision, recall = planted(range(8), Watch(method=method))
    f1 = 2 * precision * recall / (precision + recall)
    assert f1 >= f1_min, (precision, recall)


def test_a_strong_weekly_season_alone_is_no_anomaly() -> None:
    pure = np.tile([10.0, 20, 30, 40, 200, 300, 0], 30)
    assert findings(pure).anomalies == ()


def test_a_drop_carries_band_score_change_and_support() -> None:
    values = season(120, seed=3)
    values[100] = 5
    (drop,) = findings(values, Watch(direction=Direction.DROP)).anomalies
    assert drop.period == START + timedelta(days=100)
    assert drop.lower <= drop.expected <= drop.upper
    assert drop.actual < drop.lower
    assert drop.score < -5
    assert drop.change_percent is not None
    assert drop.change_percent < -80
    assert drop.support == "100 days of history"


def test_only_the_watched_direction_is_reported() -> None:
    values = season(120, seed=3)
    values[100], values[110] = 5, 900
    assert [a.direction for a in findings(values, Watch(direction=Direction.RISE)).anomalies] == [Direction.RISE]
    assert len(findings(values, Watch(direction=Direction.ANY)).anomalies) == 2


def test_scores_are_causal_so_a_longer_history_keeps_earlier_findings() -> None:
    values = season(200, seed=5)
    values[100] = 2
    values[150] = 900
    early = findings(values[:120]).anomalies
    late = [a for a in findings(values).anomalies if a.period < START + timedelta(days=120)]
    assert list(early) == late


def test_the_same_data_gives_the_same_findings_twice() -> None:
    values = season(200, seed=6)
    values[150] = 900
    watch = Watch(method="iforest")
    assert findings(values, watch) == findings(values, watch)


def test_more_sensitive_finds_no_less() -> None:
    values = season(200, seed=7)
    values[150] = 40
    counts = [len(findings(values, Watch(sensitivity=share)).anomalies) for share in (0.5, 0.9, 0.95, 0.99, 0.999)]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_constant_series_is_quiet_until_it_moves() -> None:
    assert findings([100.0] * 90).anomalies == ()
    moved = findings([100.0] * 89 + [130.0]).anomalies
    assert [a.actual for a in moved] == [130.0]


def test_all_zero_is_quiet_and_a_rare_sale_is_no_news() -> None:
    assert findings([0.0] * 90).anomalies == ()


def test_a_new_level_is_believed_after_some_weeks() -> None:
    values = np.concatenate([season(100, seed=8), 3 * season(140, seed=9)])
    late = [a for a in findings(values).anomalies if a.period > START + timedelta(days=156)]
    assert late == []


def test_gaps_and_missing_values_are_no_drops() -> None:
    values: list[float | None] = list(season(120, seed=10))
    for day in (60, 61, 62, 90):
        values[day] = None
    assert findings(values, Watch(direction=Direction.DROP)).anomalies == ()


def test_a_day_without_rows_is_zero_for_one_series_and_unknown_when_all_are_shut() -> None:
    both = pa.concat_tables([table([5.0, 5.0, 5.0], shop="a"), table([5.0, 5.0, 5.0], shop="b")])
    days = both["day"].to_pylist()
    shops = both["shop"].to_pylist()
    rows = [n for n, (d, s) in enumerate(zip(days, shops, strict=True)) if not (s == "b" and d == START + timedelta(1))]
    panel = daily_panel(both.take(rows), time="day", value="y", per=("shop",))
    assert panel.values[1].tolist() == [5.0, 0.0, 5.0]
    shut = daily_panel(both.filter(pa.array([d != START + timedelta(1) for d in days])), time="day", value="y")
    assert np.isnan(shut.values[0, 1])


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 20])
def test_little_or_no_history_says_so_instead_of_guessing(values: list[float]) -> None:
    found = findings(values)
    assert found.anomalies == ()
    assert len(found.short) == found.series == (1 if values else 0)
    assert found.history_days_min == 21


def test_a_week_needs_six_weeks_of_days() -> None:
    watch = Watch(comparison=Comparison.WEEKLY)
    assert findings(season(34, seed=1), watch).short != ()
    values = season(49, seed=1)
    values[42:] *= 0.2
    assert [a.period for a in findings(values, watch).anomalies] == [START + timedelta(days=42)]


def test_a_weekly_drop_is_found_against_the_four_weeks_before() -> None:
    values = season(140, seed=11)
    values[105:112] *= 0.4
    (drop,) = findings(np.round(values), Watch(comparison=Comparison.WEEKLY, direction=Direction.DROP)).anomalies
    assert drop.period == START + timedelta(days=105)
    assert drop.change_percent == pytest.approx(-60, abs=8)


def test_an_unfinished_week_is_not_judged() -> None:
    values = season(140, seed=11)[:136]
    values[133:] = 0
    assert findings(values, Watch(comparison=Comparison.WEEKLY)).anomalies == ()
    panel = daily_panel(table(list(values)), time="day", value="y")
    assert weekly_panel(panel).periods == 19


def test_weeks_begin_on_monday_whatever_day_the_data_begins() -> None:
    panel = weekly_panel(daily_panel(table([1.0] * 20, start=date(2024, 1, 3)), time="day", value="y"))
    assert panel.period(0) == date(2024, 1, 8)
    assert panel.values.tolist() == [[7.0, 7.0]]


def test_negative_values_are_judged_like_positive_ones() -> None:
    values = -season(120, seed=12)
    values[100] = -900
    found = findings(values, Watch(direction=Direction.DROP)).anomalies
    assert [a.period for a in found] == [START + timedelta(days=100)]
    assert found[0].lower < found[0].upper < 0


def test_infinite_values_count_as_missing() -> None:
    values = season(90, seed=13)
    values[50], values[70] = np.inf, np.nan
    assert findings(values).anomalies == ()


def test_a_holiday_is_neither_learnt_from_nor_reported() -> None:
    values = season(120, seed=14)
    values[100] = 0
    watch = Watch(holidays=frozenset({START + timedelta(days=100)}))
    assert findings(values, watch).anomalies == ()
    assert len(findings(values, replace(watch, holidays=())).anomalies) == 1


def test_series_are_judged_apart_and_a_null_group_is_one_of_them() -> None:
    sick = season(120, seed=15)
    sick[100] = 0
    groups = pa.table({"shop": pa.array([None] * 120, pa.string())})
    null_group = table(list(sick)).append_column("shop", groups["shop"])
    both = pa.concat_tables([table(list(season(120, seed=16)), shop="b"), null_group])
    panel = daily_panel(both, time="day", value="y", per=("shop",))
    assert [a.series for a in find_anomalies(panel, Watch()).anomalies] == [(("shop", None),)]


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidParameterValue) as refusal:
        findings([1.0] * 30, Watch(method="magic"))
    assert "iforest" in str(refusal.value.hint)


@pytest.mark.parametrize("sensitivity", [0.0, 1.0, -1.0, 2.0])
def test_a_sensitivity_out_of_range_is_refused(sensitivity: float) -> None:
    with pytest.raises(InvalidParameterValue):
        findings([1.0] * 30, Watch(sensitivity=sensitivity))


def test_comparisons_are_read_by_name() -> None:
    assert comparison_named(None) is Comparison.DAILY
    assert comparison_named("Week  over WEEK") is Comparison.WEEKLY
    with pytest.raises(InvalidParameterValue):
        comparison_named("moon over moon")


def test_the_stabilised_scale_turns_back() -> None:
    values = np.array([-1e6, -3.5, -0.2, 0.0, 0.2, 7.0, 1e6])
    assert unstabilise(stabilise(values)) == pytest.approx(values)
    assert (np.diff(stabilise(values)) > 0).all()


def test_a_median_leaves_missing_values_out() -> None:
    assert median(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 4.0]])).tolist() == [2.0, 4.0]
    assert np.isnan(median(np.array([[np.nan, np.nan]]))).all()
