"""LISTEN and NOTIFY across the sessions of one server: who listens to what, and what waits to be told.

Source: PostgreSQL 15, "NOTIFY": told at commit, the same thing once a transaction, to an idle session at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from ormolu.errors import InvalidParameterValue, ProgramLimitExceeded

CHANNEL_BYTES_MAX = 63
PAYLOAD_BYTES_MAX = 7_999
INBOX_BYTES_MAX = 1024 * 1024
_NOTIFICATION_BYTES = 64  # what one takes beside its texts


@dataclass(frozen=True, slots=True)
class Notification:
    channel: str
    payload: str = ""

    @property
    def size(self) -> int:
        return _NOTIFICATION_BYTES + len(self.channel) + len(self.payload)


@dataclass(frozen=True, slots=True)
class Subscription:
    """LISTEN or UNLISTEN, as it waits for its transaction's commit; a channel of None is all of them."""

    channel: str | None
    is_listening: bool


def _nobody() -> None:
    """Wake nobody: the session has no connection."""


class Inbox:
    """What one session is still to be told; `wake` is called, from any thread, when something has come."""

    def __init__(self, wake: Callable[[], None] = _nobody) -> None:
        self.wake = wake
        self._lock = Lock()
        self._waiting: list[tuple[int, Notification]] = []
        self._bytes = 0

    def has_room(self, size: int) -> bool:
        return self._bytes + size <= INBOX_BYTES_MAX

    @property
    def share(self) -> float:
        """How full it is, from 0 to 1."""
        return self._bytes / INBOX_BYTES_MAX

    def put(self, sender_pid: int, notifications: Sequence[Notification]) -> None:
        with self._lock:
            self._waiting.extend((sender_pid, each) for each in notifications)
            self._bytes += sum(each.size for each in notifications)
        self.wake()

    def take(self) -> list[tuple[int, Notification]]:
        """Everything that waits, oldest first, each with the process that sent it."""
        if not self._waiting:
            return []
        with self._lock:
            taken, self._waiting = self._waiting, []
            self._bytes = 0
        return taken


class Channels:
    """The subscriptions of all sessions."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: dict[str, dict[int, Inbox]] = {}

    def apply(self, subscription: Subscription, pid: int, inbox: Inbox) -> None:
        with self._lock:
            if subscription.is_listening:
                assert subscription.channel is not None
                self._listeners.setdefault(subscription.channel, {})[pid] = inbox
                return
            named = [subscription.channel] if subscription.channel is not None else list(self._listeners)
            for channel in named:
                self._leave(channel, pid)

    def _leave(self, channel: str, pid: int) -> None:
        listeners = self._listeners.get(channel, {})
        listeners.pop(pid, None)
        if not listeners:
            self._listeners.pop(channel, None)

    def leave(self, pid: int) -> None:
        """The session has ended."""
        with self._lock:
            for channel in list(self._listeners):
                self._leave(channel, pid)

    def listened_to(self, pid: int) -> tuple[str, ...]:
        if not self._listeners:
            return ()
        with self._lock:
            return tuple(channel for channel, listeners in self._listeners.items() if pid in listeners)

    def check_room(self, notifications: Sequence[Notification]) -> None:
        """Refuse what a listener that does not read has no room for: 54000 before anything is committed."""
        with self._lock:
            for inbox, told in self._told(notifications):
                if not inbox.has_room(sum(each.size for each in told)):
                    raise ProgramLimitExceeded("too many notifications in the NOTIFY queue")

    def publish(self, sender_pid: int, notifications: Sequence[Notification]) -> None:
        with self._lock:
            told = self._told(notifications)
        for inbox, each in told:
            inbox.put(sender_pid, each)

    def usage(self) -> float:
        """pg_notification_queue_usage: of the fullest inbox."""
        with self._lock:
            inboxes = [inbox for listeners in self._listeners.values() for inbox in listeners.values()]
        return max((inbox.share for inbox in inboxes), default=0.0)

    def _told(self, notifications: Sequence[Notification]) -> list[tuple[Inbox, list[Notification]]]:
        """What each listener hears, in the order in which it was said."""
        found: dict[int, tuple[Inbox, list[Notification]]] = {}
        for notification in notifications:
            for pid, inbox in self._listeners.get(notification.channel, {}).items():
                found.setdefault(pid, (inbox, []))[1].append(notification)
        return list(found.values())


def notification(channel: str, payload: str) -> Notification:
    """Check what is to be told as PostgreSQL does: 22023."""
    if not channel:
        raise InvalidParameterValue("channel name cannot be empty")
    if len(channel.encode()) > CHANNEL_BYTES_MAX:
        raise InvalidParameterValue("channel name too long")
    if len(payload.encode()) > PAYLOAD_BYTES_MAX:
        raise InvalidParameterValue("payload string too long")
    return Notification(channel, payload)
