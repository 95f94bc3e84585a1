"""What is declared: sources, tables, metrics, rules and schedules, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import Enum

# --- names ------------------------------------------------------------------------------------------------


class Kind(Enum):
    """The kinds of object that a definition can declare; the value is the SQL spelling."""

    BRONZE_SOURCE = "BRONZE SOURCE"
    SILVER_TABLE = "SILVER TABLE"
    GOLD_TABLE = "GOLD TABLE"
    GOLD_FACT = "GOLD FACT"
    GOLD_DIMENSION = "GOLD DIMENSION"
    GOLD_METRIC = "GOLD METRIC"
    GOLD_HUB = "GOLD HUB"
    GOLD_LINK = "GOLD LINK"
    GOLD_SATELLITE = "GOLD SATELLITE"
    GOLD_MODEL = "GOLD MODEL"
    SECRET = "SECRET"
    CONNECTION = "CONNECTION"
    CHANNEL = "CHANNEL"
    ALERT = "ALERT"
    BUDGET = "BUDGET"
    MONITOR = "MONITOR"
    FORECAST = "FORECAST"
    MATCHER = "MATCHER"
    MART = "MART"
    POLICY = "POLICY"
    MASK = "MASK"
    CONTRACT = "CONTRACT"
    CONSUMER = "CONSUMER"
    REPORT = "REPORT"
    DATABASE = "DATABASE"
    ROLE = "ROLE"

    @property
    def schema(self) -> str | None:
        """The schema that the layer keyword fixes; None for objects that live in no schema."""
        layer = self.value.split()[0].lower()
        return layer if layer in ("bronze", "silver", "gold") else None


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A schema-qualified relation; `str()` gives the readable form `silver.orders`, unquoted."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


# --- expressions and options --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression:
    """A piece of PostgreSQL SQL, an expression or a query, in the words its author used.

    Two are equal when their texts are; `sql_extensions.equality` compares the trees.
    """

    text: str


@dataclass(frozen=True, slots=True)
class SecretReference:
    """`SECRET name` where a value is expected: the value itself is never part of a definition."""

    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word given as an option's value: `channel = ops`."""

    text: str


OptionValue = str | int | Decimal | bool | SecretReference | Word


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    value: OptionValue


@dataclass(frozen=True, slots=True)
class Options:
    """`WITH (name = value, ...)`, sorted by name, each name once."""

    items: tuple[Option, ...] = ()

    def find(self, name: str) -> OptionValue | None:
        return next((item.value for item in self.items if item.name == name), None)

    def text(self, name: str, default: str) -> str:
        value = self.find(name)
        return default if value is None else str(value)

    def is_on(self, name: str, *, default: bool) -> bool:
        value = self.find(name)
        return default if value is None else value is True or str(value).lower() in ("true", "on", "yes", "1")

    def __bool__(self) -> bool:
        return bool(self.items)


@dataclass(frozen=True, slots=True)
class Format:
    """`FORMAT csv (header = true)`."""

    name: str
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class SortColumn:
    expression: Expression
    is_descending: bool = False


# --- rules ----------------------------------------------------------------------------------------------------


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
    referenced_columns: tuple[str, ...]
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


# --- where from, how, when ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Upload:
    """`FROM UPLOAD [FORMAT ...]`: rows arrive through COPY."""

    format: Format | None = None


class SourceForm(Enum):
    TABLE = "TABLE"
    QUERY = "QUERY"
    FILES = "FILES"
    ENDPOINT = "ENDPOINT"
    GRAPHQL = "GRAPHQL"
    OBJECT = "OBJECT"
    TOPIC = "TOPIC"
    QUEUE = "QUEUE"
    SHEET = "SHEET"


@dataclass(frozen=True, slots=True)
class ConnectionSource:
    """`FROM CONNECTION c TABLE 'x' [FORMAT f (...)] [WITH (...)]`."""

    connections: tuple[str, ...]
    form: SourceForm
    target: str
    format: Format | None = None
    options: Options = Options()


class LoadMode(Enum):
    FULL = "FULL"
    APPEND = "APPEND"
    INCREMENTAL = "INCREMENTAL"
    CDC = "CDC"


@dataclass(frozen=True, slots=True)
class Load:
    mode: LoadMode
    watermark_column: str | None = None
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Reconcile:
    every: str
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Every:
    interval: str


@dataclass(frozen=True, slots=True)
class DailyAt:
    at: time
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class WeeklyOn:
    day: str
    at: time
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Cron:
    text: str
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class AfterUpstream:
    at_most_every: str | None = None


@dataclass(frozen=True, slots=True)
class Never:
    pass


Schedule = Every | DailyAt | WeeklyOn | Cron | AfterUpstream | Never


# --- the objects ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connection:
    name: str
    type: str
    options: Options = Options()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """The definition of a secret names where its value is kept, never the value."""

    name: str
    options: Options = Options()


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
    options: Options = Options()
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
    options: Options = Options()
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
    options: Options = Options()
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
    options: Options = Options()
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
    options: Options = Options()
    comment: str | None = None
