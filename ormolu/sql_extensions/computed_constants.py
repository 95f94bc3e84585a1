"""Constants that a query computes, as `current_date - 7` is, computed once so that files can be chosen by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from ormolu.sql_extensions.conditions import Condition, is_computed, with_values
from ormolu.sql_extensions.engine_text import EngineText, Scan

# Runs a query of one row in the engine; None where it fails, as the statement will where it computes the same.
Ask = Callable[[str], "Sequence[str | None] | None"]


def with_computed(text: EngineText, ask: Ask) -> EngineText:
    """The query's text, whose conditions compare with values; what could not be computed stays as it is."""
    found: dict[str, exp.Expr] = {}
    for scan in text.scans:
        if scan.files.count > 1:
            _gather(scan.condition, found)
    if not found:
        return text
    row = ask(_query(list(found.values())))
    if row is None:
        return text
    values = {sql: _literal(*pair) for sql, pair in zip(found, zip(row[::2], row[1::2], strict=True), strict=True)}

    def value(tree: exp.Expr) -> exp.Expr:
        return (values.get(_sql(tree)) or tree) if is_computed(tree) else tree

    scans = tuple(Scan(scan.files, with_values(scan.condition, value)) for scan in text.scans)
    return replace(text, scans=scans)


def _gather(condition: Condition, found: dict[str, exp.Expr]) -> None:
    def note(tree: exp.Expr) -> exp.Expr:
        if is_computed(tree):
            found[_sql(tree)] = tree
        return tree

    with_values(condition, note)


def _sql(tree: exp.Expr) -> str:
    return tree.sql("duckdb")


def _query(trees: Sequence[exp.Expr]) -> str:
    """Of each its text and its type."""
    columns = [
        column
        for tree in trees
        for column in (exp.cast(tree.copy(), "VARCHAR", dialect="duckdb"), exp.func("typeof", tree.copy()))
    ]
    return exp.select(*columns).sql("duckdb")


def _literal(text: str | None, kind: str | None) -> exp.Expr | None:
    """None for NULL, which compares with nothing."""
    if text is None or kind is None:
        return None
    return exp.cast(exp.Literal.string(text), exp.DataType.build(kind, dialect="duckdb"))
