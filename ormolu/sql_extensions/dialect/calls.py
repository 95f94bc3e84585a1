"""Function calls: arguments, DISTINCT, ORDER BY, WITHIN GROUP, FILTER and OVER gathered around the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlglot import exp

from ormolu.errors import InvalidPrecedingOrFollowingSize, InvalidSyntax, UndefinedObject, WindowingError
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce, settle
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import called_name, identifier, position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.functions.allowed import build_call
from ormolu.sql_extensions.functions.call import FunctionCall, SortKey
from ormolu.sql_extensions.types import DataType


def bind_call(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """A call, whatever is wrapped around it."""
    called = gather(node, scope, context)
    return build_call(called, context)


def gather(node: exp.Expr, scope: Scope, context: Context) -> FunctionCall:
    match node:
        case exp.Anonymous():
            return _plain(node, scope, context)
        case exp.Window():
            inner = gather(node.this, scope, context)
            window = _window(node, scope, context)
            return replace(inner, is_windowed=True, modify=_then(inner.modify, window))
        case exp.Filter():
            inner = gather(node.this, scope, context)
            condition = _condition(node.expression.this, scope, context)
            return replace(inner, modify=_then(inner.modify, lambda tree: _filtered(tree, condition)))
        case exp.WithinGroup():
            inner = gather(node.this, scope, context)
            return replace(inner, within=sort_keys(node.expression.expressions, scope, context))
        case exp.IgnoreNulls():
            return replace(gather(node.this, scope, context), ignores_nulls=True)
        case exp.RespectNulls():
            return gather(node.this, scope, context)
        case exp.Dot() | exp.Column():
            return gather(_in_catalog(node), scope, context)
        case _:
            raise unsupported(f"{type(node).__name__} as a function call", node)


def _in_catalog(node: exp.Expr) -> exp.Expr:
    """`pg_catalog.f(...)` is `f(...)`; functions of other schemas do not exist."""
    schema, function = (node.this, node.expression) if isinstance(node, exp.Dot) else (node.args["table"], node.this)
    if not isinstance(function, exp.Anonymous):
        raise unsupported("reading a field of a composite value", node)
    if not isinstance(schema, exp.Identifier) or identifier(schema) != "pg_catalog":
        raise unsupported(f"calling a function of the schema {schema.sql('postgres')}", function)
    return function


def _then(
    first: Callable[[exp.Expr], exp.Expr], second: Callable[[exp.Expr], exp.Expr]
) -> Callable[[exp.Expr], exp.Expr]:
    return lambda tree: second(first(tree))


def _filtered(tree: exp.Expr, condition: exp.Expr) -> exp.Expr:
    return exp.Filter(this=tree, expression=exp.Where(this=condition.copy()))


def _condition(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    return coerce(context.expression(node, scope, context), t.BOOL, context).tree


# --- arguments ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Arguments:
    values: list[Bound] = field(default_factory=list)
    named: dict[str, Bound] = field(default_factory=dict)
    order: tuple[SortKey, ...] = ()
    is_distinct: bool = False
    is_star: bool = False
    ignores_nulls: bool = False


def _plain(node: exp.Anonymous, scope: Scope, context: Context) -> FunctionCall:
    arguments = _Arguments()
    for argument in node.expressions:
        _add(arguments, argument, scope, context)
    return FunctionCall(
        name=called_name(node),
        node=node,
        arguments=tuple(arguments.values),
        named=arguments.named,
        is_star=arguments.is_star,
        is_distinct=arguments.is_distinct,
        order=arguments.order,
        ignores_nulls=arguments.ignores_nulls,
    )


def _add(arguments: _Arguments, node: exp.Expr, scope: Scope, context: Context) -> None:
    match node:
        case exp.Star() if not node.args.get("except_") and not node.args.get("replace"):
            arguments.is_star = True
        case exp.Distinct():
            arguments.is_distinct = True
            for inner in node.expressions:
                _add(arguments, inner, scope, context)
        case exp.Order():
            _add(arguments, node.this, scope, context)
            arguments.order = sort_keys(node.expressions, scope, context)
        case exp.IgnoreNulls():
            arguments.ignores_nulls = True
            _add(arguments, node.this, scope, context)
        case exp.Kwarg() | exp.PropertyEQ():
            arguments.named[node.this.name.lower()] = context.expression(node.expression, scope, context)
        case exp.Select() | exp.SetOperation():
            raise InvalidSyntax("a query as an argument needs parentheses of its own", position=position(node))
        case _:
            if arguments.named:
                raise InvalidSyntax("positional argument cannot follow named argument", position=position(node))
            arguments.values.append(context.expression(node, scope, context))


def sort_keys(nodes: list[exp.Expr], scope: Scope, context: Context) -> tuple[SortKey, ...]:
    return tuple(
        SortKey(settle(context.expression(node.this, scope, context), context), *sort_direction(node)) for node in nodes
    )


def sort_direction(node: exp.Expr) -> tuple[bool, bool]:
    """Whether a term descends, and whether NULLs come first: in PostgreSQL they are larger than anything."""
    descends = bool(node.args.get("desc"))
    nulls_first = node.args.get("nulls_first")
    return descends, descends if nulls_first is None else bool(nulls_first)


# --- windows ------------------------------------------------------------------------------------------------


def _window(window: exp.Window, scope: Scope, context: Context) -> Callable[[exp.Expr], exp.Expr]:
    node = _with_named(window, scope)
    partition = [
        settle(context.expression(each, scope, context), context).tree for each in node.args.get("partition_by") or []
    ]
    order = node.args.get("order")
    keys = sort_keys(order.expressions, scope, context) if order is not None else ()
    spec = _frame(node.args.get("spec"), keys, scope, context)

    def over(tree: exp.Expr) -> exp.Expr:
        return exp.Window(
            this=tree,
            partition_by=[each.copy() for each in partition],
            order=exp.Order(expressions=[key.tree() for key in keys]) if keys else None,
            spec=spec.copy() if spec is not None else None,
            over="OVER",
        )

    return over


def _distance(spec: exp.Expr, keys: tuple[SortKey, ...]) -> DataType:
    """The type of a frame's bound that says none itself."""
    key = keys[0].value.type if keys and spec.args.get("kind") == "RANGE" else None
    if t.is_kind(key, *t.MOMENTS, "time", "interval"):
        return t.INTERVAL
    return key if key is not None and t.is_number(key) else t.INT8


def _with_named(node: exp.Expr, scope: Scope) -> exp.Expr:
    """`OVER w` and `OVER (w ...)` with the definition of w put in."""
    alias = node.args.get("alias")
    if alias is None:
        return node
    name = identifier(alias)
    definition = scope.windows.get(name)
    if definition is None:
        raise UndefinedObject(f'window "{name}" does not exist', position=position(alias))
    merged = _with_named(definition, scope).copy()
    if node.args.get("partition_by"):
        raise WindowingError(f'cannot override PARTITION BY clause of window "{name}"', position=position(alias))
    if node.args.get("order") and merged.args.get("order"):
        raise WindowingError(f'cannot override ORDER BY clause of window "{name}"', position=position(alias))
    for part in ("order", "spec"):
        if node.args.get(part):
            merged.set(part, node.args[part].copy() if isinstance(node.args[part], exp.Expr) else node.args[part])
    merged.set("alias", None)
    return merged


def _frame(spec: exp.Expr | None, keys: tuple[SortKey, ...], scope: Scope, context: Context) -> exp.Expr | None:
    if spec is None:
        return None
    bound = exp.WindowSpec(kind=spec.args.get("kind"))
    for side in ("start", "end"):
        value = spec.args.get(side)
        if isinstance(value, exp.Neg):
            word = {"start": "starting", "end": "ending"}[side]
            raise InvalidPrecedingOrFollowingSize(f"frame {word} offset must not be negative", position=position(value))
        if isinstance(value, exp.Expr):
            bound_value = context.expression(value, scope, context)
            if bound_value.is_open:
                bound_value = cast_to(bound_value, _distance(spec, keys), context)
            value = bound_value.tree
        bound.set(side, value)
        bound.set(f"{side}_side", spec.args.get(f"{side}_side"))
    exclude = spec.args.get("exclude")
    if exclude is not None:
        bound.set("exclude", exp.var(exclude.name))
    return bound
