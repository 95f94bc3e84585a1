"""Operators: which type each computes in, and how the engine spells it."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.errors import UndefinedFunction
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce, local, settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.digits import branch_digits, checked_digits, digits_of, operation_digits, vary
from ormolu.sql_extensions.dialect.division import divided
from ormolu.sql_extensions.dialect.floats import checked_float
from ormolu.sql_extensions.dialect.narrow import DIGITS_MAX, narrow_form, narrow_or, wide
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind, is_number, is_text
from ormolu.sql_extensions.functions import json_operators
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType

_SYMBOLS: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.Pow: "^", exp.DPipe: "||",
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "#",
    exp.BitwiseLeftShift: "<<", exp.BitwiseRightShift: ">>",
}  # fmt: skip


def no_operator(node: exp.Expr, left: Bound, right: Bound) -> UndefinedFunction:
    symbol = _SYMBOLS.get(type(node), type(node).__name__.lower())
    return UndefinedFunction(
        f"operator does not exist: {_shown(left)} {symbol} {_shown(right)}",
        hint="No operator matches the given name and argument types. You might need to add explicit type casts.",
        position=position(node),
    )


def _shown(bound: Bound) -> str:
    return "unknown" if bound.is_open or bound.type is None else str(bound.type)


# --- arithmetic ---------------------------------------------------------------------------------------------


def arithmetic(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    """+ - * / % over numbers, dates, times and intervals; - of a jsonb."""
    if isinstance(node, exp.Sub) and is_kind(left.type, "jsonb"):
        return json_operators.removed(node, left, right, context)
    if left.is_open and right.is_open:
        left, right = cast_to(left, t.INT4, context), cast_to(right, t.INT4, context)
    elif left.is_open or right.is_open:
        left, right = _take_type(node, left, right, context)
    if left.type is None or right.type is None:
        return _untyped(node, left, right)
    if is_number(left.type) and is_number(right.type):
        computed = _numbers(node, left, right)
        is_numeric = is_kind(computed.type, "numeric")
        return replace(computed, digits=operation_digits(node, left, right)) if is_numeric else computed
    return _moments(node, left, right, context)


def _take_type(node: exp.Expr, left: Bound, right: Bound, context: Context) -> tuple[Bound, Bound]:
    """An open operand takes the other's type, an interval beside a moment where it reads as one."""
    known = right if left.is_open else left
    if known.type is None:
        return settle(left, context), settle(right, context)
    wanted = known.type
    beside_moment = is_kind(known.type, "timestamp", "timestamptz", "time")
    if beside_moment and isinstance(node, exp.Add):
        wanted = t.INTERVAL
    if is_kind(known.type, "interval") and isinstance(node, exp.Mul | exp.Div):
        wanted = t.FLOAT8
    if is_kind(known.type, "date") and isinstance(node, exp.Add):
        wanted = t.INT4
    if is_kind(known.type, "numeric"):
        wanted = DataType(known.type.scalar)
    return (cast_to(left, wanted, context), right) if left.is_open else (left, cast_to(right, wanted, context))


def _untyped(node: exp.Expr, left: Bound, right: Bound) -> Bound:
    """Types that only the engine knows; its own integer division is set to PostgreSQL's."""
    operation = divided if isinstance(node, exp.Div | exp.Mod) else _binary
    return Bound(operation(type(node), left.tree, right.tree), None)


def _binary(operator: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Paren(this=operator(this=left, expression=right))


def _numbers(node: exp.Expr, left: Bound, right: Bound) -> Bound:
    assert left.type is not None and right.type is not None
    common = t.widen_numbers(left.type, right.type)
    if is_kind(common, "numeric"):
        return _numerics(node, left, right)
    left_tree, right_tree = _as(left, common), _as(right, common)
    match node:
        case exp.Div() if is_kind(common, *t.INTEGERS):
            return Bound(divided(exp.IntDiv, left_tree, right_tree), common)
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div() if is_kind(common, *t.FLOATS):
            return Bound(checked_float(type(node), (left, left_tree), (right, right_tree)), common)
        case exp.Mod() if is_kind(common, *t.FLOATS):
            raise no_operator(node, left, right)
        case exp.Mod():
            return Bound(divided(exp.Mod, left_tree, right_tree), common)
        case _:
            return Bound(_binary(type(node), left_tree, right_tree), common)


def _as(bound: Bound, type: DataType) -> exp.Expr:
    return bound.tree if bound.type == type else engine_cast(bound.tree, type)


def _numerics(node: exp.Expr, left: Bound, right: Bound) -> Bound:
    """Exact arithmetic; a product that the engine's 38 digits cannot hold is computed at the scale they leave."""
    assert left.type is not None and right.type is not None
    (p1, s1), (p2, s2) = t.precision_and_scale(left.type), t.precision_and_scale(right.type)
    left_tree, right_tree = _as(left, t.numeric(p1, s1)), _as(right, t.numeric(p2, s2))
    one = Bound(left_tree, t.numeric(p1, s1), narrow=narrow_form(left))
    other = Bound(right_tree, t.numeric(p2, s2), narrow=narrow_form(right))
    match node:
        case exp.Div():
            return quotient(one, other)
        case exp.Mul():
            return _product(one, other)
        case exp.Mod():
            common = t.widen_numbers(left.type, right.type)
            pair = engine_cast(left_tree, common), engine_cast(right_tree, common)
            return Bound(engine_cast(divided(exp.Mod, *pair), common), common)
        case _:
            scale = max(s1, s2)
            type = t.numeric(max(p1 - s1, p2 - s2) + scale + 1, scale)
            return _exact(exp.Sub if isinstance(node, exp.Sub) else exp.Add, one, other, type)


def _product(left: Bound, right: Bound) -> Bound:
    assert left.type is not None and right.type is not None
    (p1, s1), (p2, s2) = t.precision_and_scale(left.type), t.precision_and_scale(right.type)
    scales = s1, s2
    while s1 + s2 > t.PRODUCT_SCALE_MAX:
        # Only quotients, averages and open numerics are this fine; their last digits are rounded already.
        if s1 >= s2:
            s1 -= 1
        else:
            s2 -= 1
    if s1 != scales[0]:
        left = Bound(engine_cast(left.tree, t.numeric(p1, s1)), t.numeric(p1, s1))
    if s2 != scales[1]:
        right = Bound(engine_cast(right.tree, t.numeric(p2, s2)), t.numeric(p2, s2))
    return _exact(exp.Mul, left, right, t.numeric(p1 + p2, s1 + s2))


def _exact(operator: type[exp.Expr], left: Bound, right: Bound, type: DataType) -> Bound:
    """The engine computes decimals of up to 18 digits in 64 bits, whatever may come out: wider types ask for 128."""
    assert left.type is not None and right.type is not None
    (p1, s1), (p2, _) = t.precision_and_scale(left.type), t.precision_and_scale(right.type)
    precision, scale = t.precision_and_scale(type)
    left_tree = left.tree if precision <= DIGITS_MAX or p2 > DIGITS_MAX else wide(left.tree, p1, s1)
    tree = engine_cast(_binary(operator, left_tree, right.tree), type)
    if left.narrow is None or right.narrow is None or scale > DIGITS_MAX:
        return Bound(tree, type)
    if precision <= DIGITS_MAX:
        return Bound(tree, type, narrow=tree.copy())
    narrow = call("try", _binary(operator, left.narrow, right.narrow))
    # A product costs many times more in 128 bits, a total does not.
    return Bound(narrow_or(narrow, tree, type) if operator is exp.Mul else tree, type, narrow=narrow)


def quotient(left: Bound, right: Bound) -> Bound:
    """A numeric quotient, rounded half away from zero at a fixed scale, by integer arithmetic.

    Of a fine dividend the digits at hand are divided as they are: raised further they would leave the engine's 38.
    """
    assert left.type is not None and right.type is not None
    below = t.precision_and_scale(right.type)[1]
    above = max(t.precision_and_scale(left.type)[1], below)
    below = max(below, above - t.QUOTIENT_SCALE)
    places = t.QUOTIENT_SCALE - above + below
    steps = [engine_cast(t.number(10**step), "BIGINT") for step in (places // 2, places - places // 2)]
    return Bound(call("pg_divide_numeric", _unscaled(left, above), _unscaled(right, below), *steps), t.QUOTIENT)


def whole_quotient(left: Bound, right: Bound) -> Bound:
    """The quotient of two numbers without what is behind its point."""
    assert left.type is not None and right.type is not None
    scale = max(t.precision_and_scale(side.type)[1] for side in (left, right) if side.type is not None)
    above, below = _unscaled(left, scale), _unscaled(right, scale)
    return Bound(engine_cast(divided(exp.IntDiv, above, below), t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)


# A number of 20 digits before the point and as many as these behind it, times its power of ten, is within 38 digits.
_SHIFTED_SCALE_MAX = 9


def _unscaled(bound: Bound, scale: int) -> exp.Expr:
    """The number times 10 to the power of its scale, as an integer."""
    assert bound.type is not None
    tree, (precision, own) = bound.tree, t.precision_and_scale(bound.type)
    if not scale:
        return engine_cast(tree, "HUGEINT")
    if own <= scale and precision + scale + 1 <= DIGITS_MAX:  # the product is one of 64 bits
        raised = _binary(exp.Mul, engine_cast(tree, t.numeric(precision, own)), t.number(10**scale))
        return engine_cast(raised, "HUGEINT")
    fixed = engine_cast(tree, t.numeric(NUMERIC_PRECISION_MAX, scale))
    if scale > _SHIFTED_SCALE_MAX:
        return engine_cast(t.call("replace", engine_cast(fixed, t.TEXT), t.string("."), t.string("")), "HUGEINT")
    return engine_cast(_binary(exp.Mul, fixed, engine_cast(_power_of_ten(scale), "HUGEINT")), "HUGEINT")


def _power_of_ten(exponent: int) -> exp.Expr:
    return t.number(10**exponent) if exponent < 19 else t.call("pg_power_of_ten", t.number(exponent))


def _moments(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    """Dates, timestamps, times and intervals."""
    symbol = _SYMBOLS[type(node)]
    match left.kind, symbol, right.kind:
        case "date", "+" | "-", "int2" | "int4" | "int8":
            return Bound(_binary(type(node), left.tree, engine_cast(right.tree, t.INT4)), t.DATE)
        case "int2" | "int4" | "int8", "+", "date":
            return Bound(_binary(exp.Add, right.tree, engine_cast(left.tree, t.INT4)), t.DATE)
        case "date", "-", "date":
            return Bound(engine_cast(_binary(exp.Sub, left.tree, right.tree), t.INT4), t.INT4)
        case "date" | "timestamp", "+" | "-", "interval" | "time":
            return Bound(_binary(type(node), engine_cast(left.tree, t.TIMESTAMP), _interval(right)), t.TIMESTAMP)
        case "interval" | "time", "+", "date" | "timestamp":
            return Bound(_binary(exp.Add, engine_cast(right.tree, t.TIMESTAMP), _interval(left)), t.TIMESTAMP)
        case "timestamptz", "+" | "-", "interval":
            return _zoned(node, left, right, context)
        case "interval", "+", "timestamptz":
            return _zoned(node, right, left, context)
        case "date" | "timestamp" | "timestamptz", "-", "date" | "timestamp" | "timestamptz":
            common = t.meet(left.type, right.type) if left.type and right.type else None
            trees = [cast_to(side, common or t.TIMESTAMP, context).tree for side in (left, right)]
            return Bound(call("pg_timestamp_difference", *trees), t.INTERVAL)
        case _:
            return _spans(node, left, right)


def _spans(node: exp.Expr, left: Bound, right: Bound) -> Bound:
    """Times and intervals among themselves, and intervals times numbers."""
    symbol = _SYMBOLS[type(node)]
    match left.kind, symbol, right.kind:
        case "interval", "+" | "-", "interval":
            return Bound(_binary(type(node), left.tree, right.tree), t.INTERVAL)
        case "time", "+" | "-", "interval":
            return Bound(_binary(type(node), left.tree, right.tree), t.TIME)
        case "interval", "+", "time":
            return Bound(_binary(exp.Add, right.tree, left.tree), t.TIME)
        case "time", "-", "time":
            return Bound(_binary(exp.Sub, _interval(left), _interval(right)), t.INTERVAL)
        case "interval", "*" | "/", _ if is_number(right.type):
            factor = engine_cast(right.tree, t.FLOAT8)
            if symbol == "/":
                return Bound(call("pg_interval_over", left.tree, factor), t.INTERVAL)
            return Bound(call("pg_interval_times", left.tree, factor), t.INTERVAL)
        case _, "*", "interval" if is_number(left.type):
            return Bound(call("pg_interval_times", right.tree, engine_cast(left.tree, t.FLOAT8)), t.INTERVAL)
        case _:
            raise no_operator(node, left, right)


def _interval(bound: Bound) -> exp.Expr:
    return call("pg_time_interval", bound.tree) if is_kind(bound.type, "time") else bound.tree


def _zoned(node: exp.Expr, moment: Bound, interval: Bound, context: Context) -> Bound:
    """timestamptz and interval: days and months are counted on the session's wall clock."""
    zone = context.session.timezone
    if zone == "UTC":
        return Bound(_binary(type(node), moment.tree, interval.tree), t.TIMESTAMPTZ)
    moved = _binary(type(node), local(moment, context), interval.tree)
    return Bound(call("timezone", t.string(zone), moved), t.TIMESTAMPTZ)


def negative(node: exp.Expr, operand: Bound) -> Bound:
    if operand.type is not None and not is_number(operand.type) and not is_kind(operand.type, "interval"):
        raise UndefinedFunction(f"operator does not exist: - {operand.type}", position=position(node))
    if is_kind(operand.type, "interval"):
        return Bound(call("pg_interval_times", operand.tree, engine_cast(t.number(-1), t.FLOAT8)), t.INTERVAL)
    digits = call("pg_digits_negative", operand.digits.copy()) if operand.digits is not None else None
    return Bound(exp.Paren(this=exp.Neg(this=operand.tree)), operand.type, digits=digits)


def power(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    """^ computes in numeric for integers and numerics, in double precision else; the engine only has the latter."""
    for side in (left, right):
        if not (side.is_open or side.type is None or is_number(side.type)):
            raise no_operator(node, left, right)
    has_float = any(is_kind(side.type, *t.FLOATS) for side in (left, right))
    is_exact = has_float or all(is_kind(side.type, *t.INTEGERS) for side in (left, right))
    trees = [cast_to(side, t.FLOAT8, context).tree for side in (left, right)]
    if not is_exact and any(is_kind(side.type, "numeric") for side in (left, right)):
        sides = [digits_of(cast_to(side, t.NUMERIC, context) if side.is_open else side) for side in (left, right)]
        raised = call("pg_power", *trees)
        digits = checked_digits(raised, call("pg_digits_power", *sides))
        return Bound(engine_cast(raised, t.QUOTIENT), t.QUOTIENT, digits=digits)
    return Bound(call("pg_power", *trees), t.FLOAT8)


def bitwise(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    for side in (left, right):
        if not (side.is_open or side.type is None or is_kind(side.type, *t.INTEGERS)):
            raise no_operator(node, left, right)
    known = t.meet(left.type, right.type) if left.type and right.type else left.type or right.type
    left, right = coerce(left, known or t.INT4, context), coerce(right, known or t.INT4, context)
    if left.type is not None and right.type is not None:
        common = t.widen_numbers(left.type, right.type)
        left, right = Bound(_as(left, common), common), Bound(_as(right, common), common)
    if isinstance(node, exp.BitwiseXor):
        return Bound(call("xor", left.tree, right.tree), left.type)
    return Bound(_binary(type(node), left.tree, right.tree), left.type)


# --- comparison and text ------------------------------------------------------------------------------------


def comparison(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    left, right = same_type(node, left, right, context)
    return Bound(_binary(type(node), left.tree, right.tree), t.BOOL)


def same_type(node: exp.Expr, left: Bound, right: Bound, context: Context) -> tuple[Bound, Bound]:
    """Both sides of a comparison in the type they meet in; 42883 where PostgreSQL has no such operator."""
    if left.is_open and right.is_open:
        return settle(left, context), settle(right, context)
    if left.is_open or right.is_open:
        wanted = _comparable(right.type if left.is_open else left.type)
        if is_kind(wanted, "jsonb"):
            return in_order(coerce(left, wanted, context)), in_order(coerce(right, wanted, context))
        return coerce(left, wanted or t.TEXT, context), coerce(right, wanted, context)
    if left.type is None or right.type is None:
        return left, right
    if is_kind(left.type, "record") or is_kind(right.type, "record"):
        raise unsupported("comparing row values that are not written as rows", node)
    common = t.meet(left.type, right.type)
    if common is None or is_kind(common, "json"):
        raise no_operator(node, left, right)
    if is_number(common):
        has_real = is_kind(left.type, "float4") != is_kind(right.type, "float4")
        return (cast_to(left, t.FLOAT8, context), cast_to(right, t.FLOAT8, context)) if has_real else (left, right)
    if {left.kind, right.kind} == {"bpchar", "varchar"}:
        return Bound(call("rtrim", left.tree), t.TEXT), Bound(call("rtrim", right.tree), t.TEXT)
    if is_kind(common, "jsonb"):
        return in_order(left), in_order(right)
    return cast_to(left, common, context), cast_to(right, common, context)


def in_order(bound: Bound) -> Bound:
    """A jsonb as the bytes that compare as it does; others as they are."""
    if not is_kind(bound.type, "jsonb"):
        return bound
    return Bound(call("pg_jsonb_key", bound.tree), t.type_of("bytea"))


def _comparable(type: DataType | None) -> DataType | None:
    """What an open side becomes: numbers and texts lose their limits, so that nothing is rounded or cut."""
    if is_kind(type, "numeric", "varchar", "bpchar"):
        assert type is not None
        return t.TEXT if is_text(type) else DataType(type.scalar)
    return type


def overlaps(node: exp.Expr, sides: list[Bound], context: Context) -> Bound:
    """Two periods share a moment: each is two ends, whichever comes first, or a start and a length."""
    starts = [sides[0], sides[2]]
    type = t.meet_all(starts, "OVERLAPS") or t.TIMESTAMPTZ
    ends = []
    for start, end in zip(starts, (sides[1], sides[3]), strict=True):
        moved = start if not start.is_open else cast_to(start, type, context)
        ends.append(_moments(exp.Add(), moved, end, context) if is_kind(end.type, "interval") else end)
    type = t.meet_all([*starts, *ends], "OVERLAPS") or type
    if not is_kind(type, *t.MOMENTS, "time"):
        raise no_operator(node, sides[0], sides[2])
    trees = []
    for pair in zip(starts, ends, strict=True):
        first, last = (cast_to(each, type, context).tree for each in pair)
        are_given = exp.and_(*(exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null())) for each in (first, last)))
        latest = exp.Case(ifs=[exp.If(this=are_given, true=call("greatest", first.copy(), last.copy()))])
        trees += [call("least", first, last), latest]
    return Bound(call("pg_overlaps", *trees), t.BOOL)


def concatenation(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    """|| over texts, arrays and anything beside a text."""
    arrays = [side.type is not None and side.type.dimensions > 0 for side in (left, right)]
    if any(arrays):
        return _concatenate_arrays(node, left, right, context)
    if any(is_kind(side.type, *t.JSONS) for side in (left, right)) and not any(is_text(s.type) for s in (left, right)):
        return json_operators.joined(node, left, right, context)
    if is_kind(left.type, "bytea") or is_kind(right.type, "bytea"):
        left, right = (coerce(side, t.type_of("bytea"), context) for side in (left, right))
        return Bound(_binary(exp.DPipe, left.tree, right.tree), left.type)
    if not any(side.is_open or side.type is None or is_text(side.type) for side in (left, right)):
        raise no_operator(node, left, right)
    trees = [text_of(side, context) for side in (left, right)]
    joined = _binary(exp.DPipe, *trees)
    # The engine folds `x || NULL` to a NULL without a type, also where a parameter only stands for one.
    is_folded = joined.find(exp.Null, exp.Parameter) is not None
    return Bound(engine_cast(joined, t.TEXT) if is_folded else joined, t.TEXT)


def _concatenate_arrays(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    whole = left.type if left.type is not None and left.type.dimensions else right.type
    assert whole is not None
    element = t.element_type(whole)
    for side in (left, right):
        if side.type is not None and not side.type.dimensions and not side.is_open:
            common = t.meet(element, side.type)
            if common is None:
                raise no_operator(node, left, right)
            element, whole = common, t.array_of(common)
    if left.type is not None and left.type.dimensions == 0 and not left.is_open:
        return joined_lists("list_prepend", (left, right), (coerce(left, element, context), whole), context)
    if right.type is not None and right.type.dimensions == 0 and not right.is_open:
        return joined_lists("list_append", (left, right), (coerce(right, element, context), whole), context)
    met = t.meet_all([left, right], "array concatenation") or whole
    return joined_lists("list_concat", (left, right), (None, met), context)


def joined_lists(
    engine_name: str, sides: tuple[Bound, Bound], joined: tuple[Bound | None, DataType], context: Context
) -> Bound:
    """Two arrays, or an array and an element, as an array of the type; an element comes converted."""
    element, whole = joined
    trees, shown = [], []
    for place, side in enumerate(sides):
        is_element = element is not None and place == ("list_prepend", "list_append").index(engine_name)
        converted = element if element is not None and is_element else cast_to(side, whole, context)
        trees.append(converted.tree)
        shown.append(branch_digits(side, converted))
    scales = [replace(side, type=t.array_of(side.type)) if side.type and not side.type.dimensions else side
              for side in sides]  # fmt: skip
    digits = call(engine_name, *shown) if vary(whole, scales) else None
    return Bound(call(engine_name, *trees), whole, digits=digits)
