"""EXPECT: an aggregate that must hold, over the table as it would stand or over a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import ExpectRule, Rule, TableName
from ormolu.errors import FeatureNotSupported, GroupingError, InvalidSyntax
from ormolu.medallion.metric import is_aggregate
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.templates import named, quoted
from ormolu.sql_extensions.dialect.reading import parse_expression, parse_query

HOLDS = "ormolu:holds"
ROWS = TableName("ormolu", "rows")
BEFORE = TableName("ormolu", "before")
SEEN_MAX = 8

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In)
_HELPERS = ("percent_null", "change", "freshness", "now")


@dataclass(frozen=True, slots=True)
class Observation:
    """`query`, PostgreSQL's, is to be bound with ROWS as the rows looked at and BEFORE as the published ones.

    It yields one row: HOLDS, then what was compared, named by its text.
    """

    rule: NamedRule
    query: exp.Expr
    seen: tuple[str, ...]


def check_expectations(rules: Sequence[Rule]) -> None:
    """An expectation says one thing about many rows: no column stands outside an aggregate, and no share is passed."""
    for rule in rules:
        if not isinstance(rule, ExpectRule):
            continue
        if rule.on_violation is not None and rule.on_violation.escalations:
            raise InvalidSyntax(
                "EXPECT cannot have ON VIOLATION ... ABOVE",
                hint="It holds or it does not: write the share into it, as in EXPECT (percent_null(c) < 5).",
            )
        holder = exp.Paren(this=parse_expression(rule.condition.text).copy())
        for node in holder.find_all(exp.Column):
            if node.find_ancestor(exp.Query) is None and not _is_aggregated(node):
                raise GroupingError(
                    f'column "{node.name}" must be used in an aggregate function in EXPECT ({rule.condition.text})',
                    hint="CHECK looks at each row; EXPECT at all of them: EXPECT (min(c) > 0).",
                )


def _is_aggregated(node: exp.Expr) -> bool:
    parent = node.parent
    while parent is not None:
        is_call = isinstance(parent, exp.Func) and (_called(parent) in _HELPERS or is_aggregate(parent))
        if is_call or isinstance(parent, exp.Filter | exp.WithinGroup):
            return True
        parent = parent.parent
    return False


def observation(placed: NamedRule, *, now: datetime) -> Observation:
    """The query that judges an EXPECT rule at a moment."""
    rule = placed.rule
    assert isinstance(rule, ExpectRule)
    tree = exp.Paren(this=parse_expression(rule.condition.text))
    seen = _compared(tree)
    labels = tuple(each.sql("postgres", comments=False) for each in seen)
    expanded = [expand_helpers(exp.Paren(this=each.copy()), now) for each in (tree.this, *seen)]
    names = (HOLDS, *labels)
    table = exp.Table(this=quoted(ROWS.name), db=quoted(ROWS.schema))
    select = exp.Select(expressions=[named(value, name) for value, name in zip(expanded, names, strict=True)])
    return Observation(placed, parse_query(select.from_(table).sql("postgres")), labels)


def _compared(tree: exp.Expr) -> list[exp.Expr]:
    """The operands of comparisons that have something to compute: the values that the judgement rests on."""
    operands: dict[str, exp.Expr] = {}
    for node in tree.find_all(*_COMPARISONS):
        for operand in (node.this, node.args.get("expression")):
            if isinstance(operand, exp.Expr) and operand.find(exp.Func) is not None:
                operands.setdefault(operand.sql("postgres"), operand)
    return [each for each in operands.values() if not isinstance(each, exp.Interval)][:SEEN_MAX]


def expand_helpers(holder: exp.Paren, now: datetime) -> exp.Expr:
    """percent_null, freshness, change and now() in place, in words that PostgreSQL has."""
    for call in [node for node in holder.find_all(exp.Func) if _called(node) in _HELPERS]:
        call.replace(_expanded(call, now))
    return holder


def _called(node: exp.Func) -> str:
    if isinstance(node, exp.CurrentTimestamp):
        return "now"
    return node.name.lower() if isinstance(node, exp.Anonymous) else ""


def check_change(call: exp.Func) -> None:
    over = call.expressions[1].find(exp.Literal) if len(call.expressions) > 1 else None
    if len(call.expressions) > 1 and (over is None or over.name != "last run"):
        raise FeatureNotSupported("change() compares with over => 'last run' only")
    if not call.expressions:
        raise InvalidSyntax("change() takes an aggregate")


def _expanded(call: exp.Func, now: datetime) -> exp.Expr:
    name, arguments = _called(call), call.expressions
    moment = f"CAST('{now.isoformat()}' AS timestamptz)"
    if name == "now":
        return parse_expression(moment)
    if name == "change":
        check_change(call)
    elif len(arguments) != 1:
        raise InvalidSyntax(f"{name}() takes one argument")
    argument = arguments[0].sql("postgres")
    match name:
        case "percent_null":
            text = f"(100.0 * count(*) FILTER (WHERE ({argument}) IS NULL) / nullif(count(*), 0))"
        case "freshness":
            text = f"({moment} - max({argument}))"
        case _:
            before = exp.Table(this=quoted(BEFORE.name), db=quoted(BEFORE.schema))
            old = exp.Select(expressions=[arguments[0].copy()]).from_(before).sql("postgres")
            text = f"((({argument}) - ({old})) * 1.0 / nullif(({old}), 0))"
    return parse_expression(text)
