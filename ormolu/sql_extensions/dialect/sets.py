"""IN, BETWEEN, ANY, ALL, EXISTS, ARRAY(...) and scalar subqueries."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from sqlglot import exp

from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.dialect import operators
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound, array_of
from ormolu.sql_extensions.types import DataType


def scalar_subquery(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`(SELECT ...)` as a value: one column, at most one row (the engine raises 21000 otherwise)."""
    bound = context.query(node, scope, context)
    if len(bound.columns) != 1:
        raise InvalidSyntax("subquery must return only one column", position=position(node))
    return Bound(exp.Subquery(this=bound.tree), bound.columns[0].type or None)


def array_of_query(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`ARRAY(SELECT ...)`, empty where there are no rows."""
    bound = context.query(node, scope, context)
    if len(bound.columns) != 1:
        raise InvalidSyntax("subquery must return only one column", position=position(node))
    type = bound.columns[0].type
    return Bound(exp.Anonymous(this="array", expressions=[bound.tree]), None if type is None else array_of(type))


def _exists(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return Bound(exp.Exists(this=context.query(node.this, scope, context).tree), t.BOOL)


def _row(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    raise unsupported("a row value here", node)


def _row_comparison(left: exp.Tuple, right: exp.Tuple, scope: Scope, context: Context) -> exp.Expr:
    if len(left.expressions) != len(right.expressions):
        raise InvalidSyntax("unequal number of entries in row expressions", position=position(left))
    tests = [
        operators.comparison(
            exp.EQ(this=one, expression=other),
            context.expression(one, scope, context),
            context.expression(other, scope, context),
            context,
        ).tree
        for one, other in zip(left.expressions, right.expressions, strict=True)
    ]
    return exp.Paren(this=reduce(lambda one, other: exp.And(this=one, expression=other), tests))


def compared_rows(node: exp.Expr, left: exp.Tuple, right: exp.Tuple, scope: Scope, context: Context) -> Bound:
    """`(a, b) = (c, d)`; the ordering of rows is not translated."""
    equal = _row_comparison(left, right, scope, context)
    match node:
        case exp.EQ():
            return Bound(equal, t.BOOL)
        case exp.NEQ():
            return Bound(exp.Paren(this=exp.Not(this=equal)), t.BOOL)
        case _:
            raise unsupported("ordering row values", node)


def _in(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    query = node.args.get("query")
    if query is not None:
        return _in_query(node, query, scope, context)
    if isinstance(node.this, exp.Tuple):
        tests = []
        for item in node.expressions:
            if not isinstance(item, exp.Tuple):
                raise InvalidSyntax("row values are compared with row values", position=position(item))
            tests.append(_row_comparison(node.this, item, scope, context))
        return Bound(exp.Paren(this=reduce(lambda one, other: exp.Or(this=one, expression=other), tests)), t.BOOL)
    value = context.expression(node.this, scope, context)
    items = [context.expression(item, scope, context) for item in node.expressions]
    if not items:
        raise unsupported("this form of IN", node)
    equal = exp.EQ(this=node.this, expression=node.this)
    pairs = [operators.same_type(equal, value, item, context) for item in items]
    first = pairs[0][0].tree
    if all(left.tree is first or left.tree == first for left, _ in pairs):
        return Bound(exp.Paren(this=exp.In(this=first, expressions=[right.tree for _, right in pairs])), t.BOOL)
    tests = [exp.EQ(this=left.tree.copy(), expression=right.tree) for left, right in pairs]
    return Bound(exp.Paren(this=reduce(lambda one, other: exp.Or(this=one, expression=other), tests)), t.BOOL)


def _in_query(node: exp.Expr, query: exp.Expr, scope: Scope, context: Context) -> Bound:
    bound = context.query(query, scope, context)
    if isinstance(node.this, exp.Tuple):
        if len(bound.columns) != len(node.this.expressions):
            raise InvalidSyntax("subquery has not as many columns as the row", position=position(node))
        sides = [settle(context.expression(each, scope, context), context).tree for each in node.this.expressions]
        tree: exp.Expr = exp.Tuple(expressions=sides)
    else:
        if len(bound.columns) != 1:
            raise InvalidSyntax("subquery has too many columns", position=position(node))
        value = context.expression(node.this, scope, context)
        column = Bound(exp.Null(), bound.columns[0].type)
        left, _ = operators.same_type(exp.EQ(this=node.this, expression=node.this), value, column, context)
        tree = left.tree
    return Bound(exp.Paren(this=exp.In(this=tree, query=exp.Subquery(this=bound.tree))), t.BOOL)


def _between(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if node.args.get("symmetric"):
        raise unsupported("BETWEEN SYMMETRIC", node)
    value, low, high = (context.expression(node.args[name], scope, context) for name in ("this", "low", "high"))
    if value.is_open:
        value = coerce(value, (low if low.type else high).type or t.TEXT, context)
    above = operators.comparison(exp.GTE(this=node.this, expression=node.args["low"]), value, low, context)
    copied = Bound(value.tree.copy(), value.type)
    below = operators.comparison(exp.LTE(this=node.this, expression=node.args["high"]), copied, high, context)
    return Bound(exp.Paren(this=exp.And(this=above.tree, expression=below.tree)), t.BOOL)


def quantified(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`x = ANY (array or query)`, `x > ALL (...)`."""
    quantifier = type(node.expression)
    value = context.expression(node.this, scope, context)
    inner = node.expression.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Query):
        bound = context.query(inner, scope, context)
        column = Bound(exp.Null(), bound.columns[0].type)
        left, _ = operators.same_type(node, value, column, context)
        operand: exp.Expr = exp.Subquery(this=bound.tree)
    else:
        left, operand = _array_operand(node, value, context.expression(inner, scope, context), context)
    return Bound(exp.Paren(this=type(node)(this=left.tree, expression=quantifier(this=operand))), t.BOOL)


def _array_operand(node: exp.Expr, value: Bound, array: Bound, context: Context) -> tuple[Bound, exp.Expr]:
    if array.is_open:
        value = settle(value, context)
        wanted = value.type or t.TEXT
        return value, exp.Paren(this=coerce(array, t.array_of(DataType(wanted.scalar)), context).tree)
    if array.type is None:
        return settle(value, context), exp.Paren(this=array.tree)
    if not array.type.dimensions:
        raise InvalidSyntax("op ANY/ALL (array) requires array on right side", position=position(node))
    element = Bound(exp.Null(), t.element_type(array.type))
    left, right = operators.same_type(node, value, element, context)
    tree = array.tree if right.type == element.type else t.engine_cast(array.tree, t.array_of(right.type or t.TEXT))
    return left, exp.Paren(this=tree)


BETWEEN_SETS: dict[type[exp.Expr], Callable[[exp.Expr, Scope, Context], Bound]] = {
    exp.Subquery: scalar_subquery,
    exp.Select: scalar_subquery,
    exp.Exists: _exists,
    exp.In: _in,
    exp.Between: _between,
    exp.Tuple: _row,
}
