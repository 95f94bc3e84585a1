"""Numeric functions and the conditional ones that work on any type."""

from __future__ import annotations

import re
from functools import partial, reduce

from sqlglot import exp

from ormolu.sql_extensions.dialect import operators
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.digits import branch_digits, checked_digits, digits_of, vary
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind
from ormolu.sql_extensions.functions.call import (
    VARIADIC,
    Function,
    FunctionCall,
    constant,
    fit,
    no_function,
    plain,
    scalar,
    typed,
)
from ormolu.sql_extensions.types import DataType

F = t.FLOAT8


def _number(called: FunctionCall, context: Context, index: int = 0) -> Bound:
    argument = called.arguments[index]
    if argument.is_open:
        argument = cast_to(argument, F, context)
    if argument.type is not None and not t.is_number(argument.type):
        raise no_function(called)
    return argument


def _same(engine_name: str) -> Function:
    """abs, sign: the result has the argument's type."""

    def build(called: FunctionCall, context: Context) -> Bound:
        value = _number(called, context)
        tree = call(engine_name, value.tree)
        digits = call("pg_digits_absolute", value.digits.copy()) if value.digits is not None else None
        return Bound(tree if value.type is None else engine_cast(tree, value.type), value.type, digits=digits)

    return scalar(1, 1, build)


def _whole(engine_name: str) -> Function:
    """ceil, floor: numeric stays numeric, everything else is double precision."""

    def build(called: FunctionCall, context: Context) -> Bound:
        value = _number(called, context)
        if is_kind(value.type, "numeric"):
            return Bound(engine_cast(call(engine_name, value.tree), t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)
        return Bound(engine_cast(call(engine_name, cast_to(value, F, context).tree), F), F)

    return scalar(1, 1, build)


def _round(called: FunctionCall, context: Context) -> Bound:
    """round(numeric) goes away from zero at a half, round(double precision) to the even neighbour."""
    value = _number(called, context)
    if len(called.arguments) == 1:
        if is_kind(value.type, "numeric"):
            return Bound(engine_cast(value.tree, t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)
        return Bound(call("round_even", cast_to(value, F, context).tree, t.number(0)), F)
    if is_kind(value.type, *t.FLOATS):
        raise no_function(called)
    if value.type is None:
        return Bound(call("round", value.tree, *typed(called, context, None, t.INT4)[1:]), None)
    return _at_scale(called, value, "round")


def _at_scale(called: FunctionCall, value: Bound, engine_name: str) -> Bound:
    """round and trunc to a number of digits, which fixes the result's scale."""
    assert value.type is not None
    digits = called.arguments[1].tree
    digits = digits.this if isinstance(digits, exp.Paren) else digits
    negative = isinstance(digits, exp.Neg)
    literal = digits.this if isinstance(digits, exp.Neg) else digits
    if not isinstance(literal, exp.Literal) or not literal.name.isdigit():
        return _at_any_scale(called, value, engine_name)
    scale = -int(literal.name) if negative else int(literal.name)
    precision, had = t.precision_and_scale(value.type)
    whole = precision - had
    type = t.numeric(min(38, whole + 1 + max(scale, 0)), max(scale, 0))
    source = engine_cast(value.tree, t.numeric(precision, had))
    if scale >= had:
        return Bound(engine_cast(source, type), type)
    if engine_name == "round" and scale >= 0:
        return Bound(engine_cast(source, type), type)
    return Bound(engine_cast(call(f"pg_{engine_name}_numeric", source, t.number(scale)), type), type)


def _at_any_scale(called: FunctionCall, value: Bound, engine_name: str) -> Bound:
    """To a number of digits that each row may say anew."""
    assert value.type is not None
    places = called.arguments[1]
    if not (places.is_open or is_kind(places.type, "int2", "int4")):
        raise no_function(called)
    places_tree = places.tree if not places.is_open else engine_cast(places.tree, t.INT4)
    digits = call(f"pg_digits_{engine_name}", digits_of(value), engine_cast(places_tree, t.INT4))
    type = t.numeric(38, max(t.precision_and_scale(value.type)[1], t.OPEN_SCALE))
    return Bound(engine_cast(digits, type), type, digits=digits.copy())


def _trunc(called: FunctionCall, context: Context) -> Bound:
    value = _number(called, context)
    if len(called.arguments) == 2:
        if is_kind(value.type, *t.FLOATS) or value.type is None:
            raise no_function(called)
        return _at_scale(called, value, "trunc")
    if is_kind(value.type, "numeric"):
        return Bound(engine_cast(call("trunc", value.tree), t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)
    return Bound(call("trunc", cast_to(value, F, context).tree), F)


def _real(engine_name: str) -> Function:
    """sqrt, exp, ln: numeric in, numeric out in PostgreSQL; computed in double precision here."""

    def build(called: FunctionCall, context: Context) -> Bound:
        value = _number(called, context)
        tree = call(engine_name, cast_to(value, F, context).tree)
        if not is_kind(value.type, "numeric"):
            return Bound(tree, F)
        shown = digits_of(value)
        name = engine_name.replace("pg_", "pg_digits_")
        digits = call(name, t.string("10"), shown) if engine_name == "pg_log" else call(name, shown)
        return Bound(engine_cast(tree, t.QUOTIENT), t.QUOTIENT, digits=checked_digits(tree, digits))

    return scalar(1, 1, build)


def _log(called: FunctionCall, context: Context) -> Bound:
    if len(called.arguments) == 1:
        return _real("pg_log").build(called, context)
    sides = [_number(called, context, index) for index in (0, 1)]
    base, value = (cast_to(side, F, context).tree for side in sides)
    digits = None
    if not any(is_kind(side.type, *t.FLOATS) for side in sides):
        digits = checked_digits(call("pg_log", value.copy()), call("pg_digits_log", *map(digits_of, sides)))
    return Bound(engine_cast(call("log", base, value), t.QUOTIENT), t.QUOTIENT, digits=digits)


def _power(called: FunctionCall, context: Context) -> Bound:
    return operators.power(called.node, _number(called, context), _number(called, context, 1), context)


def _mod(called: FunctionCall, context: Context) -> Bound:
    node = exp.Mod(this=called.node, expression=called.node)
    return operators.arithmetic(node, called.arguments[0], called.arguments[1], context)


def _div(called: FunctionCall, context: Context) -> Bound:
    sides = [_number(called, context, index) for index in (0, 1)]
    if any(is_kind(side.type, *t.FLOATS) for side in sides if not side.is_open):
        raise no_function(called)
    left, right = (cast_to(side, t.NUMERIC, context) if side.is_open else side for side in sides)
    return operators.whole_quotient(left, right)


def _common(called: FunctionCall, context: Context) -> tuple[list[exp.Expr], DataType | None]:
    type = t.meet_all(list(called.arguments), called.name.upper())
    return [coerce(argument, type, context).tree for argument in called.arguments], type


_DIGIT_CHOICES = {"greatest": "pg_digits_greatest", "least": "pg_digits_least"}


def _choice(engine_name: str) -> Function:
    """coalesce, greatest, least: all arguments in one type."""

    def build(called: FunctionCall, context: Context) -> Bound:
        trees, type = _common(called, context)
        if is_kind(type, "interval") and engine_name != "coalesce":
            return Bound(reduce(partial(_of_intervals, engine_name), trees), type)
        if not vary(type, called.arguments):
            return Bound(call(engine_name, *trees), type)
        shown = [branch_digits(one, coerce(one, type, context)) for one in called.arguments]
        arguments = shown if engine_name == "coalesce" else [exp.Array(expressions=shown)]
        digits = call(_DIGIT_CHOICES.get(engine_name, engine_name), *arguments)
        return Bound(call(engine_name, *trees), type, digits=digits)

    return scalar(1, VARIADIC, build)


def _of_intervals(engine_name: str, one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """The engine's own greatest and least look at the months of intervals alone; its comparisons do not."""
    kept = exp.GTE if engine_name == "greatest" else exp.LTE
    test = exp.Or(
        this=exp.Is(this=other.copy(), expression=exp.Null()), expression=kept(this=one.copy(), expression=other.copy())
    )
    return exp.Paren(this=exp.Case(ifs=[exp.If(this=test, true=one)], default=other))


def _nullif(called: FunctionCall, context: Context) -> Bound:
    node = exp.EQ(this=called.node, expression=called.node)
    first = called.arguments[0]
    left, right = operators.same_type(node, first, called.arguments[1], context)
    equal = exp.EQ(this=left.tree.copy(), expression=right.tree)
    result = left if first.is_open or is_kind(first.type, "varchar") else first
    given = result
    if result.type and right.type and t.is_number(result.type) and t.is_number(right.type):
        result = coerce(result, t.meet(result.type, right.type), context)
    tree = exp.Case(ifs=[exp.If(this=equal, true=exp.Null())], default=result.tree)
    digits = None
    if is_kind(result.type, "numeric") and (given.digits is not None or given.type != result.type):
        digits = exp.Case(ifs=[exp.If(this=equal.copy(), true=exp.Null())], default=digits_of(given))
    if is_kind(result.type, "varchar"):
        result = cast_to(result, t.TEXT, context)
        tree.set("default", result.tree)
    has_modifiers = first.has_modifiers and result.type == first.type
    return Bound(exp.Paren(this=tree), result.type, has_modifiers=has_modifiers, digits=digits)


def _to_number(called: FunctionCall, context: Context) -> Bound:
    form = constant(called, 1, "a format")
    places = re.split(r"[.Dd]", re.sub(r'"[^"]*"', "", form), maxsplit=1)[1:]
    shifted = re.split(r"[Vv]", form, maxsplit=1)[1:]
    type = t.numeric(38, sum(character in "90" for rest in (*places, *shifted) for character in rest))
    digits = call("pg_to_number", fit(called, called.arguments[0], t.TEXT, context).tree, t.string(form))
    return Bound(engine_cast(digits, type), type, digits=digits.copy())


def _factorial(called: FunctionCall, context: Context) -> Bound:
    digits = call("pg_digits_factorial", fit(called, called.arguments[0], t.INT8, context).tree)
    return Bound(engine_cast(digits, t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)


def _width_bucket(called: FunctionCall, context: Context) -> Bound:
    if len(called.arguments) == 2:
        return _bucket_of_array(called, context)
    if len(called.arguments) != 4:
        raise no_function(called)
    trees = [cast_to(_number(called, context, index), F, context).tree for index in range(3)]
    return Bound(call("pg_width_bucket", *trees, fit(called, called.arguments[3], t.INT4, context).tree), t.INT4)


def _bucket_of_array(called: FunctionCall, context: Context) -> Bound:
    """How many of the ascending bounds are not above the value."""
    value, bounds = called.arguments
    if bounds.type is None or not bounds.type.dimensions:
        raise no_function(called)
    value = coerce(value, t.element_type(bounds.type), context)
    return Bound(engine_cast(call("pg_bucket_of", value.tree, bounds.tree), t.INT4), t.INT4)


def _integral(engine_name: str) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        type = t.meet_all(list(called.arguments), called.name) or t.INT8
        if not is_kind(type, *t.INTEGERS):
            raise no_function(called)
        trees = [engine_cast(coerce(one, type, context).tree, t.INT8) for one in called.arguments]
        return Bound(engine_cast(call(engine_name, *trees), type), type)

    return scalar(2, 2, build)


def _num_nulls(called: FunctionCall, context: Context) -> Bound:
    tests = [
        engine_cast(exp.Paren(this=exp.Is(this=one.tree, expression=exp.Null())), t.INT4) for one in called.arguments
    ]
    total: exp.Expr = tests[0]
    for test in tests[1:]:
        total = exp.Add(this=total, expression=test)
    return Bound(exp.Paren(this=total), t.INT4)


def _num_nonnulls(called: FunctionCall, context: Context) -> Bound:
    nulls = _num_nulls(called, context)
    return Bound(exp.Paren(this=exp.Sub(this=t.number(len(called.arguments)), expression=nulls.tree)), t.INT4)


_CEIL = _whole("ceil")
_POWER = scalar(2, 2, _power)


def _scale(called: FunctionCall, context: Context) -> Bound:
    """scale(): all values of a column have the same here."""
    value = fit(called, called.arguments[0], t.type_of("numeric"), context)
    scale = 0 if value.type is None else t.precision_and_scale(value.type)[1]
    given = exp.Not(this=exp.Is(this=value.tree, expression=exp.Null()))
    return Bound(exp.Case(ifs=[exp.If(this=given, true=t.number(scale))]), t.INT4)


def _min_scale(called: FunctionCall, context: Context) -> Bound:
    value = fit(called, called.arguments[0], t.type_of("numeric"), context)
    return Bound(call("pg_min_scale", engine_cast(value.tree, "VARCHAR")), t.INT4)


NUMBERS: dict[str, Function] = {
    "scale": scalar(1, 1, _scale),
    "min_scale": scalar(1, 1, _min_scale),
    "abs": _same("abs"),
    "sign": _whole("sign"),
    "ceil": _CEIL,
    "ceiling": _CEIL,
    "floor": _whole("floor"),
    "round": scalar(1, 2, _round),
    "trunc": scalar(1, 2, _trunc),
    "sqrt": _real("pg_sqrt"),
    "cbrt": plain("cbrt", F, F),
    "exp": _real("pg_exp"),
    "ln": _real("pg_ln"),
    "log": scalar(1, 2, _log),
    "log10": _real("pg_log"),
    "power": _POWER,
    "pow": _POWER,
    "mod": scalar(2, 2, _mod),
    "div": scalar(2, 2, _div),
    "gcd": _integral("gcd"),
    "lcm": _integral("lcm"),
    "pi": plain("pi", F),
    **{
        name: plain(name, F, F)
        for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
                     "cot", "degrees", "radians")
    },
    "atan2": plain("atan2", F, F, F),
    "random": plain("random", F),
    "width_bucket": scalar(2, 4, _width_bucket),
    "factorial": scalar(1, 1, _factorial),
    **{
        name: plain(f"pg_{name}", F, *[F] * (2 if name == "atan2d" else 1))
        for name in ("sind", "cosd", "tand", "cotd", "asind", "acosd", "atand", "atan2d")
    },
    "to_number": scalar(2, 2, _to_number),
    "coalesce": _choice("coalesce"),
    "greatest": _choice("greatest"),
    "least": _choice("least"),
    "nullif": scalar(2, 2, _nullif),
    "num_nulls": scalar(1, VARIADIC, _num_nulls),
    "num_nonnulls": scalar(1, VARIADIC, _num_nonnulls),
}  # fmt: skip
