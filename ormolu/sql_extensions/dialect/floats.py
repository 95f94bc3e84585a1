"""Arithmetic over real and double precision: what leaves their range is 22003, not Infinity."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.division import divided
from ormolu.sql_extensions.dialect.types import Bound, call, is_kind

_CHECKED, _CHECKED_ONCE = "pg_checked_float", "pg_checked_once"


def checked_float(operator: type[exp.Expr], left: tuple[Bound, exp.Expr], right: tuple[Bound, exp.Expr]) -> exp.Expr:
    """The operation with one check around all of it: each side is a bound and its tree in the common type.

    An operand that is checked already loses its own check, for what is infinite stays so; a divisor keeps it.
    """
    is_quotient = operator is exp.Div
    one, first, starts_once = _operand(*left, keeps_check=False)
    other, second, ends_once = _operand(*right, keeps_check=is_quotient)
    tree = divided(operator, one, other) if is_quotient else exp.Paren(this=operator(this=one, expression=other))
    if starts_once or ends_once:
        return call(_CHECKED_ONCE, tree)
    given = list(dict.fromkeys((*first, *second)))
    return call(_CHECKED, tree, exp.and_(*given, copy=False) if given else exp.true())


def _operand(bound: Bound, tree: exp.Expr, *, keeps_check: bool) -> tuple[exp.Expr, list[exp.Expr], bool]:
    """The operand, the tests that what it is computed from is finite, and whether it must not be computed twice."""
    inner = tree
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Anonymous) and inner.this == _CHECKED:
        value, tests = inner.expressions
        tests = tests.copy() if keeps_check else tests
        given = list(tests.flatten()) if isinstance(tests, exp.And) else [tests]
        return (tree if keeps_check else value), [test for test in given if not isinstance(test, exp.Boolean)], False
    if isinstance(inner, exp.Anonymous) and inner.this == _CHECKED_ONCE:
        return (tree if keeps_check else inner.expressions[0]), [], True
    is_always_finite = not is_kind(bound.type, *t.FLOATS)
    is_once = tree.find(exp.Query, exp.Window) is not None
    return tree, [] if is_always_finite else [call("isfinite", tree.copy())], is_once
