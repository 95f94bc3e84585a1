"""Take back the loads of one run, and bring them back: rows stay, marked, and no read sees them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from ormolu.catalog.lake import Head, IcebergTable, TableChange
from ormolu.catalog.schema import files, runs
from ormolu.definitions import BronzeSource
from ormolu.errors import ObjectNotInPrerequisiteState, UndefinedObject
from ormolu.medallion.columns import EXCLUDED_LOADS, LATEST_FULL_LOAD
from ormolu.medallion.lineage import dependents
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.load_state import EXCLUDED, LOADED, table_state


def exclude_run(source: BronzeSource, run_id: int, context: RunContext) -> RunResult:
    """Hide the rows that a run loaded; its files may be loaded again. The result names what reads the source."""
    return _mark(source, run_id, context, is_excluded=True)


def include_run(source: BronzeSource, run_id: int, context: RunContext) -> RunResult:
    """Show the rows of an excluded run again."""
    return _mark(source, run_id, context, is_excluded=False)


def _mark(source: BronzeSource, run_id: int, context: RunContext, *, is_excluded: bool) -> RunResult:
    head = context.lake.head()
    loads = loads_of_run(head, source, run_id)
    table = head.table(source.name)
    state = table_state(table)
    after = excluded_after(table, loads, run_id, is_excluded=is_excluded)
    properties: dict[str, str | None] = {EXCLUDED_LOADS: json.dumps(sorted(after))}
    if state.latest_full_load is not None:
        latest = _latest_full_load(context, table, after)
        properties[LATEST_FULL_LOAD] = str(latest) if latest is not None else str(state.latest_full_load)
    old, new = (LOADED, EXCLUDED) if is_excluded else (EXCLUDED, LOADED)
    ledger = (
        sa.update(files)
        .where(
            files.c.database == context.lake.database,
            files.c.source_name == str(source.name),
            files.c.run_id == run_id,
            files.c.status == old,
        )
        .values(status=new)
    )
    rows = _rows_of(context, table, loads)
    if not rows and not is_excluded:
        raise ObjectNotInPrerequisiteState(
            f"the rows of run {run_id} are not in {source.name}",
            hint="It was restored to a version without them; RESTORE TO a version with them brings them back.",
        )
    touched = touched_objects(head, source)
    result = RunResult(
        rows_out=rows,
        record={"excluded_run": run_id, "load_ids": list(loads), "touched": touched},
        result=ResultTable((("object", "text"),), tuple((name,) for name in touched)),
    )
    change = TableChange(
        table=source.name,
        based_on=table.metadata_location,
        properties=properties,
        summary={"ormolu.run-id": str(context.run.run_id)},
        operation="exclude" if is_excluded else "include",
    )
    context.publish([change], (), [ledger], result=result)
    return result


def excluded_after(table: IcebergTable, loads: Collection[int], run_id: int, *, is_excluded: bool) -> set[int]:
    """The excluded loads once those of the run are or are not among them; 55000 where that is so already."""
    before = set(table_state(table).excluded_loads)
    after = before | set(loads) if is_excluded else before - set(loads)
    if after == before:
        word = "excluded" if is_excluded else "included"
        raise ObjectNotInPrerequisiteState(f"run {run_id} of {table.name} is {word} already")
    return after


def loads_of_run(head: Head, source: BronzeSource, run_id: int) -> tuple[int, ...]:
    """The load ids that a run gave; 42704 where it loaded nothing into this source."""
    with head.lake.engine.connect() as connection:
        row = connection.execute(
            sa.select(runs.c.record).where(
                runs.c.run_id == run_id, runs.c.database == head.lake.database, runs.c.object == str(source.name)
            )
        ).first()
        ledger = connection.execute(
            sa.select(files.c.load_id).where(
                files.c.database == head.lake.database,
                files.c.source_name == str(source.name),
                files.c.run_id == run_id,
            )
        ).scalars()
        loads = {int(load) for load in ledger}
    if row is not None and row.record and row.record.get("load_id") and row.record.get("records_inserted"):
        loads.add(int(row.record["load_id"]))
    if not loads:
        raise UndefinedObject(
            f"run {run_id} loaded nothing into {source.name}",
            hint="SELECT run_id, source_name, status FROM lake.runs",
        )
    return tuple(sorted(loads))


def touched_objects(head: Head, source: BronzeSource) -> list[str]:
    """What reads the source, directly or through others."""
    return [str(name) for name in dependents(head.definitions.relations(), source.name)]


def _latest_full_load(context: RunContext, table: IcebergTable, excluded: set[int]) -> int | None:
    source = table.source(columns=["_load_id"]).sql(dialect="duckdb")
    hidden = ", ".join(map(str, sorted(excluded))) or "NULL"
    ((latest,),) = context.engine().rows(
        f"SELECT max(_load_id) FROM ({source}) WHERE _load_id NOT IN ({hidden})"  # noqa: S608 - numbers
        if excluded
        else f"SELECT max(_load_id) FROM ({source})"  # noqa: S608 - a tree of our own
    )
    return None if latest is None else int(latest)


def _rows_of(context: RunContext, table: IcebergTable, loads: Sequence[int]) -> int:
    source = table.source(columns=["_load_id"]).sql(dialect="duckdb")
    ((rows,),) = context.engine().rows(
        f"SELECT count(*) FROM ({source}) WHERE _load_id IN ({', '.join(map(str, loads))})"  # noqa: S608 - numbers
    )
    return int(rows)
