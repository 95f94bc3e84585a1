"""What a condition says of the rows of one table, in the few words that files can be judged by.

Reading a condition keeps what follows from it: a row for which the condition is true passes what was read of it. What
is not understood, or speaks of other tables, becomes `Anything`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from sqlglot import exp


class Operator(Enum):
    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column against a constant: a tree without columns, whose value may be a parameter's.

    `cast` is the type of moments that the column is cast to before it is compared.
    """

    column: str
    operator: Operator
    value: exp.Expr
    cast: exp.DType | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """The column equals one of the values; a value that is a list stands for its members."""

    column: str
    values: tuple[exp.Expr, ...]
    cast: exp.DType | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """The column is LIKE the pattern, in which `escape` takes the next character's meaning away."""

    column: str
    pattern: exp.Expr
    escape: str | None


@dataclass(frozen=True, slots=True)
class NullTest:
    column: str
    is_null: bool


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """True of any row, for all that is known."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """True of no row."""


Condition = Comparison | OneOf | Like | NullTest | Both | Either | Anything | Nothing
ColumnName = Callable[[exp.Column], "str | None"]  # the table's name for a column; None where it is another's
ANYTHING = Anything()
_NOTHING = Nothing()
_OPERATORS: dict[type[exp.Expr], Operator] = {
    exp.EQ: Operator.EQUAL,
    exp.LT: Operator.LESS,
    exp.LTE: Operator.AT_MOST,
    exp.GT: Operator.GREATER,
    exp.GTE: Operator.AT_LEAST,
}
_FLIPPED = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.GREATER: Operator.LESS,
    Operator.AT_LEAST: Operator.AT_MOST,
}
# What a constant is made of: nothing in it depends on a row, nor on chance.
_CONSTANTS = (exp.Literal, exp.Cast, exp.DataType, exp.DataTypeParam, exp.Parameter, exp.Neg, exp.Paren, exp.Boolean)
_COMPUTING = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.DPipe)
_FUNCTIONS = frozenset(
    {"abs", "coalesce", "date_part", "date_trunc", "greatest", "isfinite", "last_day", "least", "lower", "make_date",
     "make_timestamp", "pg_divisor", "pg_float_quotient", "pg_remainder", "pg_whole_quotient", "strftime", "timezone",
     "upper"}
)  # fmt: skip
# Casts between these keep the order of values, so that bounds may be cast like them.
MOMENTS = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ})


def both(parts: Sequence[Condition]) -> Condition:
    known = tuple(part for part in parts if not isinstance(part, Anything))
    if _NOTHING in known:
        return _NOTHING
    return ANYTHING if not known else known[0] if len(known) == 1 else Both(known)


def either(parts: Sequence[Condition]) -> Condition:
    possible = tuple(part for part in parts if not isinstance(part, Nothing))
    if ANYTHING in possible:
        return ANYTHING
    return _NOTHING if not possible else possible[0] if len(possible) == 1 else Either(possible)


def rejecting_null(condition: Condition) -> Condition:
    """What follows from it that is not true of a row of NULLs."""
    match condition:
        case NullTest(is_null=True):
            return ANYTHING
        case Both(parts):
            return both([rejecting_null(part) for part in parts])
        case Either(parts):
            return either([rejecting_null(part) for part in parts])
        case _:
            return condition


def renamed(condition: Condition, names: Callable[[str], str | None]) -> Condition:
    """The condition over columns of other names; `Anything` of those that have none."""
    match condition:
        case Both(parts):
            return both([renamed(part, names) for part in parts])
        case Either(parts):
            return either([renamed(part, names) for part in parts])
        case Anything() | Nothing():
            return condition
        case _:
            name = names(condition.column)
            return ANYTHING if name is None else replace(condition, column=name)


def with_values(condition: Condition, value: Callable[[exp.Expr], exp.Expr]) -> Condition:
    """The condition with each of its constants as `value` gives it."""
    match condition:
        case Both(parts):
            return Both(tuple(with_values(part, value) for part in parts))
        case Either(parts):
            return Either(tuple(with_values(part, value) for part in parts))
        case Comparison():
            return replace(condition, value=value(condition.value))
        case OneOf():
            return replace(condition, values=tuple(map(value, condition.values)))
        case _:
            return condition


def read_condition(tree: exp.Expr, name: ColumnName) -> Condition:
    """What the tree says of the table whose columns `name` knows."""
    match tree:
        case exp.Paren():
            return read_condition(tree.this, name)
        case exp.And():
            return both([read_condition(tree.left, name), read_condition(tree.right, name)])
        case exp.Or():
            return either([read_condition(tree.left, name), read_condition(tree.right, name)])
        case exp.Not():
            return _negated(tree.this.unnest(), name)
        case exp.Case():
            return _case(tree, name)
        case exp.Boolean():
            return ANYTHING if tree.this else _NOTHING
        case _ if tree.args.get("negate") or tree.args.get("symmetric"):
            return ANYTHING
        case _:
            return _test(tree, name)


def _case(case: exp.Case, name: ColumnName) -> Condition:
    """True only where its one branch is taken and true."""
    match case.args.get("ifs"):
        case [exp.If() as only] if case.this is None and case.args.get("default") is None:
            return both([read_condition(only.this, name), read_condition(only.args["true"], name)])
        case _:
            return ANYTHING


def _test(tree: exp.Expr, name: ColumnName) -> Condition:
    match tree:
        case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return _comparison(_OPERATORS[type(tree)], tree.this, tree.expression, name)
        case exp.Between():
            low = _comparison(Operator.AT_LEAST, tree.this, tree.args["low"], name)
            return both([low, _comparison(Operator.AT_MOST, tree.this, tree.args["high"], name)])
        case exp.In(expressions=[_, *_]):
            return _one_of(tree.this, tree.expressions, name)
        case exp.Is(expression=exp.Null()):
            return _null_test(tree.this, name, is_null=True)
        case exp.NullSafeEQ(expression=exp.Boolean() as value):
            return _comparison(Operator.EQUAL, tree.this, value, name)
        case exp.Escape(this=exp.Like() as like, expression=exp.Literal() as escape):
            return _like(like, str(escape.this), name)
        case exp.Like():
            return _like(tree, None, name)
        case exp.Column():
            return _comparison(Operator.EQUAL, tree, exp.true(), name)
        case _:
            return ANYTHING


def _negated(tree: exp.Expr, name: ColumnName) -> Condition:
    match tree:
        case _ if tree.args.get("negate"):  # NOT (x IS NOT NULL)
            return ANYTHING
        case exp.Is(expression=exp.Null()):
            return _null_test(tree.this, name, is_null=False)
        case exp.Column():
            return _comparison(Operator.EQUAL, tree, exp.false(), name)
        case _:
            return ANYTHING


def _comparison(operator: Operator, left: exp.Expr, right: exp.Expr, name: ColumnName) -> Condition:
    if _cast_column(right, lambda column: column.name)[0] is not None:
        operator, left, right = _FLIPPED[operator], right, left
    column, cast = _cast_column(left, name)
    if column is None:
        return ANYTHING
    if isinstance(right, exp.Any) and operator is Operator.EQUAL:
        members = right.this.unnest()
        values = members.expressions if isinstance(members, exp.Array) else [members]
        return _one_of(left, values, name)
    return Comparison(column, operator, right, cast) if is_constant(right) or is_computed(right) else ANYTHING


def _one_of(tested: exp.Expr, values: Sequence[exp.Expr], name: ColumnName) -> Condition:
    column, cast = _cast_column(tested, name)
    if column is None or not all(is_constant(value) or is_computed(value) for value in values):
        return ANYTHING
    return OneOf(column, tuple(values), cast)


def _like(like: exp.Like, escape: str | None, name: ColumnName) -> Condition:
    column = _column(like.this, name)
    is_known = column is not None and is_constant(like.expression)
    return Like(column, like.expression, escape) if column is not None and is_known else ANYTHING


def _null_test(tested: exp.Expr, name: ColumnName, *, is_null: bool) -> Condition:
    column = _column(tested, name)
    return ANYTHING if column is None else NullTest(column, is_null)


def _column(tree: exp.Expr, name: ColumnName) -> str | None:
    tree = tree.unnest()
    return name(tree) if isinstance(tree, exp.Column) else None


def _cast_column(tree: exp.Expr, name: ColumnName) -> tuple[str | None, exp.DType | None]:
    """A column, and the type of moments that it is cast to."""
    tree = tree.unnest()
    if type(tree) is exp.Cast and tree.to.this in MOMENTS:
        return _column(tree.this, name), tree.to.this
    return _column(tree, name), None


def is_constant(tree: exp.Expr) -> bool:
    return all(isinstance(node, _CONSTANTS) or _is_of_parameter(node) for node in tree.walk())


def _is_of_parameter(node: exp.Expr) -> bool:
    return isinstance(node, exp.Var | exp.Identifier) and isinstance(node.parent, exp.Parameter)


def is_computed(tree: exp.Expr) -> bool:
    """Whether it is computed from constants that are known before any parameter is, as `current_date - 7` is."""
    nodes = list(tree.walk())
    return any(map(_is_computing, nodes)) and all(
        _is_computing(node) or (isinstance(node, _CONSTANTS) and not isinstance(node, exp.Parameter)) for node in nodes
    )


def _is_computing(node: exp.Expr) -> bool:
    return isinstance(node, _COMPUTING) or (isinstance(node, exp.Anonymous) and node.name.lower() in _FUNCTIONS)
