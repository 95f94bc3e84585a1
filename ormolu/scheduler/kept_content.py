"""What a rebuilt table still holds of its earlier versions: all of it but for some columns.

It is compared, not assumed. What reads none of those columns need not be refreshed, however it reads the rest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlglot import exp

from ormolu.catalog.lake import IcebergTable
from ormolu.definitions import Definition, TableName
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.change_impact import Impact, Made, change_of
from ormolu.medallion.column_spread import spread
from ormolu.medallion.columns import KEPT, SILVER_AUDIT_COLUMNS, StoredColumn
from ormolu.medallion.steps import TableWrite
from ormolu.medallion.templates import column, query, text
from ormolu.scheduler.refresh_plans import RefreshPlan, content_of, kept_of
from ormolu.scheduler.table_writes import after

VERSIONS_KEPT_MAX = 20
_AUDIT = frozenset(item.name for item in SILVER_AUDIT_COLUMNS)


def kept_properties(
    plan: RefreshPlan, known: Definition | None, current: IcebergTable | None, write: TableWrite, engine: JobEngine
) -> Mapping[str, str | None]:
    """The property that tells which earlier versions the rows are those of; None takes it away."""
    if current is None or plan.mode.is_batch:
        return {KEPT: None}
    candidates = _candidates(plan, known, current)
    if candidates is None:
        return {KEPT: None}
    changed = candidates | _uncompared(current.columns, write.columns)
    compared = [item.name for item in write.columns if item.name not in changed]
    if not compared or _sum(engine, current.source(), compared) != _sum(engine, after(write, current), compared):
        return {KEPT: None}
    return {KEPT: lengthened(current, changed)}


def lengthened(current: IcebergTable, changed: Collection[str]) -> str:
    """What the next version holds of the current one, and of those that this one holds."""
    earlier = [(version, columns | set(changed)) for version, columns in kept_of(current)]
    entries = [(content_of(current), set(changed)), *earlier][:VERSIONS_KEPT_MAX]
    return json.dumps([[version, sorted(columns)] for version, columns in entries])


def _candidates(plan: RefreshPlan, known: Definition | None, current: IcebergTable) -> frozenset[str] | None:
    """The columns that ought to differ; None where nothing says so."""
    if not plan.is_same_definition:
        if not isinstance(known, Made) or type(known) is not type(plan.definition):
            return None
        change = change_of(known, plan.definition)
        return frozenset(change.parts) if change.impact is Impact.COLUMNS else frozenset()
    found: frozenset[str] = frozenset()
    for name, upstream in plan.upstreams.items():
        before = plan.checkpoints.get(name, {}).get("version")
        if before == upstream.version:
            continue
        differing = next((columns for version, columns in upstream.kept if version == before), None)
        reached = None if differing is None else spread(plan.definition, TableName(*name.split(".", 1)), differing)
        if reached is None:
            return None
        found |= reached
    return found


def _uncompared(before: Collection[StoredColumn], then: Collection[StoredColumn]) -> frozenset[str]:
    """Columns of one side only, of another type, ours, and hidden ones."""
    one, other = ({item.name: item for item in each} for each in (before, then))
    return frozenset(
        name
        for name in one.keys() | other.keys()
        if name not in one or name not in other or one[name].type != other[name].type or other[name].is_hidden
    ) | (_AUDIT & (one.keys() | other.keys()))


def _sum(engine: JobEngine, rows: exp.Query, names: Collection[str]) -> list[tuple[object, ...]]:
    """The same for the same rows in any order."""
    row = exp.Anonymous(this="hash", expressions=[column(name, "r") for name in names])
    found = query("SELECT count(*), sum(:row), bit_xor(:row) FROM rows AS r", row=row, rows=rows)
    return engine.rows(text(found))
