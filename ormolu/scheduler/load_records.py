"""The record that a load leaves in lake.runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ormolu.catalog.definitions_log import Definitions
from ormolu.definitions import BronzeSource, Connection, ConnectionSource, Kind, SourceForm
from ormolu.medallion.bronze import BronzePlan, BronzeState
from ormolu.medallion.bronze_rules import RuleResult
from ormolu.medallion.columns import LOAD_TIME

MEGABYTE = 1_000_000


def source_system(source: BronzeSource, definitions: Definitions) -> str:
    """What names the origin of a source's rows: its option, its connection's, else the name of either."""
    own = source.options.find("source_system")
    if own is not None:
        return str(own)
    if not isinstance(source.source, ConnectionSource):
        return source.name.name
    found = [(name, definitions.find(Kind.CONNECTION, name)) for name in source.source.connections]
    named = [each.options.text("source_system", name) if isinstance(each, Connection) else name for name, each in found]
    return ", ".join(dict.fromkeys(named))


def ingestion_record(
    source: BronzeSource,
    plan: BronzePlan,
    state: BronzeState,
    results: Sequence[RuleResult],
    *,
    started_at: datetime,
    ended_at: datetime,
    rows: int,
    schema_version: int,
    watermarks: Mapping[str, str],
    file_count: int,
    total_bytes: int,
    system: str,
) -> dict[str, Any]:
    """All fields of an ingestion record but the run's own id, as JSON."""
    column = source.load.watermark_column if source.load is not None else None
    violating = {kind: sum(each.rows_violating for each in results if each.kind == kind) for kind in _kinds(results)}
    return {
        "ingestion_id": f"{source.name.name}-{started_at.strftime(LOAD_TIME)}-{plan.load_id}",
        "source_name": str(source.name),
        "source_type": _source_type(source),
        "table_name": str(source.name),
        "load_type": "upload" if not isinstance(source.source, ConnectionSource) else "batch",
        "load_mode": plan.mode.value.lower(),
        "load_id": plan.load_id,
        "watermark_column": column,
        "load_start_time": started_at.isoformat(),
        "load_end_time": ended_at.isoformat(),
        "records_inserted": rows,
        "records_updated": 0,
        "records_deleted": 0,
        "records_failed": 0,
        "data_format": "parquet",
        "schema_version": schema_version,
        "previous_watermark": _joined(state.watermarks) if column else None,
        "current_watermark": _joined(watermarks) if column else None,
        "partition_keys": [term.text for term in source.partition_by],
        "compression": source.options.text("compression", "zstd"),
        "file_count": file_count,
        "total_size_mb": round(total_bytes / MEGABYTE, 3),
        "data_quality_checks": {
            "null_count": violating.get("NOT NULL", 0),
            "duplicate_count": violating.get("UNIQUE", 0),
            "validation_passed": all(result.passed for result in results),
        },
        "lineage": {
            "source_system": system,
            "extracted_by": "ormolu",
            "platform_version": _version(),
        },
    }


def _kinds(results: Sequence[RuleResult]) -> set[str]:
    return {result.kind for result in results}


def _source_type(source: BronzeSource) -> str:
    if not isinstance(source.source, ConnectionSource):
        return "upload"
    return "files" if source.source.form is SourceForm.FILES else source.source.form.value.lower()


def _joined(watermarks: Mapping[str, str]) -> str | None:
    values = list(watermarks.values())
    if len(values) == 1:
        return values[0]
    return ", ".join(f"{name}: {value}" for name, value in sorted(watermarks.items())) or None


def _version() -> str:
    try:
        return version("ormolu")
    except PackageNotFoundError:
        return "unpackaged"
