"""The operators of json and jsonb, and the containment of arrays, which is written the same."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import AmbiguousFunction, UndefinedFunction
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind, is_text
from ormolu.sql_extensions.types import DataType

TEXTS = t.type_of("text[]")


def json_operator(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    """-> ->> #> #>> #- @> <@ && ? ?| and ?&."""
    left = context.expression(node.this, scope, context)
    match node:
        case exp.JSONExtract() | exp.JSONExtractScalar():
            return _member(node, left, _step(node.expression, scope, context), context)
        case exp.JSONBExtract() | exp.JSONBExtractScalar():
            path = coerce(context.expression(node.expression, scope, context), TEXTS, context)
            return _at(node, left, path.tree, isinstance(node, exp.JSONBExtractScalar))
        case exp.ArrayContainsAll() | exp.ArrayContainedBy() | exp.ArrayOverlaps():
            return _containment(node, left, context.expression(node.expression, scope, context), context)
        case _:
            return _on_jsonb(node, left, scope, context)


_ON_JSONB: dict[type[exp.Expr], tuple[str, DataType, DataType]] = {
    exp.JSONBContainsTopKey: ("pg_jsonb_has_key", t.TEXT, t.BOOL),
    exp.JSONBContainsAnyTopKeys: ("pg_jsonb_has_any", TEXTS, t.BOOL),
    exp.JSONBContainsAllTopKeys: ("pg_jsonb_has_all", TEXTS, t.BOOL),
    exp.JSONBDeleteAtPath: ("pg_jsonb_drop_path", TEXTS, t.JSONB),
}


def _on_jsonb(node: exp.Expr, left: Bound, scope: Scope, context: Context) -> Bound:
    name, wanted, result = _ON_JSONB[type(node)]
    right = coerce(context.expression(node.expression, scope, context), wanted, context)
    if left.is_open or not is_kind(left.type, "jsonb"):
        raise _no_operator(node, left, type(node).__name__)
    tree = call(name, left.tree, right.tree)
    return Bound(engine_cast(tree, result) if result == t.JSONB else tree, result)


def _no_operator(node: exp.Expr, value: Bound, symbol: str) -> UndefinedFunction:
    return UndefinedFunction(
        f"operator does not exist: {value.type or 'unknown'} {symbol} unknown",
        hint="Cast the text: x::jsonb.",
        position=position(node),
    )


def _json(node: exp.Expr, value: Bound) -> Bound:
    if value.is_open:
        raise AmbiguousFunction("operator is not unique: unknown -> unknown", hint="Cast the text: x::jsonb.",
                                position=position(node))  # fmt: skip
    if not (value.type is None or is_kind(value.type, *t.JSONS)):
        raise _no_operator(node, value, "->")
    return value


def _step(path: exp.Expr, scope: Scope, context: Context) -> Bound:
    """The right side of -> and ->>: a key or a position."""
    if isinstance(path, exp.JSONPath):
        return _constant_step(path)
    bound = context.expression(path, scope, context)
    return bound if is_kind(bound.type, *t.INTEGERS) else coerce(bound, t.TEXT, context)


def _constant_step(path: exp.JSONPath) -> Bound:
    match path.expressions:
        case [exp.JSONPathRoot(), exp.JSONPathKey() as key]:
            return Bound(t.string(str(key.this)), t.TEXT)
        case [exp.JSONPathRoot(), exp.JSONPathSubscript() as place]:
            return Bound(t.number(int(place.this)), t.INT4)
        case _:
            raise unsupported("this JSON path", path)


def _member(node: exp.Expr, value: Bound, step: Bound, context: Context) -> Bound:
    value = _json(node, value)
    as_text = isinstance(node, exp.JSONExtractScalar)
    result = t.TEXT if as_text else value.type or t.JSONB
    is_index = is_kind(step.type, *t.INTEGERS)
    path = call("pg_json_index_path" if is_index else "pg_json_key_path", step.tree)
    found = call("json_extract_string" if as_text else "json_extract", value.tree, path)
    form = "json" if is_kind(value.type, "json") else "jsonb"
    is_place = exp.Boolean(this=is_index)
    texts = engine_cast(step.tree.copy(), "VARCHAR")
    exact = call(f"pg_{form}_member{'_text' if as_text else ''}", value.tree.copy(), texts, is_place)
    if not as_text:
        exact = engine_cast(exact, t.JSON)
    # Where the engine would write a number with other digits, or lose blanks, the value is cut out instead.
    tree = exp.Case(ifs=[exp.If(this=call(f"pg_is_plain_{form}", value.tree.copy()), true=found)], default=exact)
    return Bound(exp.Paren(this=tree), result)


def _at(node: exp.Expr, value: Bound, path: exp.Expr, as_text: bool) -> Bound:
    value = _json(node, value)
    form = "json" if is_kind(value.type, "json") else "jsonb"
    tree = call(f"pg_{form}_text_at" if as_text else f"pg_{form}_at", value.tree, path)
    return Bound(tree, t.TEXT) if as_text else Bound(engine_cast(tree, t.JSON), value.type or t.JSONB)


def _containment(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    is_flipped = isinstance(node, exp.ArrayContainedBy)
    if is_kind(left.type, *t.JSONS) or is_kind(right.type, *t.JSONS):
        if isinstance(node, exp.ArrayOverlaps) or is_kind(left.type, "json") or is_kind(right.type, "json"):
            raise _no_operator(node, left, "&&" if isinstance(node, exp.ArrayOverlaps) else "@>")
        pair = [coerce(side, t.JSONB, context).tree for side in (left, right)]
        return Bound(call("pg_jsonb_contains", *(pair[::-1] if is_flipped else pair)), t.BOOL)
    wanted = left.type or right.type
    if wanted is None or not wanted.dimensions:
        raise unsupported("this containment operator", node)
    is_known = not (left.is_open or right.is_open or left.type is None or right.type is None)
    if is_known and t.meet(left.type or wanted, right.type or wanted) is None:
        raise UndefinedFunction(f"operator does not exist: {left.type} @> {right.type}", position=position(node))
    trees = [coerce(side, wanted, context).tree for side in (left, right)]
    if isinstance(node, exp.ArrayOverlaps):
        return Bound(call("pg_array_overlaps", *trees), t.BOOL)
    return Bound(call("pg_array_contains", *(trees[::-1] if is_flipped else trees)), t.BOOL)


def joined(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    """`||` with a jsonb on one side or on both."""
    if is_kind(left.type, "json") or is_kind(right.type, "json") or is_text(left.type) or is_text(right.type):
        raise _no_operator(node, left, "||")
    sides = [coerce(side, t.JSONB, context).tree for side in (left, right)]
    return Bound(engine_cast(call("pg_jsonb_join", *sides), t.JSON), t.JSONB)


def removed(node: exp.Expr, value: Bound, key: Bound, context: Context) -> Bound:
    """`jsonb -` a key, keys or a position."""
    if is_kind(key.type, *t.INTEGERS):
        tree = call("pg_jsonb_drop_index", value.tree, cast_to(key, t.INT4, context).tree)
    elif key.type is not None and key.type.dimensions and key.type.scalar.name in t.TEXTS:
        tree = call("pg_jsonb_drop_keys", value.tree, key.tree)
    elif key.is_open or is_text(key.type):
        tree = call("pg_jsonb_drop_keys", value.tree, exp.Array(expressions=[coerce(key, t.TEXT, context).tree]))
    else:
        raise _no_operator(node, value, "-")
    return Bound(engine_cast(tree, t.JSON), t.JSONB)


def subscripted(node: exp.Expr, value: Bound, steps: list[Bound], context: Context) -> Bound:
    """`j['a'][0]`."""
    texts = []
    for step in steps:
        if step.is_open or is_text(step.type):
            texts.append(coerce(step, t.TEXT, context).tree)
        elif is_kind(step.type, *t.INTEGERS):
            texts.append(engine_cast(step.tree, "VARCHAR"))
        else:
            raise unsupported("this subscript of a jsonb", node)
    return _at(node, value, exp.Array(expressions=texts), as_text=False)
