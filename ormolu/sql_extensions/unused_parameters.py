"""Parameters that a client declares and the query does not read: the engine must find them in the text all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlglot import exp

from ormolu.sql_extensions.types import DataType

Tree = TypeVar("Tree", bound=exp.Expr)


def with_every_parameter(tree: Tree, types: Sequence[DataType | None]) -> Tree:
    """The tree with every parameter that has a type in it; those it lacks stand in a query that nothing reads."""
    if not types or not isinstance(tree, exp.Query):
        return tree
    left = {int(parameter.name) for parameter in tree.find_all(exp.Parameter)}
    gone = [(index, kind) for index, kind in enumerate(types, start=1) if index not in left and kind is not None]
    if not gone:
        return tree
    unused = exp.select(
        *(
            exp.Cast(
                this=exp.Parameter(this=exp.Literal.number(index)),
                to=exp.DataType.build(kind.duckdb, dialect="duckdb"),
            )
            for index, kind in gone
        )
    )
    tree.with_("_unused", as_=unused, copy=False)
    return tree


def first_unknown(tree: exp.Expr, types: Sequence[DataType | None]) -> int | None:
    """The first parameter that neither the client nor the query gives a type."""
    if all(types):
        return None
    read = {int(parameter.name) for parameter in tree.find_all(exp.Parameter)}
    return next((at for at, kind in enumerate(types, start=1) if kind is None and at not in read), None)
