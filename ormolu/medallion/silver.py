"""The shape of a silver table: its stored columns, and the rows that may enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import DeleteWhen, Expression, SilverTable
from ormolu.errors import DuplicateColumn, InvalidObjectDefinition
from ormolu.medallion.columns import DELETED_AT, IS_DELETED, SILVER_AUDIT_COLUMNS, StoredColumn
from ormolu.medallion.expressions import at, undefined_column
from ormolu.medallion.named_columns import check_named_columns
from ormolu.medallion.row_changes import last_names, order_of
from ormolu.medallion.staged_rows import IS_DELETE, ROW_NUMBER, SYSTEM, InputColumn, Stage
from ormolu.medallion.templates import (
    cast,
    column,
    columns,
    data_type_tree,
    named,
    negated,
    query,
    row_hash,
    string,
    table,
)
from ormolu.sql_extensions.types import data_type

ROW_ID = StoredColumn("_row_id", data_type("bigint"), is_hidden=True)
VALID_FROM, VALID_TO = "_valid_from", "_valid_to"
NEXT_SURROGATE_KEY = "ormolu.next-surrogate-key"
NEXT_QUARANTINE_ID = "ormolu.next-quarantine-id"
# What a silver upstream says of its own rows is not taken over: each table has these for itself.
AUDIT_NAMES = frozenset(item.name for item in SILVER_AUDIT_COLUMNS)
SOFT, HARD, IGNORE = "SOFT", "HARD", "IGNORE"


def sequence_of(definition: SilverTable, inputs: Sequence[InputColumn]) -> tuple[str, ...]:
    """SEQUENCE BY, else the position in the source's log."""
    names = {item.name for item in inputs}
    if definition.sequence_by:
        for name in definition.sequence_by:
            if name not in names and name not in {item.name for item in definition.columns}:
                raise undefined_column(name, names)
        return definition.sequence_by
    return ("_cdc_event_id",) if {"_cdc_event_id", "_operation_type"} <= names else ()


def delete_when_of(definition: SilverTable, inputs: Sequence[InputColumn]) -> DeleteWhen | None:
    """DELETE WHEN, else the operation of the source's log."""
    if definition.delete_when is not None:
        return definition.delete_when
    if {"_cdc_event_id", "_operation_type"} <= {item.name for item in inputs}:
        return DeleteWhen(Expression("_operation_type = 'DELETE'"), SOFT)
    return None


def check_shape(definition: SilverTable, stage: Stage) -> None:
    """The clauses name columns that there are, and fit together."""
    names = {item.name for item in stage.columns}
    check_named_columns(definition, names | ({definition.surrogate_key} if definition.surrogate_key else set()))
    needs_key = {
        "REPLACE BY": definition.replace_by,
        "SURROGATE KEY": definition.surrogate_key,
        "HISTORY": definition.history,
        "DELETE WHEN": definition.delete_when,
    }
    for clause, value in needs_key.items():
        if value and not definition.key:
            raise InvalidObjectDefinition(f"{clause} needs a KEY", hint="Add KEY (column, ...).")
    reserved = {ROW_ID.name} | ({VALID_FROM, VALID_TO} if definition.history is not None else set())
    if definition.delete_when is not None and definition.delete_when.mode == SOFT:
        reserved |= {IS_DELETED, DELETED_AT, *last_names(order_of(definition.sequence_by))}
    if taken := sorted(names & reserved):
        raise DuplicateColumn(f'column "{taken[0]}" is added by us', hint="Give yours another name with AS.")
    if definition.surrogate_key in names:
        raise DuplicateColumn(f'surrogate key "{definition.surrogate_key}" is a column of the query already')


def stored_columns(
    definition: SilverTable, stage: Stage, inputs: Sequence[InputColumn], sequence: Sequence[str]
) -> tuple[StoredColumn, ...]:
    """The surrogate key, the columns, hidden ones that merging needs, and the audit columns."""
    comments = {item.name: item.comment for item in definition.columns}
    surrogate = (
        ()
        if definition.surrogate_key is None
        else (StoredColumn(definition.surrogate_key, data_type("bigint"), comment="surrogate key"),)
    )
    values = tuple(StoredColumn(item.name, item.type, comment=comments.get(item.name)) for item in stage.columns)
    known = {item.name for item in values} | {"_load_id", "_row_id"}
    extra = tuple(
        StoredColumn(item.name, item.type, is_hidden=True)
        for item in inputs
        if item.name in sequence and item.name not in known
    )
    is_hidden = definition.options.text("audit_columns", "shown") == "hidden"
    audit = tuple(replace(item, is_hidden=is_hidden) for item in SILVER_AUDIT_COLUMNS)
    return (*surrogate, *values, *extra, ROW_ID, *audit)


def good_rows(
    stage: Stage,
    inputs: Sequence[InputColumn],
    *,
    staged: str,
    sequence: Sequence[str],
    removed: exp.Expr,
    ignores_deletes: bool,
) -> exp.Query:
    """The staged rows that may enter: values, sequence, position, hash, whether it is a deletion."""
    names = [item.name for item in stage.columns]
    system = {item.name for item in inputs if item.is_system}
    extra = [name for name in sequence if name not in names and name not in ("_row_id", "_load_id")]

    def position(name: str) -> exp.Expr:
        value = column(SYSTEM + name, "s") if name in system else exp.null()
        return named(cast(value, "BIGINT"), name)

    condition = negated(removed)
    if ignores_deletes:
        condition = exp.And(this=condition, expression=negated(column(IS_DELETE, "s")))
    rest = [position("_row_id"), position("_load_id"), *columns((IS_DELETE, ROW_NUMBER), "s")]
    if "_loaded_at" in system:
        rest.append(named(column(SYSTEM + "_loaded_at", "s"), "ormolu:loaded_at"))
    return query(
        "SELECT :values, :rest, :hash FROM staged AS s WHERE :condition",
        values=[*columns(names, "s"), *columns(extra, "s")],
        rest=rest,
        hash=named(row_hash(columns(names, "s")), "_hash"),
        staged=table(staged),
        condition=condition,
    )


def rebuilt_rows(
    good: exp.Query, stored: Sequence[StoredColumn], *, source_system: str | None, now: datetime
) -> exp.Query:
    """All rows of a table without a KEY."""
    moment = at(now)
    system = string(source_system) if source_system else exp.null()
    audit: Mapping[str, exp.Expr] = {
        "_created_at": moment,
        "_updated_at": moment,
        "_load_timestamp": moment,
        "_source_system": system,
        "_change_type": string("insert"),
        "_is_current": exp.true(),
    }
    projections = [
        named(cast(audit.get(item.name, column(item.name, "g")), item.type.duckdb), item.name) for item in stored
    ]
    return query("SELECT :cols FROM good AS g", cols=projections, good=good)


def in_columns(
    source: exp.Query, known: Mapping[str, str], stored: Sequence[StoredColumn], renamed: Mapping[str, str]
) -> exp.Query:
    """A published table's rows in the columns that the table is to have.

    `known` are its own with their types; `renamed` gives the name under which a column is sought when it has no other.
    """
    projections: list[exp.Expr] = []
    for item in stored:
        name = item.name if item.name in known else renamed.get(item.name, item.name)
        value: exp.Expr = column(name, "t")
        if name not in known:
            value = cast(exp.null(), item.type.duckdb)
        elif known[name] != item.type.duckdb:
            value = exp.TryCast(this=value, to=data_type_tree(item.type.duckdb))
        projections.append(named(value, item.name))
    return query("SELECT :cols FROM source AS t", cols=projections, source=source)


def empty_rows(stored: Sequence[StoredColumn]) -> exp.Query:
    return query(
        "SELECT :cols WHERE FALSE", cols=[named(cast(exp.null(), item.type.duckdb), item.name) for item in stored]
    )
