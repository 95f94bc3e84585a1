"""Rules that compare rows: DEDUPLICATE and UNIQUE."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.definitions import DeduplicateRule, Keep, SortColumn, UniqueRule
from ormolu.medallion.layers import Layers
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.staged_rows import IS_DELETE, RAW_HASH, ROW_NUMBER, SYSTEM, exact, flag
from ormolu.medallion.templates import (
    all_of,
    any_of,
    cast,
    column,
    columns,
    equal,
    fill,
    named,
    negated,
    present,
    row_hash,
    same,
)


def _eligible(layers: Layers, names: Sequence[str]) -> exp.Expr:
    """Rows that are still in: not deletions, not to be removed by a rule above, without NULL in `names`."""
    gone = [column(flag(rule), "r") for rule in layers.added if rule.removes_rows]
    gone += [column(exact(rule), "r") for rule in layers.added if isinstance(rule.rule, DeduplicateRule)]
    return exp.And(
        this=negated(any_of([column(IS_DELETE, "r"), *gone])), expression=exp.Paren(this=present(names, "r"))
    )


def _arrival(layers: Layers, *, is_descending: bool) -> list[exp.Expr]:
    names = [*layers.request.sequence_by] or [name for name in ("_row_id",) if name in layers.system]
    return [_ordered(layers.known(name), is_descending) for name in names]


def _ordered(tree: exp.Expr, is_descending: bool) -> exp.Ordered:
    return exp.Ordered(this=tree, desc=is_descending, nulls_first=False)


def _order(layers: Layers, given: Sequence[SortColumn], *, is_descending: bool) -> list[exp.Expr]:
    order: list[exp.Expr] = [
        _ordered(layers.tree(term.expression), term.is_descending != is_descending) for term in given
    ]
    if not given:
        order = _arrival(layers, is_descending=is_descending)
    order += [_ordered(column(SYSTEM + "_row_id", "r"), is_descending)] if _has_row_id(layers) else []
    return [*order, _ordered(column(ROW_NUMBER, "r"), is_descending)]


def _has_row_id(layers: Layers) -> bool:
    return any(item.is_system and item.name == "_row_id" for item in layers.request.inputs)


def deduplicate(layers: Layers, placed: NamedRule, rule: DeduplicateRule) -> None:
    for name in rule.columns:
        layers.known(name)
    eligible = _eligible(layers, rule.columns)
    groups: list[exp.Expr] = [*columns(rule.columns, "r"), eligible]
    if set(rule.columns) == set(layers.request.key) and any(
        item.is_system and item.name == "_load_id" for item in layers.request.inputs
    ):
        groups.append(column(SYSTEM + "_load_id", "r"))  # over several loads they are versions, not duplicates
    order = _order(layers, rule.order_by, is_descending=rule.keep is Keep.LAST)
    raw = column(RAW_HASH, "r")
    place = fill("row_number() OVER (PARTITION BY :groups ORDER BY :order)", groups=groups, order=order)
    kept = fill("first_value(:raw) OVER (PARTITION BY :groups ORDER BY :order)", raw=raw, groups=groups, order=order)
    distinct = fill("count(DISTINCT :raw) OVER (PARTITION BY :groups)", raw=raw, groups=groups)
    place_name, kept_name, count_name = (f"ormolu:{each}:{placed.position}" for each in ("place", "kept", "count"))
    layers.layer([named(place, place_name), named(kept, kept_name), named(distinct, count_name)])
    equal_row = fill(":raw = :kept", raw=column(RAW_HASH, "r"), kept=column(kept_name, "r"))
    loser = fill(":place > 1", place=column(place_name, "r"))
    all_lose = fill(":count > 1", count=column(count_name, "r"))
    eligible = _eligible(layers, rule.columns)
    if rule.keep is Keep.NONE:
        is_exact = all_of([eligible, loser, negated(all_lose)])
        is_loser = all_of([eligible, all_lose])
    else:
        is_exact = all_of([eligible, loser, equal_row])
        is_loser = all_of([eligible, loser, negated(equal_row)])
    layers.layer([named(is_exact, exact(placed)), layers.flagged(placed, is_loser)])
    layers.mend(placed, rule.columns)


def unique(layers: Layers, placed: NamedRule, rule: UniqueRule) -> None:
    for name in rule.columns:
        layers.known(name)
    eligible = _eligible(layers, rule.columns)
    key = layers.request.key
    window = {
        "groups": [*columns(rule.columns, "r"), eligible],
        "order": [*_arrival(layers, is_descending=False), _ordered(column(ROW_NUMBER, "r"), False)],
    }
    owner = row_hash(columns(key, "r")) if key else cast(column(ROW_NUMBER, "r"), "VARCHAR")
    first = fill("first_value(:owner) OVER (PARTITION BY :groups ORDER BY :order)", owner=owner, **window)
    owner_name = f"ormolu:owner:{placed.position}"
    layers.layer([named(first, owner_name)])
    taken = fill(":first <> :owner", first=column(owner_name, "r"), owner=owner)
    if layers.request.current is not None and key:
        elsewhere = fill(
            "EXISTS (SELECT 1 FROM published AS f WHERE :equal AND NOT (:same))",
            published=layers.request.current,
            equal=equal([(name, name) for name in rule.columns], "r", "f"),
            same=same(key, "r", "f"),
        )
        taken = exp.Or(this=taken, expression=elsewhere)
    violated = all_of([_eligible(layers, rule.columns), taken])
    layers.check(placed, violated, rule.columns)
