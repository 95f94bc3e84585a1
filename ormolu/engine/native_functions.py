"""Functions over Arrow columns, for what SQL cannot say: phone numbers, IBANs, to_char of numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from inspect import signature

import pyarrow as pa

from ormolu.engine.digit_functions import DIGIT_FUNCTIONS
from ormolu.engine.hash_functions import HASH_FUNCTIONS
from ormolu.engine.json_functions import JSON_FUNCTIONS
from ormolu.engine.native import NativeFunction, native
from ormolu.engine.number_formats import format_number, read_number
from ormolu.errors import FeatureNotSupported, OrmoluError
from ormolu.sql_extensions.dialect.types import OPEN_SCALE
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, data_type
from ormolu.sql_extensions.values.moment_patterns import write_interval, write_moment
from ormolu.sql_extensions.values.moment_reading import read_moment
from ormolu.sql_extensions.values.reading import read_value
from ormolu.sql_extensions.values.style import written_style
from ormolu.sql_extensions.values.writing import write_value

DISTINCT_VALUES_MAX = 65_536


def _by_row(function: Callable[..., object], type: pa.DataType) -> Callable[..., pa.Array]:
    """Apply a function of plain values to each row; NULL anywhere gives NULL. Equal rows are computed once."""
    remembered = lru_cache(maxsize=DISTINCT_VALUES_MAX)(function)

    def row(*values: object) -> object:
        return None if any(value is None for value in values) else remembered(*values)

    def apply(*columns: pa.ChunkedArray) -> pa.Array:
        return pa.array([row(*values) for values in zip(*(c.to_pylist() for c in columns), strict=True)], type=type)

    # DuckDB counts a function's parameters by its signature.
    of_arity: dict[int, Callable[..., pa.Array]] = {
        1: lambda a: apply(a),  # noqa: PLW0108
        2: lambda a, b: apply(a, b),  # noqa: PLW0108
        3: lambda a, b, c: apply(a, b, c),  # noqa: PLW0108
    }
    return of_arity[len(signature(function).parameters)]


def clean_phone(text: str, region: str, form: str) -> str | None:
    """A phone number in E.164 or as bare digits; None where it is none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return written if form == "e164" else written.lstrip("+")


def is_phone(text: str, region: str) -> bool:
    """Whether a number of that length and prefix can exist."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(text, region)))
    except phonenumbers.NumberParseException:
        return False


def is_iban(text: str) -> bool:
    """Whether the check digits and the country's length are right."""
    from stdnum import iban

    return bool(iban.is_valid(text))


def read_text(text: str, type: str, style: str) -> str | None:
    """A text as the engine's own cast to the type reads it; `style` is zone, DateStyle and IntervalStyle, with bars."""
    try:
        value = read_value(text, data_type(type), written_style(style))
        if type == "numeric":
            _check_open_numeric(str(value))
    except OrmoluError as error:
        # An error crosses the engine as text, which starts with its SQLSTATE.
        raise ValueError(f"{error.sqlstate}: {error.message}") from error
    return value.hex() if isinstance(value, bytes) else str(value)


def _check_open_numeric(text: str) -> None:
    """A column of numerics without a scale of their own holds so many places before and behind the point."""
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction) > OPEN_SCALE or len(whole) > NUMERIC_PRECISION_MAX - OPEN_SCALE:
        raise FeatureNotSupported(
            f"a numeric read from text has at most {NUMERIC_PRECISION_MAX - OPEN_SCALE} digits before and {OPEN_SCALE}"
            f' behind the point: "{text}"',
        )


def array_json(text: str, type: str) -> str:
    """PostgreSQL's array literal as a JSON array, whose items the engine casts."""
    try:
        return json.dumps(read_value(text, data_type(type)), ensure_ascii=False)
    except OrmoluError as error:
        raise ValueError(f"{error.sqlstate}: {error.message}") from error


def write_text(text: str, name: str, style: str) -> str:
    """A value's text in a session's style, from the engine's own."""
    return write_value(text, name, written_style(style))


def _digest(name: str) -> NativeFunction:
    return native(f"pg_{name}", "BLOB", lambda data: hashlib.new(name, data).digest(), "BLOB")


NATIVE_FUNCTIONS: tuple[NativeFunction, ...] = (
    *JSON_FUNCTIONS,
    *DIGIT_FUNCTIONS,
    *HASH_FUNCTIONS,
    *map(_digest, ("sha224", "sha256", "sha384", "sha512")),
    NativeFunction("clean_phone", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", _by_row(clean_phone, pa.string())),
    NativeFunction("is_phone", ("VARCHAR", "VARCHAR"), "BOOLEAN", _by_row(is_phone, pa.bool_())),
    NativeFunction("is_iban", ("VARCHAR",), "BOOLEAN", _by_row(is_iban, pa.bool_())),
    NativeFunction("pg_array_json", ("VARCHAR", "VARCHAR"), "VARCHAR", _by_row(array_json, pa.string())),
    NativeFunction("pg_write_text", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", _by_row(write_text, pa.string())),
    NativeFunction("pg_read_text", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", _by_row(read_text, pa.string())),
    native("pg_number_to_char", "VARCHAR", format_number, "VARCHAR", "VARCHAR", "VARCHAR"),
    native("pg_to_number", "VARCHAR", read_number, "VARCHAR", "VARCHAR"),
    native("pg_moment_to_char", "VARCHAR", write_moment, "BIGINT", "VARCHAR", "VARCHAR"),
    native("pg_interval_to_char", "VARCHAR", write_interval, "BIGINT", "BIGINT", "BIGINT", "VARCHAR"),
    native("pg_read_moment", "TIMESTAMP", read_moment, "VARCHAR", "VARCHAR"),
)
