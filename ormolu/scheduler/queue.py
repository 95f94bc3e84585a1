"""The queue of runs in the catalog database: submit, claim with a lease, heartbeat, finish, cancel.

A run is claimed by one worker at a time, and one run at a time writes an object: a later run of the
same object waits until the earlier one has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ormolu.catalog.database import reading
from ormolu.catalog.draft_parts import TRANSACTION
from ormolu.catalog.schema import CLAIM_LOCK, runs
from ormolu.errors import UndefinedObject
from ormolu.scheduler.runs import Ending, Run, RunAction, RunAtWork, RunState, RunStatus

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 5.0
ATTEMPTS_MAX = 5
AWAITED = ("statement", TRANSACTION)  # triggers of runs that a session waits for
AT = "looked_at"
IS_WAITING = sa.or_(
    runs.c.status == RunStatus.QUEUED.value,
    sa.and_(runs.c.status == RunStatus.RUNNING.value, runs.c.lease_until < sa.bindparam(AT)),
)
SOME_RUN_WAITS = sa.select(runs.c.run_id).where(IS_WAITING).limit(1)  # an idle worker asks it four times a second
OF_ITSELF = ("upstream", "schedule", "creation")  # triggers of runs that nobody asked for


def submission(
    database: str,
    object_name: str,
    action: RunAction,
    *,
    at: datetime,
    trigger: str,
    requested_by: str,
    request: Mapping[str, Any] | None = None,
) -> sa.Insert:
    """The statement that queues a run unless an equal one of the same object is waiting already.

    One that belongs to a transaction does not count: it may be rolled back.
    """
    asked = request or {}
    waiting = sa.select(runs.c.run_id).where(
        runs.c.database == database,
        runs.c.object == object_name,
        runs.c.action == action.value,
        runs.c.status == RunStatus.QUEUED.value,
        runs.c.trigger != TRANSACTION,
    )
    values = {
        "database": sa.literal(database),
        "object": sa.literal(object_name),
        "action": sa.literal(action.value),
        "request": sa.literal(asked, type_=runs.c.request.type),
        "requested_by": sa.literal(requested_by),
        "trigger": sa.literal(trigger),
        "status": sa.literal(RunStatus.QUEUED.value),
        "queued_at": sa.literal(at, type_=runs.c.queued_at.type),
        "attempt": sa.literal(0),
        "cancel_requested": sa.literal(False),
    }
    return sa.insert(runs).from_select(list(values), sa.select(*values.values()).where(~waiting.exists()))


def ending(run: Run, end: Ending, *, at: datetime) -> sa.Update:
    """The statement that records how a claimed run ended; it touches no row when the claim was lost."""
    error = end.error
    return (
        sa.update(runs)
        .where(_is_claimed(run))
        .values(
            status=end.status.value,
            finished_at=at,
            lease_until=None,
            rows_in=end.rows_in,
            rows_out=end.rows_out,
            rows_quarantined=end.rows_quarantined,
            record=dict(end.record),
            result=end.result,
            notices=list(end.notices),
            sqlstate=error.sqlstate if error else None,
            error=error.message if error else None,
            error_detail=error.detail if error else None,
            error_hint=error.hint if error else None,
        )
    )


def _is_claimed(run: Run) -> sa.ColumnElement[bool]:
    """Still by the same attempt: a worker that was stopped past its lease may find its own name on the next one."""
    return sa.and_(
        runs.c.run_id == run.run_id,
        runs.c.worker == run.worker,
        runs.c.attempt == run.attempt,
        runs.c.status == RunStatus.RUNNING.value,
    )


class Queue:
    """The runs of one database; claims are made and leases given up for all databases of the catalog."""

    def __init__(self, engine: sa.Engine, database: str) -> None:
        self._engine = engine
        self._database = database

    def submit(
        self,
        object_name: str,
        action: RunAction,
        *,
        at: datetime,
        trigger: str,
        requested_by: str,
        request: Mapping[str, Any] | None = None,
    ) -> int:
        """Queue a run and give its id; a waiting run that asks the same is absorbed instead of doubled."""
        asked = dict(request or {})
        with self._engine.begin() as connection:
            waiting = connection.execute(
                sa.select(runs.c.run_id, runs.c.request).where(
                    runs.c.database == self._database,
                    runs.c.object == object_name,
                    runs.c.action == action.value,
                    runs.c.status == RunStatus.QUEUED.value,
                )
            ).all()
            same = next((row.run_id for row in waiting if row.request == asked), None)
            if same is not None:
                connection.execute(
                    sa.update(runs).where(runs.c.run_id == same).values(trigger=trigger, requested_by=requested_by)
                )
                return int(same)
            inserted = connection.execute(
                sa.insert(runs).values(
                    database=self._database,
                    object=object_name,
                    action=action.value,
                    request=asked,
                    requested_by=requested_by,
                    trigger=trigger,
                    status=RunStatus.QUEUED.value,
                    queued_at=at,
                    attempt=0,
                    cancel_requested=False,
                )
            )
            key = inserted.inserted_primary_key
            assert key is not None
            return int(key[0])

    def claim(self, worker: str, *, at: datetime) -> Run | None:
        """Take the next run whose object nobody is working on; runs asked for by a statement come first."""
        # Looking first keeps idle workers from taking SQLite's only write lock over and over.
        with reading(self._engine) as connection:
            if connection.execute(SOME_RUN_WAITS, {AT: at}).first() is None:
                return None
        busy = runs.alias("busy")
        is_free = ~(
            sa.select(busy.c.run_id)
            .where(
                busy.c.database == runs.c.database,
                busy.c.object == runs.c.object,
                busy.c.status == RunStatus.RUNNING.value,
                busy.c.run_id != runs.c.run_id,
            )
            .exists()
        )
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CLAIM_LOCK)))
            row = connection.execute(
                sa.select(runs)
                .where(IS_WAITING, is_free)
                .order_by(sa.case((runs.c.trigger.in_(AWAITED), 0), else_=1), runs.c.queued_at, runs.c.run_id)
                .limit(1),
                {AT: at},
            ).first()
            if row is None:
                return None
            if row.attempt >= ATTEMPTS_MAX:
                connection.execute(sa.update(runs).where(runs.c.run_id == row.run_id).values(**_given_up(at)))
                return None
            connection.execute(
                sa.update(runs)
                .where(runs.c.run_id == row.run_id)
                .values(
                    status=RunStatus.RUNNING.value,
                    worker=worker,
                    started_at=at,
                    lease_until=at + LEASE,
                    attempt=row.attempt + 1,
                    progress=None,
                )
            )
        return Run(
            run_id=row.run_id,
            database=row.database,
            object=row.object,
            action=RunAction(row.action),
            request=row.request,
            requested_by=row.requested_by,
            trigger=row.trigger,
            attempt=row.attempt + 1,
            worker=worker,
        )

    def heartbeat(self, run: Run, *, at: datetime, progress: Mapping[str, Any] | None) -> bool:
        """Renew the lease and write the progress; True when someone asked to cancel, or the claim was lost."""
        with self._engine.begin() as connection:
            renewed = connection.execute(
                sa.update(runs).where(_is_claimed(run)).values(lease_until=at + LEASE, progress=progress)
            )
            if renewed.rowcount == 0:
                return True
            return bool(
                connection.execute(sa.select(runs.c.cancel_requested).where(runs.c.run_id == run.run_id)).scalar()
            )

    def end(self, run: Run, end: Ending, *, at: datetime, also: Sequence[sa.Executable] = ()) -> None:
        """Record the end of a run that published nothing, and with it what is `also` to be said of it."""
        with self._engine.begin() as connection:
            is_ended = connection.execute(ending(run, end, at=at)).rowcount == 1
            for statement in also if is_ended else ():
                connection.execute(statement)

    def cancel(self, run_id: int, *, at: datetime) -> None:
        """Cancel a waiting run at once; a running one is told, and ends by itself. 42704 when there is none."""
        with self._engine.begin() as connection:
            known = connection.execute(
                sa.select(runs.c.status).where(runs.c.run_id == run_id, runs.c.database == self._database)
            ).scalar()
            if known is None:
                raise UndefinedObject(f"run {run_id} does not exist", hint="SELECT run_id, status FROM lake.runs")
            connection.execute(
                sa.update(runs)
                .where(runs.c.run_id == run_id, runs.c.status == RunStatus.QUEUED.value)
                .values(status=RunStatus.CANCELED.value, finished_at=at, sqlstate="57014", error="canceled on request")
            )
            connection.execute(
                sa.update(runs)
                .where(runs.c.run_id == run_id, runs.c.status == RunStatus.RUNNING.value)
                .values(cancel_requested=True)
            )

    def check_writable(self, run_id: int) -> None:
        """Raise 53100 where the catalog's disk is full: then nobody can claim a waiting run, or record its end."""
        with self._engine.begin() as connection:
            same = sa.update(runs).where(runs.c.run_id == run_id).values(run_id=run_id)
            connection.execute(same)

    def release(self, worker: str) -> int:
        """Give the runs of a dead worker back to the queue; the number given back."""
        with self._engine.begin() as connection:
            released = connection.execute(
                sa.update(runs)
                .where(runs.c.worker == worker, runs.c.status == RunStatus.RUNNING.value)
                .values(status=RunStatus.QUEUED.value, worker=None, lease_until=None)
            )
            return released.rowcount

    def void_leases(self) -> int:
        """At the start of an embedded server: nothing that an earlier incarnation claimed is being worked on."""
        with self._engine.begin() as connection:
            voided = connection.execute(
                sa.update(runs)
                .where(runs.c.status == RunStatus.RUNNING.value)
                .values(status=RunStatus.QUEUED.value, worker=None, lease_until=None, attempt=runs.c.attempt - 1)
            )
            return voided.rowcount

    def at_work(self) -> list[RunAtWork]:
        """The runs that are being carried out now, with their progress."""
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(runs)
                .where(runs.c.database == self._database, runs.c.status == RunStatus.RUNNING.value)
                .order_by(runs.c.run_id)
            ).all()
        return [
            RunAtWork(
                run_id=row.run_id,
                worker=row.worker,
                requested_by=row.requested_by,
                started_at=row.started_at,
                words=f"{row.action} {row.object}{_progress_words(row.progress)}",
            )
            for row in found
        ]

    def has_work_on(self, objects: Collection[str], *, at: datetime) -> bool:
        """Whether a run of one of these objects is being carried out, or waits for nothing but a worker."""
        is_due = sa.or_(runs.c.status == RunStatus.RUNNING.value, IS_WAITING)
        of_these = sa.select(runs.c.run_id).where(runs.c.database == self._database, runs.c.object.in_(objects), is_due)
        with reading(self._engine) as connection:
            return connection.execute(of_these.limit(1), {AT: at}).first() is not None

    def last_due(self, object_name: str) -> datetime | None:
        """When a schedule, or the making of one, last queued a run of the object."""
        latest = sa.select(sa.func.max(runs.c.queued_at)).where(
            runs.c.database == self._database,
            runs.c.object == object_name,
            runs.c.trigger.in_(("schedule", "creation")),
        )
        with self._engine.connect() as connection:
            found: datetime | None = connection.execute(latest).scalar()
        return found

    def counts(self) -> dict[str, int]:
        """How many runs have which status."""
        counted = sa.select(runs.c.status, sa.func.count()).where(runs.c.database == self._database)
        with self._engine.connect() as connection:
            return {str(status): int(count) for status, count in connection.execute(counted.group_by(runs.c.status))}

    def find_state(self, run_id: int) -> RunState | None:
        with self._engine.connect() as connection:
            known = connection.execute(
                sa.select(runs.c.run_id).where(runs.c.run_id == run_id, runs.c.database == self._database)
            ).scalar()
        return None if known is None else self.state(run_id)

    def state(self, run_id: int) -> RunState:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.run_id == run_id)).one()
        seconds = (row.finished_at - row.started_at).total_seconds() if row.finished_at and row.started_at else None
        return RunState(
            run_id=row.run_id,
            object=row.object,
            status=RunStatus(row.status),
            rows_in=row.rows_in,
            rows_out=row.rows_out,
            rows_quarantined=row.rows_quarantined,
            seconds=seconds,
            progress=row.progress,
            result=row.result,
            notices=row.notices or [],
            sqlstate=row.sqlstate,
            error=row.error,
            error_detail=row.error_detail,
            error_hint=row.error_hint,
        )


def _progress_words(progress: Mapping[str, Any] | None) -> str:
    if not progress:
        return ""
    rows = f", {progress['rows']:,} rows" if progress.get("rows") is not None else ""
    share = f", {progress['share']:.0%}" if progress.get("share") is not None else ""
    return f": {progress['step']}{rows}{share}"


def _given_up(at: datetime) -> dict[str, Any]:
    return {
        "status": RunStatus.FAILED.value,
        "finished_at": at,
        "sqlstate": "57P01",
        "error": f"the worker died {ATTEMPTS_MAX} times during this run",
        "error_hint": "Look at the worker's log; a larger memory limit often helps. REFRESH tries again.",
    }
