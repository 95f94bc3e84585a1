"""A table of the lake in words, for clients that show a comment: what it is, reads, when it runs and last ran."""

from __future__ import annotations

from datetime import UTC, datetime

from ormolu.catalog.lake import IcebergTable
from ormolu.definitions import (
    BronzeSource,
    ConnectionSource,
    Definition,
    GoldMetric,
    GoldTable,
    SilverTable,
    Upload,
)
from ormolu.medallion.lineage import upstreams
from ormolu.sql_extensions.writer.words import schedule


def words(definition: Definition | None, table: IcebergTable | None) -> str | None:
    """`silver table; reads bronze.orders_raw; EVERY '1 hour'; last written 2026-11-23 03:21 UTC`."""
    kind = _kind(definition)
    if definition is None or kind is None:
        return None
    parts = [kind]
    reads = upstreams(definition)
    if reads:
        parts.append("reads " + ", ".join(map(str, reads)))
    planned = getattr(definition, "schedule", None)
    if planned is not None:
        parts.append(schedule(planned))
    written = _written_at(table)
    parts.append("never written" if written is None else f"last written {written:%Y-%m-%d %H:%M} UTC")
    return "; ".join(parts)


def _kind(definition: Definition | None) -> str | None:
    match definition:
        case BronzeSource(source=Upload()):
            return "bronze source, loaded by COPY"
        case BronzeSource(source=ConnectionSource() as source):
            return f"bronze source from connection {', '.join(source.connections)}"
        case SilverTable():
            return "silver table"
        case GoldTable():
            return "gold table"
        case GoldMetric():
            return "gold metric"
        case _:
            return None


def _written_at(table: IcebergTable | None) -> datetime | None:
    snapshot = None if table is None else table.metadata.current_snapshot()
    return None if snapshot is None else datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)
