"""The clauses of what watches, shares and guards: alerts, monitors, matchers, budgets, policies, masks, contracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ormolu.definitions import (
    Action,
    AlertCondition,
    BadRowsAbove,
    Blocked,
    CdcLagAbove,
    Column,
    DefinitionChanged,
    Direction,
    Expression,
    Failed,
    LateBy,
    MatchColumn,
    NoNewDataFor,
    NotReadyBy,
    Option,
    QualityScoreBelow,
    QuarantinedAbove,
    RowsExist,
    SchemaChanged,
    SchemaName,
    TableName,
    Violation,
)
from ormolu.errors import InvalidParameterValue, InvalidSyntax
from ormolu.sql_extensions.clauses.rules import read_columns
from ormolu.sql_extensions.clauses.values import (
    Scope,
    find_zone,
    normal,
    read_day,
    read_interval,
    read_time,
    written_option,
)
from ormolu.sql_extensions.options.connections import CHANNEL_TYPES, CONNECTION_TYPES, CONSUMER_TYPES, TEMPLATES
from ormolu.sql_extensions.options.values import is_money
from ormolu.sql_extensions.parser.cursor import Cursor, hint_for
from ormolu.sql_extensions.parser.expressions import parenthesized_expression, take_expression, take_query

SEVERITIES = ("info", "warning", "error", "critical")


# --- what it is about -------------------------------------------------------------------------------------------------


def read_on(cursor: Cursor, _: Scope) -> TableName:
    return cursor.table_name(None)


def read_on_relation_or_schema(cursor: Cursor, _: Scope) -> TableName | SchemaName:
    return SchemaName(cursor.name("a schema")) if cursor.take("SCHEMA") else cursor.table_name(None)


def read_on_relations(cursor: Cursor, _: Scope) -> tuple[TableName, ...]:
    if cursor.at("("):
        return cursor.in_parentheses(lambda: cursor.table_name(None))
    return (cursor.table_name(None),)


@dataclass(frozen=True, slots=True)
class ContractSubject:
    on: TableName
    columns: tuple[Column, ...]


def read_on_contracted(cursor: Cursor, _: Scope) -> ContractSubject:
    on = cursor.table_name(None)
    return ContractSubject(on, read_columns(cursor) if cursor.at("(") else ())


@dataclass(frozen=True, slots=True)
class MaskSubject:
    on: TableName | None = None
    column: str | None = None
    tag: Option | None = None


def read_on_masked(cursor: Cursor, _: Scope) -> MaskSubject:
    """`relation (column)` or `TAG (k = 'v')`."""
    if cursor.take("TAG"):
        cursor.expect("(")
        written = written_option(cursor)
        cursor.expect(")")
        return MaskSubject(tag=Option(written.name, written.value))
    on = cursor.table_name(None)
    cursor.expect("(")
    column = cursor.name("a column")
    cursor.expect(")")
    return MaskSubject(on, column)


# --- monitors, forecasts, matchers --------------------------------------------------------------------------------


def read_expressions(cursor: Cursor, _: Scope) -> tuple[Expression, ...]:
    return cursor.in_parentheses(lambda: take_expression(cursor))


def read_direction(cursor: Cursor, _: Scope) -> Direction:
    return Direction(cursor.expect_any(*(direction.name for direction in Direction)).lower())


def read_string(cursor: Cursor, _: Scope) -> str:
    return cursor.string()


def read_interval_text(cursor: Cursor, _: Scope) -> str:
    return read_interval(cursor)


def read_match(cursor: Cursor, _: Scope) -> tuple[MatchColumn, ...]:
    return cursor.in_parentheses(lambda: _match_column(cursor))


def _match_column(cursor: Cursor) -> MatchColumn:
    column = cursor.name("a column")
    if cursor.expect_any("EXACT", "FUZZY") == "EXACT":
        return MatchColumn(column)
    threshold = cursor.number("a similarity between 0 and 1")
    if not 0 < threshold <= 1:
        raise InvalidParameterValue(f"{threshold} is not a similarity", hint="0 to 1.", position=cursor.before())
    return MatchColumn(column, normal(threshold))


def read_into(cursor: Cursor, _: Scope) -> TableName:
    return cursor.table_name("silver")


# --- alerts and budgets -----------------------------------------------------------------------------------------------


def read_when(cursor: Cursor, _: Scope) -> AlertCondition:
    """What follows WHEN."""
    read = next((read for words, read in _CONDITIONS.items() if cursor.take(*words.split())), None)
    if read is None:
        cursor.unexpected(*_CONDITIONS)
    return read(cursor)


def _not_ready(cursor: Cursor) -> NotReadyBy:
    at = read_time(cursor)
    zone = find_zone(cursor)
    days: tuple[str, ...] = ()
    if cursor.at("ON", "("):
        cursor.advance()
        days = cursor.in_parentheses(lambda: read_day(cursor))
    return NotReadyBy(at, zone, days)


def parenthesized_query(cursor: Cursor) -> Expression:
    """`( query )`, without its parentheses."""
    cursor.expect("(")
    first, last = cursor.skip_balanced(lambda _: False)
    if first == last:
        cursor.unexpected("SELECT")
    text = cursor.cut(first, last)
    take_query(cursor, first, last)
    cursor.expect(")")
    return Expression(text)


_CONDITIONS: dict[str, Callable[[Cursor], AlertCondition]] = {
    "FAILED": lambda _: Failed(),
    "LATE BY": lambda cursor: LateBy(read_interval(cursor)),
    "NOT READY BY": _not_ready,
    "NO NEW DATA FOR": lambda cursor: NoNewDataFor(read_interval(cursor)),
    "BAD ROWS ABOVE": lambda cursor: BadRowsAbove(normal(cursor.percent())),
    "QUARANTINED ABOVE": lambda cursor: QuarantinedAbove(normal(cursor.percent())),
    "BLOCKED": lambda _: Blocked(),
    "SCHEMA CHANGED": lambda _: SchemaChanged(),
    "DEFINITION CHANGED": lambda _: DefinitionChanged(),
    "CDC LAG ABOVE": lambda cursor: CdcLagAbove(read_interval(cursor)),
    "QUALITY SCORE BELOW": lambda cursor: QualityScoreBelow(normal(cursor.percent())),
    "EXISTS": lambda cursor: RowsExist(parenthesized_query(cursor)),
    "NOT EXISTS": lambda cursor: RowsExist(parenthesized_query(cursor), is_negated=True),
}


def read_severity(cursor: Cursor, _: Scope) -> str:
    return cursor.expect_any(*(severity.upper() for severity in SEVERITIES)).lower()


def read_pause(cursor: Cursor, _: Scope) -> bool:
    """DO PAUSE DOWNSTREAM."""
    cursor.expect("PAUSE", "DOWNSTREAM")
    return True


def read_limit(cursor: Cursor, _: Scope) -> str:
    text = cursor.string("an amount such as '180 EUR'")
    if not is_money(text):
        raise InvalidParameterValue(
            f"invalid amount: '{text}'", hint="Write a number and a currency: '180 EUR'.", position=cursor.before()
        )
    cursor.expect("PER", "MONTH")
    return " ".join(text.split())


def read_budget_violation(cursor: Cursor, _: Scope) -> Violation:
    """What a budget does when it is used up: WARN, or FAIL what would cost more."""
    word = cursor.expect_any("WARN", "FAIL")
    return Violation(Action(word))


def read_alert_at(cursor: Cursor, _: Scope) -> Decimal:
    cursor.expect("AT")
    return normal(cursor.percent())


# --- types of connections, channels, consumers ------------------------------------------------------------------------


def read_connection_type(cursor: Cursor, _: Scope) -> str:
    return read_known_name(cursor, CONNECTION_TYPES, "connection type")


def read_channel_type(cursor: Cursor, _: Scope) -> str:
    return read_known_name(cursor, CHANNEL_TYPES, "channel type")


def read_consumer_type(cursor: Cursor, _: Scope) -> str:
    return read_known_name(cursor, CONSUMER_TYPES, "consumer type")


def read_known_name(cursor: Cursor, names: tuple[str, ...], what: str) -> str:
    position = cursor.position()
    name = cursor.name(f"a {what}")
    if name not in names:
        raise InvalidSyntax(f'there is no {what} "{name}"', hint=hint_for(name, names), position=position)
    return name


# --- policies and masks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Roles:
    to: tuple[str, ...]
    excepted: tuple[str, ...] = ()


def read_roles(cursor: Cursor, _: Scope) -> Roles:
    """What follows TO: `r, ... [EXCEPT (r, ...)]`."""
    to = cursor.separated(lambda: cursor.name("a role"))
    return Roles(to, cursor.names("a role") if cursor.take("EXCEPT") else ())


def read_using(cursor: Cursor, _: Scope) -> Expression:
    return parenthesized_expression(cursor)


def read_template(cursor: Cursor, _: Scope) -> str:
    return read_known_name(cursor, TEMPLATES, "template")


def read_command(cursor: Cursor, _: Scope) -> str:
    return cursor.expect_any("ALL", "SELECT", "INSERT", "UPDATE", "DELETE")
