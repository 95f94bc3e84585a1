"""Partition values are Iceberg's own: pyiceberg's transforms are the judge."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.transforms import Transform, parse_transform
from pyiceberg.types import (
    BinaryType,
    DateType,
    DecimalType,
    IntegerType,
    LongType,
    PrimitiveType,
    StringType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from ormolu.engine.jobs import JobEngine
from ormolu.engine.partitions import partition_value
from ormolu.errors import DatatypeMismatch
from ormolu.medallion.columns import PartitionField

VALUES: dict[str, tuple[PrimitiveType, list[str]]] = {
    "INTEGER": (IntegerType(), ["0", "1", "-1", "34", "2147483647", "-2147483648"]),
    "BIGINT": (LongType(), ["0", "34", "-34", "9223372036854775807", "-9223372036854775800"]),
    "DECIMAL(9,2)": (DecimalType(9, 2), ["0", "14.20", "-14.20", "-0.05", "1.27", "1.28", "-1.28", "-1.29"]),
    "DECIMAL(38,10)": (DecimalType(38, 10), ["1234567890123456789012345678.1234567891", "-0.0000000001"]),
    "DECIMAL(5,0)": (DecimalType(5, 0), ["127", "128", "-128", "-129"]),
    "VARCHAR": (
        StringType(),
        ["", "iceberg", "a", "ab", "abc", "O'Neil", "d\u00e9j\u00e0 vu \U0001f9ca, and more of it"],
    ),
    "DATE": (DateType(), ["2017-11-16", "1969-12-31", "0001-01-01"]),
    "TIMESTAMP": (TimestampType(), ["2017-11-16 22:31:08.123456", "1969-12-31 23:59:59.999999"]),
    "TIMESTAMP WITH TIME ZONE": (TimestamptzType(), ["2017-11-16 14:31:08-08", "1969-12-31 23:59:59.999999+00"]),
    "TIME": (TimeType(), ["22:31:08", "00:00:00.000001"]),
    "UUID": (UUIDType(), ["f79c3e09-677c-4bbd-a479-3f349cb785e7", "00000000-0000-0000-0000-000000000000"]),
    "BLOB": (BinaryType(), ["\\x00\\x01\\x02\\xFF"]),
}
TRANSFORMS = ("bucket[16]", "bucket[1000003]", "truncate[3]", "truncate[50]")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobEngine]:
    folder: Path = tmp_path_factory.mktemp("engine")
    with JobEngine(memory_limit="200MB", threads=1, temp_directory=folder) as engine:
        yield engine


@pytest.mark.parametrize("stored", VALUES)
def test_buckets_and_truncations_are_those_of_iceberg(engine: JobEngine, stored: str) -> None:
    source, texts = VALUES[stored]
    for written in TRANSFORMS:
        transform: Transform[Any, Any] = parse_transform(written)
        if not transform.can_transform(source) or (stored == "BLOB" and written.startswith("truncate")):
            with pytest.raises(DatatypeMismatch):
                partition_value(PartitionField("c", written), stored)
            continue
        value = partition_value(PartitionField("c", written), stored)
        rows = engine.rows(
            f"SELECT c, {value} FROM (SELECT CAST(unnest(?::VARCHAR[]) AS {stored}) AS c)", [[*texts, None]]
        )
        assert len(rows) == len(texts) + 1
        for given, found in rows:
            expected = transform.transform(source)(given)
            read = found if found is None or isinstance(expected, str) else Decimal(found)
            assert read == expected, (stored, written, given)


def test_no_time_and_no_end_of_times_are_values_like_others(engine: JobEngine) -> None:
    for kind, most in (("DATE", 2**31 - 1), ("TIMESTAMP", 2**63 - 1), ("TIMESTAMP WITH TIME ZONE", 2**63 - 1)):
        value = partition_value(PartitionField("c", "bucket[16]"), kind)
        for word, number in (("infinity", most), ("-infinity", -most)):
            found = engine.rows(f"SELECT {value} FROM (SELECT CAST('{word}' AS {kind}) AS c)")[0][0]
            transform: Transform[Any, Any] = parse_transform("bucket[16]")
            assert int(found) == transform.transform(LongType())(number)
