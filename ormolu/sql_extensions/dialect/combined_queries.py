"""The two sides of UNION, INTERSECT and EXCEPT in types that they have in common."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.errors import DatatypeMismatch, InvalidSyntax
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.context import BoundSelect, Context, OutputColumn
from ormolu.sql_extensions.dialect.digits import digits_type, vary
from ormolu.sql_extensions.dialect.names import unique_in
from ormolu.sql_extensions.dialect.reading import position
from ormolu.sql_extensions.dialect.scopes import Scope, quoted
from ormolu.sql_extensions.dialect.types import Bound, engine_cast
from ormolu.sql_extensions.types import DataType


def combine(
    node: exp.SetOperation,
    left: BoundSelect,
    right: BoundSelect,
    scope: Scope,
    context: Context,
    *,
    is_recursive: bool = False,
) -> BoundSelect:
    word = type(node).__name__.upper()
    if len(left.columns) != len(right.columns):
        raise InvalidSyntax(f"each {word} query must have the same number of columns", position=position(node))
    columns = tuple(_common_column(word, one, other) for one, other in zip(left.columns, right.columns, strict=True))
    if isinstance(node, exp.Union) and context.shows_digits and not (is_recursive and node.args.get("distinct")):
        columns = _varying(columns, left, right)
    sides = [_in_types(side, columns, context) for side in (left, right)]
    if is_recursive:
        check_recursive(left, columns)
    tree = type(node)(
        this=sides[0] if is_recursive else exp.Subquery(this=sides[0]),
        expression=sides[1] if is_recursive else exp.Subquery(this=sides[1]),
        distinct=node.args.get("distinct"),
    )
    return BoundSelect(tree, columns)


def _varying(columns: tuple[OutputColumn, ...], left: BoundSelect, right: BoundSelect) -> tuple[OutputColumn, ...]:
    """The columns of UNION ALL, with digits where those of the two sides differ."""
    taken = {column.engine_name.lower() for column in columns}
    shown: list[OutputColumn] = []
    for column, one, other in zip(columns, left.columns, right.columns, strict=True):
        sides = [
            Bound(exp.column(quoted(side.engine_name)), side.type, digits=exp.null() if side.digits else None)
            for side in (one, other)
            if not side.is_open
        ]
        varies = vary(column.type, sides)
        shown.append(replace(column, digits=unique_in(taken, f"{column.engine_name} digits") if varies else None))
    return tuple(shown)


def check_recursive(first: BoundSelect, columns: tuple[OutputColumn, ...]) -> None:
    """A recursive query has the types of its first term."""
    for index, (one, whole) in enumerate(zip(first.columns, columns, strict=True), start=1):
        if one.type is None or whole.type is None:
            continue
        loses_modifiers = one.has_modifiers and not whole.has_modifiers and bool(one.type.modifiers)
        if one.type.scalar != whole.type.scalar or loses_modifiers:
            raise DatatypeMismatch(
                f"recursive query column {index} has type {one.shown_type} in non-recursive term"
                f" but type {whole.shown_type} overall",
                hint="Cast the output of the non-recursive term to the correct type.",
            )


def _common_column(word: str, one: OutputColumn, other: OutputColumn) -> OutputColumn:
    if one.is_open and other.is_open:
        return one
    if one.is_open or other.is_open:
        return replace(one, type=other.type if one.is_open else one.type, is_open=False)
    if one.type is None or other.type is None:
        return replace(one, type=None)
    common = t.common_type(one.type, other.type)
    if common is None:
        raise DatatypeMismatch(f"{word} types {one.type} and {other.type} cannot be matched")
    return replace(one, type=common, has_modifiers=one.type == other.type and one.has_modifiers)


def _in_types(side: BoundSelect, columns: tuple[OutputColumn, ...], context: Context) -> exp.Query:
    """A side with its columns in the common types."""
    wanted = [column.type for column in columns]
    shown = [pair for pair in zip(columns, side.columns, strict=True) if pair[0].digits is not None]
    if not shown and all(
        type is None or type == column.type for type, column in zip(wanted, side.columns, strict=True)
    ):
        return side.tree
    name = context.unique_name("side")
    trees = [
        exp.alias_(_converted(column, type, name), quoted(column.engine_name))
        for column, type in zip(side.columns, wanted, strict=True)
    ]
    for column, own in shown:
        text = exp.column(quoted(own.digits or own.engine_name), table=quoted(name))
        trees.append(exp.alias_(engine_cast(text, digits_type(column.type)), quoted(column.digits or "")))
    inner = exp.Subquery(this=side.tree, alias=exp.TableAlias(this=quoted(name)))
    return exp.Select(expressions=trees, from_=exp.From(this=inner))


def _converted(column: OutputColumn, type: DataType | None, table: str) -> exp.Expr:
    tree = exp.column(quoted(column.engine_name), table=quoted(table))
    if type is None or type == column.type:
        return tree
    if t.is_kind(column.type, "bpchar") and not t.is_kind(type, "bpchar"):
        return t.call("rtrim", tree)
    return engine_cast(tree, type)
