"""Numerics that the engine computes in 64 bits: some times faster than in its 128, and an error where 18 digits end.

A product or total of columns may have more digits by its type while hardly any value does. So it is tried in 64 bits,
and computed in 128 for the rows where it does not fit: `Bound.narrow` carries the first form along, for a sum adds up
each of the two by itself.

Each step is tried by itself: the engine computes an expression that stands twice only once, and outside of its TRY.
Columns of a query around this one have no such form: the engine takes no aggregate of a TRY that reads them.
"""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.types import DataType

DIGITS_MAX = 18
# What may stand in the engine's TRY, which takes neither functions that differ from call to call nor queries.
_CONSTANT = (exp.Literal, exp.Placeholder, exp.Parameter, exp.Null, exp.Cast, exp.DataType, exp.DataTypeParam,
             exp.Paren, exp.Neg)  # fmt: skip


def narrow_form(bound: Bound) -> exp.Expr | None:
    """The number in 64 bits, NULL where they do not hold it; None where it has no such form."""
    if bound.type is None:
        return None
    precision, scale = t.precision_and_scale(bound.type)
    tree = bound.narrow
    if tree is None and precision <= DIGITS_MAX and all(isinstance(node, _CONSTANT) for node in bound.tree.walk()):
        tree = bound.tree
    if tree is None or t.is_kind(bound.type, "numeric"):
        return None if tree is None else tree.copy()
    return engine_cast(tree.copy(), t.numeric(precision, scale))


def in_64_bits(tree: exp.Expr, type: DataType | None) -> exp.Expr | None:
    """The narrow form of a value that is what its type says: a column of the query itself, or a cast of one."""
    is_exact = t.is_kind(type, "numeric", "int2", "int4")
    return tree.copy() if type is not None and is_exact and t.precision_and_scale(type)[0] <= DIGITS_MAX else None


def wide(tree: exp.Expr, precision: int, scale: int) -> exp.Expr:
    """An operand whose width makes the engine compute in 128 bits."""
    return tree if precision > DIGITS_MAX else engine_cast(tree, t.numeric(DIGITS_MAX + 1, scale))


def narrow_or(narrow: exp.Expr, otherwise: exp.Expr, type: DataType) -> exp.Expr:
    """The narrow form where there is one, and the other where there is not."""
    return call("coalesce", engine_cast(narrow.copy(), type), otherwise)
