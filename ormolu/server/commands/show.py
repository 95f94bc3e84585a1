"""SHOW, TEST CONNECTION, COMMENT ON: what is there, in the words that made it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from ormolu.catalog.changes import TableChange
from ormolu.catalog.grants import Access
from ormolu.catalog.lake import Head
from ormolu.catalog.schema import runs
from ormolu.definitions import Column, Connection, Definition, Kind, TableName
from ormolu.errors import FeatureNotSupported, InvalidParameterValue, UndefinedColumn, UndefinedObject, UndefinedTable
from ormolu.medallion.columns import COLUMN_COMMENTS
from ormolu.medallion.lineage import lineage_edges
from ormolu.server.commands.access import require_admin, require_select
from ormolu.server.commands.alter import replaced
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.create import commit_definition
from ormolu.server.commands.plans import PlanRow
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.options.connections import BY_CONNECTION_TYPE
from ormolu.sql_extensions.options.kinds import options_of
from ormolu.sql_extensions.options.values import KnownOption
from ormolu.sql_extensions.statements import (
    CommentOn,
    ShowCreate,
    ShowLineage,
    ShowOptions,
    ShowRuns,
    ShowTablesFromConnection,
    TestConnection,
    WrittenName,
)
from ormolu.sql_extensions.writer.text import write

RUNS_MAX = 100

DDL_COLUMNS = columns(("object", "text"), ("definition", "text"))
TABLES_COLUMNS = columns(("table_name", "text"), ("kind", "text"), ("rows", "bigint"))
TEST_COLUMNS = columns(("connection", "text"), ("type", "text"), ("status", "text"), ("server", "text"))
LINEAGE_COLUMNS = columns(
    ("direction", "text"),
    ("distance", "bigint"),
    ("object", "text"),
    ("column_name", "text"),
    ("kind", "text"),
    ("via", "text"),
)
OPTIONS_COLUMNS = columns(
    ("name", "text"), ("type", "text"), ("values", "text"), ("default", "text"), ("meaning", "text")
)
RUNS_COLUMNS = columns(
    ("run_id", "bigint"),
    ("object", "text"),
    ("action", "text"),
    ("status", "text"),
    ("trigger", "text"),
    ("queued_at", "timestamptz"),
    ("seconds", "double precision"),
    ("rows_in", "bigint"),
    ("rows_out", "bigint"),
    ("rows_quarantined", "bigint"),
    ("error", "text"),
)


def show_create(statement: ShowCreate, session: SessionContext, services: Services) -> Outcome:
    definition = _find(statement.kind, statement.name, services)
    if isinstance(definition.name, TableName):
        require_select(services, session, definition.name)
    else:
        require_admin(services, session, f"read {definition.name}")
    return rows(DDL_COLUMNS, [(str(definition.name), write(definition) + ";")])


def _find(kind: Kind | None, name: TableName | str, services: Services) -> Definition:
    definitions = services.lake.head().definitions
    if isinstance(name, TableName):
        found = definitions.find_relation(name)
    elif kind is not None:
        found = definitions.find(kind, name)
    else:
        found = next((known for each in Kind if (known := definitions.find(each, name))), None)
    if found is None:
        kind_of_error = UndefinedTable if isinstance(name, TableName) else UndefinedObject
        raise kind_of_error(f'"{name}" does not exist', hint="SELECT kind, name FROM lake.objects lists what there is.")
    return found


def show_tables(statement: ShowTablesFromConnection, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "look into a connection")
    source = services.connect(_connection(statement.connection, services))
    listed = source.tables(statement.like)
    return rows(TABLES_COLUMNS, [(table.name, table.kind, table.rows) for table in listed])


def test_connection(statement: TestConnection, session: SessionContext, services: Services) -> Outcome:
    require_admin(services, session, "test a connection")
    definition = _connection(statement.name, services)
    answer = services.connect(definition).test()
    return rows(TEST_COLUMNS, [(statement.name, definition.type, "ok", answer)])


def explain_test(asked: TestConnection, session: SessionContext, services: Services) -> list[PlanRow]:
    require_admin(services, session, "test a connection")
    definition = _connection(asked.name, services)
    return [PlanRow(asked.name, "test", f"opens {definition.type}, reads no table and changes nothing")]


def _connection(name: str, services: Services) -> Connection:
    definition = services.lake.head().definitions.find(Kind.CONNECTION, name)
    if not isinstance(definition, Connection):
        raise UndefinedObject(
            f'connection "{name}" does not exist', hint="SELECT name FROM lake.objects WHERE kind = 'CONNECTION'"
        )
    return definition


def show_lineage(statement: ShowLineage, session: SessionContext, services: Services) -> Outcome:
    require_select(services, session, statement.name)
    head = services.lake.head()
    if head.definitions.find_relation(statement.name) is None:
        raise UndefinedTable(f'relation "{statement.name}" does not exist')
    edges = lineage_edges(
        head.definitions.relations(), statement.name, column=statement.column, direction=statement.direction
    )
    return rows(
        LINEAGE_COLUMNS,
        [(edge.direction, edge.distance, str(edge.object), edge.column, edge.kind, edge.via) for edge in edges],
    )


def show_options(statement: ShowOptions, session: SessionContext, services: Services) -> Outcome:
    described = known_options(statement.kind, statement.connection_type)
    return rows(
        OPTIONS_COLUMNS,
        [
            (each.name, each.type.value, ", ".join(each.values), each.default, each.meaning)
            for each in described.values()
        ],
    )


def known_options(kind: Kind, connection_type: str | None) -> Mapping[str, KnownOption]:
    if connection_type is None:
        return options_of(kind)
    if connection_type not in BY_CONNECTION_TYPE:
        raise InvalidParameterValue(
            f'connection type "{connection_type}" does not exist', hint=f"There are: {', '.join(BY_CONNECTION_TYPE)}"
        )
    return BY_CONNECTION_TYPE[connection_type]


def show_runs(statement: ShowRuns, session: SessionContext, services: Services) -> Outcome:
    """The newest runs of what the role may read."""
    access = services.roles.access(session.role, database=session.database)
    newest = sa.select(runs).where(runs.c.database == session.database).order_by(runs.c.run_id.desc())
    with services.lake.engine.connect() as connection:
        told = (run for run in connection.execute(newest) if _may_know(access, run.object))
        found = list(itertools.islice(told, RUNS_MAX))
    return rows(
        RUNS_COLUMNS,
        [
            (
                run.run_id,
                run.object,
                run.action,
                run.status,
                run.trigger,
                run.queued_at,
                (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None,
                run.rows_in,
                run.rows_out,
                run.rows_quarantined,
                run.error,
            )
            for run in found
        ],
    )


def _may_know(access: Access, name: str) -> bool:
    """Whether a role holds anything on what a run was about; of anything but tables the administrators are told."""
    schema, dot, table = name.partition(".")
    return access.has_any(TableName(schema, table)) if dot else access.is_superuser


def comment_on(statement: CommentOn, session: SessionContext, services: Services) -> Outcome:
    """A comment is part of the definition; a column's needs the column in the definition's list."""
    require_admin(services, session, "comment")
    if not isinstance(statement.name, WrittenName) or statement.name.schema is None:
        raise FeatureNotSupported(
            f"COMMENT ON {statement.object_type} is not supported yet", hint="Tables and their columns take comments."
        )
    name = TableName(statement.name.schema, statement.name.name)
    head = services.lake.head()
    definition = head.definitions.find_relation(name)
    if definition is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    if statement.column is None:
        changed = replaced(definition, comment=statement.comment)
    elif statement.column in {known.name for known in getattr(definition, "columns", ())}:
        changed = _with_column_comment(definition, statement.column, statement.comment)
    else:
        _comment_unlisted(name, statement.column, statement.comment, head, services)
        return Completed("COMMENT")
    if changed != definition:
        commit_definition(changed, session, services, head=head)
    return Completed("COMMENT")


def _with_column_comment(definition: Definition, column: str, comment: str | None) -> Definition:
    listed: tuple[Column, ...] = getattr(definition, "columns", ())
    changed = tuple(replace(known, comment=comment) if known.name == column else known for known in listed)
    return replaced(definition, columns=changed)


def _comment_unlisted(name: TableName, column: str, comment: str | None, head: Head, services: Services) -> None:
    """A column that only the query names keeps its comment with the table."""
    table = head.find_table(name)
    if table is None or table.find_column(column) is None:
        raise UndefinedColumn(f'column "{column}" of relation "{name}" does not exist')
    comments: dict[str, str] = json.loads(table.properties.get(COLUMN_COMMENTS) or "{}")
    comments.pop(column, None)
    if comment is not None:
        comments[column] = comment
    change = TableChange(
        table=name,
        based_on=table.metadata_location,
        properties={COLUMN_COMMENTS: json.dumps(comments)},
        operation="comment",
    )
    services.lake.commit((change,), at=services.now())
