"""What a function is to the binder, and how most of them are declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sqlglot import exp

from ormolu.errors import GroupingError, UndefinedFunction, WrongObjectType
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.digits import aggregates_at_once
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.types import Bound, call
from ormolu.sql_extensions.types import DataType


def _unchanged(tree: exp.Expr) -> exp.Expr:
    return tree


def ordered_tree(value: Bound) -> exp.Expr:
    """What the engine sorts by: a jsonb by the bytes that compare as it does."""
    return call("pg_jsonb_key", value.tree) if t.is_kind(value.type, "jsonb") else value.tree


@dataclass(frozen=True, slots=True)
class SortKey:
    """One term of ORDER BY inside a call."""

    value: Bound
    is_descending: bool
    nulls_first: bool

    def tree(self) -> exp.Expr:
        return exp.Ordered(this=ordered_tree(self.value).copy(), desc=self.is_descending, nulls_first=self.nulls_first)


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call with its arguments bound; `modify` puts FILTER and OVER around each aggregate it is built from."""

    name: str
    node: exp.Expr
    arguments: tuple[Bound, ...] = ()
    named: Mapping[str, Bound] = field(default_factory=dict)
    is_star: bool = False
    is_distinct: bool = False
    order: tuple[SortKey, ...] = ()
    within: tuple[SortKey, ...] = ()
    is_windowed: bool = False
    ignores_nulls: bool = False
    modify: Callable[[exp.Expr], exp.Expr] = _unchanged


class Use(Enum):
    """Where a function may stand."""

    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    WINDOW = "window"
    SET = "set-returning"


Build = Callable[[FunctionCall, Context], Bound]


@dataclass(frozen=True, slots=True)
class Function:
    """An allowed function: how many arguments it takes and how it is built."""

    use: Use
    least: int
    most: int
    build: Build
    named: tuple[str, ...] = ()
    column: str | None = None  # the column's name in FROM, where it is not the function's


VARIADIC = 100


def scalar(least: int, most: int, build: Build, *, named: tuple[str, ...] = ()) -> Function:
    return Function(Use.SCALAR, least, most, build, named)


def plain(engine_name: str, result: DataType, *parameters: DataType | None, optional: int = 0) -> Function:
    """A function whose arguments have fixed types (None: any) and whose engine counterpart means the same."""

    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(call(engine_name, *typed(called, context, *parameters)), result)

    return scalar(len(parameters) - optional, len(parameters), build)


def variadic(engine_name: str, result: DataType, parameter: DataType | None, *, least: int = 1) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(call(engine_name, *typed(called, context, *[parameter] * len(called.arguments))), result)

    return scalar(least, VARIADIC, build)


def typed(called: FunctionCall, context: Context, *parameters: DataType | None) -> list[exp.Expr]:
    """The arguments' trees, each converted to its parameter's type."""
    return [
        fit(called, argument, wanted, context).tree
        for argument, wanted in zip(called.arguments, parameters, strict=False)
    ]


def fit(called: FunctionCall, argument: Bound, wanted: DataType | None, context: Context) -> Bound:
    """One argument as its parameter wants it; 42883 where PostgreSQL would not convert it unasked."""
    if wanted is None:
        return settle(argument, context)
    if argument.is_open or argument.type is None:
        return coerce(argument, wanted, context)
    if not _is_implicit(argument.type, wanted):
        raise no_function(called)
    return coerce(argument, wanted, context)


_NARROWING = {"int2": ("int2",), "int4": ("int2", "int4"), "int8": t.INTEGERS, "numeric": (*t.INTEGERS, "numeric")}


def _is_implicit(source: DataType, wanted: DataType) -> bool:
    if source == wanted:
        return True
    if source.dimensions != wanted.dimensions:
        return False
    if t.is_number(source) and t.is_number(wanted):
        return source.scalar.name in _NARROWING.get(wanted.scalar.name, t._WIDENING)
    order = ("date", "timestamp", "timestamptz")
    if source.scalar.name in order and wanted.scalar.name in order:
        return order.index(source.scalar.name) <= order.index(wanted.scalar.name)
    return (
        t.meet(source, wanted) is not None
        or (t.is_text(source) and t.is_text(wanted))
        or (t.is_kind(source, *t.JSONS) and t.is_kind(wanted, *t.JSONS))
    )


def no_function(called: FunctionCall) -> UndefinedFunction:
    shown = ["unknown" if one.is_open or one.type is None else str(one.type) for one in called.arguments]
    return UndefinedFunction(
        f"function {called.name}({', '.join(shown)}) does not exist",
        hint="No function matches the given name and argument types. You might need to add explicit type casts.",
        position=position(called.node),
    )


_ORDERED = frozenset({"list", "string_agg", "json_group_object"})


def aggregate_tree(called: FunctionCall, engine_name: str, *arguments: exp.Expr) -> exp.Expr:
    """The engine's aggregate with DISTINCT, ORDER BY, FILTER and OVER as they were written."""
    inner = list(arguments)
    keys = [key.tree() for key in called.order]
    if called.is_distinct:
        # PostgreSQL sorts to find what is distinct, and lists show it.
        keys = keys or [exp.Ordered(this=inner[0].copy(), desc=False, nulls_first=False)]
        inner = [exp.Distinct(expressions=inner[:1]), *inner[1:]]
    if keys and inner and engine_name in _ORDERED:
        inner[-1] = exp.Order(this=inner[-1], expressions=keys)
    return called.modify(exp.Anonymous(this=engine_name, expressions=inner))


def refuse_order(called: FunctionCall) -> None:
    if called.order:
        raise unsupported(f"ORDER BY inside {called.name}()", called.node)


def constant(called: FunctionCall, index: int, what: str) -> str:
    """An argument that must be written as a literal, because the engine's query depends on it."""
    tree = called.arguments[index].tree
    if not isinstance(tree, exp.Literal):
        raise unsupported(f"{called.name}() with {what} that is not a constant", called.node)
    return str(tree.name)


_NULLS_IGNORED_BY = frozenset({"lag", "lead", "first_value", "last_value", "nth_value"})


def check_modifiers(called: FunctionCall, function: Function) -> None:
    """DISTINCT, ORDER BY, FILTER and OVER only where PostgreSQL allows them."""
    if called.ignores_nulls and called.name not in _NULLS_IGNORED_BY:
        raise unsupported(f"IGNORE NULLS in {called.name}()", called.node)
    if function.use is Use.AGGREGATE:
        if called.is_windowed and (called.is_distinct or called.order):
            raise unsupported("DISTINCT and ORDER BY in a window aggregate", called.node)
        if not called.is_windowed and any(aggregates_at_once(argument.tree) for argument in called.arguments):
            raise GroupingError("aggregate function calls cannot be nested", position=position(called.node))
        return
    if called.is_distinct or called.order or called.within or called.is_star:
        raise WrongObjectType(f"{called.name} is not an aggregate function", position=position(called.node))
    if function.use is Use.WINDOW:
        if not called.is_windowed:
            raise WrongObjectType(
                f"window function {called.name} requires an OVER clause", position=position(called.node)
            )
    elif called.modify is not _unchanged:
        raise WrongObjectType(f"{called.name} is not an aggregate function", position=position(called.node))
