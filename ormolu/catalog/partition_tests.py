"""Whether a file's partition value leaves room for rows that pass a comparison.

Source: Apache Iceberg table specification, partition transforms.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

from pyiceberg.partitioning import PartitionField
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    BucketTransform,
    DayTransform,
    HourTransform,
    IdentityTransform,
    MonthTransform,
    TruncateTransform,
    YearTransform,
)
from pyiceberg.types import (
    DateType,
    DecimalType,
    IcebergType,
    IntegerType,
    LongType,
    StringType,
    TimestampType,
    TimestamptzType,
    UUIDType,
)

from ormolu.sql_extensions.conditions import Operator

_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_DIGITS = Context(prec=80)  # more than any numeric of ours has
_EPOCH_DAY, _EPOCH = date(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)

# Of an operator and a value that compares with the column; gives what tells by a partition value.
PartitionTest = Callable[[Operator, Any], Callable[[Any], bool]]
_EVERY: Callable[[Any], bool] = lambda partition: True  # noqa: E731


def partition_test(field: PartitionField, schema: Schema) -> PartitionTest | None:
    """None where the partition says nothing of the values. A NULL for a partition says that all of them are NULL."""
    try:
        source = schema.find_type(field.source_id)
    except ValueError:  # the column was dropped since
        return None
    transform: Any = field.transform  # Any: pyiceberg's transforms of any source type
    match transform:
        case IdentityTransform():
            return _compared
        case TruncateTransform():
            return lambda operator, value: _truncated(transform, source, operator, value)
        case BucketTransform():
            return lambda operator, value: _bucketed(transform, source, operator, value)
        case YearTransform() | MonthTransform() | DayTransform() | HourTransform():
            return lambda operator, value: _timed(transform, source, operator, value)
        case _:
            return None


_ORDERED: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: lambda partition, value: partition == value,
    Operator.LESS: lambda partition, value: partition <= value,
    Operator.AT_MOST: lambda partition, value: partition <= value,
    Operator.GREATER: lambda partition, value: partition >= value,
    Operator.AT_LEAST: lambda partition, value: partition >= value,
}
_ALIKE: tuple[tuple[type, ...], ...] = ((bool,), (int, Decimal), (str,), (datetime,), (date,))


def _compared(operator: Operator, value: Any) -> Callable[[Any], bool]:
    kinds = next((kinds for kinds in _ALIKE if isinstance(value, kinds)), None)
    if kinds is None:
        return _EVERY
    test = _ORDERED[operator]
    return lambda partition: partition is not None and (not isinstance(partition, kinds) or test(partition, value))


def _truncated(
    transform: TruncateTransform[Any], source: IcebergType, operator: Operator, value: Any
) -> Callable[[Any], bool]:
    match source:
        case IntegerType() | LongType() if isinstance(value, int):
            pass
        case StringType() if isinstance(value, str):
            pass
        case _:
            return _EVERY
    return _compared(operator, transform.transform(source)(value))


def _timed(transform: Any, source: IcebergType, operator: Operator, value: Any) -> Callable[[Any], bool]:
    """Before 1970 some writers have rounded the other way."""
    match source:
        case DateType() if isinstance(value, date) and not isinstance(value, datetime):
            internal = (value - _EPOCH_DAY).days
        case TimestampType() | TimestamptzType() if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            internal = (aware - _EPOCH) // timedelta(microseconds=1)
        case _:
            return _EVERY
    wanted, test = transform.transform(source)(internal), _ORDERED[operator]
    epoch = _EPOCH_DAY if isinstance(transform, DayTransform) else None

    def passes(partition: Any) -> bool:
        if isinstance(partition, date) and epoch is not None:
            partition = (partition - epoch).days
        return partition is not None and (not isinstance(partition, int) or partition <= 0 or test(partition, wanted))

    return passes


def _bucketed(
    transform: BucketTransform[Any], source: IcebergType, operator: Operator, value: Any
) -> Callable[[Any], bool]:
    bucket = _bucket(transform, source, value) if operator is Operator.EQUAL else None
    return (lambda partition: partition is not None) if bucket is None else lambda partition: partition == bucket


def _bucket(transform: BucketTransform[Any], source: IcebergType, value: Any) -> int | None:
    """The bucket of the rows that equal a literal; None where the literal is no value of the column's type."""
    match source:
        case IntegerType() | LongType() if isinstance(value, int) and _LONG_MIN <= value <= _LONG_MAX:
            pass
        case DecimalType() if isinstance(value, Decimal) and value.adjusted() < source.precision - source.scale:
            scaled = value.quantize(Decimal(1).scaleb(-source.scale), context=_DIGITS)
            if scaled != value:
                return None
            value = scaled
        case StringType() if isinstance(value, str):
            value = value.encode()
        case UUIDType() if isinstance(value, UUID):
            value = value.bytes
        case DateType() if isinstance(value, date) and not isinstance(value, datetime):
            pass
        case TimestampType() | TimestamptzType() if isinstance(value, datetime):
            pass
        case _:
            return None
    return transform.transform(source)(value)
