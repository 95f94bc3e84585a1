"""PostgreSQL's numeric arithmetic on texts: each result with the digits that PostgreSQL gives it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from ormolu.errors import DivisionByZero, FeatureNotSupported, NumericValueOutOfRange

SIGNIFICANT_DIGITS_MIN = 16
SCALE_MAX = 1_000
RESULT_DIGITS_MAX = 131_072
_GROUP = 4  # PostgreSQL computes with digits to the base 10,000
_EXACT = Context(prec=3_000, Emin=-200_000, Emax=200_000, rounding=ROUND_HALF_UP)


def scale_of(number: Decimal) -> int:
    """How many digits are shown behind the point."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _written(number: Decimal, scale: int | None = None) -> str:
    if not number.is_finite():
        return "NaN" if number.is_nan() else ("Infinity" if number > 0 else "-Infinity")
    if scale is not None:
        number = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    text = format(number, "f")
    return text.removeprefix("-") if number.is_zero() else text


def _weight(number: Decimal) -> int:
    return 0 if number.is_zero() else number.adjusted() // _GROUP


def _first_digit(number: Decimal) -> int:
    return 0 if number.is_zero() else int(abs(number).scaleb(-_GROUP * _weight(number), _EXACT))


def _shown(scale: int, *operands: Decimal) -> int:
    return min(max(scale, 0, *map(scale_of, operands)), SCALE_MAX)


def quotient_scale(left: Decimal, right: Decimal) -> int:
    """At least 16 significant digits, by the weights of the operands, and no fewer than either shows."""
    weight = _weight(left) - _weight(right)
    if _first_digit(left) <= _first_digit(right):
        weight -= 1
    return _shown(SIGNIFICANT_DIGITS_MIN - weight * _GROUP, left, right)


def _divided(left: Decimal, right: Decimal, scale: int) -> Decimal:
    """Rounded once, half away from zero, at the scale: never by way of a quotient that is rounded already."""
    shift = scale + scale_of(right) - scale_of(left)
    above = abs(int(left.scaleb(scale_of(left), _EXACT)))
    below = abs(int(right.scaleb(scale_of(right), _EXACT)))
    above, below = (above * 10**shift, below) if shift >= 0 else (above, below * 10**-shift)
    size = Decimal((above * 2 + below) // (below * 2)).scaleb(-scale, _EXACT)
    return -size if (left < 0) != (right < 0) else size


def quotient(left: str, right: str) -> str:
    one, other = Decimal(left), Decimal(right)
    if not (one.is_finite() and other.is_finite()):
        return _written(_EXACT.divide(one, other))
    if other.is_zero():
        raise DivisionByZero("division by zero")
    return _written(_divided(one, other, scale := quotient_scale(one, other)), scale)


def total(left: str, right: str) -> str:
    return _written(_EXACT.add(Decimal(left), Decimal(right)))


def difference(left: str, right: str) -> str:
    return _written(_EXACT.subtract(Decimal(left), Decimal(right)))


def product(left: str, right: str) -> str:
    one, other = Decimal(left), Decimal(right)
    return _written(_EXACT.multiply(one, other), min(scale_of(one) + scale_of(other), SCALE_MAX))


def remainder(left: str, right: str) -> str:
    one, other = Decimal(left), Decimal(right)
    if other.is_zero():
        raise DivisionByZero("division by zero")
    return _written(_EXACT.remainder(one, other), max(scale_of(one), scale_of(other)))


def negative(number: str) -> str:
    return _written(_EXACT.minus(Decimal(number)))


def absolute(number: str) -> str:
    return _written(_EXACT.abs(Decimal(number)))


def shown_scale(number: str) -> int:
    return scale_of(Decimal(number))


def at_scale(number: str, scale: int) -> str:
    """The number with so many digits behind the point."""
    return _written(Decimal(number), scale)


def rounded(number: str, places: int) -> str:
    """round(number, places): places below zero are those before the point."""
    return _at_places(Decimal(number), places, ROUND_HALF_UP)


def truncated(number: str, places: int) -> str:
    return _at_places(Decimal(number), places, ROUND_DOWN)


def _at_places(number: Decimal, places: int, rounding: str) -> str:
    places = max(-RESULT_DIGITS_MAX, min(places, SCALE_MAX))
    kept = number.quantize(Decimal(1).scaleb(-places), rounding, _EXACT)
    return _written(kept, max(places, 0))


FACTORIAL_MAX = 33  # the greatest whose factorial is within 38 digits


def factorial(number: int) -> str:
    if number < 0:
        raise NumericValueOutOfRange("factorial of a negative number is undefined")
    if number > FACTORIAL_MAX:
        raise FeatureNotSupported(f"the factorial of {number}, which has more than 38 digits, is not supported")
    return str(math.factorial(number))


def trimmed(number: str) -> str:
    """Without the zeros at the end of its fraction."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def greatest(numbers: Sequence[str | None]) -> str | None:
    given = [number for number in numbers if number is not None]
    return max(given, key=Decimal) if given else None


def least(numbers: Sequence[str | None]) -> str | None:
    given = [number for number in numbers if number is not None]
    return min(given, key=Decimal) if given else None


def from_double(number: float) -> str:
    """A double precision has 15 digits when it becomes a numeric."""
    return _written(Decimal(f"{number:.15g}"))


def from_real(number: float) -> str:
    """A real has 6."""
    return _written(Decimal(f"{number:.6g}"))


# --- roots, powers and logarithms --------------------------------------------------------------------------------


def square_root(number: str) -> str:
    value = Decimal(number)
    scale = _shown(SIGNIFICANT_DIGITS_MIN - ((_weight(value) + 1) * _GROUP // 2 - 1), value)
    return _written(_EXACT.sqrt(value), scale)


def _computing(scale: int, size: int = 0) -> Context:
    """Digits enough that rounding to the scale is exact for all but ties that no such function has."""
    return Context(prec=max(scale, 0) + abs(size) + 30, Emin=-200_000, Emax=200_000, rounding=ROUND_HALF_UP)


def _checked_size(digits: float) -> None:
    if digits > RESULT_DIGITS_MAX:
        raise NumericValueOutOfRange("value overflows numeric format")


def exponential(number: str) -> str:
    value = Decimal(number)
    size = float(value) * 0.434294481903252
    _checked_size(size)
    if size < -SCALE_MAX:
        return _written(Decimal(0), _shown(SCALE_MAX, value))
    scale = _shown(SIGNIFICANT_DIGITS_MIN - int(size), value)
    return _written(value.exp(_computing(scale, int(size))), scale)


def _logarithm_weight(value: Decimal) -> int:
    """How many digits the natural logarithm has before the point, as PostgreSQL estimates it."""
    if Decimal("0.9") <= value <= Decimal("1.1"):
        away = value - 1
        return 0 if away.is_zero() else _weight(away) * _GROUP + int(math.log10(_first_digit(away)))
    size = abs(float(value.ln(Context(prec=20))))
    return int(math.log10(size)) if size else 0


def natural_logarithm(number: str) -> str:
    value = Decimal(number)
    scale = _shown(SIGNIFICANT_DIGITS_MIN - _logarithm_weight(value), value)
    return _written(value.ln(_computing(scale, 10)), scale)


def logarithm(base: str, number: str) -> str:
    below, value = Decimal(base), Decimal(number)
    scale = _shown(SIGNIFICANT_DIGITS_MIN - (_logarithm_weight(value) - _logarithm_weight(below)), below, value)
    context = _computing(scale, 20)
    divisor = below.ln(context)
    if divisor.is_zero():
        raise DivisionByZero("division by zero")
    return _written(context.divide(value.ln(context), divisor), scale)


def power(base: str, exponent: str) -> str:
    value, times = Decimal(base), Decimal(exponent)
    whole = times == times.to_integral_value() and abs(times) < 2**31
    if value.is_zero():
        result = Decimal(1) if times.is_zero() else Decimal(0)
        return _written(result, _shown(SIGNIFICANT_DIGITS_MIN, value, times))
    size = float(times) * (math.log10(abs(value)) if value else 0)
    _checked_size(size)
    if whole:
        scale = _shown(SIGNIFICANT_DIGITS_MIN, value, times)
    else:
        scale = _shown(SIGNIFICANT_DIGITS_MIN - int(size), value, times)
    return _written(_computing(scale, int(size) + 2).power(value, times), scale)


# --- statistics --------------------------------------------------------------------------------------------------


def variance(count: int, summed: str, squares: str, kind: str) -> str | None:
    """Variance and deviation from the count, the sum and the sum of squares; `kind` is var_samp, stddev_pop ..."""
    is_sample = kind.endswith("samp")
    if count == 0 or (is_sample and count == 1):
        return None
    numbers = Decimal(count)
    total_, squared = Decimal(summed), Decimal(squares)
    above = _EXACT.subtract(_EXACT.multiply(numbers, squared), _EXACT.multiply(total_, total_))
    if above <= 0:
        return "0"
    below = numbers * (numbers - 1 if is_sample else numbers)
    scale = quotient_scale(above, below)
    result = _divided(above, below, scale)
    return _written(_EXACT.sqrt(result) if kind.startswith("stddev") else result, scale)
