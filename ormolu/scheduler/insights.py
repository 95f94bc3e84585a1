"""Runs that look at data and say what they see: PROFILE, SUGGEST and monitors."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pyarrow as pa
import sqlalchemy as sa
from sqlglot import exp

from ormolu.ai.column_types import suggest_types
from ormolu.ai.features import suggest_features
from ormolu.ai.profile import ColumnProfile, as_record, profile
from ormolu.ai.rules import suggest_keys, suggest_rules
from ormolu.ai.silver_draft import suggest_table
from ormolu.ai.suggestions import Suggestion
from ormolu.ai.tags import suggest_tags
from ormolu.catalog.schema import profiles, suggestions
from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported, UndefinedTable
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.findings import explain_anomaly, summarize_anomalies
from ormolu.scheduler.monitors import run_monitor
from ormolu.sql_extensions.queries import bind_query

__all__ = ["explain_anomaly", "run_monitor", "run_profile", "run_suggest", "summarize_anomalies"]

ROWS_MAX = 1_000_000
SUGGESTIONS_MAX = 999  # of one run: their ids are the run's id and three digits

PROFILE_COLUMNS = (
    ("column_name", "text"),
    ("type", "text"),
    ("semantic_type", "text"),
    ("rows", "bigint"),
    ("nulls", "bigint"),
    ("distinct_values", "bigint"),
    ("minimum", "text"),
    ("maximum", "text"),
    ("mean", "double precision"),
    ("top_values", "text"),
    ("remarks", "text"),
)
SUGGESTION_COLUMNS = (
    ("suggestion_id", "bigint"),
    ("kind", "text"),
    ("subject", "text"),
    ("statement", "text"),
    ("reason", "text"),
    ("support", "double precision"),
)

SUGGEST: dict[str, Callable[[TableName, pa.Table], tuple[Suggestion, ...]]] = {
    "types": suggest_types,
    "table": suggest_table,
    "rules": suggest_rules,
    "keys": suggest_keys,
    "tags": suggest_tags,
    "features": suggest_features,
}


def run_profile(subject: str, context: RunContext) -> RunResult:
    """Profile a relation, keep the profile, and answer one row a column."""
    name = _table_name(subject)
    table = _read(name, context)
    with context.step("profile"):
        found = profile(table)
    result = RunResult(
        rows_in=table.num_rows,
        rows_out=len(found),
        result=ResultTable(PROFILE_COLUMNS, tuple(_profile_row(column) for column in found)),
    )
    row = {
        "database": context.lake.database,
        "table_name": str(name),
        "run_id": context.run.run_id,
        "profiled_at": context.now(),
        "columns": [dict(as_record(column)) for column in found],
    }
    context.publish((), statements=[sa.insert(profiles).values(row)], result=result)
    return result


def run_suggest(what: str, subject: str, context: RunContext) -> RunResult:
    """Suggest and keep what was not suggested before; what someone refused stays refused and is not shown."""
    suggest = SUGGEST.get(what)
    if suggest is None:
        raise FeatureNotSupported(
            f"SUGGEST {what.upper()} is not supported yet", hint=f"Ask for {', '.join(sorted(SUGGEST)).upper()}."
        )
    name = _table_name(subject)
    table = _read(name, context)
    with context.step("suggest"):
        found = suggest(name, table)[:SUGGESTIONS_MAX]
    known = _known(name, context)
    numbers = count(context.run.run_id * (SUGGESTIONS_MAX + 1) + 1)
    rows, new = [], []
    for suggestion in found:
        key = (suggestion.kind, suggestion.subject, suggestion.statement)
        number, status = known.get(key, (None, "open"))
        if number is None:
            number = next(numbers)
            new.append(_suggestion_row(number, name, suggestion, context))
        if status == "open":
            rows.append((number, *key, suggestion.reason, suggestion.support))
    result = RunResult(rows_in=table.num_rows, rows_out=len(rows), result=ResultTable(SUGGESTION_COLUMNS, tuple(rows)))
    context.publish((), statements=[sa.insert(suggestions).values(new)] if new else [], result=result)
    return result


def _read(name: TableName, context: RunContext) -> pa.Table:
    """The relation's data, without our own columns; at most a million rows of it."""
    head = context.lake.head()
    relation = head.find_relation(name)
    if relation is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    data = [column.name for column in relation.columns if not column.is_hidden and not column.name.startswith("_")]
    query = exp.select(*(exp.column(exp.to_identifier(column, quoted=True)) for column in data))
    query = query.from_(exp.table_(name.name, db=name.schema, quoted=True)).limit(ROWS_MAX)
    bound = bind_query(query, head.find_relation)
    with context.step("read") as step:
        table = context.engine().arrow(bound.sql)
        step.rows = table.num_rows
    if table.num_rows == ROWS_MAX:
        context.notice(f"only the first {ROWS_MAX:,} rows of {name} were looked at")
    return table


def _table_name(subject: str) -> TableName:
    schema, _, name = subject.partition(".")
    return TableName(schema, name)


def _profile_row(column: ColumnProfile) -> tuple[object, ...]:
    return (
        column.name,
        column.type,
        column.semantic.value if column.semantic else None,
        column.rows,
        column.nulls,
        column.distinct,
        column.minimum,
        column.maximum,
        column.mean,
        ", ".join(f"{value} ({times})" for value, times in column.top) or None,
        "; ".join(column.remarks()) or None,
    )


def _known(name: TableName, context: RunContext) -> dict[tuple[str, str, str], tuple[int, str]]:
    with context.lake.engine.connect() as connection:
        rows = connection.execute(
            sa.select(suggestions).where(
                suggestions.c.database == context.lake.database, suggestions.c.table_name == str(name)
            )
        ).all()
    return {(row.kind, row.subject, row.statement): (row.suggestion_id, row.status) for row in rows}


def _suggestion_row(number: int, name: TableName, suggestion: Suggestion, context: RunContext) -> dict[str, object]:
    return {
        "suggestion_id": number,
        "database": context.lake.database,
        "table_name": str(name),
        "kind": suggestion.kind,
        "subject": suggestion.subject,
        "statement": suggestion.statement,
        "reason": suggestion.reason,
        "support": suggestion.support,
        "status": "open",
        "run_id": context.run.run_id,
        "suggested_at": context.now(),
    }
