"""Division and remainder: by zero is an error, but of a NULL it is NULL, whatever it is divided by."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect.types import call

_QUOTIENTS: dict[type[exp.Expr], str] = {
    exp.IntDiv: "pg_whole_quotient", exp.Div: "pg_float_quotient", exp.Mod: "pg_remainder",
}  # fmt: skip


def divided(operator: type[exp.Expr], dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
    """What is divided is written twice where that is short, and computed once by a function where it is not."""
    match _bare(dividend), _bare(divisor):
        case _, exp.Literal(this=str(digits), is_string=False) if digits.isdecimal() and int(digits):
            checked = divisor
        case exp.Literal(), _:
            checked = call("pg_divisor", divisor)
        case exp.Column(), _:
            checked = call("pg_divisor_of", dividend.copy(), divisor)
        case _:
            return call(_QUOTIENTS[operator], dividend, divisor)
    return exp.Paren(this=operator(this=dividend, expression=checked))


def _bare(tree: exp.Expr) -> exp.Expr:
    tree = tree.unnest()
    while isinstance(tree, exp.Cast | exp.Neg):
        tree = tree.this.unnest()
    return tree
