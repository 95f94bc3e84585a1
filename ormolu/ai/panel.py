"""Many series side by side on one calendar, by day or by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ormolu.errors import ProgramLimitExceeded

Floats = npt.NDArray[np.float64]
SeriesKey = tuple[tuple[str, object], ...]

DAYS_MAX = 20_000
CELLS_MAX = 50_000_000
WEEK_DAYS = 7
MONDAY = np.datetime64("1970-01-05", "D")  # any Monday


@dataclass(frozen=True, slots=True)
class Panel:
    """`values[s, p]` is series s in period p, NaN where nothing was observed.

    Periods lie `period_days` apart: 1, or 7 beginning on Mondays.
    """

    keys: tuple[SeriesKey, ...]
    start: np.datetime64
    values: Floats
    period_days: int = 1

    @property
    def periods(self) -> int:
        return int(self.values.shape[1])

    def period(self, number: int) -> date:
        return date.fromisoformat(str(self.start + np.timedelta64(number * self.period_days, "D")))


def daily_panel(table: pa.Table, *, time: str, value: str, per: Sequence[str] = (), is_additive: bool = True) -> Panel:
    """The series of `table`, one for each combination of `per`, from the first day of any to the last.

    In an additive measure a day without a row is 0 from the series' first day on, unless no series has a
    row that day: then the shop was closed or the load is late, and nothing was observed. Rows without a
    time are left out; a NULL, NaN or infinite value counts as not observed.
    """
    table = table.filter(pc.is_valid(table[time]))
    if table.num_rows == 0:
        return Panel((), np.datetime64("1970-01-01", "D"), np.empty((0, 0)))
    days = np.asarray(table[time].cast(pa.date32()).to_numpy(zero_copy_only=False), dtype="datetime64[D]")
    observed = np.asarray(pc.cast(table[value], pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    keys = _keys(table, per)
    names = sorted(set(keys), key=_sort_key)
    rows = {name: number for number, name in enumerate(names)}
    start = days.min()
    columns = (days - start).astype(np.int64)
    length = int(columns.max()) + 1
    if length > DAYS_MAX or length * len(names) > CELLS_MAX:
        raise ProgramLimitExceeded(
            f"{len(names)} series over {length} days are too many to watch at once",
            hint="Watch a coarser group, or a table with a shorter history.",
        )
    values = _filled([rows[key] for key in keys], columns, observed, (len(names), length), is_additive=is_additive)
    return Panel(tuple(names), start, values)


def weekly_panel(panel: Panel, *, is_additive: bool = True) -> Panel:
    """Totals (or means, of a measure that does not add up) of whole weeks from Monday to Sunday."""
    lead = int((MONDAY - panel.start).astype(np.int64)) % WEEK_DAYS
    weeks = max((panel.periods - lead) // WEEK_DAYS, 0)
    days = panel.values[:, lead : lead + weeks * WEEK_DAYS].reshape(len(panel.keys), weeks, WEEK_DAYS)
    seen = np.isfinite(days)
    sums = np.where(seen, days, 0.0).sum(axis=2)
    counts = seen.sum(axis=2)
    values = np.where(counts > 0, sums if is_additive else sums / np.maximum(counts, 1), np.nan)
    return Panel(panel.keys, panel.start + np.timedelta64(lead, "D"), values, WEEK_DAYS)


def _keys(table: pa.Table, per: Sequence[str]) -> list[SeriesKey]:
    columns = [table[name].to_pylist() for name in per]
    if not columns:
        return [()] * table.num_rows
    return [tuple(zip(per, values, strict=True)) for values in zip(*columns, strict=True)]


def _sort_key(key: SeriesKey) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, str(value)) for _, value in key)


def _filled(
    rows: list[int], columns: npt.NDArray[np.int64], observed: Floats, shape: tuple[int, int], *, is_additive: bool
) -> Floats:
    row = np.asarray(rows, dtype=np.int64)
    is_seen = np.isfinite(observed)
    totals = np.zeros(shape)
    counts = np.zeros(shape)
    np.add.at(totals, (row[is_seen], columns[is_seen]), observed[is_seen])
    np.add.at(counts, (row[is_seen], columns[is_seen]), 1.0)
    if not is_additive:
        return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)
    has_row = np.zeros(shape, dtype=bool)
    has_row[row, columns] = True
    is_open = has_row.any(axis=0)
    has_begun = np.maximum.accumulate(has_row, axis=1)
    is_zero = has_begun & is_open & ~has_row
    return np.where(counts > 0, totals, np.where(is_zero, 0.0, np.nan))
