"""json_agg and json_object_agg, and their like for jsonb."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.rows import is_row
from ormolu.sql_extensions.dialect.types import Bound, call
from ormolu.sql_extensions.functions.call import Build, FunctionCall, aggregate_tree
from ormolu.sql_extensions.functions.json_values import as_json, json_text
from ormolu.sql_extensions.types import DataType


def json_agg(result: DataType) -> Build:
    """json_agg() and jsonb_agg()."""

    def build(called: FunctionCall, context: Context) -> Bound:
        argument = settle(called.arguments[0], context)
        if called.is_distinct:
            return Bound(_distinct(called, argument, context), result)
        text = json_text(argument, context)
        if argument.type is not None and (argument.type.dimensions or is_row(argument)):
            line = call("concat", t.string("\n "), text)
            text = exp.Case(ifs=[exp.If(this=exp.EQ(this=text.copy(), expression=t.string("null")), true=text)],
                            default=line)  # fmt: skip
        return Bound(as_json(call("pg_json_elements_text_of", aggregate_tree(called, "list", text))), result)

    return build


def _distinct(called: FunctionCall, argument: Bound, context: Context) -> exp.Expr:
    """The values are told apart and sorted as values, and written after."""
    if argument.type is None or argument.type.dimensions or t.is_kind(argument.type, *t.JSONS) or is_row(argument):
        raise unsupported(f"{called.name}(DISTINCT ...) of {argument.type}", called.node)
    listed = aggregate_tree(called, "list", argument.tree)
    return as_json(json_text(Bound(listed, t.array_of(argument.type)), context))


def json_object_agg(result: DataType) -> Build:
    """json_object_agg() and jsonb_object_agg()."""

    def build(called: FunctionCall, context: Context) -> Bound:
        key, value = (settle(argument, context) for argument in called.arguments)
        if called.is_distinct:
            raise unsupported(f"DISTINCT inside {called.name}()", called.node)
        name = call("pg_json_name", text_of(key, context))
        pair = call("concat", name, t.string(" : "), json_text(value, context))
        text = call("pg_json_members_text_of", aggregate_tree(called, "list", pair))
        return Bound(as_json(call("pg_jsonb", text) if result == t.JSONB else text), result)

    return build
