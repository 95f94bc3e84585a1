"""What a statement's handler knows of the session it runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from threading import RLock
from typing import TYPE_CHECKING, Any

from ormolu.errors import OrmoluError, QueryCanceled
from ormolu.server.activity import Activity
from ormolu.server.channels import Inbox, Notification, Subscription
from ormolu.server.settings import Settings, SettingValues

if TYPE_CHECKING:
    from ormolu.engine.queries import QuerySession

Notify = Callable[[str, str, str, "str | None"], None]
_SEVERITIES = ("debug", "log", "notice", "warning", "error")
CancelHook = Callable[[], None]


class TransactionStatus(Enum):
    """The letter of ReadyForQuery."""

    IDLE = "I"
    OPEN = "T"
    FAILED = "E"


@dataclass(frozen=True, slots=True)
class Savepoint:
    """What ROLLBACK TO goes back to."""

    name: str
    settings: SettingValues
    notifications: int  # how many there were
    subscriptions: int
    cursors: frozenset[str]
    draft_parts: int


@dataclass(slots=True)
class Transaction:
    """`head` is the consistent set of tables that this transaction reads, once it has read under REPEATABLE READ.

    `is_implicit` holds between the statements of one simple query, and up to Sync: no BEGIN was said, and still
    they end together; `is_multi` only in a simple query of several statements. Of a pipeline, `has_executed` says that
    a statement came before in it, and `may_continue` that one may follow before its Sync.
    """

    status: TransactionStatus = TransactionStatus.IDLE
    is_implicit: bool = False
    is_multi: bool = False
    has_executed: bool = False
    may_continue: bool = False
    has_read: bool = False
    head: Any = None  # the lake's Head: the wire only hands it on
    draft: Any = None  # what the transaction has made of the lake: see ormolu.server.drafts
    savepoints: list[Savepoint] = field(default_factory=list)
    notifications: dict[Notification, None] = field(default_factory=dict)  # told at commit, in order, each once
    subscriptions: list[Subscription] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether what needs a transaction block may stand here, or what must not have one may not."""
        return self.status is not TransactionStatus.IDLE or self.is_multi

    @property
    def is_shared(self) -> bool:
        """Whether other statements belong to it, so that none may be made true by itself."""
        return self.is_block or self.has_executed


class Cancellation:
    """Whether the running statement is to stop, and whom to tell; asked and told from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._hooks: list[CancelHook] = []
        self._reason: OrmoluError | None = None
        self._is_running = False
        self._ticket = 0

    def start(self) -> int:
        """Begin a statement; gives the ticket with which a timer means this statement and no later one."""
        with self._lock:
            self._reason = None
            self._is_running = True
            self._ticket += 1
            return self._ticket

    def finish(self) -> None:
        with self._lock:
            self._is_running = False
            self._reason = None
            self._hooks.clear()

    def cancel(self, reason: OrmoluError, *, ticket: int | None = None) -> bool:
        """Ask the running statement to stop; False when none runs, or another than the ticket's."""
        with self._lock:
            if not self._is_running or ticket not in (None, self._ticket):
                return False
            self._reason = self._reason or reason
            for hook in self._hooks:
                hook()
            return True

    def on_cancel(self, hook: CancelHook) -> None:
        """Call `hook`, from another thread, when the running statement is cancelled; at once if it already was."""
        with self._lock:
            self._hooks.append(hook)
            if self._reason is not None:
                hook()

    @property
    def reason(self) -> OrmoluError | None:
        return self._reason

    def check(self) -> None:
        if self._reason is not None:
            raise self._reason


@dataclass(slots=True)
class SessionContext:
    """One session as its statements see it; used by one thread at a time, except for `cancellation`."""

    pid: int
    role: str
    database: str
    settings: Settings
    notify: Notify
    query_session: QuerySession
    open_query_session: Callable[[], QuerySession]
    client_address: str = ""
    transaction: Transaction = field(default_factory=Transaction)
    cancellation: Cancellation = field(default_factory=Cancellation)
    head: Any = None  # the lake's Head that the running statement reads
    batch: int = 0  # counts the times the session was ready for a query
    prepared: dict[str, Any] = field(default_factory=dict)  # by name, of PREPARE and of Parse alike
    portals: dict[str, Any] = field(default_factory=dict)  # by name, of Bind
    activity: Activity = field(default_factory=Activity)
    inbox: Inbox = field(default_factory=Inbox)  # notifications that have come
    state: dict[str, Any] = field(default_factory=dict)  # what a room keeps for a session, by the room's name

    def notice(self, severity: str, sqlstate: str, text: str, hint: str | None = None) -> None:
        """Tell the client something beside the result: `severity` is NOTICE, WARNING, INFO, LOG or DEBUG.

        INFO always arrives; of the others those that client_min_messages lets through.
        """
        if severity == "INFO" or _SEVERITIES.index(severity.lower()) >= self._least_severity:
            self.notify(severity, sqlstate, text, hint)

    @contextmanager
    def notices_held(self) -> Iterator[list[tuple[str, str, str, str | None]]]:
        """Tell the client nothing meanwhile; gives what would have been told, for `notify`."""
        held: list[tuple[str, str, str, str | None]] = []
        notify, self.notify = self.notify, lambda *words: held.append(words)
        try:
            yield held
        finally:
            self.notify = notify

    @property
    def _least_severity(self) -> int:
        name = self.settings.get("client_min_messages")
        return 0 if name.startswith("debug") else _SEVERITIES.index(name)

    def on_cancel(self, hook: CancelHook) -> None:
        self.cancellation.on_cancel(hook)


def canceled_by_user() -> QueryCanceled:
    return QueryCanceled("canceling statement due to user request")


def canceled_by_timeout() -> QueryCanceled:
    return QueryCanceled("canceling statement due to statement timeout")
