"""A rule's expression in the scope of the rows it looks at: checked names, quoted columns, failures caught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from sqlglot import exp

from ormolu.definitions import Expression
from ormolu.errors import AmbiguousColumn, UndefinedColumn
from ormolu.medallion.templates import cast, column, fill
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression
from ormolu.sql_extensions.queries import SessionValues, bind_expression
from ormolu.sql_extensions.types import DataType

# DuckDB's TRY refuses these; such an expression is evaluated as it is.
_UNTRIED = (exp.Window, exp.Query, exp.Any, exp.All, exp.Rand, exp.AggFunc)
_VOLATILE = frozenset({"random", "uuid", "gen_random_uuid", "nextval", "setseed", "error", "pg_quote_ident"})


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """Column names by the table alias that has them, the innermost first."""

    tables: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]  # alias, other names of it, columns

    def resolve(self, node: exp.Column) -> exp.Column:
        name, qualifier = node.name, node.table
        holders = [
            alias
            for alias, others, names in self.tables
            if name in names and (not qualifier or qualifier == alias or qualifier in others)
        ]
        if not holders:
            raise undefined_column(name, [each for _, _, names in self.tables for each in names])
        if len(holders) > 1:
            raise AmbiguousColumn(
                f'column reference "{name}" is ambiguous', hint="Write the table's name before the column."
            )
        return column(name, holders[0])


def undefined_column(name: str, known: Iterable[str]) -> UndefinedColumn:
    visible = sorted({each for each in known if not each.startswith("ormolu:")})
    near = get_close_matches(name, visible, n=1)
    hint = f'Perhaps you meant the column "{near[0]}".' if near else f"There are: {', '.join(visible)}."
    return UndefinedColumn(f'column "{name}" does not exist', hint=hint)


def translated(expression: Expression, scope: Scope, types: Mapping[str, DataType], now: datetime = EPOCH) -> exp.Expr:
    """The expression in DuckDB's words, every column quoted and known; `now()` is the moment given."""
    return resolved(bind_expression(expression.text, types, session=SessionValues(now=now)), scope)


def resolved(tree: exp.Expr, scope: Scope) -> exp.Expr:
    holder = exp.Paren(this=tree.copy())
    for node in list(holder.find_all(exp.Column)):
        if not isinstance(node.this, exp.Star):
            node.replace(scope.resolve(node))
    inner: exp.Expr = holder.this
    return inner.pop()


def columns_of(expression: Expression) -> tuple[str, ...]:
    """The distinct columns an expression names, in order; it is read only, so no types are needed."""
    nodes = exp.Paren(this=parse_expression(expression.text)).find_all(exp.Column, bfs=False)
    return tuple(dict.fromkeys(identifier(node.this) for node in nodes if isinstance(node.this, exp.Identifier)))


def has_window(expression: Expression) -> bool:
    return exp.Paren(this=parse_expression(expression.text)).find(exp.Window) is not None


def can_try(tree: exp.Expr) -> bool:
    if tree.find(*_UNTRIED) is not None:
        return False
    return not any(node.name.lower() in _VOLATILE for node in tree.find_all(exp.Anonymous))


def attempt(tree: exp.Expr) -> exp.Expr:
    """A struct with the value in `v`; NULL itself where the evaluation fails."""
    return fill("TRY(struct_pack(v := :tree))" if can_try(tree) else "struct_pack(v := :tree)", tree=tree)


def failed(tree: exp.Expr) -> exp.Expr:
    """True where the evaluation fails on the row."""
    return fill(":attempt IS NULL", attempt=attempt(tree)) if can_try(tree) else exp.false()


def value_or_null(tree: exp.Expr) -> exp.Expr:
    return fill("(:attempt).v", attempt=attempt(tree)) if can_try(tree) else tree


def is_false(condition: exp.Expr) -> exp.Expr:
    """Violated: false, or failing; NULL passes."""
    if not can_try(condition):
        return fill("coalesce(NOT (:condition), FALSE)", condition=condition)
    return fill(
        "CASE WHEN :attempt IS NULL THEN TRUE ELSE coalesce(NOT (:attempt).v, FALSE) END", attempt=attempt(condition)
    )


def is_true(condition: exp.Expr) -> exp.Expr:
    """Holds for certain: NULL and failures do not count."""
    return fill("coalesce(:value, FALSE)", value=value_or_null(condition))


def at(moment: datetime) -> exp.Expr:
    """A point in time as a literal: plans never ask the clock."""
    return cast(exp.Literal.string(moment.isoformat()), "TIMESTAMPTZ")


def scope_of(names: Sequence[str], *, alias: str = "r", others: Sequence[str] = ()) -> Scope:
    return Scope(((alias, tuple(others), tuple(names)),))
