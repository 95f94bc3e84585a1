"""DROP: RESTRICT lists what depends on the object; CASCADE takes it along."""

from __future__ import annotations

from collections.abc import Sequence

from ormolu.catalog.changes import Statement
from ormolu.catalog.lake import DefinitionChange, Head, TableDrop
from ormolu.catalog.tombs import keep
from ormolu.definitions import (
    BronzeSource,
    Connection,
    ConnectionSource,
    Kind,
    Monitor,
    SecretReference,
    TableName,
    kind_of,
)
from ormolu.errors import (
    DependentObjectsStillExist,
    FeatureNotSupported,
    SerializationFailure,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)
from ormolu.medallion.lineage import downstream_in_order
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.databases import drop_database
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.statements import Drop

COMPANIONS = ("_deleted", "_history", "_all")
TRIES_MAX = 5


def is_there(statement: Drop, head: Head) -> bool:
    """False where IF EXISTS has nothing to drop; 42P01, 42704 or 42809 where there is no such object."""
    kind, name = statement.kind, str(statement.name)
    existing = (
        head.definitions.find_relation(statement.name)
        if isinstance(statement.name, TableName)
        else head.definitions.find(kind, name)
    )
    if existing is None:
        if statement.if_exists:
            return False
        raise (
            UndefinedTable(f'{kind.value.lower()} "{name}" does not exist')
            if kind.schema
            else UndefinedObject(f'{kind.value.lower()} "{name}" does not exist')
        )
    if kind_of(existing) is not kind:
        raise WrongObjectType(
            f'"{name}" is a {kind_of(existing).value.lower()}', hint=f"DROP {kind_of(existing).value} {name}"
        )
    return True


def drop(statement: Drop, session: SessionContext, services: Services) -> Outcome:
    if statement.kind is Kind.DATABASE:
        return drop_database(statement, session, services)
    kind, name = statement.kind, str(statement.name)
    require_admin(services, session, f"drop {kind.value.lower()} {name}")
    if statement.on is not None:
        raise FeatureNotSupported(f"DROP {kind.value} is not supported yet")
    for attempt in range(1, TRIES_MAX + 1):
        try:
            return _drop(statement, session, services, services.lake.head())
        except SerializationFailure:  # a run that nobody asked for may have published to what goes
            if attempt == TRIES_MAX:
                raise
    raise AssertionError("unreachable: the last conflict is raised")


def _drop(statement: Drop, session: SessionContext, services: Services, head: Head) -> Outcome:
    kind, name = statement.kind, str(statement.name)
    done = Completed(f"DROP {kind.value}")
    if not is_there(statement, head):
        session.notice("NOTICE", "00000", f'{kind.value.lower()} "{name}" does not exist, skipping')
        return done
    others = dependents_of(kind, statement.name, head)
    if others and not statement.is_cascade:
        raise DependentObjectsStillExist(
            f"cannot drop {kind.value.lower()} {name} because other objects depend on it",
            detail="\n".join(f"{other_kind.value.lower()} {other} depends on it" for other_kind, other in others),
            hint="DROP ... CASCADE drops them too.",
        )
    gone = [*others, (kind, name)]
    changes = [table for other_kind, other in gone if other_kind.schema for table in _tables(other, head)]
    definitions = [
        DefinitionChange(kind=other_kind, name=other, ddl=None, author=session.role) for other_kind, other in gone
    ]
    secrets = [other for other_kind, other in gone if other_kind is Kind.SECRET]
    forget = [lambda connection, secret=secret: services.secrets.drop_in(connection, secret) for secret in secrets]
    kept = _kept([other for other_kind, other in gone if other_kind.schema], head)
    services.lake.commit(changes, definitions, (*forget, *kept), at=services.now(), based_on=head)
    for other_kind, other in others:
        session.notice("NOTICE", "00000", f"drop cascades to {other_kind.value.lower()} {other}")
    services.wake()
    return done


def dependents_of(kind: Kind, name: TableName | str, head: Head) -> list[tuple[Kind, str]]:
    """Everything that reads the object, farthest first, so that it may be dropped in this order."""
    if isinstance(name, TableName):
        tables = downstream_in_order(head.definitions.relations(), name)
        found = [
            (kind_of(definition), str(table))
            for table in tables
            if (definition := head.definitions.find_relation(table))
        ]
        watched = {name, *tables}
        monitors = [
            (Kind.MONITOR, monitor.name)
            for monitor in head.definitions.all(Kind.MONITOR)
            if isinstance(monitor, Monitor) and monitor.on in watched
        ]
        return [*monitors, *reversed(found)]
    if kind is Kind.CONNECTION:
        return [
            (Kind.BRONZE_SOURCE, str(source.name))
            for source in head.definitions.all(Kind.BRONZE_SOURCE)
            if isinstance(source, BronzeSource)
            and isinstance(source.source, ConnectionSource)
            and name in source.source.connections
        ]
    if kind is Kind.SECRET:
        return [
            (Kind.CONNECTION, str(connection.name))
            for connection in head.definitions.all(Kind.CONNECTION)
            if isinstance(connection, Connection)
            and any(item.value == SecretReference(name) for item in connection.options.items)
        ]
    return []


def _kept(names: Sequence[str], head: Head) -> list[Statement]:
    """What was known about dropped relations under their names is put away: what they had read, and who might use them.

    A relation made again under a name begins anew: it takes the files and uploads of the earlier one, and nobody who
    might read that one may read it.
    """
    tables = [TableName(*name.split(".", 1)) for name in names]
    return [statement for table in tables for statement in keep(table, relations_of(table, head), head)]


def _tables(name: str, head: Head) -> list[TableDrop]:
    """The tables behind an object: its own, its companions, its quarantine."""
    return [
        TableDrop(table=candidate, based_on=head.pointers[candidate])
        for candidate in relations_of(TableName(*name.split(".", 1)), head)
        if candidate in head.pointers
    ]


def relations_of(name: TableName, head: Head) -> list[TableName]:
    """Every relation that comes and goes with an object: not one that is called alike and defined by itself."""
    found = [TableName(name.schema, name.name + suffix) for suffix in ("", *COMPANIONS)]
    if name.schema == "silver":
        found.append(TableName("quarantine", name.name))
    return [each for each in found if each == name or head.definitions.find_relation(each) is None]
