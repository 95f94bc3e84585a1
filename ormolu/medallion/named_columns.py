"""The columns that a definition's clauses name: each must be one that the table keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ormolu.definitions import BronzeSource, Expression, GoldMetric, GoldTable, SilverTable
from ormolu.errors import UndefinedColumn
from ormolu.medallion.bronze import partition_fields
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.expressions import columns_of, undefined_column
from ormolu.sql_extensions.dialect.reading import parse_expression

Layered = BronzeSource | SilverTable | GoldTable | GoldMetric


def partitions(expressions: Sequence[Expression]) -> tuple[PartitionField, ...]:
    """PARTITION BY; raises where a term is none."""
    return partition_fields([parse_expression(each.text) for each in expressions])


def check_named_columns(definition: Layered, names: Collection[str]) -> None:
    """42703 with the clause where it names a column that is not among `names`."""
    for clause, named in _clauses(definition):
        for name in named:
            if name not in names:
                raise _undefined(definition, clause, name, names)


def keeps_listed_only(definition: Layered) -> bool:
    return definition.options.text("columns", "all") == "listed"


def _clauses(definition: Layered) -> Iterable[tuple[str, Sequence[str]]]:
    if not isinstance(definition, GoldMetric):
        yield "KEY", definition.key
    if isinstance(definition, SilverTable):
        yield "REPLACE BY", definition.replace_by
        yield "HISTORY", () if definition.history is None else definition.history.columns
    yield "PARTITION BY", [field.column for field in partitions(definition.partition_by)]
    yield "ORDER BY", [name for term in definition.order_by for name in columns_of(term.expression)]


def _undefined(definition: Layered, clause: str, name: str, names: Collection[str]) -> UndefinedColumn:
    error = undefined_column(name, [each for each in names if not each.startswith("_")])
    error.message = f'column "{name}" named in {clause} does not exist'
    if keeps_listed_only(definition):
        error.hint = f"columns = 'listed' keeps the listed columns alone: list {name} too."
    return error
