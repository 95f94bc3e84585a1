"""FOREIGN KEY ... REFERENCES t without columns means t's KEY, as PostgreSQL's means the primary key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ormolu.definitions import (
    BronzeSource,
    Definition,
    ForeignKeyRule,
    GoldMetric,
    GoldTable,
    Rule,
    SilverTable,
    TableName,
)
from ormolu.errors import InvalidForeignKey, UndefinedObject, UndefinedTable
from ormolu.sql_extensions.writer.words import relation


def with_referenced_keys(definition: Definition, relations: Mapping[TableName, Definition]) -> Definition:
    """The definition with the columns of every foreign key named; it may refer to itself."""
    if not isinstance(definition, SilverTable | GoldTable | GoldMetric):
        return definition
    known = {**relations, definition.name: definition}
    return replace(definition, rules=tuple(_named(rule, known) for rule in definition.rules))


def _named(rule: Rule, relations: Mapping[TableName, Definition]) -> Rule:
    if not isinstance(rule, ForeignKeyRule) or rule.referenced_columns:
        return rule
    referenced = relations.get(rule.references)
    if referenced is None:
        raise UndefinedTable(f'relation "{rule.references}" does not exist')
    key = referenced.key if isinstance(referenced, BronzeSource | SilverTable | GoldTable) else ()
    if not key:
        raise UndefinedObject(
            f'there is no KEY of the referenced table "{rule.references}"',
            hint=f"Name its columns: REFERENCES {relation(rule.references)} (column, ...).",
        )
    if len(key) != len(rule.columns):
        raise InvalidForeignKey(
            "number of referencing and referenced columns for foreign key disagree",
            hint=f"The KEY of {rule.references} is {', '.join(key)}.",
        )
    return replace(rule, referenced_columns=key)
