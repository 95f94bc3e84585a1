"""pg_export_snapshot and SET TRANSACTION SNAPSHOT: several sessions that read the same tables."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ormolu.errors import FeatureNotSupported, InvalidParameterValue, ProgramLimitExceeded

EXPORTED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Exported:
    pid: int
    database: str
    head: Any  # the lake's Head: the wire only hands it on


class Snapshots:
    """What transactions have exported; each lives as long as the transaction that exported it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._exported: dict[str, Exported] = {}
        self._numbers = itertools.count(1)

    def export(self, pid: int, database: str, head: Any) -> str:
        """Name what a transaction reads, in PostgreSQL's form."""
        with self._lock:
            if len(self._exported) >= EXPORTED_MAX:
                raise ProgramLimitExceeded(f"at most {EXPORTED_MAX} snapshots may be exported at a time")
            name = f"{pid:08X}-{next(self._numbers):08X}-1"
            self._exported[name] = Exported(pid, database, head)
        return name

    def imported(self, name: str, database: str) -> Any:
        with self._lock:
            found = self._exported.get(name)
        if found is None:
            raise InvalidParameterValue(f'invalid snapshot identifier: "{name}"')
        if found.database != database:
            raise FeatureNotSupported("cannot import a snapshot from a different database")
        return found.head

    def forget(self, pid: int) -> None:
        """The transaction of this session has ended."""
        with self._lock:
            for name in [name for name, exported in self._exported.items() if exported.pid == pid]:
                del self._exported[name]
