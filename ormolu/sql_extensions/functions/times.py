"""Date and time functions. Moments with a zone are seen on the session's clock."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import cast_to, coerce, local, settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind
from ormolu.sql_extensions.functions.call import (
    Function,
    FunctionCall,
    constant,
    fit,
    no_function,
    plain,
    scalar,
    typed,
)
from ormolu.sql_extensions.functions.session import session_word
from ormolu.sql_extensions.time_formats import fixed_format, show_format
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values.zones import posix_offset, zone_name

_TRUNCATED = ("microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year",
              "decade", "century", "millennium")  # fmt: skip
_CLOCK_FIELDS = ("hour", "minute", "second", "milliseconds", "microseconds")
_PLURALS = {"century": "centuries", "millennium": "millennia"}
_WHOLE_FIELDS = ("century", "day", "decade", "dow", "doy", "hour", "isodow", "isoyear", "millennium", "minute", "month",
                 "quarter", "week", "year", "microseconds")  # fmt: skip


def _moment(called: FunctionCall, value: Bound, context: Context) -> Bound:
    """A date or time argument; open ones are read as timestamptz, as PostgreSQL prefers."""
    if value.is_open:
        return cast_to(value, t.TIMESTAMPTZ, context)
    if value.type is not None and not is_kind(value.type, *t.MOMENTS, "interval", "time"):
        raise no_function(called)
    return value


def _date_trunc(called: FunctionCall, context: Context) -> Bound:
    if len(called.arguments) == 2 and not isinstance(called.arguments[0].tree, exp.Literal):
        return _date_trunc_of_value(called, context)
    unit = constant(called, 0, "a unit").lower().removesuffix("s") if called.arguments[0].is_open else ""
    unit = {"microsecond": "microseconds", "millisecond": "milliseconds", "centurie": "century"}.get(unit, unit)
    if unit not in _TRUNCATED:
        raise unsupported(f"date_trunc('{unit}')", called.node)
    value = _moment(called, called.arguments[1], context)
    if len(called.arguments) == 3:
        return _trunc_in_zone(unit, cast_to(value, t.TIMESTAMPTZ, context), called.arguments[2], context)
    literal = t.string(unit)
    match value.kind:
        case "date":
            value = cast_to(value, t.TIMESTAMPTZ, context)
        case "interval":
            return _interval_trunc(called, unit, value)
        case "time":
            raise no_function(called)
        case "?":
            return Bound(call("date_trunc", literal, value.tree), None)
    truncated = engine_cast(_truncated(unit, local(value, context)), t.TIMESTAMP)
    if is_kind(value.type, "timestamptz"):
        return Bound(call("timezone", t.string(context.session.timezone), truncated), t.TIMESTAMPTZ)
    return Bound(truncated, t.TIMESTAMP)


def _trunc_in_zone(unit: str, value: Bound, zone: Bound, context: Context) -> Bound:
    """Truncated on the wall clock of a zone."""
    named = coerce(zone, t.TEXT, context).tree
    truncated = engine_cast(_truncated(unit, call("timezone", named, value.tree)), t.TIMESTAMP)
    return Bound(call("timezone", named.copy(), truncated), t.TIMESTAMPTZ)


# Of an interval's months, days and microseconds: the whole units that are kept; no days or clock behind a larger unit.
_INTERVAL_UNITS = {
    "microseconds": (1, 1, 1), "milliseconds": (1, 1, 1_000), "second": (1, 1, 1_000_000), "minute": (1, 1, 60_000_000),
    "hour": (1, 1, 3_600_000_000), "day": (1, 1, 0), "month": (1, 0, 0), "quarter": (3, 0, 0), "year": (12, 0, 0),
    "decade": (120, 0, 0), "century": (1_200, 0, 0), "millennium": (12_000, 0, 0),
}  # fmt: skip


def _interval_trunc(called: FunctionCall, unit: str, value: Bound) -> Bound:
    if unit not in _INTERVAL_UNITS:
        raise unsupported(f'unit "{unit}" for type interval', called.node)
    kept = [t.number(part) for part in _INTERVAL_UNITS[unit]]
    return Bound(call("pg_interval_trunc", value.tree, *kept), t.INTERVAL)


def _truncated(unit: str, moment: exp.Expr) -> exp.Expr:
    """Centuries and millennia begin with their year 1; the engine's with the year 0."""
    if unit not in ("century", "millennium"):
        return call("date_trunc", t.string(unit), moment)
    year = engine_cast(t.string("1 year"), t.INTERVAL)
    before = exp.Paren(this=exp.Sub(this=moment, expression=year))
    return exp.Paren(this=exp.Add(this=call("date_trunc", t.string(unit), before), expression=year.copy()))


def _date_trunc_of_value(called: FunctionCall, context: Context) -> Bound:
    """The unit is a parameter or comes from a row: a case for each."""
    given, value = called.arguments
    unit = call("lower", coerce(given, t.TEXT, context).tree)
    chosen = exp.Case()
    whole: Bound | None = None
    for name in _TRUNCATED:
        literal = Bound(t.string(name), None, is_open=True)
        whole = _date_trunc(replace(called, arguments=(literal, value)), context)
        spellings = [t.string(each) for each in (name, name.removesuffix("s"), _PLURALS.get(name, f"{name}s"))]
        chosen = chosen.when(exp.In(this=unit.copy(), expressions=spellings), whole.tree)
    told = exp.Concat(expressions=[t.string('22023: unit "'), unit.copy(), t.string('" not recognized')])
    assert whole is not None
    return Bound(chosen.else_(call("error", told)), whole.type)


def extract_field(node: exp.Expr, field: str, value: Bound, context: Context) -> Bound:
    """EXTRACT: numeric in PostgreSQL, whole for calendar fields, with six digits for seconds and epoch."""
    called = FunctionCall(name="extract", node=node, arguments=(value,))
    value = _moment(called, value, context)
    singular = field if field in ("microseconds", "milliseconds") else field.removesuffix("s")
    field = {"microsecond": "microseconds", "millisecond": "milliseconds"}.get(singular, singular)
    if is_kind(value.type, "date") and field in _CLOCK_FIELDS:
        raise unsupported(f'unit "{field}" for type date', node)
    match field:
        case "epoch":
            if is_kind(value.type, "date"):
                return Bound(engine_cast(call("date_part", t.string("epoch"), value.tree), "BIGINT"), t.WHOLE_NUMERIC)
            absolute = value.tree if is_kind(value.type, "timestamptz") else _for_fields(value, context)
            return Bound(call("pg_epoch", absolute), t.numeric(24, 6))
        case "second":
            return Bound(call("pg_seconds", _for_fields(value, context)), t.numeric(10, 6))
        case "milliseconds":
            return Bound(call("pg_milliseconds", _for_fields(value, context)), t.numeric(12, 3))
        case "julian" if is_kind(value.type, *t.MOMENTS):
            moment = _for_fields(value, context)
            if is_kind(value.type, "date"):
                return Bound(engine_cast(call("julian", moment), t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)
            raise unsupported("EXTRACT(JULIAN) of a timestamp", node, hint="Cast it to date.")
        case "timezone" | "timezone_hour" | "timezone_minute" if is_kind(value.type, "timestamptz"):
            unit = {"timezone": 1, "timezone_hour": 3_600, "timezone_minute": 60}[field]
            offset = call("pg_zone_part", local(value, context), value.tree.copy(), t.number(unit))
            return Bound(engine_cast(offset, t.WHOLE_NUMERIC), t.WHOLE_NUMERIC)
        case _ if field in _WHOLE_FIELDS:
            type = t.numeric(19, 0)
            return Bound(engine_cast(call("date_part", t.string(field), _for_fields(value, context)), type), type)
        case _:
            raise unsupported(f"EXTRACT({field.upper()})", node)


def _for_fields(value: Bound, context: Context) -> exp.Expr:
    return local(value, context)


def _date_part(called: FunctionCall, context: Context) -> Bound:
    field = constant(called, 0, "a field").lower()
    extracted = extract_field(called.node, field, called.arguments[1], context)
    return Bound(engine_cast(extracted.tree, t.FLOAT8), t.FLOAT8)


def _age(called: FunctionCall, context: Context) -> Bound:
    moments = [_moment(called, one, context) for one in called.arguments]
    if len(moments) == 1:
        midnight = engine_cast(engine_cast(_today(context), t.DATE), t.TIMESTAMP)
        trees = [midnight, engine_cast(local(moments[0], context), t.TIMESTAMP)]
    else:
        trees = [engine_cast(local(one, context), t.TIMESTAMP) for one in moments]
    return Bound(call("pg_age", *trees), t.INTERVAL)


def _today(context: Context) -> exp.Expr:

    return session_word("current_date", context).tree


def _to_char(called: FunctionCall, context: Context) -> Bound:
    value = called.arguments[0]
    form = constant(called, 1, "a format")
    if is_kind(value.type, *t.MOMENTS):
        return Bound(_written_moment(value, form, context), t.TEXT)
    if is_kind(value.type, "interval"):
        parts = [
            engine_cast(call(f"pg_interval_{part}", value.tree.copy()), t.INT8) for part in ("months", "days", "us")
        ]
        return Bound(call("pg_interval_to_char", *parts, t.string(form)), t.TEXT)
    if t.is_number(value.type):
        kind = value.kind if is_kind(value.type, "numeric", *t.FLOATS) else "int"
        return Bound(call("pg_number_to_char", text_of(value, context), t.string(form), t.string(kind)), t.TEXT)
    raise no_function(called)


def _written_moment(value: Bound, form: str, context: Context) -> exp.Expr:
    """In the engine's words where it has them, else a value at a time."""
    shown = show_format(form, engine_cast(local(value, context), t.TIMESTAMP))
    if shown is not None:
        return shown
    # A date is a moment of the session's zone, as in PostgreSQL.
    moment = cast_to(value, t.TIMESTAMPTZ, context) if is_kind(value.type, "date") else value
    zone = context.session.timezone if is_kind(moment.type, "timestamptz") else ""
    finite = exp.Case(ifs=[exp.If(this=call("isfinite", moment.tree.copy()), true=call("epoch_us", moment.tree))])
    return call("pg_moment_to_char", engine_cast(finite, t.INT8), t.string(form), t.string(zone))


def _read(called: FunctionCall, context: Context) -> exp.Expr:
    """The timestamp that a text shows in a pattern."""
    text = fit(called, called.arguments[0], t.TEXT, context).tree
    form = constant(called, 1, "a format")
    read = call("pg_read_moment", text, t.string(form))
    fixed = fixed_format(form)
    if fixed is None:
        return read
    codes, texts = fixed
    is_plain = call("regexp_full_match", text.copy(), t.string(texts))
    plain = call("try_strptime", text.copy(), t.string(codes))
    return exp.Case(ifs=[exp.If(this=is_plain, true=call("coalesce", plain, read.copy()))], default=read)


def _to_date(called: FunctionCall, context: Context) -> Bound:
    return Bound(engine_cast(_read(called, context), t.DATE), t.DATE)


def _to_timestamp(called: FunctionCall, context: Context) -> Bound:
    if len(called.arguments) == 1:
        seconds = cast_to(called.arguments[0], t.FLOAT8, context)
        return Bound(call("to_timestamp", seconds.tree), t.TIMESTAMPTZ)
    return Bound(call("timezone", t.string(context.session.timezone), _read(called, context)), t.TIMESTAMPTZ)


def _make_timestamp(called: FunctionCall, context: Context) -> Bound:
    parts = typed(called, context, t.INT4, t.INT4, t.INT4, t.INT4, t.INT4, t.FLOAT8)
    return Bound(call("make_timestamp", *parts), t.TIMESTAMP)


def _make_timestamptz(called: FunctionCall, context: Context) -> Bound:
    made = replace(called, arguments=called.arguments[:6])
    zone = t.string(context.session.timezone)
    if len(called.arguments) > 6:
        zone = coerce(called.arguments[6], t.TEXT, context).tree
    return Bound(call("timezone", zone, _make_timestamp(made, context).tree), t.TIMESTAMPTZ)


def _is_finite(called: FunctionCall, context: Context) -> Bound:
    value = _moment(called, called.arguments[0], context)
    if is_kind(value.type, "interval"):
        given = exp.Not(this=exp.Is(this=value.tree, expression=exp.Null()))
        return Bound(exp.Case(ifs=[exp.If(this=given, true=exp.true())]), t.BOOL)
    return Bound(call("isfinite", value.tree), t.BOOL)


def _make_interval(called: FunctionCall, context: Context) -> Bound:
    names = ("years", "months", "weeks", "days", "hours", "mins", "secs")
    given = dict(zip(names, called.arguments, strict=False)) | dict(called.named)
    makers = ("to_years", "to_months", "to_weeks", "to_days", "to_hours", "to_minutes", "to_seconds")
    total: exp.Expr = engine_cast(t.string("0 seconds"), t.INTERVAL)
    for name, maker in zip(names, makers, strict=True):
        if name in given:
            wanted = t.FLOAT8 if name == "secs" else t.INT4
            total = exp.Add(this=total, expression=call(maker, cast_to(given[name], wanted, context).tree))
    return Bound(exp.Paren(this=total), t.INTERVAL)


def _timezone(called: FunctionCall, context: Context) -> Bound:
    zone = called.arguments[0]
    if not is_kind(zone.type, "interval"):
        zone = fit(called, zone, t.TEXT, context)
    value = _moment(called, settle(called.arguments[1], context), context)
    result = t.TIMESTAMP if is_kind(value.type, "timestamptz") else t.TIMESTAMPTZ
    return in_zone(value, zone, result, context)


def in_zone(moment: Bound, zone: Bound, result: DataType, context: Context) -> Bound:
    """A moment on the clock of a zone, or of an offset from UTC."""
    offset = _offset_of(zone)
    if offset is None:
        return Bound(call("timezone", _zone_name(coerce(zone, t.TEXT, context).tree), moment.tree), result)
    utc = t.string("UTC")
    if is_kind(moment.type, "timestamptz"):
        return Bound(exp.Paren(this=exp.Add(this=call("timezone", utc, moment.tree), expression=offset)), result)
    return Bound(call("timezone", utc, exp.Paren(this=exp.Sub(this=moment.tree, expression=offset))), result)


def _offset_of(zone: Bound) -> exp.Expr | None:
    """The interval east of UTC: as one, as an abbreviation (whatever the season), or as POSIX writes it, westwards."""
    if is_kind(zone.type, "interval"):
        return zone.tree
    seconds = posix_offset(zone.tree.name) if isinstance(zone.tree, exp.Literal) else None
    return None if seconds is None else engine_cast(t.string(f"{seconds} seconds"), t.INTERVAL)


def _zone_name(tree: exp.Expr) -> exp.Expr:
    """A zone's name in the case that the engine wants."""
    known = zone_name(tree.name) if isinstance(tree, exp.Literal) else None
    return tree if known is None else t.string(known)


def _date_bin(called: FunctionCall, context: Context) -> Bound:
    stride = fit(called, called.arguments[0], t.INTERVAL, context)
    value = _moment(called, called.arguments[1], context)
    type = t.TIMESTAMPTZ if is_kind(value.type, "timestamptz") else t.TIMESTAMP
    trees = [cast_to(one, type, context).tree for one in (value, called.arguments[2])]
    return Bound(engine_cast(call("time_bucket", call("pg_bin_interval", stride.tree), *trees), type), type)


TIMES: dict[str, Function] = {
    "date_trunc": scalar(2, 3, _date_trunc),
    "date_part": scalar(2, 2, _date_part),
    "age": scalar(1, 2, _age),
    "to_char": scalar(2, 2, _to_char),
    "to_date": scalar(2, 2, _to_date),
    "to_timestamp": scalar(1, 2, _to_timestamp),
    "make_date": plain("make_date", t.DATE, t.INT4, t.INT4, t.INT4),
    "make_time": plain("make_time", t.TIME, t.INT4, t.INT4, t.FLOAT8),
    "make_timestamp": scalar(6, 6, _make_timestamp),
    "make_interval": scalar(0, 7, _make_interval,
                            named=("years", "months", "weeks", "days", "hours", "mins", "secs")),
    "timezone": scalar(2, 2, _timezone),
    "date_bin": scalar(3, 3, _date_bin),
    "justify_hours": plain("pg_justify_hours", t.INTERVAL, t.INTERVAL),
    "justify_days": plain("pg_justify_days", t.INTERVAL, t.INTERVAL),
    "justify_interval": plain("pg_justify_interval", t.INTERVAL, t.INTERVAL),
    "isfinite": scalar(1, 1, _is_finite),
    "make_timestamptz": scalar(6, 7, _make_timestamptz),
}  # fmt: skip
