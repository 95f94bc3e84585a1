"""What a run is: what it is asked to do, how it stands, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from ormolu.errors import OrmoluError


class RunAction(Enum):
    LOAD = "load"
    UPLOAD = "upload"
    REFRESH = "refresh"
    CREATE = "create"
    REPROCESS = "reprocess"
    CHANGE = "change"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    ACCEPT = "accept"
    PROFILE = "profile"
    SUGGEST = "suggest"
    MONITOR = "monitor"
    VACUUM = "vacuum"
    RESTORE = "restore"
    ERASE = "erase"
    EXPLAIN_CHANGE = "explain change"


DRAFT = "draft"  # the key of a request that says which transaction the run belongs to


class RunStatus(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    STAGED = "staged"  # done, and published when its transaction commits
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ROLLED_BACK = "rolled_back"

    @property
    def has_ended(self) -> bool:
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


ENDED = tuple(status.value for status in RunStatus if status.has_ended)


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed run: what is to be done, for whom."""

    run_id: int
    database: str
    object: str
    action: RunAction
    request: Mapping[str, Any]
    requested_by: str
    trigger: str
    attempt: int
    worker: str


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as the database shows it to someone who waits for it."""

    run_id: int
    object: str
    status: RunStatus
    rows_in: int | None
    rows_out: int | None
    rows_quarantined: int | None
    seconds: float | None
    progress: Mapping[str, Any] | None
    result: Mapping[str, Any] | None
    notices: list[str]
    sqlstate: str | None
    error: str | None
    error_detail: str | None
    error_hint: str | None


@dataclass(frozen=True, slots=True)
class RunAtWork:
    """A run that a worker is carrying out, for those who watch."""

    run_id: int
    worker: str
    requested_by: str
    started_at: datetime
    words: str  # "refresh silver.orders: merge, 12,000 rows"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, as it is recorded."""

    status: RunStatus
    rows_in: int = 0
    rows_out: int = 0
    rows_quarantined: int = 0
    record: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    notices: tuple[str, ...] = ()
    error: OrmoluError | None = None
