"""The calls that have a grammar of their own: EXTRACT(x FROM y), SUBSTRING(x FROM 1), TRIM, POSITION, AT TIME ZONE."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.functions.allowed import build_call
from ormolu.sql_extensions.functions.call import FunctionCall
from ormolu.sql_extensions.functions.times import extract_field, in_zone


def _as_call(name: str, *arguments: str) -> Callable[[exp.Expr, Scope, Context], Bound]:
    """The node as a call of the function it is sugar for, its parts as arguments in this order."""

    def handle(node: exp.Expr, scope: Scope, context: Context) -> Bound:
        parts = [node.args[part] for part in arguments if node.args.get(part) is not None]
        values = tuple(context.expression(part, scope, context) for part in parts)
        return build_call(FunctionCall(name=name, node=node, arguments=values), context)

    return handle


def _root(name: str) -> Callable[[exp.Expr, Scope, Context], Bound]:
    """`|/` and `||/`, which are operators of double precision alone."""

    def handle(node: exp.Expr, scope: Scope, context: Context) -> Bound:
        value = cast_to(context.expression(node.this, scope, context), t.FLOAT8, context)
        return build_call(FunctionCall(name=name, node=node, arguments=(value,)), context)

    return handle


_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}


def _trim(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    name = _TRIMS.get(str(node.args.get("position") or ""), "btrim")
    return _as_call(name, "this", "expression")(node, scope, context)


def _extract(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    value = context.expression(node.expression, scope, context)
    return extract_field(node, node.this.name.lower(), value, context)


def _substring(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    start = node.args.get("start")
    pattern = context.expression(start, scope, context) if start is not None else None
    is_pattern = pattern is not None and (pattern.is_open or t.is_text(pattern.type))
    if is_pattern and node.args.get("length") is not None:
        raise unsupported("SUBSTRING(text FROM pattern FOR escape)", node)
    name = "pg_substring_pattern" if is_pattern else "substring"
    if start is None:
        node = node.copy()
        node.set("start", exp.Literal.number(1))
    return _as_call(name, "this", "start", "length")(node, scope, context)


def _at_time_zone(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    zone = context.expression(node.args["zone"], scope, context)
    moment = context.expression(node.this, scope, context)
    if moment.is_open or t.is_kind(moment.type, "date"):
        moment = cast_to(moment, t.TIMESTAMPTZ, context)
    result = t.TIMESTAMP if t.is_kind(moment.type, "timestamptz") else t.TIMESTAMPTZ
    if not t.is_kind(moment.type, "timestamp", "timestamptz"):
        raise unsupported(f"AT TIME ZONE of {moment.type}", node)
    return in_zone(moment, zone, result, context)


def _interval(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if not isinstance(node.this, exp.Literal):
        raise unsupported("this form of INTERVAL", node)
    unit = node.args.get("unit")
    if unit is not None and not isinstance(unit, exp.Var):
        raise unsupported("INTERVAL with a range of fields", node)
    value = node.this.name if unit is None else f"{node.this.name} {unit.name}"
    return cast_to(Bound(t.string(value), None, is_open=True), t.INTERVAL, context)


def _bitwise_not(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    operand = coerce(context.expression(node.this, scope, context), t.INT4, context)
    if operand.type is not None and not t.is_kind(operand.type, *t.INTEGERS):
        raise unsupported(f"~ {operand.type}", node)
    return Bound(exp.Paren(this=exp.BitwiseNot(this=operand.tree)), operand.type)


GRAMMAR: dict[type[exp.Expr], Callable[[exp.Expr, Scope, Context], Bound]] = {
    exp.Extract: _extract,
    exp.Substring: _substring,
    exp.Trim: _trim,
    exp.StrPosition: _as_call("strpos", "this", "substr"),
    exp.Overlay: _as_call("overlay", "this", "expression", "from_", "for_"),
    exp.AtTimeZone: _at_time_zone,
    exp.Interval: _interval,
    exp.Sqrt: _root("sqrt"),
    exp.Cbrt: _root("cbrt"),
    exp.BitwiseNot: _bitwise_not,
}
