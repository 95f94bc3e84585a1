"""The tables of the catalog's SQL database: pointers, and what happens at run time.

`iceberg_tables` has the columns of pyiceberg's SqlCatalog, so that other tools find the tables.
Times are aware UTC. Every table but roles and secrets of the server carries its database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()

# SQLite counts rows only in a column declared INTEGER PRIMARY KEY.
Identity = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, also on SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


# --- databases ------------------------------------------------------------------------------------------------

databases = Table(
    "databases",
    metadata,
    Column("database_id", Identity, primary_key=True, autoincrement=True),  # a name may be used again
    Column("name", String(63), nullable=False),
    Column("owner", String(63), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("dropped_at", UtcDateTime),  # its files wait for the sweep
    Column("template_id", BigInteger),  # the database that it was copied from
)
_LIVE = databases.c.dropped_at.is_(None)
Index("databases_by_name", databases.c.name, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)

# What the definitions of a copied database were when they were last the same in its template: see PROMOTE.
base_definitions = Table(
    "base_definitions",
    metadata,
    Column("database", String(255), primary_key=True),  # the copy
    Column("kind", String(40), primary_key=True),
    Column("name", String(511), primary_key=True),
    Column("ddl", Text, nullable=False),
)

# --- pointers -------------------------------------------------------------------------------------------------

iceberg_tables = Table(
    "iceberg_tables",
    metadata,
    Column("catalog_name", String(255), primary_key=True),  # the database
    Column("table_namespace", String(255), primary_key=True),
    Column("table_name", String(255), primary_key=True),
    Column("metadata_location", String(1000)),
    Column("previous_metadata_location", String(1000)),
    Column("iceberg_type", String(5)),
)

iceberg_namespace_properties = Table(
    "iceberg_namespace_properties",
    metadata,
    Column("catalog_name", String(255), primary_key=True),
    Column("namespace", String(255), primary_key=True),
    Column("property_key", String(255), primary_key=True),
    Column("property_value", String(1000)),
)

versions = Table(
    "versions",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("table_name", String(511), primary_key=True),  # "silver.orders"
    Column("version", BigInteger, primary_key=True),  # 1, 2, 3 ... of this table
    Column("snapshot_id", BigInteger),
    Column("metadata_location", String(1000), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("run_id", BigInteger),
    Column("operation", String(40), nullable=False),
    Column("rows_total", BigInteger),
    Column("bytes_total", BigInteger),
)

# Versions that expiry has taken away: who reads them still finds their files, until a grace period is over.
forgotten_versions = Table(
    "forgotten_versions",
    metadata,
    Column("forgotten_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("metadata_location", String(1000), nullable=False),
    Column("forgotten_at", UtcDateTime, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("tombstone_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("table_name", String(511), nullable=False),
    Column("metadata_location", String(1000), nullable=False),
    Column("dropped_at", UtcDateTime, nullable=False),
)

CLAIM_LOCK = 0x6F726D6F  # of pg_advisory_xact_lock: runs are claimed, and databases dropped, one at a time

# --- runs: the queue and the record in one ----------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    Column("run_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("object", String(511), nullable=False),  # "bronze.orders"; a monitor's or a connection's name
    Column("action", String(40), nullable=False),  # one of scheduler.runs.RunAction
    Column("request", JSON, nullable=False),  # what the action needs, for example the DDL of a creation
    Column("requested_by", String(255), nullable=False),
    Column("trigger", String(40), nullable=False),  # statement, transaction, schedule, upstream, creation
    Column("status", String(20), nullable=False),  # queued, running, staged, succeeded, failed, canceled, rolled_back
    Column("queued_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", String(255)),
    Column("lease_until", UtcDateTime),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("progress", JSON),  # {"step": ..., "rows": ..., "share": ...}
    Column("rows_in", BigInteger),
    Column("rows_out", BigInteger),
    Column("rows_quarantined", BigInteger),
    Column("record", JSON),  # the ingestion record's remaining fields
    Column("result", JSON),  # {"columns": [[name, type], ...], "rows": [...]} of PROFILE, SUGGEST ...
    Column("notices", JSON),
    Column("sqlstate", String(5)),
    Column("error", Text),
    Column("error_detail", Text),
    Column("error_hint", Text),
    Index("runs_waiting", "status", "queued_at"),
    Index("runs_of_object", "database", "object"),
)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run_id", BigInteger, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("database", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("rows", BigInteger),
    Column("bytes", BigInteger),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seconds", Float, nullable=False),
)

rule_results = Table(
    "rule_results",
    metadata,
    Column("run_id", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),  # of the rule, top to bottom
    Column("database", String(255), nullable=False),
    Column("table_name", String(511), nullable=False),
    Column("rule", String(255), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("action", String(40), nullable=False),  # the one taken
    Column("rows_checked", BigInteger),
    Column("rows_violating", BigInteger),
    Column("passed", Boolean, nullable=False),
    Column("observed", Text),  # of an EXPECT, the values it saw
    Column("checked_at", UtcDateTime, nullable=False),
)

# What open transactions have made so far, for the runs that they start: see ormolu.catalog.drafts.
draft_parts = Table(
    "draft_parts",
    metadata,
    Column("draft_id", String(36), primary_key=True),
    Column("part", Integer, primary_key=True),  # 0, 1, 2 ...
    Column("database", String(255), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("content", JSON, nullable=False),
)

# --- positions ----------------------------------------------------------------------------------------------------

watermarks = Table(
    "watermarks",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("source_name", String(511), primary_key=True),
    Column("connection", String(255), primary_key=True, default=""),
    Column("watermark_column", String(255)),
    Column("last_incremental_watermark", Text),
    Column("last_full_load", UtcDateTime),
    Column("last_incremental_load", UtcDateTime),
    Column("last_run_id", BigInteger),
)

files = Table(
    "files",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("source_name", String(511), primary_key=True),
    Column("path", String(1000), primary_key=True),
    Column("etag", String(255), primary_key=True),  # etag, or mtime and size of a local file
    Column("size", BigInteger, nullable=False),
    Column("modified_at", UtcDateTime),
    Column("load_id", BigInteger, nullable=False),
    Column("run_id", BigInteger, nullable=False),
    Column("rows", BigInteger),
    Column("status", String(20), nullable=False, default="loaded"),  # loaded, replaced, excluded, taken back
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("table_name", String(511), primary_key=True),
    Column("upstream", String(511), primary_key=True),
    Column("load_id", BigInteger),  # of a bronze upstream: loads up to here are in
    Column("version", BigInteger),  # of any upstream: its version that was read
    Column("run_id", BigInteger),
    Column("checked_at", UtcDateTime),
)

schema_versions = Table(
    "schema_versions",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("table_name", String(511), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("columns", JSON, nullable=False),
    Column("status", String(20), nullable=False),  # current, past, refused
    Column("changed_at", UtcDateTime, nullable=False),
    Column("run_id", BigInteger),
)

# --- who -----------------------------------------------------------------------------------------------------------

roles = Table(
    "roles",
    metadata,
    Column("role_id", Identity, primary_key=True, autoincrement=True),
    Column("name", String(63), unique=True, nullable=False),
    Column("can_login", Boolean, nullable=False, default=False),
    Column("is_superuser", Boolean, nullable=False, default=False),
    Column("verifier", Text),  # PostgreSQL's SCRAM-SHA-256$iterations:salt$stored:server
    Column("valid_until", UtcDateTime),
    Column("connection_limit", Integer, nullable=False, default=-1),
    Column("attributes", JSON, nullable=False, default=dict),
    Column("contact", JSON, nullable=False, default=dict),
)

role_members = Table(
    "role_members",
    metadata,
    Column("role", String(63), ForeignKey("roles.name"), primary_key=True),  # the group
    Column("member", String(63), ForeignKey("roles.name"), primary_key=True),
)

DROPPED = "dropped"  # the kind of object of the grants that are kept of dropped relations

grants = Table(
    "grants",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("privilege", String(20), primary_key=True),  # SELECT, OPERATE, USAGE, CONNECT ...
    Column("object_kind", String(20), primary_key=True),  # table, schema, database
    Column("object", String(511), primary_key=True),
    Column("grantee", String(63), primary_key=True),  # a role, or "public"
    Column("grantor", String(63), nullable=False),
    Column("is_grantable", Boolean, nullable=False, default=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("database", String(255), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("ciphertext", LargeBinary),
    Column("changed_at", UtcDateTime, nullable=False),
)

# --- intelligence --------------------------------------------------------------------------------------------

profiles = Table(
    "profiles",
    metadata,
    Column("profile_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("table_name", String(511), nullable=False),
    Column("run_id", BigInteger),
    Column("profiled_at", UtcDateTime, nullable=False),
    Column("columns", JSON, nullable=False),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("suggestion_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("table_name", String(511), nullable=False),
    Column("kind", String(40), nullable=False),  # types, table, rules, features, tags ...
    Column("subject", String(511), nullable=False),  # the column, or the table
    Column("statement", Text, nullable=False),  # SQL that accepts it
    Column("reason", Text, nullable=False),
    Column("support", Float),
    Column("status", String(20), nullable=False, default="open"),
    Column("run_id", BigInteger),
    Column("suggested_at", UtcDateTime, nullable=False),
)

anomalies = Table(
    "anomalies",
    metadata,
    Column("anomaly_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("monitor", String(255), nullable=False),
    Column("table_name", String(511), nullable=False),
    Column("measure", String(511), nullable=False),
    Column("series", JSON, nullable=False),  # {"product_id": 7}
    Column("series_key", String(1000), nullable=False),
    Column("period", UtcDateTime, nullable=False),
    Column("actual", Float),
    Column("expected", Float),
    Column("lower", Float),
    Column("upper", Float),
    Column("score", Float),
    Column("change_percent", Float),
    Column("direction", String(10), nullable=False),
    Column("method", String(40), nullable=False),
    Column("support", Text),
    Column("contributors", JSON),
    Column("status", String(20), nullable=False, default="open"),
    Column("note", Text),
    Column("run_id", BigInteger),
    Column("detected_at", UtcDateTime, nullable=False),
    Index("anomalies_of_monitor", "database", "monitor", "measure", "series_key", "period", unique=True),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("entry_id", Identity, primary_key=True, autoincrement=True),
    Column("database", String(255), nullable=False),
    Column("role", String(63), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(80), nullable=False),
    Column("object", String(511)),
    Column("statement", Text),  # secrets left out
)
