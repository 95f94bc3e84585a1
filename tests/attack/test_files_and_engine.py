"""No statement of any role reads a file, leaves the catalog's relations, or changes the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.ormolu import OrmoluServer

Ask = Callable[[str], tuple[str | None, str]]

REFUSED = (
    "42501",
    "42883",
    "42P01",
    "42601",
    "0A000",
    "42704",
    "3F000",
    "3D000",
    "42703",
    "22023",
    "55P02",
    "42809",
    "25P01",
)
PROOF = "root:x:0:0"  # of /etc/passwd
FILES = ("/etc/passwd", "/proc/self/environ", "/proc/self/cmdline")

ESCAPES = (
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM read_csv_auto('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM parquet_scan('{file}')",
    "SELECT * FROM parquet_metadata('{file}')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '{file}'",
    'SELECT * FROM "{file}"',
    "SELECT * FROM main.'{file}'",
    "SELECT * FROM pg_catalog.read_csv('{file}')",
    "SELECT * FROM lake.read_csv('{file}')",
    "SELECT pg_read_file('{file}')",
    "SELECT pg_ls_dir('/etc')",
    "SELECT lo_import('{file}')",
    "SELECT getenv('PATH')",
    "SELECT getvariable('x')",
    "SELECT current_setting('data_directory')",
    "SELECT current_setting('temp_directory')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('gold.shown')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM pragma_database_list()",
    "SELECT * FROM pragma_table_info('x')",
    "SELECT * FROM which_secret('x', 's3')",
    "SELECT * FROM sql_auto_complete('SEL')",
    "SELECT * FROM sqlite_scan('{file}', 't')",
    "SELECT * FROM postgres_query('x', 'SELECT 1')",
    "SELECT * FROM iceberg_scan('{file}')",
    "SELECT json_execute_serialized_sql('x')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "FROM read_csv('{file}')",
    "TABLE '{file}'",
    "SUMMARIZE SELECT * FROM read_csv('{file}')",
    "DESCRIBE SELECT * FROM read_csv('{file}')",
    "WITH a AS (SELECT * FROM read_csv('{file}')) SELECT * FROM a",
    "SELECT (SELECT content FROM read_text('{file}'))",
    "SELECT * FROM gold.shown WHERE v IN (SELECT content FROM read_text('{file}'))",
    "SELECT * FROM gold.shown, LATERAL (SELECT * FROM read_text('{file}')) AS t",
    "SELECT * FROM gold.shown UNION ALL SELECT 1, content FROM read_text('{file}')",
    "SELECT * FROM pg_catalog.pg_class, read_text('{file}')",
    "SELECT * FROM pg_class WHERE relname = (SELECT content FROM read_text('{file}'))",
    "SELECT * FROM pg_class JOIN '{file}' AS t ON true",
    "SELECT c.relname FROM pg_catalog.pg_class AS c WHERE EXISTS (SELECT 1 FROM glob('/etc/*'))",
    "WITH pg_class AS (SELECT * FROM read_text('{file}')) SELECT * FROM pg_class",
    "SELECT * FROM information_schema.tables WHERE table_name = getenv('PATH')",
    "SELECT getenv('PATH') FROM pg_class",
    "EXPLAIN SELECT * FROM read_csv('{file}')",
    "EXPLAIN ANALYZE SELECT * FROM read_csv('{file}')",
    "PREPARE p AS SELECT * FROM read_csv('{file}')",
    "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM read_csv('{file}')",
    "COPY (SELECT * FROM gold.shown) TO '/tmp/ormolu-escape.csv'",
    "COPY gold.shown TO '/tmp/ormolu-escape.csv'",
    "COPY gold.shown TO PROGRAM 'touch /tmp/ormolu-escape.csv'",
    "COPY (SELECT * FROM read_csv('{file}')) TO STDOUT",
    "COPY bronze.shown FROM '{file}'",
    "COPY bronze.shown FROM PROGRAM 'cat {file}'",
    "EXPORT DATABASE '/tmp/ormolu-escape'",
    "IMPORT DATABASE '/tmp/ormolu-escape'",
    "ATTACH '/tmp/ormolu-escape.db' AS x",
    "DETACH main",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/evil.so'",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "PRAGMA threads=1",
    "CALL pragma_version()",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET threads = 64",
    "SET memory_limit = '100GB'",
    "SET temp_directory = '/tmp'",
    "SET GLOBAL threads = 64",
    "SET VARIABLE x = 1",
    "RESET lock_configuration",
    "SET s3_access_key_id = 'x'",
    "CREATE TABLE t (a integer)",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT * FROM read_text('/etc/passwd')",
    "CREATE MACRO m() AS 1",
    "CREATE FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql",
    "CREATE EXTENSION plpython3u",
    "CREATE SCHEMA s",
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE SEQUENCE s",
    "DO $$ BEGIN END $$",
    "ALTER SYSTEM SET threads = 1",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "DROP SCHEMA gold CASCADE",
    "TRUNCATE gold.shown",
    "INSERT INTO gold.shown VALUES (1, 'x')",
    "UPDATE gold.shown SET v = 'x'",
    "DELETE FROM gold.shown",
    "MERGE INTO gold.shown USING gold.hidden ON true WHEN MATCHED THEN DELETE",
    "UPDATE pg_catalog.pg_authid SET rolsuper = true",
    "UPDATE lake.roles SET is_superuser = true",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow WHERE passwd IS NOT NULL",
    "SELECT pg_terminate_backend(1)",
    "SELECT set_config('lock_configuration', 'false', false)",
    "SELECT dblink('host=127.0.0.1', 'SELECT 1')",
    "SELECT nextval('s')",
)
HARMLESS = (
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow WHERE passwd IS NOT NULL",
    "SELECT pg_terminate_backend(1)",
    "CHECKPOINT",
)


@pytest.mark.parametrize("statement", ESCAPES)
def test_a_way_out_of_the_catalog_is_refused(statement: str, ask: Ask) -> None:
    for file in FILES if "{file}" in statement else ("",):
        sqlstate, text = ask(statement.replace("{file}", file))
        assert (
            PROOF not in text
            and "SCRAM-SHA-256$" not in text
            and "PATH=" not in text
            and "ORMOLU_ADMIN_PASSWORD" not in text
        )
        if statement not in HARMLESS:
            assert sqlstate in REFUSED, (sqlstate, text)
    assert not Path("/tmp/ormolu-escape.csv").exists() and not Path("/tmp/ormolu-escape").exists()
    assert ask("SELECT count(*) FROM gold.shown") == (None, "(2,)")


def test_the_warehouse_of_another_table_is_not_a_way_to_its_rows(lake: OrmoluServer, as_analyst: Ask) -> None:
    parquet = [path for path in lake.folder.rglob("*.parquet") if "hidden" in str(path) or "bronze" in str(path)]
    parquet = parquet or list(lake.folder.rglob("*.parquet"))
    assert parquet
    for path in parquet[:3]:
        for statement in (
            f"SELECT * FROM read_parquet('{path}')",
            f"SELECT * FROM '{path}'",
            f'SELECT * FROM "{path}"',
        ):
            sqlstate, text = as_analyst(statement)
            assert sqlstate in REFUSED and "4711" not in text
