"""Checks of a bronze load: rules over the rows of one load, compiled to one query each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlglot import exp

from ormolu.definitions import (
    Action,
    BronzeSource,
    CheckRule,
    ExpectRule,
    NotNullRule,
    Rule,
    UniqueRule,
    Violation,
)
from ormolu.errors import CheckViolation, FeatureNotSupported
from ormolu.medallion.expectations import check_change, expand_helpers
from ormolu.medallion.expressions import is_false
from ormolu.medallion.inference import quoted
from ormolu.medallion.rules import kind_of
from ormolu.sql_extensions.parser.expressions import parse_expression

DEFAULT_VIOLATION = Violation(Action.WARN)
BindExpression = Callable[[str], exp.Expr]  # PostgreSQL text -> DuckDB tree
_CHANGE = "change"


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """`sql` yields one row: (rows checked, rows violating), for an expectation (rows, 0 or 1, observed values...)."""

    name: str
    kind: str
    violation: Violation
    sql: str
    observed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleResult:
    name: str
    kind: str
    action: Action
    rows_checked: int
    rows_violating: int
    observed: str | None = None

    @property
    def passed(self) -> bool:
        return self.rows_violating == 0

    @property
    def fails(self) -> bool:
        return not self.passed and self.action is Action.FAIL


def bronze_rules(source: BronzeSource) -> tuple[Rule, ...]:
    """The rules of WITH RULES, after those of the column list."""
    rules: list[Rule] = []
    for column in source.columns:
        if column.is_required:
            rules.append(NotNullRule(column.name, on_violation=column.on_violation))
        if column.check is not None:
            rules.append(CheckRule(column.check, on_violation=column.on_violation))
    return (*rules, *source.rules)


def check_rules(source: BronzeSource) -> None:
    """Rows stay as they came, so rules look and tell; what would change or remove rows is refused."""
    for rule in bronze_rules(source):
        if not isinstance(rule, NotNullRule | CheckRule | UniqueRule | ExpectRule):
            raise FeatureNotSupported(f"a bronze source takes no {kind_of(rule)} rule", hint=_AS_IT_CAME)
        violation = rule.on_violation or DEFAULT_VIOLATION
        for action in (violation.action, *(step.action for step in violation.escalations)):
            if action not in (Action.WARN, Action.FAIL):
                raise FeatureNotSupported(
                    f"a rule of a bronze source cannot have ON VIOLATION {action.value}", hint=_AS_IT_CAME
                )


_AS_IT_CAME = "Bronze rows stay as they came: NOT NULL, CHECK, UNIQUE and EXPECT warn, or FAIL the load."


def compile_rule(
    rule: Rule,
    name: str,
    rows: str,
    bind: BindExpression,
    previous: Callable[[str, str], Decimal | None],
    *,
    now: datetime,
) -> CompiledRule:
    """`rows` is SQL yielding the load's rows; `previous(rule, aggregate)` what an aggregate was in earlier loads."""
    violation = rule.on_violation or DEFAULT_VIOLATION
    match rule:
        case NotNullRule():
            return _counted(name, "NOT NULL", violation, f"{quoted(rule.column)} IS NULL", rows)
        case CheckRule():
            return _counted(name, "CHECK", violation, is_false(bind(rule.condition.text)).sql(dialect="duckdb"), rows)
        case UniqueRule():
            return CompiledRule(name, "UNIQUE", violation, _duplicates(rule.columns, rows))
        case ExpectRule():
            return _expectation(rule, name, rows, bind, previous, now=now)
        case _:
            raise FeatureNotSupported(f"a bronze source takes no {kind_of(rule)} rule", hint=_AS_IT_CAME)


def _counted(name: str, kind: str, violation: Violation, violated: str, rows: str) -> CompiledRule:
    sql = f"SELECT count(*), count(*) FILTER (WHERE {violated}) FROM ({rows}) AS load"  # noqa: S608 - a bound tree
    return CompiledRule(name, kind, violation, sql)


def _duplicates(columns: Sequence[str], rows: str) -> str:
    """Rows beyond the first of each group; a group with a NULL in it has no duplicates, as in PostgreSQL."""
    names = ", ".join(map(quoted, columns))
    present = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in columns)
    return (
        f"SELECT coalesce(sum(n), 0), coalesce(sum(n - 1), 0) FROM "  # noqa: S608 - names are quoted
        f"(SELECT count(*) AS n FROM ({rows}) AS load WHERE {present} GROUP BY {names})"
    )


def _expectation(
    rule: ExpectRule,
    name: str,
    rows: str,
    bind: BindExpression,
    previous: Callable[[str, str], Decimal | None],
    *,
    now: datetime,
) -> CompiledRule:
    holder = exp.Paren(this=parse_expression(rule.condition.text).copy())
    observed: list[str] = []
    for call in [node for node in holder.find_all(exp.Anonymous) if node.name.lower() == _CHANGE]:
        check_change(call)
        aggregate = call.expressions[0].sql(dialect="postgres")
        before = previous(name, aggregate)
        observed.append(aggregate)
        call.replace(_relative_change(call.expressions[0], before))
    condition = bind(expand_helpers(holder, now).sql(dialect="postgres")).sql(dialect="duckdb")
    values = "".join(f", CAST({bind(aggregate).sql(dialect='duckdb')} AS VARCHAR)" for aggregate in observed)
    sql = (
        f"SELECT count(*), CASE WHEN NOT ({condition}) THEN 1 ELSE 0 END{values} "  # noqa: S608 - bound trees
        f"FROM ({rows}) AS load"
    )
    return CompiledRule(name, "EXPECT", rule.on_violation or DEFAULT_VIOLATION, sql, tuple(observed))


def _relative_change(aggregate: exp.Expr, before: Decimal | None) -> exp.Expr:
    """(now - before) / before; NULL, which violates nothing, where there is no before."""
    if not before:
        return exp.cast(exp.null(), "DOUBLE PRECISION", dialect="postgres")
    then = exp.Literal.number(str(before))
    now = exp.cast(aggregate.copy(), "DOUBLE PRECISION", dialect="postgres")
    return exp.paren(exp.Div(this=exp.paren(exp.Sub(this=now, expression=then)), expression=then.copy()))


def rule_result(rule: CompiledRule, row: Sequence[object]) -> RuleResult:
    checked, violating = int(str(row[0])), int(str(row[1]))
    observed = {aggregate: str(value) for aggregate, value in zip(rule.observed, row[2:], strict=True)}
    action = taken_action(rule.violation, checked, violating)
    return RuleResult(rule.name, rule.kind, action, checked, violating, json.dumps(observed) if observed else None)


def taken_action(violation: Violation, checked: int, violating: int) -> Action:
    """The action, or the escalation whose share of rows was passed."""
    action = violation.action
    for escalation in sorted(violation.escalations, key=lambda each: each.above_percent):
        if checked and Decimal(violating) * 100 / checked > escalation.above_percent:
            action = escalation.action
    return action


def earlier_observation(observations: Sequence[Mapping[str, str]], aggregate: str) -> Decimal | None:
    """The newest earlier value of an aggregate; `observations` are those of one rule, newest first."""
    for observed in observations:
        if aggregate in observed:
            return Decimal(observed[aggregate])
    return None


def failed_load(source: BronzeSource, results: Sequence[RuleResult]) -> CheckViolation | None:
    """The error that stops a load, when a rule that says FAIL was broken."""
    broken = [result for result in results if result.fails]
    if not broken:
        return None
    return CheckViolation(
        f"the load of {source.name} broke its rule {broken[0].name}",
        detail="; ".join(
            f"{each.name}: {each.rows_violating} of {each.rows_checked} rows"
            + (f", observed {each.observed}" if each.observed else "")
            for each in broken
        ),
        hint="Nothing was published. SELECT * FROM lake.rule_results shows each rule.",
    )
