"""One refresh of a silver table: read what is new, judge every row, merge, keep the bad ones, publish."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlglot import exp

from ormolu.catalog.lake import Head, IcebergTable, TableChange
from ormolu.definitions import (
    BronzeSource,
    ConnectionSource,
    Expression,
    ForeignKeyRule,
    LookupRule,
    SilverTable,
    TableName,
)
from ormolu.errors import FeatureNotSupported, ObjectNotInPrerequisiteState
from ormolu.medallion.columns import (
    CHECKPOINTS,
    DEFINITION_HASH,
    EXCLUDED_LOADS,
    LATEST_FULL_LOAD,
    NEXT_LOAD_ID,
    StoredColumn,
)
from ormolu.medallion.expressions import scope_of, translated
from ormolu.medallion.history import HistoryRequest, history, history_columns, history_name, valid_from
from ormolu.medallion.inputs import InputQuery, input_query, normalised, without_quarantine
from ormolu.medallion.lineage import base_of, query_relations
from ormolu.medallion.merge import MergeRequest, TableWrite, deleted_columns, deleted_name, merge
from ormolu.medallion.quarantine import (
    QuarantineRequest,
    only_entries,
    quarantine,
    quarantine_columns,
    quarantine_name,
    substituted,
)
from ormolu.medallion.rules import NamedRule, named_rules
from ormolu.medallion.silver import (
    AUDIT_NAMES,
    IGNORE,
    NEXT_QUARANTINE_ID,
    NEXT_SURROGATE_KEY,
    SOFT,
    Mode,
    Upstream,
    check_shape,
    checkpoints_text,
    delete_when_of,
    empty_rows,
    good_rows,
    mode_of,
    only_after,
    only_loaded,
    rebuilt_rows,
    sequence_of,
    stored_columns,
)
from ormolu.medallion.staging import InputColumn, Stage, StageRequest, stage
from ormolu.medallion.templates import column, columns, fill, named, query, quoted, same, table, text
from ormolu.scheduler import gates
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.gates import Judgement, Verdict
from ormolu.scheduler.refresh_parts import (
    KnownTables,
    catchable_errors,
    checkpoint_rows,
    expectations,
    moment,
    partitions,
)
from ormolu.scheduler.table_writes import TableWriter, after, published
from ormolu.sql_extensions.queries import AsOf, BoundQuery, SessionValues, bind_query
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.writer import write as write_definition

STAGED = "ormolu_staged"
KNOWN_HERE = "ormolu_entries"


Resolver = Callable[[TableName, AsOf | None], Relation | None]


@dataclass(frozen=True, slots=True)
class Reprocessing:
    """`where` chooses among the quarantined rows, in PostgreSQL's words."""

    where: str | None = None


def refresh_silver(
    definition: SilverTable,
    context: RunContext,
    *,
    is_full: bool = False,
    since: str | None = None,
    until: str | None = None,
    reprocessing: Reprocessing | None = None,
) -> RunResult:
    """Read, judge, merge and publish; with `reprocessing` the quarantined rows are what is read."""
    return _Refresh(definition, context, is_full, since, until, reprocessing).run()


def _rules(definition: SilverTable) -> tuple[NamedRule, ...]:
    name = definition.name.name
    return named_rules(name, columns=definition.columns, rules=definition.rules, key=definition.key)


@dataclass
class _Refresh:
    definition: SilverTable
    context: RunContext
    is_full: bool
    since: str | None
    until: str | None
    reprocessing: Reprocessing | None
    head: Head = field(init=False)
    current: IcebergTable | None = field(init=False)
    upstreams: dict[str, Upstream] = field(default_factory=dict)
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.head = self.context.lake.head()
        self.current = self.head.find_table(self.definition.name)
        self.now = self.context.now()

    def run(self) -> RunResult:
        input_ = input_query(self.definition.name, self.definition.query, self.definition.from_relation, self.find)
        self.upstreams = self._upstreams(input_)
        mode = self._mode(input_)
        if not mode.has_news and self.reprocessing is None and self.since is None and self.until is None:
            self.context.notice(f"{self.definition.name} is up to date: {mode.reason}")
            return RunResult(record={"mode": "none", "reason": mode.reason})
        with self.context.step("read and judge") as step, catchable_errors(self.context.engine()):
            staged, inputs = self._stage(input_, mode)
            judgement = gates.judge(staged, STAGED, self.context)
            step.rows = judgement.rows
        gates.check(self.definition.name, judgement.verdicts, self.context)
        return _Publish(self, staged, inputs, mode, judgement).run()

    # --- what is read -----------------------------------------------------------------------------------------------

    def find(self, name: TableName) -> Relation | None:
        """A relation as this refresh sees it: never the table itself."""
        if name == self.definition.name:
            return None
        relation = self.head.find_relation(name)
        if relation is None and self.head.definitions.find_relation(name) is not None:
            raise ObjectNotInPrerequisiteState(
                f"{name} has never been loaded, its columns are not known",
                hint=f"REFRESH {name}; or COPY into it first.",
            )
        return relation

    def _upstreams(self, input_: InputQuery) -> dict[str, Upstream]:
        names = query_relations(input_.tree.sql("postgres"), KnownTables(self.head), itself=self.definition.name)
        result = {}
        for name in names:
            relation = self.find(name)
            if relation is None:
                continue
            base = self.head.find_table(name)
            properties = base.properties if base is not None and name.schema == "bronze" else {}
            next_load = properties.get(NEXT_LOAD_ID)
            result[str(name)] = Upstream(
                relation.version,
                int(next_load) - 1 if next_load is not None else None,
                tuple(json.loads(properties.get(EXCLUDED_LOADS) or "[]")),
                shows_latest_extract=bool(properties.get(LATEST_FULL_LOAD)),
            )
        return result

    def _mode(self, input_: InputQuery) -> Mode:
        if self.reprocessing is not None and self.definition.key:
            return Mode(True, "the quarantined rows")
        if self.since is not None or self.until is not None:
            if not (self.definition.key and input_.is_per_row):
                raise FeatureNotSupported(
                    "REFRESH FROM ... TO ... needs a KEY and a query that reads one bronze source row by row",
                    hint="REFRESH without FROM and TO.",
                )
            return Mode(True, "rows loaded in the time")
        return mode_of(
            self.definition,
            input_,
            self.upstreams,
            self._checkpoints(),
            is_full=self.is_full or self.reprocessing is not None,
            is_same_definition=self.is_same_definition,
        )

    @property
    def definition_hash(self) -> str:
        return sha256(write_definition(self.definition).encode()).hexdigest()

    @property
    def is_same_definition(self) -> bool:
        return self.current is not None and self.current.properties.get(DEFINITION_HASH) == self.definition_hash

    def _checkpoints(self) -> Mapping[str, Mapping[str, object]]:
        text_ = None if self.current is None else self.current.properties.get(CHECKPOINTS)
        found: Mapping[str, Mapping[str, object]] = json.loads(text_ or "{}")
        return found

    def resolve(self, input_: InputQuery, mode: Mode) -> Resolver:
        def resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
            if as_of is not None:
                return self.head.find_relation(name, as_of)
            relation = self.find(name)
            if relation is None or name != input_.base:
                return relation
            if mode.after_load is not None:
                return only_after(relation, mode.after_load)
            if self.since is not None or self.until is not None:
                return only_loaded(relation, moment(self.since), moment(self.until))
            return relation

        return resolve

    def bound(self, tree: exp.Expr, resolve: Resolver) -> BoundQuery:
        return bind_query(tree, resolve, session=SessionValues(now=self.now))

    def _stage(self, input_: InputQuery, mode: Mode) -> tuple[Stage, tuple[InputColumn, ...]]:
        engine = self.context.engine()
        bound = self.bound(input_.tree, self.resolve(input_, mode))
        plain, inputs = normalised(bound.tree, bound.column_names, engine.describe(bound.sql), left_out=AUDIT_NAMES)
        sequence = sequence_of(self.definition, inputs)
        current = self.current.source() if self.current is not None and mode.is_batch else None
        request = StageRequest(
            table=self.definition.name,
            input=self._with_quarantine(plain, inputs, mode),
            inputs=inputs,
            columns=self.definition.columns,
            rules=_rules(self.definition),
            relations=self._rule_relations(),
            key=self.definition.key,
            sequence_by=sequence,
            delete_when=delete_when_of(self.definition, inputs),
            only_listed=self.definition.options.text("columns", "all") == "listed",
            current=current,
            now=self.now,
        )
        staged = stage(request)
        check_shape(self.definition, staged)
        engine.execute(f"CREATE TEMP TABLE {STAGED} AS {text(staged.query)}")
        return staged, inputs

    def _rule_relations(self) -> dict[TableName, Relation]:
        relations = {}
        for rule in self.definition.rules:
            name = rule.references if isinstance(rule, ForeignKeyRule) else None
            name = rule.table if isinstance(rule, LookupRule) else name
            if name is not None and (found := self.head.find_relation(name)) is not None:
                relations[name] = found
        return relations

    def _with_quarantine(self, plain: exp.Query, inputs: tuple[InputColumn, ...], mode: Mode) -> exp.Query:
        """The input with repaired rows in place and discarded ones gone; when reprocessing a batch, only those."""
        kept = self.head.find_table(quarantine_name(self.definition.name))
        engine = self.context.engine()
        if kept is None:
            return without_quarantine(plain) if self.reprocessing is None or not mode.is_batch else self._no_rows(plain)
        known = [item.name for item in kept.columns]
        entries = query("SELECT e.* FROM kept AS e WHERE :chosen", kept=kept.source(), chosen=self._chosen(kept, mode))
        engine.execute(f"CREATE TEMP TABLE {KNOWN_HERE} AS {text(entries)}")
        remembered = query("SELECT e.* FROM entries AS e", entries=table(KNOWN_HERE))
        if self.reprocessing is not None and mode.is_batch:
            return only_entries(inputs, remembered, known)
        if not engine.rows(f"SELECT count(*) FROM {KNOWN_HERE}")[0][0]:  # noqa: S608 - our own name
            return without_quarantine(plain)
        return substituted(plain, inputs, remembered, known)

    @staticmethod
    def _no_rows(plain: exp.Query) -> exp.Query:
        return query("SELECT n.* FROM nothing AS n WHERE FALSE", nothing=without_quarantine(plain))

    def _chosen(self, kept: IcebergTable, mode: Mode) -> exp.Expr:
        """Which quarantined rows count: the remembered ones, and those that are to be tried again."""
        remembered = fill("e._status IN ('reprocessed', 'discarded')")
        if self.reprocessing is None:
            return remembered
        tried = fill("e._status IN ('open', 'repaired')")
        if self.reprocessing.where is not None:
            types = {item.name: item.type for item in kept.columns}
            where = translated(Expression(self.reprocessing.where), scope_of(list(types), alias="e"), types)
            tried = fill("(:tried) AND coalesce(:where, FALSE)", tried=tried, where=where)
        return tried if mode.is_batch else fill("(:remembered) OR (:tried)", remembered=remembered, tried=tried)


@dataclass
class _Publish:
    """The second half of a refresh, from judged rows to the publish."""

    refresh: _Refresh
    stage: Stage
    inputs: tuple[InputColumn, ...]
    mode: Mode
    judgement: Judgement
    properties: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> RunResult:
        refresh, context = self.refresh, self.refresh.context
        writes = self._writes()
        verdicts = (*self.judgement.verdicts, *self._expect(writes[0]))
        gates.check(refresh.definition.name, verdicts, context)
        gates.warn(verdicts, context)
        writer = TableWriter(context, refresh.head)
        quarantined = self._quarantine(writer)
        done = [writer.write(each, properties=self._properties(each)) for each in writes]
        changes = [each.change for each in done if each.change is not None]
        if quarantined is not None:
            changes.append(quarantined)
        rows_quarantined = self._count(self.judgement.is_quarantined)
        result = RunResult(
            rows_in=self.judgement.rows,
            rows_out=done[0].arriving,
            rows_quarantined=rows_quarantined,
            record={
                "mode": "incremental" if self.mode.is_batch else "full",
                "reason": self.mode.reason,
                "rows_total": done[0].rows_total,
            },
        )
        statements = [*gates.recorded(refresh.definition.name, verdicts, context), *self._checkpoint_rows()]
        context.publish(changes, statements=statements, result=result)
        return result

    def _count(self, condition: exp.Expr) -> int:
        counted = query("SELECT count(*) FROM staged AS s WHERE :condition", staged=table(STAGED), condition=condition)
        return int(self.refresh.context.engine().rows(text(counted))[0][0])

    # --- silver itself ------------------------------------------------------------------------------------------------

    def _writes(self) -> list[TableWrite]:
        refresh, definition = self.refresh, self.refresh.definition
        sequence = sequence_of(definition, self.inputs)
        delete_when = delete_when_of(definition, self.inputs)
        stored = stored_columns(definition, self.stage, self.inputs, sequence)
        good = good_rows(
            self.stage,
            self.inputs,
            staged=STAGED,
            sequence=sequence,
            removed=self.judgement.is_removed,
            ignores_deletes=delete_when is not None and delete_when.mode == IGNORE,
        )
        if not definition.key:
            rows = rebuilt_rows(good, stored, source_system=self._source_system(), now=refresh.now)
            return [self._laid_out(TableWrite(definition.name, stored, rows, is_whole=True))]
        request = self._merge_request(stored, good, sequence, delete_when.mode if delete_when is not None else None)
        plan = merge(request)
        for step in plan.steps:
            refresh.context.progress(step=step.name.removeprefix("ormolu_"))
            refresh.context.engine().execute(f"CREATE TEMP TABLE {step.name} AS {text(step.query)}")
        self._tell_of_ties(sequence)
        current, others = plan.current, [] if plan.deleted is None else [plan.deleted]
        if definition.history is not None:
            current, past = self._history(request, current)
            others.append(past)
        else:
            self._count_surrogates(request, current)
        return [self._laid_out(current), *others]

    def _merge_request(
        self, stored: tuple[StoredColumn, ...], good: exp.Query, sequence: tuple[str, ...], delete_mode: str | None
    ) -> MergeRequest:
        refresh, definition = self.refresh, self.refresh.definition
        names = {item.name for item in self.stage.columns}
        values = tuple(item for item in stored if item.name in names)
        deleted = None
        if delete_mode == SOFT:
            columns_ = deleted_columns(stored)
            deleted = published(refresh.head.find_table(deleted_name(definition.name)), columns_) or empty_rows(
                columns_
            )
        is_state = self.mode.is_state and not self.mode.is_batch
        held = None
        if is_state and refresh.is_same_definition:
            held = query(
                "SELECT :key FROM staged AS s WHERE :bad",
                key=columns(definition.key, "s"),
                staged=table(STAGED),
                bad=self.judgement.is_quarantined,
            )
        return MergeRequest(
            name=definition.name,
            key=definition.key,
            sequence=sequence,
            values=values,
            columns=stored,
            good=good,
            current=published(refresh.current, stored) or empty_rows(stored),
            deleted=deleted,
            held_keys=held,
            is_batch=self.mode.is_batch,
            removes_missing=not self.mode.is_batch and not (is_state and delete_mode == IGNORE),
            keeps_missing=is_state and deleted is not None,
            replace_by=definition.replace_by,
            surrogate_key=definition.surrogate_key,
            surrogate_base=self._surrogate_base(),
            source_system=self._source_system(),
            now=refresh.now,
        )

    def _surrogate_base(self) -> int:
        current = self.refresh.current
        return 0 if current is None else int(current.properties.get(NEXT_SURROGATE_KEY) or 1) - 1

    def _count_surrogates(self, request: MergeRequest, write: TableWrite) -> None:
        """Numbers once given are never given again: the next one travels with the table."""
        if request.surrogate_key is None:
            return
        highest = query(
            "SELECT max(:number) FROM rows AS r", number=column(request.surrogate_key, "r"), rows=write.arriving
        )
        found = self.refresh.context.engine().rows(text(highest))[0][0]
        self.properties[NEXT_SURROGATE_KEY] = str(max(int(found or 0), request.surrogate_base) + 1)

    def _history(self, request: MergeRequest, current: TableWrite) -> tuple[TableWrite, TableWrite]:
        refresh, definition = self.refresh, self.refresh.definition
        assert definition.history is not None
        stored = history_columns(request.columns)
        before = published(refresh.head.find_table(history_name(definition.name)), stored)
        sequence = request.sequence
        tracked = definition.history.columns or tuple(
            item.name for item in request.values if item.name not in (*sequence, *request.key)
        )
        types = {item.name: item.type for item in (*self.inputs, *self.stage.columns)}
        plan = history(
            HistoryRequest(
                name=definition.name,
                key=request.key,
                values=request.values,
                columns=request.columns,
                tracked=tracked,
                valid_from=valid_from(sequence, types, self.inputs, refresh.now),
                current=before,
                is_rebuilt=not self.mode.is_batch and not self.mode.is_state,
                surrogate_key=request.surrogate_key,
                surrogate_base=request.surrogate_base,
                source_system=request.source_system,
                now=refresh.now,
            )
        )
        for step in plan.steps:
            refresh.context.engine().execute(f"CREATE TEMP TABLE {step.name} AS {text(step.query)}")
        if plan.surrogates is None or request.surrogate_key is None:
            return current, plan.write
        self._count_surrogates(request, plan.write)
        star = exp.Column(
            this=exp.Star(replace=[named(column("number", "n"), request.surrogate_key)]), table=quoted("a")
        )
        numbers = query(
            "SELECT :key, :number AS number FROM surrogates AS n",
            key=columns(request.key, "n"),
            number=column(request.surrogate_key, "n"),
            surrogates=plan.surrogates,
        )
        arriving = query(
            "SELECT :star FROM arriving AS a LEFT JOIN numbers AS n ON :same",
            star=star,
            arriving=current.arriving,
            numbers=numbers,
            same=same(request.key, "a", "n"),
        )
        return (
            TableWrite(current.table, current.columns, arriving, current.key, current.leaving),
            plan.write,
        )

    def _tell_of_ties(self, sequence: Sequence[str]) -> None:
        if sequence:
            return
        counted = "SELECT (SELECT count(*) FROM ormolu_versions) - (SELECT count(*) FROM ormolu_winners)"
        lost = int(self.refresh.context.engine().rows(counted)[0][0])
        if lost:
            self.refresh.context.notice(f"{lost} rows gave way to a later row of their key (there is no SEQUENCE BY)")

    def _laid_out(self, write: TableWrite) -> TableWrite:
        definition = self.refresh.definition
        return TableWrite(
            write.table,
            write.columns,
            write.arriving,
            write.key,
            write.leaving,
            is_whole=write.is_whole,
            partition_by=partitions(definition.partition_by),
            order_by=definition.order_by,
        )

    def _source_system(self) -> str | None:
        given = self.refresh.definition.options.find("source_system")
        if given is not None:
            return str(given)
        relations = self.refresh.head.definitions.relations()
        for name in self.refresh.upstreams:
            schema, _, plain = name.partition(".")
            source = relations.get(base_of(TableName(schema, plain), relations))
            if isinstance(source, BronzeSource):
                own = source.options.find("source_system")
                if own is not None:
                    return str(own)
                if isinstance(source.source, ConnectionSource):
                    return source.source.connections[0]
                return source.name.name
        return None

    # --- the gate -----------------------------------------------------------------------------------------------------

    def _expect(self, write: TableWrite) -> list[Verdict]:
        """The rows as they would stand for EXPECT, the good rows of this batch for EXPECT NEW."""
        return expectations(
            self.stage.expectations,
            self.refresh.context,
            self.refresh.head,
            before=self.refresh.current,
            table_rows=after(write, self.refresh.current),
            new_rows=query(
                "SELECT s.* FROM staged AS s WHERE NOT (:removed)",
                staged=table(STAGED),
                removed=self.judgement.is_removed,
            ),
            stored=write.columns,
            batch_columns=[StoredColumn(item.name, item.type) for item in self.stage.columns],
            now=self.refresh.now,
        )

    # --- quarantine and the publish -------------------------------------------------------------------------------

    def _quarantine(self, writer: TableWriter) -> TableChange | None:
        refresh = self.refresh
        name = quarantine_name(refresh.definition.name)
        kept = refresh.head.find_table(name)
        if kept is None and not self._count(self.judgement.is_quarantined):
            return None
        next_id = int(kept.properties.get(NEXT_QUARANTINE_ID) or 1) if kept is not None else 1
        request = QuarantineRequest(
            name=refresh.definition.name,
            inputs=self.inputs,
            declared=refresh.definition.columns,
            rules=self.stage.rules,
            columns=self.stage.columns,
            staged=STAGED,
            is_bad=self.judgement.is_quarantined,
            current=published(kept, quarantine_columns(self.inputs)),
            next_id=next_id,
            run_id=refresh.context.run.run_id,
            is_whole_input=not self.mode.is_batch,
            now=refresh.now,
        )
        plan = quarantine(request)
        for step in plan.steps:
            refresh.context.engine().execute(f"CREATE TEMP TABLE {step.name} AS {text(step.query)}")
        fresh = int(refresh.context.engine().rows("SELECT count(*) FROM ormolu_new_bad")[0][0])
        properties = {NEXT_QUARANTINE_ID: str(next_id + fresh)}
        return writer.write(plan.write, properties=properties).change

    def _properties(self, write: TableWrite) -> Mapping[str, str | None]:
        refresh = self.refresh
        if write.table != refresh.definition.name:
            return {}
        if refresh.reprocessing is not None or refresh.since is not None or refresh.until is not None:
            return self.properties
        return {
            **self.properties,
            CHECKPOINTS: checkpoints_text(refresh.upstreams),
            DEFINITION_HASH: refresh.definition_hash,
        }

    def _checkpoint_rows(self) -> list[sa.Executable]:
        refresh = self.refresh
        if refresh.reprocessing is not None or refresh.since is not None or refresh.until is not None:
            return []
        return checkpoint_rows(refresh.definition.name, refresh.upstreams, refresh.context)
