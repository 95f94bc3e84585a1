"""Texts that differ in their literals alone have one shape: `WHERE id = 17` and `WHERE id = 18` are `WHERE id = $1`.

Only a literal that is compared with a column in WHERE is taken out. There it says nothing but a value: no column's
type or name, no digits, no ordinal and no limit depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlglot import exp

LITERALS_MAX = 16  # a longer list is not told apart from data

_TOKEN = re.compile(
    r"""
    (?:\s++|--[^\n\r]*+)*+
    (?:(?P<odd>/\*|\$|[eEbBxXuU](?:&["'])|[eEbBxX]'|[^\x00-\x7f])
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>'[^']*+(?:''[^']*+)*+')
  | (?P<identifier>"[^"]*+(?:""[^"]*+)*+")
  | (?P<integer>[1-9]\d{0,17}(?![\w.])|0(?![\w.]))
  | (?P<number>[\d.]+\w*)
  | (?P<compared><=|>=|<>|!=|[<>=](?![<>=!~@\#%^&|`?+*/-]))
  | (?P<symbol>[^\s'"])
  | (?P<unterminated>['"])
  | (?P<end>\Z))
    """,
    re.VERBOSE,
)
_CONNECTIVES = (exp.And, exp.Or, exp.Not, exp.Paren)


@dataclass(frozen=True, slots=True)
class TakenLiteral:
    """Where a literal stood, and its value: an integer, or the characters of a string."""

    start: int
    end: int
    value: int | str


@dataclass(frozen=True, slots=True)
class Shaped:
    """One query's text without its blanks and semicolon, and the literals in it that may be only values."""

    text: str
    offset: int
    literals: tuple[TakenLiteral, ...]

    @property
    def shape(self) -> str:
        """The text with `$1`, `$2` ... in the places of the literals."""
        parts: list[str] = []
        at = 0
        for number, literal in enumerate(self.literals, start=1):
            parts += (self.text[at : literal.start], f"${number}")
            at = literal.end
        return "".join((*parts, self.text[at:]))

    def only(self, numbers: Collection[int]) -> Shaped:
        """With the literals of those numbers alone."""
        kept = tuple(literal for number, literal in enumerate(self.literals, start=1) if number in numbers)
        return Shaped(self.text, self.offset, kept)


def find_shaped(script: str) -> Shaped | None:
    """Take the literals out of a query; None where there are none, or it is not plainly one SELECT without parameters.

    What only a parser can tell is left to `value_parameters`.
    """
    literals: list[TakenLiteral] = []
    before = ""
    begin = end = 0
    is_listed = False
    for match in _TOKEN.finditer(script):
        kind = str(match.lastgroup)
        if kind == "end":
            break
        if kind in _ODD or before == ";" or len(literals) > LITERALS_MAX:
            return None
        word = match[kind].upper() if kind == "word" else match[kind] if kind in _KEYED else ""
        if not before:
            if word not in ("SELECT", "WITH"):
                return None
            begin = match.start(kind)
        if kind in ("integer", "string") and (before in _BEFORE or (is_listed and before in ("(", ","))):
            literals.append(_taken(match, kind, begin))
        if word == "(":
            is_listed = before == "IN"
        elif word == ")":
            is_listed = False
        before = word or "?"
        if word != ";":
            end = match.end()
    if not 0 < len(literals) <= LITERALS_MAX:
        return None
    return Shaped(script[begin:end], begin, tuple(literals))


_ODD = frozenset({"odd", "unterminated"})
_KEYED = frozenset({"symbol", "compared"})
_BEFORE = frozenset({"=", "<", ">", "<=", ">=", "<>", "!=", "BETWEEN", "AND"})


def _taken(match: re.Match[str], kind: str, begin: int) -> TakenLiteral:
    text = match[kind]
    value = int(text) if kind == "integer" else text[1:-1].replace("''", "'")
    return TakenLiteral(match.start(kind) - begin, match.end() - begin, value)


def value_parameters(tree: exp.Expr) -> frozenset[int]:
    """The numbers of the parameters that are compared with a column in WHERE, and stand nowhere else."""
    found: dict[int, bool] = {}
    for parameter in tree.find_all(exp.Parameter):
        number = int(parameter.name)
        found[number] = found.get(number, True) and _is_value(parameter)
    return frozenset(number for number, is_value in found.items() if is_value)


def _is_value(parameter: exp.Expr) -> bool:
    test = parameter.parent
    return _is_comparison(test, parameter) and _is_condition(test)


def _is_comparison(test: exp.Expr | None, parameter: exp.Expr) -> bool:
    match test:
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return isinstance(test.this, exp.Column) and test.expression is parameter
        case exp.In() | exp.Between():
            return isinstance(test.this, exp.Column) and test.this is not parameter and not test.args.get("symmetric")
        case _:
            return False


def _is_condition(test: exp.Expr | None) -> bool:
    above = None if test is None else test.parent
    while isinstance(above, _CONNECTIVES):
        above = above.parent
    return isinstance(above, exp.Where)
