"""Refreshes of gold tables and metrics: rebuilt beside the published version, judged, and published in its place."""

from __future__ import annotations

from hashlib import sha256

from sqlglot import exp

from ormolu.catalog.lake import Head
from ormolu.definitions import (
    Action,
    ForeignKeyRule,
    GoldMetric,
    GoldTable,
    LookupRule,
    TableName,
    UniqueRule,
    Violation,
)
from ormolu.errors import ObjectNotInPrerequisiteState
from ormolu.medallion.columns import CHECKPOINTS, DEFINITION_HASH, StoredColumn
from ormolu.medallion.inputs import input_query, normalised, without_quarantine
from ormolu.medallion.lineage import query_relations
from ormolu.medallion.merge import TableWrite
from ormolu.medallion.metric import READ_AT, filter_loss_query, metric_query
from ormolu.medallion.rules import NamedRule, named_rules
from ormolu.medallion.silver import Upstream, checkpoints_text
from ormolu.medallion.staging import Stage, StageRequest, stage
from ormolu.medallion.templates import columns, query, table, text
from ormolu.scheduler import gates
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.refresh_parts import KnownTables, catchable_errors, checkpoint_rows, expectations, partitions
from ormolu.scheduler.table_writes import TableWriter, after
from ormolu.sql_extensions.queries import AsOf, Resolve, SessionValues, bind_query
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.writer import write as write_definition

STAGED = "ormolu_staged"


def refresh_gold(definition: GoldTable | GoldMetric, context: RunContext) -> RunResult:
    """Rebuild a gold table or metric. KEY and GRAIN are checked unique; the rules are the gate."""
    head, now = context.lake.head(), context.now()
    tree = _tree(definition, head)
    upstreams = _upstreams(definition, tree, head)
    resolve = _resolver(definition.name, head)
    with context.step("read and judge") as step, catchable_errors(context.engine()):
        bound = bind_query(tree, resolve, session=SessionValues(now=now))
        plain, inputs = normalised(bound.tree, bound.column_names, context.engine().describe(bound.sql))
        staged = stage(
            StageRequest(
                table=definition.name,
                input=without_quarantine(plain),
                inputs=inputs,
                columns=definition.columns if isinstance(definition, GoldTable) else (),
                rules=_rules(definition),
                relations=_rule_relations(definition, head),
                only_listed=definition.options.text("columns", "all") == "listed",
                now=now,
            )
        )
        context.engine().execute(f"CREATE TEMP TABLE {STAGED} AS {text(staged.query)}")
        judgement = gates.judge(staged, STAGED, context)
        step.rows = judgement.rows
    gates.check(definition.name, judgement.verdicts, context)
    if isinstance(definition, GoldMetric):
        _tell_of_nulls(definition, resolve, context)
    write = _write(definition, staged, judgement.is_removed)
    current = head.find_table(definition.name)
    expected = expectations(
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
    verdicts = (*judgement.verdicts, *expected)
    gates.check(definition.name, verdicts, context)
    gates.warn(verdicts, context)
    properties = {
        CHECKPOINTS: checkpoints_text(upstreams),
        DEFINITION_HASH: sha256(write_definition(definition).encode()).hexdigest(),
        READ_AT: now.isoformat(),
    }
    written = TableWriter(context, head).write(write, properties=properties)
    result = RunResult(
        rows_in=judgement.rows,
        rows_out=written.arriving,
        record={"mode": "full", "reason": "gold tables are rebuilt", "rows_total": written.rows_total},
    )
    statements = [
        *gates.recorded(definition.name, verdicts, context),
        *checkpoint_rows(definition.name, upstreams, context),
    ]
    context.publish([written.change] if written.change is not None else [], statements=statements, result=result)
    return result


def _tree(definition: GoldTable | GoldMetric, head: Head) -> exp.Expr:
    if isinstance(definition, GoldMetric):
        return metric_query(definition)
    return input_query(definition.name, definition.query, definition.from_relation, lambda name: None).tree


def _resolver(name: TableName, head: Head) -> Resolve:
    def resolve(asked: TableName, as_of: AsOf | None) -> Relation | None:
        if asked == name and as_of is None:
            return None
        relation = head.find_relation(asked, as_of)
        if relation is None and head.definitions.find_relation(asked) is not None:
            raise ObjectNotInPrerequisiteState(
                f"{asked} has never been loaded, its columns are not known", hint=f"REFRESH {asked};"
            )
        return relation

    return resolve


def _upstreams(definition: GoldTable | GoldMetric, tree: exp.Expr, head: Head) -> dict[str, Upstream]:
    names = query_relations(tree.sql("postgres"), KnownTables(head), itself=definition.name)
    found = ((name, head.find_relation(name)) for name in names)
    return {str(name): Upstream(relation.version) for name, relation in found if relation is not None}


def _rules(definition: GoldTable | GoldMetric) -> tuple[NamedRule, ...]:
    key = definition.key if isinstance(definition, GoldTable) else ()
    unique = (UniqueRule(key, f"{definition.name.name}_pkey", Violation(Action.FAIL)),) if key else ()
    listed = definition.columns if isinstance(definition, GoldTable) else ()
    rules = (*definition.rules, *unique)
    return named_rules(definition.name.name, columns=listed, rules=rules, key=(), default=Action.FAIL)


def _rule_relations(definition: GoldTable | GoldMetric, head: Head) -> dict[TableName, Relation]:
    names = [rule.references for rule in definition.rules if isinstance(rule, ForeignKeyRule)]
    names += [rule.table for rule in definition.rules if isinstance(rule, LookupRule)]
    found = {name: head.find_relation(name) for name in names}
    return {name: relation for name, relation in found.items() if relation is not None}


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
