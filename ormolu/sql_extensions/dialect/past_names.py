"""Columns that are going: old names that still answer, and deprecated ones; whoever names them is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date

from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.scopes import ScopeColumn, ScopeRelation
from ormolu.sql_extensions.relations import Relation


def with_past_names(visible: ScopeRelation, relation: Relation, context: Context) -> ScopeRelation:
    """The relation in FROM with its old names, hidden, and with warnings where a name is going.

    Columns that the query itself gives other names are found under these.
    """
    today = context.session.now.astimezone(UTC).date()
    shown = dict(zip((column.name for column in relation.columns), visible.columns, strict=True))
    columns: list[ScopeColumn] = []
    for column in relation.columns:
        seen = shown[column.name]
        if column.deprecated_until is not None:
            text = f'column "{column.name}" of {relation.name} is deprecated until {column.deprecated_until}'
            seen = replace(seen, on_named=_warning(context, text))
        columns.append(seen)
    taken = {column.name for column in columns}
    for alias in relation.aliases:
        if alias.name in taken or alias.reads not in shown or today >= date.fromisoformat(alias.until):
            continue
        now = f'column "{alias.name}" of {relation.name} is now "{alias.reads}"'
        text = f"{now}: its old name answers until {alias.until}"
        columns.append(replace(shown[alias.reads], name=alias.name, is_hidden=True, on_named=_warning(context, text)))
    return replace(visible, columns=tuple(columns))


def _warning(context: Context, text: str) -> Callable[[], None]:
    return lambda: context.warn(text)
