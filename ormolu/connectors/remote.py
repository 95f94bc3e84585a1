"""What SQL databases share: names of tables, the text of a window, queries that only read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from ormolu.connectors.source import ReadRequest, Window
from ormolu.definitions import SourceForm
from ormolu.errors import FeatureNotSupported

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def quoted(name: str, dialect: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect=dialect)


def text(value: str, dialect: str) -> str:
    return exp.Literal.string(value).sql(dialect=dialect)


def table_parts(target: str) -> tuple[str | None, str]:
    """`shop.orders` as (shop, orders); a name without a dot has no schema; double quotes keep a dot."""
    parts = exp.to_table(target, dialect="postgres")
    return (parts.db or None, parts.name)


def table_sql(schema: str | None, name: str, dialect: str) -> str:
    return ".".join(quoted(part, dialect) for part in (schema, name) if part)


def relation_sql(request: ReadRequest, dialect: str, *, schema: str | None, name: str) -> str:
    """What FROM reads: the table, or the query in parentheses."""
    match request.form:
        case SourceForm.TABLE:
            return table_sql(schema, name, dialect)
        case SourceForm.QUERY:
            return f"({request.target.strip().rstrip(';')}) AS {quoted('q', dialect)}"
        case _:
            raise FeatureNotSupported(
                f"{request.form.value} cannot be read from a database", hint="Use TABLE or QUERY."
            )


def check_form(form: SourceForm) -> None:
    if form not in (SourceForm.TABLE, SourceForm.QUERY):
        raise _not_read(form)


def _not_read(form: SourceForm) -> FeatureNotSupported:
    return FeatureNotSupported(f"{form.value} cannot be read from a database", hint="Use TABLE or QUERY.")


def select_sql(columns: Sequence[str], relation: str, window: Window | None, dialect: str) -> str:
    where = window_sql(window, dialect) if window is not None else ""
    return f"SELECT {', '.join(columns)} FROM {relation}{where}"  # noqa: S608 - all is quoted; the query is the user's


def window_sql(window: Window, dialect: str) -> str:
    column = quoted(window.column, dialect)
    bounds = []
    if window.after is not None:
        bounds.append(f"{column} {'>=' if window.has_start else '>'} {_bound(window.after, dialect)}")
    if window.until is not None:
        bounds.append(f"{column} <= {_bound(window.until, dialect)}")
    inside = " AND ".join(bounds) or f"{column} IS NOT NULL"
    return f" WHERE ({inside}) OR {column} IS NULL" if window.loads_null else f" WHERE {inside}"


def _bound(value: str, dialect: str) -> str:
    """SQLite compares by what stands there, whatever the column: a number is less than any text."""
    is_number = dialect == "sqlite" and _NUMBER.fullmatch(value) is not None
    return f"CAST({text(value, dialect)} AS NUMERIC)" if is_number else text(value, dialect)
