"""How long a run will take, from how long the object's runs took on this lake."""

from __future__ import annotations

from statistics import median

import sqlalchemy as sa

from ormolu.catalog.database import reading
from ormolu.catalog.lake import Lake
from ormolu.catalog.schema import runs
from ormolu.scheduler.runs import RunAction, RunStatus

RUNS_LOOKED_AT = 10
# By what a plan calls a step, the actions whose runs tell how long it takes.
ACTIONS: dict[str, tuple[RunAction, ...]] = {
    "load": (RunAction.LOAD, RunAction.REFRESH, RunAction.UPLOAD),
    "refresh": (RunAction.REFRESH, RunAction.CREATE),
    "fill": (RunAction.CREATE, RunAction.REFRESH),
    "reprocess": (RunAction.REPROCESS, RunAction.REFRESH, RunAction.CREATE),
}


def seconds_of(lake: Lake, name: str, step: str, rows: int | None) -> float | None:
    """The middle of its last runs that read something, longer where there are more rows; None without a history."""
    actions = ACTIONS.get(step)
    if actions is None:
        return None
    wanted = (
        sa.select(runs.c.started_at, runs.c.finished_at, runs.c.rows_in)
        .where(
            runs.c.database == lake.database,
            runs.c.object == name,
            runs.c.action.in_([action.value for action in actions]),
            runs.c.status.in_((RunStatus.SUCCEEDED.value, RunStatus.STAGED.value)),
            runs.c.rows_in > 0,
            runs.c.finished_at.is_not(None),
        )
        .order_by(runs.c.run_id.desc())
        .limit(RUNS_LOOKED_AT)
    )
    with reading(lake.records) as connection:
        found = connection.execute(wanted).all()
    if not found:
        return None
    seconds = median((row.finished_at - row.started_at).total_seconds() for row in found)
    usual = median(row.rows_in for row in found)
    growth = 1.0 if rows is None else max(1.0, rows / usual)
    return round(float(seconds * growth), 3)
