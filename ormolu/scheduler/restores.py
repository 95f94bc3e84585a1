"""RESTORE: a table and those that belong to it go back, in one commit, to what they were, and rest there until RESUME.

What counts up never goes back: loads, rows, surrogate keys and quarantined rows keep numbers of their own, so that
what was made from the versions taken back cannot be mistaken for what comes after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ormolu.catalog.changes import Change, DefinitionChange, Statement, TableDrop, TableRestore
from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.past import HINT, Version, find_version, version_before
from ormolu.catalog.schema import files, runs, watermarks
from ormolu.definitions import BronzeSource, Definition, Option, Options, TableName, kind_of
from ormolu.errors import InvalidParameterValue, UndefinedTable, WrongObjectType
from ormolu.medallion.columns import EXCLUDED_LOADS, NEXT_LOAD_ID, NEXT_ROW_ID, WATERMARK, StoredColumn
from ormolu.medallion.silver import NEXT_QUARANTINE_ID, NEXT_SURROGATE_KEY
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.load_state import (
    EXCLUDED,
    LOADED,
    TAKEN_BACK,
    LoadState,
    StateChanges,
    table_state,
)
from ormolu.scheduler.maintenance import REFRESHED, belonging
from ormolu.scheduler.queue import OF_ITSELF
from ormolu.scheduler.runs import RunStatus
from ormolu.sql_extensions.options.placed import with_options
from ormolu.sql_extensions.writer.text import write

COUNTERS = (NEXT_LOAD_ID, NEXT_ROW_ID, NEXT_SURROGATE_KEY, NEXT_QUARANTINE_ID)
RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Turned:
    """One table that goes back: `then` None where it was not there yet, and goes."""

    now: IcebergTable
    then: IcebergTable | None
    version: Version | None

    @property
    def change(self) -> Change:
        if self.then is None or self.version is None:
            return TableDrop(self.now.name, self.now.metadata_location)
        return TableRestore(
            self.now.name,
            self.now.metadata_location,
            self.version.metadata_location,
            operation=RESTORE,
            properties=kept_properties(self.now, self.then),
            columns=renamed_columns(self.now, self.then),
        )


@dataclass(frozen=True, slots=True)
class RestorePlan:
    definition: Definition
    version: Version
    turned: tuple[Turned, ...]


def plan_restore(head: Head, name: TableName, *, number: int | None, timestamp: str | None) -> RestorePlan:
    """What RESTORE would turn back: 42P01, 42809 or 22023 where it cannot."""
    definition, lake = head.definitions.find_relation(name), head.lake
    if definition is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    if not isinstance(definition, REFRESHED):
        raise WrongObjectType(f"a {kind_of(definition).value.lower()} has no versions to go back to")
    now = head.find_table(name)
    if now is None:
        raise InvalidParameterValue(f'"{name}" has no versions yet', hint=HINT)
    version = find_version(lake.engine, lake.database, name, number=number, timestamp=timestamp)
    then = lake.table_at(name, version.metadata_location)
    if then.identity != now.identity:
        raise InvalidParameterValue(
            f'version {version.number} of "{name}" is that of a table that was dropped', hint="UNDROP brings it back."
        )
    turned = [Turned(now, then, version)]
    for other in belonging(name)[1:]:
        if (current := head.find_table(other)) is not None:
            before = version_before(lake.engine, lake.database, other, version.published_at)
            old = None if before is None else lake.table_at(other, before.metadata_location)
            is_same = old is not None and old.identity == current.identity
            turned.append(Turned(current, old, before) if is_same else Turned(current, None, None))
    return RestorePlan(definition, version, tuple(turned))


def restore(name: TableName, request: Mapping[str, object], context: RunContext) -> RunResult:
    """Turn the tables back and pause the object, together."""
    head = context.lake.head()
    number, timestamp = request.get("version"), request.get("timestamp")
    plan = plan_restore(
        head,
        name,
        number=number if isinstance(number, int) else None,
        timestamp=timestamp if isinstance(timestamp, str) else None,
    )
    main = plan.turned[0]
    assert main.then is not None
    paused = with_options(plan.definition, Options((Option("paused", True),)))
    statements: list[Statement] = [_cancel_waiting(name, context)]
    if isinstance(plan.definition, BronzeSource):
        statements += _positions(main.now, main.then, context)
    definition = DefinitionChange(
        kind=kind_of(paused), name=str(name), ddl=write(paused), author=context.run.requested_by
    )
    result = RunResult(
        rows_out=main.then.rows,
        record={"version": plan.version.number, "tables": [str(t.now.name) for t in plan.turned]},
    )
    context.publish([each.change for each in plan.turned], [definition], statements, result=result)
    return result


def kept_properties(now: IcebergTable, then: IcebergTable) -> dict[str, str | None]:
    """What does not go back: the counters, and that the loads after `then` are in no longer.

    A checkpoint downstream is a load's number and the list of the excluded ones: a list that differs makes it read
    everything again, as it must when rows that it has read are gone.
    """
    highest = {name: max(int(now.properties.get(name) or 0), int(then.properties.get(name) or 0)) for name in COUNTERS}
    kept: dict[str, str | None] = {name: str(number) for name, number in highest.items() if number}
    if NEXT_LOAD_ID in kept:
        before = table_state(then)
        gone = range(before.next_load_id, table_state(now).next_load_id)
        kept[EXCLUDED_LOADS] = json.dumps(sorted({*before.excluded_loads, *gone}))
    return {name: value for name, value in kept.items() if then.properties.get(name) != value}


def renamed_columns(now: IcebergTable, then: IcebergTable) -> tuple[StoredColumn, ...] | None:
    """The columns of `then` by the names that they have today; None where those are the names that they had.

    The definition stays as it is, and so do the names by which it and its readers know the columns. Where two columns
    would have one name all keep their own.
    """
    names = {column.field_id: column.name for column in now.columns}
    columns = tuple(replace(column, name=names.get(column.field_id, column.name)) for column in then.columns)
    is_ambiguous = len({column.name.lower() for column in columns}) < len(columns)
    return None if columns == then.columns or is_ambiguous else columns


def _cancel_waiting(name: TableName, context: RunContext) -> sa.Update:
    """What was queued by itself for the table would bring it forward again."""
    return (
        sa.update(runs)
        .where(
            runs.c.database == context.run.database,
            runs.c.object == str(name),
            runs.c.status == RunStatus.QUEUED.value,
            runs.c.trigger.in_(OF_ITSELF),
        )
        .values(status=RunStatus.CANCELED.value, finished_at=context.now(), error="the table was restored and paused")
    )


# --- bronze: what has been loaded -----------------------------------------------------------------------------------


def _positions(now: IcebergTable, then: IcebergTable, context: RunContext) -> list[Statement]:
    """The ledger, the watermarks and the schema say what the table holds again: the next load brings the rest."""
    name, database, state = str(then.name), context.run.database, table_state(then)
    mine = (files.c.database == database) & (files.c.source_name == name)
    first_gone = state.next_load_id
    held = _files_held(then, context) if first_gone <= table_state(now).next_load_id else {}
    excluded = set(state.excluded_loads)
    with context.lake.engine.connect() as connection:
        ledger = connection.execute(sa.select(files).where(mine)).all()
    known = {(row.path, row.load_id) for row in ledger}
    statements: list[Statement] = []
    for row in ledger:
        this = mine & (files.c.path == row.path) & (files.c.etag == row.etag)
        load_id = row.load_id
        if load_id >= first_gone:
            # An excluded load's file may have been loaded again under a later number: the older one holds it now.
            older = held.get(row.path)
            if older is None or (row.path, older) in known:
                statements.append(sa.update(files).where(this).values(status=TAKEN_BACK))
                continue
            load_id = older
        hidden = EXCLUDED if row.status in (LOADED, TAKEN_BACK) else row.status
        status = hidden if load_id in excluded else LOADED
        statements.append(sa.update(files).where(this).values(load_id=load_id, status=status))
    marks = json.loads(then.properties.get(WATERMARK) or "{}")
    of_source = (watermarks.c.database == database) & (watermarks.c.source_name == name)
    statements.append(sa.update(watermarks).where(of_source).values(last_incremental_watermark=None))
    statements += [
        sa.update(watermarks)
        .where(of_source, watermarks.c.connection == connection)
        .values(last_incremental_watermark=str(mark))
        for connection, mark in marks.items()
    ]
    return [*statements, *_schema(now, then, context)]


def _files_held(then: IcebergTable, context: RunContext) -> dict[str, int]:
    """The files whose rows the version shows, with the load that brought each."""
    if then.find_column("_source_file") is None:
        return {}
    excluded = set(table_state(then).excluded_loads)
    source = then.source(columns=["_source_file", "_load_id"]).sql(dialect="duckdb")
    rows = context.engine().rows(f"SELECT DISTINCT _source_file, _load_id FROM ({source}) ORDER BY 2")  # noqa: S608 - a tree of our own
    return {str(path): int(load) for path, load in rows if path is not None and load not in excluded}


def _schema(now: IcebergTable, then: IcebergTable, context: RunContext) -> list[Statement]:
    columns = renamed_columns(now, then) or then.columns
    if [(each.name, each.type) for each in now.columns] == [(each.name, each.type) for each in columns]:
        return []
    changes = StateChanges(context.lake.head(), then.name, run_id=context.run.run_id, at=context.now())
    version = LoadState(context.lake, then.name).schema_version() + 1
    return [*changes.schema(version, tuple(column for column in columns if not column.is_hidden), "current")]
