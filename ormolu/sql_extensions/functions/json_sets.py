"""json and jsonb as rows: their members, elements and records."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind
from ormolu.sql_extensions.functions.call import FunctionCall, no_function
from ormolu.sql_extensions.types import DataType

# Lists of equal length: name of the column, tree, type.
Lists = list[tuple[str, exp.Expr, DataType]]


def _form(called: FunctionCall) -> str:
    return "jsonb" if called.name.startswith("jsonb") else "json"


def json_argument(called: FunctionCall, context: Context) -> exp.Expr:
    """The json or jsonb that a function of that name takes."""
    value, wanted = called.arguments[0], t.type_of(_form(called))
    if value.is_open:
        return coerce(value, wanted, context).tree
    if not is_kind(value.type, wanted.scalar.name):
        raise no_function(called)
    return value.tree


def _each(*, as_text: bool) -> Callable[[FunctionCall, Context], Lists]:
    def build(called: FunctionCall, context: Context) -> Lists:
        form, tree = _form(called), json_argument(called, context)
        names = call(f"pg_{form}_keys", tree, t.string(called.name))
        values = call(f"pg_{form}_value_texts" if as_text else f"pg_{form}_values", tree.copy(), t.string(called.name))
        if as_text:
            return [("key", names, t.TEXT), ("value", values, t.TEXT)]
        type = t.type_of(form)
        return [("key", names, t.TEXT), ("value", engine_cast(values, t.array_of(type)), type)]

    return build


def elements(called: FunctionCall, context: Context) -> Bound:
    """The list of an array's elements."""
    name = "pg_jsonb_elements" if _form(called) == "jsonb" else "pg_json_written_elements"
    type = t.array_of(t.type_of(_form(called)))
    return Bound(engine_cast(call(name, json_argument(called, context)), type), type)


def element_texts(called: FunctionCall, context: Context) -> exp.Expr:
    name = "pg_jsonb_element_texts" if _form(called) == "jsonb" else "pg_json_written_element_texts"
    return call(name, json_argument(called, context))


def keys(called: FunctionCall, context: Context) -> exp.Expr:
    return call(f"pg_{_form(called)}_keys", json_argument(called, context), t.string(called.name))


MEMBERS: dict[str, Callable[[FunctionCall, Context], Lists]] = {
    "json_each": _each(as_text=False),
    "jsonb_each": _each(as_text=False),
    "json_each_text": _each(as_text=True),
    "jsonb_each_text": _each(as_text=True),
}


def members(called: FunctionCall, context: Context) -> Lists:
    """json_each() and its like."""
    if len(called.arguments) != 1:
        raise no_function(called)
    return MEMBERS[called.name](called, context)


RECORDS = ("json_to_record", "jsonb_to_record", "json_to_recordset", "jsonb_to_recordset")


def records(called: FunctionCall, columns: list[tuple[str, DataType]], context: Context) -> exp.Select:
    """The members of these names and types, of one object or of each in an array; a member that is missing is NULL."""
    if len(called.arguments) != 1:
        raise no_function(called)
    listed = elements(called, context).tree if called.name.endswith("set") else None
    if listed is None:
        listed = exp.Array(expressions=[json_argument(called, context)])
    row = call("pg_json_record", exp.column("j", table="rows"), t.string(called.name))
    trees = [
        exp.alias_(_member(row, called, name, type, context), f"c{index}", quoted=True)
        for index, (name, type) in enumerate(columns, start=1)
    ]
    rows = exp.Select(expressions=[exp.alias_(call("unnest", listed), "j", quoted=True)])
    source = exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier("rows")))
    return exp.Select(expressions=trees).from_(source)


def _member(row: exp.Expr, called: FunctionCall, name: str, type: DataType, context: Context) -> exp.Expr:
    if type.dimensions:
        raise unsupported(f"{type} in a record of a json", called.node, hint="Take it as jsonb.")
    is_json = is_kind(type, *t.JSONS)
    engine_name = f"pg_{_form(called)}_member" + ("" if is_json else "_text")
    found = call(engine_name, row.copy(), t.string(name), exp.Boolean(this=False))
    return engine_cast(found, t.JSON) if is_json else cast_to(Bound(found, t.TEXT), type, context).tree
