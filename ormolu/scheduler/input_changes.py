"""The changes of one relation between two moments, as groups that can be taken in one after the other."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlglot import exp

from ormolu.catalog.database import reading
from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.schema import files, runs
from ormolu.definitions import BronzeSource, LookupRule, SilverTable, TableName
from ormolu.medallion import change_causes as causes
from ormolu.medallion.change_causes import Comparison, Pair
from ormolu.medallion.columns import CHECKPOINTS, DEFINITION_HASH, StoredColumn
from ormolu.medallion.erasing import in_quarantine
from ormolu.medallion.lineage import base_of, data_upstreams
from ormolu.medallion.merge import deleted_name
from ormolu.medallion.quarantine import REPROCESSED, quarantine_name
from ormolu.medallion.silver import AUDIT_NAMES, ROW_ID, in_columns
from ormolu.medallion.templates import column, data_type_tree, named, query, text
from ormolu.scheduler.context import RunContext
from ormolu.scheduler.past_tables import PastTables
from ormolu.sql_extensions.relations import Relation

GROUPS_MAX = 40  # more are told by cause alone
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with one cause, from one run."""

    cause: str
    object: str
    run_id: int | None
    pairs: tuple[Pair, ...]


@dataclass
class InputChanges:
    """`before` and `after` are the relation at both moments; `as_dimension`: whatever changed in it is one cause."""

    context: RunContext
    head: Head
    name: TableName
    then: PastTables
    now: PastTables
    as_dimension: bool = False
    groups: list[Group] = field(default_factory=list)

    def __post_init__(self) -> None:
        number = next(_NUMBERS)
        self.came, self.went = f"ormolu_came_{number}", f"ormolu_went_{number}"
        self.definition = self.head.definitions.find_relation(self.name)
        self.before, self.after = self.then.relation(self.name), self.now.relation(self.name)
        self.comparison = self._comparison()
        engine = self.context.engine()
        engine.execute(f"CREATE TEMP TABLE {self.came} AS {text(causes.arriving(self.comparison))}")
        engine.execute(f"CREATE TEMP TABLE {self.went} AS {text(causes.leaving(self.comparison))}")
        self.groups = self._grouped()

    # --- what changed -------------------------------------------------------------------------------------------------

    def _comparison(self) -> Comparison:
        after, before = self.after, self.before
        stored = [StoredColumn(item.name, item.type) for item in after.columns]
        names = tuple(item.name for item in stored)
        known = {item.name: item.type.duckdb for item in before.columns}
        source = in_columns(before.source.copy(), known, stored, {})
        hidden = {item.name for item in after.columns if item.is_hidden}
        compared = tuple(name for name in names if name not in hidden and name not in AUDIT_NAMES)
        definition = self.definition
        if isinstance(definition, SilverTable) and definition.key and set(definition.key) <= set(names):
            return self._silver(definition, names, compared, source)
        key = (ROW_ID.name,) if isinstance(definition, BronzeSource) and ROW_ID.name in names else ()
        return Comparison(
            names,
            compared,
            key,
            source,
            after.source.copy(),
            loaded=self._loaded(),
            has_new_definition=self._has_new_definition(),
        )

    def _silver(
        self, definition: SilverTable, names: tuple[str, ...], compared: tuple[str, ...], source: exp.Query
    ) -> Comparison:
        types = {item.name: item.type.duckdb for item in self.after.columns}
        deleted = self.now.find(deleted_name(self.name))
        sequence = definition.sequence_by[0] if definition.sequence_by else None
        return Comparison(
            names,
            compared,
            definition.key,
            source,
            self.after.source.copy(),
            deleted=None if deleted is None or deleted.find_column("_load_id") is None else deleted.source(),
            repaired=self._repaired(definition, types),
            sequence=sequence if sequence in types else None,
            loaded=self._loaded(),
            has_new_definition=self._has_new_definition(),
            looks_up=any(isinstance(rule, LookupRule) for rule in definition.rules)
            or len(data_upstreams(definition, self.head.definitions.relations())) > 1,
        )

    def _repaired(self, definition: SilverTable, types: dict[str, str]) -> exp.Query | None:
        """The keys of what was in quarantine and went back between the two moments."""
        name = quarantine_name(self.name)
        before, after = self.then.find(name), self.now.find(name)
        if after is None:
            return None
        present = in_quarantine(definition, {part: part for part in definition.key}, [c.name for c in after.columns])
        if present is None:
            return None
        key = [
            named(exp.TryCast(this=column(present[part][0], "q"), to=data_type_tree(types[part])), part)
            for part in definition.key
        ]
        rows = query(
            "SELECT q.* FROM kept AS q WHERE q._status = :status",
            kept=after.source(),
            status=exp.Literal.string(REPROCESSED),
        )
        if before is not None:
            rows = query(
                "SELECT q.* FROM rows AS q ANTI JOIN "
                "(SELECT o._quarantine_id FROM old AS o WHERE o._status = :status) AS o "
                "ON q._quarantine_id = o._quarantine_id",
                rows=rows,
                old=before.source(),
                status=exp.Literal.string(REPROCESSED),
            )
        return query("SELECT :key FROM rows AS q", key=key, rows=rows)

    def _loaded(self) -> int | None:
        """The last load that the earlier version had read of its one bronze source."""
        table = self.then.find(self.name)
        entries = {} if table is None else json.loads(table.properties.get(CHECKPOINTS) or "{}")
        loads = [each["load_id"] for each in entries.values() if isinstance(each.get("load_id"), int)]
        return loads[0] if len(loads) == 1 else None

    def _has_new_definition(self) -> bool:
        def hash_of(table: IcebergTable | None) -> str | None:
            return None if table is None else table.properties.get(DEFINITION_HASH)

        return hash_of(self.then.find(self.name)) != hash_of(self.now.find(self.name))

    # --- as groups ----------------------------------------------------------------------------------------------------

    def _grouped(self) -> list[Group]:
        both = f"SELECT * FROM (SELECT {_PAIR} FROM {self.came} UNION SELECT {_PAIR} FROM {self.went})"  # noqa: S608 - our own names
        pairs: list[Pair] = [(str(cause), load) for cause, load in self.context.engine().rows(both)]
        if self.as_dimension:
            return [Group(causes.DIMENSION, str(self.name), None, tuple(pairs))] if pairs else []
        runs_of = self._runs_of({load for _, load in pairs if load is not None})
        found: dict[tuple[str, int | None], list[Pair]] = {}
        for cause, load in pairs:
            found.setdefault((cause, None if load is None else runs_of.get(load)), []).append((cause, load))
        if len(found) > GROUPS_MAX:
            found = {(cause, None): [pair for pair in pairs if pair[0] == cause] for cause, _ in found}
        in_order = sorted(found.items(), key=lambda item: (causes.ORDER.index(item[0][0]), item[0][1] or 0))
        return [Group(cause, self._object(cause), run_id, tuple(each)) for (cause, run_id), each in in_order]

    def _object(self, cause: str) -> str:
        match cause:
            case causes.REPAIRED:
                return str(quarantine_name(self.name))
            case causes.DEFINITION:
                return str(self.name)
            case causes.DIMENSION:
                others = self._upstreams()[1:]
                if isinstance(self.definition, SilverTable):
                    others += [rule.table for rule in self.definition.rules if isinstance(rule, LookupRule)]
                return ", ".join(map(str, dict.fromkeys(others))) or str(self.name)
            case _:
                return str(next(iter(self._upstreams()), self.name))

    def _upstreams(self) -> list[TableName]:
        relations = self.head.definitions.relations()
        return [] if self.definition is None else list(data_upstreams(self.definition, relations))

    def _runs_of(self, loads: set[int]) -> dict[int, int]:
        """The run that brought each load of the one bronze source behind the rows."""
        sources = (
            [self.name]
            if self.name.schema == "bronze"
            else [each for each in self._upstreams() if each.schema == "bronze"]
        )
        if len(sources) != 1 or not loads:
            return {}
        name, database = str(base_of(sources[0], self.head.definitions.relations())), self.context.run.database
        ledger = sa.select(files.c.load_id, files.c.run_id).where(
            files.c.database == database, files.c.source_name == name, files.c.load_id.in_(loads)
        )
        recorded = sa.select(runs.c.run_id, runs.c.record).where(
            runs.c.database == database, runs.c.object == name, runs.c.status == "succeeded"
        )
        with reading(self.context.lake.engine) as connection:
            found = {
                int(row.record["load_id"]): row.run_id
                for row in connection.execute(recorded)
                if row.record and row.record.get("load_id") and row.record.get("records_inserted")
            }
            return found | {row.load_id: row.run_id for row in connection.execute(ledger)}

    # --- taken in one after the other -------------------------------------------------------------------------------

    def state(self, done: Sequence[Group]) -> Relation:
        pairs = [pair for group in done for pair in group.pairs]
        rows = causes.state(self.comparison, self.came, self.went, pairs, self.comparison.columns)
        return Relation(self.name, self.after.columns, rows, "state")

    def rows_of(self, group: Group) -> Relation:
        """The rows that the group is about, as they are now, or were where they are gone."""
        chosen = causes.rows_of(self.comparison, self.came, self.went, group.pairs)
        return Relation(self.name, self.after.columns, chosen, "rows")


_PAIR = f'"{causes.CAUSE}", "{causes.LOAD}"'
