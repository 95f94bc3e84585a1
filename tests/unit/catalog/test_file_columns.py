"""A column is read by name only where every file means by that name what the table means by it."""

from __future__ import annotations

from pyiceberg.manifest import DataFile as IcebergDataFile
from pyiceberg.manifest import FileFormat
from pyiceberg.schema import Schema
from pyiceberg.typedef import Record
from pyiceberg.types import IcebergType, IntegerType, ListType, LongType, NestedField, StringType

from ormolu.catalog.file_columns import columns_read_by_name
from ormolu.catalog.files import DataFile

NUMBERS, NAMES = LongType(), StringType()


def schema(*fields: tuple[int, str, IcebergType]) -> Schema:
    return Schema(*(NestedField(field_id, name, type_, required=False) for field_id, name, type_ in fields))


def file(*field_ids: int) -> DataFile:
    entry = IcebergDataFile.from_args(
        file_path="f",
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=1,
        file_size_in_bytes=1,
        value_counts=dict.fromkeys(field_ids, 1),
    )
    return DataFile("f", 1, 1, {}, {}, {}, (), 0, entry)


PLAIN = schema((1, "id", NUMBERS), (2, "name", NAMES))


def test_what_never_changed_is_read_by_name() -> None:
    assert columns_read_by_name(PLAIN, [PLAIN, PLAIN], [file(1, 2), file(1, 2)]) == {"id", "name"}


def test_a_table_without_files_has_no_such_columns() -> None:
    assert columns_read_by_name(PLAIN, [PLAIN], []) == frozenset()


def test_a_column_that_one_file_lacks_is_not() -> None:
    later = schema((1, "id", NUMBERS), (2, "name", NAMES), (3, "age", NUMBERS))
    assert columns_read_by_name(later, [PLAIN, later], [file(1, 2), file(1, 2, 3)]) == {"id", "name"}
    assert columns_read_by_name(later, [PLAIN, later], [file(1, 2, 3)]) == {"id", "name", "age"}


def test_a_renamed_column_is_not() -> None:
    renamed = schema((1, "id", NUMBERS), (2, "label", NAMES))
    assert columns_read_by_name(renamed, [PLAIN, renamed], [file(1, 2)]) == {"id"}


def test_columns_that_swapped_their_names_are_not() -> None:
    before, after = schema((1, "a", NUMBERS), (2, "b", NUMBERS)), schema((2, "a", NUMBERS), (1, "b", NUMBERS))
    assert columns_read_by_name(after, [before, after], [file(1, 2)]) == frozenset()


def test_a_column_that_took_the_name_of_a_dropped_one_is_not() -> None:
    again = schema((1, "id", NUMBERS), (3, "NAME", NUMBERS))
    assert columns_read_by_name(again, [PLAIN, again], [file(1, 2, 3)]) == {"id"}


def test_a_widened_column_is_not() -> None:
    narrow = schema((1, "id", IntegerType()), (2, "name", NAMES))
    assert columns_read_by_name(PLAIN, [narrow, PLAIN], [file(1, 2)]) == {"name"}


def test_lists_and_files_without_counts_are_not() -> None:
    tags = ListType(element_id=3, element=NAMES, element_required=False)
    nested = schema((1, "id", NUMBERS), (2, "tags", tags))
    assert columns_read_by_name(nested, [nested], [file(1, 2, 3)]) == {"id"}
    assert columns_read_by_name(nested, [nested], [file()]) == frozenset()
