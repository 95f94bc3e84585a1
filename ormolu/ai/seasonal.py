"""What a period should have brought: level and weekly season, from the past alone, on a scale of even noise.

Counts and amounts spread wider where they are large; on 2*sqrt(y + 3/8) they do not (Anscombe 1948).
Medians and median deviations keep an odd week out of the yardstick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ormolu.ai.panel import WEEK_DAYS, Floats

Mask = npt.NDArray[np.bool_]

OFFSET = 3 / 8
MAD_TO_SIGMA = 1.4826  # of a normal distribution
MEAN_DEVIATION_TO_SIGMA = 1.2533
MEAN_DEVIATION_SHARE = 0.5
SCALE_SHARE_MIN = 0.01  # of the level: a series that never moved has no zero yardstick
PROFILE_WEEKS = 8
LEVEL_DAYS = 14
LEVEL_WEEKS = 4
SCALE_PERIODS = 112
FIRST_RESIDUAL_DAY = 14
HISTORY_DAYS_MIN = 21
HISTORY_DAYS_MIN_WEEKLY = 41
MASKED_PERIODS_MAX = 4  # in a row: then the new level is believed


@dataclass(frozen=True, slots=True)
class Forecast:
    """For every cell of a panel, on the stabilised scale: what was expected, and the yardstick (NaN: no history)."""

    actual: Floats
    expected: Floats
    scale: Floats

    @property
    def scores(self) -> Floats:
        return (self.actual - self.expected) / self.scale


def stabilise(values: Floats) -> Floats:
    """2*sqrt(y + 3/8), continued below zero point-symmetrically."""
    size = 2 * np.sqrt(np.abs(values) + OFFSET)
    return np.where(values < 0, 2 * _AT_ZERO - size, size)


def unstabilise(values: Floats) -> Floats:
    size = np.where(values < _AT_ZERO, 2 * _AT_ZERO - values, values)
    amounts = (size / 2) ** 2 - OFFSET
    return np.where(values < _AT_ZERO, -amounts, amounts)


_AT_ZERO = 2 * float(np.sqrt(OFFSET))


def forecast_days(values: Floats, *, threshold: float, holidays: Mask) -> Forecast:
    """Day by day from the days before: weekday profile over 8 weeks, level over 14 days; odd days left out."""
    actual = stabilise(values)
    expected = np.full_like(actual, np.nan)
    scale = np.full_like(actual, np.nan)
    usable = np.where(holidays, np.nan, actual)
    residuals = np.full_like(actual, np.nan)
    begins = _first_observed(values)
    alerts_in_row = np.zeros(len(values), dtype=np.int64)
    for day in range(FIRST_RESIDUAL_DAY, values.shape[1]):
        is_ready = day - begins >= FIRST_RESIDUAL_DAY
        expected[:, day] = np.where(is_ready, _expected_day(usable, day), np.nan)
        residuals[:, day] = usable[:, day] - expected[:, day]
        yardstick = _yardstick(residuals[:, max(day - SCALE_PERIODS, 0) : day], expected[:, day])
        scale[:, day] = np.where(day - begins >= HISTORY_DAYS_MIN, yardstick, np.nan)
        is_odd = np.abs(residuals[:, day]) > threshold * scale[:, day]
        alerts_in_row = np.where(is_odd, alerts_in_row + 1, 0)
        is_masked = is_odd & (alerts_in_row <= MASKED_PERIODS_MAX)
        usable[is_masked, day] = np.nan
    return Forecast(actual, expected, scale)


def forecast_weeks(values: Floats, *, threshold: float, daily_scale: Floats) -> Forecast:
    """Week by week against the median of the four before; an odd week is left out of later medians.

    `daily_scale` is the yardstick of the days before each week: where noise grows with the level, the
    stabilised totals of a week spread as its days do. The wider of the two yardsticks is taken.
    """
    actual = stabilise(values)
    expected = np.full_like(actual, np.nan)
    scale = np.full_like(actual, np.nan)
    usable = actual.copy()
    residuals = np.full_like(actual, np.nan)
    alerts_in_row = np.zeros(len(values), dtype=np.int64)
    for week in range(LEVEL_WEEKS, values.shape[1]):
        before = usable[:, week - LEVEL_WEEKS : week]
        has_level = np.isfinite(before).sum(axis=1) >= LEVEL_WEEKS - 1
        expected[:, week] = np.where(has_level, median(before), np.nan)
        residuals[:, week] = actual[:, week] - expected[:, week]
        past = residuals[:, max(week - SCALE_PERIODS, 0) : week]
        weekly = np.where(np.isfinite(past).sum(axis=1) >= PROFILE_WEEKS, _yardstick(past, expected[:, week]), np.nan)
        scale[:, week] = np.fmax(weekly, daily_scale[:, week])
        is_odd = np.abs(residuals[:, week]) > threshold * scale[:, week]
        alerts_in_row = np.where(is_odd, alerts_in_row + 1, 0)
        is_masked = is_odd & (alerts_in_row <= MASKED_PERIODS_MAX)
        usable[is_masked, week] = np.nan
    return Forecast(actual, expected, scale)


def forecast_weekdays(values: Floats, *, holidays: Mask) -> Forecast:
    """Each day against mean and spread of the same weekday in the eight weeks before, unstabilised."""
    usable = np.where(holidays, np.nan, values)
    expected = np.full_like(values, np.nan)
    scale = np.full_like(values, np.nan)
    begins = _first_observed(values)
    for day in range(HISTORY_DAYS_MIN, values.shape[1]):
        same = usable[:, max(day - PROFILE_WEEKS * WEEK_DAYS, day % WEEK_DAYS) : day : WEEK_DAYS]
        seen = np.isfinite(same)
        count = seen.sum(axis=1)
        mean = np.where(seen, same, 0.0).sum(axis=1) / np.maximum(count, 1)
        spread = np.sqrt(np.where(seen, (same - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count - 1, 1))
        is_ready = (day - begins >= HISTORY_DAYS_MIN) & (count >= 3)
        expected[:, day] = np.where(is_ready, mean, np.nan)
        scale[:, day] = np.where(is_ready, np.maximum(spread, SCALE_SHARE_MIN * np.abs(mean) + 1e-9), np.nan)
    return Forecast(values, expected, scale)


def median(values: Floats) -> Floats:
    """The median of each row (last axis), missing values left out; NaN where all are missing."""
    ordered = np.sort(values, axis=-1)  # puts NaN last
    count = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    low = np.maximum((count - 1) // 2, 0)
    high = np.minimum(np.maximum(count // 2, 0), ordered.shape[-1] - 1)
    middle = (np.take_along_axis(ordered, low, axis=-1) + np.take_along_axis(ordered, high, axis=-1)) / 2
    result: Floats = middle[..., 0]
    return result


def _expected_day(usable: Floats, day: int) -> Floats:
    window = PROFILE_WEEKS * WEEK_DAYS
    past = usable[:, max(day - window, 0) : day]
    if past.shape[1] < window:
        past = np.pad(past, ((0, 0), (window - past.shape[1], 0)), constant_values=np.nan)
    weeks = past.reshape(len(past), PROFILE_WEEKS, WEEK_DAYS)  # position 0 is the weekday of `day`
    profile = median(np.swapaxes(weeks - median(weeks)[:, :, None], 1, 2))
    profile = np.where(np.isfinite(profile), profile, 0.0)
    recent = weeks[:, -LEVEL_DAYS // WEEK_DAYS :, :] - profile[:, None, :]
    return median(recent.reshape(len(past), -1)) + profile[:, 0]


def _yardstick(residuals: Floats, level: Floats) -> Floats:
    """The spread of residuals: their median deviation, but no less than half of what their mean deviation says.

    In a series of few sales most residuals are equal, and the median deviation alone would call any sale odd.
    """
    deviation = np.abs(residuals - median(residuals)[:, None])
    seen = np.isfinite(deviation)
    mean = np.where(seen, deviation, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    spread = np.fmax(MAD_TO_SIGMA * median(deviation), MEAN_DEVIATION_SHARE * MEAN_DEVIATION_TO_SIGMA * mean)
    result: Floats = np.maximum(spread, SCALE_SHARE_MIN * np.maximum(np.abs(level), 1.0))
    return result


def _first_observed(values: Floats) -> npt.NDArray[np.int64]:
    seen = np.isfinite(values)
    begins: npt.NDArray[np.int64] = np.where(seen.any(axis=1), seen.argmax(axis=1), values.shape[1]).astype(np.int64)
    return begins
