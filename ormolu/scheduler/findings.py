"""Anomalies as the catalog's database keeps them: what is new, what people said of it, and its telling."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from ormolu.ai.anomalies import Anomaly
from ormolu.ai.contributors import Contributor, Contributors
from ormolu.ai.narrate import Story, explain, summarize
from ormolu.ai.panel import SeriesKey
from ormolu.catalog.lake import Lake
from ormolu.catalog.schema import anomalies, runs
from ormolu.definitions import Kind, Monitor
from ormolu.errors import InvalidParameterValue, UndefinedObject
from ormolu.scheduler.runs import Run, RunStatus

OPEN = "open"
MEASURED = ("actual", "expected", "lower", "upper", "score", "change_percent", "direction", "method", "support")
SERIES_KEY_LENGTH_MAX = 1_000
DECIMALS = 6  # beyond them is the noise of binary fractions
WEEKLY = "week over week"
DAILY = "day over day"
INTERVAL = re.compile(r"\s*(\d+)\s*(day|week|month|year)s?\s*", re.IGNORECASE)
INTERVAL_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}

FindingKey = tuple[str, str, datetime]


@dataclass(frozen=True, slots=True)
class FoundAnomaly:
    """An anomaly of one measure, and what goes with it."""

    measure: str
    anomaly: Anomaly
    is_weekly: bool
    contributors: Contributors

    @property
    def key(self) -> FindingKey:
        at = datetime.combine(self.anomaly.period, time(), UTC)
        return self.measure, series_key(self.anomaly.series), at


def kept_findings(lake: Lake, monitor: str) -> dict[FindingKey, sa.Row[Any]]:
    """What earlier runs of the monitor found, by what makes an anomaly the same one."""
    with lake.engine.connect() as connection:
        rows = connection.execute(
            sa.select(anomalies).where(anomalies.c.database == lake.database, anomalies.c.monitor == monitor)
        ).all()
    return {(row.measure, row.series_key, row.period): row for row in rows}


def new_findings(
    monitor: Monitor,
    kept: Mapping[FindingKey, sa.Row[Any]],
    found: Sequence[FoundAnomaly],
    *,
    database: str,
    run: Run,
    at: datetime,
) -> list[sa.Executable]:
    """The statements that bring what is kept up to date: nothing where nothing changed.

    What people said (status, note) stays. An open anomaly that late or corrected data explains away is
    removed; one that someone has looked at is not.
    """
    statements: list[sa.Executable] = []
    for item in found:
        row = _row(monitor, item, database)
        known = kept.get(item.key)
        if known is None:
            values = row | {"status": OPEN, "run_id": run.run_id, "detected_at": at}
            statements.append(sa.insert(anomalies).values(values))
        elif any(_differs(getattr(known, name), row[name]) for name in MEASURED):
            statements.append(sa.update(anomalies).where(anomalies.c.anomaly_id == known.anomaly_id).values(row))
    still = {item.key for item in found}
    gone = [row.anomaly_id for key, row in kept.items() if key not in still and row.status == OPEN]
    if gone:
        statements.append(sa.delete(anomalies).where(anomalies.c.anomaly_id.in_(gone), anomalies.c.status == OPEN))
    return statements


def monitor_of(lake: Lake, anomaly_id: int) -> str | None:
    """The monitor that found the anomaly; None where there is no such anomaly."""
    with lake.engine.connect() as connection:
        found = connection.execute(
            sa.select(anomalies.c.monitor).where(
                anomalies.c.database == lake.database, anomalies.c.anomaly_id == anomaly_id
            )
        ).scalar()
    return None if found is None else str(found)


def explain_anomaly(lake: Lake, anomaly_id: int) -> list[str]:
    """EXPLAIN ANOMALY n: one sentence a line."""
    with lake.engine.connect() as connection:
        row = connection.execute(
            sa.select(anomalies).where(anomalies.c.database == lake.database, anomalies.c.anomaly_id == anomaly_id)
        ).first()
    if row is None:
        raise UndefinedObject(f"anomaly {anomaly_id} does not exist", hint="SELECT * FROM lake.anomalies")
    return explain(_story(row))


def summarize_anomalies(lake: Lake, monitor: str, since: str | None = None) -> list[str]:
    """SUMMARIZE ANOMALIES FROM monitor [SINCE 'interval']: the interval ends with the last day the monitor saw."""
    if lake.head().definitions.find(Kind.MONITOR, monitor) is None:
        raise UndefinedObject(f'monitor "{monitor}" does not exist', hint="CREATE MONITOR comes first.")
    rows = [row for row in kept_findings(lake, monitor).values() if row.status != "expected"]
    if since is not None:
        start = _last_day(lake, monitor, rows) - timedelta(days=_days(since))
        rows = [row for row in rows if row.period.date() > start]
    return summarize(monitor, [_story(row) for row in sorted(rows, key=lambda row: row.anomaly_id)], since=since)


def series_key(series: SeriesKey) -> str:
    """One text for a series; equal series give equal texts."""
    return json.dumps(_series(series), sort_keys=True, ensure_ascii=False)[:SERIES_KEY_LENGTH_MAX]


def series_text(series: SeriesKey) -> str:
    return ", ".join(f"{name} {value}" for name, value in series) or "all"


def _series(series: SeriesKey) -> dict[str, Any]:  # JSON
    return {name: value if isinstance(value, str | int | bool | None) else str(value) for name, value in series}


def _row(monitor: Monitor, item: FoundAnomaly, database: str) -> dict[str, Any]:
    measure, key, period = item.key
    anomaly = item.anomaly
    return {
        "database": database,
        "monitor": monitor.name,
        "table_name": str(monitor.on),
        "measure": measure,
        "series": _series(anomaly.series),
        "series_key": key,
        "period": period,
        "actual": round(anomaly.actual, DECIMALS),
        "expected": round(anomaly.expected, DECIMALS),
        "lower": round(anomaly.lower, DECIMALS),
        "upper": round(anomaly.upper, DECIMALS),
        "score": round(anomaly.score, DECIMALS),
        "change_percent": None if anomaly.change_percent is None else round(anomaly.change_percent, DECIMALS),
        "direction": anomaly.direction.value,
        "method": anomaly.method,
        "support": anomaly.support,
        "contributors": _contributors_record(item),
    }


def _contributors_record(item: FoundAnomaly) -> dict[str, Any]:  # JSON
    return {
        "compare": WEEKLY if item.is_weekly else DAILY,
        "change": item.contributors.change,
        "top": [
            {
                "attributes": {name: None if value is None else str(value) for name, value in segment.attributes},
                "before": segment.before,
                "after": segment.after,
                "share": segment.share,
            }
            for segment in item.contributors.top
        ],
    }


def _story(row: sa.Row[Any]) -> Story:
    found = row.contributors or {}
    top = tuple(
        Contributor(tuple(part["attributes"].items()), part["before"], part["after"], part["share"])
        for part in found.get("top", ())
    )
    return Story(
        measure=row.measure,
        table=row.table_name,
        series=row.series,
        period=row.period.date(),
        is_weekly=found.get("compare") == WEEKLY,
        actual=row.actual,
        expected=row.expected,
        lower=row.lower,
        upper=row.upper,
        score=row.score,
        change_percent=row.change_percent,
        method=row.method,
        support=row.support or "",
        contributors=Contributors(found.get("change", 0.0), top),
        status=row.status,
        note=row.note,
    )


def _differs(kept: object, found: object) -> bool:
    if isinstance(kept, float) and isinstance(found, float):
        return abs(kept - found) > 1e-6 * max(1.0, abs(kept))
    return kept != found


def _last_day(lake: Lake, monitor: str, rows: Sequence[sa.Row[Any]]) -> date:
    """The last day that the monitor's newest run saw; without one, the day of its newest anomaly."""
    with lake.engine.connect() as connection:
        records = connection.execute(
            sa.select(runs.c.record)
            .where(
                runs.c.database == lake.database,
                runs.c.object == monitor,
                runs.c.status == RunStatus.SUCCEEDED.value,
            )
            .order_by(runs.c.run_id.desc())
        ).scalars()
        for record in records:
            if record and record.get("watched_until"):
                return date.fromisoformat(record["watched_until"])
    return max((row.period.date() for row in rows), default=date.min + timedelta(days=400_000))


def _days(interval: str) -> int:
    match = INTERVAL.fullmatch(interval)
    if match is None:
        raise InvalidParameterValue(f"'{interval}' is no span of days", hint="Write '7 days', '4 weeks', '3 months'.")
    return int(match[1]) * INTERVAL_DAYS[match[2].lower()]
