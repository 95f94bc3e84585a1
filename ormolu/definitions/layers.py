"""Connections and the layers' tables: bronze sources, silver tables, gold tables and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ormolu.definitions.loading import (
    ConnectionSource,
    Load,
    Reconcile,
    Schedule,
    Upload,
)
from ormolu.definitions.names import TableName
from ormolu.definitions.rules import (
    Column,
    Rule,
)
from ormolu.definitions.values import (
    NO_OPTIONS,
    Expression,
    Options,
    SortColumn,
)


@dataclass(frozen=True, slots=True)
class Connection:
    name: str
    type: str
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """The definition of a secret names where its value is kept, never the value."""

    name: str
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class BronzeSource:
    name: TableName
    source: Upload | ConnectionSource
    columns: tuple[Column, ...] = ()
    load: Load | None = None
    reconcile: Reconcile | None = None
    key: tuple[str, ...] = ()
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[SortColumn, ...] = ()
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteWhen:
    condition: Expression
    mode: str  # SOFT, HARD or IGNORE


@dataclass(frozen=True, slots=True)
class History:
    """`HISTORY` keeps every version; with columns, versions start when one of these changes."""

    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rebuild:
    """`REBUILD AUTO | NONE | FROM 't'`."""

    mode: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class SilverTable:
    """Exactly one of `query` (AS SELECT ...) and `from_relation` (FROM bronze.x) is given."""

    name: TableName
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    replace_by: tuple[str, ...] = ()
    surrogate_key: str | None = None
    sequence_by: tuple[str, ...] = ()
    delete_when: DeleteWhen | None = None
    history: History | None = None
    rebuild: Rebuild | None = None
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[SortColumn, ...] = ()
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
    query: Expression | None = None
    from_relation: TableName | None = None


@dataclass(frozen=True, slots=True)
class GoldTable:
    name: TableName
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[SortColumn, ...] = ()
    rebuild: Rebuild | None = None
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
    query: Expression | None = None
    from_relation: TableName | None = None


@dataclass(frozen=True, slots=True)
class Grain:
    """One column of a metric's grain: `date_trunc('month', order_date) AS month`."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Measure:
    """`sum(amount) FILTER (WHERE e) AS total`, or `total / orders AS average` over other measures."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Filter:
    name: str | None
    condition: Expression


@dataclass(frozen=True, slots=True)
class GoldMetric:
    name: TableName
    from_relation: TableName
    grain: tuple[Grain, ...]
    measures: tuple[Measure, ...]
    filters: tuple[Filter, ...] = ()
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[SortColumn, ...] = ()
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None


class Direction(Enum):
    DROP = "drop"
    RISE = "rise"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Monitor:
    name: str
    on: TableName
    measures: tuple[Expression, ...]
    time: str
    per: tuple[str, ...] = ()
    detect: Direction = Direction.ANY
    compare: str | None = None
    schedule: Schedule | None = None
    notify: tuple[str, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
