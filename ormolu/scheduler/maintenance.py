"""VACUUM: small files and manifests are joined, old versions forgotten, and files that nothing names removed.

Rows and what they mean stay as they are: nothing downstream notices. Each step may be cut off and done again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pyiceberg.manifest import ManifestFile

from ormolu.catalog.changes import TableChange
from ormolu.catalog.database import reading
from ormolu.catalog.expiry import forget_versions, old_versions
from ormolu.catalog.fields import copy_field_ids
from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.manifests import chunks, packed_by_maintenance
from ormolu.catalog.sweep import GRACE, sweep
from ormolu.catalog.table_files import live_files
from ormolu.catalog.tombs import forget_tombstones
from ormolu.definitions import (
    NO_OPTIONS,
    BronzeSource,
    Definition,
    GoldMetric,
    GoldTable,
    Options,
    SilverTable,
    TableName,
)
from ormolu.engine.sorted_parts import SortTerm
from ormolu.errors import SerializationFailure, UndefinedTable
from ormolu.faults import reach
from ormolu.medallion.columns import CONTENT
from ormolu.medallion.compaction import FileSize, Group, compaction_groups
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.layout import Layout, layout_of
from ormolu.medallion.templates import text
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.downstream import COMPACT, EXPIRE, JOIN_MANIFESTS
from ormolu.scheduler.refresh_plans import content_id
from ormolu.scheduler.run_records import RUN_RETENTION, RUNS, count_forgettable, forget_runs
from ormolu.scheduler.table_writes import sort_terms
from ormolu.sql_extensions.options.values import interval

RETENTION = "30 days"
REFRESHED = BronzeSource | SilverTable | GoldTable | GoldMetric
BYTES_MAX = 4 * 1024**3  # joined by one run; the rest is the next one's
FILES_MIN = 2
MANIFESTS_MIN = 2
JOINS_MAX = 3  # times that the manifests of a table are tried to be joined
COLUMNS = (("table_name", "text"), ("step", "text"), ("files", "bigint"), ("bytes", "bigint"), ("made", "bigint"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What VACUUM is to do; `expire` is an interval, None what the table's `retention` says."""

    compacts: bool = True
    expire: str | None = None
    grace: str | None = None  # for who reads what was forgotten, None the sweep's own
    removes_orphans: bool = True
    sorts: bool = False
    files_min: int = FILES_MIN
    manifests_min: int = MANIFESTS_MIN
    is_trial: bool = False


def asked(request: Mapping[str, Any]) -> Asked:
    return Asked(**request)


def asked_by(options: Options) -> Asked:
    expire, grace = options.find("expire"), options.find("grace")
    return Asked(
        compacts=options.is_on("compact", default=True),
        expire=None if expire is None else str(expire),
        grace=None if grace is None else str(grace),
        removes_orphans=options.is_on("orphans", default=True),
        sorts=options.is_on("sort", default=False),
    )


@dataclass(frozen=True, slots=True)
class Done:
    """`files` (or manifests) and `bytes` that a step took away, or versions it forgot; how many it `made` of them."""

    table: TableName
    step: str
    files: int
    bytes: int | None = None
    made: int | None = None

    @property
    def row(self) -> tuple[object, ...]:
        return (str(self.table), self.step, self.files, self.bytes, self.made)


def vacuum(name: TableName, wanted: Asked, context: RunContext) -> RunResult:
    """Tend a table and those that belong to it. The answer says what was done, on a trial what would be."""
    if name == RUNS:
        return _vacuum_runs(wanted, context)
    head = context.lake.head()
    tables = [table for table in (head.find_table(each) for each in belonging(name)) if table is not None]
    if not tables:
        raise UndefinedTable(f'table "{name}" does not exist')
    definition = head.definitions.find_relation(name)
    done: list[Done] = []
    for table in tables:
        done += _Vacuum(context, head, table, definition, wanted).run()
    rows_out = sum(each.made or 0 for each in done)
    return RunResult(
        rows_out=rows_out,
        record={"steps": [list(each.row) for each in done]},
        result=ResultTable(COLUMNS, tuple(each.row for each in done)),
    )


def _vacuum_runs(wanted: Asked, context: RunContext) -> RunResult:
    before = context.now() - interval(wanted.expire or RUN_RETENTION)
    count = count_forgettable(context.lake, before) if wanted.is_trial else forget_runs(context, before)
    rows = ((str(RUNS), "expire", count, None, None),) if count else ()
    return RunResult(record={"steps": [list(row) for row in rows]}, result=ResultTable(COLUMNS, rows))


def belonging(name: TableName) -> tuple[TableName, ...]:
    """A table, and those in which the same refresh keeps its past and its rejected rows."""
    if name.schema != "silver":
        return (name,)
    others = [TableName("silver", f"{name.name}{ending}") for ending in ("_deleted", "_history")]
    return (name, *others, TableName("quarantine", name.name))


@dataclass(frozen=True)
class _Vacuum:
    context: RunContext
    head: Head
    table: IcebergTable
    definition: Definition | None
    wanted: Asked

    def run(self) -> list[Done]:
        compacted = self._compact() if self.wanted.compacts else None
        is_known = not (self.wanted.is_trial and compacted)  # which manifests there are once files are joined
        steps = [compacted, self._join_manifests() if is_known else None, self._expire()]
        steps.append(self._remove_orphans() if self.wanted.removes_orphans else None)
        return [step for step in steps if step is not None]

    @property
    def _layout(self) -> Layout:
        return layout_of(options_of(self.definition))

    # --- joining ---------------------------------------------------------------------------------------------------

    def _compact(self) -> Done | None:
        groups = within(groups_of(self.table, self._layout, files_min=self.wanted.files_min), BYTES_MAX)
        if not groups:
            return None
        files, size = sum(len(group.files) for group in groups), sum(group.bytes for group in groups)
        if self.wanted.is_trial:
            return Done(self.table.name, "compact", files, size)
        with self.context.step(f"compact {self.table.name}") as step:
            written = [file for number, group in enumerate(groups) for file in self._joined(group, number)]
            step.rows, step.bytes = sum(file.rows for file in written), sum(file.bytes for file in written)
        reach("compact:files-written")
        before = sum(group.rows for group in groups)
        if step.rows != before:
            raise SerializationFailure(f"{self.table.name} held {before} rows and {step.rows} after joining its files")
        self._commit(
            TableChange(
                self.table.name,
                self.table.metadata_location,
                added=tuple(written),
                removed=tuple(path for group in groups for path in group.paths),
                keeps_rows=True,
                summary={CONTENT: content_id(self.table)},
                operation=COMPACT,
            )
        )
        reach("compact:committed")
        return Done(self.table.name, "compact", files, size, len(written))

    def _joined(self, group: Group, number: int) -> tuple[WrittenFile, ...]:
        run = self.context.run
        self.context.progress(step=f"compact {self.table.name}", rows=group.rows)
        order_by: tuple[SortTerm, ...] = ()
        if self.wanted.sorts and isinstance(self.definition, BronzeSource | SilverTable | GoldTable):
            order_by = sort_terms(self.table.columns, self.definition.order_by)
        return self.context.engine().write_parquet(
            text(self.table.source(files=group.paths)),
            directory=f"{self.table.location}/data/run-{run.run_id}-{run.attempt}/{number}",
            field_ids=copy_field_ids(self.table.columns),
            partition_by=self.table.partition_by,
            order_by=order_by,
            layout=self._layout,
        )

    def _join_manifests(self) -> Done | None:
        """Begun again where somebody commits at the same time, and at last left to the next run: writers go first."""
        for _ in range(JOINS_MAX):
            table = self.context.lake.head().table(self.table.name)
            groups = packed_by_maintenance(table.manifests, sparse_min=self.wanted.manifests_min)
            packed = [manifest for group in groups for manifest in group]
            if not packed:
                return None
            done = Done(table.name, JOIN_MANIFESTS, len(packed), sum(one.manifest_length for one in packed))
            if self.wanted.is_trial:
                return done
            reach("manifests:chosen")
            with suppress(SerializationFailure), self.context.step(f"{JOIN_MANIFESTS} of {table.name}"):
                made = self._joined_manifests(table, groups)
                reach("manifests:joined")
                return replace(done, made=made)
        return None

    def _joined_manifests(self, table: IcebergTable, groups: Sequence[Sequence[ManifestFile]]) -> int:
        """How many there are now in the place of those."""
        change = TableChange(
            table.name,
            table.metadata_location,
            summary={CONTENT: content_id(table)},
            operation=JOIN_MANIFESTS,
            keeps_rows=True,
            joined=tuple(tuple(manifest.manifest_path for manifest in group) for group in groups),
        )
        self._commit(change)
        return sum(len(chunks(range(sum(map(live_files, group))))) for group in groups)

    # --- forgetting ------------------------------------------------------------------------------------------------

    def _expire(self) -> Done | None:
        lake, now = self.context.lake, self.context.now()
        kept_for = self.wanted.expire or options_of(self.definition).text("retention", RETENTION)
        before = now - interval(kept_for)
        with reading(lake.engine) as connection:
            count = old_versions(connection, lake.database, self.table.name, before)
        if not count or self.wanted.is_trial:
            return Done(self.table.name, "expire", count) if count else None
        with self.context.step(f"expire {self.table.name}"):
            table = lake.head().table(self.table.name)
            change = TableChange(table.name, table.metadata_location, operation=EXPIRE, forget_before=before)
            forgotten = (
                forget_versions(lake.database, table.name, before, at=now),
                forget_tombstones(lake.database, at=now),
            )
            lake.commit([change], (), forgotten, at=now, run_id=self.context.run.run_id)
        reach("expire:committed")
        return Done(self.table.name, "expire", count)

    def _remove_orphans(self) -> Done | None:
        with self.context.step(f"remove orphans of {self.table.name}"):
            found = sweep(
                self.context.lake,
                at=self.context.now(),
                readers=GRACE if self.wanted.grace is None else interval(self.wanted.grace),
                within=self.table.location,
                is_dry_run=self.wanted.is_trial,
            )
        return Done(self.table.name, "remove orphans", len(found.files), found.bytes) if found.files else None

    def _commit(self, change: TableChange) -> None:
        self.context.lake.commit([change], at=self.context.now(), run_id=self.context.run.run_id)


def options_of(definition: Definition | None) -> Options:
    """The options of what makes tables; none where nothing defines the table."""
    return definition.options if isinstance(definition, REFRESHED) else NO_OPTIONS


def groups_of(table: IcebergTable, layout: Layout, *, files_min: int) -> tuple[Group, ...]:
    """The files of a table that are worth joining; those of an older partitioning are written in today's."""
    spec_id = table.metadata.default_spec_id
    files = (
        FileSize(
            file.path, file.rows, file.bytes, file.partition if file.spec_id == spec_id else ("spec", file.spec_id)
        )
        for file in table.files
    )
    return compaction_groups(files, target_bytes=layout.file_bytes, files_min=files_min)


def within(groups: Sequence[Group], bytes_max: int) -> tuple[Group, ...]:
    """The first groups that together are not larger; one at least."""
    taken: list[Group] = []
    size = 0
    for group in groups:
        if taken and size + group.bytes > bytes_max:
            break
        taken.append(group)
        size += group.bytes
    return tuple(taken)
