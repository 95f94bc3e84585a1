"""Functions that return rows, in FROM and in the select list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind
from ormolu.sql_extensions.functions import json_sets
from ormolu.sql_extensions.functions.call import Build, Function, FunctionCall, Use, no_function, typed
from ormolu.sql_extensions.functions.texts import all_matches, split_by_pattern
from ormolu.sql_extensions.types import DataType

# A series in the select list is one list in memory: so long where it is made once, and where each row makes one.
SERIES_ROWS_MAX = 1_000_000
SERIES_OF_A_ROW_MAX = 10_000


@dataclass(frozen=True, slots=True)
class RowSource:
    """A list whose elements are the rows' values, the name of the column, and its type.

    `rows` is the same as a table function of the engine, which gives them one by one and holds no list.
    """

    tree: exp.Expr
    column: str | None
    type: DataType | None
    rows: exp.Expr | None = None
    digits: exp.Expr | None = None  # of numerics, the list of what they are shown as


def generate_series(called: FunctionCall, context: Context) -> RowSource:
    start, stop, *step = called.arguments
    if is_kind(start.type, "date", "timestamp", "timestamptz") or is_kind(
        stop.type, "date", "timestamp", "timestamptz"
    ):
        return _moments(called, context)
    type = t.meet_all(list(called.arguments), "generate_series") or t.INT8
    if called.arguments and all(one.is_open for one in called.arguments):
        raise no_function(called)
    if is_kind(type, "int2"):
        type = t.INT4
    if is_kind(type, "numeric"):
        return _numerics(called, type, context)
    if not is_kind(type, "int4", "int8"):
        raise unsupported(f"generate_series() over {type}", called.node)
    trees = [engine_cast(coerce(one, type, context).tree, t.INT8) for one in called.arguments]
    by = call("pg_series_step", trees[2]) if step else t.number(1)
    series = call("pg_series", *trees[:2], by, _longest(trees))
    return RowSource(
        engine_cast(series, t.array_of(type)), None, type, call("generate_series", *_copies(*trees[:2], by))
    )


def _numerics(called: FunctionCall, type: DataType, context: Context) -> RowSource:
    """Counted in steps, each as exact as the start and the step; the start itself shows its own digits."""
    arguments = [cast_to(one, t.NUMERIC, context) if one.is_open else one for one in called.arguments]
    start, stop = (engine_cast(one.tree, type) for one in arguments[:2])
    step = engine_cast(arguments[2].tree, type) if len(arguments) > 2 else engine_cast(t.number(1), type)
    by = call("pg_series_step", step)
    scales = [t.precision_and_scale(one.type)[1] for one in (arguments[0], *arguments[2:]) if one.type is not None]
    shown = t.numeric(38, max(scales))
    values = call("pg_numeric_series", start, stop, by, _longest([start, stop, step]))
    first = t.engine_cast(arguments[0].tree.copy(), "VARCHAR")
    digits = call("pg_series_digits", first, engine_cast(values.copy(), t.array_of(shown)))
    return RowSource(engine_cast(values, t.array_of(shown)), None, shown, digits=digits)


def _longest(trees: list[exp.Expr]) -> exp.Expr:
    is_made_once = not any(tree.find(exp.Column, exp.Query) for tree in trees)
    return t.number(SERIES_ROWS_MAX if is_made_once else SERIES_OF_A_ROW_MAX)


def _copies(*trees: exp.Expr) -> list[exp.Expr]:
    return [tree.copy() for tree in trees]


def _moments(called: FunctionCall, context: Context) -> RowSource:
    if len(called.arguments) != 3:
        raise no_function(called)
    start, stop, step = called.arguments
    is_zoned = not all(is_kind(one.type, "timestamp") or one.is_open for one in (start, stop))
    type = t.TIMESTAMPTZ if is_zoned else t.TIMESTAMP
    if is_zoned and context.session.timezone != "UTC":
        raise unsupported(
            "generate_series() over timestamptz in another zone than UTC",
            called.node,
            hint="Use timestamp without time zone.",
        )
    first, last = (call("pg_series_moment", cast_to(one, type, context).tree) for one in (start, stop))
    span = call("pg_series_interval", coerce(step, t.INTERVAL, context).tree)
    tree = call("pg_series_moments", first, last, span, _longest([first, last, span]))
    return RowSource(tree, None, type, call("generate_series", *_copies(first, last, span)))


def _unnest(called: FunctionCall, context: Context) -> RowSource:
    array = called.arguments[0]
    if array.type is None or not array.type.dimensions:
        raise no_function(called)
    return RowSource(array.tree, None, t.element_type(array.type), digits=array.digits)


def _json_elements(called: FunctionCall, context: Context) -> RowSource:
    listed = json_sets.elements(called, context)
    assert listed.type is not None
    return RowSource(listed.tree, "value", t.element_type(listed.type))


def _json_elements_text(called: FunctionCall, context: Context) -> RowSource:
    return RowSource(json_sets.element_texts(called, context), "value", t.TEXT)


def _json_keys(called: FunctionCall, context: Context) -> RowSource:
    return RowSource(json_sets.keys(called, context), None, t.TEXT)


def _split_table(called: FunctionCall, context: Context) -> RowSource:
    return RowSource(split_by_pattern(called, context), None, t.TEXT)


def _matches(called: FunctionCall, context: Context) -> RowSource:
    return RowSource(all_matches(called, context), None, t.type_of("text[]"))


def _string_table(called: FunctionCall, context: Context) -> RowSource:
    return RowSource(call("pg_string_to_array", *typed(called, context, t.TEXT, t.TEXT)), None, t.TEXT)


def _subscripts(called: FunctionCall, context: Context) -> RowSource:
    array = called.arguments[0]
    if array.type is None or not array.type.dimensions:
        raise no_function(called)
    count = call("len", array.tree)
    series = call("generate_series", t.number(1), count)
    if len(called.arguments) == 3:
        descends = coerce(called.arguments[2], t.BOOL, context).tree
        turned = call("list_reverse", series.copy())
        series = exp.Case(ifs=[exp.If(this=descends, true=turned)], default=series)
    return RowSource(engine_cast(series, "INTEGER[]"), None, t.INT4)


def _in_select(rows: object) -> Build:
    def build(called: FunctionCall, context: Context) -> Bound:
        source = row_source(called, context)
        digits = None if source.digits is None else call("unnest", source.digits)
        return Bound(call("unnest", source.tree), source.type, digits=digits)

    return build


ROWS = {
    "generate_series": (2, 3, generate_series),
    "unnest": (1, 1, _unnest),
    "json_array_elements": (1, 1, _json_elements),
    "jsonb_array_elements": (1, 1, _json_elements),
    "json_array_elements_text": (1, 1, _json_elements_text),
    "jsonb_array_elements_text": (1, 1, _json_elements_text),
    "json_object_keys": (1, 1, _json_keys),
    "jsonb_object_keys": (1, 1, _json_keys),
    "regexp_split_to_table": (2, 3, _split_table),
    "regexp_matches": (2, 3, _matches),
    "string_to_table": (2, 2, _string_table),
    "generate_subscripts": (2, 3, _subscripts),
}


def row_source(called: FunctionCall, context: Context) -> RowSource:
    least, most, build = ROWS[called.name]
    if not least <= len(called.arguments) <= most:
        raise no_function(called)
    return build(called, context)


SETS: dict[str, Function] = {
    name: Function(Use.SET, least, most, _in_select(build)) for name, (least, most, build) in ROWS.items()
}
