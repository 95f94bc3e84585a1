"""A relation as a query reads it: typed columns, and the DuckDB tree that yields them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.sql_extensions.types import DataType


@dataclass(frozen=True, slots=True)
class RelationColumn:
    """A column as analysts see it; a hidden one is left out of `SELECT *` and answers when named."""

    name: str
    type: DataType
    is_hidden: bool = False
    is_required: bool = False
    comment: str | None = None
    deprecated_until: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnAlias:
    """The name that a column had: it answers when named before the day `until` begins, UTC."""

    name: str
    reads: str
    until: str


@dataclass(frozen=True, slots=True)
class Relation:
    """`source` is a DuckDB query yielding exactly `columns`, in order, in their query types.

    `version` identifies what was read (for caches): equal versions yield equal rows.
    """

    name: TableName
    columns: tuple[RelationColumn, ...]
    source: exp.Query
    version: str
    aliases: tuple[ColumnAlias, ...] = ()

    def find_column(self, name: str) -> RelationColumn | None:
        return next((column for column in self.columns if column.name == name), None)
