"""The rules of a table in the order in which they run, each with a name and an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from ormolu.definitions import (
    Action,
    CheckRule,
    Column,
    DeduplicateRule,
    ExpectRule,
    ForeignKeyRule,
    LookupRule,
    NotNullRule,
    Rule,
    SetRule,
    UniqueRule,
    Violation,
)
from ormolu.errors import DuplicateObject, FeatureNotSupported, InvalidSyntax
from ormolu.medallion.expressions import columns_of

DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class CastRule:
    """A column of the column list: its value must be one of the declared type."""

    column: str
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class KeyRule:
    """No column of the business key is NULL: such a row cannot be merged."""

    columns: tuple[str, ...]
    name: str | None = None
    on_violation: Violation | None = None


PlacedRule = Rule | CastRule | KeyRule


@dataclass(frozen=True, slots=True)
class NamedRule:
    """A rule in its place; `position` counts from 1, top to bottom."""

    position: int
    name: str
    kind: str
    rule: PlacedRule
    violation: Violation

    @property
    def action(self) -> Action:
        return self.violation.action

    @property
    def removes_rows(self) -> bool:
        return self.action in (Action.QUARANTINE, Action.DISCARD)

    def action_at(self, *, violating: int, checked: int) -> Action:
        """The action once `violating` of `checked` rows violate: the highest threshold passed decides."""
        passed = [
            step
            for step in self.violation.escalations
            if checked and Decimal(violating * 100) / Decimal(checked) > step.above_percent
        ]
        return max(passed, key=lambda step: step.above_percent).action if passed else self.action


def named_rules(
    table: str,
    *,
    columns: Sequence[Column],
    rules: Sequence[Rule],
    key: Sequence[str],
    default: Action = Action.QUARANTINE,
) -> tuple[NamedRule, ...]:
    """Casts first, then the declared rules, then what the column list requires, the key last.

    What has no name is called as PostgreSQL calls constraints, without the table before a column.
    """
    placed: list[PlacedRule] = [CastRule(column.name, None, column.on_violation) for column in columns]
    placed += rules
    required = set()
    for column in columns:
        if column.is_required:
            required.add(column.name)
            placed.append(NotNullRule(column.name, None, column.on_violation))
        if column.check is not None:
            placed.append(CheckRule(column.check, None, column.on_violation))
    required |= {rule.column for rule in rules if isinstance(rule, NotNullRule)}
    if open_key := tuple(name for name in key if name not in required):
        placed.append(KeyRule(open_key))
    return tuple(
        NamedRule(position, name, kind_of(rule), rule, _violation(rule, default))
        for position, (rule, name) in enumerate(zip(placed, rule_names(placed, table), strict=True), start=1)
    )


def rule_names(rules: Sequence[PlacedRule], table: str) -> tuple[str, ...]:
    """The rules' names, given or made; doubles among those made are numbered, among those given refused."""
    _refuse_doubles(rules)
    taken: dict[str, int] = {rule.name: 1 for rule in rules if rule.name is not None}
    return tuple(_name(rule, table, taken) for rule in rules)


def _refuse_doubles(rules: Sequence[PlacedRule]) -> None:
    names = [rule.name for rule in rules if rule.name is not None]
    for name in names:
        if names.count(name) > 1:
            raise DuplicateObject(f'rule "{name}" is declared twice')


def _violation(rule: PlacedRule, default: Action) -> Violation:
    given = rule.on_violation
    kind = kind_of(rule)
    allowed: tuple[Action, ...]
    match rule:
        case ExpectRule():
            violation = given or Violation(Action.FAIL)
            allowed = (Action.WARN, Action.FAIL)
        case LookupRule():
            violation = given or Violation(Action.WARN)
            allowed = (Action.WARN, Action.QUARANTINE, Action.DISCARD, Action.FAIL)
        case _:
            violation = given or Violation(default)
            allowed = tuple(action for action in Action if action is not Action.SET_UNKNOWN)
    actions = [violation.action, *(step.action for step in violation.escalations)]
    for action in actions:
        if action not in allowed:
            raise InvalidSyntax(
                f"{kind} cannot have ON VIOLATION {action.value}",
                hint=f"Use one of {', '.join(each.value for each in allowed)}.",
            )
        if action is Action.QUARANTINE and default is Action.FAIL:
            raise FeatureNotSupported("QUARANTINE is of silver tables", hint="In gold use WARN, DISCARD or FAIL.")
    if any(step.action in (Action.SET_NULL, Action.SET_DEFAULT) for step in violation.escalations):
        raise FeatureNotSupported("OR SET NULL ABOVE is not supported", hint="Escalate to QUARANTINE, DISCARD or FAIL.")
    return violation


def kind_of(rule: PlacedRule) -> str:
    """The rule's words, as SHOW and rule_results name it."""
    match rule:
        case CastRule():
            return "CAST"
        case KeyRule():
            return "KEY"
        case SetRule():
            return "SET"
        case NotNullRule():
            return "NOT NULL"
        case CheckRule():
            return "CHECK"
        case UniqueRule():
            return "UNIQUE"
        case ForeignKeyRule():
            return "FOREIGN KEY"
        case DeduplicateRule():
            return "DEDUPLICATE"
        case LookupRule():
            return "LOOKUP"
        case ExpectRule():
            return "EXPECT NEW" if rule.is_new else "EXPECT"
        case _:
            assert_never(rule)


def _name(rule: PlacedRule, table: str, taken: dict[str, int]) -> str:
    if rule.name is not None:
        return rule.name
    name = plain_name(rule, table)
    count = taken.get(name, 0)
    taken[name] = count + 1
    if count == 0:
        return name
    numbered = _name_numbered(name, count, taken)
    taken[numbered] = 1
    return numbered


def _name_numbered(name: str, number: int, taken: Mapping[str, int]) -> str:
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"


def plain_name(rule: PlacedRule, table: str) -> str:
    """What a rule without a name is called, before doubles are numbered."""
    match rule:
        case CastRule():
            return f"cast_{rule.column}"
        case KeyRule():
            return f"{table}_pkey"
        case SetRule():
            return f"set_{rule.column}"
        case NotNullRule():
            return f"{rule.column}_not_null"
        case CheckRule():
            named = columns_of(rule.condition)
            return f"{named[0] if len(named) == 1 else table}_check"
        case UniqueRule():
            return f"{'_'.join(rule.columns)}_key"
        case ForeignKeyRule():
            return f"{'_'.join(rule.columns)}_fkey"
        case DeduplicateRule():
            return DUPLICATE
        case LookupRule():
            return f"lookup_{rule.table.name}"
        case ExpectRule():
            return "expect_new" if rule.is_new else "expect"
        case _:
            assert_never(rule)
