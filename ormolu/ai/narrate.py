"""Anomalies in plain English, from templates: the same facts always give the same words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ormolu.ai.contributors import Contributor, Contributors

SUMMARY_SERIES_MAX = 5
THOUSAND = 1_000
SUM = re.compile(r"sum\(([a-z_][a-z0-9_]*)\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Story:
    """An anomaly as it is kept, with everything its telling needs."""

    measure: str
    table: str
    series: Mapping[str, object]
    period: date
    is_weekly: bool
    actual: float
    expected: float
    lower: float
    upper: float
    score: float
    change_percent: float | None
    method: str
    support: str
    contributors: Contributors
    status: str = "open"
    note: str | None = None


def explain(story: Story) -> list[str]:
    """What happened, how sure that is, and what goes with it: one sentence a line."""
    lines = [
        _headline(story),
        f"The expected band was {amount(story.lower)} to {amount(story.upper)}; "
        f"the score is {story.score:+.1f} ({story.method}, {story.support}).",
        *_contributions(story.contributors),
    ]
    if story.status != "open":
        lines.append(f"It is marked {story.status}" + (f": {story.note}." if story.note else "."))
    return lines


def summarize(monitor: str, stories: Sequence[Story], *, since: str | None = None) -> list[str]:
    """A paragraph for the owner: how many, which series most, and what goes with each."""
    span = f" in the last {since}" if since else ""
    if not stories:
        return [f"{monitor} found nothing abnormal{span}."]
    drops = sum(story.actual < story.expected for story in stories)
    rises = len(stories) - drops
    groups: dict[str, list[Story]] = {}
    for story in stories:
        groups.setdefault(_series(story), []).append(story)
    order = sorted(groups.items(), key=lambda group: (-sum(map(_size, group[1])), group[0]))
    first = min(story.period for story in stories)
    last = max(story.period for story in stories)
    lines = [
        f"{monitor} found {_count(len(stories), 'anomaly', 'anomalies')}{span}, "
        f"{_count(drops, 'decline')} and {_count(rises, 'rise')}, "
        f"in {_count(len(groups), 'series', 'series')} between {first} and {last}."
    ]
    for _, found in order[:SUMMARY_SERIES_MAX]:
        worst = max(found, key=_size)
        others = len(found) - 1
        more = f" ({_count(others, 'more anomaly', 'more anomalies')} in this series)" if others else ""
        lines.append(_headline(worst).rstrip(".") + more + ".")
        lines.extend(_contributions(worst.contributors)[:1])
    if len(order) > SUMMARY_SERIES_MAX:
        lines.append(f"{len(order) - SUMMARY_SERIES_MAX} other series are in lake.anomalies.")
    return lines


def amount(value: float) -> str:
    """A number as a person writes it: no decimals from a thousand up, at most two below, never -0."""
    if abs(value) >= THOUSAND:
        return f"{value:,.0f}"
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _headline(story: Story) -> str:
    when = f"in the week of {story.period}" if story.is_weekly else f"on {story.period}"
    verb = "fell" if story.actual < story.expected else "rose"
    if story.change_percent is None:
        change = f"{verb} to {amount(story.actual)} where {amount(story.expected)} was expected"
    else:
        change = (
            f"{verb} {abs(story.change_percent):.0f} %: {amount(story.actual)} "
            f"where about {amount(story.expected)} was expected"
        )
    return f"{_measure(story.measure)} of {_series(story)} {when} {change}."


def _measure(text: str) -> str:
    """`sum(net_revenue)` is "Net revenue" to a reader; any other measure keeps its own words."""
    match = SUM.fullmatch(text)
    return match[1].replace("_", " ").capitalize() if match else text


def _contributions(found: Contributors) -> list[str]:
    if not found.top:
        return []
    first = found.top[0]
    if found.is_clear:
        lines = [f"This is consistent with {_segment(first, found.change)}."]
    else:
        listed = "; ".join(_segment(segment, found.change) for segment in found.top)
        lines = [f"Several segments moved together, none explains 60 % alone: {listed}."]
    against = [segment for segment in found.top[1:] if segment.share > 0.1] if found.is_clear else []
    if against:
        lines.append(f"Next: {'; '.join(_segment(segment, found.change) for segment in against)}.")
    return lines


def _segment(segment: Contributor, change: float) -> str:
    names = " and ".join(f"{name} {_value(value)}" for name, value in segment.attributes)
    noun = "fall" if change < 0 else "rise"
    return (
        f"{names} ({amount(segment.before)} before, {amount(segment.after)} then: "
        f"{100 * segment.share:.0f} % of the {noun})"
    )


def _series(story: Story) -> str:
    if not story.series:
        return story.table
    return ", ".join(f"{name} {_value(value)}" for name, value in story.series.items())


def _value(value: object) -> str:
    return "unknown" if value is None else str(value)


def _size(story: Story) -> float:
    return abs(story.actual - story.expected)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
