"""Data files of a table: the entries a commit makes from Parquet footers, and the statistics read back from them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from pyiceberg.conversions import from_bytes
from pyiceberg.io.pyarrow import (
    DataFileStatistics,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile as IcebergDataFile
from pyiceberg.manifest import DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionField as IcebergPartitionField
from pyiceberg.partitioning import PartitionSpec, partition_record_value
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import IdentityTransform, Transform, parse_transform
from pyiceberg.typedef import Record
from pyiceberg.types import (
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    LongType,
    PrimitiveType,
    StringType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from ormolu.catalog.staging import file_io
from ormolu.errors import DataCorrupted, FeatureNotSupported, InvalidParameterValue
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.files import WrittenFile

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


# --- what a commit adds ---------------------------------------------------------------------------------------


def partition_spec(
    fields: Sequence[PartitionField], columns: Sequence[StoredColumn], *, last_id: int = 999, spec_id: int = 0
) -> PartitionSpec:
    ids = {column.name: column.field_id for column in columns}
    names = {column.name for column in columns}
    spec_fields = []
    for field in fields:
        if field.column not in ids:
            raise InvalidParameterValue(f'PARTITION BY names the column "{field.column}", which the table lacks')
        last_id += 1
        transform: Transform[Any, Any] = parse_transform(field.transform)
        name = field.column if field.transform == "identity" else f"{field.column}_{_word(field.transform)}"
        while name in names and field.transform != "identity":
            name += "_"
        names.add(name)
        spec_fields.append(
            IcebergPartitionField(source_id=ids[field.column], field_id=last_id, transform=transform, name=name)
        )
    return PartitionSpec(*spec_fields, spec_id=spec_id)


def _word(transform: str) -> str:
    return transform.split("[", maxsplit=1)[0]


def partition_fields(spec: PartitionSpec, schema: Schema) -> tuple[PartitionField, ...]:
    return tuple(PartitionField(schema.find_field(field.source_id).name, str(field.transform)) for field in spec.fields)


def new_entry(written: WrittenFile, metadata: TableMetadata) -> IcebergDataFile:
    """The entry of a file that a job wrote; its statistics come from the footer."""
    footer = _read_footer(written.path)
    schema = metadata.schema()
    paths = parquet_path_to_id_mapping(schema)
    unknown = {footer.schema.column(index).path for index in range(footer.num_columns)} - paths.keys()
    if unknown:
        raise DataCorrupted(f"{written.path} holds columns that the table lacks: {', '.join(sorted(unknown))}")
    try:
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=footer,
            stats_columns=compute_statistics_plan(schema, metadata.properties),
            parquet_column_mapping=paths,
        )
    except ValueError as error:
        raise DataCorrupted(f"{written.path} does not hold the columns' types: {error}") from error
    spec = metadata.spec()
    return IcebergDataFile.from_args(
        content=DataFileContent.DATA,
        file_path=written.path,
        file_format=FileFormat.PARQUET,
        partition=Record(*_partition_values(written, statistics, spec, schema)),
        file_size_in_bytes=written.bytes,
        sort_order_id=None,
        spec_id=spec.spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )


def _read_footer(path: str) -> Any:  # Any: pyarrow has no types
    with file_io().new_input(path).open() as stream:
        return pq.read_metadata(stream)


def _partition_values(
    written: WrittenFile, statistics: DataFileStatistics, spec: PartitionSpec, schema: Schema
) -> list[Any]:
    texts = written.partition
    if texts and len(texts) != len(spec.fields):
        raise DataCorrupted(f"{written.path} has {len(texts)} partition values where the table has {len(spec.fields)}")
    return [
        _partition_value(field, schema, statistics, written, texts[position] if texts else None)
        for position, field in enumerate(spec.fields)
    ]


def _partition_value(
    field: IcebergPartitionField,
    schema: Schema,
    statistics: DataFileStatistics,
    written: WrittenFile,
    given: str | None,
) -> Any:
    """The value from the footer, which is sure; else the one that the writer gave."""
    source = schema.find_field(field.source_id)
    if statistics.null_value_counts.get(field.source_id) == statistics.record_count:
        return None
    bounds = statistics.column_aggregates.get(field.source_id)
    if bounds is not None and bounds.current_min is not None and not isinstance(source.field_type, StringType):
        lower = _transformed(field, bounds.current_min, schema)
        upper = _transformed(field, bounds.current_max, schema)
        if lower == upper and (field.transform.preserves_order or bounds.current_min == bounds.current_max):
            return lower
        if given is None or field.transform.preserves_order:
            raise DataCorrupted(f'{written.path} holds more than one partition of "{source.name}"')
    if given is None and bounds is not None and bounds.current_min == bounds.current_max:
        return _transformed(field, bounds.current_min, schema)
    if given is None:
        raise DataCorrupted(f'the partition of {written.path} by "{source.name}" is unknown')
    if isinstance(field.transform, IdentityTransform):
        return _parse(given, source.field_type)
    result_type = field.transform.result_type(source.field_type)
    return int(given) if isinstance(result_type, DateType) else _parse(given, result_type)  # ordinals, as in Iceberg


def _transformed(field: IcebergPartitionField, value: Any, schema: Schema) -> Any:
    transform = field.transform.transform(schema.find_type(field.source_id))
    return transform(partition_record_value(field, value, schema))


def _parse(text: str, value_type: IcebergType) -> Any:
    match value_type:
        case BooleanType():
            return text.lower() in ("true", "t", "1")
        case IntegerType() | LongType():
            return int(text)
        case FloatType() | DoubleType():
            return float(text)
        case DecimalType():
            return Decimal(text)
        case DateType():
            return (date.fromisoformat(text) - date(1970, 1, 1)).days
        case TimeType():
            at = time.fromisoformat(text)
            return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond
        case TimestampType():
            return (datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
        case TimestamptzType():
            return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
        case UUIDType():
            return UUID(text)
        case StringType():
            return text
        case _:
            raise FeatureNotSupported(f"a table cannot be partitioned by a value of type {value_type}")
