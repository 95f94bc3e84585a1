"""UNDROP: a dropped table comes back with its rows, its versions, its definition and what it had read."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from ormolu.catalog.changes import DefinitionChange, Statement, TableRestore
from ormolu.catalog.lake import Head
from ormolu.catalog.tombs import TOMBSTONE_AGE, Tombstone, bring_back, find_tombstones
from ormolu.definitions import BronzeSource, Definition, GoldMetric, GoldTable, Kind, SilverTable, TableName, kind_of
from ormolu.errors import DuplicateTable, UndefinedTable
from ormolu.medallion.lineage import base_of, upstreams
from ormolu.scheduler.downstream import follows_upstream
from ormolu.scheduler.queue import submission
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.create import check_bronze, check_upstreams
from ormolu.server.commands.drop import COMPANIONS
from ormolu.server.commands.plans import PlanRow
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.statements import Undrop
from ormolu.sql_extensions.writer.text import write
from ormolu.sql_extensions.writer.words import relation

UNDROP = "undrop"


@dataclass(frozen=True, slots=True)
class Found:
    """What UNDROP brings back: the definition under its new name, the graves, and each relation's new name."""

    definition: Definition
    stones: tuple[Tombstone, ...]
    relations: Mapping[TableName, TableName]


def undrop(statement: Undrop, session: SessionContext, services: Services) -> Outcome:
    head, now = services.lake.head(), services.now()
    found = find_dropped(statement, session, services, head)
    definition, relations = found.definition, found.relations
    target = relations[statement.name]
    renamed = {statement.name: target} | {stone.table: relations[stone.table] for stone in found.stones}
    changes = [
        TableRestore(relations[each.table], None, each.metadata_location, operation=UNDROP) for each in found.stones
    ]
    change = DefinitionChange(kind=kind_of(definition), name=str(target), ddl=write(definition), author=session.role)
    names = {str(old): str(new) for old, new in relations.items()}
    statements = [*bring_back(found.stones, renamed, names, head), *_catch_up(definition, session, services)]
    services.lake.commit(changes, [change], statements, at=now, based_on=head)
    services.wake()
    return Completed("UNDROP TABLE")


def find_dropped(statement: Undrop, session: SessionContext, services: Services, head: Head) -> Found:
    """42501, 42P07 where the name is taken, 42P01 where nothing was dropped or what it reads is not there."""
    name, target = statement.name, statement.new_name or statement.name
    require_admin(services, session, f"undrop {name}")
    relations = dict(zip(_relations(name), _relations(target), strict=True))
    for each in relations.values():
        if each in head.pointers or head.definitions.find_relation(each) is not None:
            raise DuplicateTable(
                f'relation "{each}" already exists', hint=f"UNDROP TABLE {relation(name)} AS another_name"
            )
    stones = find_tombstones(head, list(relations), at=services.now())
    dropped = None if not stones else _definition(name, stones[0].dropped_at, head)
    if dropped is None:
        raise UndefinedTable(
            f'there is no dropped table "{name}"',
            hint=f"A dropped table can be brought back for {TOMBSTONE_AGE.days} days, where it had been made.",
        )
    definition = cast(Definition, replace(cast(Any, dropped), name=target))  # Any: relations of all kinds have a name
    _check(definition, session, head, services.now())
    return Found(definition, tuple(stones), relations)


def explain_undrop(asked: Undrop, session: SessionContext, services: Services) -> list[PlanRow]:
    found = find_dropped(asked, session, services, services.lake.head())
    planned = []
    for stone in found.stones:
        table = services.lake.table_at(stone.table, stone.metadata_location)
        size = sum(file.bytes for file in table.files)
        reason = f"dropped at {stone.dropped_at:%Y-%m-%d %H:%M:%S}"
        planned.append(PlanRow(str(found.relations[stone.table]), UNDROP, reason, table.rows, size))
    if follows_upstream(found.definition):
        planned.append(PlanRow(str(found.relations[asked.name]), "refresh", "its upstreams may have published"))
    return planned


def _relations(name: TableName) -> list[TableName]:
    """The table first, then whatever goes with it."""
    found = [TableName(name.schema, name.name + suffix) for suffix in ("", *COMPANIONS)]
    return [*found, TableName("quarantine", name.name)] if name.schema == "silver" else found


def _definition(name: TableName, dropped_at: datetime, head: Head) -> Definition | None:
    """What the relation was when it was dropped."""
    for kind in (each for each in Kind if each.schema == name.schema):
        log = sorted(head.definitions.versions(kind, str(name)), key=lambda row: row.version)
        for before, row in itertools.pairwise(log):
            if row.is_dropped and row.at == dropped_at and before.ddl is not None:
                return parse_definition(before.ddl)
    return None


def _check(definition: Definition, session: SessionContext, head: Head, now: datetime) -> None:
    """What it is made from must be there."""
    match definition:
        case BronzeSource():
            check_bronze(definition, head)
        case SilverTable() | GoldTable() | GoldMetric():
            known = head.definitions.relations()
            for upstream in upstreams(definition, known):
                base = base_of(upstream, known)
                if base not in known and find_tombstones(head, [base], at=now):
                    raise UndefinedTable(
                        f'relation "{base}" does not exist', hint=f"UNDROP TABLE {relation(base)} comes first."
                    )
            check_upstreams(definition, head, session)
        case _:
            pass


def _catch_up(definition: Definition, session: SessionContext, services: Services) -> list[Statement]:
    """What its upstreams published meanwhile is missing."""
    if not follows_upstream(definition):
        return []
    return [
        submission(
            session.database,
            str(definition.name),
            RunAction.REFRESH,
            at=services.now(),
            trigger="upstream",
            requested_by=session.role,
        )
    ]
