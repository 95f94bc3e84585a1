"""to_char() and to_number(): numbers written and read in patterns as `FM999,990.00`."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from ormolu.errors import FeatureNotSupported, InvalidSyntax, InvalidTextRepresentation
from ormolu.sql_extensions.values.decimals import quotient

# Longest first; each is written in capitals or in small letters.
_WORDS = ("EEEE", "FM", "MI", "PL", "PR", "RN", "SG", "TH", "B", "D", "G", "L", "S", "V", ",", ".", "0", "9")
_PIECE = re.compile(
    "|".join(re.escape(spelling) for word in _WORDS for spelling in dict.fromkeys((word, word.lower())))
    + r'|(?P<quoted>"(?:\\.|[^"])*"?)|(?P<escaped>\\")|(?P<other>.)',
    re.DOTALL,
)
_DIGITS = ("9", "0", ".", "D")
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_ROMAN_MAX, _ROMAN_WIDTH = 3_999, 15


@dataclass(slots=True)
class NumberFormat:
    """A pattern taken apart: its pieces, and what they ask for together."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)  # text, and whether it is a word of the pattern
    flags: set[str] = field(default_factory=set)
    whole: int = 0
    fraction: int = 0
    shifted: int = 0
    zero_start: int = 0
    zero_end: int = 0
    sign_place: str = ""  # before, after
    digits_before_sign: int = 0


def _spelled(match: re.Match[str]) -> tuple[str, bool]:
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"].strip('"'), flags=re.DOTALL), False
    if match["escaped"] is not None:
        return '"', False
    if match["other"] is not None:
        return match["other"], False
    word = match.group()
    return (word if word in ("rn", "th") else word.upper()), True


@lru_cache(maxsize=256)
def read_format(form: str) -> NumberFormat:
    pattern = NumberFormat()
    for match in _PIECE.finditer(form):
        text, is_word = _spelled(match)
        pattern.pieces.append((text, is_word))
        if is_word:
            _note(pattern, text)
    return pattern


def _note(pattern: NumberFormat, word: str) -> None:  # noqa: C901, PLR0912  (one case a word)
    flags = pattern.flags
    if "EEEE" in flags and word != "EEEE":
        raise InvalidSyntax('"EEEE" must be the last pattern used')
    match word:
        case "9" | "0" if "PR" in flags:
            raise InvalidSyntax(f'"{word}" must be ahead of "PR"')
        case "9" if "V" in flags:
            pattern.shifted += 1
        case "9" if "." in flags:
            pattern.fraction += 1
        case "9":
            pattern.whole += 1
        case "0":
            if "0" not in flags and "." not in flags:
                flags.add("0")
                pattern.zero_start = pattern.whole + 1
            if "." in flags:
                pattern.fraction += 1
            else:
                pattern.whole += 1
            pattern.zero_end = pattern.whole + pattern.fraction
        case "." | "D":
            if "." in flags:
                raise InvalidSyntax("multiple decimal points")
            if "V" in flags:
                raise InvalidSyntax('cannot use "V" and decimal point together')
            flags.add(".")
        case "S":
            if flags & {"S", "PL", "MI", "PR"}:
                raise InvalidSyntax('cannot use "S" and "PL"/"MI"/"SG"/"PR" together')
            pattern.sign_place = "after" if "." in flags else "before"
            pattern.digits_before_sign = pattern.whole
            flags.add("S")
        case "MI" | "PL" | "SG" | "PR":
            if "S" in flags:
                raise InvalidSyntax(f'cannot use "S" and "{word}" together')
            flags.update(("MI", "PL") if word == "SG" else (word,))
        case "V":
            if "." in flags:
                raise InvalidSyntax('cannot use "V" and decimal point together')
            flags.add("V")
        case "EEEE":
            if flags - {"FM", "9", "."}:
                raise InvalidSyntax('"EEEE" is incompatible with other formats')
            flags.add("EEEE")
        case "RN" | "rn":
            flags.add("RN")
        case _:
            flags.add(word)


def format_number(value: str, form: str, kind: str) -> str:
    """A number, given in plain digits, as PostgreSQL writes it in this pattern; `kind` is int, numeric or float8."""
    pattern = read_format(form)
    number = _exact(value, kind)
    if not pattern.pieces:
        return ""
    if not number.is_finite():
        raise FeatureNotSupported(f"to_char() of {value} is not supported")
    if "RN" in pattern.flags:
        return _roman(number, pattern)
    if "EEEE" in pattern.flags:
        return _scientific(number, pattern)
    whole = pattern.whole
    if "V" in pattern.flags:
        number, whole = number.scaleb(pattern.shifted, _EXACT), whole + pattern.shifted
    places = pattern.fraction if kind == "int" else _places(number, pattern.fraction, kind)
    rounding = ROUND_HALF_EVEN if kind in _FLOAT_DIGITS else ROUND_HALF_UP
    digits = format(abs(number).quantize(Decimal(1).scaleb(-places), rounding, _EXACT), "f")
    sign = "-" if number < 0 and digits.strip("0.") else "+"
    size = len(digits.partition(".")[0])
    if size > whole:
        digits = "#" * whole + "." + "#" * pattern.fraction
    return _Writer(pattern, digits, sign, max(whole - size, 0), (whole, places)).written()


_FLOAT_DIGITS = {"float8": 15, "float4": 6}


def _places(number: Decimal, places: int, kind: str) -> int:
    """A float has so many digits and no more."""
    most = _FLOAT_DIGITS.get(kind)
    if most is None:
        return places
    size = len(format(abs(number).quantize(Decimal(1), context=_EXACT), "f"))
    return 0 if size >= most else min(places, most - size)


def _exact(value: str, kind: str) -> Decimal:
    """All the digits of a float, of which its text shows the fewest that tell it from others."""
    if kind not in _FLOAT_DIGITS:
        return Decimal(value)
    number = float(value)
    return Decimal(struct.unpack("f", struct.pack("f", number))[0] if kind == "float4" else number)


def _roman(number: Decimal, pattern: NumberFormat) -> str:
    rest = int(number.quantize(Decimal(1), context=_EXACT))
    if not 0 < rest <= _ROMAN_MAX:
        text = "#" * _ROMAN_WIDTH
    else:
        text = ""
        for amount, letters in _ROMAN:
            count, rest = divmod(rest, amount)
            text += letters * count
    text = text.lower() if ("rn", True) in pattern.pieces else text
    return text if "FM" in pattern.flags else text.rjust(_ROMAN_WIDTH)


def _scientific(number: Decimal, pattern: NumberFormat) -> str:
    exponent = number.adjusted() if number else 0
    mantissa = number.scaleb(-exponent, _EXACT).quantize(Decimal(1).scaleb(-pattern.fraction), context=_EXACT)
    text = f"{mantissa:f}e{exponent:+03d}"
    return text if text.startswith("-") else " " + text


def _ordinal(digits: str) -> str:
    if digits[-2:-1] == "1":
        return "th"
    return {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th")


class _Writer:
    """Writes one number into a pattern, a piece at a time."""

    def __init__(self, pattern: NumberFormat, digits: str, sign: str, blanks: int, places: tuple[int, int]) -> None:
        self.pattern, self.digits, self.sign, self.blanks = pattern, digits, sign, blanks
        whole, self.fraction = places
        self.flags = set(pattern.flags)
        self.is_bare = "FM" in self.flags
        self.place = self.number_place = 0
        self.is_inside = False
        self.parts: list[str] = []
        self.zero_start = max(pattern.zero_start - 1, 0)
        self.sign_place = pattern.sign_place
        self.has_sign = self._starts_with_sign(whole)
        self.last = self._last_relevant()
        self.count = self.fraction + whole - 1 + (not self.has_sign and not blanks)

    def _starts_with_sign(self, whole: int) -> bool:
        """Whether the sign needs no writing among the digits."""
        if self.flags & {"PL", "MI"}:
            return "MI" in self.flags
        if self.sign != "-" and self.is_bare:
            self.flags.discard("PR")
        if self.sign_place == "before" and whole == self.pattern.digits_before_sign:
            self.sign_place = "after"
        return self.sign == "+" and self.is_bare and "S" not in self.flags

    def _last_relevant(self) -> int | None:
        """Without padding: the place of the last digit that is not a zero at the end."""
        if not (self.is_bare and "." in self.flags) or "." not in self.digits:
            return None
        point = self.digits.index(".")
        last = max((at for at in range(point, len(self.digits)) if self.digits[at] != "0"), default=point)
        if self.pattern.zero_end > self.blanks:
            last = max(last, min(len(self.digits) - 1, self.pattern.zero_end - self.blanks))
        return last

    def written(self) -> str:
        for text, is_word in self.pattern.pieces:
            if not is_word:
                self.parts.append(text)
            elif text in _DIGITS:
                self._digit(text)
                if self.number_place > len(self.digits):
                    break  # PostgreSQL ends the text where the number has no digit for a place of the pattern
            else:
                self._word(text)
        return "".join(self.parts)

    def _word(self, word: str) -> None:
        blank = "" if self.is_bare else " "
        match word:
            case "," | "G":
                self.parts.append("," if self.is_inside else blank)
            case "L":
                self.parts.append(" ")
            case "MI":
                self.parts.append("-" if self.sign == "-" else blank)
            case "PL":
                self.parts.append("+" if self.sign == "+" else blank)
            case "SG":
                self.parts.append(self.sign)
            case "TH" | "th":
                if "#" not in self.digits and self.sign != "-" and "." not in self.flags:
                    ordinal = _ordinal(self.digits)
                    self.parts.append(ordinal if word == "th" else ordinal.upper())
            case _:
                return

    def _hides_zero(self) -> bool:
        """A lone zero before the point is not shown, but for a 0 in the pattern."""
        return "0" not in self.flags and self.number_place == 0 and self.digits.startswith("0") and self.fraction != 0

    def _ends_at_point(self) -> bool:
        return self.last is not None and self.digits[self.last] == "."

    def _digit(self, word: str) -> None:
        self.is_inside = False
        starts = self.place >= self.blanks or ("0" in self.flags and self.zero_start == self.place)
        if not self.has_sign and starts and (not self._hides_zero() or self._ends_at_point()):
            self._write_sign()
        is_blank = self.place < self.blanks
        if is_blank and (self.zero_start > self.place or "0" not in self.flags):
            self.parts.append("" if self.is_bare else " ")
        elif is_blank:
            self.parts.append("0")
            self.is_inside = True
        else:
            self._write_digit(word)
        end = self.count + bool(self.blanks) + ("." in self.flags)
        if self.last is not None and self.last == self.number_place:
            end = self.place
        if self.place + 1 == end:
            self._write_end()
        self.place += 1

    def _write_sign(self) -> None:
        if "S" in self.flags:
            if self.sign_place != "before":
                return
            self.parts.append(self.sign)
        elif "PR" in self.flags:
            self.parts.append(" " if self.sign == "+" else "<")
        else:
            self.parts.append("-" if self.sign == "-" else "" if self.is_bare else " ")
        self.has_sign = True

    def _write_digit(self, word: str) -> None:
        digit = self.digits[self.number_place : self.number_place + 1]
        if digit == ".":
            self.parts.append(".")
        elif self.last is not None and self.number_place > self.last and word != "0":
            pass
        elif self._hides_zero():
            self.parts.append("0" if self.is_bare and self._ends_at_point() else "" if self.is_bare else " ")
        else:
            self.parts.append(digit)
            self.is_inside = True
        if digit or self.last is None or self.number_place <= self.last:
            self.number_place += 1

    def _write_end(self) -> None:
        if self.has_sign and "PR" in self.flags:
            self.parts.append(" " if self.sign == "+" else ">")
        elif "S" in self.flags and self.sign_place == "after":
            self.parts.append(self.sign)


# --- to_number() --------------------------------------------------------------------------------------------------


def read_number(text: str, form: str) -> str:
    """The number that a text shows in this pattern, in plain digits."""
    pattern = read_format(form)
    if "EEEE" in pattern.flags or "RN" in pattern.flags:
        raise InvalidSyntax('"EEEE" and "RN" not supported for input')
    reader = _Reader(pattern, text)
    digits = reader.read()
    if not digits.strip("+-."):
        raise InvalidTextRepresentation('invalid input syntax for type numeric: " "')
    return quotient(digits, str(10**pattern.shifted)) if pattern.shifted else format(Decimal(digits), "f")


class _Reader:
    """Reads a text along a pattern."""

    def __init__(self, pattern: NumberFormat, text: str) -> None:
        self.pattern, self.text = pattern, text
        self.at = 0
        self.sign = ""
        self.whole = self.fraction = ""
        self.has_point = False

    def read(self) -> str:
        for text, is_word in self.pattern.pieces:
            if self.at >= len(self.text):
                break
            if not is_word:
                self._skip(len(text))
            elif text in _DIGITS:
                self._digit(text)
                self.at += 1
            elif text in (",", "G"):
                self.at += self.text[self.at] == ","
            elif text in ("MI", "PL", "SG"):
                self._sign()
            elif text in ("L", "TH", "th"):
                self._skip(1 if text == "L" else 2)
        return f"{self.sign}{self.whole}{'.' if self.fraction else ''}{self.fraction}"

    def _skip(self, count: int) -> None:
        """Over as many characters, but over none that may be of the number."""
        for _ in range(count):
            if self.at < len(self.text) and self.text[self.at] not in "0123456789.,+-":
                self.at += 1

    def _sign(self) -> None:
        if self.at < len(self.text) and self.text[self.at] in "+-" and not self.sign:
            self.sign = self.text[self.at]
            self.at += 1
        else:
            self._skip(1)

    def _digit(self, word: str) -> None:
        if self.text[self.at] == " ":
            self.at += 1
        if not self.sign and word in ("0", "9") and not self.whole + self.fraction and self.at < len(self.text):
            given = self.text[self.at]
            if given in "+-" or (given == "<" and "PR" in self.pattern.flags):
                self.sign = "-" if given == "<" else given
                self.at += 1
        if self.at >= len(self.text):
            return
        given, is_read = self.text[self.at], False
        if given.isdigit():
            if self.has_point and len(self.fraction) == self.pattern.fraction:
                return
            is_read = True
            if self.has_point:
                self.fraction += given
            else:
                self.whole += given
        elif given == "." and "." in self.pattern.flags and not self.has_point:
            self.has_point = is_read = True
        self._sign_behind(is_read=is_read)

    def _sign_behind(self, *, is_read: bool) -> None:
        if self.sign or not self.whole + self.fraction:
            return
        following = self.text[self.at + 1 : self.at + 2]
        if "S" in self.pattern.flags and is_read and following in ("+", "-"):
            self.sign = following
            self.at += 1
        elif not is_read and self.pattern.flags & {"MI", "PL"} and self.text[self.at] in "+-":
            self.sign = self.text[self.at]
