"""The views of `lake` that show what happened: selects over the catalog's own tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, select

from ormolu.catalog import schema
from ormolu.catalog.tombs import KEPT

Shape = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SqlView:
    """`columns` as (name, PostgreSQL type); the columns of `table` fill those of the same names.

    `shape` makes the row where that is not enough.
    """

    name: str
    table: Table
    columns: tuple[tuple[str, str], ...]
    shape: Shape | None = None

    def select(self, database: str) -> Select[Any]:
        """The rows of the database; not what is kept of dropped relations."""
        names = [self.table.c[name] for name in ("table_name", "source_name") if name in self.table.c]
        return select(self.table).where(self.table.c.database == database, *(~name.startswith(KEPT) for name in names))


def _view(name: str, table: Table, *columns: tuple[str, str], shape: Shape | None = None) -> SqlView:
    return SqlView(name, table, columns, shape)


# --- runs: the fields of an ingestion record, by name -------------------------------------------------------------

_RECORD_COLUMNS = (
    ("ingestion_id", "text"),
    ("source_name", "text"),
    ("source_type", "text"),
    ("table_name", "text"),
    ("load_type", "text"),
    ("load_mode", "text"),
    ("watermark_column", "text"),
    ("load_start_time", "timestamptz"),
    ("load_end_time", "timestamptz"),
    ("records_inserted", "bigint"),
    ("records_updated", "bigint"),
    ("records_deleted", "bigint"),
    ("records_failed", "bigint"),
    ("data_format", "text"),
    ("schema_version", "bigint"),
    ("previous_watermark", "text"),
    ("current_watermark", "text"),
    ("partition_keys", "jsonb"),
    ("compression", "text"),
    ("file_count", "bigint"),
    ("total_size_mb", "double precision"),
    ("data_quality_checks", "jsonb"),
    ("lineage", "jsonb"),
)


def _run(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the record does not say is what the run itself knows."""
    started, finished = row["started_at"], row["finished_at"]
    known = {
        "ingestion_id": f"{row['object']}/{row['run_id']}",
        "table_name": row["object"],
        "load_start_time": started,
        "load_end_time": finished,
        "records_inserted": row["rows_out"],
        "records_failed": row["rows_quarantined"],
    }
    record = {key: value for key, value in (row["record"] or {}).items() if value is not None}
    return {
        **row,
        "seconds": None if started is None or finished is None else (finished - started).total_seconds(),
        **known,
        **{name: record[name] for name, _ in _RECORD_COLUMNS if name in record},
    }


SQL_VIEWS: tuple[SqlView, ...] = (
    _view(
        "runs",
        schema.runs,
        ("run_id", "bigint"),
        ("object", "text"),
        ("action", "text"),
        ("trigger", "text"),
        ("requested_by", "text"),
        ("status", "text"),
        ("queued_at", "timestamptz"),
        ("started_at", "timestamptz"),
        ("finished_at", "timestamptz"),
        ("seconds", "double precision"),
        ("attempt", "integer"),
        ("rows_in", "bigint"),
        ("rows_out", "bigint"),
        ("rows_quarantined", "bigint"),
        *_RECORD_COLUMNS,
        ("progress", "jsonb"),
        ("notices", "jsonb"),
        ("sqlstate", "text"),
        ("error", "text"),
        ("error_detail", "text"),
        ("error_hint", "text"),
        shape=_run,
    ),
    _view(
        "run_steps",
        schema.run_steps,
        ("run_id", "bigint"),
        ("step", "integer"),
        ("name", "text"),
        ("rows", "bigint"),
        ("bytes", "bigint"),
        ("started_at", "timestamptz"),
        ("seconds", "double precision"),
    ),
    _view(
        "rule_results",
        schema.rule_results,
        ("run_id", "bigint"),
        ("position", "integer"),
        ("table_name", "text"),
        ("rule", "text"),
        ("kind", "text"),
        ("action", "text"),
        ("rows_checked", "bigint"),
        ("rows_violating", "bigint"),
        ("passed", "boolean"),
        ("observed", "text"),
        ("checked_at", "timestamptz"),
    ),
    _view(
        "checkpoints",
        schema.checkpoints,
        ("table_name", "text"),
        ("upstream", "text"),
        ("load_id", "bigint"),
        ("version", "bigint"),
        ("run_id", "bigint"),
        ("checked_at", "timestamptz"),
    ),
    _view(
        "files",
        schema.files,
        ("source_name", "text"),
        ("path", "text"),
        ("etag", "text"),
        ("size", "bigint"),
        ("modified_at", "timestamptz"),
        ("load_id", "bigint"),
        ("run_id", "bigint"),
        ("rows", "bigint"),
        ("status", "text"),
    ),
    _view(
        "schema_versions",
        schema.schema_versions,
        ("table_name", "text"),
        ("version", "bigint"),
        ("columns", "jsonb"),
        ("status", "text"),
        ("changed_at", "timestamptz"),
        ("run_id", "bigint"),
    ),
    _view(
        "versions",
        schema.versions,
        ("table_name", "text"),
        ("version", "bigint"),
        ("published_at", "timestamptz"),
        ("operation", "text"),
        ("run_id", "bigint"),
        ("rows_total", "bigint"),
        ("bytes_total", "bigint"),
        ("snapshot_id", "bigint"),
        ("metadata_location", "text"),
    ),
    _view(
        "suggestions",
        schema.suggestions,
        ("suggestion_id", "bigint"),
        ("table_name", "text"),
        ("kind", "text"),
        ("subject", "text"),
        ("statement", "text"),
        ("reason", "text"),
        ("support", "double precision"),
        ("status", "text"),
        ("run_id", "bigint"),
        ("suggested_at", "timestamptz"),
    ),
    _view(
        "anomalies",
        schema.anomalies,
        ("anomaly_id", "bigint"),
        ("monitor", "text"),
        ("table_name", "text"),
        ("measure", "text"),
        ("series", "jsonb"),
        ("series_key", "text"),
        ("period", "timestamptz"),
        ("actual", "double precision"),
        ("expected", "double precision"),
        ("lower", "double precision"),
        ("upper", "double precision"),
        ("score", "double precision"),
        ("change_percent", "double precision"),
        ("direction", "text"),
        ("method", "text"),
        ("support", "text"),
        ("contributors", "jsonb"),
        ("status", "text"),
        ("note", "text"),
        ("run_id", "bigint"),
        ("detected_at", "timestamptz"),
    ),
    _view(
        "audit_log",
        schema.audit_log,
        ("entry_id", "bigint"),
        ("role", "text"),
        ("at", "timestamptz"),
        ("action", "text"),
        ("object", "text"),
        ("statement", "text"),
    ),
    _view(
        "profiles",
        schema.profiles,
        ("profile_id", "bigint"),
        ("table_name", "text"),
        ("run_id", "bigint"),
        ("profiled_at", "timestamptz"),
        ("columns", "jsonb"),
    ),
)
