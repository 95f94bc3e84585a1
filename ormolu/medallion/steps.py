"""What a plan is carried out by: temporary tables to make, in order, and rows that come to tables or leave them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from ormolu.definitions import SortColumn, TableName
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.templates import fill

SPLITS = 16  # of a step that memory does not hold: each reads what it splits by once more


@dataclass(frozen=True, slots=True)
class Step:
    """A temporary table to make; a view where what reads it reads little of it, or only once.

    Where the table `view_without` is empty it is a view as well. Rows of other values in `splits_by` have nothing to do
    with each other: they can be made in turn.
    """

    name: str
    query: exp.Query
    is_view: bool = False
    view_without: str | None = None
    splits_by: tuple[exp.Expr, ...] = ()

    def splits(self) -> Iterator[exp.Query]:
        """Queries that give the rows together, each a part of them."""
        for number in range(SPLITS if self.splits_by else 0):
            assert isinstance(self.query, exp.Select)
            is_here = fill(
                "hash(:keys) % :splits = :number",
                keys=list(self.splits_by),
                splits=exp.Literal.number(SPLITS),
                number=exp.Literal.number(number),
            )
            yield self.query.where(is_here)


@dataclass(frozen=True, slots=True)
class TableWrite:
    """Rows whose `key` is in `leaving` leave the table, then those of `arriving` come; `is_whole`: all leave.

    `renamed` are the old names of columns that keep their values under new ones.
    """

    table: TableName
    columns: tuple[StoredColumn, ...]
    arriving: exp.Query
    key: tuple[str, ...] = ()
    leaving: exp.Query | None = None
    is_whole: bool = False
    partition_by: tuple[PartitionField, ...] = ()
    order_by: tuple[SortColumn, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
