"""Columns as tables store them, and the system and audit columns that we add, listed in one place."""

from __future__ import annotations

from dataclasses import dataclass

from ormolu.errors import DatatypeMismatch
from ormolu.sql_extensions.types import DataType, data_type


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of an Iceberg table; `field_id` is 0 until the table's schema gives it one."""

    name: str
    type: DataType
    field_id: int = 0
    is_required: bool = False
    is_hidden: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class PartitionField:
    """One term of PARTITION BY; `transform` is Iceberg's: identity, year, month, day, hour, bucket[n], truncate[n]."""

    column: str
    transform: str = "identity"

    def refusal(self, type: DataType) -> DatatypeMismatch:
        """Why a column of that type is not partitioned so."""
        return DatatypeMismatch(
            f'PARTITION BY {self.transform.split("[", maxsplit=1)[0]} does not take "{self.column}" of type {type}',
            hint="bucket takes integers, numerics, texts, dates, times, uuid and bytea; truncate takes integers, "
            "numerics and texts; year, month, day and hour take dates and timestamps.",
        )


def _hidden(*columns: tuple[str, str]) -> tuple[StoredColumn, ...]:
    return tuple(StoredColumn(name, data_type(spelling), is_hidden=True) for name, spelling in columns)


BRONZE_SYSTEM_COLUMNS = _hidden(
    ("_row_id", "bigint"),  # unique and increasing in the table
    ("_load_id", "bigint"),  # increasing; given under the table's writer lock
    ("_loaded_at", "timestamptz"),
    ("_source_file", "text"),
    ("_file_modified", "timestamptz"),
    ("_row_number", "bigint"),  # of the row in its file or extract, from 1
    ("_hash", "text"),  # NULL where nothing uses it
    ("load_date", "date"),  # only where the source has no column of that name
    ("source_id", "text"),  # likewise
)

INGESTION_ID = "ingestion_id"  # of bronze: the readable name of a row's load, computed where it is asked for
LOAD_TIME = "%Y%m%dT%H%M%S"  # the time in it, UTC

SILVER_AUDIT_COLUMNS = _hidden(
    ("_created_at", "timestamptz"),
    ("_updated_at", "timestamptz"),
    ("_load_id", "bigint"),
    ("_source_system", "text"),
    ("_change_type", "text"),
    ("_hash", "text"),
    ("_is_current", "boolean"),
    ("_load_timestamp", "timestamptz"),
)

IS_DELETED, DELETED_AT = "_is_deleted", "_deleted_at"  # of silver.x_all, beside the columns of silver.x

QUARANTINE_COLUMNS = tuple(
    StoredColumn(name, data_type(spelling))
    for name, spelling in (
        ("_quarantine_id", "bigint"),
        ("_rules", "text[]"),
        ("_message", "text"),
        ("_suggestion", "text"),
        ("_accept", "boolean"),
        ("_detected_at", "timestamptz"),
        ("_run_id", "bigint"),
        ("_status", "text"),  # open, repaired, reprocessed, discarded
    )
)

CONTENT = "ormolu.content"  # of a snapshot's summary: the older snapshot whose rows it holds, in other files

# Table properties in which a bronze table's state travels with its pointer.
NEXT_ROW_ID = "ormolu.next-row-id"
NEXT_LOAD_ID = "ormolu.next-load-id"
EXCLUDED_LOADS = "ormolu.excluded-loads"  # JSON list of load ids
LATEST_FULL_LOAD = "ormolu.latest-full-load"  # the load that `bronze.t` shows, LOAD FULL only
WATERMARK = "ormolu.watermark"
CHECKPOINTS = "ormolu.checkpoints"  # JSON {"bronze.orders": {"load_id": 4, "version": 7}}
KEPT = "ormolu.kept"  # JSON [[earlier content, [columns that differ]], ...], of silver and gold
DEFINITION_HASH = "ormolu.definition-hash"
COLUMN_COMMENTS = "ormolu.column-comments"  # JSON {"revenue": "USD"}, of columns that the definition does not list
