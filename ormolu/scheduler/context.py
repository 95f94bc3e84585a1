"""What a run is given to work with, and the one door through which it publishes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ormolu.catalog.changes import Change, DefinitionChange, Statement
from ormolu.catalog.commit import run_statements
from ormolu.catalog.database import in_transaction
from ormolu.catalog.draft_parts import write_parts
from ormolu.catalog.drafts import DraftLake
from ormolu.catalog.lake import Head, Lake
from ormolu.catalog.schema import run_steps
from ormolu.connectors.source import Source
from ormolu.definitions import Connection
from ormolu.engine.jobs import JobEngine
from ormolu.errors import QueryCanceled
from ormolu.faults import reach
from ormolu.scheduler.queue import ending
from ormolu.scheduler.runs import Ending, Run, RunStatus


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Rows that a statement answers: `columns` are (name, PostgreSQL type)."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    rows_in: int = 0
    rows_out: int = 0
    rows_quarantined: int = 0
    record: Mapping[str, Any] = field(default_factory=dict)
    result: ResultTable | None = None


@dataclass(slots=True)
class Step:
    """A measured part of a run; the body may say how many rows and bytes it moved."""

    name: str
    started_at: datetime
    seconds: float = 0.0
    rows: int | None = None
    bytes: int | None = None


@dataclass
class RunContext:
    """One attempt at one run. `creation` holds the definitions that become true with its publish."""

    lake: Lake
    run: Run
    now: Callable[[], datetime]
    connect: Callable[[Connection], Source]
    open_engine: Callable[[], JobEngine]
    downstream: Callable[[Head, Sequence[Change]], Sequence[Statement]]
    creation: tuple[DefinitionChange, ...] = ()
    has_published: bool = False
    is_canceled: bool = False
    current_progress: dict[str, Any] | None = None
    notices: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    _engine: JobEngine | None = None

    def engine(self) -> JobEngine:
        """The run's own engine, opened when first asked for and closed by the runner."""
        if self._engine is None:
            self._engine = self.open_engine()
        return self._engine

    def close(self) -> None:
        engine, self._engine = self._engine, None  # from here on the heartbeat interrupts nothing
        if engine is not None:
            engine.close()

    def interrupt(self) -> None:
        """Called from the heartbeat's thread when the run is to stop."""
        self.is_canceled = True
        if self._engine is not None:
            self._engine.interrupt()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        self.progress(step=name)
        step = Step(name, self.now())
        started = time.perf_counter()
        yield step
        step.seconds = time.perf_counter() - started
        self.steps.append(step)

    def progress(self, *, step: str, rows: int | None = None, share: float | None = None) -> None:
        """Tell those who watch how far the run is; raises QueryCanceled when it is to stop."""
        self.current_progress = {"step": step, "rows": rows, "share": share}
        if self.is_canceled:
            raise QueryCanceled("canceling the run as was asked")

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def publish(
        self,
        changes: Sequence[Change],
        definitions: Sequence[DefinitionChange] = (),
        statements: Sequence[Statement] = (),
        *,
        result: RunResult,
    ) -> Head:
        """Make everything true in one commit: data, definitions, positions, the run's end, what it sets off.

        Raises SerializationFailure when a table moved meanwhile or another worker took the run over.
        """
        self.progress(step="publish")
        at = self.now()
        declared = [change for change in self.creation if change not in definitions]
        made = [*statements, *self.record_steps()]
        if isinstance(self.lake, DraftLake):
            head = self._stage(
                self.lake,
                changes,
                [*declared, *definitions],
                made,
                ended=self.ended(result, at, RunStatus.STAGED),
                at=at,
            )
        else:
            head = self.lake.commit(
                changes,
                [*declared, *definitions],
                [*made, self.ended(result, at), *self.downstream(self.lake.head(), changes)],
                at=at,
                run_id=self.run.run_id,
            )
        self.has_published = True
        return head

    def _stage(
        self,
        lake: DraftLake,
        changes: Sequence[Change],
        definitions: Sequence[DefinitionChange],
        statements: Sequence[Statement],
        *,
        ended: Statement,
        at: datetime,
    ) -> Head:
        """Inside a transaction: hand back to it what was made; COMMIT publishes, and sees to what follows."""
        first = len(lake.draft.parts)
        head = lake.commit(changes, definitions, statements, at=at, run_id=self.run.run_id)

        def hand_back(connection: sa.Connection) -> None:
            run_statements(connection, [ended])
            write_parts(connection, lake, first, at=at)

        reach("transaction:run-staged")
        in_transaction(lake.records, hand_back)
        reach("transaction:run-handed-back")
        return head

    def ended(self, result: RunResult, at: datetime, status: RunStatus = RunStatus.SUCCEEDED) -> Statement:
        """Record the end in the same transaction; a run that another worker took over publishes nothing."""
        end = Ending(
            status,
            rows_in=result.rows_in,
            rows_out=result.rows_out,
            rows_quarantined=result.rows_quarantined,
            record=result.record,
            result=self.result_json(result),
            notices=tuple(self.notices),
        )

        def record(connection: sa.Connection) -> None:
            if connection.execute(ending(self.run, end, at=at)).rowcount != 1:
                raise QueryCanceled(f"run {self.run.run_id} was taken over by another worker")

        return record

    @staticmethod
    def result_json(result: RunResult) -> dict[str, Any] | None:
        """The rows a statement answers, as the run's record keeps them."""
        table = result.result
        if table is None:
            return None
        return {"columns": [list(column) for column in table.columns], "rows": [list(row) for row in table.rows]}

    def record_steps(self) -> list[sa.Executable]:
        """What the run has spent its time on."""
        rows = [
            {
                "run_id": self.run.run_id,
                "step": number,
                "database": self.run.database,
                "name": step.name,
                "rows": step.rows,
                "bytes": step.bytes,
                "started_at": step.started_at,
                "seconds": step.seconds,
            }
            for number, step in enumerate(self.steps, start=1)
        ]
        forget: sa.Executable = sa.delete(run_steps).where(run_steps.c.run_id == self.run.run_id)
        return [forget, sa.insert(run_steps).values(rows)] if rows else []
