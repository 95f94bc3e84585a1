"""Aggregate and window functions, with PostgreSQL's result types."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.errors import InvalidArgumentForNthValue, InvalidArgumentForNtile, InvalidSyntax, WrongObjectType
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce, settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.digits import branch_digits, digits_of, summed_digits, vary
from ormolu.sql_extensions.dialect.narrow import DIGITS_MAX
from ormolu.sql_extensions.dialect.operators import quotient
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.types import Bound, engine_cast, is_kind
from ormolu.sql_extensions.functions.call import (
    Build,
    Function,
    FunctionCall,
    Use,
    aggregate_tree,
    fit,
    no_function,
    typed,
)
from ormolu.sql_extensions.functions.json_aggregates import json_agg, json_object_agg
from ormolu.sql_extensions.types import DataType


def _count(called: FunctionCall, context: Context) -> Bound:
    if called.is_star or not called.arguments:
        if not called.is_star:
            raise WrongObjectType(
                "count(*) must be used to call a parameterless aggregate function", position=position(called.node)
            )
        return Bound(called.modify(exp.Anonymous(this="count", expressions=[exp.Star()])), t.INT8)
    return Bound(aggregate_tree(called, "count", settle(called.arguments[0], context).tree), t.INT8)


def _sum(called: FunctionCall, context: Context) -> Bound:
    argument = called.arguments[0]
    if argument.is_open:
        raise no_function(called)
    tree = aggregate_tree(called, "sum", argument.tree.copy())
    match argument.kind:
        case "int2" | "int4":
            return Bound(engine_cast(tree, t.INT8), t.INT8)
        case "int8":
            return Bound(engine_cast(tree, t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)
        case "numeric":
            _, scale = t.precision_and_scale(argument.type or t.NUMERIC)
            tree = _exact_sum(called, argument)
            digits = summed_digits(argument, tree, lambda name, each: aggregate_tree(called, name, each))
            return Bound(tree, t.numeric(38, scale), digits=digits)
        case "float4":
            return Bound(engine_cast(tree, argument.type or t.FLOAT8), argument.type)
        case "float8":
            return Bound(tree, argument.type)
        case "interval":
            return Bound(_interval_sum(called, argument.tree), t.INTERVAL)
        case "?":
            return Bound(tree, None)
        case _:
            raise no_function(called)


def _exact_sum(called: FunctionCall, argument: Bound) -> exp.Expr:
    """What fits 64 bits is added up apart from what does not: the engine is then some times faster."""
    assert argument.type is not None
    has_one_form = argument.narrow is None or t.precision_and_scale(argument.type)[0] <= DIGITS_MAX
    if has_one_form or called.is_distinct or called.is_windowed:
        return aggregate_tree(called, "sum", argument.tree.copy())
    assert argument.narrow is not None
    is_left_out = exp.Is(this=argument.narrow.copy(), expression=exp.Null())
    others = exp.Case(ifs=[exp.If(this=is_left_out, true=argument.tree.copy())])
    fitting, rest = (aggregate_tree(called, "sum", each) for each in (argument.narrow.copy(), others))
    both = exp.Paren(this=exp.Add(this=fitting.copy(), expression=rest.copy()))
    return t.call("coalesce", both, fitting, rest)


def _interval_sum(called: FunctionCall, tree: exp.Expr) -> exp.Expr:
    """The engine sums no intervals: their months, days and microseconds are summed apart."""
    parts = [
        t.call(unit, engine_cast(aggregate_tree(called, "sum", t.call(part, tree.copy())), type))
        for unit, part, type in (
            ("to_months", "pg_interval_months", t.INT4),
            ("to_days", "pg_interval_days", t.INT4),
            ("to_microseconds", "pg_interval_us", t.INT8),
        )
    ]
    return exp.Paren(this=exp.Add(this=exp.Add(this=parts[0], expression=parts[1]), expression=parts[2]))


def _avg(called: FunctionCall, context: Context) -> Bound:
    argument = called.arguments[0]
    match argument.kind:
        case "int2" | "int4" | "int8" | "numeric":
            assert argument.type is not None
            _, scale = t.precision_and_scale(argument.type)
            total = engine_cast(_exact_sum(called, argument), t.numeric(38, scale))
            counted = aggregate_tree(called, "count", argument.tree.copy())
            divisor = exp.Anonymous(this="nullif", expressions=[counted, t.number(0)])
            left = Bound(total, t.numeric(38, scale))
            right = Bound(engine_cast(divisor, t.INT8), t.INT8)
            summed = summed_digits(argument, total, lambda name, each: aggregate_tree(called, name, each))
            digits = t.call("pg_digits_quotient", digits_of(replace(left, digits=summed)), digits_of(right))
            return replace(quotient(left, right), digits=digits)
        case "float4" | "float8":
            return Bound(aggregate_tree(called, "avg", argument.tree), t.FLOAT8)
        case "interval":
            counted = engine_cast(aggregate_tree(called, "count", argument.tree.copy()), t.FLOAT8)
            counted = t.call("nullif", counted, t.number(0))
            return Bound(t.call("pg_interval_over", _interval_sum(called, argument.tree), counted), t.INTERVAL)
        case "?" if not argument.is_open:
            return Bound(aggregate_tree(called, "avg", argument.tree), None)
        case _:
            raise no_function(called)


def _extreme(engine_name: str) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        argument = settle(called.arguments[0], context)
        if is_kind(argument.type, "bool", "json", "jsonb", "uuid"):
            raise no_function(called)
        type = t.TEXT if is_kind(argument.type, "varchar", "name") else argument.type
        digits = None
        if argument.digits is not None:
            pair = argument.digits.copy(), argument.tree.copy()
            digits = aggregate_tree(replace(called, is_distinct=False), f"arg_{engine_name}", *pair)
        return Bound(aggregate_tree(called, engine_name, argument.tree), type, digits=digits)

    return build


def _bits(engine_name: str) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        argument = called.arguments[0]
        if not is_kind(argument.type, *t.INTEGERS):
            raise no_function(called)
        return Bound(aggregate_tree(called, engine_name, argument.tree), argument.type)

    return build


def _typed_aggregate(engine_name: str, result: DataType, *parameters: DataType | None) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(aggregate_tree(called, engine_name, *typed(called, context, *parameters)), result)

    return build


def _array_agg(called: FunctionCall, context: Context) -> Bound:
    argument = settle(called.arguments[0], context)
    if argument.type is not None and argument.type.dimensions:
        raise unsupported("array_agg() of arrays", called.node)
    type = None if argument.type is None else t.array_of(argument.type)
    listed = aggregate_tree(called, "list", argument.tree)
    digits = None
    if argument.digits is not None and not called.is_distinct:
        digits = aggregate_tree(called, "list", argument.digits.copy())
    return Bound(listed, type, digits=digits)


def _string_agg(called: FunctionCall, context: Context) -> Bound:
    value, separator = called.arguments
    if not (value.is_open or value.type is None or t.is_text(value.type)):
        raise no_function(called)
    # No separator is an empty one.
    separator = Bound(t.string(""), None, is_open=True) if isinstance(separator.tree, exp.Null) else separator
    separator = coerce(separator, t.TEXT, context)
    return Bound(aggregate_tree(called, "string_agg", text_of(value, context), separator.tree), t.TEXT)


# Squares of larger values do not fit the engine's integers when they are summed.
_SQUARED_MAX = 10**15


def _statistic_digits(called: FunctionCall, name: str, argument: Bound, tree: exp.Expr) -> exp.Expr | None:
    """The exact variance or deviation, from sums; the engine's own where values are too large or have many digits."""
    assert argument.type is not None
    _, scale = t.precision_and_scale(argument.type)
    if scale > 6 or argument.digits is not None:
        return None
    value = argument.tree
    size = t.call("abs", engine_cast(value.copy(), t.FLOAT8))
    within = exp.LT(this=size, expression=t.number(_SQUARED_MAX // 10**scale))
    exact = engine_cast(value.copy(), t.numeric(19, scale))
    square = exp.Mul(this=exact, expression=exact.copy())
    summed = exp.Case(ifs=[exp.If(this=within.copy(), true=engine_cast(exact.copy(), t.numeric(38, scale)))])
    squared = exp.Case(ifs=[exp.If(this=within.copy(), true=exp.Paren(this=square))])
    digits = t.call(
        "pg_digits_variance",
        aggregate_tree(called, "count", value.copy()),
        *(engine_cast(aggregate_tree(called, "sum", each), "VARCHAR") for each in (summed, squared)),
        t.string(name),
    )
    are_small = t.call("coalesce", aggregate_tree(called, "bool_and", within), exp.true())
    own = engine_cast(engine_cast(tree.copy(), t.QUOTIENT), "VARCHAR")
    return exp.Case(ifs=[exp.If(this=are_small, true=digits)], default=own)


# PostgreSQL computes these in numeric for integers and numerics; the engine only has double precision.
def _statistic(engine_name: str) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        argument = called.arguments[0]
        if argument.type is not None and not t.is_number(argument.type):
            raise no_function(called)
        tree = aggregate_tree(called, engine_name, cast_to(argument, t.FLOAT8, context).tree)
        if is_kind(argument.type, *t.INTEGERS, "numeric"):
            digits = _statistic_digits(called, engine_name, argument, tree)
            return Bound(engine_cast(tree, t.QUOTIENT), t.QUOTIENT, digits=digits)
        return Bound(tree, t.FLOAT8)

    return build


def _ordered_set(called: FunctionCall) -> None:
    if len(called.within) != 1:
        raise InvalidSyntax(
            f"WITHIN GROUP is required for ordered-set aggregate {called.name}", position=position(called.node)
        )


def _fraction(called: FunctionCall, context: Context) -> tuple[exp.Expr, bool]:
    """The fraction, and whether it is a list of them."""
    argument = called.arguments[0]
    if argument.type is not None and argument.type.dimensions:
        return engine_cast(argument.tree, "DOUBLE[]"), True
    return fit(called, argument, t.FLOAT8, context).tree, False


def _percentile(engine_name: str) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        _ordered_set(called)
        if called.is_windowed:
            raise unsupported(f"OVER with the ordered-set aggregate {called.name}", called.node)
        if engine_name == "quantile_cont" and not t.is_number(called.within[0].value.type):
            raise no_function(called)
        fraction, is_list = _fraction(called, context)
        key = called.within[0]
        value = key.value
        if engine_name == "quantile_cont" and not is_kind(value.type, "interval"):
            value = cast_to(value, t.FLOAT8, context)
        if is_list and key.is_descending:
            raise unsupported("several percentiles of a descending order", called.node)
        if key.is_descending and engine_name == "quantile_cont":
            fraction = exp.Paren(this=exp.Sub(this=engine_cast(t.number(1), t.FLOAT8), expression=fraction))
        arguments: list[exp.Expr] = [value.tree, fraction]
        if key.is_descending and engine_name == "quantile_disc":
            arguments[1] = exp.Order(
                this=fraction, expressions=[exp.Ordered(this=value.tree.copy(), desc=True, nulls_first=False)]
            )
        type = value.type if value.type is None or not is_list else t.array_of(value.type)
        return Bound(called.modify(exp.Anonymous(this=engine_name, expressions=arguments)), type)

    return build


def _mode(called: FunctionCall, context: Context) -> Bound:
    _ordered_set(called)
    if called.is_windowed:
        raise unsupported("OVER with the ordered-set aggregate mode", called.node)
    key = called.within[0]
    tree = exp.Anonymous(this="mode", expressions=[exp.Order(this=key.value.tree, expressions=[key.tree()])])
    return Bound(called.modify(tree), key.value.type)


def _grouping(called: FunctionCall, context: Context) -> Bound:
    tree = exp.Anonymous(this="grouping", expressions=[argument.tree for argument in called.arguments])
    return Bound(engine_cast(tree, t.INT4), t.INT4)


def _aggregate(build: Build, count: int = 1) -> Function:
    return Function(Use.AGGREGATE, count, count, build)


_bool_and = _aggregate(_typed_aggregate("bool_and", t.BOOL, t.BOOL))

AGGREGATES: dict[str, Function] = {
    "count": Function(Use.AGGREGATE, 0, 1, _count),
    "sum": _aggregate(_sum),
    "avg": _aggregate(_avg),
    "min": _aggregate(_extreme("min")),
    "max": _aggregate(_extreme("max")),
    "bool_and": _bool_and,
    "bit_and": _aggregate(_bits("bit_and")),
    "bit_or": _aggregate(_bits("bit_or")),
    "bit_xor": _aggregate(_bits("bit_xor")),
    "every": _bool_and,
    "bool_or": _aggregate(_typed_aggregate("bool_or", t.BOOL, t.BOOL)),
    "array_agg": _aggregate(_array_agg),
    "string_agg": _aggregate(_string_agg, 2),
    "json_agg": _aggregate(json_agg(t.JSON)),
    "jsonb_agg": _aggregate(json_agg(t.JSONB)),
    "json_object_agg": _aggregate(json_object_agg(t.JSON), 2),
    "jsonb_object_agg": _aggregate(json_object_agg(t.JSONB), 2),
    "stddev": _aggregate(_statistic("stddev_samp")),
    "stddev_samp": _aggregate(_statistic("stddev_samp")),
    "stddev_pop": _aggregate(_statistic("stddev_pop")),
    "variance": _aggregate(_statistic("var_samp")),
    "var_samp": _aggregate(_statistic("var_samp")),
    "var_pop": _aggregate(_statistic("var_pop")),
    **{
        name: _aggregate(_typed_aggregate(name, t.FLOAT8, t.FLOAT8, t.FLOAT8), 2)
        for name in ("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2", "regr_avgx",
                     "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy")
    },
    "regr_count": _aggregate(_typed_aggregate("regr_count", t.INT8, t.FLOAT8, t.FLOAT8), 2),
    "percentile_cont": _aggregate(_percentile("quantile_cont")),
    "percentile_disc": _aggregate(_percentile("quantile_disc")),
    "mode": Function(Use.AGGREGATE, 0, 0, _mode),
    "grouping": Function(Use.AGGREGATE, 1, 31, _grouping),
}  # fmt: skip


# --- window functions ---------------------------------------------------------------------------------------------


def _ranking(engine_name: str, result: DataType) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(called.modify(exp.Anonymous(this=engine_name)), result)

    return build


# The writer knows IGNORE NULLS of these nodes alone.
_IGNORING: dict[str, type[exp.Func]] = {
    "lag": exp.Lag,
    "lead": exp.Lead,
    "first_value": exp.FirstValue,
    "last_value": exp.LastValue,
    "nth_value": exp.NthValue,
}


def _neighbour(engine_name: str) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        value = settle(called.arguments[0], context)
        trees = [value.tree]
        shown = [digits_of(value)]
        varies = value.digits is not None
        if engine_name == "nth_value" and called.arguments[1].tree.name == "0":
            raise InvalidArgumentForNthValue("argument of nth_value must be greater than zero")
        if len(called.arguments) > 1:
            trees.append(fit(called, called.arguments[1], t.INT4, context).tree)
            shown.append(trees[1].copy())
        if len(called.arguments) > 2:
            default = called.arguments[2]
            varies |= vary(value.type, [value, default])
            trees.append(coerce(default, value.type, context).tree)
            shown.append(branch_digits(default, coerce(default, value.type, context)))
        tree: exp.Expr = exp.Anonymous(this=engine_name, expressions=trees)
        if called.ignores_nulls:
            tree = exp.IgnoreNulls(this=_IGNORING[engine_name].from_arg_list(trees))
        if not varies or called.ignores_nulls:
            return Bound(called.modify(tree), value.type)
        digits = called.modify(exp.Anonymous(this=engine_name, expressions=shown))
        return Bound(called.modify(tree), value.type, digits=digits)

    return build


def _ntile(called: FunctionCall, context: Context) -> Bound:
    if called.arguments[0].tree.name == "0":
        raise InvalidArgumentForNtile("argument of ntile must be greater than zero")
    tree = called.modify(exp.Anonymous(this="ntile", expressions=typed(called, context, t.INT4)))
    return Bound(engine_cast(tree, t.INT4), t.INT4)


WINDOWS: dict[str, Function] = {
    "row_number": Function(Use.WINDOW, 0, 0, _ranking("row_number", t.INT8)),
    "rank": Function(Use.WINDOW, 0, 0, _ranking("rank", t.INT8)),
    "dense_rank": Function(Use.WINDOW, 0, 0, _ranking("dense_rank", t.INT8)),
    "percent_rank": Function(Use.WINDOW, 0, 0, _ranking("percent_rank", t.FLOAT8)),
    "cume_dist": Function(Use.WINDOW, 0, 0, _ranking("cume_dist", t.FLOAT8)),
    "ntile": Function(Use.WINDOW, 1, 1, _ntile),
    "lag": Function(Use.WINDOW, 1, 3, _neighbour("lag")),
    "lead": Function(Use.WINDOW, 1, 3, _neighbour("lead")),
    "first_value": Function(Use.WINDOW, 1, 1, _neighbour("first_value")),
    "last_value": Function(Use.WINDOW, 1, 1, _neighbour("last_value")),
    "nth_value": Function(Use.WINDOW, 2, 2, _neighbour("nth_value")),
}
