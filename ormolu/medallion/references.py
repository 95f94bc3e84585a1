"""Rules that look into other tables: FOREIGN KEY and LOOKUP."""

from __future__ import annotations

from sqlglot import exp

from ormolu.definitions import ForeignKeyRule, LookupRule, TableName
from ormolu.errors import DuplicateColumn, InvalidSyntax, UndefinedTable
from ormolu.medallion.expressions import Scope, translated, undefined_column
from ormolu.medallion.layers import Layers
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.staged_rows import INTERNAL, match_number
from ormolu.medallion.templates import column, data_type_tree, equal, fill, named, negated, present, query, quoted
from ormolu.sql_extensions.relations import Relation


def foreign_key(layers: Layers, placed: NamedRule, rule: ForeignKeyRule) -> None:
    referenced = _relation(layers, rule.references)
    for name in rule.columns:
        layers.known(name)
    for name in rule.referenced_columns:
        if referenced.find_column(name) is None:
            raise undefined_column(name, [item.name for item in referenced.columns])
    if len(rule.columns) != len(rule.referenced_columns):
        raise InvalidSyntax(f'rule "{placed.name}" pairs {len(rule.columns)} with {len(rule.referenced_columns)}')
    pairs = zip(rule.columns, rule.referenced_columns, strict=True)
    matched = fill(
        "EXISTS (SELECT 1 FROM referenced AS f WHERE :equal)",
        referenced=referenced.source.copy(),
        equal=equal(pairs, "r", "f"),
    )
    violated = exp.And(this=exp.Paren(this=present(rule.columns, "r")), expression=negated(matched))
    layers.check(placed, violated, rule.columns)


def lookup(layers: Layers, placed: NamedRule, rule: LookupRule) -> None:
    found = _relation(layers, rule.table)
    names = tuple(item.name for item in found.columns)
    for name in (*rule.add, *rule.fill):
        if name not in names:
            raise undefined_column(name, names)
    for name in rule.add:
        if name in layers.types or name in layers.hidden_sources:
            raise DuplicateColumn(f'LOOKUP adds column "{name}" that is there already', hint="Use FILL.")
    scope = Scope((("f", (rule.table.name,), names), *layers.scope().tables))
    types = {item.name: item.type for item in found.columns} | layers.all_types()
    condition = translated(rule.condition, scope, types, layers.request.now)
    numbered = query("SELECT s.*, row_number() OVER () AS number FROM source AS s", source=found.source.copy())
    numbered.expressions[-1].set("alias", quoted(INTERNAL + "match"))
    join = query("SELECT 1 FROM r LEFT JOIN found AS f ON :condition", found=numbered, condition=condition)
    missing = fill(":match IS NULL", match=column(INTERNAL + "match", "f"))
    violated = missing if rule.on_violation is not None else exp.false()
    added = [
        named(column(INTERNAL + "match", "f"), match_number(placed)),
        layers.flagged(placed, violated),
        *(named(column(name, "f"), name) for name in rule.add),
    ]
    filled = {
        name: fill(
            "coalesce(:old, :new)",
            old=layers.known(name),
            new=exp.TryCast(this=column(name, "f"), to=data_type_tree(layers.types[name].duckdb)),
        )
        for name in rule.fill
    }
    layers.layer(added, filled, join)
    for name in rule.add:
        item = found.find_column(name)
        assert item is not None
        layers.types[name] = item.type


def _relation(layers: Layers, name: TableName) -> Relation:
    relation = layers.request.relations.get(name)
    if relation is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    return relation
