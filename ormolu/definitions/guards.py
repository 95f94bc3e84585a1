"""What watches, shares and guards: forecasts, alerts, budgets, marts, policies, contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from ormolu.definitions.loading import (
    Schedule,
)
from ormolu.definitions.names import TableName
from ormolu.definitions.rules import (
    Column,
    Rule,
    Violation,
)
from ormolu.definitions.values import (
    NO_OPTIONS,
    Expression,
    Option,
    Options,
)


@dataclass(frozen=True, slots=True)
class SchemaName:
    """`SCHEMA silver`, where a statement takes a whole schema in place of a relation."""

    name: str


@dataclass(frozen=True, slots=True)
class Forecast:
    name: str
    on: TableName
    measures: tuple[Expression, ...]
    time: str
    horizon: str
    per: tuple[str, ...] = ()
    schedule: Schedule | None = None
    notify: tuple[str, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class MatchColumn:
    """`name FUZZY 0.9`, or `email EXACT` where `threshold` is None."""

    column: str
    threshold: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Matcher:
    name: str
    on: TableName
    match: tuple[MatchColumn, ...]
    into: TableName
    block_by: tuple[str, ...] = ()
    schedule: Schedule | None = None
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    type: str
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    pass


@dataclass(frozen=True, slots=True)
class LateBy:
    interval: str


@dataclass(frozen=True, slots=True)
class NotReadyBy:
    """`days` are mon ... sun; none means every day."""

    at: time
    timezone: str | None = None
    days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoNewDataFor:
    interval: str


@dataclass(frozen=True, slots=True)
class BadRowsAbove:
    percent: Decimal


@dataclass(frozen=True, slots=True)
class QuarantinedAbove:
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Blocked:
    pass


@dataclass(frozen=True, slots=True)
class SchemaChanged:
    pass


@dataclass(frozen=True, slots=True)
class DefinitionChanged:
    pass


@dataclass(frozen=True, slots=True)
class CdcLagAbove:
    interval: str


@dataclass(frozen=True, slots=True)
class QualityScoreBelow:
    percent: Decimal


@dataclass(frozen=True, slots=True)
class RowsExist:
    """`EXISTS (query)`, or `NOT EXISTS (query)`; `query` is without the parentheses."""

    query: Expression
    is_negated: bool = False


AlertCondition = (
    Failed
    | LateBy
    | NotReadyBy
    | NoNewDataFor
    | BadRowsAbove
    | QuarantinedAbove
    | Blocked
    | SchemaChanged
    | DefinitionChanged
    | CdcLagAbove
    | QualityScoreBelow
    | RowsExist
)


@dataclass(frozen=True, slots=True)
class Alert:
    """`on` is None for an alert whose condition is a query of its own; `notify` holds owner, consumers or channels."""

    name: str
    when: AlertCondition
    on: TableName | SchemaName | None = None
    severity: str | None = None
    notify: tuple[str, ...] = ()
    pauses_downstream: bool = False
    schedule: Schedule | None = None
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """`limit` is money with its currency, a month: `180 EUR`."""

    name: str
    limit: str
    alert_at_percent: Decimal | None = None
    notify: tuple[str, ...] = ()
    on_violation: Violation | None = None
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Mart:
    name: str
    template: str
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rows roles see; `command` is ALL, SELECT, INSERT, UPDATE or DELETE; `to` may hold `public`."""

    name: str
    on: TableName
    using: Expression
    command: str = "ALL"
    to: tuple[str, ...] = ("public",)
    excepted: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """What roles see in place of a value: of one column, or of every column that carries a tag (one of the two)."""

    name: str
    using: Expression
    on: TableName | None = None
    column: str | None = None
    tag: Option | None = None
    to: tuple[str, ...] = ("public",)
    excepted: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """Without columns it promises the columns that the relation has."""

    name: str
    on: TableName
    columns: tuple[Column, ...] = ()
    version: str | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Consumer:
    name: str
    type: str | None
    on: tuple[TableName, ...]
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    query: Expression
    schedule: Schedule | None = None
    notify: tuple[str, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
