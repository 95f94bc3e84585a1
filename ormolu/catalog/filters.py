"""The simple part of a WHERE: what a view can leave out before its rows are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, DateTime, Float, Integer, String
from sqlglot import exp

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_FLIPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Filter:
    """`column operator value`; the operators are = < <= > >= and in, whose value is a tuple."""

    column: str
    operator: str
    value: Any  # str, int, float, bool, or a tuple of them


def filters_of(where: exp.Expr | None) -> tuple[Filter, ...]:
    """The comparisons with literals that every row must pass; the rest of the condition is the query's to apply."""
    match where:
        case None:
            return ()
        case _ if where.args.get("negate") or where.args.get("symmetric"):
            return ()
        case exp.Where() | exp.Paren():
            return filters_of(where.this)
        case exp.And():
            return filters_of(where.left) + filters_of(where.right)
        case exp.Between():
            low = exp.GTE(this=where.this, expression=where.args["low"])
            high = exp.LTE(this=where.this, expression=where.args["high"])
            return filters_of(low) + filters_of(high)
        case exp.In(this=exp.Column(), expressions=[_, *_]):
            values = tuple(_literal(one) for one in where.expressions)
            return () if None in values else (Filter(where.this.name, "in", values),)
        case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return _comparison(where)
        case _:
            return ()


def _comparison(tree: exp.Expr) -> tuple[Filter, ...]:
    operator, left, right = _OPERATORS[type(tree)], tree.this, tree.expression
    if isinstance(right, exp.Column):
        operator, left, right = _FLIPPED[operator], right, left
    value = _literal(right)
    if not isinstance(left, exp.Column) or value is None:
        return ()
    return (Filter(left.name, operator, value),)


def _literal(tree: exp.Expr) -> Any | None:
    match tree:
        case exp.Paren():
            return _literal(tree.this)
        case exp.Literal() if tree.is_string:
            return str(tree.this)
        case exp.Literal():
            return float(tree.this) if not tree.is_int else int(tree.this)
        case exp.Neg(this=exp.Literal() as literal) if not literal.is_string:
            return -float(literal.this) if not literal.is_int else -int(literal.this)
        case exp.Boolean():
            return bool(tree.this)
        case exp.Cast(this=exp.Literal() as literal) if literal.is_string:
            return str(literal.this)
        case _:
            return None


def sql_condition(filter_: Filter, column: ColumnElement[Any]) -> ColumnElement[bool] | None:
    """The filter on a column of the database; None where the two types do not plainly compare."""
    values = filter_.value if isinstance(filter_.value, tuple) else (filter_.value,)
    read = [_as_type_of(column, value) for value in values]
    if None in read:
        return None
    match filter_.operator:
        case "in":
            return column.in_(read)
        case "=":
            return column == read[0]
        case "<":
            return column < read[0]
        case "<=":
            return column <= read[0]
        case ">":
            return column > read[0]
        case _:
            return column >= read[0]


def _as_type_of(column: ColumnElement[Any], value: Any) -> Any | None:
    kind = column.type
    impl = getattr(kind, "impl", kind)
    try:
        match impl:
            case DateTime() if isinstance(value, str):
                at = datetime.fromisoformat(value)
                return at if at.tzinfo is not None else None  # without a zone it means the session's
            case Boolean():
                return value if isinstance(value, bool) else None
            case Integer() | Float():
                if isinstance(value, str):
                    return float(value) if "." in value else int(value)
                return value if isinstance(value, int | float) else None
            case String() if isinstance(value, str):
                return value
            case _:
                return None
    except ValueError:
        return None


def passes(row: Mapping[str, Any], filters: Sequence[Filter]) -> bool:
    """Whether a row may pass: texts are compared for equality, anything else is left to the query."""
    return all(_may_pass(row.get(filter_.column), filter_) for filter_ in filters)


def _may_pass(value: Any, filter_: Filter) -> bool:
    wanted = filter_.value if isinstance(filter_.value, tuple) else (filter_.value,)
    is_plain = filter_.operator in ("=", "in") and all(isinstance(one, str) for one in (value, *wanted))
    return not is_plain or value in wanted
