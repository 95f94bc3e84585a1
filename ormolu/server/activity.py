"""What a session is doing, as pg_stat_activity shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


class Activity:
    """Written by the session's own thread, read by any."""

    __slots__ = ("_now", "changed_at", "query", "query_started_at", "state", "transaction_started_at")

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self.state = "idle"
        self.query = ""
        self.query_started_at: datetime | None = None
        self.transaction_started_at: datetime | None = None
        self.changed_at = now()

    def begin(self, query: str) -> None:
        """A statement starts; and a transaction, where none is open."""
        moment = self._now()
        self.state, self.query, self.query_started_at, self.changed_at = "active", query, moment, moment
        if self.transaction_started_at is None:
            self.transaction_started_at = moment

    def pass_over(self, query: str, state: str) -> None:
        """A statement that was answered in no time; `state` is what the session waits in again."""
        moment = self._now()
        self.state, self.query, self.query_started_at, self.changed_at = state, query, moment, moment

    def wait(self, state: str) -> None:
        """The session waits for its client: `idle`, `idle in transaction`, or that `(aborted)`."""
        self.state, self.changed_at = state, self._now()
        if state == "idle":
            self.transaction_started_at = None
