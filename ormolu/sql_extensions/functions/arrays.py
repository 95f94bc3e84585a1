"""Array functions over one-dimensional arrays."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.sql_extensions.dialect import operators
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.functions.call import Function, FunctionCall, no_function, scalar, typed


def _array(called: FunctionCall, index: int = 0) -> Bound:
    value = called.arguments[index]
    if (value.type is not None and not value.type.dimensions) or value.is_open:
        raise no_function(called)
    return value


def _one_dimension(called: FunctionCall) -> None:
    if len(called.arguments) > 1 and called.arguments[1].tree.name != "1":
        raise unsupported(f"{called.name}() of another dimension than 1", called.node)


def _length(called: FunctionCall, context: Context) -> Bound:
    _one_dimension(called)
    length = call("nullif", call("len", _array(called).tree), t.number(0))
    return Bound(engine_cast(length, t.INT4), t.INT4)


def _cardinality(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    tree = array.tree
    for _ in range(1, array.type.dimensions if array.type is not None else 1):
        tree = call("flatten", tree)
    return Bound(engine_cast(call("len", tree), t.INT4), t.INT4)


def _lower(called: FunctionCall, context: Context) -> Bound:
    _one_dimension(called)
    return Bound(
        exp.If(this=exp.GT(this=call("len", _array(called).tree), expression=t.number(0)), true=t.number(1)), t.INT4
    )


def _with_element(engine_name: str, array_index: int) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        array = called.arguments[array_index]
        element = called.arguments[1 - array_index]
        if array.type is None or not array.type.dimensions:
            raise no_function(called)
        type = t.element_type(array.type)
        if element.type is not None and not element.is_open:
            met = t.meet(type, element.type)
            if met is None:
                raise no_function(called)
            type = met
        joined = coerce(element, type, context), t.array_of(type)
        return operators.joined_lists(engine_name, (called.arguments[0], called.arguments[1]), joined, context)

    return scalar(2, 2, build)


def _cat(called: FunctionCall, context: Context) -> Bound:
    type = t.meet_all(list(called.arguments), "array_cat")
    if type is None or not type.dimensions:
        raise no_function(called)
    sides = called.arguments[0], called.arguments[1]
    return operators.joined_lists("list_concat", sides, (None, type), context)


def _position(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    element = coerce(called.arguments[1], t.element_type(array.type) if array.type else None, context)
    found = call("nullif", call("list_position", array.tree, element.tree), t.number(0))
    return Bound(engine_cast(found, t.INT4), t.INT4)


def _remove(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    element = coerce(called.arguments[1], t.element_type(array.type) if array.type else None, context)
    return Bound(call("pg_array_remove", array.tree, element.tree), array.type)


def _to_string(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    rest = typed(FunctionCall(called.name, called.node, called.arguments[1:]), context, t.TEXT, t.TEXT)
    name = "pg_array_to_string" if len(rest) == 1 else "pg_array_to_string_nulls"
    texts = _TEXTS_OF.get(array.kind)
    items = call(texts, array.tree) if texts else engine_cast((array.digits or array.tree).copy(), "VARCHAR[]")
    return Bound(call(name, items, *rest), t.TEXT)


_TEXTS_OF = {"bool[]": "pg_bools_text", "float4[]": "pg_floats_text", "float8[]": "pg_floats_text"}


def _replace(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    type = t.element_type(array.type) if array.type else None
    old, new = (coerce(one, type, context).tree for one in called.arguments[1:])
    return Bound(call("pg_array_replace", array.tree, old, new), array.type)


def _positions(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    element = coerce(called.arguments[1], t.element_type(array.type) if array.type else None, context)
    return Bound(engine_cast(call("pg_array_positions", array.tree, element.tree), "INTEGER[]"), t.type_of("int4[]"))


def _position_from(called: FunctionCall, context: Context) -> Bound:
    if len(called.arguments) == 2:
        return _position(called, context)
    start = coerce(called.arguments[2], t.INT4, context).tree
    places = _positions(replace(called, arguments=called.arguments[:2]), context).tree
    return Bound(engine_cast(call("pg_first_from", places, start), t.INT4), t.INT4)


def _fill(called: FunctionCall, context: Context) -> Bound:
    value = settle(called.arguments[0], context)
    sizes = coerce(called.arguments[1], t.type_of("int4[]"), context)
    return Bound(call("pg_array_fill", value.tree, sizes.tree), None if value.type is None else t.array_of(value.type))


def _trim(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    return Bound(call("pg_trim_array", array.tree, coerce(called.arguments[1], t.INT4, context).tree), array.type)


def _depth(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    given = exp.GT(this=call("len", array.tree), expression=t.number(0))
    return Bound(exp.Case(ifs=[exp.If(this=given, true=t.number(array.type.dimensions if array.type else 1))]), t.INT4)


def _dimensions(called: FunctionCall, context: Context) -> Bound:
    array = _array(called)
    if array.type is not None and array.type.dimensions > 1:
        raise unsupported("array_dims() of an array of arrays", called.node)
    return Bound(call("pg_array_dims", array.tree), t.TEXT)


ARRAYS: dict[str, Function] = {
    "array_replace": scalar(3, 3, _replace),
    "array_positions": scalar(2, 2, _positions),
    "array_fill": scalar(2, 2, _fill),
    "trim_array": scalar(2, 2, _trim),
    "array_ndims": scalar(1, 1, _depth),
    "array_dims": scalar(1, 1, _dimensions),
    "array_length": scalar(2, 2, _length),
    "cardinality": scalar(1, 1, _cardinality),
    "array_upper": scalar(2, 2, _length),
    "array_lower": scalar(2, 2, _lower),
    "array_append": _with_element("list_append", 0),
    "array_prepend": _with_element("list_prepend", 1),
    "array_cat": scalar(2, 2, _cat),
    "array_position": scalar(2, 3, _position_from),
    "array_remove": scalar(2, 2, _remove),
    "array_to_string": scalar(2, 3, _to_string),
}
