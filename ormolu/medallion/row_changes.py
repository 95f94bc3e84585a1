"""What becomes of each row that may enter a table with a key: the newest of its key, beside the published one.

A row that comes again unchanged is not written again, so its stored `_row_id` stays that of its first coming. Only
without SEQUENCE BY does that show: a repaired row that came between the two is then taken for the newer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.medallion.columns import DELETED_AT, StoredColumn
from ormolu.medallion.steps import Step
from ormolu.medallion.templates import (
    cast,
    column,
    columns,
    fill,
    first_present,
    named,
    query,
    same,
    string,
    table,
)

VERSIONS = "ormolu_versions"
TWICE = "ormolu_twice"
WINNERS = "ormolu_winners"
LIVE = "ormolu_live"
CHANGES = "ormolu_changes"
MISSING = "ormolu_missing"
REVISED = "ormolu_revised"
DELETE = "ormolu:delete"
NUMBER = "ormolu:n"
# What a change carries along beside columns that users name as they like.
KIND = "ormolu:kind"
CREATED = "ormolu:created_at"
DELETED = "ormolu:deleted_at"
SURROGATE = "ormolu:surrogate"
IS_THERE = "ormolu:is_there"
GONE = ("delete", "tombstone", "deleted before")
LATE = ("late", LATE_OF_DELETED := "late of deleted")


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """`good` yields value columns, `sequence`, `_row_id`, `_load_id`, DELETE and NUMBER of the rows that may enter.

    `current` and `deleted` yield the published tables in the new columns. `is_batch`: rows since the checkpoint, to be
    compared with the published ones; else the input is everything there is. `is_part`: everything of some keys; rows of
    no other are given, and theirs stay. `held_keys` are keys whose published row stays although the input lacks it.
    `is_first`: nothing was ever published, neither rows nor deletions.
    """

    name: TableName
    key: tuple[str, ...]
    sequence: tuple[str, ...]
    values: tuple[StoredColumn, ...]
    columns: tuple[StoredColumn, ...]  # all stored ones: surrogate key, values, hidden ones, audit
    good: exp.Query
    current: exp.Query
    deleted: exp.Query | None  # None: deletions are not kept
    forgets_values: bool  # of the deleted, only key and position are kept, so that a late change does not revive them
    held_keys: exp.Query | None
    is_first: bool
    is_batch: bool
    is_part: bool
    removes_missing: bool
    keeps_missing: bool  # a missing key was deleted at the source: it goes to the deleted ones
    replace_by: tuple[str, ...]
    surrogate_key: str | None
    surrogate_base: int
    source_system: str | None
    now: datetime


def merge_steps(request: MergeRequest) -> tuple[Step, ...]:
    steps = [Step(VERSIONS, _versions(request), is_view=not request.replace_by)]
    steps += [_twice(request), Step(WINNERS, _winners(request), is_view=True)]
    steps += [_changes(request), Step(MISSING, _missing(request))]
    if request.deleted is not None and not request.forgets_values:
        steps.append(Step(LIVE, _live(request)))
        if request.is_batch:
            steps.append(Step(REVISED, _revised(request, request.deleted)))
    return tuple(steps)


def _newest_first(names: Sequence[str], alias: str) -> list[exp.Expr]:
    return [exp.Ordered(this=column(name, alias), desc=True, nulls_first=False) for name in names]


def is_before(names: Sequence[str], left: str, right: str, *, left_names: Sequence[str] | None = None) -> exp.Expr:
    """The left row comes before the right one by the columns in turn; NULL comes first."""
    condition: exp.Expr = exp.false()
    for name, left_name in reversed(list(zip(names, left_names or names, strict=True))):
        condition = fill(
            "(:right > :left OR (:left IS NULL AND NOT :right IS NULL) "
            "OR (:left IS NOT DISTINCT FROM :right AND :rest))",
            left=column(left_name, left),
            right=column(name, right),
            rest=condition,
        )
    return condition


def order_of(sequence: Sequence[str]) -> tuple[str, ...]:
    """What puts the versions of a key in order."""
    return tuple(dict.fromkeys((*sequence, "_row_id")))


def last_names(order: Sequence[str]) -> tuple[str, ...]:
    """Of a deleted row, the columns that say where among the versions of its key the one stands whose values it has."""
    return tuple(f"_last{name}" if name == "_row_id" else f"_last_sequence_{at}" for at, name in enumerate(order, 1))


def place(request: MergeRequest) -> list[str]:
    """What of a deleted row is the deletion's own: its key, its position, its hash and its number."""
    names = [*request.key, *request.sequence, "_row_id", "_load_id", "_hash"]
    names += [request.surrogate_key] if request.surrogate_key is not None else []
    return list(dict.fromkeys(names))


def _versions(request: MergeRequest) -> exp.Query:
    """The rows that may enter; with REPLACE BY only those of each group's newest version."""
    if not request.replace_by:
        return request.good
    order = order_of(request.sequence)
    newest = query(
        "SELECT g.* FROM good AS g QUALIFY g._load_id IS NOT DISTINCT FROM first_value(g._load_id) OVER "
        "(PARTITION BY :groups ORDER BY :order)",
        good=request.good,
        groups=columns(request.replace_by, "g"),
        order=[*_newest_first(order, "g"), *_newest_first(["_load_id", NUMBER], "g")],
    )
    if not request.is_batch:
        return newest
    leaders = query(
        "SELECT t.* FROM current AS t QUALIFY row_number() OVER (PARTITION BY :groups ORDER BY :order) = 1",
        current=request.current,
        groups=columns(request.replace_by, "t"),
        order=_newest_first(order, "t"),
    )
    late_groups = query(
        "SELECT :groups FROM (SELECT g.* FROM good AS g QUALIFY row_number() OVER "
        "(PARTITION BY :groups ORDER BY :order) = 1) AS g INNER JOIN leaders AS t ON :same WHERE :late",
        good=newest,
        leaders=leaders,
        groups=columns(request.replace_by, "g"),
        order=_newest_first(order, "g"),
        same=same(request.replace_by, "g", "t"),
        late=is_before(order, "g", "t"),
    )
    return query(
        "SELECT v.* FROM newest AS v ANTI JOIN late AS t ON :same",
        newest=newest,
        late=late_groups,
        same=same(request.replace_by, "v", "t"),
    )


def _twice(request: MergeRequest) -> Step:
    """Keys that have several versions: only these need to be put in order."""
    key = columns(request.key, "v")
    several = query(
        "SELECT :key FROM versions AS v GROUP BY :key HAVING count(*) > 1", key=key, versions=table(VERSIONS)
    )
    return Step(TWICE, several, splits_by=tuple(each.copy() for each in key))


def _winners(request: MergeRequest) -> exp.Query:
    alone = query(
        "SELECT v.* FROM versions AS v ANTI JOIN twice AS t ON :same",
        versions=table(VERSIONS),
        twice=table(TWICE),
        same=same(request.key, "v", "t"),
    )
    several = query(
        "SELECT v.* FROM versions AS v SEMI JOIN twice AS t ON :same",
        versions=table(VERSIONS),
        twice=table(TWICE),
        same=same(request.key, "v", "t"),
    )
    return query("SELECT * FROM alone UNION ALL SELECT * FROM newest", alone=alone, newest=_newest(request, several))


def _live(request: MergeRequest) -> exp.Query:
    """The newest living version, of those that came, of each key that is deleted."""
    living = query(
        "SELECT v.* FROM versions AS v SEMI JOIN gone AS c ON :same WHERE NOT :delete",
        versions=table(VERSIONS),
        gone=query(
            "SELECT c.* FROM changes AS c WHERE :gone",
            changes=table(CHANGES),
            gone=is_kind(*GONE, LATE_OF_DELETED),
        ),
        same=same(request.key, "v", "c"),
        delete=column(DELETE, "v"),
    )
    return _newest(request, living)


def _newest(request: MergeRequest, versions: exp.Query) -> exp.Query:
    return query(
        "SELECT v.* FROM versions AS v QUALIFY row_number() OVER (PARTITION BY :key ORDER BY :order) = 1",
        versions=versions,
        key=columns(request.key, "v"),
        order=_newest_first([*order_of(request.sequence), NUMBER], "v"),
    )


def _changes(request: MergeRequest) -> Step:
    """A first fill whose keys come once gives its rows as they are: nothing but the write reads them."""
    if request.is_first:
        return Step(CHANGES, _uncompared(request), view_without=TWICE)
    return Step(CHANGES, _compared(request))


def _uncompared(request: MergeRequest) -> exp.Query:
    """Each newest row, where there is nothing to compare it with."""
    kind = fill("CASE WHEN :delete THEN 'tombstone' ELSE 'insert' END", delete=column(DELETE, "w"))
    known = [named(cast(exp.null(), "TIMESTAMPTZ"), CREATED)]
    if request.surrogate_key is not None:
        known.append(named(cast(exp.null(), "BIGINT"), SURROGATE))
    if request.deleted is not None:
        known.append(named(cast(exp.null(), "TIMESTAMPTZ"), DELETED))
    return query(
        "SELECT w.*, :known, :kind FROM winners AS w", known=known, kind=named(kind, KIND), winners=table(WINNERS)
    )


def _compared(request: MergeRequest) -> exp.Query:
    """Each newest row beside the published one of its key, and what becomes of it."""
    order = order_of(request.sequence)
    deleted = request.deleted if request.deleted is not None else _nothing(request.current)
    is_late: dict[str, exp.Expr] = {"t": exp.false(), "d": exp.false()}
    if request.is_batch:
        is_late = {alias: is_before(order, "w", alias) for alias in is_late}
    kind = fill(
        "CASE WHEN coalesce(:live, FALSE) AND :before_live THEN 'late' "
        "WHEN coalesce(:dead, FALSE) AND :before_deleted THEN 'late of deleted' WHEN :delete AND :live THEN 'delete' "
        "WHEN :delete AND :dead THEN 'deleted before' WHEN :delete THEN 'tombstone' "
        "WHEN :live IS NULL THEN 'insert' WHEN t._hash = w._hash THEN 'unchanged' ELSE 'update' END",
        before_live=is_late["t"],
        before_deleted=is_late["d"],
        delete=column(DELETE, "w"),
        live=column(IS_THERE, "t"),
        dead=column(IS_THERE, "d"),
    )
    known: list[exp.Expr] = [named(fill("coalesce(t._created_at, d._created_at)"), CREATED)]
    if request.surrogate_key is not None:
        surrogate = [column(request.surrogate_key, "t"), column(request.surrogate_key, "d")]
        known.append(named(first_present(surrogate), SURROGATE))
    if request.deleted is not None:
        same_deletion = fill("CASE WHEN d._row_id IS NOT DISTINCT FROM w._row_id THEN d._deleted_at END")
        known.append(named(same_deletion, DELETED))
    return query(
        "SELECT w.*, :known, :kind FROM winners AS w "
        "LEFT JOIN current AS t ON :same_live LEFT JOIN deleted AS d ON :same_deleted",
        known=known,
        kind=named(kind, KIND),
        winners=table(WINNERS),
        current=marked(request.current),
        deleted=marked(deleted),
        same_live=same(request.key, "w", "t"),
        same_deleted=same(request.key, "w", "d"),
    )


def _revised(request: MergeRequest, deleted: exp.Query) -> exp.Query:
    """Deletions whose last values are those of a row that came late: before the deletion, after what was known."""
    order, own = order_of(request.sequence), place(request)
    valued: list[exp.Expr] = [column(item.name, "l") for item in request.values if item.name not in own]
    valued += [named(column(name, "l"), last) for name, last in zip(order, last_names(order), strict=True)]
    return query(
        "SELECT :valued, :place, :created, :deleted_at FROM live AS l INNER JOIN deleted AS d ON :same "
        "SEMI JOIN late AS c ON :same_late WHERE :newer",
        valued=valued,
        place=columns(own, "d"),
        created=named(column("_created_at", "d"), CREATED),
        deleted_at=named(column(DELETED_AT, "d"), DELETED),
        live=table(LIVE),
        deleted=deleted,
        same=same(request.key, "l", "d"),
        late=query("SELECT c.* FROM changes AS c WHERE :late", changes=table(CHANGES), late=is_kind(LATE_OF_DELETED)),
        same_late=same(request.key, "l", "c"),
        newer=is_before(order, "d", "l", left_names=last_names(order)),
    )


def _nothing(current: exp.Query) -> exp.Query:
    return query("SELECT t.* FROM current AS t WHERE FALSE", current=current)


def _missing(request: MergeRequest) -> exp.Query:
    """Published rows that the input no longer has: all of them compared, or within the groups that were replaced."""
    if request.removes_missing:
        held = request.held_keys
        rows = query(
            "SELECT t.* FROM current AS t ANTI JOIN versions AS v ON :same",
            current=request.current,
            versions=table(VERSIONS),
            same=same(request.key, "t", "v"),
        )
        if held is None:
            return rows
        return query(
            "SELECT t.* FROM missing AS t ANTI JOIN held AS h ON :same",
            missing=rows,
            held=held,
            same=same(request.key, "t", "h"),
        )
    if request.replace_by:
        return query(
            "SELECT t.* FROM current AS t SEMI JOIN changes AS c ON :same_group ANTI JOIN versions AS v ON :same",
            current=request.current,
            changes=not_late(),
            versions=table(VERSIONS),
            same_group=same(request.replace_by, "t", "c"),
            same=same(request.key, "t", "v"),
        )
    return _nothing(request.current)


def not_late() -> exp.Query:
    return query("SELECT c.* FROM changes AS c WHERE NOT :late", changes=table(CHANGES), late=is_kind(*LATE))


def is_kind(*kinds: str) -> exp.Expr:
    """Of a change, as `c`."""
    return exp.In(this=column(KIND, "c"), expressions=[string(kind) for kind in kinds])


def marked(rows: exp.Query | exp.Table) -> exp.Query:
    """The rows with IS_THERE, which an outer join leaves NULL where there is none."""
    return query("SELECT r.*, :there FROM rows AS r", rows=rows, there=named(exp.true(), IS_THERE))
