"""Rules in their order, with names and actions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ormolu.definitions import (
    Action,
    CheckRule,
    Column,
    DeduplicateRule,
    Escalation,
    ExpectRule,
    Expression,
    Keep,
    NotNullRule,
    Rule,
    SetRule,
    Violation,
)
from ormolu.errors import DuplicateObject, FeatureNotSupported, InvalidSyntax
from ormolu.medallion.rules import NamedRule, named_rules

CHECK = CheckRule(Expression("a > 0"))


def named(*rules: Rule, columns: tuple[Column, ...] = (), key: tuple[str, ...] = ()) -> tuple[NamedRule, ...]:
    return named_rules("orders", columns=columns, rules=rules, key=key)


def test_casts_come_first_and_the_column_list_and_the_key_last() -> None:
    placed = named(
        SetRule("a", Expression("1")),
        columns=(Column("a", "integer", is_required=True, check=Expression("a > 0")),),
        key=("k",),
    )
    assert [rule.name for rule in placed] == ["cast_a", "set_a", "a_not_null", "a_check", "orders_pkey"]
    assert [rule.position for rule in placed] == [1, 2, 3, 4, 5]


def test_a_required_key_is_not_required_twice() -> None:
    assert [rule.name for rule in named(NotNullRule("k"), key=("k",))] == ["k_not_null"]


def test_names_never_meet() -> None:
    names = [rule.name for rule in named(CHECK, CHECK, CheckRule(Expression("b"), name="a_check1"), CHECK)]
    assert len(set(names)) == 4
    with pytest.raises(DuplicateObject):
        named(CheckRule(Expression("a"), name="x"), CheckRule(Expression("b"), name="x"))


def test_a_check_is_called_after_its_one_column_or_the_table() -> None:
    checks = [
        CheckRule(Expression(text)) for text in ("to_char(day, 'DD') > '1'", "a > B", "1 > 0", 'length("B c") > 1')
    ]
    assert [rule.name for rule in named(*checks)] == ["day_check", "orders_check", "orders_check1", "B c_check"]


def test_defaults_follow_the_kind() -> None:
    placed = named(CHECK, ExpectRule(Expression("count(*) > 0")), DeduplicateRule(("a",), Keep.LAST))
    assert [rule.action for rule in placed] == [Action.QUARANTINE, Action.FAIL, Action.QUARANTINE]


def test_the_highest_threshold_passed_decides() -> None:
    steps = (Escalation(Action.DISCARD, Decimal(5)), Escalation(Action.FAIL, Decimal(50)))
    (rule,) = named(CheckRule(Expression("a"), on_violation=Violation(Action.WARN, steps)))
    shares = {0: Action.WARN, 5: Action.WARN, 6: Action.DISCARD, 50: Action.DISCARD, 51: Action.FAIL}
    assert {count: rule.action_at(violating=count, checked=100) for count in shares} == shares
    assert rule.action_at(violating=0, checked=0) is Action.WARN


def test_actions_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidSyntax):
        named(ExpectRule(Expression("true"), on_violation=Violation(Action.SET_NULL)))
    with pytest.raises(InvalidSyntax):
        named(CheckRule(Expression("a"), on_violation=Violation(Action.SET_UNKNOWN)))
    with pytest.raises(FeatureNotSupported):
        named_rules(
            "orders",
            columns=(),
            rules=(CheckRule(Expression("a"), on_violation=Violation(Action.QUARANTINE)),),
            key=(),
            default=Action.FAIL,
        )
