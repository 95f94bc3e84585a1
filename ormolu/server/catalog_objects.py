"""The lake's objects as the system catalogs show them: tables, keys, comments, roles and grants."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.views import view_columns, view_names
from ormolu.definitions import (
    Action,
    BronzeSource,
    CheckRule,
    Definition,
    Expression,
    ForeignKeyRule,
    GoldMetric,
    GoldTable,
    NotNullRule,
    SilverTable,
    TableName,
    UniqueRule,
)
from ormolu.medallion.columns import COLUMN_COMMENTS
from ormolu.medallion.expressions import columns_of
from ormolu.medallion.rules import NamedRule, named_rules
from ormolu.server.catalog_words import words
from ormolu.server.pg_catalog.snapshot import (
    CatalogCheck,
    CatalogForeignKey,
    CatalogRelation,
    CatalogSchema,
    CatalogUnique,
)
from ormolu.sql_extensions.relations import RelationColumn
from ormolu.sql_extensions.writer.words import name as written
from ormolu.sql_extensions.writer.words import relation as qualified

SCHEMAS = (
    CatalogSchema("bronze", comment="what the sources said, append-only"),
    CatalogSchema("silver", comment="the cleansed truth"),
    CatalogSchema("gold", comment="modelled for analysis"),
    CatalogSchema("quarantine", comment="rows that broke a rule, to repair or discard"),
    CatalogSchema("lake", comment="the lake about itself: objects, runs, rules, anomalies"),
)
_ABOUT_ITSELF = "view of the lake about itself"
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
                yield _view(companion, _shown(relation.columns), base=name)
    for view in view_names():
        yield _view(TableName("lake", view), view_columns(view), words=_ABOUT_ITSELF)


def _view(
    name: TableName, columns: Sequence[RelationColumn], *, base: TableName | None = None, words: str | None = None
) -> CatalogRelation:
    """Its definition is the query that gives its columns: the server makes the rows itself."""
    names = ",\n    ".join(written(column.name) for column in columns if not column.is_hidden)
    definition = f" SELECT {names}\n   FROM {qualified(name)};"  # noqa: S608 - shown, never run
    return CatalogRelation(name, tuple(columns), kind="v", base=base, words=words, definition=definition)


def _table(name: TableName, head: Head) -> Iterator[CatalogRelation]:
    relation = head.find_relation(name)
    if relation is None:
        return
    definition = head.definitions.find_relation(name)
    table = head.find_table(name)
    constraints = _constraints(definition)
    required = {*_key(definition), *_required(constraints)}
    comments = _comments(definition, table)
    yield CatalogRelation(
        name,
        tuple(
            replace(each, is_required=each.name in required, comment=comments.get(each.name))
            for each in _shown(relation.columns)
        ),
        comment=None if definition is None else getattr(definition, "comment", None),
        key=_key(definition),
        foreign_keys=tuple(_foreign_keys(constraints)),
        rows=-1 if table is None else table.rows,
        defaults=_expressions(definition, "default"),
        checks=tuple(_checks(constraints)),
        uniques=tuple(_uniques(constraints)),
        bytes=0 if table is None else table.bytes,
        words=words(definition, table),
    )


def _shown(columns: Iterable[RelationColumn]) -> tuple[RelationColumn, ...]:
    return tuple(column for column in columns if not column.is_hidden)


def _comments(definition: Definition | None, table: IcebergTable | None) -> dict[str, str]:
    """Of the columns: the definition's, and those that were given to columns it does not list."""
    kept = json.loads(table.properties.get(COLUMN_COMMENTS) or "{}") if table is not None else {}
    listed = {column.name: column.comment for column in getattr(definition, "columns", ()) if column.comment}
    return {**kept, **listed}


def _constraints(definition: Definition | None) -> tuple[NamedRule, ...]:
    """The rules that PostgreSQL has constraints for, named as the runs name them."""
    if not isinstance(definition, SilverTable | GoldTable):
        return ()
    return named_rules(
        definition.name.name, columns=definition.columns, rules=definition.rules, key=getattr(definition, "key", ())
    )


def _is_enforced(rule: NamedRule) -> bool:
    """Whether no row that breaks the rule is published."""
    return rule.action is not Action.WARN


def _required(constraints: Iterable[NamedRule]) -> frozenset[str]:
    """Columns that hold no NULL."""
    return frozenset(
        each.rule.column for each in constraints if isinstance(each.rule, NotNullRule) and _is_enforced(each)
    )


def _key(definition: Definition | None) -> tuple[str, ...]:
    """What is unique in the table; a bronze source keeps every version of its key."""
    match definition:
        case GoldMetric():
            return tuple(grain.name for grain in definition.grain)
        case BronzeSource():
            return ()
        case _:
            return getattr(definition, "key", ())


def _foreign_keys(constraints: Iterable[NamedRule]) -> Iterator[CatalogForeignKey]:
    for each in constraints:
        if isinstance(rule := each.rule, ForeignKeyRule):
            yield CatalogForeignKey(
                each.name, rule.columns, rule.references, rule.referenced_columns, is_enforced=_is_enforced(each)
            )


def _uniques(constraints: Iterable[NamedRule]) -> Iterator[CatalogUnique]:
    for each in constraints:
        if isinstance(each.rule, UniqueRule) and _is_enforced(each):
            yield CatalogUnique(each.name, each.rule.columns)


def _checks(constraints: Iterable[NamedRule]) -> Iterator[CatalogCheck]:
    for each in constraints:
        if isinstance(each.rule, CheckRule):
            condition = each.rule.condition
            yield CatalogCheck(each.name, condition.text, columns_of(condition), is_enforced=_is_enforced(each))


def _expressions(definition: Definition | None, field: str) -> dict[str, str]:
    listed = getattr(definition, "columns", ())
    found = {column.name: getattr(column, field) for column in listed}
    return {name: value.text for name, value in found.items() if isinstance(value, Expression)}
