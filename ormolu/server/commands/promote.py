"""ALTER DATABASE ... PROMOTE FROM: what was changed in a copy becomes true here, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ormolu.catalog.lake import Head, Lake
from ormolu.catalog.template import base_of, settle
from ormolu.definitions import Definition, GoldMetric, GoldTable, Monitor, SilverTable, TableName, kind_of
from ormolu.errors import (
    ActiveSqlTransaction,
    DependentObjectsStillExist,
    InvalidCatalogName,
    ObjectNotInPrerequisiteState,
    UndefinedObject,
)
from ormolu.faults import reach
from ormolu.medallion.change_impact import Made, change_of
from ormolu.medallion.promotion import Key, Known, Promotion, check_promotion, promotion
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.create import find_existing, make_true
from ormolu.server.commands.drop import drop
from ormolu.server.commands.plans import PlanRow, effect_rows
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.drafts import in_one_commit, is_in_block
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.statements import Drop, PromoteFrom


@dataclass(frozen=True)
class _Promoting:
    """From a copy to the database that it was copied from; `services` are the latter's."""

    name: str
    copy: str
    services: Services

    def plan(self, action: PromoteFrom) -> Promotion:
        """55000 where something changed on both sides; 42P01, 42704, 2BP01 where what would be does not go together."""
        base = {key: parse_definition(ddl) for key, ddl in base_of(self.services.lake.records, self.copy).items()}
        here, theirs = _definitions(self.services.lake.head()), _definitions(_lake(self.copy, self.services).head())
        only = {str(name) for name in action.only}
        if unknown := only - {name for _, name in (*base, *here, *theirs)}:
            raise UndefinedObject(f"{', '.join(sorted(unknown))} does not exist")
        found = promotion(base, here, theirs, only=only, with_drops=action.with_drops)
        if found.conflicts:
            raise ObjectNotInPrerequisiteState(
                f'what changed in both "{self.name}" and "{self.copy}" is not promoted: '
                + ", ".join(name for _, name in found.conflicts),
                detail="\n".join(f"{kind.value.lower()} {name} changed in both" for kind, name in found.conflicts),
                hint="Make it the same in both, or leave it as it is there with ONLY (...) of the others.",
            )
        check_promotion(found, here, self.copy)
        return found

    def apply(self, found: Promotion, session: SessionContext) -> None:
        """Into the transaction of the session."""
        self._change(found.changed, session)
        for kind, name in found.dropped:
            written = TableName(*name.split(".", 1)) if kind.schema else name
            drop(Drop(kind, written), session, self.services)
        self.services.lake.commit((), (), tuple(settle(self.copy, found.agreed)), at=self.services.now())
        reach("promote:applied")

    def _change(self, wanted: Sequence[Definition], session: SessionContext) -> None:
        """What loses a column waits until those that name it were changed."""
        while wanted:
            waiting: list[Definition] = []
            refused: DependentObjectsStillExist | None = None
            for definition in wanted:
                try:
                    make_true(definition, session, self.services, self.services.lake.head(), may_retype=True)
                except DependentObjectsStillExist as error:
                    refused = error
                    waiting.append(definition)
            if refused is not None and len(waiting) == len(wanted):
                raise refused
            wanted = waiting


def promote(name: str, action: PromoteFrom, session: SessionContext, services: Services) -> None:
    """Inside BEGIN it is part of the transaction; otherwise a transaction of its own, in its own database."""
    if is_in_block(session):
        if name != session.database:
            raise ActiveSqlTransaction(
                f'inside a transaction block "{name}" cannot be changed from another database',
                hint="Connect to it first, or leave BEGIN out.",
            )
        promoting = _checked(name, action, session, services)
        _tell(promoting, found := promoting.plan(action), session)
        promoting.apply(found, session)
        return
    of_name = _checked(name, action, session, services).services
    with in_one_commit(session, of_name, reads=of_name.lake.head()) as (inner, within):
        promoting = _Promoting(name, action.database, within)
        found = promoting.plan(action)
        _tell(promoting, found, session)
        promoting.apply(found, inner)


def explain_promote(name: str, action: PromoteFrom, session: SessionContext, services: Services) -> list[PlanRow]:
    promoting = _checked(name, action, session, services)
    found = promoting.plan(action)
    rows = [row for each in found.changed for row in _rows(each, promoting.services)]
    rows += [PlanRow(gone, "drop", kind.value) for kind, gone in found.dropped]
    reason = f"dropped in {action.database}: WITH DROPS drops it here"
    return rows + [PlanRow(kept, "keep", reason) for _, kept in found.kept]


def _rows(definition: Definition, services: Services) -> Iterable[PlanRow]:
    name, kind = str(definition.name), kind_of(definition)
    existing = find_existing(services.lake.head(), kind, name)
    if isinstance(existing, Made) and isinstance(definition, Made):
        changed = change_of(existing, definition)
        yield PlanRow(name, "replace definition", changed.reason)
        if changed.impact.makes_anew:
            yield PlanRow(name, "fill", f"full, beside the live version: {changed.reason}")
            yield from effect_rows(definition, changed, services)
        return
    yield PlanRow(name, "define" if existing is None else "replace definition", kind.value)
    if isinstance(definition, SilverTable | GoldTable | GoldMetric | Monitor):
        yield PlanRow(name, "fill", "full, when it is created")


def _tell(promoting: _Promoting, found: Promotion, session: SessionContext) -> None:
    for kind, name in found.kept:
        session.notice(
            "NOTICE",
            "00000",
            f"{kind.value.lower()} {name} was dropped in {promoting.copy} and stays",
            "PROMOTE ... WITH DROPS drops it.",
        )


def _checked(name: str, action: PromoteFrom, session: SessionContext, services: Services) -> _Promoting:
    require_admin(services, session, f"promote to database {name}")
    live = {each.name: each for each in services.databases.all()}
    for each in (name, action.database):
        if each not in live:
            raise InvalidCatalogName(f'database "{each}" does not exist')
    if live[action.database].template_id != live[name].database_id:
        raise ObjectNotInPrerequisiteState(
            f'database "{action.database}" is not a copy of "{name}"',
            hint=f"CREATE DATABASE ... TEMPLATE {name} makes one.",
        )
    return _Promoting(name, action.database, services if name == session.database else services.of(name))


def _definitions(head: Head) -> Known:
    found: dict[Key, Definition] = {(kind_of(each), str(each.name)): each for each in head.definitions.all()}
    return found


def _lake(name: str, services: Services) -> Lake:
    return Lake(services.lake.records, database=name, warehouse=services.lake.warehouse)
