"""Numbers, booleans and bits as PostgreSQL reads them."""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from ormolu.errors import (
    FeatureNotSupported,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
    StringDataLengthMismatch,
    StringDataRightTruncation,
)

NUMERIC_DIGITS_MAX = 38
_BLANKS = " \t\n\r\v\f"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SPECIAL = re.compile(r"([+-]?)(nan|inf|infinity)", re.IGNORECASE)
_RANGES = {"int2": (-(2**15), 2**15), "int4": (-(2**31), 2**31), "int8": (-(2**63), 2**63)}
_NAMES = {"int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision"}
_TRUE = ("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1")
_FALSE = ("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0")
_OID_END = 2**32
# Enough for every numeric that PostgreSQL itself writes.
EXACT = Context(prec=200_000, Emin=-200_000, Emax=200_000)
_EXPONENT_MAX = 1_000


def invalid(type: str, text: str) -> InvalidTextRepresentation:
    return InvalidTextRepresentation(f'invalid input syntax for type {type}: "{text}"')


def read_boolean(text: str) -> bool:
    word = text.strip(_BLANKS).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise invalid("boolean", text)


def read_integer(text: str, name: str) -> int:
    """Read an int2, int4 or int8."""
    word = text.strip(_BLANKS)
    if not _INTEGER.fullmatch(word):
        raise invalid(_NAMES[name], text)
    low, end = _RANGES[name]
    # Python reads no integer of more than 4,300 digits: what is longer than 20 is out of range anyway.
    number = int(word) if len(word.lstrip("+-0")) <= 20 else end
    if not low <= number < end:
        raise NumericValueOutOfRange(f'value "{text}" is out of range for type {_NAMES[name]}')
    return number


def read_oid(text: str, name: str = "oid") -> int:
    """Read an OID or a transaction number: 32 bits without sign; a negative one wraps around as in PostgreSQL."""
    word = text.strip(_BLANKS)
    if not _INTEGER.fullmatch(word):
        raise invalid(name, text)
    number = int(word) if len(word) <= 20 else _OID_END
    if not -(2**31) <= number < _OID_END:
        raise NumericValueOutOfRange(f'value "{text}" is out of range for type {name}')
    return number % _OID_END


def read_float(text: str, name: str) -> float:
    """Read a float4 or float8, the latter's nearest double in both cases."""
    word = text.strip(_BLANKS)
    if special := _SPECIAL.fullmatch(word):
        if special[2].lower() == "nan" and special[1]:
            raise invalid(_NAMES[name], text)
        return float(special[0])
    if not _FLOAT.fullmatch(word):
        raise invalid(_NAMES[name], text)
    number = float(word)
    single = as_single(number) if name == "float4" else number
    has_digits = re.search(r"[1-9]", re.split("[eE]", word)[0]) is not None
    if math.isinf(single) or (single == 0 and has_digits):
        raise NumericValueOutOfRange(f'"{word}" is out of range for type {_NAMES[name]}')
    return single


def as_single(number: float) -> float:
    """The nearest single; infinity where it is beyond them."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def read_numeric(text: str, modifiers: tuple[int, ...] = ()) -> Decimal:
    """Read a numeric, rounded to its type's scale; what the engine's 38 digits cannot hold is refused."""
    word = text.strip(_BLANKS)
    if _SPECIAL.fullmatch(word) and word.lower() not in ("-nan", "+nan"):
        raise FeatureNotSupported(
            "NaN or infinity as a numeric is not supported", hint="Use double precision for such values."
        )
    if not _FLOAT.fullmatch(word):
        raise invalid("numeric", text)
    try:
        number = Decimal(word)
    except InvalidOperation as error:
        raise invalid("numeric", text) from error
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and abs(exponent) > _EXPONENT_MAX:
        raise too_long()
    if number == 0:
        number = abs(number)
    return fitted(number, modifiers)


def fitted(number: Decimal, modifiers: tuple[int, ...]) -> Decimal:
    """A number rounded, half away from zero, to its type's scale; 22003 where it is too large for it."""
    if modifiers:
        precision, scale = modifiers
        number = number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=EXACT)
        if abs(number) >= Decimal(10) ** (precision - scale):
            raise NumericValueOutOfRange(
                "numeric field overflow",
                detail=f"A field with precision {precision}, scale {scale} must round to an absolute value "
                f"less than {'1' if precision == scale else f'10^{precision - scale}'}.",
            )
        return number
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if max(len(digits) + max(0, exponent), -exponent) > NUMERIC_DIGITS_MAX:
        raise too_long()
    return number


def too_long() -> FeatureNotSupported:
    return FeatureNotSupported(f"a number of more than {NUMERIC_DIGITS_MAX} digits is not supported")


def read_bits(text: str, name: str, modifiers: tuple[int, ...], *, is_explicit: bool = True) -> str:
    """Read a bit string, X'1F' too, as its zeros and ones; a cast cuts or fills it, anything else must fit."""
    letters = text[1:] if text[:1] in "bBxX" else text
    if text[:1] in ("x", "X"):
        if bad := re.search(r"[^0-9a-fA-F]", letters):
            raise InvalidTextRepresentation(f'"{bad[0]}" is not a valid hexadecimal digit')
        letters = "".join(f"{int(letter, 16):04b}" for letter in letters)
    elif bad := re.search(r"[^01]", letters):
        raise InvalidTextRepresentation(f'"{bad[0]}" is not a valid binary digit')
    if not modifiers:
        return letters
    if name == "varbit":
        if len(letters) > modifiers[0] and not is_explicit:
            raise StringDataRightTruncation(f"bit string too long for type bit varying({modifiers[0]})")
        return letters[: modifiers[0]]
    if len(letters) != modifiers[0] and not is_explicit:
        raise StringDataLengthMismatch(f"bit string length {len(letters)} does not match type bit({modifiers[0]})")
    return letters[: modifiers[0]].ljust(modifiers[0], "0")
