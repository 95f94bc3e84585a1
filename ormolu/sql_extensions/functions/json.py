"""json and jsonb: operators and functions."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import UndefinedFunction
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.arrays import array_literal
from ormolu.sql_extensions.dialect.casts import coerce, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind
from ormolu.sql_extensions.functions.call import VARIADIC, Function, FunctionCall, no_function, plain, scalar
from ormolu.sql_extensions.functions.json_values import json_value
from ormolu.sql_extensions.types import DataType


def json_operator(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """-> ->> #> #>> @> <@ && and ?."""
    left = context.expression(node.this, scope, context)
    match node:
        case exp.JSONExtract() | exp.JSONExtractScalar():
            return _member(node, left, _steps(node.expression, scope, context), context)
        case exp.JSONBExtract() | exp.JSONBExtractScalar():
            return _member(node, left, _path(node.expression), context)
        case exp.ArrayContainsAll() | exp.ArrayContainedBy() | exp.ArrayOverlaps():
            return _containment(node, left, context.expression(node.expression, scope, context), context)
        case exp.JSONBContainsTopKey():
            key = coerce(context.expression(node.expression, scope, context), t.TEXT, context)
            return Bound(call("pg_json_has_key", _json(node, left).tree, key.tree), t.BOOL)
        case _:
            raise unsupported("this jsonb operator", node)


def _json(node: exp.Expr, value: Bound) -> Bound:
    if not (value.type is None or is_kind(value.type, *t.JSONS)) or value.is_open:
        raise UndefinedFunction(
            f"operator does not exist: {value.type or 'unknown'} -> unknown",
            hint="Cast the text: x::jsonb.",
            position=position(node),
        )
    return value


def _member(node: exp.Expr, value: Bound, path: exp.Expr, context: Context) -> Bound:
    value = _json(node, value)
    if isinstance(node, exp.JSONExtractScalar | exp.JSONBExtractScalar):
        return Bound(call("json_extract_string", value.tree, path), t.TEXT)
    return Bound(call("json_extract", value.tree, path), value.type or t.JSONB)


def _steps(path: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    """The right side of -> and ->>: a key or a position."""
    if isinstance(path, exp.JSONPath):
        return t.string("$" + "".join(_step(part) for part in path.expressions))
    bound = context.expression(path, scope, context)
    if is_kind(bound.type, *t.INTEGERS):
        return call("pg_json_index_path", bound.tree)
    return call("pg_json_key_path", coerce(bound, t.TEXT, context).tree)


def _step(part: exp.Expr) -> str:
    match part:
        case exp.JSONPathRoot():
            return ""
        case exp.JSONPathKey():
            return _key(str(part.this))
        case exp.JSONPathSubscript():
            return _index(int(part.this))
        case _:
            raise unsupported("this JSON path", part)


def _key(name: str) -> str:
    return '."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _index(index: int) -> str:
    return f"[{index}]" if index >= 0 else f"[#{index}]"


def _path(node: exp.Expr) -> exp.Expr:
    """The right side of #> and #>>: a text array literal."""
    if not isinstance(node, exp.Literal):
        raise unsupported("a JSON path that is not a constant", node)
    steps = array_literal(node.name)
    return t.string(
        "$" + "".join(_index(int(step)) if step and step.lstrip("-").isdigit() else _key(step or "") for step in steps)
    )


def _containment(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    if is_kind(left.type, "jsonb") or is_kind(right.type, "jsonb"):
        if isinstance(node, exp.ArrayOverlaps):
            raise unsupported("&& over jsonb", node)
        pair = [coerce(side, t.JSONB, context).tree for side in (left, right)]
        return Bound(call("json_contains", *(pair if isinstance(node, exp.ArrayContainsAll) else pair[::-1])), t.BOOL)
    wanted = left.type or right.type
    if wanted is None or not wanted.dimensions:
        raise unsupported("this containment operator", node)
    trees = [coerce(side, wanted, context).tree for side in (left, right)]
    if isinstance(node, exp.ArrayOverlaps):
        return Bound(call("pg_array_overlaps", *trees), t.BOOL)
    return Bound(call("pg_array_contains", *(trees if isinstance(node, exp.ArrayContainsAll) else trees[::-1])), t.BOOL)


def _argument(called: FunctionCall, context: Context, index: int = 0) -> exp.Expr:
    value = called.arguments[index]
    if value.is_open:
        value = coerce(value, t.JSONB, context)
    if value.type is not None and not is_kind(value.type, *t.JSONS):
        raise no_function(called)
    return value.tree


def _to_json(result: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(call("to_json", json_value(called.arguments[0], context)), result)

    return scalar(1, 1, build)


def _build_object(result: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        if len(called.arguments) % 2:
            raise no_function(called)
        trees = [
            text_of(one, context) if index % 2 == 0 else json_value(one, context)
            for index, one in enumerate(called.arguments)
        ]
        return Bound(call("json_object", *trees), result)

    return scalar(0, VARIADIC, build)


def _build_array(result: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(call("json_array", *(json_value(one, context) for one in called.arguments)), result)

    return scalar(0, VARIADIC, build)


def _array_length(called: FunctionCall, context: Context) -> Bound:
    return Bound(engine_cast(call("pg_json_array_length", _argument(called, context)), t.INT4), t.INT4)


def _typeof(called: FunctionCall, context: Context) -> Bound:
    return Bound(call("pg_json_typeof", _argument(called, context)), t.TEXT)


def _extract_path(*, as_text: bool) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        steps = called.arguments[1:]
        if not all(isinstance(step.tree, exp.Literal) for step in steps):
            raise unsupported(f"{called.name}() with a path that is not constant", called.node)
        path = "$" + "".join(
            _index(int(step.tree.name)) if step.tree.name.lstrip("-").isdigit() else _key(step.tree.name)
            for step in steps
        )
        engine_name = "json_extract_string" if as_text else "json_extract"
        tree = call(engine_name, _argument(called, context), t.string(path))
        return Bound(tree, t.TEXT if as_text else t.JSONB)

    return scalar(2, VARIADIC, build)


_LENGTH, _TYPEOF = scalar(1, 1, _array_length), scalar(1, 1, _typeof)

JSON_FUNCTIONS: dict[str, Function] = {
    "to_json": _to_json(t.JSON),
    "to_jsonb": _to_json(t.JSONB),
    "json_build_object": _build_object(t.JSON),
    "jsonb_build_object": _build_object(t.JSONB),
    "json_build_array": _build_array(t.JSON),
    "jsonb_build_array": _build_array(t.JSONB),
    "json_array_length": _LENGTH,
    "jsonb_array_length": _LENGTH,
    "json_typeof": _TYPEOF,
    "jsonb_typeof": _TYPEOF,
    "json_extract_path": _extract_path(as_text=False),
    "jsonb_extract_path": _extract_path(as_text=False),
    "json_extract_path_text": _extract_path(as_text=True),
    "jsonb_extract_path_text": _extract_path(as_text=True),
    "jsonb_exists": plain("pg_json_has_key", t.BOOL, t.JSONB, t.TEXT),
}
