"""Roles and grants, and who may do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from ormolu.catalog.grants import ObjectKind
from ormolu.definitions import TableName
from ormolu.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidCatalogName,
    InvalidDatetimeFormat,
    InvalidSchemaName,
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

SCHEMAS = ("bronze", "silver", "gold", "quarantine", "lake")
ROLE_OPTIONS = {"login": "can_login", "superuser": "is_superuser", "password": "password"}
IGNORED_OPTIONS = frozenset({"inherit", "encrypted"})  # what every role has here anyway


def require_admin(services: Services, session: SessionContext, what: str) -> None:
    """Definitions, roles and secrets are the administrators' business."""
    if not services.grants.access(session.role).is_superuser:
        raise InsufficientPrivilege(
            f"permission denied to {what}", hint="An administrator may: ask for the role or for the change."
        )


def require_operate(services: Services, session: SessionContext, table: TableName) -> None:
    if not services.grants.has_privilege(session.role, "OPERATE", table):
        raise InsufficientPrivilege(
            f"permission denied to operate {table}", hint=f"GRANT OPERATE ON {table} TO {session.role} allows it."
        )


def require_select(services: Services, session: SessionContext, table: TableName) -> None:
    if not services.grants.has_privilege(session.role, "SELECT", table):
        raise InsufficientPrivilege(
            f"permission denied for table {table.name}", hint=f"GRANT SELECT ON {table} TO {session.role} allows it."
        )


def create_role(statement: CreateRole, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "create a role")
    if statement.if_not_exists and services.roles.find(statement.name) is not None:
        session.notice("NOTICE", "42710", f'role "{statement.name}" already exists, skipping')
        return Completed("CREATE ROLE")
    services.roles.create(statement.name, **_fields(statement.options))
    for group in _names(statement.options.get("in_role")):
        services.roles.add_member(group, statement.name)
    for member in _names(statement.options.get("role")):
        services.roles.add_member(statement.name, member)
    return Completed("CREATE ROLE")


def alter_role(statement: AlterRole, session: SessionContext, services: Services) -> Outcome:
    changes_own_password = statement.name == session.role and set(statement.options) == {"password"}
    if not changes_own_password:
        require_admin(services, session, "alter a role")
    if statement.setting is not None:
        raise FeatureNotSupported("ALTER ROLE ... SET of a setting is not supported yet")
    if statement.new_name is not None:
        raise FeatureNotSupported("ALTER ROLE ... RENAME is not supported yet")
    if statement.options:
        services.roles.alter(statement.name, **_fields(statement.options))
    if statement.attributes:
        values = {item.name: str(item.value) for item in statement.attributes.items}
        services.roles.set_attributes(statement.name, values)
    if statement.contacts:
        services.roles.set_contact(statement.name, {item.name: str(item.value) for item in statement.contacts.items})
    return Completed("ALTER ROLE")


def _fields(options: Mapping[str, object]) -> dict[str, Any]:  # Any: each field has its own type
    """What Roles takes, from the options of CREATE and ALTER ROLE."""
    fields: dict[str, Any] = {}
    for name, value in options.items():
        if name in ROLE_OPTIONS:
            fields[ROLE_OPTIONS[name]] = value
        elif name == "connection_limit":
            fields["connection_limit"] = int(str(value))
        elif name == "valid_until":
            fields["valid_until"] = _time(str(value))
        elif value and name not in IGNORED_OPTIONS | {"in_role", "role"}:
            raise FeatureNotSupported(f"the role option {name.upper()} is not supported yet")
    return fields


def _time(text: str) -> datetime | None:
    if text.lower() == "infinity":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidDatetimeFormat(f'invalid input syntax for type timestamp with time zone: "{text}"') from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _names(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def drop_role(statement: DropRole, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "drop a role")
    for name in statement.names:
        if statement.if_exists and services.roles.find(name) is None:
            session.notice("NOTICE", "00000", f'role "{name}" does not exist, skipping')
            continue
        services.roles.drop(name)
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
    privileges = _whole_tables(statement.privileges)
    for kind, name in _objects(statement.on, services):
        services.grants.grant(privileges, kind, name, statement.grantees, grantor=session.role)
    return Completed("GRANT")


def revoke(statement: Revoke, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "revoke")
    if statement.on is None:
        for role in statement.roles:
            for member in statement.grantees:
                services.roles.remove_member(role, member)
        return Completed("REVOKE ROLE")
    privileges = _whole_tables(statement.privileges)
    for kind, name in _objects(statement.on, services):
        services.grants.revoke(privileges, kind, name, statement.grantees)
    return Completed("REVOKE")


def _whole_tables(privileges: Sequence[Privilege]) -> tuple[str, ...]:
    if any(privilege.columns for privilege in privileges):
        raise FeatureNotSupported("privileges on single columns are not supported yet")
    return tuple(privilege.name for privilege in privileges)


def _objects(on: GrantObject, services: Services) -> list[tuple[ObjectKind, str]]:
    """Every object that is named."""
    match on:
        case Tables(names):
            return [(ObjectKind.TABLE, str(existing_table(name, services))) for name in names]
        case Schemas(names):
            return [(ObjectKind.SCHEMA, _existing_schema(name)) for name in names]
        case AllTablesInSchemas(names):
            tables = sorted(services.lake.head().pointers)
            return [(ObjectKind.TABLE, str(table)) for table in tables if table.schema in names]
        case Databases(names):
            return [(ObjectKind.DATABASE, _existing_database(name, services)) for name in names]
        case Connections():
            raise FeatureNotSupported("privileges on connections are not supported yet")
        case _:
            assert_never(on)


def _existing_schema(name: str) -> str:
    if name not in SCHEMAS:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return name


def _existing_database(name: str, services: Services) -> str:
    if name != services.lake.database:
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
