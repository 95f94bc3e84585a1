"""Columns of a silver table's query that are called like columns of ours: refused, never lost.

What a relation of the lake says of its own rows may stand in the query, as `SELECT *` of a silver table has it, and is
not taken over: each table has these columns for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.errors import DuplicateColumn
from ormolu.medallion.quarantine import OWN, quarantine_name
from ormolu.medallion.silver import AUDIT_NAMES
from ormolu.sql_extensions.relations import Relation


def check_own_names(name: TableName, tree: exp.Expr, columns: Sequence[str], relations: Collection[Relation]) -> None:
    """42701 where one of the query's `columns` would meet a column of the table's, or of its quarantine's."""
    for column in columns:
        if column in AUDIT_NAMES:
            if _is_made_up(tree, column) or not any(_is_ours(relation, column) for relation in relations):
                raise _taken(column, name)
        elif column in OWN:
            raise _taken(column, quarantine_name(name))


def _is_made_up(tree: exp.Expr, name: str) -> bool:
    """Whether the query computes the column: then no relation has it."""
    if not isinstance(tree, exp.Select):
        return False
    return any(each.alias_or_name == name and not isinstance(each.unalias(), exp.Column) for each in tree.expressions)


def _is_ours(relation: Relation, name: str) -> bool:
    column = relation.find_column(name)
    return column is not None and (column.is_hidden or relation.name.schema in ("silver", "gold"))


def _taken(column: str, table: TableName) -> DuplicateColumn:
    return DuplicateColumn(
        f'column "{column}" is added by us to {table}', hint=f"Give yours another name: {column} AS their{column}."
    )
