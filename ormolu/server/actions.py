"""What sessions do to each other and to the server: notify, cancel, terminate, export what they read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ormolu.errors import InsufficientPrivilege, InvalidParameterValue, ProgramLimitExceeded
from ormolu.server.channels import Channels, Notification, notification
from ormolu.server.context import SessionContext
from ormolu.server.drafts import published
from ormolu.server.exported import Snapshots

SLEEP_SECONDS_MAX = 24 * 3600.0
NOTIFICATIONS_MAX = 10_000


class Backends(Protocol):
    """The sessions of the server, from any thread."""

    def role_of(self, pid: int) -> str | None: ...

    def cancel_backend(self, pid: int) -> bool: ...

    def terminate_backend(self, pid: int) -> bool: ...


class NoBackends:
    """Of a session without a server."""

    def role_of(self, pid: int) -> str | None:
        return None

    def cancel_backend(self, pid: int) -> bool:
        return False

    def terminate_backend(self, pid: int) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Verb:
    """What is done to another's session, in PostgreSQL's words."""

    of_superuser: str
    of_others: str


CANCEL = Verb("cancel superuser query", "query is being canceled")
TERMINATE = Verb("terminate superuser process", "process is being terminated")
SIGNALLERS = "pg_signal_backend"


@dataclass(frozen=True, slots=True)
class Signals:
    """What decides whether a role may stop another's session."""

    is_superuser: Callable[[str], bool] = lambda _: False
    memberships: Callable[[str], frozenset[str]] = lambda role: frozenset((role,))

    def check(self, role: str, target: str, verb: Verb) -> None:
        if self.is_superuser(role):
            return
        if self.is_superuser(target):
            raise InsufficientPrivilege(f"must be a superuser to {verb.of_superuser}")
        if target not in self.memberships(role) and SIGNALLERS not in self.memberships(role):
            raise InsufficientPrivilege(
                f"must be a member of the role whose {verb.of_others} or member of {SIGNALLERS}"
            )


@dataclass(frozen=True)
class Actions:
    """Shared by all sessions of a server."""

    channels: Channels = field(default_factory=Channels)
    snapshots: Snapshots = field(default_factory=Snapshots)
    signals: Signals = field(default_factory=Signals)
    backends: Callable[[], Backends] = NoBackends
    head: Callable[[SessionContext], None] = lambda _: None  # settles what the session's transaction reads

    # --- notifications ---

    def notify(self, session: SessionContext) -> Callable[[str | None, str | None], str]:
        def act(channel: str | None, payload: str | None) -> str:
            self.tell(notification(channel or "", payload or ""), session)
            return ""

        return act

    def tell(self, told: Notification, session: SessionContext) -> None:
        """At commit; the same twice in a transaction is told once."""
        waiting = session.transaction.notifications
        if told in waiting:
            return
        if len(waiting) >= NOTIFICATIONS_MAX:
            raise ProgramLimitExceeded(f"a transaction sends at most {NOTIFICATIONS_MAX} notifications")
        waiting[told] = None

    def check_commit(self, session: SessionContext) -> None:
        self.channels.check_room(tuple(session.transaction.notifications))

    def commit(self, session: SessionContext) -> None:
        """Make the transaction's subscriptions true and tell its notifications."""
        transaction = session.transaction
        for subscription in transaction.subscriptions:
            self.channels.apply(subscription, session.pid, session.inbox)
        if transaction.notifications:
            self.channels.publish(session.pid, tuple(transaction.notifications))

    def end(self, session: SessionContext) -> None:
        """The transaction is over, well or badly."""
        if session.state.pop(_EXPORTS, False):
            self.snapshots.forget(session.pid)

    def leave(self, session: SessionContext) -> None:
        """The session is over."""
        self.end(session)
        self.channels.leave(session.pid)

    # --- snapshots ---

    def export(self, session: SessionContext) -> Callable[[], str]:
        def act() -> str:
            self.head(session)
            session.state[_EXPORTS] = True
            return self.snapshots.export(session.pid, session.database, published(session.head))

        return act

    # --- other sessions ---

    def cancel(self, session: SessionContext) -> Callable[[int], bool]:
        def act(pid: int) -> bool:
            return self._signal(session, pid, CANCEL) and self.backends().cancel_backend(pid)

        return act

    def terminate(self, session: SessionContext) -> Callable[..., bool]:
        def act(pid: int, timeout_milliseconds: int = 0) -> bool:
            if timeout_milliseconds < 0:
                raise InvalidParameterValue('"timeout" must not be negative')
            return self._signal(session, pid, TERMINATE) and self.backends().terminate_backend(pid)

        return act

    def _signal(self, session: SessionContext, pid: int, verb: Verb) -> bool:
        target = self.backends().role_of(pid)
        if target is None:
            session.notice("WARNING", "01000", f"PID {pid} is not a PostgreSQL server process")
            return False
        self.signals.check(session.role, target, verb)
        return True

    # --- the session itself ---

    def sleep(self, session: SessionContext) -> Callable[[float], str]:
        def act(seconds: float) -> str:
            woken = threading.Event()
            session.on_cancel(woken.set)
            woken.wait(max(0.0, min(seconds, SLEEP_SECONDS_MAX)))
            session.cancellation.check()
            return ""

        return act

    def set_config(self, session: SessionContext) -> Callable[[str | None, str | None, bool | None], str]:
        def act(name: str | None, value: str | None, is_local: bool | None) -> str:
            if name is None:
                raise InvalidParameterValue("SET requires parameter name")
            return session.settings.set(name, value, is_local=bool(is_local))

        return act


_EXPORTS = "exported snapshots"
