"""What a query may not do: files, the engine's settings, other databases, statements; all refused before the engine."""

from __future__ import annotations

import pytest

from ormolu.definitions import TableName
from ormolu.errors import InsufficientPrivilege, OrmoluError, UndefinedFunction, UndefinedTable
from ormolu.sql_extensions.access import check_engine_tree
from ormolu.sql_extensions.dialect.context import AsOf
from ormolu.sql_extensions.dialect.types import call
from ormolu.sql_extensions.functions.allowed import FUNCTIONS
from ormolu.sql_extensions.queries import bind_expression, bind_query
from ormolu.sql_extensions.relations import Relation
from tests.differential.samples import RELATIONS

ATTACKS = r"""
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_csv_auto('/etc/passwd')
SELECT * FROM read_parquet('/tmp/x.parquet')
SELECT * FROM parquet_scan('x')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('/etc/passwd')
SELECT * FROM read_json('/x')
SELECT * FROM glob('/*')
SELECT * FROM '/etc/passwd'
SELECT * FROM "file.csv"
SELECT * FROM 'file.parquet'
SELECT * FROM "/tmp/x.parquet"
SELECT * FROM query('select 1')
SELECT * FROM query_table('orders')
SELECT getenv('HOME')
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_tables
SELECT current_setting('memory_limit')
SELECT current_setting('access_mode')
SELECT COLUMNS('a') FROM orders
SELECT COLUMNS(*) FROM orders
SELECT * FROM sqlite_scan('x', 't')
SELECT * FROM postgres_scan('x', 'y', 'z')
SELECT * FROM pragma_table_info('orders')
SELECT * FROM pragma_version()
PRAGMA version
SELECT * FROM information_schema.schemata
SELECT * FROM sqlite_master
SELECT * FROM main.orders
SELECT * FROM memory.main.orders
SELECT * FROM other.silver.orders
SELECT "getenv"('HOME')
SELECT "GETENV"('HOME')
SELECT pg_catalog.getenv('HOME')
SELECT main.getenv('HOME')
SELECT system.main.getenv('HOME')
SELECT (SELECT getenv('HOME'))
SELECT 1 WHERE EXISTS (SELECT * FROM read_text('/etc/passwd'))
SELECT * FROM orders, LATERAL read_text(customer)
SELECT * FROM orders, LATERAL (SELECT * FROM read_text(customer)) x
SELECT * FROM orders o, LATERAL (SELECT getenv(o.customer)) x
SELECT CASE WHEN true THEN getenv('x') END
SELECT count(*) FILTER (WHERE getenv('x') = 'a') FROM orders
SELECT sum(1) OVER (PARTITION BY getenv('x')) FROM orders
SELECT sum(1) OVER w FROM orders WINDOW w AS (ORDER BY getenv('x'))
SELECT 1 FROM orders ORDER BY getenv('x')
SELECT 1 FROM orders GROUP BY getenv('x')
SELECT 1 LIMIT (SELECT length(getenv('x')))
SELECT string_agg(customer, ',' ORDER BY getenv('x')) FROM orders
WITH x AS (SELECT getenv('x')) SELECT * FROM x
WITH read_text AS (SELECT 1) SELECT * FROM read_text('/etc/passwd')
WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT * FROM read_text('x')) SELECT * FROM x
VALUES (getenv('x'))
SELECT array(SELECT getenv('x'))
SELECT array[getenv('x')]
SELECT getenv('x')::text
SELECT getenv('x') || 'a'
SELECT ('a').getenv()
SELECT 'a'.getenv()
SELECT {'a': 1}
SELECT list_transform([1], x -> x)
SELECT list_transform(array[1], lambda x: x)
FROM read_text('/etc/passwd') SELECT 1
SELECT * FROM orders ASOF JOIN customers USING (customer)
SELECT * FROM orders SEMI JOIN customers USING (customer)
SELECT * FROM orders PIVOT (sum(amount) FOR customer IN ('a'))
PIVOT orders ON customer USING sum(amount)
SUMMARIZE orders
DESCRIBE orders
SHOW TABLES
SELECT * FROM (DESCRIBE orders)
SELECT * FROM (SHOW TABLES)
SELECT * REPLACE (1 AS customer) FROM orders
SELECT * FROM orders USING SAMPLE 10
SELECT * FROM orders TABLESAMPLE SYSTEM (10)
SELECT * FROM orders QUALIFY row_number() OVER () = 1
SELECT * INTO x FROM orders
SELECT * FROM orders FOR UPDATE
SELECT * FROM orders FOR SHARE
SELECT 1; SELECT 2
SELECT 1; DROP TABLE x
COPY orders TO '/tmp/x'
COPY (SELECT 1) TO '/tmp/x.csv'
ATTACH '/tmp/x' AS y
INSTALL httpfs
LOAD httpfs
SET memory_limit = '1GB'
CREATE TABLE x AS SELECT 1
CREATE MACRO f() AS 1
INSERT INTO orders VALUES (1)
DELETE FROM orders
UPDATE orders SET amount = 1
EXPORT DATABASE '/tmp/x'
CALL pragma_version()
EXPLAIN SELECT 1
SELECT nextval('x')
SELECT txid_current()
SELECT pg_read_file('/etc/passwd')
SELECT pg_sleep(10)
SELECT lo_import('/etc/passwd')
SELECT dblink('x')
SELECT set_config('search_path', 'x', false)
SELECT pg_divisor(1)
SELECT pg_text_to_integer('1', 'x')
SELECT error('x')
SELECT getvariable('x')
SELECT json_execute_serialized_sql('x')
SELECT * FROM json_execute_serialized_sql('x')
SELECT * FROM arrow_scan(1, 2, 3)
SELECT * FROM seq_scan('x')
SELECT * FROM repeat_row(1, num_rows := 10)
SELECT * FROM range(10)
SELECT * FROM test_all_types()
SELECT $name
SELECT ?
SELECT :x
SELECT @x
SELECT @@version
SELECT x.y.z.w FROM orders
SELECT 1::struct(x int)
SELECT 1::"file.csv"
SELECT cast('x' as map(int, int))
SELECT 1 AS x UNION BY NAME SELECT 2 AS x
SELECT customer AS x, x || 'a' FROM orders
SELECT _row_id FROM customers WHERE nothere = 1
SELECT 1 COLLATE "de_DE"
SELECT * FROM unnest(read_text('x'))
SELECT * FROM generate_series(1, getenv('x')::int)
SELECT * FROM rows from (read_text('x'))
SELECT TRY_CAST('a' AS int)
SELECT try_cast('a' AS int)
SELECT if(true, 1, 2)
SELECT ifnull(1, 2)
SELECT 'a' GLOB '*'
SELECT struct_pack(a := 1)
SELECT hash(1)
SELECT list_value(1)
SELECT current_query()
SELECT in_search_path('a', 'b')
SELECT duckdb_version()
SELECT typeof(1)
SELECT alias(customer) FROM orders
SELECT icu_sort_key('a', 'de')
SELECT which_secret('s3://x', 's3')
SELECT write_log('x')
SELECT parse_path('x')
SELECT make_timestamptz(1)
SELECT encode('a')
SELECT decode('a'::bytea)
SELECT lag(1) FROM orders
SELECT lower(DISTINCT 'a')
SELECT lower('a' ORDER BY 1)
SELECT lower('a') OVER ()
SELECT row_number() FROM orders
""".strip().splitlines()


def _resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
    return RELATIONS.get(name)


@pytest.mark.parametrize("query", ATTACKS)
def test_an_attack_is_refused(query: str) -> None:
    with pytest.raises(OrmoluError) as refused:
        bind_query(query, _resolve)
    assert refused.value.sqlstate in (
        "0A000",
        "42601",
        "42883",
        "42P01",
        "42703",
        "42704",
        "42846",
        "42501",
        "42804",
        "42809",
    )


def test_a_file_function_does_not_exist() -> None:
    with pytest.raises(UndefinedFunction, match="function read_csv does not exist"):
        bind_query("SELECT * FROM read_csv('/etc/passwd')", _resolve)


def test_a_quoted_file_name_is_a_relation_that_does_not_exist() -> None:
    with pytest.raises(UndefinedTable):
        bind_query("SELECT * FROM 'data.parquet'", _resolve)


def test_a_rule_reads_no_files_either() -> None:
    with pytest.raises(UndefinedFunction):
        bind_expression("getenv('HOME') = 'x'")
    with pytest.raises(OrmoluError):
        bind_expression("(SELECT count(*) FROM read_text('/etc/passwd')) > 0")


def test_the_last_look_refuses_what_a_hole_in_the_binder_would_let_through() -> None:
    with pytest.raises(InsufficientPrivilege):
        check_engine_tree(call("read_text"))


@pytest.mark.parametrize("name", ["read_csv", "getenv", "query", "duckdb_secrets", "glob", "columns", "error"])
def test_a_function_of_the_engine_is_not_on_the_list(name: str) -> None:
    assert name not in FUNCTIONS


def test_long_chains_and_deep_nesting_end_in_an_answer_or_an_error_of_ours() -> None:
    chain = " OR ".join(f"order_id = {index}" for index in range(400))
    assert bind_query(f"SELECT 1 FROM orders WHERE {chain}", _resolve).sql
    with pytest.raises(OrmoluError):
        bind_query("SELECT " + "(" * 5000 + "1" + ")" * 5000, _resolve)
