"""Iceberg's partition transforms in DuckDB's words; a value comes as text, as the partitions of a COPY do."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from ormolu.errors import FeatureNotSupported
from ormolu.medallion.columns import PartitionField
from ormolu.sql_extensions.types import from_duckdb

_INTEGERS = frozenset(("SMALLINT", "INTEGER", "BIGINT"))
_ARGUMENT = re.compile(r"(bucket|truncate)\[(\d+)\]")

# Years, months, days and hours count from 1970.
_TIMES: Mapping[str, str] = {
    "identity": "{value}",
    "year": "year({value}::TIMESTAMP) - 1970",
    "month": "(year({value}::TIMESTAMP) - 1970) * 12 + month({value}::TIMESTAMP) - 1",
    "day": "date_diff('day', DATE '1970-01-01', {value}::DATE)",
    "hour": "date_diff('hour', TIMESTAMP '1970-01-01', {value}::TIMESTAMP)",
}
_INFINITE = "CASE WHEN {{value}} = 'infinity' THEN {most} WHEN {{value}} = '-infinity' THEN -{most} ELSE {finite} END"
_DAYS = _INFINITE.format(most=2**31 - 1, finite="date_diff('day', DATE '1970-01-01', {value})::BIGINT")
_MICROSECONDS = _INFINITE.format(most=2**63 - 1, finite="epoch_us({value})")
_LONG, _BYTES, _DECIMAL = "iceberg_hash_long({}::BIGINT)", "iceberg_hash_bytes({})", "iceberg_hash_decimal({})"

# What is hashed of a value, by its stored type.
_HASHES: Mapping[str, str] = {
    **dict.fromkeys(_INTEGERS, _LONG.format("{value}")),
    "DATE": _LONG.format(_DAYS),
    "TIME": _LONG.format("epoch_us({value})"),
    "TIMESTAMP": _LONG.format(_MICROSECONDS),
    "TIMESTAMP WITH TIME ZONE": _LONG.format(_MICROSECONDS),
    "VARCHAR": _BYTES.format("encode({value})"),
    "BLOB": _BYTES.format("{value}"),
    "UUID": _BYTES.format("unhex(replace({value}::VARCHAR, '-', ''))"),
    "DECIMAL": _DECIMAL.format("{value}::VARCHAR"),
}


def partition_value(field: PartitionField, stored: str) -> str:
    """The expression of a column's partition, as text; `stored` is the type that files hold."""
    value = f"CAST({exp.to_identifier(field.column, quoted=True).sql(dialect='duckdb')} AS {stored})"
    template = _TIMES.get(field.transform) or _with_argument(field, stored)
    return f"CAST({template.format(value=value)} AS VARCHAR)"


def _with_argument(field: PartitionField, stored: str) -> str:
    found = _ARGUMENT.fullmatch(field.transform)
    if found is None:
        raise FeatureNotSupported(
            f"PARTITION BY {field.transform} is not supported",
            hint=f"Use one of {', '.join(_TIMES)}, bucket(n, column), truncate(n, column).",
        )
    kind, argument = stored.split("(", maxsplit=1)[0], int(found[2])
    template = _bucket(kind, argument) if found[1] == "bucket" else _truncate(kind, argument)
    if template is None:
        raise field.refusal(from_duckdb(stored))
    return template


def _bucket(kind: str, buckets: int) -> str | None:
    hashed = _HASHES.get(kind)
    return None if hashed is None else f"({hashed} & 2147483647) % {buckets}"


def _truncate(kind: str, width: int) -> str | None:
    if kind == "VARCHAR":
        return f"left({{value}}, {width})"
    if kind in _INTEGERS:
        return _floor("{value}::HUGEINT", width)
    if kind == "DECIMAL":
        unscaled = "replace({value}::VARCHAR, '.', '')::HUGEINT"
        places = "length(split_part({value}::VARCHAR, '.', 2))"
        return f"({_floor(unscaled, width)})::VARCHAR || 'e-' || {places}"
    return None


def _floor(number: str, width: int) -> str:
    """The multiple of the width at or below a number, negative ones too."""
    return f"{number} - (({number} % {width}) + {width}) % {width}"
