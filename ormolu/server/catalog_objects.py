"""The lake's objects as the system catalogs show them: tables, keys, comments, roles and grants."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.views import view_columns, view_names
from ormolu.definitions import (
    Action,
    CheckRule,
    Definition,
    Expression,
    ForeignKeyRule,
    GoldMetric,
    NotNullRule,
    SilverTable,
    TableName,
)
from ormolu.medallion.columns import COLUMN_COMMENTS
from ormolu.server.pg_catalog.snapshot import (
    CatalogForeignKey,
    CatalogRelation,
    CatalogSchema,
)
from ormolu.sql_extensions.relations import RelationColumn

SCHEMAS = (
    CatalogSchema("bronze", comment="what the sources said, append-only"),
    CatalogSchema("silver", comment="the cleansed truth"),
    CatalogSchema("gold", comment="modelled for analysis"),
    CatalogSchema("quarantine", comment="rows that broke a rule, to repair or discard"),
    CatalogSchema("lake", comment="the lake about itself: objects, runs, rules, anomalies"),
)
COMPANIONS = {"bronze": ("_history",), "silver": ("_deleted", "_all", "_history")}


def relations(head: Head) -> Iterator[CatalogRelation]:
    """Every relation that a query may name, our own views included."""
    for name in sorted(head.pointers):
        if name.schema == "lake":
            continue
        yield from _table(name, head)
        for suffix in COMPANIONS.get(name.schema, ()):
            companion = TableName(name.schema, name.name + suffix)
            relation = head.find_relation(companion)
            if relation is not None and companion not in head.pointers:
                yield CatalogRelation(companion, _shown(relation.columns), kind="v")
    for view in view_names():
        yield CatalogRelation(TableName("lake", view), view_columns(view), kind="v")


def _table(name: TableName, head: Head) -> Iterator[CatalogRelation]:
    relation = head.find_relation(name)
    if relation is None:
        return
    definition = head.definitions.find_relation(name)
    table = head.find_table(name)
    required = _required(definition)
    comments = _comments(definition, table)
    yield CatalogRelation(
        name,
        tuple(
            replace(each, is_required=each.name in required, comment=comments.get(each.name))
            for each in _shown(relation.columns)
        ),
        comment=None if definition is None else getattr(definition, "comment", None),
        key=_key(definition),
        foreign_keys=tuple(_foreign_keys(definition)),
        rows=-1 if table is None else table.rows,
        defaults=_expressions(definition, "default"),
        checks=_checks(definition),
    )


def _shown(columns: Iterable[RelationColumn]) -> tuple[RelationColumn, ...]:
    return tuple(column for column in columns if not column.is_hidden)


def _comments(definition: Definition | None, table: IcebergTable | None) -> dict[str, str]:
    """Of the columns: the definition's, and those that were given to columns it does not list."""
    kept = json.loads(table.properties.get(COLUMN_COMMENTS) or "{}") if table is not None else {}
    listed = {column.name: column.comment for column in getattr(definition, "columns", ()) if column.comment}
    return {**kept, **listed}


def _required(definition: Definition | None) -> frozenset[str]:
    """Columns that hold no NULL: a silver table keeps rows that break NOT NULL away, whatever its action but WARN."""
    if not isinstance(definition, SilverTable):
        return frozenset()
    listed = [(column.name, column.on_violation) for column in definition.columns if column.is_required]
    ruled = [(rule.column, rule.on_violation) for rule in definition.rules if isinstance(rule, NotNullRule)]
    is_kept = {
        name for name, violation in (*listed, *ruled) if violation is None or violation.action is not Action.WARN
    }
    return frozenset({*is_kept, *definition.key})


def _key(definition: Definition | None) -> tuple[str, ...]:
    if isinstance(definition, GoldMetric):
        return tuple(grain.name for grain in definition.grain)
    return getattr(definition, "key", ())


def _foreign_keys(definition: Definition | None) -> Iterator[CatalogForeignKey]:
    if not isinstance(definition, SilverTable):
        return
    for number, rule in enumerate(definition.rules, start=1):
        if isinstance(rule, ForeignKeyRule):
            name = rule.name or f"{definition.name.name}_{'_'.join(rule.columns)}_fkey{number}"
            yield CatalogForeignKey(name, rule.columns, rule.references, rule.referenced_columns)


def _expressions(definition: Definition | None, field: str) -> dict[str, str]:
    listed = getattr(definition, "columns", ())
    found = {column.name: getattr(column, field) for column in listed}
    return {name: value.text for name, value in found.items() if isinstance(value, Expression)}


def _checks(definition: Definition | None) -> dict[str, str]:
    rules = getattr(definition, "rules", ())
    named = {rule.name: rule.condition.text for rule in rules if isinstance(rule, CheckRule) and rule.name}
    listed = getattr(definition, "columns", ())
    return named | {f"{column.name}_check": column.check.text for column in listed if column.check is not None}
