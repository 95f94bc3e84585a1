"""A definition that takes a column away that others read, or gives it another type, is refused with the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.definitions import Definition, Kind, Monitor
from ormolu.errors import DependentObjectsStillExist
from ormolu.medallion.change_impact import Made, is_wider, readers
from ormolu.medallion.column_readers import column_readers
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.silver import AUDIT_NAMES
from ormolu.scheduler.context import RunContext
from ormolu.scheduler.runs import RunAction
from ormolu.sql_extensions.types import DataType

MAY_RETYPE = "may_retype"  # the key of a request whose readers are known: PROMOTE tried them, DROP COLUMN drops them


def check_columns(
    definition: Made, current: IcebergTable | None, columns: Sequence[StoredColumn], head: Head, context: RunContext
) -> None:
    """2BP01 with the list, at CREATE OR REPLACE: of what queries could name before, by an old name too."""
    if current is None or context.run.action is not RunAction.CREATE or context.run.request.get(MAY_RETYPE):
        return
    today = context.now().date().isoformat()
    shown = [column for column in current.columns if not column.is_hidden and column.name not in AUDIT_NAMES]
    before = _answering(shown, head.definitions.find_relation(definition.name), today)
    after = _answering(columns, definition, today)
    _refuse_gone(definition, [name for name in before if name not in after], head)
    _refuse_retyped(definition, before, after, head)


def _answering(columns: Sequence[StoredColumn], definition: Definition | None, today: str) -> Mapping[str, DataType]:
    """The names that a query may use, with the types behind them."""
    types = {column.name: column.type for column in columns}
    former = {
        column.formerly: types[column.name]
        for column in getattr(definition, "columns", ())
        if column.formerly is not None and column.name in types and (column.formerly_until or "") > today
    }
    return former | types


def _refuse_gone(definition: Made, gone: Sequence[str], head: Head) -> None:
    monitors = [each for each in head.definitions.all(Kind.MONITOR) if isinstance(each, Monitor)]
    reading = column_readers(head.definitions.relations(), monitors, definition.name, gone)
    if reading:
        raise DependentObjectsStillExist(
            f"cannot drop {', '.join(sorted({each.column for each in reading}))} of {definition.name} because other "
            "objects depend on it",
            detail="\n".join(map(str, reading)),
            hint="Change what reads it first, or say FORMERLY beside its new name; BEGIN ... COMMIT publishes all of "
            "it together.",
        )


def _refuse_retyped(
    definition: Made, before: Mapping[str, DataType], after: Mapping[str, DataType], head: Head
) -> None:
    """A type that holds all that the old one held is another's to take."""
    retyped = {
        name: f"{name} from {before[name]} to {after[name]}"
        for name in before.keys() & after.keys()
        if not is_wider(before[name], after[name]) and readers(head.definitions.relations(), definition.name, {name})
    }
    reading = readers(head.definitions.relations(), definition.name, retyped)
    if not reading:
        return
    raise DependentObjectsStillExist(
        f"cannot change the type of {', '.join(sorted(retyped.values()))} of {definition.name} because other objects "
        "depend on it",
        detail="\n".join(reading),
        hint="Give it another name beside the old one, or change what reads it first; BEGIN ... COMMIT publishes all "
        "of it together.",
    )
