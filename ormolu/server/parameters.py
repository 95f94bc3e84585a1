"""Parameters of Bind, text or binary, as values for the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from ormolu.errors import FeatureNotSupported, IndeterminateDatatype, ProtocolViolation
from ormolu.server import messages as m
from ormolu.server.settings import Settings
from ormolu.server.types.binary_input import read_binary, read_utf8
from ormolu.server.types.encoders import BINARY
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, SCALARS, UNSUPPORTED_OIDS, DataType
from ormolu.sql_extensions.values.numbers import too_long
from ormolu.sql_extensions.values.reading import read_value
from ormolu.sql_extensions.values.style import PLAIN, ValueStyle, date_style

_BY_OID = {scalar.oid: DataType(scalar) for scalar in SCALARS.values()} | {
    scalar.array_oid: DataType(scalar, (), 1) for scalar in SCALARS.values()
}
TEXT_TYPE = DataType(SCALARS["text"])
# unknown, regclass, regtype, void: types that clients name for parameters
_ALSO = {705: "text", 2205: "text", 2206: "text", 2278: "text"}


def type_of_oid(oid: int) -> DataType | None:
    """The type that a client names by OID; None where it left it to the server (0)."""
    if oid == 0:
        return None
    if oid in UNSUPPORTED_OIDS:
        raise FeatureNotSupported(f"parameters of type {UNSUPPORTED_OIDS[oid]} are not supported", hint="Send text.")
    if oid in _ALSO:
        return DataType(SCALARS[_ALSO[oid]])
    return _BY_OID.get(oid, TEXT_TYPE)


def declared_types(types: tuple[DataType, ...], oids: Sequence[int]) -> tuple[DataType, ...]:
    """The types of what a statement reads, and those beyond that a client declares: it sends values for them too."""
    declared = [type_of_oid(oid) for oid in oids[len(types) :]]
    for number, kind in enumerate(declared, start=len(types) + 1):
        if kind is None:
            raise IndeterminateDatatype(f"could not determine data type of parameter ${number}")
    return (*types, *(kind for kind in declared if kind is not None))


def value_style(settings: Settings) -> ValueStyle:
    """How the session reads and writes values."""
    form, order = date_style(settings.get("datestyle"))
    return ValueStyle(
        time_zone=settings.time_zone,
        date_form=form,
        date_order=order,
        interval_form=settings.get("intervalstyle"),
        bytea_form=settings.get("bytea_output"),
        float_digits=int(settings.get("extra_float_digits")),
    )


def result_formats(formats: Sequence[int], count: int) -> tuple[int, ...]:
    """Spread Bind's formats over the columns: none is all text, one is for all."""
    if len(formats) in (0, 1):
        return (formats[0] if formats else 0,) * count
    if len(formats) != count:
        raise ProtocolViolation(f"bind message has {len(formats)} result formats but query has {count} columns")
    return tuple(formats)


def decode_parameters(message: m.Bind, types: Sequence[DataType], settings: Settings) -> tuple[object, ...]:
    if len(message.parameters) != len(types):
        raise ProtocolViolation(
            f"bind message supplies {len(message.parameters)} parameters, "
            f'but prepared statement "{message.statement}" requires {len(types)}'
        )
    count = len(message.parameter_formats)
    if count > 1 and count != len(types):
        raise ProtocolViolation(f"bind message has {count} parameter formats but {len(types)} parameters")
    if not types:
        return ()
    formats = message.parameter_formats if count > 1 else (message.parameter_formats or (0,)) * len(types)
    style = value_style(settings)
    return tuple(
        None if data is None else decode(data, kind, code, style)
        for data, kind, code in zip(message.parameters, types, formats, strict=True)
    )


def decode(data: bytes, kind: DataType, code: int, style: ValueStyle = PLAIN) -> object:
    """Read one value as the engine takes it; 22P02, 22003, 22007, 22008, 22021 or 22P03 where it is not of its type."""
    if code == BINARY:
        return _listed(read_binary(data, kind), kind)
    return decode_text(read_utf8(data), kind, style)


def decode_text(text: str, kind: DataType, style: ValueStyle = PLAIN) -> object:
    return _listed(_typed(read_value(text, kind, style), kind), kind)


def _listed(value: object, kind: DataType) -> object:
    """Floats in arrays as text: the engine's driver takes a NaN in a list for NULL."""
    if not isinstance(value, list) or kind.scalar.name not in ("float4", "float8"):
        return value
    return [_listed(item, kind) if item is None or isinstance(item, list) else repr(item) for item in value]


def _typed(value: object, kind: DataType) -> object:
    """Numbers as numbers: the engine plans comparisons with them better than with their text."""
    if isinstance(value, list):
        return [_typed(item, kind) for item in value]
    if isinstance(value, str) and kind.scalar.name in _NUMBERS:
        return _NUMBERS[kind.scalar.name](value)
    return value


_NUMBERS: dict[str, Callable[[str], object]] = {
    "int2": int, "int4": int, "int8": int, "oid": int, "xid": int, "cid": int, "float4": float, "float8": float,
    "numeric": Decimal,
}  # fmt: skip


def fitted_types(types: tuple[DataType, ...], values: Sequence[object]) -> tuple[DataType, ...]:
    """Each type as its value needs it: a numeric without digits takes the value's, an array its depth."""
    return tuple(map(_fitted, types, values))


def _fitted(kind: DataType, value: object) -> DataType:
    if isinstance(value, list):
        depth, flat = 0, value
        while flat and isinstance(flat[0], list):
            depth, flat = depth + 1, [item for each in flat for item in each]
        kind = replace(kind, dimensions=depth + 1)
        return replace(kind, modifiers=_digits(flat)) if _is_open_numeric(kind) else kind
    return replace(kind, modifiers=_digits([value])) if _is_open_numeric(kind) else kind


def _is_open_numeric(kind: DataType) -> bool:
    return kind.scalar.name == "numeric" and not kind.modifiers


def _digits(numbers: Sequence[object]) -> tuple[int, ...]:
    """A precision, of few different ones so that plans are shared, and the scale that hold all numbers."""
    known = [number.as_tuple() for number in numbers if isinstance(number, Decimal)]
    if not known:
        return ()
    exponents = [exponent for _, _, exponent in known if isinstance(exponent, int)]
    scale = max(0, *(-exponent for exponent in exponents))
    whole = max(len(digits) + exponent for (_, digits, _), exponent in zip(known, exponents, strict=True))
    needed = max(whole, 1) + scale
    if needed > NUMERIC_PRECISION_MAX:
        raise too_long()
    return next(precision for precision in _PRECISIONS if precision >= needed), scale


_PRECISIONS = (18, NUMERIC_PRECISION_MAX)
