"""What is printed reads back as the same definition, for generated definitions of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ormolu import definitions as d
from ormolu.sql_extensions.options import kinds as options
from ormolu.sql_extensions.options.connections import BY_CONNECTION_TYPE, BY_FORMAT
from ormolu.sql_extensions.options.placed import placed
from ormolu.sql_extensions.options.values import KnownOption, OptionType
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.writer.text import write

NAMES = st.one_of(
    st.sampled_from(["orders", "order_id", "select", "from", "as", "on", "with", "key", "Größe", "Mixed Case", 'a"b']),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
)
TEXTS = st.one_of(
    st.sampled_from(["", "it's", "a;b", "-- no comment", "$$", "/* no", "two\nlines", "\\", '"']),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)
EXPRESSIONS = st.sampled_from([
    d.Expression(text)
    for text in (
        "amount >= 0", "upper(trim(sku))", "a IN ('x', 'y')", "last_value(p IGNORE NULLS) OVER (PARTITION BY s)",
        "'x' = ANY (_rules)", "CASE WHEN a THEN 1 ELSE 2 END", "(a + b) * 2", "a IS NOT NULL", '"Odd ""name""" > 0',
        "a -- why\n + 1", "email ~ '^[^@\\s]+@'", "NULL", "now() - INTERVAL '2 hours'", "$$it's$$", "E'a\\nb'",
    )
])  # fmt: skip
QUERIES = st.sampled_from([
    d.Expression(text)
    for text in (
        "SELECT 1 AS a", "SELECT o.* FROM bronze.orders AS o", "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT a FROM t WHERE b = 'x;y' -- c\n ORDER BY 1", "(SELECT 1) UNION ALL SELECT 2", "VALUES (1, 'a')",
    )
])  # fmt: skip
ONE_COLUMN = st.sampled_from([d.Expression("a > 0"), d.Expression("a BETWEEN 0 AND 150"), d.Expression("a <> 'TEST'")])
INTERVALS = st.sampled_from(["15 minutes", "1 hour", "7 days", "1 day 02:30:00", "PT5M"])
PERCENTS = st.sampled_from([Decimal("5"), Decimal("0.5"), Decimal("100"), Decimal("10")])
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.sampled_from([0, 0, 30]))
ZONES = st.one_of(st.none(), st.just("Europe/Paris"))
DAYS = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
TIMESTAMPS = st.sampled_from(["2025-01-01", "2025-01-01 08:00:00"])
TYPES = st.sampled_from(["integer", "text", "numeric(18,2)", "timestamp with time zone", "text[]", "double precision"])


def tuples(items: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def distinct(items: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=3, unique_by=lambda item: item.name).map(tuple)


def columns_of(least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(NAMES, min_size=least, max_size=3, unique=True).map(tuple)


def optional(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), items)


def table(schema: str | None = None) -> st.SearchStrategy[d.TableName]:
    return st.builds(d.TableName, NAMES if schema is None else st.just(schema), NAMES)


VALUES: dict[OptionType, st.SearchStrategy[Any]] = {
    OptionType.TEXT: st.one_of(TEXTS, st.builds(d.SecretReference, NAMES)),
    OptionType.ANY: st.one_of(TEXTS, st.integers(-5, 5), st.just(Decimal("1.5"))),
    OptionType.NAME: st.builds(d.Word, NAMES),
    OptionType.INTEGER: st.integers(0, 9999),
    OptionType.NUMBER: st.sampled_from([1, 0, Decimal("0.95")]),
    OptionType.BOOLEAN: st.booleans(),
    OptionType.PERCENT: st.sampled_from([5, Decimal("99.5")]),
    OptionType.INTERVAL: INTERVALS,
    OptionType.SIZE: st.sampled_from(["256 MB", "10 TB"]),
    OptionType.MONEY: st.just("180 EUR"),
    OptionType.DATE: TIMESTAMPS,
    OptionType.TIME: st.just("08:00"),
    OptionType.RATE: st.just("10/s"),
    OptionType.JSON: st.just('{"a": "b\'c"}'),
    OptionType.RELATION: st.just(d.Word("bronze.orders (id)")),
}


def value_of(row: KnownOption) -> st.SearchStrategy[Any]:
    return st.sampled_from(row.values) if row.values else VALUES[row.type]


def options_of(known: Any) -> st.SearchStrategy[d.Options]:
    rows = [st.builds(d.Option, st.just(row.name), value_of(row)) for row in known.values()]
    if not rows:
        return st.just(d.Options())
    drawn = st.lists(st.one_of(rows), max_size=4, unique_by=lambda option: option.name)
    return drawn.map(lambda items: d.Options(tuple(sorted(items, key=lambda option: option.name))))


def free_options() -> st.SearchStrategy[d.Options]:
    values = st.one_of(TEXTS, st.builds(d.Word, NAMES), st.booleans(), st.integers())
    drawn = st.lists(st.builds(d.Option, NAMES, values), max_size=3, unique_by=lambda option: option.name)
    return drawn.map(lambda items: d.Options(tuple(sorted(items, key=lambda option: option.name))))


ROW_ACTIONS = st.sampled_from([d.Action.WARN, d.Action.QUARANTINE, d.Action.DISCARD, d.Action.FAIL])
TABLE_ACTIONS = st.sampled_from([d.Action.WARN, d.Action.FAIL])
ANY_ACTION = st.sampled_from([action for action in d.Action if action is not d.Action.SET_UNKNOWN])


def violation(actions: st.SearchStrategy[d.Action]) -> st.SearchStrategy[d.Violation | None]:
    return optional(st.builds(d.Violation, actions, tuples(st.builds(d.Escalation, actions, PERCENTS), most=2)))


SORTS = st.builds(d.SortColumn, EXPRESSIONS, st.booleans())
RULE = st.one_of(
    st.builds(d.SetRule, NAMES, EXPRESSIONS, optional(EXPRESSIONS), optional(NAMES), violation(ROW_ACTIONS)),
    st.builds(d.NotNullRule, NAMES, optional(NAMES), violation(ROW_ACTIONS)),
    st.builds(d.CheckRule, EXPRESSIONS, optional(NAMES), violation(ROW_ACTIONS)),
    st.builds(d.CheckRule, ONE_COLUMN, optional(NAMES), violation(ANY_ACTION)),
    st.builds(d.UniqueRule, columns_of(1), optional(NAMES), violation(ROW_ACTIONS)),
    columns_of(1).flatmap(
        lambda c: st.builds(
            d.ForeignKeyRule, st.just(c), table(), st.just(tuple(reversed(c))), optional(NAMES), violation(ROW_ACTIONS)
        )
    ),
    st.builds(
        d.DeduplicateRule, columns_of(1), st.sampled_from(d.Keep), tuples(SORTS, most=2), optional(NAMES),
        violation(ROW_ACTIONS),
    ),
    st.builds(d.LookupRule, table(), EXPRESSIONS, columns_of(1), st.just(()), optional(NAMES), violation(ROW_ACTIONS)),
    st.builds(d.LookupRule, table(), EXPRESSIONS, st.just(()), columns_of(1), optional(NAMES), violation(ROW_ACTIONS)),
    st.builds(d.ExpectRule, EXPRESSIONS, st.booleans(), optional(NAMES), violation(TABLE_ACTIONS)),
)  # fmt: skip


def _distinct_names(rules: tuple[Any, ...]) -> bool:
    names = [rule.name for rule in rules if rule.name is not None]
    return len(names) == len(set(names))


RULES = tuples(RULE).filter(_distinct_names)
COLUMN = st.builds(
    d.Column, NAMES, TYPES, columns_of(), st.none(), st.none(), st.booleans(), optional(EXPRESSIONS),
    optional(EXPRESSIONS), optional(TEXTS), violation(ANY_ACTION),
)  # fmt: skip
FORMERLY = st.builds(d.Column, NAMES, TYPES, formerly=NAMES, formerly_until=st.just("2027-01-31"))
COLUMNS = distinct(st.one_of(COLUMN, FORMERLY))
SCHEDULE = st.one_of(
    st.builds(d.Every, INTERVALS),
    st.builds(d.DailyAt, TIMES, ZONES),
    st.builds(d.WeeklyOn, DAYS, TIMES, ZONES),
    st.builds(d.Cron, st.just("0 2 * * 1-5"), ZONES),
    st.builds(d.AfterUpstream, optional(INTERVALS)),
    st.just(d.Never()),
)
FORMAT = st.sampled_from(sorted(BY_FORMAT)).flatmap(
    lambda name: st.builds(d.Format, st.just(name), options_of(BY_FORMAT[name]))
)
COMMENT = optional(TEXTS)
REBUILD = st.one_of(
    st.none(),
    st.sampled_from([d.Rebuild("AUTO"), d.Rebuild("NONE")]),
    st.builds(d.Rebuild, st.just("FROM"), TIMESTAMPS),
)
LAYOUT = {"partition_by": tuples(EXPRESSIONS), "order_by": tuples(SORTS)}
RUN = {"schedule": optional(SCHEDULE), "rules": RULES, "comment": COMMENT}
WRITE = {
    "key": columns_of(),
    "surrogate_key": optional(NAMES),
    "sequence_by": columns_of(),
    "delete_when": optional(st.builds(d.DeleteWhen, EXPRESSIONS, st.sampled_from(["SOFT", "HARD", "IGNORE"]))),
    "history": optional(st.builds(d.History, columns_of())),
    "rebuild": REBUILD,
}
FROM = st.one_of(st.fixed_dictionaries({"query": QUERIES}), st.fixed_dictionaries({"from_relation": table()}))
DIMENSIONS = tuples(
    st.builds(
        d.DimensionReference, NAMES, table(), optional(NAMES), optional(NAMES),
        violation(st.sampled_from([d.Action.SET_UNKNOWN, d.Action.WARN, d.Action.QUARANTINE])),
    )
)  # fmt: skip
MEASURES = st.lists(st.builds(d.Measure, NAMES, EXPRESSIONS), min_size=1, max_size=3, unique_by=lambda m: m.name).map(
    tuple
)
GRAIN = st.lists(st.builds(d.Grain, NAMES, EXPRESSIONS), max_size=3, unique_by=lambda m: m.name).map(tuple)
WATCHED = {
    "name": NAMES,
    "on": table(),
    "measures": tuples(EXPRESSIONS, 1),
    "time": NAMES,
    "per": columns_of(),
    "schedule": optional(SCHEDULE),
    "notify": columns_of(),
    "comment": COMMENT,
}


def built(class_: type, kind: d.Kind | None, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    if kind is not None:
        fields["options"] = options_of(options.options_of(kind))
    return st.builds(class_, **fields)


def reading(class_: type, kind: d.Kind, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A definition that is made from a query or a relation."""
    schema = kind.schema
    parts = st.fixed_dictionaries({"name": table(schema), "options": options_of(_known(kind)), **fields})
    return st.tuples(parts, FROM).map(lambda pair: class_(**pair[0], **pair[1]))


def _known(kind: d.Kind) -> Any:
    return options.GOLD if kind is d.Kind.GOLD_DIMENSION else options.options_of(kind)


SOURCE = st.one_of(
    st.builds(d.Upload, optional(FORMAT)),
    st.builds(
        d.ConnectionSource, columns_of(1), st.sampled_from(d.SourceForm), TEXTS, optional(FORMAT),
        options_of(options.SOURCE),
    ),
)  # fmt: skip
LOAD = st.one_of(
    st.builds(d.Load, st.sampled_from([d.LoadMode.FULL, d.LoadMode.APPEND, d.LoadMode.CDC])),
    st.builds(d.Load, st.just(d.LoadMode.INCREMENTAL), NAMES),
)
CONDITIONS = st.one_of(
    st.sampled_from([d.Failed(), d.Blocked(), d.SchemaChanged(), d.DefinitionChanged()]),
    st.builds(d.LateBy, INTERVALS),
    st.builds(d.NoNewDataFor, INTERVALS),
    st.builds(d.CdcLagAbove, INTERVALS),
    st.builds(d.NotReadyBy, TIMES, ZONES, tuples(DAYS)),
    st.builds(d.BadRowsAbove, PERCENTS),
    st.builds(d.QuarantinedAbove, PERCENTS),
    st.builds(d.QualityScoreBelow, PERCENTS),
    st.builds(d.RowsExist, QUERIES, st.booleans()),
)
GUARDED = {"name": NAMES, "using": EXPRESSIONS, "to": columns_of(1), "excepted": columns_of(), "comment": COMMENT}
MODEL_COLUMNS = st.lists(st.builds(d.Column, NAMES, TYPES), min_size=1, max_size=2, unique_by=lambda c: c.name).map(
    tuple
)
NAMED = {"name": NAMES, "comment": COMMENT}

DEFINITIONS: dict[d.Kind, st.SearchStrategy[Any]] = {
    d.Kind.BRONZE_SOURCE: built(
        d.BronzeSource, d.Kind.BRONZE_SOURCE, name=table("bronze"), source=SOURCE, columns=COLUMNS, load=optional(LOAD),
        reconcile=optional(st.builds(d.Reconcile, INTERVALS)), key=columns_of(), **LAYOUT, **RUN,
    ).map(lambda source: placed(_without_source_options(source))),
    d.Kind.SILVER_TABLE: reading(
        d.SilverTable, d.Kind.SILVER_TABLE, columns=COLUMNS, replace_by=columns_of(), **WRITE, **LAYOUT, **RUN
    ),
    d.Kind.GOLD_TABLE: reading(
        d.GoldTable, d.Kind.GOLD_TABLE, columns=COLUMNS, key=columns_of(), rebuild=REBUILD, **LAYOUT, **RUN
    ),
    d.Kind.GOLD_FACT: reading(
        d.GoldFact, d.Kind.GOLD_FACT, columns=COLUMNS, key=columns_of(), measures=st.one_of(st.just(()), MEASURES),
        dimensions=DIMENSIONS, rebuild=REBUILD, **LAYOUT, **RUN,
    ),
    d.Kind.GOLD_DIMENSION: reading(
        d.GoldDimension, d.Kind.GOLD_DIMENSION, columns=COLUMNS, **WRITE, overwrite=columns_of(),
        fixed=optional(st.builds(d.Fixed, columns_of(1), violation(ROW_ACTIONS))),
        validity=optional(
            st.one_of(
                st.builds(d.Validity, NAMES, NAMES, current=optional(NAMES)),
                st.builds(d.Validity, NAMES, NAMES, NAMES, optional(NAMES), optional(NAMES)),
            )
        ),
        dimensions=DIMENSIONS, **LAYOUT, **RUN,
    ),
    d.Kind.GOLD_METRIC: built(
        d.GoldMetric, d.Kind.GOLD_METRIC, name=table("gold"), from_relation=table(), grain=GRAIN, measures=MEASURES,
        filters=tuples(st.builds(d.Filter, optional(NAMES), EXPRESSIONS)), **LAYOUT, **RUN,
    ),
    d.Kind.GOLD_HUB: reading(d.GoldHub, d.Kind.GOLD_HUB, key=columns_of(1), **RUN),
    d.Kind.GOLD_LINK: reading(
        d.GoldLink, d.Kind.GOLD_LINK, key=columns_of(1), references=tuples(table(), 1), **RUN
    ),
    d.Kind.GOLD_SATELLITE: reading(
        d.GoldSatellite, d.Kind.GOLD_SATELLITE, on=table(), attributes=columns_of(1), key=columns_of(),
        sequence_by=columns_of(), **RUN,
    ),
    d.Kind.GOLD_MODEL: built(
        d.GoldModel, d.Kind.GOLD_MODEL, name=table("gold"), file=TEXTS, inputs=MODEL_COLUMNS, outputs=MODEL_COLUMNS,
        comment=COMMENT,
    ),
    d.Kind.CONNECTION: st.sampled_from(sorted(BY_CONNECTION_TYPE)).flatmap(
        lambda type_: built(
            d.Connection, None, **NAMED, type=st.just(type_), options=options_of(BY_CONNECTION_TYPE[type_])
        )
    ),
    d.Kind.SECRET: st.one_of(
        st.builds(d.Secret, NAMES),
        st.builds(
            d.Secret, NAMES,
            TEXTS.map(lambda name: d.Options((d.Option("backend", "env"), d.Option("name", name)))),
        ),
    ),
    d.Kind.CHANNEL: built(d.Channel, d.Kind.CHANNEL, **NAMED, type=st.sampled_from(["slack", "email"])),
    d.Kind.ALERT: built(
        d.Alert, d.Kind.ALERT, **NAMED, when=CONDITIONS,
        on=optional(st.one_of(table(), st.builds(d.SchemaName, NAMES))),
        severity=optional(st.sampled_from(["info", "critical"])), notify=columns_of(), pauses_downstream=st.booleans(),
        schedule=optional(SCHEDULE),
    ),
    d.Kind.BUDGET: built(
        d.Budget, d.Kind.BUDGET, **NAMED, limit=st.just("180 EUR"), alert_at_percent=optional(PERCENTS),
        notify=columns_of(), on_violation=optional(st.builds(d.Violation, TABLE_ACTIONS)),
    ),
    d.Kind.MONITOR: built(
        d.Monitor, d.Kind.MONITOR, **WATCHED, detect=st.sampled_from(d.Direction), compare=optional(TEXTS)
    ),
    d.Kind.FORECAST: built(d.Forecast, d.Kind.FORECAST, **WATCHED, horizon=INTERVALS),
    d.Kind.MATCHER: built(
        d.Matcher, d.Kind.MATCHER, **NAMED, on=table(), into=table(), block_by=columns_of(),
        match=tuples(st.builds(d.MatchColumn, NAMES, optional(st.just(Decimal("0.9")))), 1),
        schedule=optional(SCHEDULE),
    ),
    d.Kind.MART: built(d.Mart, None, **NAMED, template=st.sampled_from(["retail", "saas"]), options=free_options()),
    d.Kind.POLICY: built(d.Policy, None, **GUARDED, on=table(), command=st.sampled_from(["ALL", "SELECT", "UPDATE"])),
    d.Kind.MASK: st.one_of(
        built(d.Mask, None, **GUARDED, on=table(), column=NAMES),
        built(d.Mask, None, **GUARDED, tag=st.builds(d.Option, NAMES, TEXTS)),
    ),
    d.Kind.CONTRACT: built(
        d.Contract, d.Kind.CONTRACT, **NAMED, on=table(), columns=COLUMNS, version=optional(TEXTS), rules=RULES
    ),
    d.Kind.CONSUMER: built(
        d.Consumer, d.Kind.CONSUMER, **NAMED, type=optional(st.sampled_from(["dashboard", "model"])),
        on=tuples(table(), 1),
    ),
    d.Kind.REPORT: built(
        d.Report, d.Kind.REPORT, **NAMED, query=QUERIES, schedule=optional(SCHEDULE), notify=columns_of()
    ),
}  # fmt: skip


def _without_source_options(source: d.BronzeSource) -> d.BronzeSource:
    """Generated options of the source would be given twice where the statement has them too."""

    found = source.source
    return (
        replace(source, source=replace(found, options=d.Options())) if isinstance(found, d.ConnectionSource) else source
    )


@pytest.mark.parametrize("kind", sorted(DEFINITIONS, key=str))
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_reads_back_as_the_same_definition(kind: d.Kind, data: st.DataObject) -> None:
    definition = data.draw(DEFINITIONS[kind])
    text = write(definition)
    assert parse_definition(text) == definition
    assert write(parse_definition(text)) == text


def test_every_kind_with_a_definition_is_generated() -> None:
    assert set(DEFINITIONS) == set(d.KINDS.values())


def test_the_shape_of_a_silver_table_is_one_clause_a_line() -> None:
    written = write(
        parse_definition(
            "create or replace silver table Orders (id int not null, q int default 1 on fail drop row) "
            "from bronze.orders key (id) stored as scd type 2 with (publish = 'auto') "
            "with rules (check (q > 0) on fail reject) sequence by at"
        )
    )
    assert written == Path(__file__).with_name("silver_orders.sql").read_text().rstrip("\n")
