"""Merging staged rows into a table by its business key.

Steps make temporary tables, in order; writes say which keys leave a table and which rows come. Who executes them
decides which files that touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.medallion.columns import DELETED_AT, StoredColumn
from ormolu.medallion.expressions import at
from ormolu.medallion.row_changes import (
    CHANGES,
    CREATED,
    DELETED,
    GONE,
    IS_THERE,
    KIND,
    LIVE,
    MISSING,
    SURROGATE,
    MergeRequest,
    is_kind,
    marked,
    merge_steps,
    not_late,
)
from ormolu.medallion.steps import Step, TableWrite
from ormolu.medallion.templates import (
    cast,
    column,
    columns,
    fill,
    named,
    query,
    same,
    string,
    table,
)
from ormolu.sql_extensions.types import data_type


@dataclass(frozen=True, slots=True)
class MergePlan:
    steps: tuple[Step, ...]
    current: TableWrite
    deleted: TableWrite | None


def merge(request: MergeRequest) -> MergePlan:
    return MergePlan(merge_steps(request), _write_current(request), _write_deleted(request))


def _write_current(request: MergeRequest) -> TableWrite:
    leaving = query(
        "SELECT :key FROM changes AS c WHERE :gone UNION ALL SELECT :key FROM missing",
        key=columns(request.key),
        changes=table(CHANGES),
        gone=is_kind("update", "delete"),
        missing=table(MISSING),
    )
    arriving = query(
        "SELECT :cols FROM numbered AS c WHERE :come",
        cols=[_stored(request, item, "c") for item in request.columns],
        come=is_kind("insert", "update"),
        numbered=_numbered(request),
    )
    return TableWrite(request.name, request.columns, arriving, request.key, leaving)


def _numbered(request: MergeRequest) -> exp.Query | exp.Table:
    """The changes with surrogate keys: a known key keeps its number, new ones count on in the order of their keys."""
    if request.surrogate_key is None:
        return table(CHANGES)
    number = fill(
        "coalesce(:known, :base + row_number() OVER (PARTITION BY :known IS NULL ORDER BY :key))",
        known=column(SURROGATE, "c"),
        base=exp.Literal.number(request.surrogate_base),
        key=columns(request.key, "c"),
    )
    return query(
        "SELECT c.*, :number FROM changes AS c WHERE :changed",
        changes=table(CHANGES),
        changed=is_kind("insert", "update", *GONE),
        number=named(cast(number, "BIGINT"), request.surrogate_key),
    )


def _stored(request: MergeRequest, item: StoredColumn, alias: str, *, change: str | None = None) -> exp.Expr:
    """A column as it is written; audit columns are ours."""
    now = at(request.now)
    source = string(request.source_system) if request.source_system else cast(exp.null(), "VARCHAR")
    match item.name:
        case "_created_at":
            value = fill("coalesce(:known, :now)", known=column(CREATED, alias), now=now)
        case "_updated_at" | "_load_timestamp":
            value = now
        case "_source_system":
            value = source
        case "_change_type":
            value = column(KIND, alias) if change is None else string(change)
        case "_is_current":
            value = exp.true() if change is None else exp.false()
        case _ if item.name == DELETED_AT:
            value = fill("coalesce(:known, :now)", known=column(DELETED, alias), now=now)
        case _:
            value = column(item.name, alias)
    return named(cast(value, item.type.duckdb), item.name)


def _write_deleted(request: MergeRequest) -> TableWrite | None:
    """The deletions: keys, position and time are theirs, the other columns are the row's last values, or nothing."""
    if request.deleted is None:
        return None
    stored = deleted_columns(request.columns)
    position = {*request.key, *request.sequence, "_row_id", "_load_id"}
    last = _forgotten if request.forgets_values else _last_value
    valued = [
        named(last(item), item.name) if item.name not in position else column(item.name, "c") for item in request.values
    ]
    names = {item.name for item in request.values}
    others = [CREATED, DELETED, "_row_id", "_load_id", "_hash", KIND]
    others += [name for name in request.sequence if name not in names and name not in others]
    others += [request.surrogate_key] if request.surrogate_key is not None else []
    numbered = query(
        "SELECT c.* FROM numbered AS c WHERE :gone",
        numbered=_numbered(request),
        gone=is_kind(*GONE),
    )
    gone = query(
        "SELECT :valued, :others FROM known AS c",
        valued=valued,
        others=columns(others, "c"),
        known=numbered,
    )
    if not request.forgets_values:
        gone = _with_last_values(request, gone)
    arriving = query(
        "SELECT :cols FROM gone AS g",
        cols=[_stored(request, item, "g", change="delete") for item in stored],
        gone=gone,
    )
    if request.keeps_missing:
        lost = query(
            "SELECT m.*, :deleted, :created FROM missing AS m",
            deleted=named(cast(exp.null(), "TIMESTAMPTZ"), DELETED),
            created=named(column("_created_at", "m"), CREATED),
            missing=table(MISSING),
        )
        arriving = query(
            "SELECT * FROM arriving UNION ALL SELECT :cols FROM lost AS g",
            arriving=arriving,
            lost=lost,
            cols=[_stored(request, item, "g", change="delete") for item in stored],
        )
    leaving = query(
        "SELECT :key FROM changes UNION ALL SELECT :key FROM missing",
        key=columns(request.key),
        changes=not_late(),
        missing=table(MISSING),
    )
    if request.is_part:
        leaving = query("SELECT :key FROM deleted", key=columns(request.key), deleted=request.deleted)
    is_whole = not request.is_batch and not request.keeps_missing and not request.is_part
    return TableWrite(deleted_name(request.name), stored, arriving, request.key, leaving, is_whole=is_whole)


def _with_last_values(request: MergeRequest, gone: exp.Query) -> exp.Query:
    """Beside each deletion its key's row as it was: in the input, as published, as deleted before."""
    assert isinstance(gone, exp.Select)
    assert request.deleted is not None
    for rows, alias in ((table(LIVE), "l"), (request.current, "t"), (request.deleted, "d")):
        gone = gone.join(marked(rows).subquery(alias), on=same(request.key, "c", alias), join_type="left", copy=False)
    return gone


def _last_value(item: StoredColumn) -> exp.Expr:
    """Of the newest living version in the input, else of the published row, else what the deletion brought."""
    return fill(
        "CASE WHEN :is_live THEN :live WHEN :is_current THEN :current WHEN :is_deleted THEN :deleted ELSE :own END",
        is_live=column(IS_THERE, "l"),
        is_current=column(IS_THERE, "t"),
        is_deleted=column(IS_THERE, "d"),
        live=column(item.name, "l"),
        current=column(item.name, "t"),
        deleted=column(item.name, "d"),
        own=column(item.name, "c"),
    )


def _forgotten(item: StoredColumn) -> exp.Expr:
    return cast(exp.null(), item.type.duckdb)


def deleted_name(name: TableName) -> TableName:
    return TableName(name.schema, f"{name.name}_deleted")


def deleted_columns(stored: Sequence[StoredColumn]) -> tuple[StoredColumn, ...]:
    return (*(replace(item, field_id=0) for item in stored), StoredColumn(DELETED_AT, data_type("timestamptz")))
