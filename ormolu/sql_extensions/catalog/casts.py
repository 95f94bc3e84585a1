"""Types, operators and array literals as the system catalogs' queries spell them."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from ormolu.errors import FeatureNotSupported

REG_TYPES = frozenset(
    {"regclass", "regproc", "regprocedure", "regoper", "regoperator", "regtype", "regrole", "regnamespace"}
    | {"regcollation", "regdictionary", "regconfig"}
)

_Build = Callable[[exp.Expr, exp.Expr], exp.Expr]

# What OPERATOR(pg_catalog.x) may name.
OPERATORS: dict[str, _Build] = {
    "~": lambda left, right: exp.RegexpLike(this=left, expression=right),
    "!~": lambda left, right: exp.not_(exp.RegexpLike(this=left, expression=right)),
    "~*": lambda left, right: exp.RegexpILike(this=left, expression=right),
    "!~*": lambda left, right: exp.not_(exp.RegexpILike(this=left, expression=right)),
    "~~": lambda left, right: exp.Like(this=left, expression=right),
    "!~~": lambda left, right: exp.not_(exp.Like(this=left, expression=right)),
    "~~*": lambda left, right: exp.ILike(this=left, expression=right),
    "=": lambda left, right: exp.EQ(this=left, expression=right),
    "<>": lambda left, right: exp.NEQ(this=left, expression=right),
    "!=": lambda left, right: exp.NEQ(this=left, expression=right),
    "<": lambda left, right: exp.LT(this=left, expression=right),
    "<=": lambda left, right: exp.LTE(this=left, expression=right),
    ">": lambda left, right: exp.GT(this=left, expression=right),
    ">=": lambda left, right: exp.GTE(this=left, expression=right),
    "+": lambda left, right: exp.Add(this=left, expression=right),
    "-": lambda left, right: exp.Sub(this=left, expression=right),
    "*": lambda left, right: exp.Mul(this=left, expression=right),
    "||": lambda left, right: exp.DPipe(this=left, expression=right),
}


def plain_type(target: exp.Expr) -> str | None:
    """The type's name in lower case, without pg_catalog; None for one with modifiers."""
    if isinstance(target, exp.ObjectIdentifier):
        return str(target.this).lower()
    spelling = target.sql(dialect="postgres").lower().replace("pg_catalog.", "")
    return None if "(" in spelling else spelling


def named_type(name: str) -> exp.Expr:
    """A type as the tree holds a name it has no type of its own for."""
    return exp.DataType(this=exp.DType.USERDEFINED, kind=exp.to_identifier(name), nested=False)


def low_bits(node: exp.Cast) -> exp.Expr:
    """`number::bit(n)` as the number of its last n bits; a query that shows the bits themselves is refused."""
    around = node.parent
    while isinstance(around, exp.Paren | exp.BitwiseAnd | exp.BitwiseOr):
        around = around.parent
    if not isinstance(around, exp.Cast | exp.EQ | exp.NEQ):
        raise FeatureNotSupported("bit strings are not supported in a query over the system catalogs")
    mask = (1 << int(node.to.expressions[0].name)) - 1
    return exp.paren(exp.BitwiseAnd(this=exp.paren(node.this.copy()), expression=exp.Literal.number(mask)))


_ARRAY = re.compile(r"^\{(?P<items>[^{}\\]*)\}$")


def array_literal(text: str) -> exp.Expr | None:
    """`{1,2}` and `{a,b}` as an array; None for other text, nested arrays among it."""
    match = _ARRAY.match(text)
    if match is None:
        return None
    items = [item.strip().strip('"') for item in match["items"].split(",") if item.strip()]
    if all(re.fullmatch(r"-?\d+", item) for item in items):
        return exp.array(*(exp.Literal.number(item) for item in items))
    return exp.array(*(exp.Literal.string(item) for item in items))
