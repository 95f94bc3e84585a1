"""Arithmetic over real and double precision: what leaves their range is 22003, not Infinity."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.types import Bound, call, is_kind

_CHECKED, _CHECKED_ONCE = "pg_checked_float", "pg_checked_once"


def checked_float(operator: type[exp.Expr], left: tuple[Bound, exp.Expr], right: tuple[Bound, exp.Expr]) -> exp.Expr:
    """The operation with one check around all of it: each side is a bound and its tree in the common type.

    An operand that is checked already loses its own check, for what is infinite stays so; a divisor keeps it.
    """
    is_quotient = operator is exp.Div
    one, first = _operand(*left, keeps_check=False)
    other, second = _operand(*right, keeps_check=is_quotient)
    computed = operator(this=one, expression=call("pg_divisor", other) if is_quotient else other)
    tree = exp.Paren(this=computed)
    if computed.find(exp.Query, exp.Window) is not None:
        return call(_CHECKED_ONCE, tree)
    given = [*first, *second]
    return call(_CHECKED, tree, exp.and_(*(each.copy() for each in given)) if given else exp.true())


def _operand(bound: Bound, tree: exp.Expr, *, keeps_check: bool) -> tuple[exp.Expr, list[exp.Expr]]:
    """The operand, and the tests that what it is computed from is finite."""
    inner = tree
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Anonymous) and inner.this == _CHECKED:
        value, tests = inner.expressions
        given = list(tests.flatten()) if isinstance(tests, exp.And) else [tests]
        return (tree if keeps_check else value), [test for test in given if not isinstance(test, exp.Boolean)]
    if isinstance(inner, exp.Anonymous) and inner.this == _CHECKED_ONCE:
        return (tree if keeps_check else inner.expressions[0]), []
    is_always_finite = not is_kind(bound.type, *t.FLOATS)
    return tree, [] if is_always_finite else [call("isfinite", tree.copy())]
