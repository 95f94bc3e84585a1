"""Data files of a table as its manifests describe them, in Python's values."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile as IcebergDataFile
from pyiceberg.partitioning import PartitionField as IcebergPartitionField
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.types import (
    DateType,
    DoubleType,
    IcebergType,
    LongType,
    PrimitiveType,
    StringType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from ormolu.medallion.columns import PartitionField

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A live file. Bounds hold for every value that is not NULL; a column without them may hold anything.

    `partition` has one value for each field of the spec that the file was written under.
    """

    path: str
    rows: int
    bytes: int
    lower: Mapping[str, Any]  # Any: the column's Python value
    upper: Mapping[str, Any]
    nulls: Mapping[str, int]
    partition: tuple[Any, ...]
    spec_id: int
    entry: IcebergDataFile


def data_file(entry: IcebergDataFile, schema: Schema, spec: PartitionSpec) -> DataFile:
    """Decode `entry` with the table's current schema: columns that it no longer has are left out."""
    return DataFile(
        path=entry.file_path,
        rows=entry.record_count,
        bytes=entry.file_size_in_bytes,
        lower=_decode(entry.lower_bounds, schema),
        upper=_decode(entry.upper_bounds, schema),
        nulls={
            schema.find_field(field_id).name: count
            for field_id, count in (entry.null_value_counts or {}).items()
            if _is_column(schema, field_id)
        },
        partition=tuple(
            _human(entry.partition[position], field.transform.result_type(_source_type(schema, field)))
            for position, field in enumerate(spec.fields)
        ),
        spec_id=entry.spec_id,
        entry=entry,
    )


def _source_type(schema: Schema, field: IcebergPartitionField) -> IcebergType:
    try:
        return schema.find_type(field.source_id)
    except ValueError:  # the column was dropped since
        return StringType()


def _is_column(schema: Schema, field_id: int) -> bool:
    return any(field.field_id == field_id for field in schema.fields)


def _decode(bounds: Mapping[int, bytes] | None, schema: Schema) -> dict[str, Any]:
    columns = {field.field_id: field for field in schema.fields if isinstance(field.field_type, PrimitiveType)}
    decoded = {}
    for field_id, raw in (bounds or {}).items():
        if (field := columns.get(field_id)) is not None:
            decoded[field.name] = _human(_from_bytes(field.field_type, raw), field.field_type)
    return decoded


def _from_bytes(field_type: IcebergType, raw: bytes) -> Any:
    """A bound of a widened column keeps the bytes of the narrower type."""
    if isinstance(field_type, LongType) and len(raw) == 4:
        return struct.unpack("<i", raw)[0]
    if isinstance(field_type, DoubleType) and len(raw) == 4:
        return struct.unpack("<f", raw)[0]
    assert isinstance(field_type, PrimitiveType)
    return from_bytes(field_type, raw)


def _human(value: Any, value_type: IcebergType) -> Any:
    """The Python value of Iceberg's internal one: days and microseconds become dates and times."""
    match value_type:
        case _ if value is None:
            return None
        case DateType() if isinstance(value, int):
            return date(1970, 1, 1) + timedelta(days=value) if _fits(value * 86_400_000_000) else None
        case TimeType() if isinstance(value, int):
            return (datetime.min + timedelta(microseconds=value)).time()
        case TimestampType() if isinstance(value, int):
            return (_EPOCH + timedelta(microseconds=value)).replace(tzinfo=None) if _fits(value) else None
        case TimestamptzType() if isinstance(value, int):
            return _EPOCH + timedelta(microseconds=value) if _fits(value) else None
        case UUIDType() if isinstance(value, bytes):
            return UUID(bytes=value)
        case _:
            return value


_MICROSECONDS_MIN = -62_135_596_800_000_000  # 0001-01-01
_MICROSECONDS_MAX = 253_402_300_799_999_999  # 9999-12-31


def _fits(microseconds: int) -> bool:
    """Whether Python's calendar, which is shorter than PostgreSQL's, holds the value."""
    return _MICROSECONDS_MIN <= microseconds <= _MICROSECONDS_MAX


def partition_fields(spec: PartitionSpec, schema: Schema) -> tuple[PartitionField, ...]:
    return tuple(PartitionField(schema.find_field(field.source_id).name, str(field.transform)) for field in spec.fields)
