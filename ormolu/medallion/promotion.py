"""What a copy of a database brings back to it: three sets of definitions are compared, object by object."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ormolu.definitions import (
    BronzeSource,
    Connection,
    ConnectionSource,
    Definition,
    GoldMetric,
    GoldTable,
    Kind,
    Monitor,
    Option,
    Options,
    Secret,
    SilverTable,
    TableName,
    kind_of,
)
from ormolu.errors import DependentObjectsStillExist, DuplicateTable, UndefinedObject, UndefinedTable
from ormolu.medallion.lineage import base_of, dependents, in_order, upstreams
from ormolu.sql_extensions.equality import is_same_definition
from ormolu.sql_extensions.options.placed import with_options

Key = tuple[Kind, str]
Known = Mapping[Key, Definition]
Held = BronzeSource | SilverTable | GoldTable | GoldMetric | Monitor
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Promotion:
    """`changed` are definitions to make true here, in this order; `dropped` goes after them, in its own.

    `agreed` is what both have in common afterwards, with None for what neither has; `kept` was dropped in the copy and
    stays here; `conflicts` changed on both sides.
    """

    changed: tuple[Definition, ...]
    dropped: tuple[Key, ...]
    agreed: Mapping[Key, Definition | None]
    kept: tuple[Key, ...]
    conflicts: tuple[Key, ...]


def promotion(base: Known, here: Known, copy: Known, *, only: Collection[str] = (), with_drops: bool) -> Promotion:
    """What changed in the copy since it was last like here. Connections and secrets stay what they are here.

    Whether something is paused is each database's own affair, and no change.
    """
    changed: list[Key] = []
    dropped: list[Key] = []
    kept: list[Key] = []
    conflicts: list[Key] = []
    agreed: dict[Key, Definition | None] = {}
    for key in sorted({*base, *here, *copy}, key=lambda key: (key[0].value, key[1])):
        then, now, wanted = base.get(key), here.get(key), copy.get(key)
        if _stays(now or wanted or then) or (only and key[1] not in only) or is_alike(then, wanted):
            continue
        if is_alike(now, wanted):
            agreed[key] = wanted
        elif not is_alike(then, now):
            conflicts.append(key)
        elif wanted is None and not with_drops:
            kept.append(key)
        else:
            (dropped if wanted is None else changed).append(key)
            agreed[key] = wanted
    return Promotion(
        tuple(_placed(copy[key], here.get(key)) for key in _upstreams_first(copy, changed)),
        tuple(reversed(list(_upstreams_first(here, dropped)))),
        agreed,
        tuple(kept),
        tuple(conflicts),
    )


def check_promotion(found: Promotion, here: Known, copy: str) -> None:
    """42P07 where a relation is of another kind in the copy, 42P01 or 42704 where one would read what is not here,
    2BP01 where something here reads what goes."""
    kinds = {each.name: kind_of(each) for each in here.values() if isinstance(each.name, TableName)}
    for definition in found.changed:
        kind = kinds.get(definition.name) if isinstance(definition.name, TableName) else None
        if kind not in (None, kind_of(definition)):
            raise DuplicateTable(
                f'"{definition.name}" is a {kind.value.lower()}',
                detail=f'In "{copy}" it is a {kind_of(definition).value.lower()}.',
                hint="DROP it here first.",
            )
        for name in _connections(definition):
            if (Kind.CONNECTION, name) not in here:
                raise UndefinedObject(
                    f'connection "{name}" does not exist',
                    detail=f'{definition.name} of "{copy}" reads it.',
                    hint=f"Connections are not promoted: CREATE CONNECTION {name} TYPE ... comes first, here.",
                )
    changed = {(kind_of(each), str(each.name)): each for each in found.changed}
    after = {key: each for key, each in {**here, **changed}.items() if key not in found.dropped}
    relations = {each.name: each for each in after.values() if isinstance(each.name, TableName)}
    for definition in found.changed:
        for upstream in upstreams(definition, relations):
            if base_of(upstream, relations) not in relations:
                raise UndefinedTable(
                    f'relation "{upstream}" does not exist',
                    detail=f'{definition.name} of "{copy}" reads it.',
                    hint="It was dropped here, or is not among ONLY (...).",
                )
    gone = [TableName(*name.split(".", 1)) for kind, name in found.dropped if kind.schema]
    lost = [(table, str(reader)) for table in gone for reader in dependents(relations, table)]
    lost += [(each.on, each.name) for each in after.values() if isinstance(each, Monitor) and each.on in gone]
    if lost:
        raise DependentObjectsStillExist(
            f'what was dropped in "{copy}" is read by other objects here',
            detail="\n".join(f"{reader} reads {table}" for table, reader in lost),
            hint="Drop the readers first, or leave WITH DROPS out.",
        )


def _connections(definition: Definition) -> tuple[str, ...]:
    if not isinstance(definition, BronzeSource) or not isinstance(definition.source, ConnectionSource):
        return ()
    return definition.source.connections


def is_alike(one: Definition | None, other: Definition | None) -> bool:
    if one is None or other is None:
        return one is other
    return is_same_definition(_awake(one), _awake(other))


def _stays(definition: Definition | None) -> bool:
    return isinstance(definition, Connection | Secret)


def _awake(definition: Definition) -> Definition:
    if not isinstance(definition, Held):
        return definition
    whole = with_options(definition, Options())
    assert isinstance(whole, Held)
    return replace(whole, options=Options(tuple(each for each in whole.options.items if each.name != PAUSED)))


def _placed(wanted: Definition, now: Definition | None) -> Definition:
    """The copy's definition, paused where it is paused here."""
    if not isinstance(wanted, Held) or not isinstance(now, Held):
        return wanted
    if now.options.is_on(PAUSED, default=False):
        return with_options(wanted, Options((Option(PAUSED, True),)))
    return _awake(wanted)


def _upstreams_first(known: Known, keys: Collection[Key]) -> Iterator[Key]:
    """Relations in the order of their making; what watches them comes after."""
    relations = {each.name: each for each in known.values() if isinstance(each.name, TableName)}
    for name in in_order(relations):
        key = (kind_of(relations[name]), str(name))
        if key in keys:
            yield key
    yield from (key for key in keys if key[0].schema is None)
