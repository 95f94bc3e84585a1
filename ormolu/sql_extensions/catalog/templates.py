"""Expressions over the catalog's own tables, written once as text.

A template names its arguments _1, _2, ...; the tables it reads start with an underscore and so do their
columns, so that a column in an argument never means one of theirs.
"""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp


@cache
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template.strip(), read="duckdb")


def filled(template: str, arguments: list[exp.Expr]) -> exp.Expr:
    """The template's tree with the arguments in their places."""
    given = {f"_{position}": argument for position, argument in enumerate(arguments, start=1)}
    tree = _parsed(template).copy()

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in given:
            argument = given[node.name].copy()
            return argument if isinstance(argument, exp.Literal | exp.Column | exp.Func) else exp.paren(argument)
        return node

    return tree.transform(put, copy=False)
