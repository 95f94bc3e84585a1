"""Columns, rules and alert conditions as they are printed."""

from __future__ import annotations

from typing import assert_never

from ormolu.definitions import (
    AlertCondition,
    BadRowsAbove,
    Blocked,
    CdcLagAbove,
    CheckRule,
    Column,
    DeduplicateRule,
    DefinitionChanged,
    ExpectRule,
    Failed,
    ForeignKeyRule,
    LateBy,
    LookupRule,
    NoNewDataFor,
    NotNullRule,
    NotReadyBy,
    QualityScoreBelow,
    QuarantinedAbove,
    RowsExist,
    Rule,
    SchemaChanged,
    SetRule,
    UniqueRule,
)
from ormolu.sql_extensions.writer import words


def columns(items: tuple[Column, ...]) -> str:
    """` ( ... )` with a line a column, or nothing."""
    return " (\n" + ",\n".join(f"    {column(item)}" for item in items) + "\n  )" if items else ""


def column(item: Column) -> str:
    parts = [words.name(item.name), item.type]
    if item.sources:
        parts.append("FROM " + words.names(item.sources))
    if item.formerly is not None:
        parts.append(f"FORMERLY {words.name(item.formerly)} UNTIL {words.string(item.formerly_until or '')}")
    if item.deprecated_until is not None:
        parts.append(f"DEPRECATED UNTIL {words.string(item.deprecated_until)}")
    if item.is_required:
        parts.append("NOT NULL")
    if item.default is not None:
        parts.append(f"DEFAULT {item.default.text}")
    if item.check is not None:
        parts.append(f"CHECK ({item.check.text})")
    if item.comment is not None:
        parts.append(f"COMMENT {words.string(item.comment)}")
    return " ".join(parts) + words.violation(item.on_violation)


def rules(items: tuple[Rule, ...]) -> str:
    return "WITH RULES (\n" + ",\n".join(f"    {rule(item)}" for item in items) + "\n  )"


def rule(item: Rule) -> str:
    """One rule as WITH RULES and ALTER ... ADD RULE have it."""
    prefix = f"CONSTRAINT {words.name(item.name)} " if item.name is not None else ""
    return prefix + _form(item) + words.violation(item.on_violation)


def _form(item: Rule) -> str:
    match item:
        case SetRule(column=target, expression=expression, where=where):
            return f"SET {words.name(target)} = {expression.text}" + (f" WHERE {where.text}" if where else "")
        case NotNullRule(column=target):
            return f"NOT NULL {words.name(target)}"
        case CheckRule(condition=condition):
            return f"CHECK ({condition.text})"
        case UniqueRule(columns=targets):
            return f"UNIQUE {words.names(targets)}"
        case ForeignKeyRule():
            referenced = f" {words.names(item.referenced_columns)}" if item.referenced_columns else ""
            return f"FOREIGN KEY {words.names(item.columns)} REFERENCES {words.relation(item.references)}{referenced}"
        case DeduplicateRule():
            return _deduplicate(item)
        case LookupRule():
            taken = f"ADD {words.names(item.add)}" if item.add else f"FILL {words.names(item.fill)}"
            return f"LOOKUP {words.relation(item.table)} ON {item.condition.text} {taken}"
        case ExpectRule(condition=condition, is_new=is_new):
            return f"EXPECT {'NEW ' if is_new else ''}({condition.text})"
        case _:
            assert_never(item)


def _deduplicate(item: DeduplicateRule) -> str:
    text = f"DEDUPLICATE BY {words.names(item.columns)} KEEP {item.keep.value}"
    match item.order_by:
        case ():
            return text
        case (only,) if not only.expression.text.startswith("("):
            return f"{text} ORDER BY {words.sort(only)}"
        case several:
            return f"{text} ORDER BY {words.sorts(several)}"


def condition(item: AlertCondition) -> str:
    """What stands after WHEN."""
    match item:
        case Failed() | Blocked() | SchemaChanged() | DefinitionChanged():
            return _BARE[type(item)]
        case LateBy(interval):
            return f"LATE BY {words.string(interval)}"
        case NoNewDataFor(interval):
            return f"NO NEW DATA FOR {words.string(interval)}"
        case CdcLagAbove(interval):
            return f"CDC LAG ABOVE {words.string(interval)}"
        case BadRowsAbove(percent):
            return f"BAD ROWS ABOVE {words.percent(percent)}"
        case QuarantinedAbove(percent):
            return f"QUARANTINED ABOVE {words.percent(percent)}"
        case QualityScoreBelow(percent):
            return f"QUALITY SCORE BELOW {words.percent(percent)}"
        case NotReadyBy(at, timezone, days):
            on = f" ON ({', '.join(days)})" if days else ""
            return f"NOT READY BY {words.clock(at)}{words.zone(timezone)}{on}"
        case RowsExist(query, is_negated):
            return f"{'NOT ' if is_negated else ''}EXISTS ({query.text})"
        case _:
            assert_never(item)


_BARE: dict[type, str] = {
    Failed: "FAILED",
    Blocked: "BLOCKED",
    SchemaChanged: "SCHEMA CHANGED",
    DefinitionChanged: "DEFINITION CHANGED",
}
