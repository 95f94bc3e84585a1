"""EXPLAIN of what changes a definition, appends an upload, or concerns roles, secrets and comments."""

from __future__ import annotations

from typing import assert_never

from ormolu.definitions import BronzeSource, TableName
from ormolu.errors import FeatureNotSupported, UndefinedObject, UndefinedTable
from ormolu.medallion.change_impact import Made, change_of, filling
from ormolu.medallion.lineage import upstreams
from ormolu.medallion.referenced_keys import with_referenced_keys
from ormolu.server.commands.access import require_admin, require_operate
from ormolu.server.commands.alter import changed_definition
from ormolu.server.commands.create import find_existing
from ormolu.server.commands.explain_columns import explain_column
from ormolu.server.commands.plans import PlanRow, downstream_rows, effect_rows, read_row
from ormolu.server.commands.rename import check_rename
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext, TransactionStatus
from ormolu.sql_extensions.equality import is_same_definition
from ormolu.sql_extensions.statements import (
    AcceptSchema,
    AddColumn,
    AddRule,
    Alter,
    AlterRole,
    CommentOn,
    CopyFrom,
    CreateRole,
    CreateSecret,
    DeprecateColumn,
    DropColumn,
    DropRole,
    DropRule,
    ExcludeRun,
    Grant,
    IncludeRun,
    PromoteFrom,
    RenameColumn,
    RenameTo,
    RestoreTo,
    Revoke,
    SetTags,
)
from ormolu.sql_extensions.tags import tag_of

Account = CreateSecret | CreateRole | AlterRole | DropRole | Grant | Revoke | CommentOn


def explain_alter(asked: Alter, session: SessionContext, services: Services) -> list[PlanRow]:
    """What a changed definition is, and whether its rows are made anew now, at the next refresh, or not at all."""
    action, name = asked.action, str(asked.name)
    if isinstance(action, AcceptSchema):
        require_operate(services, session, TableName(*name.split(".", 1)))
    else:
        require_admin(services, session, f"alter {name}")
    head = services.lake.head()
    existing = find_existing(head, asked.kind, name)
    if existing is None:
        raise UndefinedObject(f'{asked.kind.value.lower()} "{name}" does not exist')
    match action:
        case AddColumn() | DropColumn() | RenameColumn() | DeprecateColumn():
            return explain_column(existing, action, session, services, head)
        case RenameTo(new_name):
            is_block = session.transaction.status is TransactionStatus.OPEN
            _, new = check_rename(existing, new_name, head, is_block=is_block)
            return [PlanRow(name, "rename", f"to {new}"), *downstream_rows(new, services, "reads the new name")]
        case AcceptSchema(version):
            return [PlanRow(name, "accept", f"schema version {version}")]
        case SetTags() | ExcludeRun() | IncludeRun() | RestoreTo() | PromoteFrom():
            words = " ".join(asked.text.split()[:3]).upper()
            raise FeatureNotSupported(f"EXPLAIN of this {words} is not supported yet")
        case _:
            pass
    changed = with_referenced_keys(changed_definition(existing, action), head.definitions.relations())
    if is_same_definition(existing, changed):
        return [PlanRow(name, "nothing", "the definition is the same")]
    if not isinstance(existing, Made) or not isinstance(changed, Made):
        return [PlanRow(name, "replace definition", asked.kind.value)]
    change = change_of(existing, changed)
    planned = [PlanRow(name, "replace definition", change.reason)]
    if not change.impact.makes_anew:
        return planned
    planned += [read_row(each, services) for each in upstreams(changed, head.definitions.relations())]
    if isinstance(action, AddRule | DropRule):
        planned.append(PlanRow(name, "fill", filling(changed, change)))
    else:
        planned.append(PlanRow(name, "refresh", f"full, when it is refreshed next: {change.reason}"))
    return planned + effect_rows(changed, change, services)


def explain_copy(asked: CopyFrom, session: SessionContext, services: Services) -> list[PlanRow]:
    name = TableName(asked.table.schema or "bronze", asked.table.name)
    if not isinstance(services.lake.head().definitions.find_relation(name), BronzeSource):
        raise UndefinedTable(f'relation "{name}" does not exist', hint="CREATE BRONZE SOURCE ... FROM UPLOAD first.")
    require_operate(services, session, name)
    load = PlanRow(str(name), "load", "appends what the client sends")
    return [load, *downstream_rows(name, services, "follows its upstream")]


def explain_account(asked: Account, session: SessionContext, services: Services) -> list[PlanRow]:
    require_admin(services, session, f"explain {tag_of(asked)}")
    return [PlanRow(_touched(asked), tag_of(asked).lower(), "one commit in the catalog")]


def _touched(asked: Account) -> str:
    """The words for what one of these is about."""
    match asked:
        case CreateSecret(name=name) | CreateRole(name=name) | AlterRole(name=name):
            return name
        case CommentOn(name=name):
            return str(name)
        case DropRole(names=names):
            return ", ".join(names)
        case Grant(grantees=grantees) | Revoke(grantees=grantees):
            return ", ".join(grantees)
        case _:
            assert_never(asked)
