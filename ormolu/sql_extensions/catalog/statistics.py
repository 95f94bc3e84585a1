"""Counters and places on disk that PostgreSQL keeps and a lake has not: what their functions answer."""

from __future__ import annotations

_ZERO = "CAST(0 AS BIGINT)"
_NULL_TEXT = "CAST(NULL AS VARCHAR)"
_NULL_TIME = "CAST(NULL AS TIMESTAMP WITH TIME ZONE)"

# Of a table or an index by its OID, or of a database: nothing is counted.
_COUNTERS = """
    numscans tuples_returned tuples_fetched tuples_inserted tuples_updated tuples_deleted tuples_hot_updated
    dead_tuples mod_since_analyze ins_since_vacuum blocks_fetched blocks_hit vacuum_count autovacuum_count
    analyze_count autoanalyze_count db_xact_commit db_xact_rollback db_blocks_fetched db_blocks_hit
    db_tuples_returned db_tuples_fetched db_tuples_inserted db_tuples_updated db_tuples_deleted db_conflict_all
    db_deadlocks db_temp_files db_temp_bytes xact_numscans xact_tuples_returned xact_tuples_fetched
    xact_tuples_inserted xact_tuples_updated xact_tuples_deleted
"""
_TIMES = "last_vacuum_time last_autovacuum_time last_analyze_time last_autoanalyze_time db_stat_reset_time"

STATISTICS: dict[str, dict[int | None, str]] = {
    **{f"pg_stat_get_{name}": {1: _ZERO} for name in _COUNTERS.split()},
    **{f"pg_stat_get_{name}": {1: _NULL_TIME} for name in _TIMES.split()},
    "pg_stat_get_live_tuples": {1: "(SELECT _rows FROM pg_catalog._class_names WHERE _key = _1)"},
    "pg_relation_size": {1: "(SELECT _bytes FROM pg_catalog._class_names WHERE _key = _1)",
                         2: "(SELECT CASE WHEN _2 = 'main' THEN _bytes ELSE 0 END "
                            "FROM pg_catalog._class_names WHERE _key = _1)"},
    "pg_table_size": {1: "(SELECT _bytes FROM pg_catalog._class_names WHERE _key = _1)"},
    "pg_total_relation_size": {1: "(SELECT _bytes FROM pg_catalog._class_names WHERE _key = _1)"},
    "pg_indexes_size": {1: _ZERO},
    "pg_database_size": {1: "(SELECT CAST(coalesce(sum(_bytes), 0) AS BIGINT) FROM pg_catalog._class_names)"},
    "pg_tablespace_size": {1: "(SELECT CAST(coalesce(sum(_bytes), 0) AS BIGINT) FROM pg_catalog._class_names)"},
    "pg_tablespace_location": {1: "''"},
    "pg_relation_filepath": {1: _NULL_TEXT},
    "pg_relation_filenode": {1: "(SELECT _key FROM pg_catalog._class_names WHERE _key = _1)"},
    "pg_current_wal_lsn": {0: "'0/0'"},
    "pg_last_wal_receive_lsn": {0: _NULL_TEXT},
    "pg_last_wal_replay_lsn": {0: _NULL_TEXT},
    "pg_last_xact_replay_timestamp": {0: _NULL_TIME},
    "pg_blocking_pids": {1: "CAST([] AS INTEGER[])"},
    "pg_safe_snapshot_blocking_pids": {1: "CAST([] AS INTEGER[])"},
}  # fmt: skip
