"""What a refresh has to read: only what is new, or everything, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlglot import exp

from ormolu.definitions import (
    DeduplicateRule,
    Definition,
    GoldMetric,
    GoldTable,
    Rebuild,
    SetRule,
    SilverTable,
    UniqueRule,
)
from ormolu.errors import FeatureNotSupported, InvalidDatetimeFormat
from ormolu.medallion.expressions import at, has_window
from ormolu.medallion.inputs import InputQuery
from ormolu.medallion.templates import fill, query
from ormolu.sql_extensions.dialect.reading import parse_query
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.writer.words import relation as qualified

UNCHANGED = "nothing it reads has changed"
_VOLATILE = (
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Localtime,
    exp.Localtimestamp,
    exp.Rand,
    exp.Uuid,
)
_VOLATILE_NAMES = frozenset(
    ("now", "random", "gen_random_uuid", "clock_timestamp", "statement_timestamp", "transaction_timestamp")
)


def check_supported(definition: SilverTable | GoldTable | GoldMetric) -> None:
    """Clauses that nothing honours yet are refused."""
    rebuild = None if isinstance(definition, GoldMetric) else definition.rebuild
    if rebuild is not None and rebuild.mode != "AUTO" and not keeps_old_rows(definition):
        raise FeatureNotSupported(
            f"REBUILD {rebuild.mode} of {definition.name} is not supported yet",
            hint="Leave it out: what changed is rebuilt whole. A silver table knows REBUILD NONE and REBUILD FROM.",
        )


def keeps_old_rows(definition: Definition) -> bool:
    """A change of the definition does not reach all rows that are there: `REBUILD NONE`, `REBUILD FROM 't'`."""
    return isinstance(definition, SilverTable) and definition.rebuild is not None and definition.rebuild.mode != "AUTO"


def moment(given: str | None) -> datetime | None:
    """The time that FROM or TO names: without a zone it is UTC."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError as error:
        raise InvalidDatetimeFormat(f'invalid input syntax for type timestamp: "{given}"') from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def is_volatile(definition: SilverTable | GoldTable) -> bool:
    """The query may answer otherwise although nothing it reads has changed."""
    if definition.query is None:
        return False
    tree = parse_query(definition.query.text)
    names = {node.name.lower() for node in tree.find_all(exp.Anonymous)}
    return tree.find(*_VOLATILE) is not None or bool(names & _VOLATILE_NAMES)


@dataclass(frozen=True, slots=True)
class Part:
    """The keys of which anything was loaded since a time, or after what is in already."""

    since: datetime
    last_load: int


@dataclass(frozen=True, slots=True)
class Mode:
    """`after_load` of a batch: loads up to that one are in already. `is_state`: the input shows what is true now,
    so that a missing key was deleted; else it holds all that ever came. `part`: only these keys are computed, each
    from all that ever came of it."""

    is_batch: bool
    reason: str
    after_load: int | None = None
    is_state: bool = False
    has_news: bool = True
    part: Part | None = None

    @property
    def word(self) -> str:
        if not self.has_news:
            return "none"
        return "full" if not self.is_batch and self.part is None else "incremental"


@dataclass(frozen=True, slots=True)
class Upstream:
    """`version` is equal while the rows are. `last_load` is None for what has no loads; `excluded` were taken back.

    `kept` are earlier versions that it holds but for some columns; of `alike` the reader sees no difference at all.
    """

    version: str
    last_load: int | None = None
    excluded: tuple[int, ...] = ()
    shows_latest_extract: bool = False
    kept: tuple[tuple[str, frozenset[str]], ...] = ()
    alike: frozenset[str] = frozenset()


def mode_of(
    definition: SilverTable,
    input_: InputQuery,
    upstreams: Mapping[str, Upstream],
    checkpoints: Mapping[str, Mapping[str, object]],
    *,
    is_full: bool,
    is_same_definition: bool,
    is_volatile: bool = False,
) -> Mode:
    """Incremental where the rows since the checkpoint are enough, and why it is, or is not."""
    base = upstreams.get(str(input_.base)) if input_.base is not None else None
    is_log = base is not None and base.last_load is not None and not base.shows_latest_extract and input_.is_per_row
    keeps = keeps_old_rows(definition) and bool(checkpoints)
    is_known = is_same_definition or keeps
    full = _why_full(definition, input_, base, checkpoints, is_full=is_full, is_same_definition=is_known)
    if full is not None and keeps and not is_full:
        raise FeatureNotSupported(
            f"REBUILD {_rebuild(definition).mode} cannot leave rows of {definition.name} as they are: {full}",
            hint=f"REFRESH {qualified(definition.name)} FULL computes them all, or leave the clause out.",
        )
    if full is not None or base is None:
        news = is_full or not is_same_definition or is_volatile or has_changed(upstreams, checkpoints)
        return Mode(False, (full or input_.reason) if news else UNCHANGED, is_state=not is_log, has_news=news)
    done = checkpoints[str(input_.base)]["load_id"]
    assert isinstance(done, int)
    assert base.last_load is not None
    if not is_same_definition:
        return _changed(_rebuild(definition), done)
    if base.last_load <= done:
        return Mode(True, UNCHANGED, after_load=done, has_news=False)
    return Mode(True, f"{input_.reason}; loads after {done}", after_load=done)


def _changed(rebuild: Rebuild, done: int) -> Mode:
    """What a changed definition reads where it leaves older rows as they are."""
    since = moment(rebuild.since)
    if since is None:
        return Mode(True, f"REBUILD NONE leaves older rows as they are; loads after {done}", after_load=done)
    reason = f"REBUILD FROM computes the keys that came since {since}, or after load {done}, and leaves the others"
    return Mode(False, reason, part=Part(since, done))


def _rebuild(definition: SilverTable) -> Rebuild:
    return definition.rebuild or Rebuild("AUTO")


def rebuild_mode(
    upstreams: Mapping[str, Upstream],
    checkpoints: Mapping[str, Mapping[str, object]],
    *,
    is_full: bool,
    is_same_definition: bool,
    is_volatile: bool,
) -> Mode:
    """The mode of what is always rebuilt: gold tables and metrics."""
    reasons = (
        (is_full, "FULL was asked for"),
        (not is_same_definition, "the definition is new or has changed"),
        (is_volatile, "it reads the clock or chance"),
        (has_changed(upstreams, checkpoints), "its upstream has changed, and gold is rebuilt"),
    )
    reason = next((reason for holds, reason in reasons if holds), None)
    return Mode(False, reason or UNCHANGED, has_news=reason is not None)


def has_changed(upstreams: Mapping[str, Upstream], checkpoints: Mapping[str, Mapping[str, object]]) -> bool:
    return any(
        checkpoints.get(name, {}).get("version") not in (each.version, *each.alike) for name, each in upstreams.items()
    )


def _why_full(
    definition: SilverTable,
    input_: InputQuery,
    base: Upstream | None,
    checkpoints: Mapping[str, Mapping[str, object]],
    *,
    is_full: bool,
    is_same_definition: bool,
) -> str | None:
    checkpoint = checkpoints.get(str(input_.base), {})
    reasons = (
        (is_full, "FULL was asked for"),
        (not definition.key, "it has no KEY"),
        (not is_same_definition, "the definition is new or has changed"),
        (not input_.is_per_row, input_.reason),
        (base is None or base.last_load is None, "its upstream has no loads"),
        (base is not None and base.shows_latest_extract, "its upstream shows the latest full extract"),
        (not isinstance(checkpoint.get("load_id"), int), "there is no checkpoint yet"),
        (base is not None and checkpoint.get("excluded") != list(base.excluded), "loads were excluded or included"),
        (_compares_rows(definition), "a rule compares rows of several loads"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _compares_rows(definition: SilverTable) -> bool:
    for rule in definition.rules:
        if isinstance(rule, SetRule) and has_window(rule.expression):
            return True
        if isinstance(rule, DeduplicateRule) and set(rule.columns) != set(definition.key):
            return True
        if isinstance(rule, UniqueRule) and not definition.key:
            return True
    return False


def only_after(relation: Relation, load_id: int) -> Relation:
    """The relation's rows of later loads."""
    source = query(
        "SELECT l.* FROM source AS l WHERE l._load_id > :load",
        source=relation.source.copy(),
        load=exp.Literal.number(load_id),
    )
    return replace(relation, source=source, version=f"{relation.version} after {load_id}")


def only_loaded(relation: Relation, since: datetime | None, until: datetime | None) -> Relation:
    """The relation's rows that were loaded in the time, the end excluded."""
    condition: exp.Expr = exp.true()
    if since is not None:
        condition = fill("l._loaded_at >= :since", since=at(since))
    if until is not None:
        condition = fill(":before AND l._loaded_at < :until", before=condition, until=at(until))
    source = query("SELECT l.* FROM source AS l WHERE :condition", source=relation.source.copy(), condition=condition)
    return replace(relation, source=source, version=f"{relation.version} from {since} to {until}")


def checkpoints_text(upstreams: Mapping[str, Upstream]) -> str:
    """The table property that says what is in."""
    entries = {
        name: {"load_id": each.last_load, "version": each.version, "excluded": list(each.excluded)}
        for name, each in upstreams.items()
    }
    return json.dumps(entries, sort_keys=True)
