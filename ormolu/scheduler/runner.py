"""Carry out one claimed run: find the definition, do the work, record how it ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from ormolu.catalog.changes import DefinitionChange
from ormolu.catalog.database import as_catalog_error
from ormolu.catalog.draft_parts import borrow
from ormolu.catalog.lake import Lake
from ormolu.connectors.source import Source
from ormolu.definitions import (
    BronzeSource,
    Connection,
    GoldMetric,
    GoldTable,
    Kind,
    Monitor,
    SilverTable,
    TableName,
)
from ormolu.engine.jobs import JobEngine
from ormolu.errors import (
    DiskFull,
    FeatureNotSupported,
    InternalError,
    InvalidCatalogName,
    OrmoluError,
    QueryCanceled,
    SerializationFailure,
    UndefinedObject,
)
from ormolu.medallion.refresh_mode import keeps_old_rows
from ormolu.scheduler import (
    change_explanations,
    erasures,
    exclusions,
    insights,
    loads,
    maintenance,
    monitors,
    quarantine_changes,
    refreshes,
    restores,
)
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.downstream import downstream_runs, published_by
from ormolu.scheduler.queue import AWAITED, HEARTBEAT_SECONDS, Queue
from ormolu.scheduler.runs import DRAFT, Ending, Run, RunAction, RunStatus
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.stores import as_store_error

CONFLICTS_MAX = 5
PROGRESS_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Runner:
    """Turns claimed runs into published ones; one run at a time. `lake_of` gives a database's: 3D000 without one."""

    lake_of: Callable[[str], Lake]
    queue: Queue
    now: Callable[[], datetime]
    connect_over: Callable[[Lake], Callable[[Connection], Source]]
    open_engine: Callable[[], JobEngine]

    def run(self, run: Run) -> None:
        """Carry the run out and record its end, whatever happens."""
        try:
            lake = self._lake(run)
        except (SerializationFailure, InvalidCatalogName) as error:
            self.queue.end(run, Ending(RunStatus.CANCELED, error=error), at=self.now())
            return
        context = self._context(run, lake)
        with _Heartbeat(self.queue, run, context, self.now):
            try:
                end = self._attempts(run, context)
            except QueryCanceled as error:
                end = Ending(RunStatus.CANCELED, error=error, notices=tuple(context.notices))
            except OrmoluError as error:
                end = Ending(RunStatus.FAILED, error=error, notices=tuple(context.notices))
            except Exception as error:  # noqa: BLE001 - the job's own net: logged whole, named shortly
                end = Ending(RunStatus.FAILED, error=_outer_error(error) or _internal_error(run, error))
            finally:
                context.close()
        if end is not None:
            self.queue.end(run, end, at=self.now(), also=context.record_steps())

    def _attempts(self, run: Run, context: RunContext) -> Ending | None:
        """None once the run has published: its end is part of that commit."""
        for attempt in range(1, CONFLICTS_MAX + 1):
            try:
                result = perform(context)
            except SerializationFailure:
                if attempt == CONFLICTS_MAX:
                    raise
                context.close()
                context.lake = self._lake(run)
                context.steps.clear()
                context.notices.clear()
                continue
            if context.has_published:
                return None
            if context.creation:
                context.publish((), result=result)
                return None
            return Ending(
                RunStatus.SUCCEEDED,
                rows_in=result.rows_in,
                rows_out=result.rows_out,
                rows_quarantined=result.rows_quarantined,
                record=result.record,
                result=context.result_json(result),
                notices=tuple(context.notices),
            )
        raise AssertionError("unreachable: the last conflict is raised")

    def _lake(self, run: Run) -> Lake:
        """The lake that the run works on: published, or the draft of the transaction that it belongs to."""
        asked = run.request.get(DRAFT)
        lake = self.lake_of(run.database)
        return lake if asked is None else borrow(lake, asked)

    def _context(self, run: Run, lake: Lake) -> RunContext:
        return RunContext(
            lake=lake,
            run=run,
            now=self.now,
            connect=self.connect_over(lake),
            open_engine=self.open_engine,
            downstream=lambda head, changes: downstream_runs(
                head, published_by(changes), run.database, run.requested_by, at=self.now()
            ),
        )


def _outer_error(error: Exception) -> OrmoluError | None:
    """What the catalog's database or a store did not do."""
    return as_catalog_error(error) or as_store_error(error)


def _internal_error(run: Run, error: Exception) -> InternalError:
    logger.exception("run %s of %s failed", run.run_id, run.object)
    return InternalError(f"{type(error).__name__}: {error}")


def perform(context: RunContext) -> RunResult:
    """Do what the run asks. Raises what stands in its way."""
    request = context.run.request
    match context.run.action:
        case RunAction.CREATE:
            definition = parse_definition(request["ddl"])
            _check_replaces(context)
            context.creation = (
                DefinitionChange(
                    kind=Kind(request["kind"]),
                    name=context.run.object,
                    ddl=request["ddl"],
                    author=context.run.requested_by,
                ),
            )
            if isinstance(definition, Monitor):
                return monitors.run_monitor(definition, context)
            return refreshes.refresh(definition, context, is_full=not keeps_old_rows(definition))
        case RunAction.LOAD:
            return loads.load_source(_source(context), context)
        case RunAction.UPLOAD:
            return loads.load_upload(_source(context), Path(request["path"]), request["options"], context)
        case RunAction.REFRESH:
            return _refresh(context)
        case RunAction.REPROCESS:
            is_trial = bool(request.get("is_trial"))
            return quarantine_changes.reprocess(_silver(context), request.get("where"), context, is_trial=is_trial)
        case RunAction.CHANGE:
            return quarantine_changes.change(_silver(context), request["sql"], context)
        case RunAction.EXCLUDE:
            return exclusions.exclude_run(_source(context), request["run_id"], context)
        case RunAction.INCLUDE:
            return exclusions.include_run(_source(context), request["run_id"], context)
        case RunAction.ACCEPT:
            return loads.accept_schema(_source(context), request.get("version"), context)
        case RunAction.PROFILE:
            return insights.run_profile(context.run.object, context)
        case RunAction.SUGGEST:
            return insights.run_suggest(request["what"], context.run.object, context)
        case RunAction.MONITOR:
            return monitors.run_monitor(_monitor(context), context)
        case RunAction.VACUUM | RunAction.RESTORE | RunAction.ERASE | RunAction.EXPLAIN_CHANGE:
            return TENDING[context.run.action](_table_name(context), request, context)


# What is done to tables as they are stored, by the name of one.
TENDING: Mapping[RunAction, Callable[[TableName, Mapping[str, Any], RunContext], RunResult]] = {
    RunAction.VACUUM: lambda name, request, context: maintenance.vacuum(name, maintenance.asked(request), context),
    RunAction.RESTORE: restores.restore,
    RunAction.ERASE: erasures.erase,
    RunAction.EXPLAIN_CHANGE: change_explanations.explain_change,
}


def _check_replaces(context: RunContext) -> None:
    """The creation was decided on one version of the object: another that came in between is not overwritten."""
    request = context.run.request
    known = context.lake.head().definitions.latest_version(Kind(request["kind"]), context.run.object)
    if known != request["replaces"]:
        raise SerializationFailure(f"{context.run.object} was defined anew meanwhile", hint="Try again.")


def _refresh(context: RunContext) -> RunResult:
    definition = context.lake.head().definitions.find_relation(_table_name(context))
    if definition is None:
        raise UndefinedObject(f'"{context.run.object}" is no longer defined')
    if isinstance(definition, BronzeSource):
        return loads.load_source(definition, context)
    if not isinstance(definition, SilverTable | GoldTable | GoldMetric):
        raise FeatureNotSupported(f"REFRESH of {context.run.object} is not supported yet")
    request = context.run.request
    return refreshes.refresh(
        definition,
        context,
        is_full=bool(request.get("full")),
        since=request.get("since"),
        until=request.get("until"),
    )


def _table_name(context: RunContext) -> TableName:
    schema, _, name = context.run.object.partition(".")
    return TableName(schema, name)


def _source(context: RunContext) -> BronzeSource:
    definition = context.lake.head().definitions.find_relation(_table_name(context))
    if not isinstance(definition, BronzeSource):
        raise UndefinedObject(f'bronze source "{context.run.object}" does not exist')
    return definition


def _silver(context: RunContext) -> SilverTable:
    definition = context.lake.head().definitions.find_relation(TableName("silver", _table_name(context).name))
    if not isinstance(definition, SilverTable):
        raise UndefinedObject(f'silver table "{context.run.object}" does not exist')
    return definition


def _monitor(context: RunContext) -> Monitor:
    definition = context.lake.head().definitions.find(Kind.MONITOR, context.run.object)
    if not isinstance(definition, Monitor):
        raise UndefinedObject(f'monitor "{context.run.object}" does not exist')
    return definition


class _Heartbeat:
    """Renews the lease while the run is worked on, and interrupts it when it is to stop."""

    def __init__(self, queue: Queue, run: Run, context: RunContext, now: Callable[[], datetime]) -> None:
        self._queue, self._run, self._context, self._now = queue, run, context, now
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run.run_id}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(PROGRESS_SECONDS if self._is_short else HEARTBEAT_SECONDS):
            try:
                must_stop = self._queue.heartbeat(self._run, at=self._now(), progress=self._progress)
            except (DiskFull, DBAPIError) as error:  # the next one may go through before the lease is over
                logger.warning("no heartbeat of run %s: %s", self._run.run_id, error)
                continue
            if must_stop:
                self._context.interrupt()

    @property
    def _is_short(self) -> bool:
        return self._run.trigger in AWAITED

    @property
    def _progress(self) -> Mapping[str, object] | None:
        return self._context.current_progress
