"""Wait for a run on behalf of a session: progress, cancel, and the run's end as the statement's answer."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import DBAPIError

from ormolu.catalog.database import as_catalog_error
from ormolu.catalog.draft_parts import TRANSACTION, lend, take_back
from ormolu.catalog.drafts import DraftLake
from ormolu.errors import DiskFull, InternalError, OrmoluError
from ormolu.scheduler.runs import DRAFT, RunAction, RunState, RunStatus
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Rows

POLL_SECONDS = (*(0.02,) * 8, *(0.05,) * 8, 0.1)
POLLS_UNTIL_CHECKED = 40  # about three seconds
AWAY_SECONDS_MAX = 15.0
AWAY_PAUSE_SECONDS = 0.5

RUN_COLUMNS = columns(
    ("run_id", "bigint"),
    ("status", "text"),
    ("rows_in", "bigint"),
    ("rows_out", "bigint"),
    ("rows_quarantined", "bigint"),
    ("seconds", "double precision"),
)


def start(
    services: Services,
    session: SessionContext,
    object_name: str,
    action: RunAction,
    request: Mapping[str, Any] | None = None,
) -> int:
    """Queue a run for the session and wake a worker; the run's id.

    Inside a transaction the run works on what the transaction has made, and publishes nothing.
    """
    trigger, asked = "statement", dict(request or {})
    if isinstance(services.lake, DraftLake):
        trigger, asked[DRAFT] = TRANSACTION, lend(services.lake, at=services.now())
    run_id = services.queue.submit(
        object_name,
        action,
        at=services.now(),
        trigger=trigger,
        requested_by=session.role,
        request=asked,
    )
    services.wake()
    return run_id


def wait(services: Services, session: SessionContext, run_id: int) -> RunState:
    """Wait until the run has ended well; what it ended with is raised otherwise. A cancel is passed on to it."""
    canceled = threading.Event()
    session.on_cancel(canceled.set)
    has_asked = False
    for poll in itertools.count():
        state = _state(services, run_id)
        if state.status.has_ended:
            break
        if poll and poll % POLLS_UNTIL_CHECKED == 0:
            _check_room(services, state)
        pause = POLL_SECONDS[min(poll, len(POLL_SECONDS) - 1)]
        if has_asked:
            time.sleep(pause)
        elif canceled.wait(pause):
            services.queue.cancel(run_id, at=services.now())
            has_asked = True
    for text in state.notices:
        session.notice("NOTICE", "00000", text)
    if state.status not in (RunStatus.SUCCEEDED, RunStatus.STAGED):
        raise failure(state)
    if isinstance(services.lake, DraftLake):
        take_back(services.lake)
    return state


def _state(services: Services, run_id: int) -> RunState:
    """How the run stands; a catalog that is away for a moment is waited for, as the run's worker does."""
    end = time.monotonic() + AWAY_SECONDS_MAX
    while True:
        try:
            return services.queue.state(run_id)
        except DBAPIError as error:
            if as_catalog_error(error) is None or time.monotonic() > end:
                raise
            time.sleep(AWAY_PAUSE_SECONDS)


def _check_room(services: Services, state: RunState) -> None:
    """A run that cannot begin or end because the catalog's disk is full does not keep its session waiting."""
    try:
        services.queue.check_writable(state.run_id)
    except DiskFull as error:
        hint = f"Free some room in the data folder. The run is tried then; CANCEL RUN {state.run_id} prevents it."
        raise DiskFull(error.message, hint=hint) from error


def run_and_wait(
    services: Services,
    session: SessionContext,
    object_name: str,
    action: RunAction,
    request: Mapping[str, Any] | None = None,
) -> RunState:
    return wait(services, session, start(services, session, object_name, action, request))


def run_row(state: RunState, *, tag: str) -> Rows:
    """The one row that a statement which starts a run answers."""
    return rows(
        RUN_COLUMNS,
        [
            (
                state.run_id,
                state.status.value,
                state.rows_in,
                state.rows_out,
                state.rows_quarantined,
                state.seconds,
            )
        ],
        tag=tag,
    )


def failure(state: RunState) -> OrmoluError:
    """The error that a run ended with, as the class of its SQLSTATE."""
    kind = _classes().get(state.sqlstate or "", InternalError)
    detail = state.error_detail or f"run {state.run_id} of {state.object} {state.status.value}"
    return kind(state.error or "the run failed", hint=state.error_hint, detail=detail)


def _classes() -> dict[str, type[OrmoluError]]:
    return {kind.sqlstate: kind for kind in OrmoluError.__subclasses__()}
