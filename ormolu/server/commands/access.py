"""Roles and grants, and who may do what."""

from __future__ import annotations

from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported, InsufficientPrivilege, UndefinedTable
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.statements import (
    AllTablesInSchemas,
    AlterRole,
    Connections,
    CreateRole,
    Databases,
    DropRole,
    Grant,
    GrantObject,
    Revoke,
    Schemas,
    Tables,
    WrittenName,
)

PUBLIC = "public"


def require_admin(services: Services, session: SessionContext, what: str) -> None:
    """Definitions, roles and secrets are the administrators' business."""
    if not services.roles.is_superuser(session.role):
        raise InsufficientPrivilege(
            f"permission denied to {what}", hint="An administrator may: ask for the role or for the change."
        )


def require_operate(services: Services, session: SessionContext, table: TableName) -> None:
    if not services.roles.has_privilege(session.role, "OPERATE", table, database=session.database):
        raise InsufficientPrivilege(
            f"permission denied to operate {table}", hint=f"GRANT OPERATE ON {table} TO {session.role} allows it."
        )


def require_select(services: Services, session: SessionContext, table: TableName) -> None:
    if not services.roles.has_privilege(session.role, "SELECT", table, database=session.database):
        raise InsufficientPrivilege(
            f"permission denied for table {table.name}", hint=f"GRANT SELECT ON {table} TO {session.role} allows it."
        )


def create_role(statement: CreateRole, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "create a role")
    services.roles.create(statement.name, statement.options, if_not_exists=statement.if_not_exists)
    return Completed("CREATE ROLE")


def alter_role(statement: AlterRole, session: SessionContext, services: Services) -> Outcome:
    changes_own_password = statement.name == session.role and set(statement.options) == {"password"}
    if not changes_own_password:
        require_admin(services, session, "alter a role")
    if statement.setting is not None:
        raise FeatureNotSupported("ALTER ROLE ... SET of a setting is not supported yet")
    if statement.new_name is not None:
        raise FeatureNotSupported("ALTER ROLE ... RENAME is not supported yet")
    services.roles.alter(
        statement.name,
        statement.options,
        attributes={item.name: item.value for item in statement.attributes.items},
        contact={item.name: str(item.value) for item in statement.contacts.items},
    )
    return Completed("ALTER ROLE")


def drop_role(statement: DropRole, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "drop a role")
    for name in statement.names:
        services.roles.drop(name, if_exists=statement.if_exists)
    return Completed("DROP ROLE")


def grant(statement: Grant, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "grant")
    if statement.on is None:
        for role in statement.roles:
            for member in statement.grantees:
                services.roles.add_member(role, member)
        return Completed("GRANT ROLE")
    for kind, name in _objects(statement.on, services):
        for privilege in statement.privileges:
            _whole_table(privilege.columns)
            services.roles.grant(
                privilege.name,
                kind,
                name,
                statement.grantees,
                grantor=session.role,
                database=session.database,
                is_grantable=statement.with_grant_option,
            )
    return Completed("GRANT")


def revoke(statement: Revoke, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "revoke")
    if statement.on is None:
        for role in statement.roles:
            for member in statement.grantees:
                services.roles.remove_member(role, member)
        return Completed("REVOKE ROLE")
    for kind, name in _objects(statement.on, services):
        for privilege in statement.privileges:
            _whole_table(privilege.columns)
            services.roles.revoke(privilege.name, kind, name, statement.grantees, database=session.database)
    return Completed("REVOKE")


def _whole_table(columns: tuple[str, ...]) -> None:
    if columns:
        raise FeatureNotSupported("privileges on single columns are not supported yet")


def _objects(on: GrantObject, services: Services) -> list[tuple[str, str]]:
    """(kind, name) of every object that is named."""
    match on:
        case Tables(names):
            return [("table", str(_existing(name, services))) for name in names]
        case Schemas(names):
            return [("schema", name) for name in names]
        case AllTablesInSchemas(names):
            head = services.lake.head()
            return [("table", str(table)) for table in sorted(head.pointers) if table.schema in names]
        case Databases(names):
            return [("database", name) for name in names]
        case Connections(names):
            return [("connection", name) for name in names]


def _existing(written: WrittenName, services: Services) -> TableName:
    head = services.lake.head()
    schemas = (written.schema,) if written.schema else ("gold", "silver", "bronze")
    for schema in schemas:
        name = TableName(schema, written.name)
        if name in head.pointers or head.definitions.find_relation(name) or schema == "lake":
            return name
    raise UndefinedTable(f'relation "{written}" does not exist')
