"""Rows that the server itself answers, as Arrow batches of the promised types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from ormolu.server.outcomes import ResultColumn, Rows
from ormolu.sql_extensions.types import data_type

ARROW_TYPES = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float8": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "json": pa.string(),
    "jsonb": pa.string(),
}


def columns(*described: tuple[str, str]) -> tuple[ResultColumn, ...]:
    """Result columns from (name, PostgreSQL type) pairs."""
    return tuple(ResultColumn(name, data_type(spelling)) for name, spelling in described)


def rows(described: Sequence[ResultColumn], values: Iterable[Sequence[Any]], *, tag: str = "SELECT") -> Rows:
    """Answer `values`, one sequence a row, in the described types; arrays of text are allowed too."""
    listed = [tuple(row) for row in values]
    arrays = [_array([row[number] for row in listed], column) for number, column in enumerate(described)]
    batch = pa.RecordBatch.from_arrays(arrays, names=[f"c{number}" for number in range(len(arrays))])
    return Rows(tuple(described), iter((batch,)), tag)


def _array(values: list[Any], column: ResultColumn) -> pa.Array:
    """Numerics have the scale that the finest of them needs."""
    if column.type.scalar.name != "numeric":
        return pa.array(values, type=_arrow_type(column))
    scales = [-int(value.as_tuple().exponent) for value in values if value is not None]
    return pa.array(values, type=pa.decimal128(38, max([0, *scales])))


def _arrow_type(column: ResultColumn) -> pa.DataType:
    scalar = ARROW_TYPES[column.type.scalar.name]
    return pa.list_(scalar) if column.type.dimensions else scalar
