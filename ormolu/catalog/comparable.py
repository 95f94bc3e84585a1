"""Values of conditions as values that compare with the bounds of a column."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from ormolu.medallion.columns import StoredColumn

INTEGERS = frozenset({"int2", "int4", "int8"})
TEXTS = frozenset({"text", "varchar", "name"})
FLOATS = frozenset({"float4", "float8"})
MOMENTS = frozenset({"date", "timestamp", "timestamptz"})


def comparable(value: object, column: StoredColumn) -> Any | None:
    """None where it is not certain that the comparison is the engine's. A text may be a value of any type, unread."""
    try:
        return _comparable(value, column.type.scalar.name)
    except (ValueError, ArithmeticError):
        return None


def _comparable(value: object, name: str) -> Any | None:
    match value:
        case bool():
            return value if name == "bool" else None
        case int() | float() | Decimal() if name in FLOATS:
            return None if math.isnan(value) else float(value)
        case int() | Decimal() if name in INTEGERS or name == "numeric":
            return _number(value, name)
        case str() if name in TEXTS:
            return value
        case str():
            return _read(value, name)
        case UUID():
            return value if name == "uuid" else None
        case datetime():
            is_known = name == ("timestamp" if value.tzinfo is None else "timestamptz")
            return value if is_known else None
        case date() if name == "timestamp":
            return datetime.combine(value, time())
        case date():
            return value if name == "date" else None
        case _:
            return None


def _number(value: int | Decimal, name: str) -> int | Decimal | None:
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return int(value) if name in INTEGERS and value == int(value) else value


def _read(text: str, name: str) -> Any | None:
    if name in INTEGERS or name in FLOATS or name == "numeric":
        return _comparable(Decimal(text), name)
    match name:
        case "uuid":
            return UUID(text)
        case "date":
            return date.fromisoformat(text)
        case "timestamp" | "timestamptz":
            return _comparable(datetime.fromisoformat(text), name)
        case _:
            return None


def cast_moment(value: date, name: str) -> date:
    """A date or a timestamp as the engine casts it, whose zone is UTC."""
    if name == "date":
        return value.date() if isinstance(value, datetime) else value
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return at.replace(tzinfo=UTC if name == "timestamptz" else None)
