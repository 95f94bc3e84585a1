"""DROP: RESTRICT lists what depends on the object; CASCADE takes it along."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ormolu.catalog.lake import DefinitionChange, Head, TableDrop
from ormolu.catalog.schema import checkpoints, files, grants, watermarks
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
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)
from ormolu.medallion.lineage import downstream_in_order
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.statements import Drop

COMPANIONS = ("_deleted", "_history", "_all")


def drop(statement: Drop, session: SessionContext, services: Services) -> Outcome:
    kind, name = statement.kind, str(statement.name)
    require_admin(services, session, f"drop {kind.value.lower()} {name}")
    done = Completed(f"DROP {kind.value}")
    if statement.on is not None:
        raise FeatureNotSupported(f"DROP {kind.value} is not supported yet")
    head = services.lake.head()
    existing = (
        head.definitions.find_relation(statement.name)
        if isinstance(statement.name, TableName)
        else head.definitions.find(kind, name)
    )
    if existing is None:
        if statement.if_exists:
            session.notice("NOTICE", "00000", f'{kind.value.lower()} "{name}" does not exist, skipping')
            return done
        raise (
            UndefinedTable(f'{kind.value.lower()} "{name}" does not exist')
            if kind.schema
            else UndefinedObject(f'{kind.value.lower()} "{name}" does not exist')
        )
    if kind_of(existing) is not kind:
        raise WrongObjectType(
            f'"{name}" is a {kind_of(existing).value.lower()}', hint=f"DROP {kind_of(existing).value} {name}"
        )
    others = dependents_of(kind, statement.name, head)
    if others and not statement.is_cascade:
        raise DependentObjectsStillExist(
            f"cannot drop {kind.value.lower()} {name} because other objects depend on it",
            detail="\n".join(f"{other_kind.value.lower()} {other} depends on it" for other_kind, other in others),
            hint="DROP ... CASCADE drops them too.",
        )
    gone = [*others, (kind, name)]
    for other_kind, other in others:
        session.notice("NOTICE", "00000", f"drop cascades to {other_kind.value.lower()} {other}")
    changes = [table for _, other in gone for table in _tables(other, head)]
    definitions = [
        DefinitionChange(kind=other_kind, name=other, ddl=None, author=session.role) for other_kind, other in gone
    ]
    secrets = [other for other_kind, other in gone if other_kind is Kind.SECRET]
    forget = [lambda connection, secret=secret: services.secrets.drop_in(connection, secret) for secret in secrets]
    forgotten = _forget([other for other_kind, other in gone if other_kind.schema], services.lake.database)
    services.lake.commit(changes, definitions, (*forget, *forgotten), at=services.now(), based_on=head)
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


def _forget(names: Sequence[str], database: str) -> list[sa.Delete]:
    """What was known about dropped relations under their names: what they had read, and who might use them.

    A relation made again under a name begins anew: it takes the files and uploads of the earlier one, and nobody who
    might read that one may read it.
    """
    relations = [str(relation) for name in names for relation in _relations(name)]
    kept = (
        (grants, grants.c.object.in_(relations), grants.c.object_kind == "table"),
        (files, files.c.source_name.in_(names)),
        (watermarks, watermarks.c.source_name.in_(names)),
        (checkpoints, checkpoints.c.table_name.in_(names)),
    )
    return [sa.delete(table).where(table.c.database == database, *conditions) for table, *conditions in kept]


def _tables(name: str, head: Head) -> list[TableDrop]:
    """The tables behind an object: its own, its companions, its quarantine."""
    return [
        TableDrop(table=candidate, based_on=head.pointers[candidate])
        for candidate in _relations(name)
        if candidate in head.pointers
    ]


def _relations(name: str) -> list[TableName]:
    """Every relation that comes and goes with an object."""
    schema, _, table = name.partition(".")
    found = [TableName(schema, table + suffix) for suffix in ("", *COMPANIONS)]
    return [*found, TableName("quarantine", table)] if schema == "silver" else found
