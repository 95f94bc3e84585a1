"""json and jsonb: functions."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import DatatypeMismatch, InvalidParameterValue
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position
from ormolu.sql_extensions.dialect.rows import is_row
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind
from ormolu.sql_extensions.functions.call import VARIADIC, Function, FunctionCall, no_function, plain, scalar, typed
from ormolu.sql_extensions.functions.json_values import as_json, json_text
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values.jsons import quoted

TEXTS = t.type_of("text[]")


def _argument(called: FunctionCall, context: Context, index: int = 0) -> Bound:
    value = called.arguments[index]
    if value.is_open:
        value = coerce(value, t.JSON if called.name.startswith("json_") else t.JSONB, context)
    if value.type is not None and not is_kind(value.type, *t.JSONS):
        raise no_function(called)
    return value


def _to_json(result: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        value = called.arguments[0]
        if value.is_open:
            raise DatatypeMismatch(
                "could not determine polymorphic type because input has type unknown", position=position(called.node)
            )
        text = json_text(value, context)
        if not isinstance(value.tree, exp.Struct):
            # NULL itself is not in JSON's words here.
            given = exp.Not(this=exp.Is(this=value.tree.copy(), expression=exp.Null()))
            text = exp.Case(ifs=[exp.If(this=given, true=text)])
        return Bound(as_json(text), result)

    return scalar(1, 1, build)


def _row_to_json(called: FunctionCall, context: Context) -> Bound:
    if not is_row(called.arguments[0]):
        raise no_function(called)
    return _to_json(t.JSON).build(called, context)


def _array_to_json(called: FunctionCall, context: Context) -> Bound:
    type = called.arguments[0].type
    if type is None or not type.dimensions:
        raise no_function(called)
    return _to_json(t.JSON).build(called, context)


def _build_object(result: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        if len(called.arguments) % 2:
            raise InvalidParameterValue(
                "argument list must have even number of elements",
                hint=f"The arguments of {called.name}() must consist of alternating keys and values.",
                position=position(called.node),
            )
        if not called.arguments:
            return Bound(as_json(t.string("{}")), result)
        pieces: list[exp.Expr] = []
        names = called.arguments[::2]
        for index, (name, value) in enumerate(zip(names, called.arguments[1::2], strict=True)):
            pieces.append(t.string(", " if index else "{"))
            pieces += [_name(name, context), t.string(" : "), json_text(value, context)]
        tree = call("concat", *pieces, t.string("}"))
        return Bound(_in_form(tree, result, names), result)

    return scalar(0, VARIADIC, build)


def _name(name: Bound, context: Context) -> exp.Expr:
    if isinstance(name.tree, exp.Literal) and name.tree.is_string:
        return t.string(quoted(name.tree.name))
    return call("pg_json_name", text_of(name, context))


def _in_form(text: exp.Expr, result: DataType, names: tuple[Bound, ...]) -> exp.Expr:
    """A jsonb keeps the last of equal names: which only matters where they are not constants, or the same twice."""
    constants = [name.tree.name for name in names if isinstance(name.tree, exp.Literal) and name.tree.is_string]
    if result == t.JSONB and len(set(constants)) < len(names):
        text = call("pg_jsonb", text)
    return as_json(text)


def _build_array(result: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        if not called.arguments:
            return Bound(as_json(t.string("[]")), result)
        pieces: list[exp.Expr] = []
        for index, value in enumerate(called.arguments):
            pieces += [t.string(", " if index else "["), json_text(value, context)]
        return Bound(as_json(call("concat", *pieces, t.string("]"))), result)

    return scalar(0, VARIADIC, build)


def _array_length(called: FunctionCall, context: Context) -> Bound:
    return Bound(engine_cast(call("pg_json_array_length", _argument(called, context).tree), t.INT4), t.INT4)


def _typeof(called: FunctionCall, context: Context) -> Bound:
    return Bound(call("pg_json_typeof", _argument(called, context).tree), t.TEXT)


def _extract_path(*, as_text: bool) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        value = _argument(called, context)
        steps = [coerce(step, t.TEXT, context).tree for step in called.arguments[1:]]
        form = "json" if is_kind(value.type, "json") else "jsonb"
        tree = call(f"pg_{form}_text_at" if as_text else f"pg_{form}_at", value.tree, exp.Array(expressions=steps))
        return Bound(tree, t.TEXT) if as_text else Bound(as_json(tree), t.JSON if form == "json" else t.JSONB)

    return scalar(2, VARIADIC, build)


def _edit(engine_name: str, default: bool) -> Function:
    """jsonb_set() and jsonb_insert(): target, path, new value, and a flag."""

    def build(called: FunctionCall, context: Context) -> Bound:
        trees = typed(called, context, t.JSONB, TEXTS, t.JSONB, t.BOOL)
        if len(trees) == 3:
            trees.append(exp.Boolean(this=default))
        return Bound(as_json(call(engine_name, *trees)), t.JSONB)

    return scalar(3, 4, build)


def _strip_nulls(engine_name: str, type: DataType) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(as_json(call(engine_name, *typed(called, context, type))), type)

    return scalar(1, 1, build)


def _object(result: DataType) -> Function:
    """json_object(): an array of names and values, or one of each."""

    def build(called: FunctionCall, context: Context) -> Bound:
        trees = typed(called, context, TEXTS, TEXTS)
        text = call(f"pg_json_object_of_{len(trees)}", *trees)
        return Bound(as_json(call("pg_jsonb", text) if result == t.JSONB else text), result)

    return scalar(1, 2, build)


_LENGTH, _TYPEOF = scalar(1, 1, _array_length), scalar(1, 1, _typeof)

JSON_FUNCTIONS: dict[str, Function] = {
    "to_json": _to_json(t.JSON),
    "to_jsonb": _to_json(t.JSONB),
    "row_to_json": scalar(1, 1, _row_to_json),
    "array_to_json": scalar(1, 1, _array_to_json),
    "json_build_object": _build_object(t.JSON),
    "jsonb_build_object": _build_object(t.JSONB),
    "json_build_array": _build_array(t.JSON),
    "jsonb_build_array": _build_array(t.JSONB),
    "json_object": _object(t.JSON),
    "jsonb_object": _object(t.JSONB),
    "json_array_length": _LENGTH,
    "jsonb_array_length": _LENGTH,
    "json_typeof": _TYPEOF,
    "jsonb_typeof": _TYPEOF,
    "json_extract_path": _extract_path(as_text=False),
    "jsonb_extract_path": _extract_path(as_text=False),
    "json_extract_path_text": _extract_path(as_text=True),
    "jsonb_extract_path_text": _extract_path(as_text=True),
    "jsonb_exists": plain("pg_jsonb_has_key", t.BOOL, t.JSONB, t.TEXT),
    "jsonb_exists_any": plain("pg_jsonb_has_any", t.BOOL, t.JSONB, TEXTS),
    "jsonb_exists_all": plain("pg_jsonb_has_all", t.BOOL, t.JSONB, TEXTS),
    "jsonb_contains": plain("pg_jsonb_contains", t.BOOL, t.JSONB, t.JSONB),
    "jsonb_set": _edit("pg_jsonb_set", default=True),
    "jsonb_insert": _edit("pg_jsonb_insert", default=False),
    "jsonb_strip_nulls": _strip_nulls("pg_jsonb_strip_nulls", t.JSONB),
    "json_strip_nulls": _strip_nulls("pg_json_strip_nulls", t.JSON),
    "jsonb_pretty": plain("pg_jsonb_pretty", t.TEXT, t.JSONB),
}
