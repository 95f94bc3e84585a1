"""The tables and queries of TPC-H as DuckDB's own generator makes them, and how each contender takes them in."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb
import psycopg

# A table, its columns as the standard has them, its key, and what PostgreSQL gets an index on besides.
TABLES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "region": ("r_regionkey integer, r_name text, r_comment text", "r_regionkey", ()),
    "nation": (
        "n_nationkey integer, n_name text, n_regionkey integer, n_comment text",
        "n_nationkey",
        ("n_regionkey",),
    ),
    "supplier": (
        "s_suppkey bigint, s_name text, s_address text, s_nationkey integer, s_phone text, "
        "s_acctbal numeric(15,2), s_comment text",
        "s_suppkey",
        ("s_nationkey",),
    ),
    "customer": (
        "c_custkey bigint, c_name text, c_address text, c_nationkey integer, c_phone text, "
        "c_acctbal numeric(15,2), c_mktsegment text, c_comment text",
        "c_custkey",
        ("c_nationkey", "c_mktsegment"),
    ),
    "part": (
        "p_partkey bigint, p_name text, p_mfgr text, p_brand text, p_type text, p_size integer, "
        "p_container text, p_retailprice numeric(15,2), p_comment text",
        "p_partkey",
        ("p_brand, p_container", "p_size"),
    ),
    "partsupp": (
        "ps_partkey bigint, ps_suppkey bigint, ps_availqty bigint, ps_supplycost numeric(15,2), ps_comment text",
        "ps_partkey, ps_suppkey",
        ("ps_suppkey",),
    ),
    "orders": (
        "o_orderkey bigint, o_custkey bigint, o_orderstatus text, o_totalprice numeric(15,2), o_orderdate date, "
        "o_orderpriority text, o_clerk text, o_shippriority integer, o_comment text",
        "o_orderkey",
        ("o_custkey", "o_orderdate"),
    ),
    "lineitem": (
        "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber bigint, l_quantity numeric(15,2), "
        "l_extendedprice numeric(15,2), l_discount numeric(15,2), l_tax numeric(15,2), l_returnflag text, "
        "l_linestatus text, l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, "
        "l_shipmode text, l_comment text",
        "l_orderkey, l_linenumber",
        ("l_partkey, l_suppkey", "l_suppkey", "l_shipdate"),
    ),
}
TUNED = (
    "SET work_mem = '256MB'",
    "SET effective_cache_size = '4GB'",
    "SET random_page_cost = 1.1",
    "SET jit = off",
)


def generate(folder: Path, scale: float) -> tuple[str, ...]:
    """Write each table to a Parquet file of the folder; the 22 queries."""
    extension = find_spec("duckdb_extension_tpch")
    if extension is None or extension.origin is None:
        raise SystemExit(f"pip install duckdb-extension-tpch=={duckdb.__version__} makes the data of this benchmark")
    built = Path(extension.origin).parent / "extensions" / f"v{duckdb.__version__}" / "tpch.duckdb_extension"
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "temp")})
    connection.execute(f"LOAD '{built}'")
    connection.execute(f"CALL dbgen(sf = {scale})")
    for table in TABLES:
        connection.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    queries = connection.execute("SELECT query FROM tpch_queries() ORDER BY query_nr").fetchall()
    connection.close()
    return tuple(str(query).strip().rstrip(";") for (query,) in queries)


def views(folder: Path) -> duckdb.DuckDBPyConnection:
    """Plain DuckDB over the Parquet files."""
    connection = duckdb.connect()
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table} AS FROM '{folder / table}.parquet'")
    return connection


def native(folder: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB's own tables in a file: the limit."""
    connection = duckdb.connect(str(folder / "native.duckdb"))
    for table in TABLES:
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM '{folder / table}.parquet'")
    connection.execute("CHECKPOINT")
    return connection


def load_postgresql(conninfo: str, folder: Path) -> None:
    """With keys, an index on each foreign key and on what the queries choose by, and statistics."""
    files = duckdb.connect()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table, (columns, key, indexes) in TABLES.items():
            rows = folder / f"{table}.csv"
            files.execute(f"COPY (FROM '{folder / table}.parquet') TO '{rows}' (FORMAT csv, HEADER false)")
            connection.execute(f"CREATE TABLE {table} ({columns})".encode())
            with (
                rows.open("rb") as source,
                connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)".encode()) as target,
            ):
                while block := source.read(1 << 20):
                    target.write(block)
            rows.unlink()
            connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})".encode())
            for index in indexes:
                connection.execute(f"CREATE INDEX ON {table} ({index})".encode())
            connection.execute(f"VACUUM ANALYZE {table}".encode())


def load_ormolu(conninfo: str, folder: Path) -> None:
    """As a user does: a connection to the folder, a source for each file, a gold table of each source."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE CONNECTION tpch TYPE files WITH (url = '{folder}')".encode())
        for table, (columns, _, __) in TABLES.items():
            connection.execute(
                f"CREATE BRONZE SOURCE {table} ({columns}) FROM CONNECTION tpch FILES '{table}.parquet' "
                "FORMAT parquet LOAD FULL".encode()
            )
            connection.execute(f"REFRESH bronze.{table}".encode())
            connection.execute(
                f"CREATE GOLD TABLE {table} WITH (cache = 'off') AS SELECT * FROM bronze.{table}".encode()
            )
