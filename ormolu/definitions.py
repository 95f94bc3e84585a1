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


# --- gold beyond tables and metrics -----------------------------------------------------------------------------


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
    options: Options = Options()
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
    options: Options = Options()
    comment: str | None = None
    query: Expression | None = None
    from_relation: TableName | None = None


@dataclass(frozen=True, slots=True)
class GoldHub:
    name: TableName
    key: tuple[str, ...]
    schedule: Schedule | None = None
    rules: tuple[Rule, ...] = ()
    options: Options = Options()
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
    options: Options = Options()
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
    options: Options = Options()
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
    options: Options = Options()
    comment: str | None = None


# --- watching, sharing, guarding --------------------------------------------------------------------------------


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
    options: Options = Options()
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
    options: Options = Options()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    type: str
    options: Options = Options()
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
    options: Options = Options()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """`limit` is money with its currency, a month: `180 EUR`."""

    name: str
    limit: str
    alert_at_percent: Decimal | None = None
    notify: tuple[str, ...] = ()
    on_violation: Violation | None = None
    options: Options = Options()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Mart:
    name: str
    template: str
    options: Options = Options()
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
    options: Options = Options()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Consumer:
    name: str
    type: str | None
    on: tuple[TableName, ...]
    options: Options = Options()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    query: Expression
    schedule: Schedule | None = None
    notify: tuple[str, ...] = ()
    options: Options = Options()
    comment: str | None = None


LayerDefinition = (
    BronzeSource
    | SilverTable
    | GoldTable
    | GoldFact
    | GoldDimension
    | GoldMetric
    | GoldHub
    | GoldLink
    | GoldSatellite
    | GoldModel
)
Definition = (
    LayerDefinition
    | Connection
    | Secret
    | Channel
    | Alert
    | Budget
    | Monitor
    | Forecast
    | Matcher
    | Mart
    | Policy
    | Mask
    | Contract
    | Consumer
    | Report
)

KINDS: dict[type, Kind] = {
    BronzeSource: Kind.BRONZE_SOURCE,
    SilverTable: Kind.SILVER_TABLE,
    GoldTable: Kind.GOLD_TABLE,
    GoldFact: Kind.GOLD_FACT,
    GoldDimension: Kind.GOLD_DIMENSION,
    GoldMetric: Kind.GOLD_METRIC,
    GoldHub: Kind.GOLD_HUB,
    GoldLink: Kind.GOLD_LINK,
    GoldSatellite: Kind.GOLD_SATELLITE,
    GoldModel: Kind.GOLD_MODEL,
    Connection: Kind.CONNECTION,
    Secret: Kind.SECRET,
    Channel: Kind.CHANNEL,
    Alert: Kind.ALERT,
    Budget: Kind.BUDGET,
    Monitor: Kind.MONITOR,
    Forecast: Kind.FORECAST,
    Matcher: Kind.MATCHER,
    Mart: Kind.MART,
    Policy: Kind.POLICY,
    Mask: Kind.MASK,
    Contract: Kind.CONTRACT,
    Consumer: Kind.CONSUMER,
    Report: Kind.REPORT,
}


def kind_of(definition: Definition) -> Kind:
    """The kind that declares such a definition."""
    return KINDS[type(definition)]
