"""Which clauses each kind takes: one table a kind, in the order in which SHOW CREATE prints them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ormolu.definitions import Kind
from ormolu.sql_extensions.clauses import layers, watch
from ormolu.sql_extensions.clauses.rules import read_columns, read_rules
from ormolu.sql_extensions.clauses.values import Scope, read_comment, read_notify, read_schedule
from ormolu.sql_extensions.parser.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Clause:
    """`words` begin it, `field` of the definition takes what `read` gives; a hidden one is read, never offered."""

    words: tuple[str, ...]
    field: str
    read: Callable[[Cursor, Scope], object]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind takes besides its name; `required` are fields, one that `reads` is made from a query or relation."""

    clauses: tuple[Clause, ...]
    required: tuple[str, ...] = ()
    has_columns: bool = False
    reads: bool = False


def _clause(words: str, field: str, read: Callable[[Cursor, Scope], object], *, is_hidden: bool = False) -> Clause:
    return Clause(tuple(words.split()), field, read, is_hidden)


_SCHEDULE = _clause("SCHEDULE", "schedule", lambda cursor, _: read_schedule(cursor))
_RULES = _clause("WITH RULES", "rules", read_rules)
_OPTIONS = _clause("WITH", "options", layers.read_statement_options)
_COMMENT = _clause("COMMENT", "comment", lambda cursor, _: read_comment(cursor))
_END = (_OPTIONS, _COMMENT)
_NOTIFY = _clause("NOTIFY", "notify", lambda cursor, _: read_notify(cursor))
_FROM = _clause("FROM", "from_relation", layers.read_relation)
_KEY = _clause("KEY", "key", layers.read_column_names)
_SEQUENCE = _clause("SEQUENCE BY", "sequence_by", layers.read_one_or_more_names)
_SURROGATE = _clause("SURROGATE KEY", "surrogate_key", layers.read_column_name)
_DELETE = _clause("DELETE WHEN", "delete_when", layers.read_delete_when)
_HISTORY = _clause("HISTORY", "history", layers.read_history)
_SCD = _clause("STORED AS SCD TYPE", "history", layers.read_scd_type, is_hidden=True)
_REBUILD = _clause("REBUILD", "rebuild", layers.read_rebuild)
_LAYOUT = (
    _clause("PARTITION BY", "partition_by", layers.read_partition),
    _clause("ORDER BY", "order_by", layers.read_order),
)
_DIMENSIONS = _clause("DIMENSIONS", "dimensions", layers.read_dimensions)
_MEASURES = _clause("MEASURES", "measures", layers.read_measures)
_ON = _clause("ON", "on", watch.read_on)
_WATCHED = (
    _ON,
    _clause("MEASURES", "measures", watch.read_expressions),
    _clause("TIME", "time", layers.read_column_name),
    _clause("PER", "per", layers.read_column_names),
)
_GUARD = (
    _clause("TO", "roles", watch.read_roles),
    _clause("USING", "using", watch.read_using),
)

FORMS: Mapping[Kind, Form] = MappingProxyType(
    {
        Kind.BRONZE_SOURCE: Form(
            (
                _clause("FROM", "source", layers.read_source),
                _clause("FORMAT", "format", lambda cursor, _: layers.read_format(cursor)),
                _KEY,
                _clause("LOAD", "load", layers.read_load),
                _clause("RECONCILE", "reconcile", layers.read_reconcile),
                *_LAYOUT, _SCHEDULE, _RULES, *_END,
            ),
            required=("source",),
            has_columns=True,
        ),
        Kind.SILVER_TABLE: Form(
            (
                _KEY, _clause("REPLACE BY", "replace_by", layers.read_column_names), _SURROGATE, _SEQUENCE, _DELETE,
                _HISTORY, _SCD, _REBUILD, *_LAYOUT, _SCHEDULE, _RULES, *_END, _FROM,
            ),
            has_columns=True,
            reads=True,
        ),
        Kind.GOLD_TABLE: Form(
            (_KEY, *_LAYOUT, _REBUILD, _SCHEDULE, _RULES, *_END, _FROM), has_columns=True, reads=True
        ),
        Kind.GOLD_FACT: Form(
            (_KEY, _MEASURES, _DIMENSIONS, *_LAYOUT, _REBUILD, _SCHEDULE, _RULES, *_END, _FROM),
            has_columns=True,
            reads=True,
        ),
        Kind.GOLD_DIMENSION: Form(
            (
                _clause("TYPE", "type", layers.read_dimension_type), _KEY, _SURROGATE, _SEQUENCE, _DELETE, _HISTORY,
                _SCD, _clause("OVERWRITE", "overwrite", layers.read_column_names),
                _clause("FIXED", "fixed", layers.read_fixed), _clause("VALID", "validity", layers.read_validity),
                _DIMENSIONS, *_LAYOUT, _REBUILD, _SCHEDULE, _RULES, *_END, _FROM,
            ),
            has_columns=True,
            reads=True,
        ),
        Kind.GOLD_METRIC: Form(
            (
                _FROM, _clause("GRAIN", "grain", layers.read_grain), _MEASURES,
                _clause("FILTER", "filters", layers.read_filters), *_LAYOUT, _SCHEDULE, _RULES, *_END,
            ),
            required=("from_relation", "measures"),
        ),
        Kind.GOLD_HUB: Form((_KEY, _SCHEDULE, _RULES, *_END, _FROM), required=("key",), reads=True),
        Kind.GOLD_LINK: Form(
            (_KEY, _clause("REFERENCES", "references", layers.read_hubs), _SCHEDULE, _RULES, *_END, _FROM),
            required=("key", "references"),
            reads=True,
        ),
        Kind.GOLD_SATELLITE: Form(
            (
                _clause("ON", "on", layers.read_gold_relation),
                _clause("ATTRIBUTES", "attributes", layers.read_column_names),
                _KEY, _SEQUENCE, _SCHEDULE, _RULES, *_END, _FROM,
            ),
            required=("on", "attributes"),
            reads=True,
        ),
        Kind.GOLD_MODEL: Form(
            (
                _clause("FROM FILE", "file", layers.read_file),
                _clause("INPUT", "inputs", lambda cursor, _: read_columns(cursor)),
                _clause("OUTPUT", "outputs", lambda cursor, _: read_columns(cursor)),
                *_END,
            ),
            required=("file", "inputs", "outputs"),
        ),
        Kind.CONNECTION: Form((_clause("TYPE", "type", watch.read_connection_type), *_END), required=("type",)),
        Kind.CHANNEL: Form((_clause("TYPE", "type", watch.read_channel_type), *_END), required=("type",)),
        Kind.ALERT: Form(
            (
                _clause("ON", "on", watch.read_on_relation_or_schema), _clause("WHEN", "when", watch.read_when),
                _clause("SEVERITY", "severity", watch.read_severity), _NOTIFY,
                _clause("DO", "pauses_downstream", watch.read_pause), _SCHEDULE, *_END,
            ),
            required=("when",),
        ),
        Kind.BUDGET: Form(
            (
                _clause("LIMIT", "limit", watch.read_limit), _clause("ALERT", "alert_at_percent", watch.read_alert_at),
                _NOTIFY, _clause("ON VIOLATION", "on_violation", watch.read_budget_violation), *_END,
            ),
            required=("limit",),
        ),
        Kind.MONITOR: Form(
            (
                *_WATCHED, _clause("DETECT", "detect", watch.read_direction),
                _clause("COMPARE", "compare", watch.read_string), _SCHEDULE, _NOTIFY, *_END,
            ),
            required=("on", "measures", "time"),
        ),
        Kind.FORECAST: Form(
            (*_WATCHED, _clause("HORIZON", "horizon", watch.read_interval_text), _SCHEDULE, _NOTIFY, *_END),
            required=("on", "measures", "time", "horizon"),
        ),
        Kind.MATCHER: Form(
            (
                _ON, _clause("MATCH", "match", watch.read_match),
                _clause("BLOCK BY", "block_by", layers.read_column_names),
                _clause("INTO", "into", watch.read_into), _SCHEDULE, *_END,
            ),
            required=("on", "match", "into"),
        ),
        Kind.MART: Form((_clause("FROM TEMPLATE", "template", watch.read_template), *_END), required=("template",)),
        Kind.POLICY: Form(
            (_ON, _clause("FOR", "command", watch.read_command), *_GUARD, _COMMENT), required=("on", "using")
        ),
        Kind.MASK: Form(
            (_clause("ON", "masked", watch.read_on_masked), *_GUARD, _COMMENT), required=("masked", "using")
        ),
        Kind.CONTRACT: Form(
            (
                _clause("ON", "contracted", watch.read_on_contracted), _clause("VERSION", "version", watch.read_string),
                _RULES, *_END,
            ),
            required=("contracted",),
        ),
        Kind.CONSUMER: Form(
            (
                _clause("TYPE", "type", watch.read_consumer_type), _clause("ON", "on", watch.read_on_relations), *_END
            ),
            required=("on",),
        ),
        Kind.REPORT: Form((_SCHEDULE, _NOTIFY, *_END), reads=True),
    }
)  # fmt: skip
"""SECRET, DATABASE and ROLE have statements of their own."""
