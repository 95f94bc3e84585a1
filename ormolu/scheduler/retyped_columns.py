"""A definition that gives a column another type while others read it is refused, as one that drops the column is."""

from __future__ import annotations

from collections.abc import Sequence

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.definitions import TableName
from ormolu.errors import DependentObjectsStillExist
from ormolu.medallion.change_impact import is_wider, readers
from ormolu.medallion.columns import StoredColumn
from ormolu.scheduler.context import RunContext
from ormolu.scheduler.runs import RunAction

MAY_RETYPE = "may_retype"  # the key of a request that was tried where it comes from: PROMOTE's


def check_retyped(
    name: TableName, current: IcebergTable | None, columns: Sequence[StoredColumn], head: Head, context: RunContext
) -> None:
    """2BP01 with the list, at CREATE OR REPLACE; a type that holds all that the old one held is another's to take."""
    if current is None or context.run.action is not RunAction.CREATE or context.run.request.get(MAY_RETYPE):
        return
    before = {column.name: column.type for column in current.columns if not column.is_hidden}
    retyped = {
        column.name: f"{column.name} from {before[column.name]} to {column.type}"
        for column in columns
        if column.name in before and not is_wider(before[column.name], column.type)
    }
    reading = readers(head.definitions.relations(), name, retyped)
    if not reading:
        return
    raise DependentObjectsStillExist(
        f"cannot change the type of {', '.join(retyped.values())} of {name} because other objects depend on it",
        detail="\n".join(reading),
        hint="Give it another name beside the old one, or change what reads it first; BEGIN ... COMMIT publishes all "
        "of it together.",
    )
