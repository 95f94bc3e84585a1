"""Write the rows that every PostgreSQL 15 has into `static/`: python -m ormolu.server.pg_catalog.export DSN.

Run against a fresh cluster, by maintainers, when the imitated version moves; the server itself only reads the files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

STATIC = Path(__file__).parent / "static"

# What names an object by OID is stored as the OID; vectors as lists; what no client reads as NULL.
_AS_OID = frozenset({"oid", "regproc", "regtype", "regclass"})
_AS_LIST = {"oidvector": ("int8[]", pa.list_(pa.int64())), "int2vector": ("int2[]", pa.list_(pa.int16()))}
_PLAIN: Mapping[str, tuple[str, pa.DataType]] = {
    "bool": ("bool", pa.bool_()),
    "int2": ("int2", pa.int16()),
    "int4": ("int4", pa.int32()),
    "int8": ("int8", pa.int64()),
    "float4": ("float4", pa.float32()),
    "float8": ("float8", pa.float64()),
    "_int2": ("int2[]", pa.list_(pa.int16())),
    "_oid": ("int8[]", pa.list_(pa.int64())),
    "_float4": ("float4[]", pa.list_(pa.float32())),
    "_bool": ("bool[]", pa.list_(pa.bool_())),
    "_text": ("text[]", pa.list_(pa.string())),
    "_name": ("text[]", pa.list_(pa.string())),
    "_char": ("text[]", pa.list_(pa.string())),
    "_aclitem": ("text[]", pa.list_(pa.string())),
}

_TABLES = [
    "pg_aggregate",
    "pg_am",
    "pg_amop",
    "pg_amproc",
    "pg_cast",
    "pg_collation",
    "pg_conversion",
    "pg_init_privs",
    "pg_language",
    "pg_namespace",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_proc",
    "pg_range",
    "pg_tablespace",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_type",
    "pg_settings",
    "pg_timezone_names",
    "pg_timezone_abbrevs",
]

_FILTERS = {
    "pg_namespace": "nspname IN ('pg_catalog', 'information_schema', 'pg_toast')",
    "pg_collation": "collname IN ('default', 'C', 'POSIX', 'ucs_basic')",
    "pg_timezone_names": "name NOT LIKE 'posix%'",
}

_NAMED = re.compile(r"^-- (\w+)\n(.*?);$", re.MULTILINE | re.DOTALL)


def _queries() -> dict[str, sql.Composed]:
    """The queries of export.sql by name."""
    text = (Path(__file__).parent / "export.sql").read_text()
    return {name: sql.Composed([sql.SQL(query)]) for name, query in _NAMED.findall(text)}


def _columns(connection: psycopg.Connection[tuple[object, ...]], table: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT attname, typname FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid "
        "WHERE attrelid = to_regclass('pg_catalog.' || %s) AND attnum > 0 ORDER BY attnum",
        (table,),
    )
    return [(str(name), str(type_name)) for name, type_name in rows]


def _selected(name: str, type_name: str) -> sql.Composable:
    column = sql.Identifier(name)
    if type_name in _AS_OID:
        return sql.SQL("{}::oid::int8 AS {}").format(column, column)
    if type_name in _AS_LIST:
        return sql.SQL("string_to_array({}::text, ' ')::{} AS {}").format(
            column, sql.SQL(_AS_LIST[type_name][0]), column
        )
    target = _PLAIN[type_name][0] if type_name in _PLAIN else "text"
    return sql.SQL("{}::{} AS {}").format(column, sql.SQL(target), column)


def _query(connection: psycopg.Connection[tuple[object, ...]], table: str) -> sql.Composed:
    selected = [_selected(name, type_name) for name, type_name in _columns(connection, table)]
    condition = sql.SQL(_FILTERS.get(table, "true"))
    return sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY 1").format(
        sql.SQL(", ").join(selected), sql.Identifier("pg_catalog", table), condition
    )


_BY_OID = {
    16: pa.bool_(), 21: pa.int16(), 23: pa.int32(), 20: pa.int64(), 700: pa.float32(), 701: pa.float64(),
    1000: pa.list_(pa.bool_()), 1005: pa.list_(pa.int16()), 1016: pa.list_(pa.int64()), 1021: pa.list_(pa.float32()),
    1009: pa.list_(pa.string()),
}  # fmt: skip


def _read(connection: psycopg.Connection[tuple[object, ...]], query: sql.Composed) -> pa.Table:
    cursor = connection.execute(query)
    description = cursor.description or []
    fields = [pa.field(column.name, _BY_OID.get(column.type_code, pa.string())) for column in description]
    rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


@click.command()
@click.argument("dsn")
def export(dsn: str) -> None:
    """Export the static rows of the PostgreSQL 15 at DSN."""
    STATIC.mkdir(exist_ok=True)
    with psycopg.connect(dsn) as connection:
        queries = {table: _query(connection, table) for table in _TABLES}
        queries |= _queries()
        for name, query in queries.items():
            table = _read(connection, query)
            pq.write_table(table, STATIC / f"{name}.parquet", compression="zstd", compression_level=19)
            click.echo(f"{name}: {table.num_rows} rows")


if __name__ == "__main__":
    export()
