"""Columns worth computing for trends: moving averages, lags, and changes, as SELECT expressions."""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from ormolu.ai.profile import ColumnProfile, profile
from ormolu.ai.semantics import Semantic
from ormolu.ai.suggestions import Suggestion
from ormolu.definitions import TableName

MEASURES_MAX = 3
GROUP_ROWS_MIN = 8  # a moving average over fewer rows a group smooths nothing
WINDOW_ROWS = 7


def suggest_features(name: TableName, table: pa.Table) -> tuple[Suggestion, ...]:
    """For each measure, in the order of the first time column: moving average, lag, and change to the row before.

    The group is the identifier or dimension with the most values that still has eight rows each.
    """
    columns = profile(table)
    times = [column for column in columns if column.semantic is Semantic.TIMESTAMP and column.present]
    measures = [column for column in columns if column.semantic is Semantic.MEASURE and column.distinct > 1]
    if not times or not measures:
        return ()
    time, group = times[0], _group(columns, table.num_rows)
    found = []
    for measure in measures[:MEASURES_MAX]:
        for label, expression in _expressions(measure.name, time.name, group.name if group else None):
            query = exp.select("*", exp.alias_(expression, label, quoted=False)).from_(
                exp.table_(name.name, db=name.schema, quoted=True)
            )
            of_group = f" of each {group.name}" if group else ""
            reason = f"{label}: {measure.name}{of_group} in the order of {time.name}"
            support = measure.present / max(measure.rows, 1)
            found.append(Suggestion("features", measure.name, query.sql(dialect="postgres"), reason, support))
    return tuple(found)


def _group(columns: tuple[ColumnProfile, ...], rows: int) -> ColumnProfile | None:
    usable = [
        column
        for column in columns
        if column.semantic in (Semantic.DIMENSION, Semantic.IDENTIFIER, Semantic.COUNTRY)
        and column.distinct > 1
        and column.distinct * GROUP_ROWS_MIN <= rows
    ]
    return max(usable, key=lambda column: column.distinct, default=None)


def _expressions(measure: str, time: str, group: str | None) -> list[tuple[str, exp.Expression]]:
    value = exp.column(measure, quoted=True)
    order = exp.Order(expressions=[exp.Ordered(this=exp.column(time, quoted=True), nulls_first=False)])
    partition = [exp.column(group, quoted=True)] if group else []

    def over(function: exp.Expression, *, spec: exp.WindowSpec | None = None) -> exp.Window:
        return exp.Window(
            this=function, partition_by=[part.copy() for part in partition], order=order.copy(), spec=spec
        )

    last_rows = exp.WindowSpec(
        kind="ROWS",
        start=exp.Literal.number(WINDOW_ROWS - 1),
        start_side="PRECEDING",
        end="CURRENT ROW",
    )
    before = over(exp.Lag(this=value.copy(), offset=exp.Literal.number(1)))
    base = "".join(letter if letter.isalnum() else "_" for letter in measure.lower())
    return [
        (f"{base}_average_{WINDOW_ROWS}", over(exp.Avg(this=value.copy()), spec=last_rows)),
        (f"{base}_before", before),
        (f"{base}_change", exp.Sub(this=value.copy(), expression=before.copy())),
    ]
