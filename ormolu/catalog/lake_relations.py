"""The relations of `lake` that are made of Iceberg tables: the definitions, and every quarantined row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.catalog.table import IcebergTable, empty_source
from ormolu.definitions import TableName
from ormolu.medallion.columns import QUARANTINE_COLUMNS, StoredColumn
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

RELATION_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "definitions": (
        ("kind", "text"),
        ("name", "text"),
        ("version", "bigint"),
        ("ddl", "text"),
        ("previous_ddl", "text"),
        ("hash", "text"),
        ("author", "text"),
        ("at", "timestamptz"),
        ("dropped", "boolean"),
    ),
    "quarantine": (
        ("table_name", "text"),
        ("rule", "text"),
        ("status", "text"),
        ("quarantine_id", "bigint"),
        ("message", "text"),
        ("suggestion", "text"),
        ("detected_at", "timestamptz"),
        ("run_id", "bigint"),
        ("record", "json"),
    ),
}


def _columns(name: str) -> tuple[RelationColumn, ...]:
    return tuple(RelationColumn(column, data_type(spelling)) for column, spelling in RELATION_COLUMNS[name])


def _empty(name: str) -> exp.Select:
    return empty_source([StoredColumn(column.name, column.type) for column in _columns(name)])


def definitions_relation(log: IcebergTable | None) -> Relation:
    """`lake.definitions`, each version beside the text before it."""
    name = TableName("lake", "definitions")
    if log is None:
        return Relation(name, _columns("definitions"), _empty("definitions"), "none")
    before = exp.Window(
        this=exp.Lag(this=exp.column("ddl")),
        partition_by=[exp.column("kind"), exp.column("name")],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column("version"))]),
    )
    chosen = [
        exp.alias_(before, "previous_ddl") if column.name == "previous_ddl" else exp.column(column.name, quoted=True)
        for column in _columns("definitions")
    ]
    source = exp.select(*chosen).from_(log.source().subquery("log"))
    return Relation(name, _columns("definitions"), source, log.metadata_location)


def quarantine_relation(tables: Sequence[IcebergTable]) -> Relation:
    """`lake.quarantine`: one row for each rule that a quarantined row broke, over all tables, discarded ones too."""
    ours = {column.name for column in QUARANTINE_COLUMNS}
    parts = [_broken_rules(table) for table in tables if ours <= {column.name for column in table.columns}]
    source: exp.Query = parts[0] if parts else _empty("quarantine")
    for part in parts[1:]:
        source = exp.union(source, part, distinct=False)
    version = " ".join(table.metadata_location for table in tables)
    return Relation(TableName("lake", "quarantine"), _columns("quarantine"), source, version or "none")


def _broken_rules(table: IcebergTable) -> exp.Select:
    ours = {column.name for column in QUARANTINE_COLUMNS}
    record = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(column.name, quoted=True), expression=_quoted(column.name))
            for column in table.columns
            if column.name not in ours and not column.is_hidden
        ]
    )
    has_record = bool(record.expressions)
    json = exp.Anonymous(this="to_json", expressions=[record]) if has_record else exp.cast(exp.null(), "JSON")
    target = f"silver.{table.name.name}"
    return exp.select(
        exp.alias_(exp.Literal.string(target), "table_name"),
        exp.alias_(exp.Anonymous(this="unnest", expressions=[_quoted("_rules")]), "rule"),
        exp.alias_(_quoted("_status"), "status"),
        exp.alias_(_quoted("_quarantine_id"), "quarantine_id"),
        exp.alias_(_quoted("_message"), "message"),
        exp.alias_(_quoted("_suggestion"), "suggestion"),
        exp.alias_(_quoted("_detected_at"), "detected_at"),
        exp.alias_(_quoted("_run_id"), "run_id"),
        exp.alias_(json, "record"),
    ).from_(table.source().subquery("quarantined"))


def _quoted(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
