"""Which files a condition can match, judged by their bounds and partition values alone.

Whatever is not understood matches: pruning may only ever leave out files that hold no matching row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform
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
from sqlglot import exp

from ormolu.catalog.files import DataFile
from ormolu.medallion.columns import StoredColumn

_INTEGERS = frozenset({"int2", "int4", "int8"})
_TEXTS = frozenset({"text", "varchar", "name"})
_FLOATS = frozenset({"float4", "float8"})
_FLIPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is known of a table: its columns, and how each spec made its partition values."""

    columns: Mapping[str, StoredColumn]
    specs: Mapping[int, PartitionSpec]
    schema: Schema

    def matching(self, files: Sequence[DataFile], where: exp.Expr | None) -> tuple[DataFile, ...]:
        if where is None:
            return tuple(files)
        return tuple(file for file in files if self.can_match(file, where))

    def can_match(self, file: DataFile, where: exp.Expr) -> bool:
        match where:
            case _ if where.args.get("negate") or where.args.get("symmetric"):
                return True
            case exp.Paren():
                return self.can_match(file, where.this)
            case exp.And():
                return self.can_match(file, where.left) and self.can_match(file, where.right)
            case exp.Or():
                return self.can_match(file, where.left) or self.can_match(file, where.right)
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._can_compare(file, where)
            case exp.Between():
                low = exp.GTE(this=where.this, expression=where.args["low"])
                high = exp.LTE(this=where.this, expression=where.args["high"])
                return self._can_compare(file, low) and self._can_compare(file, high)
            case exp.In(expressions=[_, *_]):
                return any(
                    self._can_compare(file, exp.EQ(this=where.this, expression=one)) for one in where.expressions
                )
            case exp.Is(this=exp.Column(), expression=exp.Null()):
                return file.nulls.get(where.this.name, 1) > 0
            case exp.Boolean():
                return bool(where.this)
            case _:
                return True

    def _can_compare(self, file: DataFile, comparison: exp.Expr) -> bool:
        kind, left, right = type(comparison), comparison.this, comparison.expression
        if isinstance(right, exp.Column) and not isinstance(left, exp.Column):
            kind, left, right = _FLIPPED[kind], right, left
        column = self.columns.get(left.name) if isinstance(left, exp.Column) else None
        if column is None or column.type.dimensions:
            return True
        value = literal_value(right, column)
        if value is None:
            return True
        if kind is exp.EQ and not self._partition_can_hold(file, column, value):
            return False
        return _bounds_can_match(kind, value, *_bounds(file, column))

    def _partition_can_hold(self, file: DataFile, column: StoredColumn, value: Any) -> bool:
        spec = self.specs[file.spec_id]
        partition = file.entry.partition
        for position, field in enumerate(spec.fields):
            if field.source_id != column.field_id or str(field.transform).startswith("void"):
                continue
            source = self.schema.find_type(field.source_id)
            if isinstance(field.transform, BucketTransform):
                bucket = _bucket(field.transform, source, value)
                if bucket is not None and partition[position] != bucket:
                    return False
                continue
            if not field.transform.can_transform(source) or not isinstance(value, str | int) or isinstance(value, bool):
                continue
            if isinstance(value, int) and column.type.scalar.name not in _INTEGERS:
                continue
            if partition[position] != field.transform.transform(source)(value):
                return False
        return True


_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_DIGITS = Context(prec=80)  # more than any numeric of ours has


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


def _bounds(file: DataFile, column: StoredColumn) -> tuple[Any, Any]:
    if column.type.scalar.name == "uuid":
        return None, None  # engines differ in the order of these
    lower, upper = file.lower.get(column.name), file.upper.get(column.name)
    # NaN is greater than every number and stands in no statistics.
    return lower, None if column.type.scalar.name in _FLOATS else upper


_TESTS: dict[type[exp.Expr], Callable[[Any, Any, Any], bool]] = {
    exp.EQ: lambda value, lower, upper: (lower is None or lower <= value) and (upper is None or value <= upper),
    exp.LT: lambda value, lower, upper: lower is None or lower < value,
    exp.LTE: lambda value, lower, upper: lower is None or lower <= value,
    exp.GT: lambda value, lower, upper: upper is None or upper > value,
    exp.GTE: lambda value, lower, upper: upper is None or upper >= value,
}


def _bounds_can_match(kind: type[exp.Expr], value: Any, lower: Any, upper: Any) -> bool:
    return _TESTS[kind](value, lower, upper)


def literal_value(tree: exp.Expr, column: StoredColumn) -> Any | None:
    """The literal as a value that compares with the column's bounds; None where that is not certain."""
    text, is_typed_as = _literal_text(tree)
    if text is None:
        return None
    name = column.type.scalar.name
    try:
        if name in _INTEGERS or name in _FLOATS or name == "numeric":
            number = Decimal(text)
            if number.is_nan():
                return None
            return int(number) if name in _INTEGERS and number == number.to_integral_value() else number
        if name == "uuid" and is_typed_as in (None, "uuid"):
            return UUID(text)
        if name in _TEXTS and is_typed_as in (None, "text"):
            return text
        if name == "date" and is_typed_as in (None, "date"):
            return date.fromisoformat(text)
        if name == "timestamp" and is_typed_as in (None, "timestamp", "date"):
            at = datetime.fromisoformat(text)
            return at if at.tzinfo is None else None
        if name == "timestamptz" and is_typed_as in (None, "timestamptz"):
            at = datetime.fromisoformat(text)
            return None if at.tzinfo is None else at  # without a zone it means the session's
    except (ValueError, InvalidOperation):
        return None
    return None


_CASTS = {
    exp.DType.UUID: "uuid",
    exp.DType.DATE: "date",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamptz",
    exp.DType.TEXT: "text",
    exp.DType.VARCHAR: "text",
    exp.DType.INT: "number",
    exp.DType.BIGINT: "number",
    exp.DType.SMALLINT: "number",
}


def _literal_text(tree: exp.Expr) -> tuple[str | None, str | None]:
    match tree:
        case exp.Paren():
            return _literal_text(tree.this)
        case exp.Literal():
            return str(tree.this), None if tree.is_string else "number"
        case exp.Neg(this=exp.Literal() as literal) if not literal.is_string:
            return f"-{literal.this}", "number"
        case exp.Cast() if isinstance(tree.this, exp.Literal) and tree.to.this in _CASTS and not tree.to.expressions:
            return str(tree.this.this), _CASTS[tree.to.this]
        case _:
            return None, None
