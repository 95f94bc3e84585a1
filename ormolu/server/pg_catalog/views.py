"""The views of pg_catalog and information_schema, as queries over its tables: views.sql, parsed once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from ormolu.definitions import TableName

_NAMED = re.compile(r"^-- (\w+)\.(\w+)\n(.*?);$", re.MULTILINE | re.DOTALL)


@cache
def _queries() -> dict[TableName, exp.Query]:
    text = (Path(__file__).parent / "views.sql").read_text()
    found: dict[TableName, exp.Query] = {}
    for schema, name, query in _NAMED.findall(text):
        tree = sqlglot.parse_one(query, read="postgres")
        assert isinstance(tree, exp.Query)
        found[TableName(schema, name)] = tree
    return found


def view_query(name: TableName) -> exp.Query | None:
    """The view's query in PostgreSQL's SQL; None for what is no view, or a view that has no rows here."""
    return _queries().get(name)
