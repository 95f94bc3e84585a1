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
    REVISED,
    SURROGATE,
    MergeRequest,
    is_before,
    is_kind,
    last_names,
    marked,
    merge_steps,
    not_late,
    order_of,
    place,
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
    order = () if request.forgets_values else order_of(request.sequence)
    stored, own = deleted_columns(request.columns, order), place(request)
    values = [item for item in request.values if item.name not in own]
    if request.forgets_values:
        valued: list[exp.Expr] = [named(_forgotten(item), item.name) for item in values]
    else:
        valued = [named(_last(request, item.name), item.name) for item in values]
        valued += [
            named(_last_position(request, *each), each[1]) for each in zip(order, last_names(order), strict=True)
        ]
    numbered = query(
        "SELECT c.* FROM numbered AS c WHERE :gone",
        numbered=_numbered(request),
        gone=is_kind(*GONE),
    )
    gone = query(
        "SELECT :valued, :others FROM known AS c",
        valued=valued,
        others=columns([*own, CREATED, DELETED], "c"),
        known=numbered,
    )
    if not request.forgets_values:
        gone = _with_last_values(request, gone)
        if request.is_batch:
            gone = query("SELECT * FROM gone UNION ALL SELECT * FROM revised", gone=gone, revised=table(REVISED))
    arriving = query(
        "SELECT :cols FROM gone AS g",
        cols=[_stored(request, item, "g", change="delete") for item in stored],
        gone=gone,
    )
    if request.keeps_missing:
        lost = query(
            "SELECT m.*, :last, :deleted, :created FROM missing AS m",
            last=[named(column(name, "m"), last) for name, last in zip(order, last_names(order), strict=True)],
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
    if request.is_batch and not request.forgets_values:
        leaving = query(
            "SELECT * FROM leaving UNION ALL SELECT :key FROM revised",
            leaving=leaving,
            key=columns(request.key),
            revised=table(REVISED),
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


def _last(request: MergeRequest, name: str) -> exp.Expr:
    """Of the newest living version: in the input, as published, as deleted before; else what the deletion brought."""
    return _of_last(
        request, live=column(name, "l"), current=column(name, "t"), deleted=column(name, "d"), own=column(name, "c")
    )


def _last_position(request: MergeRequest, name: str, last: str) -> exp.Expr:
    """Where that version stands among those of its key."""
    own = exp.null()
    return _of_last(request, live=column(name, "l"), current=column(name, "t"), deleted=column(last, "d"), own=own)


def _of_last(request: MergeRequest, *, live: exp.Expr, current: exp.Expr, deleted: exp.Expr, own: exp.Expr) -> exp.Expr:
    """Where the input is all there is nothing else is newer than what is in it."""
    order = order_of(request.sequence)
    is_live: exp.Expr = column(IS_THERE, "l")
    if request.is_batch:
        is_live = fill(
            ":is_live AND (:is_current IS NULL OR :after_current) AND (:is_deleted IS NULL OR :after_deleted)",
            is_live=is_live,
            is_current=column(IS_THERE, "t"),
            is_deleted=column(IS_THERE, "d"),
            after_current=is_before(order, "t", "l"),
            after_deleted=is_before(order, "d", "l", left_names=last_names(order)),
        )
    return fill(
        "CASE WHEN :is_live THEN :live WHEN :is_current THEN :current WHEN :is_deleted THEN :deleted ELSE :own END",
        is_live=is_live,
        is_current=column(IS_THERE, "t"),
        is_deleted=column(IS_THERE, "d"),
        live=live,
        current=current,
        deleted=deleted,
        own=own,
    )


def _forgotten(item: StoredColumn) -> exp.Expr:
    return cast(exp.null(), item.type.duckdb)


def deleted_name(name: TableName) -> TableName:
    return TableName(name.schema, f"{name.name}_deleted")


def deleted_columns(stored: Sequence[StoredColumn], order: Sequence[str]) -> tuple[StoredColumn, ...]:
    """Those of the table, when the row was deleted, and by what `order` its last values were found."""
    types = {item.name: item.type for item in stored}
    last = (
        StoredColumn(last, types[name], is_hidden=True) for name, last in zip(order, last_names(order), strict=True)
    )
    return (
        *(replace(item, field_id=0) for item in stored),
        StoredColumn(DELETED_AT, data_type("timestamptz")),
        *last,
    )
