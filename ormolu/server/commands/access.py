"""Roles and grants, and who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from ormolu.definitions import Kind, TableName
from ormolu.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidCatalogName,
    InvalidSchemaName,
    UndefinedObject,
    UndefinedTable,
)
from ormolu.medallion.lineage import SEARCH_PATH
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
    Privilege,
    Revoke,
    Schemas,
    Tables,
    WrittenName,
)
from ormolu.sql_extensions.writer.words import relation

SCHEMAS = ("bronze", "silver", "gold", "quarantine", "lake")


def require_admin(services: Services, session: SessionContext, what: str) -> None:
    """Definitions, roles and secrets are the administrators' business."""
    if not services.roles.is_superuser(session.role):
        raise InsufficientPrivilege(
            f"permission denied to {what}", hint="An administrator may: ask for the role or for the change."
        )


def require_operate(services: Services, session: SessionContext, table: TableName) -> None:
    if not services.roles.has_privilege(session.role, "OPERATE", table, database=session.database):
        raise InsufficientPrivilege(
            f"permission denied to operate {table}",
            hint=f"GRANT OPERATE ON {relation(table)} TO {session.role} allows it.",
        )


def require_select(services: Services, session: SessionContext, table: TableName) -> None:
    if not services.roles.has_privilege(session.role, "SELECT", table, database=session.database):
        raise InsufficientPrivilege(
            f"permission denied for table {table.name}",
            hint=f"GRANT SELECT ON {relation(table)} TO {session.role} allows it.",
        )


def create_role(statement: CreateRole, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "create a role")
    if not services.roles.create(statement.name, statement.options, if_not_exists=statement.if_not_exists):
        session.notice("NOTICE", "42710", f'role "{statement.name}" already exists, skipping')
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
        attributes={item.name: str(item.value) for item in statement.attributes.items},
        contact={item.name: str(item.value) for item in statement.contacts.items},
    )
    return Completed("ALTER ROLE")


def drop_role(statement: DropRole, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "drop a role")
    for name in statement.names:
        if not services.roles.drop(name, if_exists=statement.if_exists):
            session.notice("NOTICE", "00000", f'role "{name}" does not exist, skipping')
    return Completed("DROP ROLE")


def grant(statement: Grant, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "grant")
    if statement.on is None:
        for role in statement.roles:
            for member in statement.grantees:
                services.roles.add_member(role, member)
        return Completed("GRANT ROLE")
    if statement.with_grant_option:
        raise FeatureNotSupported("WITH GRANT OPTION is not supported yet", hint="Administrators grant.")
    for privilege in _whole_tables(statement.privileges):
        for kind, name in _objects(statement.on, services):
            database = name if kind == "database" else session.database
            services.roles.grant(privilege, kind, name, statement.grantees, grantor=session.role, database=database)
    return Completed("GRANT")


def revoke(statement: Revoke, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "revoke")
    if statement.on is None:
        for role in statement.roles:
            for member in statement.grantees:
                services.roles.remove_member(role, member)
        return Completed("REVOKE ROLE")
    for privilege in _whole_tables(statement.privileges):
        for kind, name in _objects(statement.on, services):
            database = name if kind == "database" else session.database
            services.roles.revoke(privilege, kind, name, statement.grantees, database=database)
    return Completed("REVOKE")


def _whole_tables(privileges: Sequence[Privilege]) -> tuple[str, ...]:
    if any(privilege.columns for privilege in privileges):
        raise FeatureNotSupported("privileges on single columns are not supported yet")
    return tuple(privilege.name for privilege in privileges)


def _objects(on: GrantObject, services: Services) -> list[tuple[str, str]]:
    """Every object that is named."""
    match on:
        case Tables(names):
            return [("table", str(existing_table(name, services))) for name in names]
        case Schemas(names):
            return [("schema", _existing_schema(name)) for name in names]
        case AllTablesInSchemas(names):
            tables = sorted(services.lake.head().pointers)
            return [("table", str(table)) for table in tables if table.schema in names]
        case Databases(names):
            return [("database", _existing_database(name, services)) for name in names]
        case Connections(names):
            return [("connection", _existing_connection(name, services)) for name in names]
        case _:
            assert_never(on)


def _existing_connection(name: str, services: Services) -> str:
    if services.lake.head().definitions.find(Kind.CONNECTION, name) is None:
        raise UndefinedObject(f'connection "{name}" does not exist')
    return name


def _existing_schema(name: str) -> str:
    if name not in SCHEMAS:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return name


def _existing_database(name: str, services: Services) -> str:
    if services.databases.find(name) is None:
        raise InvalidCatalogName(f'database "{name}" does not exist')
    return name


def existing_table(written: WrittenName, services: Services) -> TableName:
    """The relation that a written name means; 42P01 where there is none."""
    head = services.lake.head()
    for schema in (written.schema,) if written.schema else SEARCH_PATH:
        name = TableName(schema, written.name)
        if head.definitions.find_relation(name) or head.find_relation(name) or schema == "lake":
            return name
    raise UndefinedTable(f'relation "{written}" does not exist', hint="SELECT name FROM lake.objects lists them.")
