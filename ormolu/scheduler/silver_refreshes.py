"""One refresh of a silver table: read what is new, judge every row, and hand on what was judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.relations import published_loads
from ormolu.definitions import Expression, SilverTable, TableName
from ormolu.medallion.expressions import scope_of, translated
from ormolu.medallion.inputs import normalised, without_quarantine
from ormolu.medallion.own_names import check_own_names
from ormolu.medallion.quarantine import only_entries, quarantine_name, substituted
from ormolu.medallion.refresh_mode import moment, only_after, only_loaded
from ormolu.medallion.rules import NamedRule, named_rules
from ormolu.medallion.silver import AUDIT_NAMES, check_shape, delete_when_of, sequence_of
from ormolu.medallion.staged_rows import InputColumn, Stage, StageRequest
from ormolu.medallion.staging import stage
from ormolu.medallion.templates import fill, negated, query, table, text
from ormolu.scheduler import gates
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.read_columns import check_columns
from ormolu.scheduler.refresh_parts import catchable_errors, rule_relations
from ormolu.scheduler.refresh_plans import Readable, RefreshPlan, plan_refresh, rows_read
from ormolu.scheduler.silver_batches import STAGED, SilverBatch
from ormolu.scheduler.silver_parts import first_after, stage_part
from ormolu.scheduler.silver_publishes import publish_silver
from ormolu.sql_extensions.queries import AsOf, SessionValues, bind_query
from ormolu.sql_extensions.relations import Relation

KNOWN_HERE = "ormolu_entries"
TRIED_COLUMNS = (("tried", "bigint"), ("passing", "bigint"))


@dataclass(frozen=True, slots=True)
class Reprocessing:
    """`where` chooses among the quarantined rows, in PostgreSQL's words; `is_trial`: only how many would pass."""

    where: str | None = None
    is_trial: bool = False


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
    head = context.lake.head()
    is_limited = since is not None or until is not None
    plan = plan_refresh(definition, head, is_full=is_full, is_limited=is_limited, reprocesses=reprocessing is not None)
    if not plan.mode.has_news:
        context.notice(f"{definition.name} is up to date: {plan.mode.reason}")
        return RunResult(record={"mode": "none", "reason": plan.mode.reason})
    reading = _Reading(definition, plan, context, head, since, until, reprocessing)
    batch = reading.judged()
    if reprocessing is not None and reprocessing.is_trial:
        return _trial(batch)
    gates.check(definition.name, batch.judgement.verdicts, context)
    check_columns(definition, batch.current, batch.stored(), head, context)
    return publish_silver(batch)


def _trial(batch: SilverBatch) -> RunResult:
    """How many of the quarantined rows would enter the table now; nothing is published."""
    came = fill('NOT s."ormolu:quarantine_id" IS NULL')
    passing = fill("(:came) AND (:kept)", came=came.copy(), kept=negated(batch.judgement.is_removed.copy()))
    return RunResult(result=ResultTable(TRIED_COLUMNS, ((batch.count(came), batch.count(passing)),)))


@dataclass
class _Reading:
    """The first half of a refresh, up to the judged rows."""

    definition: SilverTable
    plan: RefreshPlan
    context: RunContext
    head: Head
    since: str | None
    until: str | None
    reprocessing: Reprocessing | None
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.context.now()

    def judged(self) -> SilverBatch:
        current = self.head.find_table(self.definition.name)
        with self.context.step("read and judge") as step, catchable_errors(self.context.engine()):
            staged, inputs = self._stage(current)
            judgement = gates.judge(staged, STAGED, self.context, counts_shares=self.reprocessing is None)
            step.rows = judgement.rows
        return SilverBatch(
            definition=self.definition,
            plan=self.plan,
            context=self.context,
            head=self.head,
            current=current,
            inputs=inputs,
            stage=staged,
            judgement=judgement,
            keeps_checkpoint=self.reprocessing is not None or self.since is not None or self.until is not None,
            now=self.now,
        )

    def _stage(self, current: IcebergTable | None) -> tuple[Stage, tuple[InputColumn, ...]]:
        engine, definition = self.context.engine(), self.definition
        bound = bind_query(self.plan.input.tree, self._resolve, session=SessionValues(now=self.now))
        self.context.notices.extend(bound.warnings)
        readable = Readable(self.head, definition.name)
        upstreams = [readable.find(TableName(*name.split(".", 1))) for name in self.plan.upstreams]
        check_own_names(
            definition.name, self.plan.input.tree, bound.column_names, [each for each in upstreams if each is not None]
        )
        plain, inputs = normalised(bound.tree, bound.column_names, engine.describe(bound.sql), left_out=AUDIT_NAMES)
        request = StageRequest(
            table=definition.name,
            input=self._with_quarantine(plain, inputs),
            inputs=inputs,
            columns=definition.columns,
            rules=rules_of(definition),
            relations=rule_relations(definition, self.head),
            key=definition.key,
            sequence_by=sequence_of(definition, inputs),
            delete_when=delete_when_of(definition, inputs),
            only_listed=definition.options.text("columns", "all") == "listed",
            current=current.source() if current is not None and self.plan.mode.is_batch else None,
            source_name=None if definition.from_relation is None else definition.from_relation.name,
            now=self.now,
        )
        staged = stage(request)
        check_shape(definition, staged)
        base = self.plan.input.base
        relation = None if base is None else self._resolve(base, None)
        if self.plan.mode.part is None or relation is None:
            engine.make_table(STAGED, text(staged.query), rows=rows_read(self.plan, self.head))
        else:
            after = first_after(self.plan.mode.part, relation, engine)
            stage_part(definition, staged, after, self.head, engine)
        return staged, inputs

    def _resolve(self, name: TableName, as_of: AsOf | None) -> Relation | None:
        """The relations of the query, of the one it is made from only the rows that are asked for."""
        relation = Readable(self.head, self.definition.name).resolve(name, as_of)
        if relation is None or as_of is not None or name != self.plan.input.base:
            return relation
        if self.plan.mode.after_load is not None:
            return only_after(relation, self.plan.mode.after_load)
        if self.since is not None or self.until is not None:
            return only_loaded(relation, moment(self.since), moment(self.until))
        return relation

    # --- quarantined rows among the input -----------------------------------------------------------------------------

    def _with_quarantine(self, plain: exp.Query, inputs: tuple[InputColumn, ...]) -> exp.Query:
        """The input with repaired rows in place and discarded ones gone; when reprocessing a batch, only those."""
        kept = self.head.find_table(quarantine_name(self.definition.name))
        engine = self.context.engine()
        is_only = self.reprocessing is not None and self.plan.mode.is_batch
        if kept is None:
            return _no_rows(plain) if is_only else without_quarantine(plain)
        known = [item.name for item in kept.columns]
        entries = query("SELECT e.* FROM kept AS e WHERE :chosen", kept=kept.source(), chosen=self._chosen(kept))
        engine.execute(f"CREATE TEMP TABLE {KNOWN_HERE} AS {text(entries)}")
        remembered = query("SELECT e.* FROM entries AS e", entries=table(KNOWN_HERE))
        if is_only:
            return only_entries(inputs, remembered, known)
        if not engine.rows(f"SELECT count(*) FROM {KNOWN_HERE}")[0][0]:  # noqa: S608 - our own name
            return without_quarantine(plain)
        return substituted(plain, inputs, remembered, known)

    def _chosen(self, kept: IcebergTable) -> exp.Expr:
        """Which quarantined rows count: the remembered ones, and those that are to be tried again."""
        remembered = fill("e._status IN ('reprocessed', 'discarded')")
        if self.reprocessing is None:
            return remembered
        tried = fill("e._status IN ('open', 'repaired')")
        if self.reprocessing.where is not None:
            types = {item.name: item.type for item in kept.columns}
            where = translated(Expression(self.reprocessing.where), scope_of(list(types), alias="e"), types)
            tried = fill("(:tried) AND coalesce(:where, FALSE)", tried=tried, where=where)
        if self.plan.mode.is_batch:
            return exp.and_(tried, self._is_there(kept))
        return fill("(:remembered) OR (:tried)", remembered=remembered, tried=tried)

    def _is_there(self, kept: IcebergTable) -> exp.Expr:
        """Whether a quarantined row still counts: its load may have been taken back, or the newest extract lack it."""
        base = self.plan.input.base
        bronze = self.head.find_table(base) if base is not None and base.schema == "bronze" else None
        if bronze is None or kept.find_column("_load_id") is None:
            return exp.true()
        shown = published_loads(bronze)
        return exp.true() if shown is None else fill("(e._load_id IS NULL OR :shown)", shown=shown)


def rules_of(definition: SilverTable) -> tuple[NamedRule, ...]:
    """The table's rules in their order, with their names."""
    name = definition.name.name
    return named_rules(name, columns=definition.columns, rules=definition.rules, key=definition.key)


def _no_rows(plain: exp.Query) -> exp.Query:
    return query("SELECT n.* FROM nothing AS n WHERE FALSE", nothing=without_quarantine(plain))
