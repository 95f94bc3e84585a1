"""PostgreSQL's date patterns (`YYYY-MM-DD HH24:MI`) in the engine's terms; a pattern that is not here is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import call, engine_cast

# Longest first: a pattern is read greedily. `FM` takes padding off what follows it.
_SHOWN: dict[str, str] = {
    "YYYY": "%Y", "YY": "%y", "MM": "%m", "DDD": "%j", "DD": "%d", "HH24": "%H", "HH12": "%I", "HH": "%I",
    "MI": "%M", "SS": "%S", "Mon": "%b", "Dy": "%a", "AM": "%p", "PM": "%p", "US": "%f",
    "IYYY": "%G", "IW": "%V", "ID": "%u",
}  # fmt: skip
_BARE = {"%m": "%-m", "%d": "%-d", "%H": "%-H", "%I": "%-I", "%M": "%-M", "%S": "%-S", "%j": "%-j", "%y": "%-y"}
_NAMES: dict[str, tuple[str, str, int]] = {
    # pattern: strftime, function for the letters, width it is padded to
    "MONTH": ("%B", "upper", 9), "Month": ("%B", "", 9), "month": ("%B", "lower", 9),
    "DAY": ("%A", "upper", 9), "Day": ("%A", "", 9), "day": ("%A", "lower", 9),
    "MON": ("%b", "upper", 0), "mon": ("%b", "lower", 0), "DY": ("%a", "upper", 0), "dy": ("%a", "lower", 0),
    "am": ("%p", "lower", 0), "pm": ("%p", "lower", 0),
}  # fmt: skip
_PARTS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "Q": lambda moment: engine_cast(call("quarter", moment), "VARCHAR"),
    "D": lambda moment: engine_cast(
        exp.Paren(this=exp.Add(this=call("dayofweek", moment), expression=t.number(1))), "VARCHAR"
    ),
    "SSSSS": lambda moment: _seconds_of_day(moment),  # noqa: PLW0108  (defined below)
    "SSSS": lambda moment: _seconds_of_day(moment),  # noqa: PLW0108  (defined below)
    "W": lambda moment: engine_cast(
        exp.Paren(
            this=exp.Add(
                this=exp.IntDiv(
                    this=exp.Paren(this=exp.Sub(this=call("day", moment), expression=t.number(1))),
                    expression=t.number(7),
                ),
                expression=t.number(1),
            )
        ),
        "VARCHAR",
    ),
    "MS": lambda moment: call("strftime", moment, t.string("%g")),
    "WW": lambda moment: call("pg_week_of_year", moment),
    "J": lambda moment: engine_cast(engine_cast(call("julian", engine_cast(moment, t.DATE)), t.INT8), "VARCHAR"),
}


# What strptime() reads exactly as PostgreSQL does: each with the digits that it takes.
_FIXED = {"YYYY": r"\d{4}", "MM": r"\d\d", "DD": r"\d\d", "HH24": r"\d\d", "MI": r"\d\d", "SS": r"\d\d"}


def fixed_format(form: str) -> tuple[str, str] | None:
    """The engine's format of a pattern of plain numbers, and the texts that it reads as PostgreSQL does."""
    codes, texts = "", ""
    for piece, is_pattern, is_bare in _pieces(form) or []:
        if not is_pattern:
            codes += piece.replace("%", "%%")
            texts += re.escape(piece)
        elif piece in _FIXED and not is_bare and _SHOWN[piece] not in codes:
            codes += _SHOWN[piece]
            texts += _FIXED[piece]
        else:
            return None
    return (codes, texts) if codes.startswith("%Y") else None


def _seconds_of_day(moment: exp.Expr) -> exp.Expr:
    since = exp.Paren(this=exp.Sub(this=moment, expression=call("date_trunc", t.string("day"), moment.copy())))
    return engine_cast(engine_cast(call("floor", call("epoch", since)), t.INT8), "VARCHAR")


_PATTERNS = sorted({*_SHOWN, *(p.lower() for p in _SHOWN if p.isupper()), *_NAMES, *_PARTS}, key=len, reverse=True)


def show_format(form: str, moment: exp.Expr) -> exp.Expr | None:
    """The engine's own writing of a timestamp in a pattern; None for a pattern that it has no words for."""
    pieces = _pieces(form)
    if not pieces:
        return None
    parts = [
        _shown(piece, moment, is_bare=is_bare) if is_pattern else t.string(piece)
        for piece, is_pattern, is_bare in pieces
    ]
    # Infinity has no parts.
    return exp.Case(ifs=[exp.If(this=call("isfinite", moment.copy()), true=_null_with(moment, parts))])


def _null_with(moment: exp.Expr, parts: list[exp.Expr]) -> exp.Expr:
    """Concatenated with ||, so that a NULL moment is NULL."""
    whole: exp.Expr = parts[0]
    for part in parts[1:]:
        whole = exp.DPipe(this=whole, expression=part)
    if all(isinstance(part, exp.Literal) for part in parts):
        return exp.If(this=exp.Not(this=exp.Is(this=moment.copy(), expression=exp.Null())), true=whole)
    return exp.Paren(this=whole)


def _shown(pattern: str, moment: exp.Expr, *, is_bare: bool) -> exp.Expr:
    if pattern in _NAMES:
        code, letters, width = _NAMES[pattern]
        tree = call("strftime", moment.copy(), t.string(code))
        tree = call(letters, tree) if letters else tree
        return call("rpad", tree, t.number(width), t.string(" ")) if width and not is_bare else tree
    if pattern in _PARTS:
        return _PARTS[pattern](moment.copy())
    code = _SHOWN.get(pattern) or _SHOWN[pattern.upper()]
    if code == "%Y" and is_bare:
        return engine_cast(call("year", moment.copy()), "VARCHAR")
    return call("strftime", moment.copy(), t.string(_BARE.get(code, code) if is_bare else code))


def parse_format(form: str, node: exp.Expr) -> str:
    """The engine's format that reads a text in a pattern."""
    codes: list[str] = []
    pieces = _pieces(form)
    if pieces is None:
        raise unsupported(f'the date pattern "{form}"', node, hint='Letters to be shown stand in "quotes".')
    for piece, is_pattern, _ in pieces:
        if not is_pattern:
            codes.append(piece.replace("%", "%%"))
            continue
        code = _SHOWN.get(piece) or _SHOWN.get(piece.upper()) or _READ_NAMES.get(piece.upper())
        if code is None or code in ("%G", "%V", "%u"):
            raise unsupported(f'reading "{piece}" in a date pattern', node)
        codes.append(code)
    return "".join(codes)


_READ_NAMES = {"MONTH": "%B", "MON": "%b", "DAY": "%A", "DY": "%a", "AM": "%p", "PM": "%p"}


def _pieces(form: str) -> list[tuple[str, bool, bool]] | None:
    """The format cut into (text, is a pattern, is without padding); None where the engine has no word for a part."""
    pieces: list[tuple[str, bool, bool]] = []
    index, is_bare = 0, False
    while index < len(form):
        if form[index : index + 2] == "FM":
            is_bare = True
            index += 2
            continue
        if form[index] == '"':
            end = form.find('"', index + 1)
            end = len(form) if end < 0 else end
            pieces.append((form[index + 1 : end], False, False))
            index = end + 1
            continue
        pattern = next((each for each in _PATTERNS if form.startswith(each, index)), None)
        if pattern is None and (form[index].isalpha() or form[index] == "\\"):
            return None
        text = pattern or form[index]
        pieces.append((text, pattern is not None, is_bare and pattern is not None))
        is_bare = is_bare and pattern is None
        index += len(text)
        if pattern and form[index : index + 2].lower() == "th":
            return None
    return pieces
