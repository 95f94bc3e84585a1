"""EXPLAIN ALTER ... COLUMN: whether a changed column is told in the schema, or makes the rows anew."""

from __future__ import annotations

from ormolu.catalog.lake import Head
from ormolu.definitions import Definition
from ormolu.medallion.change_impact import Made, change_of, filling
from ormolu.medallion.lineage import upstreams
from ormolu.server.commands.columns import ColumnAction, edited, readers_of
from ormolu.server.commands.plans import PlanRow, effect_rows, read_row
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.statements import AddColumn, DeprecateColumn, DropColumn, RenameColumn

IN_SCHEMA = "in the schema alone: no row is written anew"


def explain_column(
    existing: Definition, action: ColumnAction, session: SessionContext, services: Services, head: Head
) -> list[PlanRow]:
    """The same errors as the statement itself, 2BP01 with the list of readers among them."""
    changed = edited(existing, action, session, services, head)
    column = action.column.name if isinstance(action, AddColumn) else action.name
    if changed is None:
        return [PlanRow(str(existing.name), "nothing", f"column {column} is as it is")]
    name, word = str(changed.name), f"{_word(action)} column {column}"
    planned = [PlanRow(name, word, IN_SCHEMA)]
    if isinstance(action, AddColumn | DropColumn) and isinstance(existing, Made) and isinstance(changed, Made):
        change = change_of(existing, changed)
        planned = [PlanRow(name, word, change.reason)]
        planned += [read_row(each, services) for each in upstreams(changed, head.definitions.relations())]
        planned += [PlanRow(name, "fill", filling(changed, change)), *effect_rows(changed, change, services)]
    if isinstance(action, DropColumn) and action.is_cascade:
        planned += [PlanRow(each.object, "drop", str(each)) for each in readers_of(changed.name, column, head)]
    return planned


def _word(action: ColumnAction) -> str:
    match action:
        case AddColumn():
            return "add"
        case DropColumn():
            return "drop"
        case RenameColumn():
            return "rename"
        case DeprecateColumn():
            return "deprecate"
