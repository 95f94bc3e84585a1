"""Constants of bound queries as Python's values: literals and parameters, as they are cast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from uuid import UUID

from sqlglot import exp

_DIGITS = Context(prec=80)  # more than any numeric of ours has


def constant_value(tree: exp.Expr, parameters: Sequence[object] = ()) -> object | None:
    """The value of a constant; a list where it is an array. None where it is NULL, or is not known for certain."""
    try:
        return _value(tree, parameters)
    except (ValueError, ArithmeticError):
        return None


def _value(tree: exp.Expr, parameters: Sequence[object]) -> object | None:
    match tree:
        case exp.Paren():
            return _value(tree.this, parameters)
        case exp.Boolean():
            return bool(tree.this)
        case exp.Literal() if tree.is_string:
            return str(tree.this)
        case exp.Literal():
            return number(str(tree.this))
        case exp.Neg():
            value = _value(tree.this, parameters)
            return -value if isinstance(value, int | float | Decimal) else None
        case exp.Parameter():
            at = int(tree.this.name) - 1
            return parameters[at] if at < len(parameters) else None
        case exp.Cast():
            return _cast(_value(tree.this, parameters), tree.to)
        case _:
            return None


def number(text: str) -> int | float | Decimal:
    """A number as the engine reads it: with an exponent it is a float."""
    if text.isdigit():
        return int(text)
    return float(text) if "e" in text.lower() else Decimal(text)


def _cast(value: object | None, kind: exp.DataType) -> object | None:
    if isinstance(value, list):
        return [_cast(item, kind.expressions[0]) for item in value] if kind.this is exp.DType.ARRAY else None
    if value is None or kind.this not in _CASTS:
        return None
    return _CASTS[kind.this](value, kind)


def _integer(value: object, _: exp.DataType) -> int | None:
    match value:
        case bool() | float():
            return None
        case int():
            return value
        case str() | Decimal():
            exact = Decimal(value)
            return int(exact) if exact == exact.to_integral_value() else None
        case _:
            return None


def _decimal(value: object, kind: exp.DataType) -> Decimal | None:
    """None where the cast would round."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    scale = int(kind.expressions[1].name) if len(kind.expressions) > 1 else 3  # the engine's
    exact = Decimal(value)
    return exact if exact.quantize(Decimal(1).scaleb(-scale), context=_DIGITS) == exact else None


def _float(value: object, _: exp.DataType) -> float | None:
    is_number = isinstance(value, int | float | str | Decimal) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]  # it was just looked at


def _text(value: object, _: exp.DataType) -> str | None:
    return value if isinstance(value, str) else None


def _boolean(value: object, _: exp.DataType) -> bool | None:
    return value if isinstance(value, bool) else None


def _uuid(value: object, _: exp.DataType) -> UUID | None:
    return value if isinstance(value, UUID) else UUID(value) if isinstance(value, str) else None


def _date(value: object, _: exp.DataType) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _timestamp(value: object, _: exp.DataType) -> datetime | None:
    match value:
        case str():
            at = datetime.fromisoformat(value)
        case datetime():
            at = value
        case date():
            at = datetime.combine(value, time())
        case _:
            return None
    return at if at.tzinfo is None else None


def _timestamptz(value: object, kind: exp.DataType) -> datetime | None:
    """The engine's zone is UTC; a text without a zone may have meant another."""
    if isinstance(value, str):
        at = datetime.fromisoformat(value)
        return None if at.tzinfo is None else at
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    local = _timestamp(value, kind)
    return None if local is None else local.replace(tzinfo=UTC)


_Cast = Callable[[object, exp.DataType], "object | None"]
_CASTS: dict[exp.DType, _Cast] = {
    exp.DType.SMALLINT: _integer,
    exp.DType.INT: _integer,
    exp.DType.BIGINT: _integer,
    exp.DType.DECIMAL: _decimal,
    exp.DType.FLOAT: _float,
    exp.DType.DOUBLE: _float,
    exp.DType.TEXT: _text,
    exp.DType.VARCHAR: _text,
    exp.DType.BOOLEAN: _boolean,
    exp.DType.UUID: _uuid,
    exp.DType.DATE: _date,
    exp.DType.TIMESTAMP: _timestamp,
    exp.DType.TIMESTAMPNTZ: _timestamp,
    exp.DType.TIMESTAMPTZ: _timestamptz,
}
