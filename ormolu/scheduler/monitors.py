"""Runs of a monitor: read its series, find what is abnormal, explain it, and keep what is new."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ormolu.ai.anomalies import Anomaly, Comparison, Findings, Watch, check_watch, comparison_named, find_anomalies
from ormolu.ai.contributors import Contributors, contributors
from ormolu.ai.panel import WEEK_DAYS, Panel, daily_panel
from ormolu.definitions import Monitor
from ormolu.errors import FeatureNotSupported, InvalidParameterValue
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.findings import FoundAnomaly, kept_findings, new_findings, series_text
from ormolu.sql_extensions.dialect.reading import parse_expression
from ormolu.sql_extensions.queries import bind_query

PERIOD, VALUE = "_period", "_value"
BEFORE, AFTER = "_before", "_after"
ATTRIBUTES_MAX = 8
ROWS_MAX = 5_000_000
EXPLAINED_MAX = 500  # the most recent; older ones are kept without contributors
BASELINE_WEEKS = 4
SERIES_MAX = 10_000

RESULT_COLUMNS = (
    ("series", "text"),
    ("period", "date"),
    ("measure", "text"),
    ("actual", "double precision"),
    ("expected", "double precision"),
    ("score", "double precision"),
    ("change_percent", "double precision"),
)


@dataclass(frozen=True, slots=True)
class MeasureReading:
    """A measure's text, its series, and whether its parts add up to it."""

    measure: str
    table: pa.Table
    is_additive: bool


def run_monitor(monitor: Monitor, context: RunContext) -> RunResult:
    """Find and keep what is abnormal. Run twice over the same data, the second changes nothing."""
    watch = watch_of(monitor)
    found: list[FoundAnomaly] = []
    rows_in = 0
    until: date | None = None
    for measure in monitor.measures:
        reading = _read(monitor, measure.text, context)
        rows_in += reading.table.num_rows
        with context.step(f"score {measure.text}"):
            panel = daily_panel(
                reading.table, time=PERIOD, value=VALUE, per=monitor.per, is_additive=reading.is_additive
            )
            measured = replace(
                watch, is_additive=reading.is_additive, holidays=_holidays(monitor.options.text("holidays", ""), panel)
            )
            findings = _findings(monitor, panel, measured)
        _tell_short(findings, measure.text, context)
        until = panel.period(panel.periods - 1) if panel.periods else until
        found += _explained(monitor, reading, measured, findings.anomalies, context)
    kept = kept_findings(context.lake, monitor.name)
    statements = new_findings(monitor, kept, found, database=context.lake.database, run=context.run, at=context.now())
    result = RunResult(
        rows_in=rows_in,
        rows_out=len(found),
        record={"watched_until": until.isoformat() if until else None, "anomalies": len(found)},
        result=ResultTable(RESULT_COLUMNS, tuple(_row(anomaly) for anomaly in found)),
    )
    context.publish((), statements=statements, result=result)
    return result


def watch_of(monitor: Monitor) -> Watch:
    """How the monitor's options say to look; 22023 where they make no sense, 0A000 where they are not built."""
    for option in ("window", "min_history"):
        if monitor.options.find(option) is not None:
            raise FeatureNotSupported(f"the option {option} of a monitor is not supported yet")
    watch = Watch(
        method=monitor.options.text("method", "robust"),
        direction=monitor.detect,
        comparison=comparison_named(monitor.compare),
        sensitivity=_number(monitor, "sensitivity", 0.95),
        threshold=_number(monitor, "threshold", 0.0) or None,
        change_min=_number(monitor, "min_change", 20.0) / 100,
    )
    check_watch(watch)
    return watch


def _number(monitor: Monitor, option: str, default: float) -> float:
    text = monitor.options.text(option, str(default)).rstrip("% ")
    try:
        return float(text)
    except ValueError as error:
        raise InvalidParameterValue(f"{option} is '{text}', which is no number") from error


def _findings(monitor: Monitor, panel: Panel, watch: Watch) -> Findings:
    most = int(_number(monitor, "max_series", SERIES_MAX))
    if len(panel.keys) > most:
        raise InvalidParameterValue(
            f"{monitor.on} has {len(panel.keys)} series by {', '.join(monitor.per)}, more than {most}",
            hint="Watch a coarser group, or set max_series.",
        )
    return find_anomalies(panel, watch)


def _read(monitor: Monitor, measure: str, context: RunContext) -> MeasureReading:
    """The measure by day and series, computed by the engine."""
    tree = parse_expression(measure)
    query = _by_day(monitor, tree, list(monitor.per))
    with context.step(f"read {monitor.on}") as step:
        table = context.engine().arrow(bind_query(query, context.lake.head().find_relation).sql)
        step.rows = table.num_rows
    return MeasureReading(measure, table, is_additive(tree))


def is_additive(measure: exp.Expr) -> bool:
    """Whether the measure of a whole is the sum of its parts: sums and counts are, distinct counts are not."""
    measure = measure.this if isinstance(measure, exp.Filter) else measure
    name = measure.name.lower() if isinstance(measure, exp.Anonymous) else type(measure).__name__.lower()
    return name in ("sum", "count") and measure.find(exp.Distinct) is None


def _by_day(monitor: Monitor, measure: exp.Expr, columns: Sequence[str]) -> exp.Select:
    day = exp.cast(exp.column(monitor.time, quoted=True), "date")
    names = [exp.column(name, quoted=True) for name in columns]
    is_given = exp.column(monitor.time, quoted=True).is_(exp.null()).not_()
    return (
        exp.select(exp.alias_(day, PERIOD, quoted=True), *names, exp.alias_(measure.copy(), VALUE, quoted=True))
        .from_(exp.table_(monitor.on.name, db=monitor.on.schema, quoted=True))
        .where(is_given)
        .group_by(day.copy(), *[name.copy() for name in names])
    )


def _explained(
    monitor: Monitor, reading: MeasureReading, watch: Watch, anomalies: Sequence[Anomaly], context: RunContext
) -> list[FoundAnomaly]:
    parts = _parts(monitor, reading, context) if anomalies and reading.is_additive else None
    explain_from = len(anomalies) - EXPLAINED_MAX
    return [
        FoundAnomaly(
            measure=reading.measure,
            anomaly=anomaly,
            is_weekly=watch.comparison is Comparison.WEEKLY,
            contributors=_contributors(parts, monitor, anomaly, watch)
            if parts is not None and number >= explain_from
            else Contributors(0.0, ()),
        )
        for number, anomaly in enumerate(anomalies)
    ]


def _parts(monitor: Monitor, reading: MeasureReading, context: RunContext) -> pa.Table | None:
    """The measure by day, series and every attribute that may tell what goes with a change."""
    relation = context.lake.head().find_relation(monitor.on)
    if relation is None:
        return None
    attributes = [
        column.name
        for column in relation.columns
        if column.type.scalar.name in ("text", "varchar", "bpchar", "bool")
        and not column.type.dimensions
        and not column.is_hidden
        and not column.name.startswith("_")  # our own, which explain nothing
        and column.name not in (*monitor.per, monitor.time)
    ][:ATTRIBUTES_MAX]
    if not attributes:
        return None
    query = _by_day(monitor, parse_expression(reading.measure), [*monitor.per, *attributes]).limit(ROWS_MAX)
    with context.step("read attributes") as step:
        table = context.engine().arrow(bind_query(query, context.lake.head().find_relation).sql)
        step.rows = table.num_rows
    return table


def _contributors(parts: pa.Table, monitor: Monitor, anomaly: Anomaly, watch: Watch) -> Contributors:
    """The period against the mean of the four weeks before it, of the same weekday where days are compared."""
    is_weekly = watch.comparison is Comparison.WEEKLY
    if is_weekly:
        after = [anomaly.period + timedelta(days=number) for number in range(WEEK_DAYS)]
        before = [anomaly.period - timedelta(days=number + 1) for number in range(BASELINE_WEEKS * WEEK_DAYS)]
    else:
        after = [anomaly.period]
        before = [anomaly.period - timedelta(weeks=number + 1) for number in range(BASELINE_WEEKS)]
    is_series = None
    for name, value in anomaly.series:
        column = parts[name]
        is_equal = pc.is_null(column) if value is None else pc.equal(column, pa.scalar(value, column.type))
        same = pc.fill_null(is_equal, fill_value=False)
        is_series = same if is_series is None else pc.and_(is_series, same)
    rows = parts if is_series is None else parts.filter(is_series)
    days = rows[PERIOD].cast(pa.date32())
    amount = pc.fill_null(pc.cast(rows[VALUE], pa.float64()), 0.0)
    none = pa.scalar(0.0)
    in_after = pc.is_in(days, value_set=pa.array(after, pa.date32()))
    in_before = pc.is_in(days, value_set=pa.array(before, pa.date32()))
    compared = rows.append_column(
        BEFORE, pc.divide(pc.if_else(in_before, amount, none), float(BASELINE_WEEKS))
    ).append_column(AFTER, pc.if_else(in_after, amount, none))
    compared = compared.filter(pc.or_(in_after, in_before))
    attributes = [name for name in parts.column_names if name not in (PERIOD, VALUE, *monitor.per)]
    return contributors(compared, before=BEFORE, after=AFTER, attributes=attributes)


def _holidays(country: str, panel: Panel) -> Collection[date]:
    """The holidays of a country ('FR', 'US-CA') over the panel's years."""
    if not country or not panel.periods:
        return ()
    calendars: Any = import_module("holidays")  # costs a tenth of a second, and most monitors name no country
    years = range(panel.period(0).year, panel.period(panel.periods - 1).year + 1)
    name, _, part = country.partition("-")
    try:
        return frozenset(calendars.country_holidays(name, subdiv=part or None, years=years))
    except NotImplementedError as error:
        raise InvalidParameterValue(
            f"there are no holidays of '{country}'", hint="Give an ISO country code such as 'FR' or 'US-CA'."
        ) from error


def _tell_short(findings: Findings, measure: str, context: RunContext) -> None:
    if findings.series == 0:
        context.notice(f"{measure}: there is nothing to watch yet")
    elif findings.short:
        context.notice(
            f"{measure}: not enough history in {len(findings.short)} of {findings.series} series; "
            f"{findings.history_days_min} days are needed"
        )


def _row(found: FoundAnomaly) -> tuple[object, ...]:
    anomaly = found.anomaly
    return (
        series_text(anomaly.series),
        anomaly.period.isoformat(),
        found.measure,
        anomaly.actual,
        anomaly.expected,
        anomaly.score,
        anomaly.change_percent,
    )
