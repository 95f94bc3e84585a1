"""Data quality rules: what a row must be, and what happens to one that is not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ormolu.definitions.names import TableName
from ormolu.definitions.values import (
    Expression,
    SortColumn,
)


class Action(Enum):
    """What happens to a row, or to the publish, when a rule is violated."""

    WARN = "WARN"
    QUARANTINE = "QUARANTINE"
    DISCARD = "DISCARD"
    FAIL = "FAIL"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"
    SET_UNKNOWN = "SET UNKNOWN"


@dataclass(frozen=True, slots=True)
class Escalation:
    """`OR FAIL ABOVE 5%`: the action once more than this share of the batch's rows violates."""

    action: Action
    above_percent: Decimal


@dataclass(frozen=True, slots=True)
class Violation:
    """`ON VIOLATION QUARANTINE OR FAIL ABOVE 5%`."""

    action: Action
    escalations: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRule:
    """`SET column = expression [WHERE condition]` repairs a value."""

    column: str
    expression: Expression
    where: Expression | None = None
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class NotNullRule:
    column: str
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class CheckRule:
    """Violated only where the condition is false: NULL passes."""

    condition: Expression
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class UniqueRule:
    columns: tuple[str, ...]
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class ForeignKeyRule:
    columns: tuple[str, ...]
    references: TableName
    referenced_columns: tuple[str, ...]  # none as written: the KEY of the table it refers to
    name: str | None = None
    on_violation: Violation | None = None


class Keep(Enum):
    FIRST = "FIRST"
    LAST = "LAST"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class DeduplicateRule:
    columns: tuple[str, ...]
    keep: Keep
    order_by: tuple[SortColumn, ...] = ()
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class LookupRule:
    """`LOOKUP t ON condition ADD (c, ...) | FILL (c, ...)`; exactly one of the two is given."""

    table: TableName
    condition: Expression
    add: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()
    name: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class ExpectRule:
    """An aggregate that must hold: over the table as it would stand, or over this batch (`NEW`)."""

    condition: Expression
    is_new: bool = False
    name: str | None = None
    on_violation: Violation | None = None


Rule = SetRule | NotNullRule | CheckRule | UniqueRule | ForeignKeyRule | DeduplicateRule | LookupRule | ExpectRule


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a column list: type in PostgreSQL's spelling, and what holds for it."""

    name: str
    type: str
    sources: tuple[str, ...] = ()
    formerly: str | None = None
    formerly_until: str | None = None
    is_required: bool = False
    default: Expression | None = None
    check: Expression | None = None
    comment: str | None = None
    on_violation: Violation | None = None
    deprecated_until: str | None = None
