"""Writes docs/postgresql-differences.md from the table of differences: `python -m tests.differential.page`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.differential.differences import QUERIES, Difference, Kind, differences, queries

PAGE = Path(__file__).parents[2] / "docs" / "postgresql-differences.md"
_QUERY_CHARACTERS = 90

_HEAD = """# Where PostgreSQL answers otherwise

{count} queries of {themes} themes run on this server and on PostgreSQL 15 with the same data, in text and in binary.
{different} of them differ in columns, types, rows or SQLSTATE; all are listed here with the reason and
one example.
What is not supported is an error, mostly 0A000 or 42883.

This page is written by `python -m tests.differential.page` from `tests/differential/differences.tsv`.

## In general

* A query reads one snapshot and changes nothing: no `FOR UPDATE`, no temporary table, no user-defined function.
* `numeric` has 38 digits at most. A client sees the digits that PostgreSQL gives each value, where
  the tables read have 10,000 rows at most, and of up to 10,000 groups of any number of rows; quotients are computed
  with, stored with, and of more rows shown with 16 decimal places.
* Arrays have one dimension in most functions. Composite values, ranges and bit strings are not supported in queries.
* Texts are compared by code point, as with the collation "C".
"""


def page() -> str:
    """The whole page."""
    listed = differences()
    themes = sorted(QUERIES.glob("*.sql"))
    count = sum(len(queries(theme)) for theme in themes)
    parts = [_HEAD.format(count=count, themes=len(themes), different=len(listed))]
    for kind in Kind:
        found = [one for one in listed.values() if one.kind is kind]
        if found:
            parts.append(f"\n## {kind.value}\n\n| what | for example |\n|---|---|\n{_rows(found)}")
    return "".join(parts)


def _rows(found: list[Difference]) -> str:
    ordered = sorted(found, key=lambda one: one.reason.lower())
    rows = []
    for reason, group in groupby(ordered, key=lambda one: one.reason):
        example = min((one.query for one in group), key=len)
        rows.append(f"| {_cell(reason)} | `{_cell(_short(example))}` |\n")
    return "".join(rows)


def _short(query: str) -> str:
    return query if len(query) <= _QUERY_CHARACTERS else query[: _QUERY_CHARACTERS - 4] + " ..."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")


if __name__ == "__main__":
    PAGE.write_text(page())
