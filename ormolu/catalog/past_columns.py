"""What a definition says about names of columns that are going: FORMERLY, and DEPRECATED UNTIL."""

from __future__ import annotations

from dataclasses import replace

from ormolu.definitions import Definition
from ormolu.sql_extensions.relations import ColumnAlias, Relation


def with_past_columns(relation: Relation, definition: Definition | None) -> Relation:
    """The relation with the old names that may still answer, and the marks of deprecated columns."""
    listed = getattr(definition, "columns", ())
    former = {column.name: column for column in listed if column.formerly is not None}
    deprecated = {column.name: column.deprecated_until for column in listed if column.deprecated_until is not None}
    if not former and not deprecated:
        return relation
    names = {column.name for column in relation.columns}
    return replace(
        relation,
        columns=tuple(
            replace(column, deprecated_until=deprecated[column.name]) if column.name in deprecated else column
            for column in relation.columns
        ),
        aliases=tuple(
            ColumnAlias(column.formerly, name, column.formerly_until)
            for name, column in former.items()
            if name in names and column.formerly not in names and column.formerly_until is not None
        ),
    )
