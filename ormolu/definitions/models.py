"""Gold beyond tables and metrics: facts, dimensions, data vault, semantic models."""

from __future__ import annotations

from dataclasses import dataclass

from ormolu.definitions.layers import (
    DeleteWhen,
    History,
    Measure,
    Rebuild,
)
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
    Options,
    SortColumn,
)


@dataclass(frozen=True, slots=True)
class DimensionReference:
    """`customer_id REFERENCES gold.dim_customer NAMED buyer AS OF order_date ON VIOLATION SET UNKNOWN`."""

    column: str
    references: TableName
    named: str | None = None
    as_of: str | None = None
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class GoldFact:
    """`key` is the grain."""

    name: TableName
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    dimensions: tuple[DimensionReference, ...] = ()
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
class Fixed:
    """`FIXED (country) ON VIOLATION WARN`: columns that may not change once they are known."""

    columns: tuple[str, ...]
    on_violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """`VALID [FROM a [TO b]] AS (start, end) [CURRENT c]`: a half-open interval for each version."""

    start: str
    end: str
    from_column: str | None = None
    to_column: str | None = None
    current: str | None = None


@dataclass(frozen=True, slots=True)
class GoldDimension:
    """`type` is `calendar` for a dimension that is computed and reads nothing, else None."""

    name: TableName
    type: str | None = None
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    surrogate_key: str | None = None
    sequence_by: tuple[str, ...] = ()
    delete_when: DeleteWhen | None = None
    history: History | None = None
    overwrite: tuple[str, ...] = ()
    fixed: Fixed | None = None
    validity: Validity | None = None
    dimensions: tuple[DimensionReference, ...] = ()
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
class GoldHub:
    name: TableName
    key: tuple[str, ...]
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
    query: Expression | None = None
    from_relation: TableName | None = None


@dataclass(frozen=True, slots=True)
class GoldLink:
    """`references` are hubs, one for each column of the key."""

    name: TableName
    key: tuple[str, ...]
    references: tuple[TableName, ...]
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
    query: Expression | None = None
    from_relation: TableName | None = None


@dataclass(frozen=True, slots=True)
class GoldSatellite:
    """Attributes of a hub or link; a `key` makes it multi-active."""

    name: TableName
    on: TableName
    attributes: tuple[str, ...]
    key: tuple[str, ...] = ()
    sequence_by: tuple[str, ...] = ()
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = NO_OPTIONS
    comment: str | None = None
    query: Expression | None = None
    from_relation: TableName | None = None


@dataclass(frozen=True, slots=True)
class GoldModel:
    """`FROM FILE 'churn.onnx' INPUT (tenure integer) OUTPUT (score double precision)`."""

    name: TableName
    file: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    options: Options = NO_OPTIONS
    comment: str | None = None
