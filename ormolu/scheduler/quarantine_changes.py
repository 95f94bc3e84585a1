"""UPDATE and DELETE of quarantined rows, and putting them back."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlglot import exp

from ormolu.catalog.lake import IcebergTable
from ormolu.catalog.schema import audit_log
from ormolu.definitions import SilverTable
from ormolu.errors import FeatureNotSupported, InsufficientPrivilege, InvalidSyntax, UndefinedTable
from ormolu.faults import reach
from ormolu.medallion.columns import QUARANTINE_COLUMNS
from ormolu.medallion.expressions import resolved, scope_of, undefined_column
from ormolu.medallion.layout import layout_of
from ormolu.medallion.quarantine import DISCARDED, REPAIRED, quarantine_name
from ormolu.medallion.steps import TableWrite
from ormolu.medallion.templates import cast, column, fill, named, query, string
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.silver_refreshes import Reprocessing, refresh_silver
from ormolu.scheduler.table_writes import TableWriter
from ormolu.sql_extensions.dialect.reading import identifier, parse_query
from ormolu.sql_extensions.queries import SessionValues, bind_expression

ACCEPT = "_accept"
_OURS = frozenset(item.name for item in QUARANTINE_COLUMNS) - {ACCEPT}


def reprocess(definition: SilverTable, where: str | None, context: RunContext, *, is_trial: bool = False) -> RunResult:
    """REFRESH ... FROM QUARANTINE [WHERE]: rows that pass now enter the table, the others stay with what they break.

    A trial only counts, for EXPLAIN.
    """
    if context.lake.head().find_table(quarantine_name(definition.name)) is None:
        context.notice(f"nothing of {definition.name} is in quarantine")
        return RunResult()
    return refresh_silver(definition, context, reprocessing=Reprocessing(where, is_trial=is_trial))


def change(definition: SilverTable, sql: str, context: RunContext) -> RunResult:
    """Carry out `UPDATE quarantine.t SET ... [WHERE]` or `DELETE FROM quarantine.t [WHERE]`; one copy-on-write commit.

    `rows_out` is the number of rows changed.
    """
    head = context.lake.head()
    name = quarantine_name(definition.name)
    kept = head.find_table(name)
    if kept is None:
        raise UndefinedTable(f'relation "{name}" does not exist', hint="Nothing was quarantined yet.")
    tree = parse_query(sql)
    match tree:
        case exp.Update():
            values = _assignments(tree, kept, context)
        case exp.Delete():
            values = {"_status": string(DISCARDED)}
        case _:
            raise InvalidSyntax("quarantined rows are changed with UPDATE and DELETE")
    _refuse_more(tree)
    where = tree.args.get("where")
    condition = (
        exp.true() if where is None else fill("coalesce(:where, FALSE)", where=_bound(where.this, kept, context))
    )
    chosen = query(
        "SELECT k.* FROM kept AS k WHERE NOT k._status IN ('discarded', 'reprocessed') AND (:condition)",
        kept=kept.source(),
        condition=condition,
    )
    arriving = query(
        "SELECT :cols FROM chosen AS k",
        cols=[
            named(cast(values.get(item.name, column(item.name, "k")), item.type.duckdb), item.name)
            for item in kept.columns
        ],
        chosen=chosen,
    )
    leaving = query("SELECT k._quarantine_id FROM chosen AS k", chosen=chosen)
    write = TableWrite(name, kept.columns, arriving, ("_quarantine_id",), leaving, partition_by=kept.partition_by)
    written = TableWriter(context, head, layout_of(definition.options)).write(write, properties={})
    reach("quarantine:files-written")
    result = RunResult(rows_in=written.arriving, rows_out=written.arriving)
    changes = [written.change] if written.change is not None and written.arriving else []
    context.publish(changes, statements=[_audited(str(name), sql, context)], result=result)
    return result


def _refuse_more(tree: exp.Expr) -> None:
    for clause, word in (("from_", "FROM"), ("using", "USING"), ("returning", "RETURNING"), ("with_", "WITH")):
        if tree.args.get(clause):
            raise FeatureNotSupported(f"{word} in a change of quarantined rows is not supported")


def _assignments(tree: exp.Update, kept: IcebergTable, context: RunContext) -> Mapping[str, exp.Expr]:
    """What each column becomes. Taking a suggestion sets the columns that it names."""
    names = [item.name for item in kept.columns if not item.is_hidden]
    values: dict[str, exp.Expr] = {}
    for term in tree.expressions:
        if not isinstance(term, exp.EQ) or not isinstance(term.this, exp.Column):
            raise InvalidSyntax("SET takes column = expression")
        name = identifier(term.this.this)
        if name not in names:
            raise undefined_column(name, names)
        if name in _OURS:
            raise InsufficientPrivilege(
                f'column "{name}" is kept by us', hint=f'Change the columns of the row, or "{ACCEPT}".'
            )
        if name in values:
            raise InvalidSyntax(f'column "{name}" is set twice')
        values[name] = _bound(term.expression, kept, context)
    if ACCEPT in values:
        values = {**_suggested(kept, values), **values}
    return {**values, "_status": _status(values)}


def _status(values: Mapping[str, exp.Expr]) -> exp.Expr:
    """A row whose columns were changed is repaired; accepting changes one only where there is a suggestion."""
    if set(values) - {ACCEPT} and ACCEPT not in values:
        return string(REPAIRED)
    return fill(
        "CASE WHEN coalesce(:accept, FALSE) AND NOT k._suggestion IS NULL THEN :repaired ELSE k._status END",
        accept=values[ACCEPT],
        repaired=string(REPAIRED),
    )


def _suggested(kept: IcebergTable, values: Mapping[str, exp.Expr]) -> dict[str, exp.Expr]:
    own = {item.name for item in QUARANTINE_COLUMNS}
    return {
        item.name: fill(
            "CASE WHEN coalesce(:accept, FALSE) AND json_exists(k._suggestion, :path) "
            "THEN TRY_CAST(json_extract_string(k._suggestion, :path) AS :type) ELSE :value END".replace(
                ":type", item.type.duckdb
            ),
            accept=values[ACCEPT],
            path=string('$."' + item.name.replace('"', '\\"') + '"'),
            value=column(item.name, "k"),
        )
        for item in kept.columns
        if item.name not in own and not item.is_hidden
    }


def _bound(tree: exp.Expr, kept: IcebergTable, context: RunContext) -> exp.Expr:
    types = {item.name: item.type for item in kept.columns}
    bound = bind_expression(tree.sql("postgres"), types, session=SessionValues(now=context.now()))
    return resolved(bound, scope_of(list(types), alias="k", others=(kept.name.name,)))


def _audited(name: str, sql: str, context: RunContext) -> sa.Executable:
    return sa.insert(audit_log).values(
        database=context.run.database,
        role=context.run.requested_by,
        at=context.now(),
        action="change quarantine",
        object=name,
        statement=sql,
    )
