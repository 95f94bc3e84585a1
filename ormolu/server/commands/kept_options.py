"""Options and clauses that are kept with a definition and not acted on yet: said aloud, never taken in silence."""

from __future__ import annotations

from ormolu.definitions import (
    AfterUpstream,
    BronzeSource,
    Connection,
    Definition,
    GoldMetric,
    GoldTable,
    Kind,
    LoadMode,
    Monitor,
    Options,
    SilverTable,
    Upload,
    kind_of,
)
from ormolu.medallion.bronze import load_mode
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.options.placed import gathered

DESCRIBING = frozenset(
    ("title", "owner", "steward", "domain", "dataset", "pipeline", "source_system", "certified_until", "paused")
)
_STORED = ("compression", "parquet_version", "target_file_size", "retention", "cache")
ACTED_ON: dict[Kind, frozenset[str]] = {
    Kind.CONNECTION: frozenset(("url", "path", "host", "port", "user", "password", "dbname")),
    Kind.BRONZE_SOURCE: frozenset(
        (*_STORED, "columns", "schema", "on_new_column", "on_removed_column", "on_type_change")
    ),
    Kind.SILVER_TABLE: frozenset((*_STORED, "columns", "audit_columns")),
    Kind.GOLD_TABLE: frozenset((*_STORED, "columns")),
    Kind.GOLD_METRIC: frozenset(_STORED),
    Kind.MONITOR: frozenset(("method", "sensitivity", "threshold", "min_change", "holidays", "max_series")),
}
# Of a bronze source, by how it is loaded.
ACTED_ON_BY_UPLOADS = frozenset(("repeat",))
ACTED_ON_BY_LOADS = {
    LoadMode.FULL: frozenset(("source_id",)),
    LoadMode.APPEND: frozenset(("source_id", "on_changed_file", "on_removed_file")),
    LoadMode.INCREMENTAL: frozenset(("source_id", "start", "lookback", "null_watermark")),
}
# What is so anyway: saying it changes nothing.
DEFAULTS = {"format": "parquet", "publish": "auto", "refresh": "auto"}


def warn_of_kept_options(definition: Definition, session: SessionContext) -> None:
    """Tell which of the definition's options and clauses nothing reads yet."""
    if not isinstance(definition, Connection | BronzeSource | SilverTable | GoldTable | GoldMetric | Monitor):
        return
    options: Options = gathered(definition).options if isinstance(definition, BronzeSource) else definition.options
    acted_on = DESCRIBING | ACTED_ON[kind_of(definition)] | _acted_on_by_loads(definition)
    kept = [
        item.name
        for item in options.items
        if item.name not in acted_on and DEFAULTS.get(item.name) != str(item.value).lower()
    ]
    kept += _kept_clauses(definition)
    if kept:
        session.notice(
            "WARNING",
            "01000",
            f"kept with the definition and not acted on yet: {', '.join(kept)}",
            f"SHOW OPTIONS FOR {kind_of(definition).value} says what each is for.",
        )


def _acted_on_by_loads(definition: Definition) -> frozenset[str]:
    match definition:
        case BronzeSource(source=Upload()):
            return ACTED_ON_BY_UPLOADS
        case BronzeSource():
            return ACTED_ON_BY_LOADS.get(load_mode(definition), frozenset())
        case _:
            return frozenset()


def _kept_clauses(definition: Definition) -> list[str]:
    match definition:
        case Monitor(notify=[_, *_]):
            return ["NOTIFY"]
        case SilverTable() | GoldTable() | GoldMetric() if isinstance(definition.schedule, AfterUpstream):
            return ["AT MOST EVERY"] if definition.schedule.at_most_every else []
        case _:
            return []
