"""The digits of numerics. The engine gives a column one scale, PostgreSQL gives each value its own.

Beside the value that is computed with, `Bound.digits` is the text that is shown, where the two may differ: of quotients
and averages, and where values of several scales meet. Queries carry it along in columns of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.context import BoundSelect, Context
from ormolu.sql_extensions.dialect.scopes import quoted
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.types import DataType

# Digits are computed one by one, 10 to 50 us each.
GROUPS_MAX = 10_000

_OPERATIONS: dict[type[exp.Expr], str] = {
    exp.Add: "pg_digits_total", exp.Sub: "pg_digits_difference", exp.Mul: "pg_digits_product",
    exp.Div: "pg_digits_quotient", exp.Mod: "pg_digits_remainder",
}  # fmt: skip


def digits_of(bound: Bound) -> exp.Expr:
    """The text of a number as PostgreSQL shows it; of an array of numbers, those of its elements."""
    return bound.digits.copy() if bound.digits is not None else engine_cast(bound.tree.copy(), digits_type(bound.type))


def digits_type(type: DataType | None) -> str:
    """The engine's type of the digits of a number or of an array of them."""
    return "VARCHAR" + "[]" * (0 if type is None else type.dimensions)


def operation_digits(node: exp.Expr, left: Bound, right: Bound) -> exp.Expr | None:
    """What an operator shows: of a quotient always, of others where an operand's digits vary."""
    varies = left.digits is not None or right.digits is not None or isinstance(node, exp.Div)
    if isinstance(node, exp.Mul) and left.type is not None and right.type is not None:
        scales = [t.precision_and_scale(side.type)[1] for side in (left, right) if side.type is not None]
        varies |= sum(scales) > t.PRODUCT_SCALE_MAX
    return call(_OPERATIONS[type(node)], digits_of(left), digits_of(right)) if varies else None


def vary(type: DataType | None, bounds: Sequence[Bound]) -> bool:
    """Whether values that meet in a numeric are shown with different digits."""
    if type is None or type.scalar.name != "numeric":
        return False
    known = [bound for bound in bounds if not isinstance(bound.tree, exp.Null)]
    return any(bound.digits is not None or _scale(bound) != _scale(known[0]) for bound in known)


def _scale(bound: Bound) -> int | None:
    return None if bound.type is None or bound.is_open else t.precision_and_scale(bound.type)[1]


def checked_digits(tree: exp.Expr, digits: exp.Expr) -> exp.Expr:
    """The digits, after the value has been found to be one: what has none is the same error either way."""
    given = exp.Not(this=exp.Is(this=tree.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=given, true=digits)])


def branch_digits(bound: Bound, converted: Bound) -> exp.Expr:
    """A branch among others: what is open shows the digits that it was written with."""
    return digits_of(converted if bound.is_open or bound.type is None else bound)


def summed_digits(bound: Bound, total: exp.Expr, aggregate: Callable[[str, exp.Expr], exp.Expr]) -> exp.Expr | None:
    """What sum() shows: all the digits of the value that has the most."""
    if bound.digits is None:
        return None
    number = call("pg_digits_number", bound.digits.copy())
    scale = aggregate("max", call("pg_digits_scale", bound.digits.copy()))
    # A number of more than 18 digits before its point is none that can be added up with 20 behind it.
    are_all = exp.EQ(this=aggregate("count", number.copy()), expression=aggregate("count", bound.tree.copy()))
    summed = exp.Case(ifs=[exp.If(this=are_all, true=engine_cast(aggregate("sum", number), "VARCHAR"))])
    text = call("coalesce", summed, engine_cast(total.copy(), "VARCHAR"))
    return call("pg_digits_at_scale", text, scale)


# --- digits along a query ----------------------------------------------------------------------------------------

_AGGREGATES = frozenset(
    (
        "any_value", "arg_max", "arg_min", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "corr",
        "count", "covar_pop", "covar_samp", "grouping", "list", "max", "min", "mode", "quantile_cont", "quantile_disc",
        "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy",
        "regr_syy", "stddev_pop", "stddev_samp", "string_agg", "sum", "var_pop", "var_samp",
    )
)  # fmt: skip


def beside_groups(digits: exp.Expr, select: exp.Select) -> exp.Expr | None:
    """The digits of a column as they may stand beside GROUP BY; None where they may not."""
    group = select.args.get("group")
    if group is None:
        return digits
    if group is not None and any(group.find(kind) for kind in (exp.Rollup, exp.Cube, exp.GroupingSets)):
        return digits if _has_aggregates(digits) and not _bare_columns(digits) else None
    return _of_group(digits)


def digits_of_groups(digits: exp.Expr, value: exp.Expr, select: exp.Select) -> exp.Expr | None:
    """The digits of a column of a query that reads many rows: where they are computed once a group, for few groups."""
    if isinstance(digits, exp.Column):  # of a query within, which has decided
        return beside_groups(digits, select)
    if digits.find(exp.Window, exp.Query) is not None:
        return None
    is_grouped = select.args.get("group") is not None
    if not is_grouped and (_bare_columns(digits) or not (_has_aggregates(digits) or select.args.get("from_") is None)):
        return None
    text = beside_groups(digits, select)
    if text is None or _works_by_row(text):
        return None
    if not is_grouped:
        return text
    groups = exp.Window(this=exp.Count(this=exp.Star()))
    few = exp.LTE(this=groups, expression=exp.Literal.number(GROUPS_MAX))
    return exp.Case(ifs=[exp.If(this=few, true=text)], default=engine_cast(value.copy(), "VARCHAR"))


def _works_by_row(tree: exp.Expr) -> bool:
    """Whether an aggregate takes digits: those are computed for every row that it reads."""
    return any(
        inner is not node and isinstance(inner, exp.Anonymous) and str(inner.this).startswith("pg_digits")
        for node in tree.find_all(exp.Anonymous)
        if _is_aggregate(node)
        for inner in node.walk()
    )


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in _AGGREGATES


def aggregates_at_once(tree: exp.Expr) -> bool:
    """Whether an aggregate of the query itself is in it: not one of a query within, nor one over a window."""
    if isinstance(tree, exp.Query | exp.Window):
        return False
    return _is_aggregate(tree) or any(map(aggregates_at_once, tree.iter_expressions()))


def _has_aggregates(tree: exp.Expr) -> bool:
    return any(_is_aggregate(node) for node in tree.find_all(exp.Anonymous))


def _bare_columns(tree: exp.Expr) -> bool:
    """Whether a column stands outside of all aggregates."""
    if _is_aggregate(tree) or isinstance(tree, exp.Window):
        return False
    return isinstance(tree, exp.Column) or any(_bare_columns(child) for child in tree.iter_expressions())


def _of_group(tree: exp.Expr) -> exp.Expr | None:
    """What is not aggregated is the same in all rows of a group: any of them tells it."""
    if tree.find(exp.Query):
        return None
    if not _bare_columns(tree):
        return tree
    if not _has_aggregates(tree):
        return call("any_value", tree)
    for child in list(tree.iter_expressions()):
        if _bare_columns(child):
            replaced = _of_group(child.copy())
            if replaced is None:
                return None
            child.replace(replaced)
    return tree


def _alone(bound: BoundSelect, names: Sequence[tuple[str, str]], context: Context) -> exp.Query:
    name = context.unique_name("shown")
    inner = exp.Subquery(this=bound.tree.copy(), alias=exp.TableAlias(this=quoted(name)))
    trees = [exp.alias_(exp.column(quoted(one), table=quoted(name)), quoted(shown)) for one, shown in names]
    return exp.Select(expressions=trees, from_=exp.From(this=inner))


def without_digits(bound: BoundSelect, context: Context) -> BoundSelect:
    """The query with its columns and no more."""
    if all(column.digits is None for column in bound.columns):
        return bound
    names = [(column.engine_name, column.engine_name) for column in bound.columns]
    columns = tuple(replace(column, digits=None) for column in bound.columns)
    return BoundSelect(_alone(bound, names, context), columns)


def one_of_each(bound: BoundSelect, context: Context) -> BoundSelect:
    """The different rows of the query, each with the digits of one of those that are equal."""
    name = context.unique_name("each")
    inner = exp.Subquery(this=bound.tree, alias=exp.TableAlias(this=quoted(name)))
    values = [exp.column(quoted(column.engine_name), table=quoted(name)) for column in bound.columns]
    trees = [exp.alias_(value, quoted(column.engine_name)) for value, column in zip(values, bound.columns, strict=True)]
    for column in bound.columns:
        if column.digits is not None:
            digits = exp.column(quoted(column.digits), table=quoted(name))
            trees.append(exp.alias_(call("any_value", digits), quoted(column.digits)))
    group = exp.Group(expressions=[value.copy() for value in values])
    return BoundSelect(exp.Select(expressions=trees, from_=exp.From(this=inner), group=group), bound.columns)


def digits_alone(bound: BoundSelect, context: Context) -> exp.Query:
    """The query of one column with what that shows instead."""
    [column] = bound.columns
    return _alone(bound, [(column.digits or column.engine_name, column.engine_name)], context)


def shown_digits(bound: BoundSelect, context: Context) -> BoundSelect:
    """The whole query as a client sees it: the digits in the place of the values."""
    if all(column.digits is None for column in bound.columns):
        return bound
    names = [(column.digits or column.engine_name, column.engine_name) for column in bound.columns]
    return BoundSelect(_alone(bound, names, context), bound.columns)
