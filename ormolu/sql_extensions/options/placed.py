"""Where the options of a definition belong: a bronze source's, its load's and its reconciliation's are kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ormolu.definitions import (
    BronzeSource,
    Connection,
    ConnectionSource,
    Definition,
    Load,
    Mart,
    Mask,
    Option,
    Options,
    Policy,
    kind_of,
)
from ormolu.errors import InvalidParameterValue
from ormolu.sql_extensions.options import kinds as options
from ormolu.sql_extensions.options.connections import BY_CONNECTION_TYPE
from ormolu.sql_extensions.options.values import Table
from ormolu.sql_extensions.parser.cursor import hint_for


def with_options(definition: Definition, changed: Options) -> Definition:
    """The definition after `ALTER ... SET (...)`; options that its kind or type does not have are 22023."""
    if isinstance(definition, Policy | Mask):
        raise InvalidParameterValue(f"a {kind_of(definition).value} takes no options")
    known = _known(definition)
    for option in changed.items:
        if known is not None and option.name not in known:
            raise InvalidParameterValue(
                f'unrecognized option "{option.name}"', hint=hint_for(option.name, sorted(known))
            )
    if isinstance(definition, BronzeSource):
        definition = gathered(definition)
    merged = {option.name: option for option in (*definition.options.items, *changed.items)}
    found: Definition = replace(definition, options=in_order(merged))
    return placed(found) if isinstance(found, BronzeSource) else found


def _known(definition: Definition) -> Table | None:
    match definition:
        case Mart():
            return None
        case Connection(type=type_):
            return BY_CONNECTION_TYPE[type_]
        case _:
            return options.options_of(kind_of(definition))


def gathered(source: BronzeSource) -> BronzeSource:
    """All options in one place, as if they had been written in the last WITH."""
    every = list(source.options.items)
    found, load, reconcile = source.source, source.load, source.reconcile
    if isinstance(found, ConnectionSource):
        every += found.options.items
        found = replace(found, options=Options())
    if load is not None:
        every += load.options.items
        load = replace(load, options=Options())
    if reconcile is not None:
        every += reconcile.options.items
        reconcile = replace(reconcile, options=Options())
    merged = in_order({option.name: option for option in every})
    return replace(source, source=found, load=load, reconcile=reconcile, options=merged)


def placed(source: BronzeSource) -> BronzeSource:
    """Each option where it belongs, whichever WITH it was written in; what has no place there stays."""
    left = {option.name: option for option in source.options.items}
    found = source.source
    if isinstance(found, ConnectionSource):
        found = replace(found, options=_taken(left, options.SOURCE))
    load = source.load
    if load is not None:
        load = replace(load, options=_taken(left, options.LOAD))
    reconcile = source.reconcile
    if reconcile is not None:
        reconcile = replace(reconcile, options=_taken(left, options.RECONCILE))
    return replace(source, source=found, load=load, reconcile=reconcile, options=in_order(left))


def place_load_options(load: Load | None, found: Options) -> tuple[Load | None, Options]:
    """The options of a load apart from the others."""
    if load is None:
        return None, found
    left = {option.name: option for option in found.items}
    return replace(load, options=_taken(left, options.LOAD)), in_order(left)


def _taken(left: dict[str, Option], table: Table) -> Options:
    return in_order({name: left.pop(name) for name in list(left) if name in table})


def in_order(found: Mapping[str, Option]) -> Options:
    """Sorted by name, as definitions keep them."""
    return Options(tuple(found[name] for name in sorted(found)))
