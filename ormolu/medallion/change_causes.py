"""Why a table differs from what it was: each row that came, went or changed between two versions has one cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.medallion.templates import (
    any_of,
    column,
    columns,
    fill,
    named,
    number,
    query,
    same,
    string,
    table,
)

LATE, NEW, CORRECTED, DELETED, REPAIRED = "late", "new", "corrected", "deleted", "repaired"
DIMENSION, DEFINITION, UNKNOWN = "dimension change", "definition change", "not attributed"
# The order in which causes are taken in, one after the other: where they meet, the earlier one has the effect.
ORDER = (DEFINITION, DIMENSION, DELETED, CORRECTED, REPAIRED, LATE, NEW)
CAUSE, LOAD, OCCURRENCE, IS_THERE = "ormolu:cause", "ormolu:load", "ormolu:occurrence", "ormolu:is_there"

_JOINED = (
    "SELECT :cols, :cause, :load FROM mine AS {mine} LEFT JOIN others AS {other} ON :same "
    "LEFT JOIN gone AS d ON :same_gone LEFT JOIN repaired AS q ON :same_repaired "
    "WHERE :other IS NULL OR :differs"
)

Pair = tuple[str, int | None]  # a cause, and the load that brought it


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` and `after` have the same `columns`; rows of one `key` are one row, without a key equal rows are.

    `compared` says which columns make a row another one. `deleted` has the key and `_load_id` of what was deleted,
    `repaired` the keys of what came back from quarantine meanwhile. `loaded` is the last load that `before` had read.
    """

    columns: tuple[str, ...]
    compared: tuple[str, ...]
    key: tuple[str, ...]
    before: exp.Query
    after: exp.Query
    deleted: exp.Query | None = None
    repaired: exp.Query | None = None
    sequence: str | None = None
    loaded: int | None = None
    has_new_definition: bool = False
    looks_up: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        return self.key or (*self.compared, OCCURRENCE)

    def side(self, rows: exp.Query) -> exp.Query:
        """The rows, each with what tells it from its equals."""
        if self.key:
            return query("SELECT r.*, :there FROM rows AS r", rows=rows.copy(), there=_there())
        counted = fill("row_number() OVER (PARTITION BY :all)", all=columns(self.compared, "r"))
        return query(
            "SELECT r.*, :number, :there FROM rows AS r",
            rows=rows.copy(),
            number=named(counted, OCCURRENCE),
            there=_there(),
        )


def arriving(one: Comparison) -> exp.Query:
    """The rows that are new or other than before, with their cause and load."""
    return _joined(one, "n", "l", one.after, one.before)


def leaving(one: Comparison) -> exp.Query:
    """The rows that are gone or were other, with the same causes."""
    return _joined(one, "l", "n", one.before, one.after)


def _joined(one: Comparison, mine: str, other: str, rows: exp.Query, others: exp.Query) -> exp.Query:
    differs = any_of(
        fill("NOT :new IS NOT DISTINCT FROM :old", new=column(name, "n"), old=column(name, "l"))
        for name in one.compared
        if name not in one.identity
    )
    return query(
        _JOINED.format(mine=mine, other=other),
        cols=[*columns(one.columns, mine), *(columns([OCCURRENCE], mine) if not one.key else ())],
        cause=named(_cause(one), CAUSE),
        load=named(_load(one), LOAD),
        mine=one.side(rows),
        others=one.side(others),
        gone=_keys(one, one.deleted, "_load_id"),
        repaired=_keys(one, one.repaired),
        same=same(one.identity, mine, other),
        same_gone=same(one.identity, mine, "d"),
        same_repaired=same(one.identity, mine, "q"),
        other=column(IS_THERE, other),
        differs=differs,
    )


def _there() -> exp.Expr:
    return named(exp.true(), IS_THERE)


def _keys(one: Comparison, found: exp.Query | None, *also: str) -> exp.Query:
    """Rows of known keys, once each; none where rows have no key."""
    if found is not None and one.key:
        key = columns(one.key, "k")
        rest = [named(fill("max(:value)", value=column(name, "k")), name) for name in also]
        grouped = query("SELECT :cols FROM found AS k GROUP BY :key", cols=[*key, *rest], key=key, found=found.copy())
    else:
        rest = [named(fill("CAST(NULL AS BIGINT)"), name) for name in also]
        grouped = query(
            "SELECT :cols FROM rows AS n WHERE FALSE",
            cols=[*columns(one.identity, "n"), *rest],
            rows=one.side(one.after),
        )
    return query("SELECT g.*, :there FROM grouped AS g", grouped=grouped, there=_there())


def _load(one: Comparison) -> exp.Expr:
    return fill("coalesce(n._load_id, d._load_id)") if "_load_id" in one.columns else fill("CAST(NULL AS BIGINT)")


def _cause(one: Comparison) -> exp.Expr:
    is_old_load: exp.Expr = exp.false()
    if one.loaded is not None and "_load_id" in one.columns:
        is_old_load = fill("coalesce(n._load_id <= :loaded, FALSE)", loaded=number(one.loaded))
    is_late: exp.Expr = is_old_load.copy()
    if one.sequence is not None:
        newest = query("SELECT max(:s) FROM before AS b", s=column(one.sequence, "b"), before=one.before.copy())
        is_late = fill(
            "(:old) OR coalesce(:s <= :newest, FALSE)",
            old=is_old_load.copy(),
            s=column(one.sequence, "n"),
            newest=exp.Subquery(this=newest),
        )
    is_same_source = fill("n._row_id IS NOT DISTINCT FROM l._row_id") if "_row_id" in one.columns else exp.false()
    redefined = exp.true() if one.has_new_definition else exp.false()
    looks_up = exp.true() if one.looks_up else exp.false()
    return fill(
        "CASE WHEN :in_repaired AND :in_after THEN :repaired "
        "WHEN :in_before IS NULL THEN CASE WHEN :redefined AND (:old_load) THEN :definition WHEN :is_late THEN :late "
        "ELSE :new END "
        "WHEN :in_after IS NULL THEN CASE WHEN :redefined AND :in_deleted IS NULL THEN :definition ELSE :deleted END "
        "WHEN :redefined AND :same_source THEN :definition "
        "WHEN :looks_up AND :same_source THEN :dimension ELSE :corrected END",
        in_before=column(IS_THERE, "l"),
        in_after=column(IS_THERE, "n"),
        in_deleted=column(IS_THERE, "d"),
        in_repaired=column(IS_THERE, "q"),
        redefined=redefined,
        old_load=is_old_load,
        is_late=is_late,
        same_source=is_same_source,
        looks_up=looks_up,
        repaired=string(REPAIRED),
        definition=string(DEFINITION),
        late=string(LATE),
        new=string(NEW),
        deleted=string(DELETED),
        dimension=string(DIMENSION),
        corrected=string(CORRECTED),
    )


def state(one: Comparison, came: str, went: str, done: Iterable[Pair], names: Sequence[str]) -> exp.Query:
    """The rows once the causes in `done` have had their effect and the others not yet."""
    is_done = any_of(is_pair(cause, load) for cause, load in done)
    return query(
        "SELECT :cols FROM after AS a ANTI JOIN came AS c ON :same UNION ALL "
        "SELECT :cols FROM came WHERE :is_done UNION ALL SELECT :cols FROM went WHERE NOT (:is_done)",
        cols=columns(names),
        after=one.side(one.after),
        came=table(came),
        went=table(went),
        same=same(one.identity, "a", "c"),
        is_done=is_done,
    )


def is_pair(cause: str, load: int | None) -> exp.Expr:
    return fill(
        ":cause = :word AND :load IS NOT DISTINCT FROM :number",
        cause=column(CAUSE),
        word=string(cause),
        load=column(LOAD),
        number=exp.null() if load is None else number(load),
    )


def rows_of(one: Comparison, came: str, went: str, pairs: Iterable[Pair]) -> exp.Query:
    """The rows of some causes: those that came, and those that went for good."""
    chosen = any_of(is_pair(cause, load) for cause, load in pairs)
    return query(
        "SELECT :cols FROM came WHERE :chosen UNION ALL SELECT :old FROM gone AS w ANTI JOIN came AS c ON :same",
        cols=columns(one.columns),
        old=columns(one.columns, "w"),
        came=table(came),
        gone=query("SELECT * FROM went WHERE :chosen", went=table(went), chosen=chosen.copy()),
        chosen=chosen,
        same=same(one.identity, "w", "c"),
    )
