"""Entries of new data files: what a commit says of the Parquet files that a job wrote, read from their footers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    DataFileStatistics,
    MetricModeTypes,
    MetricsMode,
    StatisticsCollector,
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
from pyiceberg.transforms import BucketTransform, IdentityTransform, Transform, parse_transform
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
    StringType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from ormolu.catalog.fields import iceberg_type
from ormolu.catalog.file_io import file_io
from ormolu.errors import DataCorrupted, FeatureNotSupported, InvalidParameterValue
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.files import WrittenFile

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def partition_spec(
    fields: Sequence[PartitionField],
    columns: Sequence[StoredColumn],
    *,
    last_id: int = 999,
    earlier: Iterable[PartitionSpec] = (),
) -> PartitionSpec:
    """A field that an `earlier` spec of the table had keeps its id, as Iceberg asks for."""
    known = {(field.source_id, str(field.transform)): field for spec in earlier for field in spec.fields}
    ids = {column.name: column.field_id for column in columns}
    types = {column.name: column.type for column in columns}
    names = {column.name for column in columns}
    spec_fields = []
    for field in fields:
        if field.column not in ids:
            raise InvalidParameterValue(f'PARTITION BY names the column "{field.column}", which the table lacks')
        transform: Transform[Any, Any] = parse_transform(field.transform)
        if not transform.can_transform(iceberg_type(types[field.column], 0)):
            raise field.refusal(types[field.column])
        if (same := known.get((ids[field.column], field.transform))) is not None:
            names.add(same.name)
            spec_fields.append(same)
            continue
        last_id += 1
        name = field.column if field.transform == "identity" else f"{field.column}_{_word(field.transform)}"
        while name in names and field.transform != "identity":
            name += "_"
        names.add(name)
        spec_fields.append(
            IcebergPartitionField(source_id=ids[field.column], field_id=last_id, transform=transform, name=name)
        )
    return PartitionSpec(*spec_fields)


def _word(transform: str) -> str:
    return transform.split("[", maxsplit=1)[0]


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
            stats_columns=_statistics_plan(footer, metadata, paths),
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


def _statistics_plan(footer: Any, metadata: TableMetadata, paths: Mapping[str, int]) -> dict[int, StatisticsCollector]:
    """pyiceberg's plan, without bounds where Python's calendar cannot hold them (infinity, 4000 BC)."""
    plan = compute_statistics_plan(metadata.schema(), metadata.properties)
    for group in range(footer.num_row_groups):
        for position in range(footer.num_columns):
            column = footer.row_group(group).column(position)
            collector = plan[paths[column.path_in_schema]]
            is_time = isinstance(collector.iceberg_type, DateType | TimestampType | TimestamptzType)
            if is_time and column.is_stats_set and not _has_bounds(column.statistics):
                plan[collector.field_id] = replace(collector, mode=MetricsMode(MetricModeTypes.COUNTS))
    return plan


def _has_bounds(statistics: Any) -> bool:
    try:
        return statistics.min is not None and statistics.max is not None
    except (OverflowError, ValueError):
        return False


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
    if given is not None and isinstance(field.transform, BucketTransform):
        return int(given)
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
    is_identity = isinstance(field.transform, IdentityTransform)
    result_type = source.field_type if is_identity else field.transform.result_type(source.field_type)
    try:
        if isinstance(result_type, DateType) and not is_identity:
            return int(given)  # days since 1970
        return _parse(given, result_type)
    except ValueError as error:
        raise FeatureNotSupported(f'a table cannot be partitioned by the value {given} of "{source.name}"') from error


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
