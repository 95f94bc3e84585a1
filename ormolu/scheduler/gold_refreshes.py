"""Refreshes of gold tables and metrics: rebuilt beside the published version, judged, and published in its place."""

from __future__ import annotations

from datetime import datetime

from sqlglot import exp

from ormolu.catalog.lake import Head
from ormolu.definitions import Action, GoldMetric, GoldTable, UniqueRule, Violation
from ormolu.medallion.columns import CHECKPOINTS, DEFINITION_HASH, StoredColumn
from ormolu.medallion.inputs import normalised, without_quarantine
from ormolu.medallion.layout import layout_of
from ormolu.medallion.metric import READ_AT, filter_loss_query
from ormolu.medallion.named_columns import check_named_columns, partitions
from ormolu.medallion.refresh_mode import checkpoints_text
from ormolu.medallion.rules import NamedRule, named_rules
from ormolu.medallion.staged_rows import Stage, StageRequest
from ormolu.medallion.staging import stage
from ormolu.medallion.steps import TableWrite
from ormolu.medallion.templates import columns, query, table, text
from ormolu.scheduler import gates
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.gates import Verdict
from ormolu.scheduler.kept_content import kept_properties
from ormolu.scheduler.read_columns import check_columns
from ormolu.scheduler.refresh_parts import catchable_errors, checkpoint_rows, expectations, rule_relations
from ormolu.scheduler.refresh_plans import Readable, definition_hash, plan_refresh
from ormolu.scheduler.schema_versions import new_schema_version
from ormolu.scheduler.table_writes import TableWriter, after
from ormolu.sql_extensions.queries import Resolve, SessionValues, bind_query

STAGED = "ormolu_staged"


def refresh_gold(definition: GoldTable | GoldMetric, context: RunContext, *, is_full: bool = False) -> RunResult:
    """Rebuild a gold table or metric where what it reads has changed. KEY is checked; the rules are the gate."""
    head, now = context.lake.head(), context.now()
    plan = plan_refresh(definition, head, is_full=is_full)
    if not plan.mode.has_news:
        context.notice(f"{definition.name} is up to date: {plan.mode.reason}")
        return RunResult(record={"mode": "none", "reason": plan.mode.reason})
    resolve = Readable(head, definition.name).resolve
    with context.step("read and judge") as step, catchable_errors(context.engine()):
        staged = _stage(definition, plan.input.tree, resolve, context, now)
        judgement = gates.judge(staged, STAGED, context)
        step.rows = judgement.rows
    gates.check(definition.name, judgement.verdicts, context)
    if isinstance(definition, GoldMetric):
        _tell_of_nulls(definition, resolve, context)
    write = _write(definition, staged, judgement.is_removed)
    check_columns(definition, head.find_table(definition.name), write.columns, head, context)
    verdicts = (*judgement.verdicts, *_expect(staged, write, context, head, now))
    gates.check(definition.name, verdicts, context)
    gates.warn(verdicts, context)
    before = head.find_table(definition.name)
    known = head.definitions.find_relation(definition.name)
    properties = {
        **kept_properties(plan, known, before, write, context.engine()),
        CHECKPOINTS: checkpoints_text(plan.upstreams),
        DEFINITION_HASH: definition_hash(definition),
        READ_AT: now.isoformat(),
    }
    written = TableWriter(context, head, layout_of(definition.options)).write(write, properties=properties)
    result = RunResult(
        rows_in=judgement.rows,
        rows_out=written.arriving,
        record={"mode": plan.mode.word, "reason": plan.mode.reason, "rows_total": written.rows_total},
    )
    statements = [
        *gates.recorded(definition.name, verdicts, context),
        *checkpoint_rows(definition.name, plan.upstreams, head, context),
        *new_schema_version(
            context.lake.database,
            definition.name,
            head.find_table(definition.name),
            None if written.change is None else written.change.columns,
            at=now,
            run_id=context.run.run_id,
        ),
    ]
    context.publish([written.change] if written.change is not None else [], statements=statements, result=result)
    return result


def _stage(
    definition: GoldTable | GoldMetric, tree: exp.Expr, resolve: Resolve, context: RunContext, now: datetime
) -> Stage:
    bound = bind_query(tree, resolve, session=SessionValues(now=now))
    context.notices.extend(bound.warnings)
    plain, inputs = normalised(bound.tree, bound.column_names, context.engine().describe(bound.sql))
    staged = stage(
        StageRequest(
            table=definition.name,
            input=without_quarantine(plain),
            inputs=inputs,
            columns=definition.columns if isinstance(definition, GoldTable) else (),
            rules=_rules(definition),
            relations=rule_relations(definition, context.lake.head()),
            only_listed=definition.options.text("columns", "all") == "listed",
            now=now,
        )
    )
    check_named_columns(definition, {item.name for item in staged.columns})
    context.engine().execute(f"CREATE TEMP TABLE {STAGED} AS {text(staged.query)}")
    return staged


def _expect(staged: Stage, write: TableWrite, context: RunContext, head: Head, now: datetime) -> list[Verdict]:
    if not staged.expectations:
        return []
    current = head.find_table(write.table)
    return expectations(
        staged.expectations,
        context,
        head,
        before=current,
        table_rows=after(write, current),
        new_rows=write.arriving,
        stored=write.columns,
        batch_columns=write.columns,
        now=now,
    )


def _rules(definition: GoldTable | GoldMetric) -> tuple[NamedRule, ...]:
    key = definition.key if isinstance(definition, GoldTable) else ()
    unique = (UniqueRule(key, f"{definition.name.name}_pkey", Violation(Action.FAIL)),) if key else ()
    listed = definition.columns if isinstance(definition, GoldTable) else ()
    rules = (*definition.rules, *unique)
    return named_rules(definition.name.name, columns=listed, rules=rules, key=(), default=Action.FAIL)


def _write(definition: GoldTable | GoldMetric, staged: Stage, removed: exp.Expr) -> TableWrite:
    comments = {item.name: item.comment for item in definition.columns} if isinstance(definition, GoldTable) else {}
    stored = tuple(StoredColumn(item.name, item.type, comment=comments.get(item.name)) for item in staged.columns)
    rows = query(
        "SELECT :cols FROM staged AS s WHERE NOT (:removed)",
        cols=columns([item.name for item in stored], "s"),
        staged=table(STAGED),
        removed=removed,
    )
    return TableWrite(
        definition.name,
        stored,
        rows,
        is_whole=True,
        partition_by=partitions(definition.partition_by),
        order_by=definition.order_by,
    )


def _tell_of_nulls(metric: GoldMetric, resolve: Resolve, context: RunContext) -> None:
    tree = filter_loss_query(metric)
    if tree is None:
        return
    bound = bind_query(tree, resolve, session=SessionValues(now=context.now()))
    for name, count in zip(bound.column_names, context.engine().rows(bound.sql)[0], strict=True):
        if count:
            context.notice(
                f'{count} rows of {metric.from_relation} are left out of {metric.name}: "{name}" is NULL there'
            )
