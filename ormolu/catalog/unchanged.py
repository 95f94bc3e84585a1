"""What was read from the catalog's database, kept for as long as nobody commits anything to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, event

from ormolu.catalog.database import BUSY_SECONDS_MAX

KEPT_MAX = 1_000
Value = TypeVar("Value")


class Unchanged:
    """Safe to share between threads. SQLite says in some 10 us whether any process has committed; other databases do
    not, and are read each time.

    Measured: the pointers and a role's rights, read anew for each statement, were half of a point query's time.
    """

    def __init__(self, engine: Engine) -> None:
        self._path = engine.url.database if engine.dialect.name == "sqlite" else None
        self._lock = Lock()
        self._watch: sqlite3.Connection | None = None
        self._stamp: int | None = None
        self._kept: dict[Hashable, Any] = {}  # Any: each key's own value
        event.listen(engine, "engine_disposed", lambda _: self.close())

    def get(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """What `read` gave since the last commit, or gives now."""
        with self._lock:
            stamp = self._newest_stamp()
            if stamp is None or stamp != self._stamp:
                self._kept.clear()
                self._stamp = stamp
            elif key in self._kept:
                return cast("Value", self._kept[key])
        value = read()
        with self._lock:
            # What was committed while it was read makes the next stamp another.
            if stamp is not None and stamp == self._stamp:
                if len(self._kept) >= KEPT_MAX:
                    self._kept.clear()
                self._kept[key] = value
        return value

    def close(self) -> None:
        with self._lock:
            if self._watch is not None:
                self._watch.close()
            self._watch, self._stamp = None, None

    def _newest_stamp(self) -> int | None:
        """Another number after each commit of any other connection; None where that cannot be known."""
        if self._path is None:
            return None
        try:
            if self._watch is None:
                self._watch = sqlite3.connect(
                    self._path, timeout=BUSY_SECONDS_MAX, isolation_level=None, check_same_thread=False
                )
            (stamp,) = self._watch.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None  # the read that follows meets the same, and tells it in the catalog's words
        return int(stamp)
