"""to_char() of numbers: `FM999,990.00`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ormolu.errors import FeatureNotSupported

_PATTERN_CHARACTERS = frozenset("90.,DG")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A pattern taken apart: the digits before and after the point, and what is asked of sign and padding."""

    whole: str
    fraction: str
    has_point: bool
    is_bare: bool
    sign: str  # "", S, MI, PR, PL, SG
    sign_leads: bool
    prefix: str
    suffix: str


def read_format(form: str) -> NumberFormat:
    rest, is_bare = form, False
    if rest.upper().startswith("FM"):
        rest, is_bare = rest[2:], True
    sign, leads = "", False
    upper = rest.upper()
    for word in ("MI", "PR", "SG", "PL", "S"):
        if upper.endswith(word):
            sign, rest = word, rest[: -len(word)]
            break
        if upper.startswith(word):
            sign, leads, rest = word, True, rest[len(word) :]
            break
    start = next((i for i, c in enumerate(rest) if c.upper() in _PATTERN_CHARACTERS), len(rest))
    end = len(rest) - next((i for i, c in enumerate(reversed(rest)) if c.upper() in _PATTERN_CHARACTERS), 0)
    prefix, digits, suffix = rest[:start], rest[start:end].upper().replace("D", ".").replace("G", ","), rest[end:]
    if set(digits) - set("90.,") or any(c.isalpha() for c in prefix + suffix) or sign in ("SG", "PL", "PR"):
        raise FeatureNotSupported(f"the number format '{form}' is not supported", hint="Use 9, 0, ',', '.', FM, S, MI.")
    whole, point, fraction = digits.partition(".")
    return NumberFormat(whole, fraction, bool(point), is_bare, sign, leads, prefix, suffix)


def format_number(value: str, form: str) -> str:
    """A number, given in plain digits, as PostgreSQL writes it in this pattern."""
    pattern = read_format(form)
    number = Decimal(value).quantize(Decimal(1).scaleb(-len(pattern.fraction)), rounding=ROUND_HALF_UP)
    is_negative = number < 0
    whole, _, fraction = format(abs(number), "f").partition(".")
    slots = sum(c in "90" for c in pattern.whole)
    if whole.lstrip("0") and len(whole) > slots:
        body = _overflow(pattern)
    else:
        body = _whole(whole, pattern) + _fraction(fraction, pattern)
    return pattern.prefix + _signed(body, pattern, is_negative=is_negative) + pattern.suffix


def _overflow(pattern: NumberFormat) -> str:
    whole = pattern.whole.replace("9", "#").replace("0", "#")
    return whole + ("." + "#" * len(pattern.fraction) if pattern.has_point else "")


def _whole(digits: str, pattern: NumberFormat) -> str:
    """Digits fill the pattern from the right; a zero of the pattern makes everything after it a digit."""
    template = pattern.whole
    slots = sum(c in "90" for c in template)
    digits = digits.lstrip("0").rjust(slots)
    forced = template.find("0")
    if not pattern.has_point or not pattern.fraction:
        last = max((i for i, c in enumerate(template) if c in "90"), default=-1)
        forced = last if forced < 0 and not digits.strip() else forced
    written: list[str] = []
    place = 0
    started = False
    for index, character in enumerate(template):
        if character == ",":
            written.append("," if started else " ")
            continue
        digit = digits[place]
        place += 1
        if digit == " " and (0 <= forced <= index or started):
            digit = "0"
        started = started or digit != " "
        written.append(digit)
    return "".join(written)


def _fraction(digits: str, pattern: NumberFormat) -> str:
    if not pattern.has_point:
        return ""
    kept = digits
    if pattern.is_bare:
        required = pattern.fraction.rfind("0") + 1
        kept = digits[:required] + digits[required:].rstrip("0")
    return "." + kept


def _signed(body: str, pattern: NumberFormat, *, is_negative: bool) -> str:
    number = body.lstrip(" ")
    padding = " " * (len(body) - len(number))
    match pattern.sign:
        case "S" if not pattern.sign_leads:
            text = padding + number + ("-" if is_negative else "+")
        case "S":
            text = padding + ("-" if is_negative else "+") + number
        case "MI" if not pattern.sign_leads:
            text = padding + number + ("-" if is_negative else " ")
        case "MI":
            text = ("-" if is_negative else " ") + padding + number
        case _:
            text = padding + ("-" if is_negative else " ") + number
    return text.strip(" ") if pattern.is_bare else text
