"""AND, OR, NOT, IS, and what must be boolean."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import DatatypeMismatch, StatementTooComplex
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.rows import is_row, row_fields
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound

OPERANDS_MAX = 4_000


def condition(node: exp.Expr, scope: Scope, context: Context, what: str) -> exp.Expr:
    """An expression that must be boolean."""
    bound = context.expression(node, scope, context)
    if not (bound.is_open or bound.type is None or bound.kind == "bool"):
        raise DatatypeMismatch(
            f"argument of {what} must be type boolean, not type {bound.type}", position=position(node)
        )
    return coerce(bound, t.BOOL, context).tree


def connective(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    # A long chain is one deep tree: walk its left side without recursion.
    word = type(node).__name__.upper()
    sides: list[exp.Expr] = []
    rest: exp.Expr = node
    while type(rest) is type(node):
        sides.append(rest.expression)
        rest = rest.this
    if len(sides) > OPERANDS_MAX:
        raise StatementTooComplex(f"a chain of {word} has more than {OPERANDS_MAX} terms", hint="Use IN (...).")
    tree = condition(rest, scope, context, word)
    for side in reversed(sides):
        tree = type(node)(this=tree, expression=condition(side, scope, context, word))
    return Bound(exp.Paren(this=tree), t.BOOL)


def negation(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return Bound(exp.Paren(this=exp.Not(this=condition(node.this, scope, context, "NOT"))), t.BOOL)


def is_test(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    operand = node.expression
    if isinstance(operand, exp.Null):
        value = settle(context.expression(node.this, scope, context), context)
        if is_row(value):
            return _is_null_row(node, value)
        return negated(node, exp.Is(this=value.tree, expression=exp.Null()))
    if isinstance(operand, exp.Boolean):
        value_tree = condition(node.this, scope, context, "IS TRUE")
        return negated(node, exp.NullSafeEQ(this=value_tree, expression=exp.Boolean(this=bool(operand.this))))
    raise unsupported(f"IS {operand.sql('postgres')}", node)


def _is_null_row(node: exp.Expr, value: Bound) -> Bound:
    """A row is NULL where all its fields are, and is not NULL where none is."""
    tests: list[exp.Expr] = [exp.Is(this=field.tree, expression=exp.Null()) for _, field in row_fields(value)]
    if node.args.get("negate"):
        tests = [exp.Not(this=test) for test in tests]
    return Bound(exp.Paren(this=exp.and_(*tests)) if tests else exp.Boolean(this=True), t.BOOL)


def negated(node: exp.Expr, test: exp.Expr) -> Bound:
    tree: exp.Expr = exp.Paren(this=test)
    return Bound(exp.Paren(this=exp.Not(this=tree)) if node.args.get("negate") else tree, t.BOOL)
