"""IN, BETWEEN, ANY, ALL, EXISTS, ARRAY(...) and scalar subqueries."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce

from sqlglot import exp

from ormolu.errors import InvalidSyntax, WrongObjectType
from ormolu.sql_extensions.dialect import operators
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce, settle
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.digits import digits_alone, without_digits
from ormolu.sql_extensions.dialect.literal_lists import listed_constants
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound, array_of
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values.reading import read_value
from ormolu.sql_extensions.values.style import PLAIN


def scalar_subquery(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`(SELECT ...)` as a value: one column, at most one row (the engine raises 21000 otherwise)."""
    bound = context.query(node, scope, context)
    if len(bound.columns) != 1:
        raise InvalidSyntax("subquery must return only one column", position=position(node))
    column = bound.columns[0]
    digits = exp.Subquery(this=digits_alone(bound, context)) if column.digits is not None else None
    tree = exp.Subquery(this=without_digits(bound, context).tree)
    return Bound(tree, column.type, has_modifiers=column.has_modifiers, digits=digits)


def array_of_query(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`ARRAY(SELECT ...)`, empty where there are no rows."""
    bound = context.query(node, scope, context)
    if len(bound.columns) != 1:
        raise InvalidSyntax("subquery must return only one column", position=position(node))
    [column] = bound.columns
    digits = None
    if column.digits is not None:
        digits = exp.Anonymous(this="array", expressions=[digits_alone(bound, context)])
    tree = exp.Anonymous(this="array", expressions=[without_digits(bound, context).tree])
    return Bound(tree, None if column.type is None else array_of(column.type), digits=digits)


def _exists(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return Bound(exp.Exists(this=context.query(node.this, scope, context).tree), t.BOOL)


def _row_comparison(
    left: exp.Tuple, right: exp.Tuple, scope: Scope, context: Context, kind: type[exp.Expr] = exp.EQ
) -> exp.Expr:
    if len(left.expressions) != len(right.expressions):
        raise InvalidSyntax("unequal number of entries in row expressions", position=position(left))
    tests = [
        operators.comparison(
            kind(this=one, expression=other),
            context.expression(one, scope, context),
            context.expression(other, scope, context),
            context,
        ).tree
        for one, other in zip(left.expressions, right.expressions, strict=True)
    ]
    return exp.Paren(this=reduce(lambda one, other: exp.And(this=one, expression=other), tests))


def compared_rows(node: exp.Expr, left: exp.Tuple, right: exp.Tuple, scope: Scope, context: Context) -> Bound:
    """`(a, b) = (c, d)`, and `<`, which the first unequal pair decides."""
    equal = _row_comparison(left, right, scope, context)
    match node:
        case exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return Bound(_row_order(type(node), left.expressions, right.expressions, scope, context), t.BOOL)
        case exp.EQ():
            return Bound(equal, t.BOOL)
        case exp.NEQ():
            return Bound(exp.Paren(this=exp.Not(this=equal)), t.BOOL)
        case exp.NullSafeEQ() | exp.NullSafeNEQ():
            same = _row_comparison(left, right, scope, context, exp.NullSafeEQ)
            is_same = isinstance(node, exp.NullSafeEQ)
            return Bound(same if is_same else exp.Paren(this=exp.Not(this=same)), t.BOOL)
        case _:
            raise unsupported("ordering row values", node)


_STRICT: dict[type[exp.Expr], type[exp.Expr]] = {exp.LTE: exp.LT, exp.GTE: exp.GT}


def _row_order(
    kind: type[exp.Expr], left: list[exp.Expr], right: list[exp.Expr], scope: Scope, context: Context
) -> exp.Expr:
    def compared(kind: type[exp.Expr]) -> exp.Expr:
        sides = context.expression(left[0], scope, context), context.expression(right[0], scope, context)
        return operators.comparison(kind(this=left[0], expression=right[0]), *sides, context).tree

    if len(left) == 1:
        return compared(kind)
    rest = _row_order(kind, left[1:], right[1:], scope, context)
    tied = exp.And(this=compared(exp.EQ), expression=rest)
    return exp.Paren(this=exp.Or(this=compared(_STRICT.get(kind, kind)), expression=exp.Paren(this=tied)))


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
    listed = listed_constants(node.expressions[0]) if len(node.expressions) == 1 else None
    if listed is not None:
        return _in_constants(node, value, *listed, context)
    items = [context.expression(item, scope, context) for item in node.expressions]
    if not items:
        raise unsupported("this form of IN", node)
    equal = exp.EQ(this=node.this, expression=node.this)
    pairs = [operators.same_type(equal, value, item, context) for item in items]
    first = pairs[0][0].tree
    if all(left.tree is first for left, _ in pairs) or all(left.tree == first for left, _ in pairs):
        return Bound(exp.Paren(this=exp.In(this=first, expressions=[right.tree for _, right in pairs])), t.BOOL)
    tests = [exp.EQ(this=left.tree.copy(), expression=right.tree) for left, right in pairs]
    return Bound(exp.Paren(this=reduce(lambda one, other: exp.Or(this=one, expression=other), tests)), t.BOOL)


def _in_constants(node: exp.Expr, value: Bound, constants: list[str], are_numbers: bool, context: Context) -> Bound:
    """A long list as the rows of one array, which the engine hashes."""
    if are_numbers:
        greatest = max(map(int, constants))
        if greatest >= 2**63:
            raise unsupported("a long list of numbers beyond bigint", node)
        item = Bound(exp.Null(), t.INT4 if greatest < 2**31 else t.INT8)
        left, _ = operators.same_type(exp.EQ(this=node.this, expression=node.this), value, item, context)
        array = t.engine_cast(t.string("[" + ",".join(constants) + "]"), t.array_of(t.INT8))
    else:
        item = Bound(exp.Null(), None, is_open=True)
        left, _ = operators.same_type(exp.EQ(this=node.this, expression=node.this), value, item, context)
        type = left.type or t.TEXT
        texts = t.engine_cast(t.string(json.dumps(_checked(constants, type, context))), "JSON")
        array = t.engine_cast(texts, t.array_of(DataType(type.scalar) if t.is_text(type) else type))
    rows = exp.Select(expressions=[t.call("unnest", array)])
    return Bound(exp.Paren(this=exp.In(this=left.tree, query=exp.Subquery(this=rows))), t.BOOL)


def _checked(constants: list[str], type: DataType, context: Context) -> list[str]:
    """The constants of a type that any text is, or the engine reads as PostgreSQL does."""
    if t.is_text(type):
        return constants
    # Each is read, so that what is none of the type is told.
    for constant in constants:
        cast_to(Bound(t.string(constant), None, is_open=True), type, context)
    return [constant.strip() for constant in constants]


def _in_query(node: exp.Expr, query: exp.Expr, scope: Scope, context: Context) -> Bound:
    bound = without_digits(context.query(query, scope, context), context)
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
        ends = (("low", "high"), ("high", "low"))
        ways = [exp.Between(this=node.this, low=node.args[low], high=node.args[high]) for low, high in ends]
        first, second = (_between(way, scope, context).tree for way in ways)
        return Bound(exp.Paren(this=exp.Or(this=first, expression=second)), t.BOOL)
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
        bound = without_digits(context.query(inner, scope, context), context)
        column = Bound(exp.Null(), bound.columns[0].type)
        left, _ = operators.same_type(node, value, column, context)
        operand: exp.Expr = exp.Subquery(this=bound.tree)
    else:
        left, operand = _array_operand(node, value, context.expression(inner, scope, context), context)
        test = exp.Paren(this=type(node)(this=left.tree, expression=quantifier(this=operand)))
        written = operand.this.this if isinstance(operand.this, exp.Cast) else operand.this
        if isinstance(written, exp.Array):
            return Bound(test, t.BOOL)
        # The engine answers false for a NULL array.
        given = exp.Not(this=exp.Is(this=operand.copy(), expression=exp.Null()))
        return Bound(exp.Paren(this=exp.Case(ifs=[exp.If(this=given, true=test)])), t.BOOL)
    return Bound(exp.Paren(this=type(node)(this=left.tree, expression=quantifier(this=operand))), t.BOOL)


def each_of_array(node: exp.Expr, quantifier: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`x LIKE ANY (ARRAY[...])` as one test for each pattern that is written."""
    array = quantifier.this
    while isinstance(array, exp.Paren):
        array = array.this
    if isinstance(array, exp.Cast):
        array = array.this
    if isinstance(array, exp.Literal) and array.is_string:
        listed = read_value(array.name, t.type_of("text[]"), PLAIN)
        assert isinstance(listed, list)
        patterns: list[exp.Expr] = [exp.null() if each is None else t.string(str(each)) for each in listed]
    elif isinstance(array, exp.Array):
        patterns = list(array.expressions)
    else:
        raise unsupported("ANY and ALL over patterns that are not written as an array", node)
    negate = {"negate": True} if node.args.get("negate") else {}
    tests = [
        context.expression(type(node)(this=node.this.copy(), expression=pattern.copy(), **negate), scope, context).tree
        for pattern in patterns
    ]
    if not tests:
        return Bound(exp.Boolean(this=isinstance(quantifier, exp.All)), t.BOOL)
    joined = exp.and_ if isinstance(quantifier, exp.All) else exp.or_
    return Bound(exp.Paren(this=joined(*tests)), t.BOOL)


def _array_operand(node: exp.Expr, value: Bound, array: Bound, context: Context) -> tuple[Bound, exp.Expr]:
    if array.is_open:
        value = settle(value, context)
        wanted = value.type or t.TEXT
        return value, exp.Paren(this=coerce(array, t.array_of(DataType(wanted.scalar)), context).tree)
    if array.type is None:
        return settle(value, context), exp.Paren(this=array.tree)
    if not array.type.dimensions:
        raise WrongObjectType("op ANY/ALL (array) requires array on right side", position=position(node))
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
}
