"""The table of types whose text PostgreSQL reads: each to a form that the engine's own cast reads alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from ormolu.errors import CharacterNotInRepertoire
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values import moments, numbers, texts
from ormolu.sql_extensions.values.arrays import read_array
from ormolu.sql_extensions.values.calendar import clock_text, engine_date, engine_timestamp
from ormolu.sql_extensions.values.intervals import read_interval
from ormolu.sql_extensions.values.jsons import check_json, read_jsonb
from ormolu.sql_extensions.values.style import PLAIN, ValueStyle

# A text, boolean or bytes that a cast of the engine turns into the value; lists of them for arrays.
EngineValue = str | bool | bytes | None
Read = Callable[[str, DataType, ValueStyle], EngineValue]


def read_value(text: str, type: DataType, style: ValueStyle = PLAIN) -> object:
    """Read a value of a type; the SQLSTATE of what is wrong is PostgreSQL's."""
    if "\0" in text:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8": 0x00')
    if type.dimensions:
        element = DataType(type.scalar, type.modifiers)
        return read_array(text, lambda item: read_value(item, element, style))
    return READERS.get(type.scalar.name, _as_it_is)(text, type, style)


def _as_it_is(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return text


def _integer(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return str(numbers.read_integer(text, type.scalar.name))


def _oid(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return str(numbers.read_oid(text, type.scalar.name))


def _float(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return repr(numbers.read_float(text, type.scalar.name))


def _numeric(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return format(numbers.read_numeric(text, type.modifiers), "f")


def _bits(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return numbers.read_bits(text, type.scalar.name, type.modifiers)


def _timetz(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return moments.zoned_clock(*moments.read_timetz(text, style))


def _timestamptz(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    written = engine_timestamp(moments.read_timestamptz(text, style))
    return written if written.endswith("infinity") else f"{written}+00"


def _limited(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    return texts.limited(text, type.scalar.name, type.modifiers)


_LSN = re.compile(r"([0-9a-fA-F]{1,8})/([0-9a-fA-F]{1,8})")


def _lsn(text: str, type: DataType, style: ValueStyle) -> EngineValue:
    match = _LSN.fullmatch(text)
    if match is None:
        raise numbers.invalid("pg_lsn", text)
    return f"{int(match[1], 16):X}/{int(match[2], 16):X}"


READERS: dict[str, Read] = {
    "bool": lambda text, _, __: numbers.read_boolean(text),
    "int2": _integer,
    "int4": _integer,
    "int8": _integer,
    "oid": _oid,
    "xid": _oid,
    "cid": _oid,
    "float4": _float,
    "float8": _float,
    "numeric": _numeric,
    "bit": _bits,
    "varbit": _bits,
    "bytea": lambda text, _, __: texts.read_bytes(text),
    "uuid": lambda text, _, __: texts.read_uuid(text),
    "inet": lambda text, _, __: texts.read_inet(text),
    "date": lambda text, _, style: engine_date(moments.read_date(text, style)),
    "time": lambda text, _, style: clock_text(moments.read_time(text, style)),
    "timetz": _timetz,
    "timestamp": lambda text, _, style: engine_timestamp(moments.read_timestamp(text, style)),
    "timestamptz": _timestamptz,
    "interval": lambda text, _, style: read_interval(text, style.interval_form).engine_text,
    "pg_lsn": _lsn,
    "json": lambda text, _, __: check_json(text),
    "jsonb": lambda text, _, __: read_jsonb(text),
    "name": _limited,
    '"char"': _limited,
    "varchar": _limited,
    "bpchar": _limited,
}
