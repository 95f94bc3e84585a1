"""The last look at what goes to the engine: only functions and relations that the binder itself put there."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import InsufficientPrivilege

# Engine functions that reach files, the environment, settings, other databases or SQL text. The binder never writes
# one of them; a hole in it must still not reach the engine.
_REFUSED = frozenset(
    [
        "read_csv",
        "read_csv_auto",
        "read_parquet",
        "parquet_scan",
        "read_json",
        "read_json_auto",
        "read_json_objects",
        "read_json_objects_auto",
        "read_ndjson",
        "read_ndjson_auto",
        "read_ndjson_objects",
        "read_text",
        "read_blob",
        "glob",
        "sniff_csv",
        "parquet_metadata",
        "parquet_schema",
        "parquet_file_metadata",
        "parquet_kv_metadata",
        "parquet_bloom_probe",
        "parquet_full_metadata",
        "read_duckdb",
        "arrow_scan",
        "arrow_scan_dumb",
        "pandas_scan",
        "python_map_function",
        "sqlite_scan",
        "sqlite_attach",
        "sqlite_query",
        "postgres_scan",
        "postgres_scan_pushdown",
        "postgres_query",
        "postgres_execute",
        "postgres_attach",
        "mysql_scan",
        "mysql_query",
        "mysql_execute",
        "iceberg_scan",
        "delta_scan",
        "read_xlsx",
        "query",
        "query_table",
        "getenv",
        "getvariable",
        "which_secret",
        "duckdb_secrets",
        "duckdb_settings",
        "duckdb_databases",
        "duckdb_tables",
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_views",
        "duckdb_extensions",
        "duckdb_memory",
        "duckdb_temporary_files",
        "duckdb_log_contexts",
        "duckdb_logs",
        "parse_duckdb_log_message",
        "enable_logging",
        "disable_logging",
        "pragma_table_info",
        "pragma_storage_info",
        "pragma_database_size",
        "pragma_version",
        "pragma_show",
        "checkpoint",
        "force_checkpoint",
        "json_execute_serialized_sql",
        "json_serialize_sql",
        "json_deserialize_sql",
        "seq_scan",
        "index_scan",
        "summary",
        "repeat_row",
        "current_setting",
        "set_config",
        "nextval",
        "currval",
        "txid_current",
        "pg_read_file",
        "columns",
        "add_parquet_key",
        "storage_info",
        "write_log",
        "test_all_types",
        "sql_auto_complete",
        "load_aws_credentials",
        "from_substrait",
        "get_substrait",
        "icu_collate_",
    ]
)


_TRUSTED = "from_catalog"


def trusted(source: exp.Query) -> exp.Query:
    """A copy of a relation's source that the last look passes over: it reads files, and is ours."""
    copied = source.copy()
    copied.meta[_TRUSTED] = True
    return copied


def check_engine_tree(tree: exp.Expr) -> None:
    """42501 where a function or a table in the tree did not come from a relation of the catalog or from the binder."""
    common: set[str] = set()
    nodes: list[exp.Expr] = []
    stack: list[exp.Expr] = [tree]
    while stack:
        node = stack.pop()
        if node.meta.get(_TRUSTED):
            continue
        if isinstance(node, exp.CTE):
            common.add(node.args["alias"].this.name)
        nodes.append(node)
        stack.extend(node.iter_expressions())
    for node in nodes:
        _check(node, common)


def _check(node: exp.Expr, common: set[str]) -> None:
    match node:
        case exp.Anonymous() if str(node.this).lower() in _REFUSED:
            raise InsufficientPrivilege(f"permission denied for function {node.this}")
        case exp.Table(this=exp.Anonymous(this="generate_series")) if not node.args.get("db"):
            return
        case exp.Table() if node.name not in common or node.args.get("db"):
            raise InsufficientPrivilege(f"permission denied for relation {node.name}")
        case exp.Command() | exp.DDL() | exp.DML():
            raise InsufficientPrivilege("permission denied for statement")
        case _:
            return
