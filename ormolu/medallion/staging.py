"""One pass over the input: casts, repairs, lookups, and for each row which rules it broke.

Every rule adds one layer around the query so far, top to bottom; nothing is read twice. The pass ends with the
columns as they will be stored, the system columns of the input under names of their own, one boolean a rule,
and the row as it came in for those that broke any.
"""

from __future__ import annotations

from sqlglot import exp

from ormolu.definitions import (
    Action,
    CheckRule,
    DeduplicateRule,
    ExpectRule,
    ForeignKeyRule,
    LookupRule,
    NotNullRule,
    SetRule,
    UniqueRule,
)
from ormolu.medallion.expressions import columns_of, failed, is_false, is_true, undefined_column, value_or_null
from ormolu.medallion.layers import Layers
from ormolu.medallion.references import foreign_key, lookup
from ormolu.medallion.row_comparisons import deduplicate, unique
from ormolu.medallion.rules import CastRule, KeyRule, NamedRule
from ormolu.medallion.staged_rows import Stage, StageRequest
from ormolu.medallion.templates import column, data_type_tree, fill, negated, present


def stage(request: StageRequest) -> Stage:
    """The pass of a table. Raises where a rule names what is not there."""
    layers = Layers(request)
    layers.start()
    for rule in request.rules:
        _add(layers, rule)
    return layers.finish()


def _add(layers: Layers, placed: NamedRule) -> None:
    match placed.rule:
        case CastRule():
            _cast(layers, placed, placed.rule)
        case SetRule():
            _set(layers, placed, placed.rule)
        case NotNullRule():
            value = layers.known(placed.rule.column)
            layers.check(placed, fill(":value IS NULL", value=value), (placed.rule.column,))
        case KeyRule():
            for name in placed.rule.columns:
                layers.known(name)
            missing = negated(present(placed.rule.columns, "r"))
            layers.check(placed, missing, placed.rule.columns, is_for_deletes=True)
        case CheckRule():
            names = columns_of(placed.rule.condition)
            layers.check(placed, is_false(layers.tree(placed.rule.condition)), names)
        case UniqueRule():
            unique(layers, placed, placed.rule)
        case ForeignKeyRule():
            foreign_key(layers, placed, placed.rule)
        case DeduplicateRule():
            deduplicate(layers, placed, placed.rule)
        case LookupRule():
            lookup(layers, placed, placed.rule)
        case ExpectRule():
            pass  # looks at tables, not at rows


def _cast(layers: Layers, placed: NamedRule, rule: CastRule) -> None:
    violated = layers.broken.get(rule.column)
    if violated is None:
        return  # the value has the type already, or comes from the DEFAULT
    is_key = rule.column in layers.request.key
    layers.layer([layers.flagged(placed, violated, is_for_deletes=is_key)])
    if placed.action is Action.SET_DEFAULT:
        layers.mend(placed, (rule.column,))


def _set(layers: Layers, placed: NamedRule, rule: SetRule) -> None:
    if rule.column not in layers.types:
        raise undefined_column(rule.column, layers.types)
    wanted = layers.types[rule.column].duckdb
    value = layers.tree(rule.expression)
    applies = exp.true() if rule.where is None else is_true(layers.tree(rule.where))
    set_value = fill(
        "CASE WHEN :applies THEN :value ELSE :old END",
        applies=applies,
        value=exp.TryCast(this=value_or_null(value), to=data_type_tree(wanted)),
        old=column(rule.column, "r"),
    )
    violated = exp.And(this=applies.copy(), expression=failed(value))
    layers.layer([layers.flagged(placed, violated)], {rule.column: set_value})
    if placed.action is Action.SET_DEFAULT:
        layers.mend(placed, (rule.column,))
