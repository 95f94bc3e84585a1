"""What is told of runs is kept for a while: old runs, their steps and rule results, and the audit log go."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.lake import Lake
from ormolu.catalog.schema import audit_log, rule_results, run_steps, runs
from ormolu.definitions import TableName
from ormolu.scheduler.context import RunContext
from ormolu.scheduler.runs import ENDED, RunStatus

RUNS = TableName("lake", "runs")
RUN_RETENTION = "400 days"
RUNS_MAX = 1_000_000  # of a database: beyond them the oldest go before their time
BATCH_ROWS = 500  # forgotten by one transaction, so that none waits for long
BATCHES_MAX = 2_000  # of one run; the rest is the next one's


def forgettable(lake: Lake, before: datetime) -> sa.Select[tuple[int]]:
    """The ids of runs that ended before, or that are too many, and that nothing asks for any more.

    What stays: loads whose rows may still be there (EXCLUDE RUN asks for their run), the last success of each object
    and action, and the last rule results of each table (`change()` compares with them).
    """
    is_load = runs.c.object.like("bronze.%") & (runs.c.rows_out > 0)
    newest = sa.select(sa.func.max(runs.c.run_id)).where(runs.c.database == lake.database).scalar_subquery()
    last_successes = (
        sa.select(sa.func.max(runs.c.run_id))
        .where(runs.c.database == lake.database, runs.c.status == RunStatus.SUCCEEDED.value)
        .group_by(runs.c.object, runs.c.action)
    )
    last_results = (
        sa.select(sa.func.max(rule_results.c.run_id))
        .where(rule_results.c.database == lake.database)
        .group_by(rule_results.c.table_name)
    )
    return sa.select(runs.c.run_id).where(
        runs.c.database == lake.database,
        runs.c.status.in_(ENDED),
        (runs.c.finished_at < before) | (runs.c.run_id <= newest - RUNS_MAX),
        sa.not_(sa.func.coalesce(is_load, sa.false())),
        runs.c.run_id.not_in(last_successes),
        runs.c.run_id.not_in(last_results),
    )


def has_forgettable(lake: Lake, before: datetime) -> bool:
    with reading(lake.engine) as connection:
        return connection.execute(forgettable(lake, before).limit(1)).first() is not None


def count_forgettable(lake: Lake, before: datetime) -> int:
    with reading(lake.engine) as connection:
        counted = sa.select(sa.func.count()).select_from(forgettable(lake, before).subquery())
        return int(connection.execute(counted).scalar_one())


def forget_runs(context: RunContext, before: datetime) -> int:
    """Forget them a batch at a time; how many went. Cut off anywhere, the rest goes the next time."""
    lake, gone = context.lake, 0
    with context.step("forget runs") as step:
        for _ in range(BATCHES_MAX):
            forgotten = in_transaction(lake.engine, lambda connection: _forget(connection, lake, before))
            gone += forgotten
            context.progress(step="forget runs", rows=gone)
            if forgotten < BATCH_ROWS:
                break
        step.rows = gone
    return gone


def _forget(connection: sa.Connection, lake: Lake, before: datetime) -> int:
    ids = list(connection.execute(forgettable(lake, before).order_by(runs.c.run_id).limit(BATCH_ROWS)).scalars())
    for table in (run_steps, rule_results, runs):
        connection.execute(sa.delete(table).where(table.c.run_id.in_(ids)))
    said = sa.select(audit_log.c.entry_id).where(audit_log.c.database == lake.database, audit_log.c.at < before)
    entries = list(connection.execute(said.order_by(audit_log.c.entry_id).limit(BATCH_ROWS)).scalars())
    connection.execute(sa.delete(audit_log).where(audit_log.c.entry_id.in_(entries)))
    return max(len(ids), len(entries))
