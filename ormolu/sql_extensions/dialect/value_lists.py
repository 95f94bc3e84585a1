"""VALUES: rows of expressions, each column of one type."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce
from ormolu.sql_extensions.dialect.context import BoundSelect, Context, OutputColumn
from ormolu.sql_extensions.dialect.digits import branch_digits, digits_type, vary
from ormolu.sql_extensions.dialect.reading import position
from ormolu.sql_extensions.dialect.scopes import Scope, quoted
from ormolu.sql_extensions.dialect.types import engine_cast


def bind_values(node: exp.Values, scope: Scope, context: Context) -> BoundSelect:
    rows = [list(row.expressions) if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    if len({len(row) for row in rows}) != 1:
        raise InvalidSyntax("VALUES lists must all be the same length", position=position(node))
    bounds = [[context.expression(value, scope, context) for value in row] for row in rows]
    types = [t.meet_all([row[index] for row in bounds], "VALUES") for index in range(len(rows[0]))]
    varying = [
        index for index, type in enumerate(types) if context.shows_digits and vary(type, [row[index] for row in bounds])
    ]
    tuples = []
    for row in bounds:
        converted = [coerce(value, type, context) for value, type in zip(row, types, strict=True)]
        shown = [branch_digits(row[index], converted[index]) for index in varying]
        tuples.append(exp.Tuple(expressions=[*(value.tree for value in converted), *shown]))
    names = [f"column{index + 1}" for index in range(len(types))]
    digits = {f"column{index + 1}": f"column{index + 1} digits" for index in varying}
    table = context.unique_name("values")
    alias = exp.TableAlias(this=quoted(table), columns=[quoted(name) for name in (*names, *digits.values())])
    trees: list[exp.Expr] = []
    for name, type in zip(names, types, strict=True):
        column: exp.Expr = exp.column(quoted(name), table=quoted(table))
        trees.append(exp.alias_(column if type is None else engine_cast(column, type), quoted(name)))
    for index, name in zip(varying, digits.values(), strict=True):
        shown_column = engine_cast(exp.column(quoted(name), table=quoted(table)), digits_type(types[index]))
        trees.append(exp.alias_(shown_column, quoted(name)))
    tree = exp.Select(expressions=trees, from_=exp.From(this=exp.Values(expressions=tuples, alias=alias)))
    columns = tuple(
        OutputColumn(name, name, type, digits=digits.get(name)) for name, type in zip(names, types, strict=True)
    )
    return BoundSelect(tree, columns)
