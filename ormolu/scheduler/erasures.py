"""Erasing a key: its rows leave the files of all that has them; later the versions that still know them go as well.

Between the two halves everything downstream is computed again. Each half may be cut off and done again, and finds
nothing to do where it was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlglot import exp

from ormolu.catalog.changes import TableChange
from ormolu.catalog.database import empty_journal, in_transaction, reading
from ormolu.catalog.expiry import forget_versions, old_versions
from ormolu.catalog.fields import copy_field_ids
from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.reachability import folder_of
from ormolu.catalog.schema import audit_log, iceberg_tables, profiles, runs, suggestions, tombstones
from ormolu.catalog.sweep import ENDED, sweep
from ormolu.catalog.table import FILE_NAME_COLUMN
from ormolu.catalog.table_files import live_files
from ormolu.catalog.tombs import bury
from ormolu.definitions import SilverTable, TableName
from ormolu.errors import FeatureNotSupported, ObjectNotInPrerequisiteState, UndefinedTable
from ormolu.medallion.columns import CONTENT
from ormolu.medallion.erasing import Held, Reach, in_quarantine, is_of_key, reach
from ormolu.medallion.layout import layout_of
from ormolu.medallion.templates import column, negated, query, text
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.downstream import EXPIRE
from ormolu.scheduler.maintenance import belonging, options_of
from ormolu.scheduler.refresh_plans import content_id
from ormolu.scheduler.runs import RunAction

REMOVE, FORGET = "remove", "forget"
NONE = timedelta(0)  # of grace: what is erased is gone at once
ERASE = "erase"
ERASED = "left out: CALL lake.erase"
COLUMNS = (("table_name", "text"), ("step", "text"), ("rows", "bigint"), ("versions", "bigint"), ("files", "bigint"))
Key = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    table: str
    step: str
    rows: int | None = None
    versions: int | None = None
    files: int | None = None

    @property
    def row(self) -> tuple[object, ...]:
        return (self.table, self.step, self.rows, self.versions, self.files)


def erase(name: TableName, request: Mapping[str, Any], context: RunContext) -> RunResult:
    """One half of an erasure: `phase` says which."""
    erasure = _Erasure(context, context.lake.head(), name, dict(request["key"]))
    return erasure.remove() if request["phase"] == REMOVE else erasure.forget()


def reach_of(head: Head, name: TableName, key: Key) -> Reach:
    """Where the rows of the key may be; 42P01 or 42703 where there is no such table or column."""
    if head.definitions.find_relation(name) is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    table = head.table(name)
    for part in key:
        table.column(part)

    def has(other: TableName, name: str) -> bool:
        found = head.find_table(other)
        return found is not None and found.find_column(name) is not None

    found = reach(head.definitions.relations(), name, list(key), has)
    if not found.sources:
        raise FeatureNotSupported(
            f"which rows of {', '.join(map(str, found.unknown)) or 'its sources'} are of that key cannot be told",
            hint="Erase from the bronze source by a column of its own: CALL lake.erase('bronze.t', '{\"id\": \"7\"}').",
        )
    return found


@dataclass(frozen=True)
class _Erasure:
    context: RunContext
    head: Head
    name: TableName
    key: Key

    def remove(self) -> RunResult:
        """Write the files that hold the rows anew without them, those of all tables in one commit."""
        found = reach_of(self.head, self.name, self.key)
        layout = layout_of(options_of(self.head.definitions.find_relation(self.name)))
        changes: list[TableChange] = []
        done: list[Done] = []
        for table, condition in self._holding(found):
            if condition is None:
                done.append(Done(str(table.name), "not searched: it has no such column"))
                continue
            touched = self._touched(table, condition)
            if not touched:
                continue
            with self.context.step(f"erase from {table.name}") as step:
                kept = query(
                    "SELECT t.* FROM source AS t WHERE :others",
                    source=table.source(files=list(touched)),
                    others=negated(condition.copy()),
                )
                step.rows = sum(touched.values())
                written = self.context.engine().write_parquet(
                    text(kept),
                    directory=f"{table.location}/data/run-{self.context.run.run_id}-{self.context.run.attempt}",
                    field_ids=copy_field_ids(table.columns),
                    partition_by=table.partition_by,
                    layout=layout,
                )
            based_on = table.metadata_location
            changes.append(TableChange(table.name, based_on, added=written, removed=tuple(touched), operation=ERASE))
            done.append(Done(str(table.name), "erased", sum(touched.values()), None, len(touched)))
        done += [Done(str(table), "not searched: it does not have the key as it is") for table in found.unknown]
        done += [
            Done(str(table), "computed again: it does not have the key as it is")
            for table in found.derived
            if table not in found.held and table.schema == "silver"
        ]
        result = self._result(done)
        self.context.publish(changes, (), [self._forget_request()], result=result)
        return result

    def forget(self) -> RunResult:
        """Take away every version but the newest of all that had the rows, and the files that are no one's then."""
        found = reach_of(self.head, self.name, self.key)
        self._check_gone(found)
        names = dict.fromkeys(each for table in (*found.sources, *found.derived) for each in belonging(table))
        done = [self._forgotten(table) for each in names if (table := self.head.find_table(each)) is not None]
        done += self._buried([str(each) for each in names])
        self._tell_of_others()
        result = self._result([each for each in done if each is not None])
        touched = ", ".join(each.table for each in done if each is not None) or "nothing"
        fact = sa.insert(audit_log).values(
            database=self.context.run.database,
            role=self.context.run.requested_by,
            at=self.context.now(),
            action="ERASE",
            object=str(self.name),
            statement=f"CALL lake.erase: one value of ({', '.join(self.key)}); versions forgotten of {touched}",
        )
        gone = sa.delete(profiles).where(
            profiles.c.database == self.context.run.database, profiles.c.table_name.in_([str(each) for each in names])
        )
        told = told_values(self.context.run.database, [str(each) for each in names])
        self.context.publish((), (), [fact, gone, *told, self._forget_request()], result=result)
        empty_journal(self.context.lake.engine)
        return result

    # --- which rows -------------------------------------------------------------------------------------------------

    def _holding(self, found: Reach) -> Iterator[tuple[IcebergTable, exp.Expr | None]]:
        """The tables whose rows are written by themselves, each with what is true of the key's rows in it."""
        for name in (*found.sources, *found.derived):
            definition, held = self.head.definitions.find_relation(name), found.held.get(name)
            if name.schema == "gold" or held is None:
                continue
            for each in belonging(name):
                table = self.head.find_table(each)
                if table is None:
                    continue
                if each.schema == "quarantine" and isinstance(definition, SilverTable):
                    present = in_quarantine(definition, held, [item.name for item in table.columns])
                    yield table, None if present is None else self._condition(present)
                else:
                    yield table, self._condition(_each(held))

    def _condition(self, held: Mapping[str, tuple[str, ...]]) -> exp.Expr:
        typed = self.head.table(self.name)
        return is_of_key(held, self.key, {part: typed.column(part).type.duckdb for part in self.key})

    def _touched(self, table: IcebergTable, condition: exp.Expr) -> dict[str, int]:
        names = list(dict.fromkeys(node.name for node in condition.find_all(exp.Column)))
        if not names:
            return {}
        counted = query(
            "SELECT :file, count(*) FROM source AS t WHERE :condition GROUP BY ALL",
            file=column(FILE_NAME_COLUMN, "t"),
            source=table.source(columns=names, with_file_name=True),
            condition=condition.copy(),
        )
        return {str(path): int(rows) for path, rows in self.context.engine().rows(text(counted))}

    def _check_gone(self, found: Reach) -> None:
        """What was made again from what is left must not know the key any more."""
        tables = [table for table, condition in self._holding(found) if condition is not None]
        tables += [
            table
            for name in found.derived
            if name.schema == "gold" and name in found.held and (table := self.head.find_table(name)) is not None
        ]
        for table in tables:
            held = found.held.get(table.name) or found.held.get(self._owner(table.name))
            if held is None or table.name.schema == "quarantine":
                continue
            if self._touched(table, self._condition(_each(held))):
                raise ObjectNotInPrerequisiteState(
                    f"{table.name} has rows of that key again",
                    detail="They came back from a source in which the key is computed, or were loaded meanwhile.",
                    hint="Erase there by a column of its own, and where the source is read from, then here again.",
                )

    def _owner(self, name: TableName) -> TableName:
        for ending in ("_deleted", "_history"):
            if name.name.endswith(ending):
                return TableName(name.schema, name.name.removesuffix(ending))
        return name

    # --- the past ---------------------------------------------------------------------------------------------------

    def _forgotten(self, found: IcebergTable) -> Done | None:
        lake = self.context.lake
        with self.context.step(f"forget the past of {found.name}"):
            self._list_anew(lake.head().table(found.name))
            # Nothing that was staged before this moment can be published after this commit: it turns the pointer.
            now = self.context.now()
            with reading(lake.engine) as connection:
                count = old_versions(connection, lake.database, found.name, now)
            table = lake.head().table(found.name)
            change = TableChange(table.name, table.metadata_location, operation=EXPIRE, forget_before=now)
            forgotten = forget_versions(lake.database, table.name, now, at=now)
            lake.commit([change], (), [forgotten], at=now, run_id=self.context.run.run_id)
            swept = [
                file
                for place in places_of(table)
                for file in sweep(lake, at=now, grace=NONE, readers=NONE, within=place).files
            ]
        return Done(str(found.name), "versions forgotten", None, count, len(swept)) if count else None

    def _list_anew(self, table: IcebergTable) -> None:
        """Manifests tell of the files that a snapshot took away, where they were and their partitions' values."""
        if all(map(live_files, table.manifests)):
            return
        kept = {CONTENT: content_id(table)}
        listed = TableChange(table.name, table.metadata_location, keeps_rows=True, summary=kept, operation=EXPIRE)
        self.context.lake.commit([listed], at=self.context.now(), run_id=self.context.run.run_id)

    def _buried(self, names: list[str]) -> list[Done]:
        """Dropped tables of these names cannot come back; of the others is told that they can."""
        lake, done = self.context.lake, []
        of_lake = tombstones.c.database == lake.database
        with reading(lake.engine) as connection:
            stones = connection.execute(sa.select(tombstones).where(of_lake)).all()
        live = {folder_of(location) for location in self.head.pointers.values()}
        for stone in stones:
            folder = folder_of(stone.metadata_location)
            if folder in live:
                continue
            if stone.table_name not in names:
                self.context.notice(f"{stone.table_name} was dropped and may still have it; UNDROP brings it back")
                continue
            # The files first: whoever is killed in between finds the stone again, and what is left.
            swept = sweep(lake, at=self.context.now(), grace=NONE, readers=NONE, within=folder, is_whole=True)
            in_transaction(lake.engine, lambda connection, stone=stone: bury(connection, lake.database, stone))  # type: ignore[misc]  # bound at once
            done.append(Done(stone.table_name, "dropped table removed", None, None, len(swept.files)))
        return done

    def _tell_of_others(self) -> None:
        with reading(self.context.lake.engine) as connection:
            names = connection.execute(sa.select(iceberg_tables.c.catalog_name).distinct()).scalars().all()
        for other in sorted(set(names) - {self.context.run.database}):
            self.context.notice(
                f'the database "{other}" was not looked at: erase there too',
            )

    # --- the record -------------------------------------------------------------------------------------------------

    def _forget_request(self) -> sa.Update:
        return forget_request(self.context.run.run_id, self.key)

    @staticmethod
    def _result(done: list[Done]) -> RunResult:
        rows = sum(each.rows or 0 for each in done)
        return RunResult(rows_out=rows, result=ResultTable(COLUMNS, tuple(each.row for each in done)))


def places_of(table: IcebergTable) -> tuple[str, ...]:
    """Where the table's files are: those that it shares with the database that it was copied from are there.

    Its own place first, then that of the database that it was copied from, and so on: what is in one may refer to what
    is in those after it.
    """
    newest_first = sorted(table.metadata.snapshots, key=lambda each: each.sequence_number or 0, reverse=True)
    return tuple(dict.fromkeys([table.location, *(folder_of(each.manifest_list) for each in newest_first)]))


def _each(held: Held) -> dict[str, tuple[str, ...]]:
    return {part: (name,) for part, name in held.items()}


def told_values(database: str, tables: Sequence[str]) -> Iterator[sa.Update | sa.Delete]:
    """What records say of rows of these tables: profiles, messages of failures, statements that name values.

    Whose values they are is not known to them, so that all of them go.
    """
    of_tables = (runs.c.database == database) & runs.c.object.in_(tables) & runs.c.status.in_(sorted(ENDED))
    is_told = runs.c.action.in_([RunAction.PROFILE.value, RunAction.SUGGEST.value])
    yield sa.update(runs).where(of_tables, is_told).values(result=None)
    yield sa.update(runs).where(of_tables, runs.c.action == RunAction.CHANGE.value).values(request={"sql": ERASED})
    is_asked = runs.c.action.in_([RunAction.REPROCESS.value, RunAction.EXPLAIN_CHANGE.value])
    yield sa.update(runs).where(of_tables, is_asked).values(request={"where": ERASED})
    failed = of_tables & runs.c.error.is_not(None)
    yield sa.update(runs).where(failed).values(error=ERASED, error_detail=None)
    in_quarantine = [name for name in tables if name.startswith("quarantine.")]
    said = (audit_log.c.database == database) & audit_log.c.object.in_(in_quarantine)
    yield sa.update(audit_log).where(said).values(statement=ERASED)
    yield sa.delete(suggestions).where(suggestions.c.database == database, suggestions.c.table_name.in_(tables))


def forget_request(run_id: int, key: Key) -> sa.Update:
    """A run's record keeps the names of the key's columns, and not the values."""
    return sa.update(runs).where(runs.c.run_id == run_id).values(request={"key_columns": list(key)})
