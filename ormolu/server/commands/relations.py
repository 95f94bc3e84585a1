"""PostgreSQL's CREATE, ALTER and DROP of tables and views: a gold table is what they make, rename and drop.

CREATE TABLE AS keeps the rows of the moment (SCHEDULE NEVER). CREATE VIEW follows what it reads, as every gold table
does: it is refreshed after each publish of an upstream. See docs/decisions/0007-views-are-gold-tables.md.
"""

from __future__ import annotations

from typing import assert_never, get_args

from ormolu.definitions import GoldTable, Kind, Never, TableName
from ormolu.errors import DuplicateSchema, FeatureNotSupported, InvalidSchemaName
from ormolu.server.commands.access import SCHEMAS
from ormolu.server.context import SessionContext
from ormolu.sql_extensions.statements import (
    Alter,
    Create,
    CreateRelation,
    CreateSchema,
    Drop,
    DropRelation,
    Refresh,
    RefreshRelation,
    RelationStatement,
    RenameRelation,
    RenameTo,
    Statement,
    WrittenName,
)

GOLD = "gold"
TRANSLATED = get_args(RelationStatement)
HINTS = {
    "CREATE TABLE": "CREATE TABLE gold.t AS SELECT ... keeps the rows of a query; CREATE BRONZE SOURCE takes data in.",
    "CREATE VIEW": "CREATE VIEW gold.v AS SELECT ..., with the names of the columns in the query.",
    "DROP TABLE": "Drop them one by one.",
    "DROP VIEW": "Drop them one by one.",
}


def in_our_words(statement: RelationStatement, session: SessionContext) -> Statement | None:
    """The statement of ours that does it; None where nothing is left to do."""
    match statement:
        case CreateRelation():
            return _create(statement, session)
        case RenameRelation(name=name, new_name=new_name, if_exists=if_exists):
            found = _gold_name(name, session, to="rename")
            return Alter(Kind.GOLD_TABLE, found, RenameTo(new_name), if_exists, text=statement.text)
        case DropRelation(name=name, if_exists=if_exists, is_cascade=is_cascade):
            found = _gold_name(name, session, to="drop")
            return Drop(Kind.GOLD_TABLE, found, if_exists, is_cascade, text=statement.text)
        case RefreshRelation(name=name):
            return Refresh(_gold_name(name, session, to="refresh"), is_full=True, text=statement.text)
        case CreateSchema():
            _check_schema(statement, session)
            return None
        case _:
            assert_never(statement)


def _create(statement: CreateRelation, session: SessionContext) -> Create:
    name = _gold_name(statement.name, session, to="make")
    is_view = statement.words == "VIEW"
    definition = GoldTable(name, schedule=None if is_view else Never(), query=statement.query)
    if is_view:
        session.notice(
            "NOTICE",
            "00000",
            f"{name} is kept as a gold table and refreshed after what it reads",
            "CREATE GOLD TABLE says so itself, and takes a key, rules and a schedule.",
        )
    return Create(
        definition, statement.or_replace, statement.if_not_exists, statement.with_no_data, text=statement.text
    )


def _gold_name(written: WrittenName, session: SessionContext, *, to: str) -> TableName:
    """The relation in gold: where no schema is written, gold is meant."""
    if written.database not in (None, session.database):
        raise FeatureNotSupported(
            f'cross-database references are not implemented: "{written}"', hint="Connect to that database."
        )
    schema = written.schema or GOLD
    if schema not in SCHEMAS:
        raise InvalidSchemaName(f'schema "{schema}" does not exist', hint=f"The schemas are {', '.join(SCHEMAS)}.")
    if schema != GOLD:
        raise FeatureNotSupported(
            f"PostgreSQL's statements {to} tables and views in the schema gold only, not in {schema}",
            hint="CREATE BRONZE SOURCE, CREATE SILVER TABLE, and ALTER and DROP of these, are for the other layers.",
        )
    return TableName(schema, written.name)


def _check_schema(statement: CreateSchema, session: SessionContext) -> None:
    if statement.name not in SCHEMAS:
        raise FeatureNotSupported(
            f'CREATE SCHEMA is not supported: "{statement.name}" is none of the layers',
            hint=f"The schemas are {', '.join(SCHEMAS)}; use gold for tables of your own.",
        )
    if not statement.if_not_exists:
        raise DuplicateSchema(f'schema "{statement.name}" already exists')
    session.notice("NOTICE", "42P06", f'schema "{statement.name}" already exists, skipping')
