"""The gate of a refresh: what the rules saw, what is done about it, and the record of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlglot import exp

from ormolu.catalog.schema import rule_results
from ormolu.definitions import Action, DeduplicateRule, LookupRule, TableName
from ormolu.errors import CardinalityViolation, CheckViolation
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.staged_rows import IS_DELETE, ROW_NUMBER, Stage, exact, flag, match_number
from ormolu.medallion.templates import any_of, column, fill, query, table, text
from ormolu.scheduler.context import RunContext


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule saw. `action` is the one taken, after escalation."""

    rule: NamedRule
    action: Action
    checked: int
    violating: int
    passed: bool
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    verdicts: tuple[Verdict, ...]
    rows: int
    is_quarantined: exp.Expr  # conditions over the staged rows, as `s`
    is_removed: exp.Expr  # quarantined, discarded, or an exact duplicate


def judge(stage: Stage, staged: str, context: RunContext, *, counts_shares: bool = True) -> Judgement:
    """Count what each rule found among the staged rows and settle what is done.

    Without `counts_shares` no ABOVE n% is judged: a batch of quarantined rows says nothing about the share of bad ones.
    """
    _refuse_fan_out(stage, staged, context)
    dropped = [rule for rule in stage.rules if isinstance(rule.rule, DeduplicateRule)]
    counted = [fill("count(*)"), _count(fill("NOT :delete", delete=column(IS_DELETE, "s")))]
    counted += [_count(column(flag(rule), "s")) for rule in stage.rules]
    counted += [_count(column(exact(rule), "s")) for rule in dropped]
    counts = context.engine().rows(
        text(query("SELECT :counted FROM staged AS s", counted=counted, staged=table(staged)))
    )[0]
    rows, checked = int(counts[0]), int(counts[1])
    equal_rows = dict(zip([rule.position for rule in dropped], counts[2 + len(stage.rules) :], strict=True))
    verdicts = []
    for rule, violating in zip(stage.rules, counts[2:], strict=False):
        action = rule.action_at(violating=int(violating), checked=checked) if counts_shares else rule.action
        observed = f"{equal_rows[rule.position]} exact duplicates" if equal_rows.get(rule.position) else None
        verdicts.append(Verdict(rule, action, checked, int(violating), not violating, observed))
    discarded = any_of(column(flag(each.rule), "s") for each in verdicts if each.action is Action.DISCARD)
    exacts = any_of(column(exact(rule), "s") for rule in dropped)
    quarantined = any_of(column(flag(each.rule), "s") for each in verdicts if each.action is Action.QUARANTINE)
    return Judgement(
        tuple(verdicts),
        rows,
        fill(
            "(:quarantined) AND NOT (:discarded) AND NOT (:exacts)",
            quarantined=quarantined,
            discarded=discarded,
            exacts=exacts,
        ),
        fill(
            "(:quarantined) OR (:discarded) OR (:exacts)", quarantined=quarantined, discarded=discarded, exacts=exacts
        ),
    )


def _count(condition: exp.Expr) -> exp.Expr:
    return fill("count(*) FILTER (WHERE :condition)", condition=condition)


def _refuse_fan_out(stage: Stage, staged: str, context: RunContext) -> None:
    for rule in stage.rules:
        if not isinstance(rule.rule, LookupRule):
            continue
        twice = query(
            "SELECT count(*) FROM (SELECT :number FROM staged AS s GROUP BY :number HAVING count(DISTINCT :match) > 1)",
            number=column(ROW_NUMBER, "s"),
            match=column(match_number(rule), "s"),
            staged=table(staged),
        )
        found = context.engine().rows(text(twice))[0][0]
        if found:
            raise CardinalityViolation(
                f'rule "{rule.name}": {found} rows match more than one row of {rule.rule.table}',
                hint="Make the condition name a key of that table.",
            )


def warn(verdicts: Sequence[Verdict], context: RunContext) -> None:
    for each in verdicts:
        if not each.passed and each.action is Action.WARN:
            what = f"{each.violating} of {each.checked} rows" if each.checked else each.observed or "the table"
            context.notice(f'rule "{each.rule.name}" ({each.rule.kind}) is violated: {what}')


def check(table_name: TableName, verdicts: Sequence[Verdict], context: RunContext) -> None:
    """Raise where a rule says FAIL; what the rules saw is recorded all the same."""
    failing = [each for each in verdicts if not each.passed and each.action is Action.FAIL]
    if not failing:
        return
    with context.lake.records.begin() as connection:
        for statement in recorded(table_name, verdicts, context):
            connection.execute(statement)
    first = failing[0]
    what = (
        f"{first.violating} of {first.checked} rows violate it"
        if first.checked
        else f"observed {first.observed or 'false'}"
    )
    raise CheckViolation(
        f'{table_name}: rule "{first.rule.name}" ({first.rule.kind}) failed: {what}',
        detail="; ".join(
            f'"{each.rule.name}": {f"{each.violating} of {each.checked} rows" if each.checked else each.observed}'
            for each in failing
        ),
        hint=f"Nothing was published; lake.rule_results has what run {context.run.run_id} saw.",
    )


def recorded(table_name: TableName, verdicts: Sequence[Verdict], context: RunContext) -> list[sa.Executable]:
    """The rows of rule_results; a later attempt of the run replaces an earlier one's."""
    at = context.now()
    rows: list[dict[str, Any]] = [
        {
            "run_id": context.run.run_id,
            "position": each.rule.position,
            "database": context.run.database,
            "table_name": str(table_name),
            "rule": each.rule.name,
            "kind": each.rule.kind,
            "action": each.action.value,
            "rows_checked": each.checked,
            "rows_violating": each.violating,
            "passed": each.passed,
            "observed": each.observed,
            "checked_at": at,
        }
        for each in verdicts
    ]
    forget = sa.delete(rule_results).where(rule_results.c.run_id == context.run.run_id)
    return [forget, sa.insert(rule_results).values(rows)] if rows else [forget]


def with_observed(verdict: Verdict, text_: str) -> Verdict:
    return replace(verdict, observed=text_)
