"""Casts with PostgreSQL's meaning: strict integers from text, truncation to varchar(n), time zones, text forms."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from sqlglot import exp

from ormolu.errors import CannotCoerce, DatatypeMismatch
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.narrow import in_64_bits
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.rows import row_fields
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast, is_kind, is_number, is_text
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, SCALARS, DataType
from ormolu.sql_extensions.values.reading import read_value
from ormolu.sql_extensions.values.style import PLAIN, ValueStyle


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
        return _cast_unknown(bound, type, context)
    if source == type:
        return bound
    if is_kind(source, "bpchar") and is_kind(type, "bpchar") and not type.modifiers:
        return replace(bound, type=type)
    if is_text(type):
        return _limit(Bound(text_of(bound, context), t.TEXT), type, context)
    if type.dimensions or source.dimensions:
        return _cast_array(bound, type, context)
    if is_text(source):
        return _cast_text(bound.tree, type, context)
    if is_kind(source, *t.MOMENTS) and is_kind(type, *t.MOMENTS, "time"):
        return Bound(_cast_moment(bound.tree, source, type, context), type)
    if not _is_castable(source, type):
        raise CannotCoerce(f"cannot cast type {source} to {type}", position=position(bound.tree))
    if is_kind(source, "jsonb") and (is_number(type) or is_kind(type, "bool")):
        return _cast_jsonb(bound, type)
    if is_kind(source, "time") and is_kind(type, "interval"):
        return Bound(call("pg_time_interval", bound.tree), type)
    if is_kind(source, "interval") and is_kind(type, "time"):
        return Bound(call("pg_wrapped_time", call("pg_interval_us", bound.tree)), type)
    if is_kind(type, "numeric") and is_kind(source, *t.FLOATS):
        # Through its text: the engine's own cast shows digits that the float does not have.
        shown = call(f"pg_digits_of_{'real' if is_kind(source, 'float4') else 'double'}", bound.tree.copy())
        digits = None if type.modifiers else shown
        type = type if type.modifiers else t.NUMERIC
        return Bound(engine_cast(engine_cast(bound.tree, "VARCHAR"), type), type, digits=digits)
    if is_kind(type, "numeric") and not type.modifiers:
        type = t.numeric(*t.precision_and_scale(source)) if is_number(source) else t.NUMERIC
        return bound if is_kind(source, "numeric") else Bound(engine_cast(bound.tree, type), type)
    tree = engine_cast(bound.tree, type)
    return Bound(tree, type, narrow=None if bound.narrow is None else in_64_bits(tree, type))


def _cast_jsonb(bound: Bound, type: DataType) -> Bound:
    """A number or a boolean out of a jsonb that is one; 22023 for any other."""
    if is_kind(type, "bool"):
        return Bound(call("pg_jsonb_boolean", bound.tree), type)
    digits = engine_cast(call("pg_jsonb_number", bound.tree, t.string(str(type))), "VARCHAR")
    if is_kind(type, "numeric") and not type.modifiers:
        return Bound(engine_cast(digits, t.NUMERIC), t.NUMERIC, digits=digits.copy())
    return Bound(engine_cast(digits, type), type)


_CASTABLE = {
    "bool": ("int4",),
    "int2": (*t._WIDENING, "oid"),
    "int4": (*t._WIDENING, "bool", "oid"),
    "int8": (*t._WIDENING, "oid"),
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


def _limit(bound: Bound, type: DataType, context: Context) -> Bound:
    """varchar(n) cuts what is longer, char(n) fills what is shorter too, on an explicit cast."""
    tree = bound.tree
    if type.scalar.name in ("name", "inet"):
        return Bound(_read_text(tree, type, context), type)
    if type.scalar.name in ("varchar", "bpchar") and type.modifiers:
        tree = call("left", tree, t.number(type.modifiers[0]))
    if type.scalar.name == "bpchar" and type.modifiers:
        tree = call("rpad", tree, t.number(type.modifiers[0]), t.string(" "))
    return Bound(tree, type)


def _cast_unknown(bound: Bound, type: DataType, context: Context) -> Bound:
    """A type only the engine knows: strictness is decided there."""
    if is_kind(type, *t.INTEGERS):
        return Bound(engine_cast(call("pg_any_to_integer", bound.tree), type), type)
    if is_kind(type, "numeric") and not type.modifiers:
        type = t.NUMERIC
    return (
        _limit(Bound(engine_cast(bound.tree, "VARCHAR"), type), type, context)
        if is_text(type)
        else Bound(engine_cast(bound.tree, type), type)
    )


def _cast_array(bound: Bound, type: DataType, context: Context) -> Bound:
    assert bound.type is not None
    if is_text(bound.type) and not bound.type.dimensions:
        raise unsupported("casting a text column to an array", bound.tree, hint="Use string_to_array().")
    if bound.type.dimensions and type.dimensions:
        type = replace(type, dimensions=bound.type.dimensions)
        if type.scalar == bound.type.scalar and not type.modifiers:
            return bound
    if bound.type.dimensions != type.dimensions:
        raise CannotCoerce(f"cannot cast type {bound.type} to {type}")
    if bound.type.scalar.name in t.TEXTS and type.scalar.name not in t.TEXTS:
        return _cast_texts(bound, type, context)
    return Bound(engine_cast(bound.tree, type), type)


def _cast_texts(bound: Bound, type: DataType, context: Context) -> Bound:
    """Each text of an array as PostgreSQL reads its type; the engine reads other spellings."""
    if type.dimensions > 1 or type.scalar.name == "bytea" or type.scalar.name.startswith("reg"):
        raise unsupported(f"casting {bound.type} to {type}", bound.tree)
    style = t.string(context.session.style.text)
    read = call("pg_read_texts", bound.tree, t.string(str(t.element_type(type))), style)
    digits = read.copy() if type.scalar.name == "numeric" and not type.modifiers else None
    return Bound(engine_cast(read, type), type, digits=digits)


def _cast_text(tree: exp.Expr, type: DataType, context: Context) -> Bound:
    if is_kind(type, *t.INTEGERS):
        return Bound(engine_cast(call("pg_text_to_integer", tree, t.string(str(type))), type), type)
    if is_kind(type, "bool"):
        return Bound(call("pg_text_to_boolean", tree), type)
    name, spelled = type.scalar.name, type
    if name == "numeric" and not type.modifiers:
        type = t.NUMERIC
    if name not in _READ_TEXTS:
        return Bound(engine_cast(tree, type), type)
    read = _read_text(tree, spelled, context)
    digits = read.copy() if name == "numeric" and not spelled.modifiers else None
    odd = call("from_hex", read) if name == "bytea" else engine_cast(read, type)
    plain = _plain_number(type) if name == "numeric" else _PLAIN_TEXTS.get(name)
    if plain is None:
        return Bound(odd, type)
    # What the engine reads as PostgreSQL does goes past the reader, which takes a value at a time.
    is_plain = call("regexp_full_match", tree.copy(), t.string(plain))
    whole = exp.Case(ifs=[exp.If(this=is_plain, true=engine_cast(tree, type))], default=odd)
    return Bound(whole, type, digits=digits)


def _read_text(tree: exp.Expr, type: DataType, context: Context) -> exp.Expr:
    return call("pg_read_text", tree.copy(), t.string(str(type)), t.string(context.session.style.text))


def _plain_number(type: DataType) -> str:
    """Numbers that fit the type however they are rounded."""
    precision, scale = type.modifiers
    return (
        rf"-?\d{{1,{max(precision - scale - 1, 1)}}}(\.\d{{1,{max(scale, 1)}}})?"
        if precision - scale > 1
        else r"0(\.0)?"
    )


_DAY = r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
_PLAIN_TEXTS = {
    "date": _DAY,
    "timestamp": _DAY + r"([ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?)?",
    "timestamptz": _DAY + r"[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4])(:[0-5]\d)?)",
    "time": r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?",
    "float8": r"-?\d{1,15}(\.\d{1,15})?",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
}
_ODD_TEXTS = (
    "timetz",
    "interval",
    "float4",
    "numeric",
    "json",
    "jsonb",
    "bytea",
    "bit",
    "varbit",
    "oid",
    "xid",
    "pg_lsn",
)
_READ_TEXTS = frozenset((*_PLAIN_TEXTS, *_ODD_TEXTS, '"char"'))


def _cast_moment(tree: exp.Expr, source: DataType, type: DataType, context: Context) -> exp.Expr:
    zone = context.session.timezone
    if is_kind(source, "timestamptz") and (zone != "UTC" or is_kind(type, "time")):
        tree = call("timezone", t.string(zone), tree)
    elif zone != "UTC" and is_kind(type, "timestamptz"):
        return call("timezone", t.string(zone), engine_cast(tree, t.TIMESTAMP))
    return engine_cast(tree, type)


def rounded_moment(bound: Bound, type: DataType, context: Context) -> Bound:
    """CAST(x AS timestamp(n)): rounded to so many digits of a second."""
    whole = cast_to(bound, DataType(type.scalar), context)
    unit = 10 ** (6 - type.modifiers[0])
    name = "pg_round_time" if is_kind(type, "time", "timetz") else "pg_round_moment"
    return Bound(call(name, whole.tree, t.number(unit)), type, has_modifiers=True)


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
    if bound.digits is not None and bound.kind != "record":
        digits = bound.digits.copy()
        return call("pg_array_text", digits) if bound.type is not None and bound.type.dimensions else digits
    match bound.kind:
        case "text" | "varchar" | "name" | "xml" | "inet":
            return tree
        case "bpchar":
            return call("rtrim", tree)
        case "float4" | "float8":
            return call("pg_float_text", tree)
        case "interval" if context.session.style.interval_form != "postgres":
            return _written(tree, "interval", context)
        case "interval":
            return call("pg_interval_text", tree)
        case "bytea" if context.session.style.bytea_form != "hex":
            return _written(call("hex", tree), "bytea", context)
        case "bytea":
            return call("pg_bytea_text", tree)
        case "jsonb":
            return _written(tree, "jsonb", context)
        case "record":
            return _row_text(bound, context)
        case "date" | "timestamp" | "timestamptz" as name:
            return _moment_text(bound, name, context)
        case kind if kind.endswith("[]"):
            return _array_text(bound, context)
        case _:
            return engine_cast(tree, "VARCHAR")


def _row_text(bound: Bound, context: Context) -> exp.Expr:
    fields = [call("pg_row_item", text_of(field, context)) for _, field in row_fields(bound)]
    listed = call("concat_ws", t.string(","), *fields) if fields else t.string("")
    text = call("concat", t.string("("), listed, t.string(")"))
    if isinstance(bound.tree, exp.Struct):
        return text
    given = exp.Not(this=exp.Is(this=bound.tree.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=given, true=text)])


# Arrays whose elements the engine writes in its own way, and what writes them instead.
_ARRAY_TEXTS = {"float4": "pg_float_text", "float8": "pg_float_text", "interval": "pg_interval_text"}
_PLAIN_ELEMENTS = ("bool", "int2", "int4", "int8", "numeric", "text", "varchar", "name", "uuid", "date", "timestamp",
                   "time", "json", "oid", "bit", "varbit")  # fmt: skip


def _array_text(bound: Bound, context: Context) -> exp.Expr:
    assert bound.type is not None
    name, style = bound.type.scalar.name, context.session.style
    is_styled = name in ("date", "timestamp") and style.date_form != "ISO"
    is_styled |= name == "interval" and style.interval_form != "postgres"
    if name in _ARRAY_TEXTS and bound.type.dimensions == 1 and not is_styled:
        return call(f"{_ARRAY_TEXTS[name]}_array", bound.tree)
    if name not in _PLAIN_ELEMENTS or bound.type.dimensions > 1 or is_styled:
        raise unsupported(f"the text of {bound.type}", bound.tree, hint="Select the array itself, or unnest it.")
    return call("pg_array_text", bound.tree)


def _written(tree: exp.Expr, name: str, context: Context) -> exp.Expr:
    """The engine's text rewritten a value at a time, in the session's style."""
    return call("pg_write_text", engine_cast(tree, "VARCHAR"), t.string(name), t.string(context.session.style.text))


# Between them zones have whole minutes, and the engine's text of years is PostgreSQL's.
_PLAIN_YEARS = ("1973-01-01", "2037-01-01")


def _moment_text(bound: Bound, name: str, context: Context) -> exp.Expr:
    tree = bound.tree
    written = _written(tree.copy(), name, context)
    if context.session.style.date_form != "ISO":
        return written
    low, high = (engine_cast(t.string(day), DataType(SCALARS[name])) for day in _PLAIN_YEARS)
    if name != "timestamptz" or context.session.timezone == "UTC":
        low = engine_cast(t.string("0001-01-01"), DataType(SCALARS[name]))
        plain = engine_cast(tree, "VARCHAR")
        is_plain: exp.Expr = exp.GTE(this=tree.copy(), expression=low)
    else:
        plain = call("pg_timestamptz_text", tree, local(bound, context))
        is_plain = exp.Between(this=tree.copy(), low=low, high=high)
    return exp.Case(ifs=[exp.If(this=is_plain, true=plain)], default=written)


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
            return _cast_unknown(bound, type, context)


def _cast_parameter(tree: exp.Expr, type: DataType, context: Context) -> Bound:
    index = int(tree.this.name)
    given = context.parameter(index)
    if given is None:
        context.parameters[index] = type
        return Bound(tree, type)
    return cast_to(Bound(tree, given), type, context)


def _cast_literal(tree: exp.Expr, type: DataType, context: Context) -> Bound:
    if type.scalar.name.startswith("reg"):
        return Bound(engine_cast(tree, type), type)
    value = read_value(tree.name, type, _style(tree.name, type, context))
    if is_kind(type, "numeric") and not type.modifiers:
        assert isinstance(value, str)
        type = decimal_type(Decimal(value))
    if isinstance(value, list):
        # PostgreSQL's int[] holds arrays of any depth: the literal says how deep this one is.
        type = DataType(type.scalar, type.modifiers, _depth(value))
    if type.dimensions and type.scalar.name == "numeric" and not type.modifiers:
        type = DataType(type.scalar, _widest(value), type.dimensions)
        shown = _engine_value(value, DataType(SCALARS["text"], (), type.dimensions))
        return Bound(_engine_value(value, type), type, digits=shown)
    return Bound(_engine_value(value, type), type)


_STYLED = frozenset(("date", "time", "timetz", "timestamp", "timestamptz", "interval"))
_MOVING = re.compile(r"\b(now|today|tomorrow|yesterday)\b", re.IGNORECASE)


def _style(text: str, type: DataType, context: Context) -> ValueStyle:
    """The session's style, where the type's text depends on it; a word as `today` asks for its time too."""
    if type.scalar.name not in _STYLED:
        return PLAIN
    style = context.session.style
    is_zoned = type.scalar.name == "timetz" and style.time_zone != "UTC"
    if not is_zoned and not _MOVING.search(text):
        return style
    context.reads_session = True
    return replace(style, now=context.session.now)


def _engine_value(value: object, type: DataType) -> exp.Expr:
    """What was read as a constant of the engine's."""
    match value:
        case None:
            return engine_cast(exp.Null(), type)
        case list():
            items = [_engine_value(item, t.element_type(type)) for item in value]
            return engine_cast(exp.Array(expressions=items), type)
        case bool():
            return exp.Boolean(this=value)
        case bytes():
            return call("from_hex", t.string(value.hex()))
        case str() if is_text(type) or is_kind(type, "bit", "varbit", '"char"'):
            return t.string(value)
        case _:
            return engine_cast(t.string(str(value)), type)


def _depth(value: object) -> int:
    return 1 + _depth(value[0] if value else None) if isinstance(value, list) else 0


def _widest(value: object) -> tuple[int, int]:
    """The digits that hold every number of an array."""
    flat, numbers = [value], [Decimal(0)]
    while flat:
        item = flat.pop()
        if isinstance(item, list):
            flat += item
        elif item is not None:
            numbers.append(Decimal(str(item)))
    digits = [t.precision_and_scale(decimal_type(number)) for number in numbers]
    scale = max(scale for _, scale in digits)
    return t.precision_and_scale(t.numeric(max(precision - scale for precision, scale in digits) + scale, scale))


def decimal_type(value: Decimal) -> DataType:
    """The narrowest numeric that holds a constant."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(0, -exponent)
    precision = max(len(digits) + max(0, exponent), scale + 1)
    if precision > NUMERIC_PRECISION_MAX:
        raise unsupported(f"a number of more than {NUMERIC_PRECISION_MAX} digits")
    return t.numeric(precision, scale)
