"""Scalar expressions: the nodes a query may contain, each with what it becomes; every other node is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from sqlglot import exp

from ormolu.errors import DatatypeMismatch, IndeterminateDatatype, InvalidSyntax
from ormolu.sql_extensions.dialect import operators
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.calls import bind_call
from ormolu.sql_extensions.dialect.casts import cast_to, coerce, rounded_moment, settle
from ormolu.sql_extensions.dialect.constants import (
    adjacent,
    boolean_node,
    constant_of,
    literal_node,
    null_node,
    parameter_node,
    precise_type,
    text_node,
    written_type,
)
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.digits import branch_digits, vary
from ormolu.sql_extensions.dialect.grammar import GRAMMAR
from ormolu.sql_extensions.dialect.logic import condition, connective, is_test, negated, negation
from ormolu.sql_extensions.dialect.parts import EVERYWHERE, NONE, PARTS
from ormolu.sql_extensions.dialect.patterns import like, regular_expression, similar_to
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.rows import field_of, row_of, whole_row, written_row
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.sets import BETWEEN_SETS, array_of_query, compared_rows, each_of_array, quantified
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.functions.json_operators import json_operator, subscripted
from ormolu.sql_extensions.functions.session import SESSION_WORDS, session_word
from ormolu.sql_extensions.types import DataType

Handler = Callable[[exp.Expr, Scope, Context], Bound]


def bind(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """Translate one expression; 0A000 for a node that is not in the table."""
    handler = HANDLERS.get(type(node))
    if handler is None:
        raise unsupported(f"{type(node).__name__} in an expression", node)
    # What a handler does not look at must not be lost without a word.
    overlooked = {name for name, value in node.args.items() if value} - EVERYWHERE - PARTS.get(type(node), NONE)
    if overlooked:
        raise unsupported(f"{type(node).__name__} with {', '.join(sorted(overlooked))}", node)
    return handler(node, scope, context)


# --- leaves -------------------------------------------------------------------------------------------------


def _column(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    assert isinstance(node, exp.Column)
    if isinstance(node.this, exp.Star):
        raise InvalidSyntax("a star may not stand here", position=position(node))
    if isinstance(node.this, exp.Anonymous):
        return bind_call(node, scope, context)
    word = node.this.name.lower()
    if not node.args.get("table") and not node.this.args.get("quoted") and word in SESSION_WORDS:
        return session_word(word, context)
    found = scope.find_column(node)
    return found or whole_row(node, scope) or scope.column(node)


def _row(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`(1, 'a')` and ROW(1, 'a') as a value."""
    fields: list[tuple[str, Bound]] = []
    for index, each in enumerate(node.expressions, start=1):
        bound = bind(each, scope, context)
        settled = settle(bound, context)
        type = t.type_of("unknown") if bound.is_open else bound.type
        fields.append((f"f{index}", Bound(settled.tree, type, digits=settled.digits)))
    return row_of(fields)


def _dot(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """A field of a row value, else a call of a function with a schema."""
    if not isinstance(node.expression, exp.Identifier):
        return bind_call(node, scope, context)
    return field_of(node, bind(node.this, scope, context))


def _session_word(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return session_word(_WORDS[type(node)], context)


_WORDS: dict[type[exp.Expr], str] = {
    exp.CurrentDate: "current_date", exp.CurrentTime: "current_time", exp.CurrentTimestamp: "current_timestamp",
    exp.CurrentUser: "current_user", exp.CurrentRole: "current_role", exp.CurrentCatalog: "current_catalog",
    exp.CurrentSchema: "current_schema", exp.SessionUser: "session_user", exp.Localtime: "localtime",
    exp.Localtimestamp: "localtimestamp",
}  # fmt: skip


# --- structure ----------------------------------------------------------------------------------------------


def _paren(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    inner = bind(node.this, scope, context)
    return inner if inner.is_open else replace(inner, tree=exp.Paren(this=inner.tree))


def _cast(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if node.args.get("format") or node.args.get("safe") or node.args.get("default"):
        raise unsupported("this form of CAST", node)
    precise = precise_type(node.args["to"])
    if precise is not None:
        return rounded_moment(bind(node.this, scope, context), precise, context)
    type = written_type(node.args["to"])
    if isinstance(node.this, exp.Array) and node.this.expressions and type.dimensions == 1:
        return _array_of(node.this, type, scope, context)
    bound = constant_of(node.this, type) or bind(node.this, scope, context)
    converted = cast_to(bound, type, context)
    has_modifiers = bool(type.modifiers)
    return replace(converted, has_modifiers=has_modifiers, digits=None if has_modifiers else converted.digits)


def _array_of(node: exp.Expr, type: DataType, scope: Scope, context: Context) -> Bound:
    """`ARRAY['2024-01-01']::date[]`: each element is cast, as PostgreSQL does it."""
    elements = [bind(element, scope, context) for element in node.expressions]
    if any(element.type is not None and element.type.dimensions for element in elements):
        return cast_to(bind(node, scope, context), type, context)
    element_type = t.element_type(type)
    converted = [cast_to(element, element_type, context) for element in elements]
    if t.is_kind(element_type, "numeric") and not element_type.modifiers:
        element_type = reduce(t.widen_numbers, [element.type for element in converted if element.type is not None])
    shown = [branch_digits(one, one) for one in converted] if vary(element_type, converted) else []
    tree = engine_cast(exp.Array(expressions=[element.tree for element in converted]), t.array_of(element_type))
    digits = exp.Array(expressions=shown) if shown and not type.modifiers else None
    return Bound(tree, t.array_of(element_type), has_modifiers=bool(type.modifiers), digits=digits)


def _collate(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    name = node.expression.name
    if name.lower().rpartition(".")[2] not in ("c", "posix", "default", "ucs_basic"):
        raise unsupported(f'the collation "{name}"', node, hint='Texts are compared by code point, as with "C".')
    return settle(bind(node.this, scope, context), context)


def _case(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    default = node.args.get("default")
    results = [bind(branch.args["true"], scope, context) for branch in node.args["ifs"]]
    otherwise = bind(default, scope, context) if default is not None else None
    type = t.meet_all([*([otherwise] if otherwise else []), *results], "CASE")
    tests = [_when(node, branch, scope, context) for branch in node.args["ifs"]]
    converted = [coerce(result, type, context) for result in results]
    branches = [exp.If(this=test, true=result.tree) for test, result in zip(tests, converted, strict=True)]
    default_bound = coerce(otherwise, type, context) if otherwise else None
    tree = exp.Case(ifs=branches, default=default_bound.tree if default_bound else None)
    digits = None
    if vary(type, [*results, *([otherwise] if otherwise else [])]):
        shown = [
            exp.If(this=test.copy(), true=branch_digits(result, one))
            for test, result, one in zip(tests, results, converted, strict=True)
        ]
        rest = branch_digits(otherwise, default_bound) if otherwise and default_bound else None
        digits = exp.Paren(this=exp.Case(ifs=shown, default=rest))
    return Bound(exp.Paren(this=tree), type, digits=digits)


def _when(node: exp.Expr, branch: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    if node.args.get("this") is None:
        return condition(branch.this, scope, context, "CASE/WHEN")
    equal = exp.EQ(this=node.this, expression=branch.this)
    sides = bind(node.this, scope, context), bind(branch.this, scope, context)
    return operators.comparison(equal, *sides, context).tree


def _array(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    elements = [bind(element, scope, context) for element in node.expressions]
    if not elements:
        raise IndeterminateDatatype(
            "cannot determine type of empty array",
            hint="Explicitly cast to the desired type, for example ARRAY[]::integer[].",
            position=position(node),
        )
    type = t.meet_all(elements, "ARRAY")
    converted = [coerce(element, type, context) for element in elements]
    shown = [branch_digits(*pair) for pair in zip(elements, converted, strict=True)] if vary(type, elements) else []
    tree = exp.Array(expressions=[element.tree for element in converted])
    digits = exp.Array(expressions=shown) if shown else None
    return Bound(tree, None if type is None else t.array_of(type), digits=digits)


def _bracket(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    array = bind(node.this, scope, context)
    if t.is_kind(array.type, "jsonb"):
        return _jsonb_subscripts(node, array, scope, context)
    if array.type is None or not array.type.dimensions:
        raise DatatypeMismatch(
            f"cannot subscript type {array.type} because it does not support subscripting", position=position(node)
        )
    tree, digits = array.tree, array.digits
    type = array.type
    is_slice = any(isinstance(subscript, exp.Slice) for subscript in node.expressions)
    if not is_slice and len(node.expressions) < type.dimensions:
        scalar = DataType(type.scalar, type.modifiers)
        return Bound(engine_cast(exp.Null(), scalar), scalar)
    for subscript in node.expressions:
        if isinstance(subscript, exp.Slice):
            bounds = [
                coerce(bind(side, scope, context), t.INT4, context).tree if side is not None else t.number(default)
                for side, default in ((subscript.this, 1), (subscript.expression, 2**31 - 1))
            ]
            tree = call("pg_array_slice", tree, *bounds)
            digits = None if digits is None else call("pg_array_slice", digits, *(bound.copy() for bound in bounds))
        else:
            place = _subscript(subscript, scope, context)
            tree = call("pg_array_element", tree, place)
            digits = None if digits is None else call("pg_array_element", digits, place.copy())
            type = t.element_type(type)
    return Bound(tree, type, digits=digits)


def _jsonb_subscripts(node: exp.Expr, value: Bound, scope: Scope, context: Context) -> Bound:
    if any(isinstance(subscript, exp.Slice) for subscript in node.expressions):
        raise DatatypeMismatch("jsonb subscript does not support slices", position=position(node))
    # The parser takes one off constants, unless it knows what they are a subscript of.
    given = node.this.type
    is_shifted = given is None or given.this in (exp.DType.UNKNOWN, exp.DType.ARRAY)
    steps = [_jsonb_step(subscript, scope, context, is_shifted=is_shifted) for subscript in node.expressions]
    return subscripted(node, value, steps, context)


def _jsonb_step(node: exp.Expr, scope: Scope, context: Context, *, is_shifted: bool) -> Bound:
    bound = bind(node, scope, context)
    is_place = is_shifted and t.is_kind(bound.type, *t.INTEGERS)
    return Bound(_subscript(node, scope, context), t.INT4) if is_place else bound


def _subscript(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    """The index as it was written: the parser has taken one off constants."""
    literal = node.this if isinstance(node, exp.Neg) else node
    index = coerce(bind(node, scope, context), t.INT4, context).tree
    if isinstance(literal, exp.Literal) and not literal.is_string:
        return t.number((-1 if isinstance(node, exp.Neg) else 1) * int(literal.name) + 1)
    return index


# --- logic and operators ------------------------------------------------------------------------------------


Operator = Callable[[exp.Expr, Bound, Bound, Context], Bound]


def _sides(operator: Operator) -> Handler:
    def handle(node: exp.Expr, scope: Scope, context: Context) -> Bound:
        quantifier = _quantifier(node.expression)
        if quantifier is not None and isinstance(node, exp.RegexpLike | exp.RegexpILike):
            return each_of_array(node, quantifier, scope, context)
        if quantifier is not None:
            return quantified(type(node)(this=node.this, expression=quantifier), scope, context)
        rows = written_row(node.this), written_row(node.expression)
        if rows[0] is not None and rows[1] is not None:
            return compared_rows(node, rows[0], rows[1], scope, context)
        return operator(node, bind(node.this, scope, context), bind(node.expression, scope, context), context)

    return handle


def _quantifier(node: exp.Expr) -> exp.Expr | None:
    """ANY and ALL; over an array the parser takes ALL and SOME for functions."""
    if isinstance(node, exp.Any | exp.All):
        return node
    if (
        isinstance(node, exp.Anonymous)
        and str(node.this).lower() in ("all", "some", "any")
        and len(node.expressions) == 1
    ):
        kind = exp.All if str(node.this).lower() == "all" else exp.Any
        return kind(this=node.expressions[0])
    return None


def _chain(operator: Operator) -> Handler:
    """A left-leaning chain of one precedence, bound without recursion on its left side."""

    def handle(node: exp.Expr, scope: Scope, context: Context) -> Bound:
        pending: list[exp.Expr] = []
        rest: exp.Expr = node
        while HANDLERS.get(type(rest)) is HANDLERS.get(type(node)):
            pending.append(rest)
            rest = rest.this
        left = bind(rest, scope, context)
        for each in reversed(pending):
            left = operator(each, left, bind(each.expression, scope, context), context)
        return left

    return handle


def _negative(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if isinstance(node.this, exp.Literal) and node.this.name in ("2147483648", "9223372036854775808"):
        # The least integer: PostgreSQL takes the sign into the constant.
        type = t.INT4 if len(node.this.name) == 10 else t.INT8
        return Bound(engine_cast(t.string("-" + node.this.name), type), type)
    operand = bind(node.this, scope, context)
    return operators.negative(node, cast_to(operand, t.FLOAT8, context) if operand.is_open else operand)


def _like(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    escape = None
    if isinstance(node, exp.Escape):
        if not isinstance(node.expression, exp.Literal):
            raise unsupported("ESCAPE with something other than a constant", node)
        escape, node = node.expression.name, node.this
    if not isinstance(node, exp.Like | exp.ILike):
        raise unsupported(f"ESCAPE behind {type(node).__name__}", node)
    quantifier = _quantifier(node.expression)
    if quantifier is not None:
        if escape is not None:
            raise unsupported("LIKE ANY and LIKE ALL with ESCAPE", node)
        return each_of_array(node, quantifier, scope, context)
    bound = like(node, bind(node.this, scope, context), bind(node.expression, scope, context), escape, context)
    return negated(node, bound.tree)


def _regular(options: str) -> Handler:
    return _sides(
        lambda node, left, right, context: regular_expression(node, left, right, options=options, context=context)
    )


_NAMED_OPERATORS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE, "~": exp.RegexpLike,
    "~*": exp.RegexpILike, "||": exp.DPipe, "+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div,
    "~~": exp.Like, "~~*": exp.ILike,
}  # fmt: skip


def _named_operator(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    symbol = str(node.args["operator"]).removeprefix("pg_catalog.")
    operator = _NAMED_OPERATORS.get(symbol)
    if operator is None:
        raise unsupported(f"OPERATOR({node.args['operator']})", node)
    return bind(operator(this=node.this, expression=node.expression), scope, context)


def _call(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    is_query = len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Query)
    if is_query and str(node.this).lower() == "array":
        return array_of_query(node.expressions[0], scope, context)
    row = written_row(node)
    return bind_call(node, scope, context) if row is None else _row(row, scope, context)


def _overlaps(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """`(start, end) OVERLAPS (start, length)`."""
    periods = [written_row(node.this), written_row(node.expression)]
    if any(period is None or len(period.expressions) != 2 for period in periods):
        raise InvalidSyntax("wrong number of parameters on a side of OVERLAPS expression", position=position(node))
    sides = [bind(each, scope, context) for period in periods if period is not None for each in period.expressions]
    return operators.overlaps(node, sides, context)


_comparison = _sides(operators.comparison)
_arithmetic = _chain(operators.arithmetic)
_concatenation = _chain(operators.concatenation)
_bitwise = _sides(operators.bitwise)

HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Literal: literal_node, exp.ByteString: text_node, exp.RawString: text_node,
    exp.National: text_node, exp.Concat: adjacent,
    exp.Null: null_node, exp.Boolean: boolean_node, exp.Parameter: parameter_node, exp.Column: _column,
    exp.Paren: _paren, exp.Cast: _cast, exp.Collate: _collate, exp.Case: _case, exp.Array: _array,
    exp.Bracket: _bracket, exp.And: connective, exp.Or: connective, exp.Not: negation, exp.Is: is_test,
    exp.Overlaps: _overlaps,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ), _comparison),
    **dict.fromkeys((exp.Add, exp.Sub), _arithmetic),
    **dict.fromkeys((exp.Mul, exp.Div, exp.Mod), _chain(operators.arithmetic)),
    exp.Pow: _sides(operators.power), exp.DPipe: _concatenation, exp.Neg: _negative,
    **dict.fromkeys(
        (exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseLeftShift, exp.BitwiseRightShift), _bitwise
    ),
    exp.Like: _like, exp.ILike: _like, exp.Escape: _like, exp.SimilarTo: _sides(similar_to),
    exp.RegexpLike: _regular("s"), exp.RegexpILike: _regular("is"), exp.Operator: _named_operator,
    exp.Anonymous: _call,
    **dict.fromkeys(
        (exp.Window, exp.Filter, exp.WithinGroup, exp.RespectNulls, exp.IgnoreNulls), bind_call
    ),
    exp.Dot: _dot, exp.Tuple: _row,
    **dict.fromkeys(_WORDS, _session_word),
    **dict.fromkeys(
        (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar, exp.ArrayContainsAll,
         exp.ArrayContainedBy, exp.ArrayOverlaps, exp.JSONBContainsTopKey, exp.JSONBContainsAnyTopKeys,
         exp.JSONBContainsAllTopKeys, exp.JSONBDeleteAtPath),
        json_operator,
    ),
    **GRAMMAR,
    **BETWEEN_SETS,
}  # fmt: skip
