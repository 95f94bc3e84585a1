"""What a refresh of silver or gold would do at a head: EXPLAIN tells it, the refresh follows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import cast

from sqlglot import exp

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.definitions import GoldMetric, GoldTable, SilverTable, TableName
from ormolu.errors import FeatureNotSupported, ObjectNotInPrerequisiteState
from ormolu.medallion.change_impact import shaping_part
from ormolu.medallion.column_spread import spread
from ormolu.medallion.columns import (
    CHECKPOINTS,
    CONTENT,
    DEFINITION_HASH,
    EXCLUDED_LOADS,
    KEPT,
    LATEST_FULL_LOAD,
    NEXT_LOAD_ID,
)
from ormolu.medallion.inputs import InputQuery, input_query
from ormolu.medallion.lineage import query_relations
from ormolu.medallion.metric import metric_query
from ormolu.medallion.refresh_mode import Mode, Upstream, check_supported, is_volatile, mode_of, rebuild_mode
from ormolu.medallion.templates import fill
from ormolu.sql_extensions.queries import AsOf
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.writer.text import write
from ormolu.sql_extensions.writer.words import relation as qualified

Refreshed = SilverTable | GoldTable | GoldMetric
Checkpoints = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class RefreshPlan:
    """`since` and `until` limit the load time of what is read; `reprocesses` reads quarantined rows instead."""

    definition: Refreshed
    input: InputQuery
    upstreams: Mapping[str, Upstream]
    mode: Mode
    is_same_definition: bool
    checkpoints: Checkpoints = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownTables:
    """The names that a head knows, as a container."""

    head: Head

    def __contains__(self, name: object) -> bool:
        return isinstance(name, TableName) and (
            name in self.head.pointers or self.head.definitions.find_relation(name) is not None
        )


@dataclass(frozen=True, slots=True)
class Readable:
    """Relations as the refresh of a table finds them at a head: never the table itself."""

    head: Head
    itself: TableName
    found: dict[TableName, Relation | None] = field(default_factory=dict)

    def find(self, name: TableName) -> Relation | None:
        if name == self.itself:
            return None
        if name not in self.found:
            self.found[name] = self._find(name)
        return self.found[name]

    def resolve(self, name: TableName, as_of: AsOf | None) -> Relation | None:
        return self.find(name) if as_of is None else self.head.find_relation(name, as_of)

    def _find(self, name: TableName) -> Relation | None:
        relation = self.head.find_relation(name)
        if relation is None and self.head.definitions.find_relation(name) is not None:
            raise ObjectNotInPrerequisiteState(
                f"{name} has never been loaded, its columns are not known",
                hint=f"REFRESH {qualified(name)};{' or COPY into it first.' if name.schema == 'bronze' else ''}",
            )
        return relation


def plan_refresh(
    definition: Refreshed,
    head: Head,
    *,
    is_full: bool = False,
    is_limited: bool = False,
    reprocesses: bool = False,
) -> RefreshPlan:
    """Decide what a refresh reads. `is_limited`: only rows of some load time are asked for."""
    check_supported(definition)
    readable = Readable(head, definition.name)
    current = head.find_table(definition.name)
    input_ = _input(definition, readable)
    upstreams = {name: _as_read(each, definition, name) for name, each in upstreams_of(input_.tree, readable).items()}
    is_same = current is not None and current.properties.get(DEFINITION_HASH) == definition_hash(definition)
    checkpoints = _checkpoints(current)
    is_clocked = not isinstance(definition, GoldMetric) and is_volatile(definition)
    if not isinstance(definition, SilverTable):
        mode = rebuild_mode(upstreams, checkpoints, is_full=is_full, is_same_definition=is_same, is_volatile=is_clocked)
    elif reprocesses and definition.key:
        mode = Mode(True, "the quarantined rows")
    elif is_limited:
        mode = _limited(definition, input_)
    else:
        mode = mode_of(
            definition,
            input_,
            upstreams,
            checkpoints,
            is_full=is_full or reprocesses,
            is_same_definition=is_same,
            is_volatile=is_clocked,
        )
    return RefreshPlan(definition, input_, upstreams, mode, is_same, checkpoints)


def rows_read(plan: RefreshPlan, head: Head) -> int:
    """How many rows the tables hold that a refresh reads: of the one that it reads the news of, the files with any."""
    tables = {
        TableName(*name.split(".", 1)): head.find_table(TableName(*name.split(".", 1))) for name in plan.upstreams
    }
    return sum(_rows_read(plan, each) for each in tables.values() if each is not None)


def _rows_read(plan: RefreshPlan, table: IcebergTable) -> int:
    if plan.mode.after_load is None or table.name != plan.input.base:
        return table.rows
    is_new = fill("_load_id > :load", load=exp.Literal.number(plan.mode.after_load))
    return sum(file.rows for file in table.files_matching(is_new))


def _as_read(upstream: Upstream, definition: Refreshed, name: str) -> Upstream:
    """With the earlier versions of it that differ only in what the definition does not read."""
    table = TableName(*name.split(".", 1))
    alike = {version for version, columns in upstream.kept if spread(definition, table, columns) == frozenset()}
    return replace(upstream, alike=frozenset(alike))


def _input(definition: Refreshed, readable: Readable) -> InputQuery:
    if isinstance(definition, GoldMetric):
        return InputQuery(metric_query(definition), None, is_per_row=False, reason="it aggregates")
    find = readable.find if isinstance(definition, SilverTable) else lambda name: None
    return input_query(definition.name, definition.query, definition.from_relation, find)


def _limited(definition: SilverTable, input_: InputQuery) -> Mode:
    if not (definition.key and input_.is_per_row):
        raise FeatureNotSupported(
            "REFRESH FROM ... TO ... needs a KEY and a query that reads one bronze source row by row",
            hint="REFRESH without FROM and TO.",
        )
    return Mode(True, "rows loaded in the time")


def upstreams_of(tree: exp.Expr, readable: Readable) -> dict[str, Upstream]:
    """What the query reads, as it stands."""
    names = query_relations(tree.sql("postgres"), KnownTables(readable.head), itself=readable.itself)
    found = {name: readable.find(name) for name in names}
    return {
        str(name): _upstream(relation, readable.head.find_table(name))
        for name, relation in found.items()
        if relation is not None
    }


def _upstream(relation: Relation, table: IcebergTable | None) -> Upstream:
    if table is None:
        return Upstream(relation.version)
    properties = table.properties
    loads = properties if table.name.schema == "bronze" else {}
    next_load = loads.get(NEXT_LOAD_ID)
    return Upstream(
        content_of(table),
        int(next_load) - 1 if next_load is not None else None,
        tuple(json.loads(loads.get(EXCLUDED_LOADS) or "[]")),
        shows_latest_extract=bool(loads.get(LATEST_FULL_LOAD)),
        kept=kept_of(table),
    )


def content_of(table: IcebergTable) -> str:
    """Equal while the table shows the same rows in the same columns, whatever else is noted about it."""
    metadata, properties = table.metadata, table.properties
    parts = (
        table.identity,
        content_id(table),
        metadata.current_schema_id,
        properties.get(EXCLUDED_LOADS) or "[]",
        properties.get(LATEST_FULL_LOAD),
    )
    return " ".join(str(part) for part in parts)


def kept_of(table: IcebergTable) -> tuple[tuple[str, frozenset[str]], ...]:
    """Earlier contents that the table still holds, and the columns that differ."""
    entries = json.loads(table.properties.get(KEPT) or "[]")
    return tuple((str(version), frozenset(columns)) for version, columns in entries)


def content_id(table: IcebergTable) -> str:
    """The snapshot that the rows of the current one came with: files that were joined hold what they held."""
    snapshot = table.metadata.current_snapshot()
    kept = None if snapshot is None or snapshot.summary is None else snapshot.summary.get(CONTENT)
    return str(kept or table.snapshot_id)


def definition_hash(definition: Refreshed) -> str:
    """Equal while the definition gives the same rows in the same files: a comment or a schedule makes nothing anew."""
    return sha256(write(shaping_part(definition)).encode()).hexdigest()


def _checkpoints(current: IcebergTable | None) -> Checkpoints:
    text = None if current is None else current.properties.get(CHECKPOINTS)
    return cast(Checkpoints, json.loads(text or "{}"))
