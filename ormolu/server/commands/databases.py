"""CREATE DATABASE and DROP DATABASE: tenants of the server."""

from __future__ import annotations

import re
import time

from ormolu.catalog.databases import NAME_BYTES_MAX
from ormolu.catalog.lake import Lake
from ormolu.catalog.template import Copying, is_timed
from ormolu.definitions import Kind
from ormolu.errors import (
    ActiveSqlTransaction,
    FeatureNotSupported,
    InvalidCatalogName,
    InvalidName,
    ObjectInUse,
    UndefinedObject,
)
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.plans import PlanRow
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.drafts import is_in_block
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.statements import CreateDatabase, Drop

EMPTY_TEMPLATES = ("template0", "template1")  # as PostgreSQL's tools name them; a database may not be called so
LEAVING_SECONDS_MAX = 2.0
LEAVING_POLL_SECONDS = 0.05
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_$-]*")  # it is a folder of the warehouse, and part of addresses


def create_database(statement: CreateDatabase, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "create database")
    _check_name(statement.name)
    owner = statement.owner or session.role
    if services.roles.find(owner) is None:
        raise UndefinedObject(f'role "{owner}" does not exist')
    if statement.options.items:
        raise FeatureNotSupported("options of CREATE DATABASE are not supported yet", hint="Leave WITH (...) out.")
    if statement.if_not_exists and services.databases.find(statement.name) is not None:
        session.notice("NOTICE", "42P04", f'database "{statement.name}" already exists, skipping')
        return Completed("CREATE DATABASE")
    if statement.template in (None, *EMPTY_TEMPLATES):
        services.databases.create(statement.name, owner=owner, at=services.now())
    else:
        _copy(statement.name, statement.template, owner, session, services)
    return Completed("CREATE DATABASE")


def _copy(name: str, template: str, owner: str, session: SessionContext, services: Services) -> None:
    """What time sets off in the template is paused in the copy: its sources are the real ones."""
    original = _template(template, services)
    secrets, at = services.secrets.of(template), services.now()
    copying = Copying(
        original,
        Lake(original.engine, database=name, warehouse=original.warehouse),
        lambda connection: secrets.copy_in(connection, name, at=at),
        owner,
        at,
    )
    paused = copying.make()
    if paused:
        session.notice("NOTICE", "00000", f"paused in {name}: {', '.join(paused)}", "ALTER ... RESUME starts one.")


def _template(name: str, services: Services) -> Lake:
    if services.databases.find(name) is None:
        raise InvalidCatalogName(f'template database "{name}" does not exist')
    return Lake(services.lake.records, database=name, warehouse=services.lake.warehouse)


def drop_database(statement: Drop, session: SessionContext, services: Services) -> Outcome:
    name = str(statement.name)
    if is_in_block(session):
        raise ActiveSqlTransaction("DROP DATABASE cannot run inside a transaction block")
    require_admin(services, session, f"drop database {name}")
    if services.databases.find(name) is None:
        if not statement.if_exists:
            raise InvalidCatalogName(f'database "{name}" does not exist')
        session.notice("NOTICE", "00000", f'database "{name}" does not exist, skipping')
        return Completed("DROP DATABASE")
    if name == session.database:
        raise ObjectInUse("cannot drop the currently open database", hint="Connect to another one first.")
    if name == services.home:
        raise ObjectInUse(f'database "{name}" is the one that the server was started for')
    if others := _sessions(name, session, services):
        are = "is 1 other session" if others == 1 else f"are {others} other sessions"
        raise ObjectInUse(
            f'database "{name}" is being accessed by other users', detail=f"There {are} using the database."
        )
    services.databases.drop(name, at=services.now())
    return Completed("DROP DATABASE")


def _sessions(name: str, session: SessionContext, services: Services) -> int:
    """How many stay: those that are just leaving are waited for, as PostgreSQL does."""
    end = time.monotonic() + LEAVING_SECONDS_MAX
    while (others := services.sessions(name)) and time.monotonic() < end:
        session.cancellation.check()
        time.sleep(LEAVING_POLL_SECONDS)
    return others


def explain_database(statement: CreateDatabase | Drop, session: SessionContext, services: Services) -> list[PlanRow]:
    """Of a copy each table: its rows are the template's, and no byte is written for them."""
    name = str(statement.name)
    if isinstance(statement, Drop):
        require_admin(services, session, f"drop database {name}")
        return [PlanRow(name, "drop", Kind.DATABASE.value)]
    require_admin(services, session, "create database")
    planned: list[PlanRow] = [PlanRow(name, "create", Kind.DATABASE.value)]
    if statement.template in (None, *EMPTY_TEMPLATES):
        return planned
    head = _template(statement.template, services).head()
    tables = [head.table(each) for each in sorted(head.pointers)]
    planned += [PlanRow(str(each.name), "copy", "shares its files", each.rows, 0) for each in tables]
    timed = [each for each in head.definitions.all() if is_timed(each)]
    return planned + [PlanRow(str(each.name), "pause", "time sets it off") for each in timed]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > NAME_BYTES_MAX or name in EMPTY_TEMPLATES:
        raise InvalidName(
            f'"{name}" cannot be the name of a database',
            hint=f"Letters of ASCII, digits, _, - and $, at most {NAME_BYTES_MAX} of them.",
        )
