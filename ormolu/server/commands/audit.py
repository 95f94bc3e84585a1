"""The audit log: who changed what, in the words of the statement, secrets left out."""

from __future__ import annotations

import sqlalchemy as sa

from ormolu.catalog.database import in_transaction
from ormolu.catalog.schema import audit_log
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.masking import holds_secret, masked
from ormolu.sql_extensions.statements import (
    Alter,
    AlterRole,
    CommentOn,
    Create,
    CreateDatabase,
    CreateRole,
    CreateSecret,
    Delete,
    Drop,
    Statement,
    Undrop,
    Update,
)
from ormolu.sql_extensions.tags import tag_of

STATEMENT_CHARACTERS_MAX = 10_000


def record(statement: Statement, session: SessionContext, services: Services) -> None:
    """Log a change that has been made."""
    text = masked(statement.text) if holds_secret(statement) else statement.text
    entry = sa.insert(audit_log).values(
        database=session.database,
        role=session.role,
        at=services.now(),
        action=tag_of(statement),
        object=_object(statement),
        statement=text[:STATEMENT_CHARACTERS_MAX],
    )
    in_transaction(services.lake.engine, lambda connection: connection.execute(entry))


def _object(statement: Statement) -> str | None:
    match statement:
        case Create(definition=definition):
            return str(definition.name)
        case CreateSecret(name=name) | CreateDatabase(name=name):
            return name
        case Alter(name=name) | Drop(name=name) | CommentOn(name=name) | CreateRole(name=name) | AlterRole(name=name):
            return str(name)
        case Undrop(name=name):
            return str(name)
        case Update(table=table) | Delete(table=table):
            return str(table)
        case _:
            return None
