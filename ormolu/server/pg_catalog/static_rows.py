"""The rows that every PostgreSQL 15 has, and the columns of its system relations, read from `static/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq

from ormolu.definitions import TableName
from ormolu.sql_extensions.relations import RelationColumn
from ormolu.sql_extensions.types import SCALARS, DataType, data_type

_FOLDER = Path(__file__).parent / "static"

# The domains of information_schema go over the wire as the types under them.
_DOMAINS = {
    "cardinal_number": "int4",
    "character_data": "varchar",
    "sql_identifier": "name",
    "time_stamp": "timestamptz",
    "yes_or_no": "varchar(3)",
}


@cache
def static_table(name: str) -> pa.Table:
    return pq.read_table(_FOLDER / f"{name}.parquet")


@cache
def static_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.parquet")))


@cache
def _types() -> Mapping[int, DataType]:
    by_oid = {scalar.oid: DataType(scalar) for scalar in SCALARS.values()}
    by_oid |= {scalar.array_oid: DataType(scalar, (), 1) for scalar in SCALARS.values() if scalar.array_oid}
    for row in static_table("pg_type").select(["oid", "typname", "typtype"]).to_pylist():
        if row["typtype"] == "d":
            by_oid[row["oid"]] = data_type(_DOMAINS[row["typname"]])
    return by_oid


@cache
def system_columns() -> Mapping[TableName, tuple[RelationColumn, ...]]:
    """Every relation of pg_catalog and information_schema with PostgreSQL's columns; system columns are hidden."""
    schemas = {row["oid"]: row["nspname"] for row in static_table("pg_namespace").to_pylist()}
    relations = {
        row["oid"]: TableName(schemas[row["relnamespace"]], row["relname"])
        for row in static_table("pg_class").to_pylist()
        if row["relkind"] in ("r", "v")
    }
    columns: dict[TableName, list[RelationColumn]] = {name: [] for name in relations.values()}
    for row in static_table("pg_attribute").sort_by([("attrelid", "ascending"), ("attnum", "ascending")]).to_pylist():
        kind = _types().get(row["atttypid"], DataType(SCALARS["text"]))
        column = RelationColumn(row["attname"], kind, is_hidden=row["attnum"] < 0, is_required=row["attnotnull"])
        relation = relations[row["attrelid"]]
        if not column.is_hidden or relation.schema == "pg_catalog":
            columns[relation].append(column)
    return MappingProxyType(
        {name: tuple(sorted(found, key=lambda column: column.is_hidden)) for name, found in columns.items()}
    )


@cache
def system_oid(name: TableName) -> int:
    """The OID of a relation of pg_catalog or information_schema."""
    schemas = {row["nspname"]: row["oid"] for row in static_table("pg_namespace").to_pylist()}
    return next(
        int(row["oid"])
        for row in static_table("pg_class").select(["oid", "relname", "relnamespace"]).to_pylist()
        if row["relname"] == name.name and row["relnamespace"] == schemas[name.schema]
    )


_ARROW = {
    "BOOLEAN": pa.bool_(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
}


def arrow_type(duckdb: str) -> pa.DataType:
    """The Arrow type of a catalog column; what has no plain one is text."""
    if duckdb.endswith("[]"):
        return pa.list_(arrow_type(duckdb.removesuffix("[]")))
    return _ARROW.get(duckdb, pa.string())
