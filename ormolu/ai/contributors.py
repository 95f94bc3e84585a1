"""What goes with a change: the segments, by one attribute or two, that account for most of it.

Shares say what a change is consistent with; none of this proves a cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc

CLEAR_SHARE = 0.6  # below it, no single segment tells the story
SEGMENTS_MAX = 3
SEGMENT_VALUES_MAX = 5_000
PAIR_GAIN_MIN = 0.05  # a pair of attributes must explain this much more than one of them alone


@dataclass(frozen=True, slots=True)
class Contributor:
    """A segment and its part in the change; `share` is of the whole change, over 1 where others went the other way."""

    attributes: tuple[tuple[str, object], ...]
    before: float
    after: float
    share: float

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Contributors:
    """`is_clear`: the first segment alone explains at least 60 % of the change."""

    change: float
    top: tuple[Contributor, ...]

    @property
    def is_clear(self) -> bool:
        return bool(self.top) and self.top[0].share >= CLEAR_SHARE


@dataclass(frozen=True, slots=True)
class RatioChange:
    """Why a ratio such as average price moved: its own segments' ratios, their mix, and (of the total) the volume."""

    price: float
    volume: float
    mix: float

    @property
    def total(self) -> float:
        return self.price + self.volume + self.mix


def contributors(table: pa.Table, *, before: str, after: str, attributes: Sequence[str]) -> Contributors:
    """Rank the segments of `table`, whose columns `before` and `after` hold comparable amounts.

    The attribute whose three foremost segments explain most, in proportion to how few they are, is
    chosen: a hundred products always add up to more than four regions do, and say less.
    """
    totals = [float(pc.sum(pc.fill_null(table[column], 0.0)).as_py() or 0.0) for column in (before, after)]
    change = totals[1] - totals[0]
    if table.num_rows == 0 or abs(change) < 1e-9:
        return Contributors(change, ())
    singles: dict[tuple[str, ...], list[Contributor]] = {
        (name,): _segments(table, (name,), before, after, change) for name in attributes if name in table.column_names
    }
    usable = {names: found for names, found in singles.items() if 1 < len(found) <= SEGMENT_VALUES_MAX}
    if not usable:
        return Contributors(change, ())
    best = max(usable, key=lambda names: _worth(usable[names]))
    if usable[best][0].share < CLEAR_SHARE:
        pairs = {
            pair: _segments(table, pair, before, after, change)
            for pair in combinations([names[0] for names in usable], 2)
        }
        usable |= {
            pair: found
            for pair, found in pairs.items()
            if len(found) <= SEGMENT_VALUES_MAX and found[0].share >= usable[best][0].share + PAIR_GAIN_MIN
        }
        best = max(usable, key=lambda names: _worth(usable[names]))
    return Contributors(change, tuple(usable[best][:SEGMENTS_MAX]))


def explain_ratio(table: pa.Table, *, weight: tuple[str, str], amount: tuple[str, str]) -> RatioChange:
    """Split the change of an amount (price x volume by segment) into price, volume and mix; the three add up.

    `weight` and `amount` name the columns before and after.
    """
    weights = [[float(value or 0) for value in table[name].to_pylist()] for name in weight]
    amounts = [[float(value or 0) for value in table[name].to_pylist()] for name in amount]
    weight_before, weight_after = sum(weights[0]), sum(weights[1])
    average = sum(amounts[0]) / weight_before if weight_before else 0.0
    volume = (weight_after - weight_before) * average
    price = mix = 0.0
    for w0, w1, a0, a1 in zip(*weights, *amounts, strict=True):
        old_price = a0 / w0 if w0 else average
        new_price = a1 / w1 if w1 else old_price
        price += w1 * (new_price - old_price)
        mix += (w1 - w0) * (old_price - average)
    return RatioChange(price=price, volume=volume, mix=mix)


def _segments(table: pa.Table, names: tuple[str, ...], before: str, after: str, change: float) -> list[Contributor]:
    """The segments by `names`, those that moved with the change foremost."""
    grouped = table.group_by(list(names)).aggregate([(before, "sum"), (after, "sum")])
    found = [
        Contributor(
            attributes=tuple((name, row[name]) for name in names),
            before=float(row[f"{before}_sum"] or 0.0),
            after=float(row[f"{after}_sum"] or 0.0),
            share=(float(row[f"{after}_sum"] or 0.0) - float(row[f"{before}_sum"] or 0.0)) / change,
        )
        for row in grouped.to_pylist()
    ]
    return sorted(found, key=lambda segment: (-segment.share, str(segment.attributes)))


def _worth(segments: Sequence[Contributor]) -> tuple[float, bool]:
    """What the foremost segment explains beyond its even share; of equals, the one that is no mere number."""
    names = [name for name, _ in segments[0].attributes]
    return round(segments[0].share - 1 / len(segments), 2), not any(name.endswith("id") for name in names)
