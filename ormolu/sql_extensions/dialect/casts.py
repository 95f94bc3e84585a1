"""Casts with PostgreSQL's meaning: strict integers from text, truncation to varchar(n), time zones, text forms."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from ormolu.errors import CannotCoerce, DatatypeMismatch, InvalidTextRepresentation, NumericValueOutOfRange
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.arrays import array_literal
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind, is_number, is_text
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType

_CLOCK = re.compile(r"(?<![\d:+-])(\d{1,2}:\d{2})(?![\d:])")
_INTEGER = re.compile(r"^\s*[+-]?\d+\s*$")
_OFFSET = re.compile(r":\d{2}(\.\d+)?\s*(Z|[+-]\d{1,2}(:?\d{2})?|[A-Za-z]{3,}[A-Za-z_/]*)\s*$")
_MOVING_DAYS = ("now", "today", "tomorrow", "yesterday", "allballs")
_TRUE = ("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1")
_FALSE = ("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0")
_INTEGER_RANGES = {"int2": 2**15, "int4": 2**31, "int8": 2**63}


def coerce(bound: Bound, type: DataType | None, context: Context) -> Bound:
    """Give an expression a type where PostgreSQL would do so unasked; open ones take it, others widen."""
    if type is None or (bound.type == type and not bound.is_open):
        return bound
    if bound.is_open:
        return cast_to(bound, type, context)
    if bound.type is None:
        return Bound(engine_cast(bound.tree, type), type)
    if is_kind(type, "numeric") and is_kind(bound.type, "numeric") and not type.modifiers:
        return bound
    if t.meet(bound.type, type) is None and not _is_same_family(bound.type, type):
        raise DatatypeMismatch(
            f"type {bound.type} cannot be used where {type} is expected",
            hint="You might need to add explicit type casts.",
            position=position(bound.tree),
        )
    return cast_to(bound, type, context)


def _is_same_family(source: DataType, target: DataType) -> bool:
    return (is_text(source) and is_text(target)) or (is_kind(source, *t.JSONS) and is_kind(target, *t.JSONS))


def settle(bound: Bound, context: Context) -> Bound:
    """An expression nobody gave a type: open literals and parameters are text."""
    return cast_to(bound, t.TEXT, context) if bound.is_open else bound


def cast_to(bound: Bound, type: DataType, context: Context) -> Bound:
    """CAST(x AS type) as PostgreSQL does it; the type's digits are filled in where it left them open."""
    if bound.is_open:
        return _cast_open(bound, type, context)
    source = bound.type
    if source is None:
        return _cast_unknown(bound, type)
    if source == type:
        return bound
    if is_text(type):
        return _limit(Bound(text_of(bound, context), t.TEXT), type)
    if type.dimensions or source.dimensions:
        return _cast_array(bound, type, context)
    if is_text(source):
        return _cast_text(bound.tree, type, context)
    if is_kind(source, *t.MOMENTS) and is_kind(type, *t.MOMENTS, "time"):
        return Bound(_cast_moment(bound.tree, source, type, context), type)
    if not _is_castable(source, type):
        raise CannotCoerce(f"cannot cast type {source} to {type}", position=position(bound.tree))
    if is_kind(source, "time") and is_kind(type, "interval"):
        return Bound(call("pg_time_interval", bound.tree), type)
    if is_kind(type, "numeric") and is_kind(source, *t.FLOATS):
        # Through its text: the engine's own cast shows digits that the float does not have.
        type = type if type.modifiers else t.NUMERIC
        return Bound(engine_cast(engine_cast(bound.tree, "VARCHAR"), type), type)
    if is_kind(type, "numeric") and not type.modifiers:
        type = t.numeric(*t.precision_and_scale(source)) if is_number(source) else t.NUMERIC
        return bound if is_kind(source, "numeric") else Bound(engine_cast(bound.tree, type), type)
    return Bound(engine_cast(bound.tree, type), type)


_CASTABLE = {
    "bool": ("int4",),
    "int2": t._WIDENING,
    "int4": (*t._WIDENING, "bool", "bit"),
    "int8": (*t._WIDENING, "bit"),
    "numeric": t._WIDENING,
    "float4": t._WIDENING,
    "float8": t._WIDENING,
    "json": t.JSONS,
    "jsonb": (*t.JSONS, *t._WIDENING, "bool"),
    "time": ("interval", "timetz"),
    "timetz": ("time",),
    "interval": ("time",),
}


def _is_castable(source: DataType, type: DataType) -> bool:
    return source.scalar == type.scalar or type.scalar.name in _CASTABLE.get(source.scalar.name, ())


def _limit(bound: Bound, type: DataType) -> Bound:
    """varchar(n) cuts what is longer, on an explicit cast."""
    if type.scalar.name in ("varchar", "bpchar") and type.modifiers:
        return Bound(call("left", bound.tree, t.number(type.modifiers[0])), type)
    return Bound(bound.tree, type)


def _cast_unknown(bound: Bound, type: DataType) -> Bound:
    """A type only the engine knows: strictness is decided there."""
    if is_kind(type, *t.INTEGERS):
        return Bound(engine_cast(call("pg_any_to_integer", bound.tree), type), type)
    if is_kind(type, "numeric") and not type.modifiers:
        type = t.NUMERIC
    return (
        _limit(Bound(engine_cast(bound.tree, "VARCHAR"), type), type)
        if is_text(type)
        else Bound(engine_cast(bound.tree, type), type)
    )


def _cast_array(bound: Bound, type: DataType, context: Context) -> Bound:
    assert bound.type is not None
    if is_text(bound.type) and not bound.type.dimensions:
        raise unsupported("casting a text column to an array", bound.tree, hint="Use string_to_array().")
    if bound.type.dimensions != type.dimensions:
        raise CannotCoerce(f"cannot cast type {bound.type} to {type}")
    return Bound(engine_cast(bound.tree, type), type)


def _cast_text(tree: exp.Expr, type: DataType, context: Context) -> Bound:
    if is_kind(type, *t.INTEGERS):
        return Bound(engine_cast(call("pg_text_to_integer", tree, t.string(str(type))), type), type)
    if is_kind(type, "numeric") and not type.modifiers:
        type = t.NUMERIC
    if is_kind(type, "timestamptz") and context.session.timezone != "UTC":
        return Bound(call("pg_text_to_timestamptz", tree, t.string(context.session.timezone)), type)
    if is_kind(type, "bool"):
        return Bound(call("pg_text_to_boolean", tree), type)
    if is_kind(type, "bytea"):
        return Bound(call("pg_text_to_bytea", tree), type)
    if is_kind(type, "date", "timestamp", "timestamptz", "time", "float4", "float8", "numeric", "uuid"):
        tree = call("trim", tree)
    return Bound(engine_cast(tree, type), type)


def _cast_moment(tree: exp.Expr, source: DataType, type: DataType, context: Context) -> exp.Expr:
    zone = context.session.timezone
    if is_kind(source, "timestamptz") and (zone != "UTC" or is_kind(type, "time")):
        tree = call("timezone", t.string(zone), tree)
    elif zone != "UTC" and is_kind(type, "timestamptz"):
        return call("timezone", t.string(zone), engine_cast(tree, t.TIMESTAMP))
    return engine_cast(tree, type)


def local(bound: Bound, context: Context) -> exp.Expr:
    """A timestamptz as the session's wall clock shows it; others as they are."""
    if not is_kind(bound.type, "timestamptz"):
        return bound.tree
    return call("timezone", t.string(context.session.timezone), bound.tree)


def text_of(bound: Bound, context: Context) -> exp.Expr:
    """PostgreSQL's text form of a value."""
    tree = bound.tree
    if bound.is_open:
        return cast_to(bound, t.TEXT, context).tree
    match bound.kind:
        case "text" | "varchar" | "name" | "xml" | "inet":
            return tree
        case "bpchar":
            return call("rtrim", tree)
        case "float4" | "float8":
            return call("pg_float_text", tree)
        case "interval":
            return call("pg_interval_text", tree)
        case "bytea":
            return call("pg_bytea_text", tree)
        case "timestamptz" if context.session.timezone != "UTC":
            return call("pg_timestamptz_text", tree, local(bound, context))
        case kind if kind.endswith("[]"):
            return call("pg_array_text", tree)
        case _:
            return engine_cast(tree, "VARCHAR")


# --- literals, NULL and parameters --------------------------------------------------------------------------


def _cast_open(bound: Bound, type: DataType, context: Context) -> Bound:
    tree = bound.tree
    match tree:
        case exp.Null():
            return Bound(engine_cast(tree, type), type)
        case exp.Parameter():
            return _cast_parameter(tree, type, context)
        case exp.Literal():
            return _cast_literal(tree, type, context)
        case _:
            return _cast_unknown(bound, type)


def _cast_parameter(tree: exp.Expr, type: DataType, context: Context) -> Bound:
    index = int(tree.this.name)
    given = context.parameter(index)
    if given is None:
        context.parameters[index] = type
        return Bound(tree, type)
    return cast_to(Bound(tree, given), type, context)


def _cast_literal(tree: exp.Expr, type: DataType, context: Context) -> Bound:
    value = tree.name
    if type.dimensions:
        return Bound(_array(value, type, context), type)
    match type.scalar.name:
        case "int2" | "int4" | "int8" as name:
            _check_integer(value, type, limit=_INTEGER_RANGES[name])
        case "numeric":
            return _numeric_literal(value, type)
        case "bool":
            return Bound(exp.Boolean(this=_boolean(value)), type)
        case "interval":
            return Bound(engine_cast(t.string(_interval(value)), type), type)
        case "date" | "timestamp" | "time" | "timestamptz":
            return _moment_literal(value, type, context)
        case "bytea":
            return Bound(call("pg_text_to_bytea", tree), type)
        case "text" | "varchar" | "bpchar" | "name" | "inet" | "xml":
            return _limit(Bound(tree, type), type)
        case _:
            pass
    return Bound(engine_cast(tree, type), type)


def _array(value: str, type: DataType, context: Context) -> exp.Expr:
    elements = array_literal(value)
    inner = t.element_type(type)
    trees = [
        cast_to(Bound(exp.Null() if item is None else t.string(item), None, is_open=True), inner, context).tree
        for item in elements
    ]
    return engine_cast(exp.Array(expressions=trees), type)


def _check_integer(value: str, type: DataType, *, limit: int) -> None:
    if not _INTEGER.match(value):
        raise InvalidTextRepresentation(f'invalid input syntax for type {type}: "{value}"')
    if not -limit <= int(value) < limit:
        raise NumericValueOutOfRange(f'value "{value}" is out of range for type {type}')


def _numeric_literal(value: str, type: DataType) -> Bound:
    try:
        decimal = Decimal(value.strip())
    except InvalidOperation as error:
        raise InvalidTextRepresentation(f'invalid input syntax for type numeric: "{value}"') from error
    if not decimal.is_finite():
        raise unsupported("NaN or infinity as a numeric")
    return Bound(
        engine_cast(t.string(format(decimal, "f")), type if type.modifiers else decimal_type(decimal)),
        type if type.modifiers else decimal_type(decimal),
    )


def decimal_type(value: Decimal) -> DataType:
    """The narrowest numeric that holds a constant."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(0, -exponent)
    precision = max(len(digits) + max(0, exponent), scale + 1)
    if precision > NUMERIC_PRECISION_MAX:
        raise unsupported(f"a number of more than {NUMERIC_PRECISION_MAX} digits")
    return t.numeric(precision, scale)


def _boolean(value: str) -> bool:
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise InvalidTextRepresentation(f'invalid input syntax for type boolean: "{value}"')


def _moment_literal(value: str, type: DataType, context: Context) -> Bound:
    word = value.strip()
    if word.lower() in _MOVING_DAYS:
        raise unsupported(f"the special {type} '{word}'", hint="Use now() or current_date.")
    if is_kind(type, "date") and re.match(r"^\d{8}$", word):
        word = f"{word[:4]}-{word[4:6]}-{word[6:]}"
    if is_kind(type, "timestamptz"):
        word = _CLOCK.sub(r"\1:00", word, count=1)
        if context.session.timezone != "UTC" and not _OFFSET.search(word):
            moment = engine_cast(t.string(word), t.TIMESTAMP)
            return Bound(call("timezone", t.string(context.session.timezone), moment), type)
    if is_kind(type, "timestamp") and re.search(r"\d{2}:\d{2}.*(Z|[+-]\d{1,2}(:?\d{2})?)\s*$", word):
        word = re.sub(r"\s*(Z|[+-]\d{1,2}(:?\d{2})?)\s*$", "", word)
    return Bound(engine_cast(t.string(word), type), type)


def _interval(value: str) -> str:
    """PostgreSQL's spellings that the engine does not read: `mon`, `h`, a bare number of seconds, hh:mm."""
    if re.match(r"^\s*[+-]?\d+(\.\d+)?\s*$", value):
        return f"{value.strip()} seconds"
    text = _CLOCK.sub(r"\1:00", value.strip().lstrip("@"))
    text = re.sub(r"\bmons?\b", "months", text, flags=re.IGNORECASE)
    if text.upper().startswith("P") or text.lower().endswith(" ago"):
        raise unsupported(f"the interval spelling '{value}'", hint="Write it as '1 day 02:00:00'.")
    return text
