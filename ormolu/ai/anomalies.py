"""Which periods of which series are abnormal: by the robust recipe, a weekday z-score, or a detector of pyod.

Every score is causal: it depends on the periods before alone, so a later run finds the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import numpy as np
import numpy.typing as npt

from ormolu.ai.outliers import OUTLIER_DETECTORS, flag_outliers
from ormolu.ai.panel import WEEK_DAYS, Floats, Panel, SeriesKey, weekly_panel
from ormolu.ai.seasonal import (
    HISTORY_DAYS_MIN,
    HISTORY_DAYS_MIN_WEEKLY,
    Forecast,
    forecast_days,
    forecast_weekdays,
    forecast_weeks,
    unstabilise,
)
from ormolu.definitions import Direction
from ormolu.errors import InvalidParameterValue

Mask = npt.NDArray[np.bool_]

DAILY_THRESHOLD = 5.0
WEEKLY_THRESHOLD = 4.5
WEEKDAY_THRESHOLD = 3.0
WEEKLY_CHANGE_MIN = 0.20
SENSITIVITY_DEFAULT = 0.95
OUTLIER_SCORE_MIN = 2.0  # a detector's outlier that lies inside the expected band is no news
DEFAULT_METHOD = "robust"


class Comparison(Enum):
    """COMPARE: each day against the days before it, or each whole week against the weeks before it."""

    DAILY = "day over day"
    WEEKLY = "week over week"


@dataclass(frozen=True, slots=True)
class Watch:
    """How to look. A sensitivity of 0.95 takes the recipe's thresholds; 0.99 less than half of them."""

    method: str = DEFAULT_METHOD
    direction: Direction = Direction.ANY
    comparison: Comparison = Comparison.DAILY
    sensitivity: float = SENSITIVITY_DEFAULT
    threshold: float | None = None  # instead of the method's own, in yardsticks
    change_min: float = WEEKLY_CHANGE_MIN  # of weeks
    holidays: Collection[date] = ()
    is_additive: bool = True

    @property
    def strictness(self) -> float:
        """What the thresholds are multiplied by."""
        return float(np.sqrt((1 - self.sensitivity) / (1 - SENSITIVITY_DEFAULT)))

    def threshold_or(self, usual: float) -> float:
        return self.threshold if self.threshold is not None else usual * self.strictness


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A period outside its expected band. The score is in yardsticks (robust standard deviations), signed."""

    series: SeriesKey
    period: date
    actual: float
    expected: float
    lower: float
    upper: float
    score: float
    change_percent: float | None
    direction: Direction
    method: str
    support: str


@dataclass(frozen=True, slots=True)
class Findings:
    """`short` are the series with not enough history to judge any of their periods."""

    anomalies: tuple[Anomaly, ...] = ()
    series: int = 0
    short: tuple[SeriesKey, ...] = ()
    history_days_min: int = HISTORY_DAYS_MIN


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a method says about every cell of a panel, band in the units of the measure."""

    score: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    is_odd: Mask
    notes: dict[tuple[int, int], str] = field(default_factory=dict)


Method = Callable[[Panel, Watch], tuple[Panel, Judgement]]


def methods() -> tuple[str, ...]:
    return (*_METHODS, *OUTLIER_DETECTORS)


def comparison_named(text: str | None) -> Comparison:
    """Read COMPARE's text; 22023 where it is none we know."""
    words = " ".join((text or Comparison.DAILY.value).lower().split())
    found = next((comparison for comparison in Comparison if comparison.value == words), None)
    if found is None:
        raise InvalidParameterValue(
            f"cannot compare '{text}'", hint="COMPARE takes 'day over day' or 'week over week'."
        )
    return found


def check_watch(watch: Watch) -> None:
    """22023 where the method is unknown or the sensitivity out of range."""
    if watch.method not in methods():
        raise InvalidParameterValue(
            f"there is no anomaly method '{watch.method}'", hint=f"One of {', '.join(methods())}."
        )
    if not 0 < watch.sensitivity < 1:
        raise InvalidParameterValue(
            f"sensitivity is {watch.sensitivity}", hint="Give a number between 0 and 1; 0.95 is usual."
        )


def find_anomalies(panel: Panel, watch: Watch) -> Findings:
    """The abnormal periods of a daily panel, oldest first."""
    check_watch(watch)
    minimum = HISTORY_DAYS_MIN_WEEKLY if watch.comparison is Comparison.WEEKLY else HISTORY_DAYS_MIN
    if panel.periods == 0:
        return Findings(history_days_min=minimum)
    compared, judgement = _METHODS.get(watch.method, _by_outliers)(panel, watch)
    is_odd = judgement.is_odd & _is_watched(judgement.score, watch.direction)
    found = [
        _anomaly(compared, judgement, watch, int(series), int(period))
        for period, series in np.argwhere(np.transpose(is_odd))
    ]
    has_score = np.asarray(np.isfinite(judgement.score).any(axis=1))
    short = tuple(key for key, is_judged in zip(panel.keys, has_score, strict=True) if not is_judged)
    return Findings(tuple(found), len(panel.keys), short, minimum)


def _is_watched(score: Floats, direction: Direction) -> Mask:
    match direction:
        case Direction.DROP:
            return score < 0
        case Direction.RISE:
            return score > 0
        case Direction.ANY:
            return np.isfinite(score)


def _anomaly(panel: Panel, judgement: Judgement, watch: Watch, series: int, period: int) -> Anomaly:
    cell = series, period
    actual, expected = float(panel.values[cell]), float(judgement.expected[cell])
    seen = int(np.isfinite(panel.values[series, :period]).sum())
    unit = "weeks" if panel.period_days == WEEK_DAYS else "days"
    note = judgement.notes.get(cell)
    return Anomaly(
        series=panel.keys[series],
        period=panel.period(period),
        actual=actual,
        expected=expected,
        lower=float(judgement.lower[cell]),
        upper=float(judgement.upper[cell]),
        score=float(judgement.score[cell]),
        change_percent=None if abs(expected) < 1e-9 else 100 * (actual - expected) / abs(expected),
        direction=Direction.DROP if judgement.score[cell] < 0 else Direction.RISE,
        method=watch.method,
        support=f"{seen} {unit} of history" + (f"; {note}" if note else ""),
    )


def _by_recipe(panel: Panel, watch: Watch) -> tuple[Panel, Judgement]:
    threshold = watch.threshold_or(WEEKLY_THRESHOLD if watch.comparison is Comparison.WEEKLY else DAILY_THRESHOLD)
    compared, forecast = _robust_forecast(panel, watch, threshold)
    return compared, _judged(compared, forecast, watch, threshold)


def _robust_forecast(panel: Panel, watch: Watch, threshold: float) -> tuple[Panel, Forecast]:
    daily = forecast_days(panel.values, threshold=threshold, holidays=_holidays(panel, watch))
    if watch.comparison is Comparison.DAILY:
        return panel, daily
    weekly = weekly_panel(panel, is_additive=watch.is_additive)
    day_before = [_day_before(panel, weekly, week) for week in range(weekly.periods)]
    has_day = np.asarray(day_before, dtype=np.int64) >= HISTORY_DAYS_MIN_WEEKLY - WEEK_DAYS
    scale = np.where(has_day[None, :], daily.scale[:, np.maximum(day_before, 0)], np.nan)
    return weekly, forecast_weeks(weekly.values, threshold=threshold, daily_scale=scale)


def _day_before(panel: Panel, weekly: Panel, week: int) -> int:
    lead = int((weekly.start - panel.start).astype(np.int64))
    return lead + week * WEEK_DAYS - 1


def _judged(panel: Panel, forecast: Forecast, watch: Watch, threshold: float) -> Judgement:
    expected = unstabilise(forecast.expected)
    score = forecast.scores
    is_odd = np.abs(score) > threshold
    if watch.comparison is Comparison.WEEKLY:
        is_odd &= np.abs(panel.values - expected) > watch.change_min * np.abs(expected)
    else:
        is_odd &= ~_holidays(panel, watch)
    lower = unstabilise(forecast.expected - threshold * forecast.scale)
    if not (panel.values < 0).any():
        lower = np.maximum(lower, 0.0)
    upper = unstabilise(forecast.expected + threshold * forecast.scale)
    return Judgement(score, expected, lower, upper, is_odd)


def _by_weekday(panel: Panel, watch: Watch) -> tuple[Panel, Judgement]:
    if watch.comparison is Comparison.WEEKLY:
        raise InvalidParameterValue(
            "the method 'zscore_dow' compares days", hint="Leave COMPARE out, or take the method 'robust'."
        )
    threshold = watch.threshold_or(WEEKDAY_THRESHOLD)
    holidays = _holidays(panel, watch)
    forecast = forecast_weekdays(panel.values, holidays=holidays)
    score = forecast.scores
    band = threshold * forecast.scale
    is_odd = (np.abs(score) > threshold) & ~holidays
    return panel, Judgement(score, forecast.expected, forecast.expected - band, forecast.expected + band, is_odd)


def _by_outliers(panel: Panel, watch: Watch) -> tuple[Panel, Judgement]:
    """A detector of pyod on the recipe's seasonal features: it says which periods, the recipe says the band."""
    threshold = WEEKLY_THRESHOLD if watch.comparison is Comparison.WEEKLY else DAILY_THRESHOLD
    compared, forecast = _robust_forecast(panel, watch, threshold)
    judged = _judged(compared, forecast, watch, threshold)
    is_outlier, notes = flag_outliers(watch.method, judged.score, strictness=watch.strictness)
    is_odd = is_outlier & (np.abs(judged.score) > OUTLIER_SCORE_MIN * watch.strictness)
    if watch.comparison is Comparison.DAILY:
        is_odd &= ~_holidays(panel, watch)
    return compared, Judgement(judged.score, judged.expected, judged.lower, judged.upper, is_odd, notes)


def _holidays(panel: Panel, watch: Watch) -> Mask:
    days = np.asarray([panel.period(number) in watch.holidays for number in range(panel.periods)], dtype=bool)
    return np.broadcast_to(days, panel.values.shape)


_METHODS: dict[str, Method] = {DEFAULT_METHOD: _by_recipe, "zscore_dow": _by_weekday}
