"""Which tables are tended without being asked: many small files or manifests, versions past their retention."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from ormolu.catalog.database import reading
from ormolu.catalog.expiry import old_versions
from ormolu.catalog.lake import Head, Lake
from ormolu.catalog.manifests import packed_by_maintenance
from ormolu.definitions import TableName
from ormolu.errors import DataCorrupted, UndefinedFile
from ormolu.medallion.layout import layout_of
from ormolu.medallion.lineage import base_of
from ormolu.scheduler.maintenance import RETENTION, Asked, groups_of, options_of
from ormolu.scheduler.run_records import RUN_RETENTION, RUNS, has_forgettable
from ormolu.sql_extensions.options.values import interval

SMALL_FILES_MAX = 16  # of one group: so many are joined without being asked
SPARSE_MANIFESTS_MAX = 24  # of one spec: commits leave fewer, but for those of many files at once
EXPIRY_SLACK = timedelta(days=1)  # versions are forgotten a day's worth at a time
LOOK_AGAIN = timedelta(hours=6)  # at a table that has not changed, for the age of its versions
REQUEST: Mapping[str, Any] = asdict(
    Asked(files_min=SMALL_FILES_MAX, manifests_min=SPARSE_MANIFESTS_MAX)
)  # of the run that tends a table

logger = logging.getLogger(__name__)


class Caretaker:
    """Remembers which version of a table it has looked at, so that a quiet lake costs nothing."""

    def __init__(self, lake: Lake, *, run_retention: str = RUN_RETENTION) -> None:
        self._lake = lake
        self._run_retention = interval(run_retention)
        self._seen: dict[TableName, tuple[str, datetime]] = {}
        self._runs_seen: datetime | None = None

    def due(self, at: datetime) -> list[TableName]:
        """The tables that need tending now, each named by the object that makes it."""
        head = self._lake.head()
        relations = head.definitions.relations()
        due: set[TableName] = set()
        for name, location in head.pointers.items():
            seen = self._seen.get(name)
            if seen is not None and seen[0] == location and at - seen[1] < LOOK_AGAIN:
                continue
            if self._needs(head, name, at):
                maker = TableName("silver", name.name) if name.schema == "quarantine" else base_of(name, relations)
                due.add(maker)
            self._seen[name] = (location, at)
        for name in self._seen.keys() - head.pointers.keys():
            del self._seen[name]
        return sorted(due) + ([RUNS] if self._has_old_runs(at) else [])

    def _has_old_runs(self, at: datetime) -> bool:
        if self._runs_seen is not None and at - self._runs_seen < LOOK_AGAIN:
            return False
        self._runs_seen = at
        return has_forgettable(self._lake, at - self._run_retention - EXPIRY_SLACK)

    def _needs(self, head: Head, name: TableName, at: datetime) -> bool:
        try:
            table = head.table(name)
            options = options_of(head.definitions.find_relation(name))
            if groups_of(table, layout_of(options), files_min=SMALL_FILES_MAX):
                return True
            if packed_by_maintenance(table.manifests, sparse_min=SPARSE_MANIFESTS_MAX):
                return True
        except (DataCorrupted, UndefinedFile) as error:  # who reads it is told; the others are tended all the same
            logger.warning("%s is not tended: %s", name, error.message)
            return False
        before = at - interval(options.text("retention", RETENTION)) - EXPIRY_SLACK
        with reading(self._lake.engine) as connection:
            return old_versions(connection, self._lake.database, table.name, before) > 0
