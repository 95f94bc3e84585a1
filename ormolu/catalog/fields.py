"""Columns as Iceberg fields and back: field ids, stored types, and what Iceberg has no place for in the field's doc."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pyiceberg.schema import Schema
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    ListType,
    LongType,
    NestedField,
    PrimitiveType,
    StringType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from ormolu.errors import DuplicateColumn, FeatureNotSupported
from ormolu.medallion.columns import StoredColumn
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType, data_type

if TYPE_CHECKING:
    from ormolu.catalog.table import IcebergTable

_PRIMITIVES: dict[str, PrimitiveType] = {
    "boolean": BooleanType(),
    "int": IntegerType(),
    "long": LongType(),
    "float": FloatType(),
    "double": DoubleType(),
    "string": StringType(),
    "binary": BinaryType(),
    "date": DateType(),
    "time": TimeType(),
    "timestamp": TimestampType(),
    "timestamptz": TimestamptzType(),
    "uuid": UUIDType(),
}
_FOREIGN_TYPES: dict[str, str] = {  # of tables that others made: no type in the doc
    "boolean": "boolean",
    "int": "integer",
    "long": "bigint",
    "float": "real",
    "double": "double precision",
    "string": "text",
    "binary": "bytea",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "uuid": "uuid",
}
_PROMOTIONS = frozenset({("int", "long"), ("float", "double")})  # Iceberg v2, "Schema Evolution"


def planned_columns(
    columns: Sequence[StoredColumn], current: IcebergTable | None, renamed: Mapping[str, str] | None = None
) -> tuple[StoredColumn, ...]:
    """Give `columns` the field ids that a commit gives them, so that files can be written beforehand.

    A column keeps the id that its name (or the old name that `renamed` gives it) has in the table where the stored
    type is the same or widened. Any other is new: older files read as NULL in it.
    """
    known = {} if current is None else {column.name: column for column in current.columns}
    old_names = renamed or {}
    next_id = 1 if current is None else current.last_field_id + 1
    planned: list[StoredColumn] = []
    for column in columns:
        before = known.get(old_names.get(column.name, column.name))
        if before is not None and can_promote(before.type, column.type):
            planned.append(replace(column, field_id=before.field_id))
        else:
            planned.append(replace(column, field_id=next_id))
            next_id += 1 + column.type.dimensions  # the elements' ids follow the column's
    return tuple(planned)


def can_promote(before: DataType, after: DataType) -> bool:
    """Whether files of the type `before` may be read as `after` under the same field id."""
    if before.dimensions != after.dimensions:
        return False
    old, new = before.scalar.iceberg, after.scalar.iceberg
    if old == new == "decimal":
        (old_precision, old_scale), (precision, scale) = _decimal(before), _decimal(after)
        return scale == old_scale and precision >= old_precision
    return old == new or (old, new) in _PROMOTIONS


def copy_field_ids(columns: Sequence[StoredColumn]) -> Mapping[str, object]:
    """DuckDB's FIELD_IDS of planned columns: `{"id": 1, "tags": {"__duckdb_field_id": 2, "element": 3}}`."""
    return {column.name: _copy_ids(column.field_id, column.type.dimensions) for column in columns}


def _copy_ids(field_id: int, dimensions: int) -> object:
    if dimensions == 0:
        return field_id
    return {"__duckdb_field_id": field_id, "element": _copy_ids(field_id + 1, dimensions - 1)}


def iceberg_schema(columns: Sequence[StoredColumn], *, schema_id: int = 0) -> Schema:
    return Schema(*(_field(column) for column in columns), schema_id=schema_id)


def stored_columns(schema: Schema) -> tuple[StoredColumn, ...]:
    return tuple(_column(field) for field in schema.fields)


def _field(column: StoredColumn) -> NestedField:
    # Every field is optional to Iceberg: DuckDB writes no required ones, and readers may refuse the mixture.
    return NestedField(
        field_id=column.field_id,
        name=column.name,
        field_type=iceberg_type(column.type, column.field_id),
        required=False,
        doc=_doc(column),
    )


def iceberg_type(column_type: DataType, field_id: int) -> IcebergType:
    nested: IcebergType = (
        DecimalType(*_decimal(column_type))
        if column_type.scalar.iceberg == "decimal"
        else _PRIMITIVES[column_type.scalar.iceberg]
    )
    for depth in range(column_type.dimensions, 0, -1):
        nested = ListType(element_id=field_id + depth, element_type=nested, element_required=False)
    return nested


def _decimal(column_type: DataType) -> tuple[int, int]:
    match column_type.modifiers:
        case (precision, scale):
            return precision, scale
        case _:
            return NUMERIC_PRECISION_MAX, 10  # as DataType.duckdb holds an unbounded one


def _doc(column: StoredColumn) -> str:
    facts: dict[str, object] = {"type": str(column.type)}
    if column.is_required:
        facts["required"] = True
    if column.is_hidden:
        facts["hidden"] = True
    if column.comment is not None:
        facts["comment"] = column.comment
    return json.dumps(facts, ensure_ascii=False)


def _column(field: NestedField) -> StoredColumn:
    facts = _facts(field.doc)
    if facts is None:
        return StoredColumn(field.name, _foreign_type(field.field_type), field.field_id, comment=field.doc)
    comment = facts.get("comment")
    return StoredColumn(
        name=field.name,
        type=data_type(str(facts["type"])),
        field_id=field.field_id,
        is_required=facts.get("required") is True,
        is_hidden=facts.get("hidden") is True,
        comment=None if comment is None else str(comment),
    )


def _facts(doc: str | None) -> dict[str, object] | None:
    """What `_doc` wrote; None where someone else wrote the doc."""
    if not doc or not doc.startswith("{"):
        return None
    try:
        facts = json.loads(doc)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and "type" in facts else None


def _foreign_type(iceberg: IcebergType) -> DataType:
    if isinstance(iceberg, ListType):
        element = _foreign_type(iceberg.element_type)
        return replace(element, dimensions=element.dimensions + 1)
    if isinstance(iceberg, DecimalType):
        return data_type(f"numeric({iceberg.precision},{iceberg.scale})")
    spelling = _FOREIGN_TYPES.get(str(iceberg))
    if spelling is None:
        raise FeatureNotSupported(f"the Iceberg type {iceberg} cannot be read")
    return data_type(spelling)


def check_unique(columns: Sequence[StoredColumn]) -> None:
    """Refuse a schema in which two columns answer to one name: DuckDB's names ignore case."""
    names: set[str] = set()
    for column in columns:
        if column.name.lower() in names:
            raise DuplicateColumn(
                f'column "{column.name}" specified more than once', hint="Names that differ in case only are one."
            )
        names.add(column.name.lower())
    assert len({column.field_id for column in columns}) == len(columns), "two columns share a field id"
