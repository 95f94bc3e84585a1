"""Who reads a column of a table: queries, measures, rules, lists and monitors, also behind a `*` that passes it on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import (
    BronzeSource,
    Column,
    Definition,
    ForeignKeyRule,
    GoldMetric,
    GoldTable,
    LookupRule,
    Monitor,
    SilverTable,
    TableName,
)
from ormolu.medallion.column_edits import own_readers, rule_names
from ormolu.medallion.lineage import COMPANIONS, dependents
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query


@dataclass(frozen=True, slots=True, order=True)
class ColumnReader:
    """`is_by_name` where the reader's query names it in FROM's relation, so that an old name may still answer."""

    object: str
    column: str
    how: str
    is_by_name: bool

    def __str__(self) -> str:
        return f"{self.object} {self.how} column {self.column}"


def column_readers(
    relations: Mapping[TableName, Definition],
    monitors: Iterable[Monitor],
    name: TableName,
    columns: Collection[str],
) -> list[ColumnReader]:
    """In the order of their names; a column that passes through a table has the readers that it has there."""
    watching = tuple(monitors)
    return sorted(set(_readers(relations, watching, name, frozenset(columns), frozenset())))


def _readers(
    relations: Mapping[TableName, Definition],
    monitors: tuple[Monitor, ...],
    name: TableName,
    columns: frozenset[str],
    seen: frozenset[TableName],
) -> Iterable[ColumnReader]:
    if not columns or name in seen:
        return
    for monitor in monitors:
        if monitor.on == name:
            for column in sorted(columns & _watched(monitor)):
                yield ColumnReader(f"monitor {monitor.name}", column, "watches", True)
    for other, definition in relations.items():
        for column in sorted(columns & _ruled(definition, name)):
            yield ColumnReader(str(other), column, "has a rule over", False)
    for other in dependents(relations, name):
        definition = relations[other]
        is_star = isinstance(definition, SilverTable | GoldTable) and definition.from_relation is not None
        named = columns & names_read(definition, name)
        for column in sorted(named):
            yield ColumnReader(str(other), column, "reads", not is_star)
        yield from _readers(relations, monitors, other, columns & _passed(definition, name, columns), seen | {name})


def names_read(definition: Definition, name: TableName) -> frozenset[str]:
    """The columns of a relation that a definition over it names; those that a `*` takes along are not among them."""
    if isinstance(definition, GoldMetric):
        texts = [each.expression.text for each in definition.measures]
        texts += [each.expression.text for each in definition.grain]
        texts += [each.condition.text for each in definition.filters]
        trees = [exp.Paren(this=parse_expression(text)) for text in texts]
        return frozenset(_name(column) for tree in trees for column in tree.find_all(exp.Column))
    if not isinstance(definition, SilverTable | GoldTable):
        return frozenset()
    if definition.from_relation is not None:
        return _named_by_list(definition)
    if definition.query is None:
        return frozenset()
    tree = parse_query(definition.query.text)
    aliases = {table.alias_or_name for table in tree.find_all(exp.Table) if is_table(table, name)}
    found = {_name(node) for node in tree.find_all(exp.Column) if not node.table or node.table in aliases}
    for join in tree.find_all(exp.Join):
        found |= {identifier(each) for each in join.args.get("using") or () if isinstance(each, exp.Identifier)}
    return frozenset(found)


def is_table(table: exp.Table, name: TableName) -> bool:
    """Whether a relation in FROM is the table or one of its companions."""
    if not isinstance(table.this, exp.Identifier):
        return False
    written = identifier(table.this)
    names = {name.name, *(name.name + ending for ending in COMPANIONS)}
    schema = table.args.get("db")
    return written in names and (schema is None or identifier(schema) in (name.schema, "quarantine"))


def _named_by_list(definition: SilverTable | GoldTable) -> frozenset[str]:
    """What a table made FROM a relation says about its columns, under names that they have there."""
    listed = [name for column in definition.columns for name in (column.name, *_other_names(column))]
    made = {column.name for column in definition.columns if column.sources}
    named = {name for rule in definition.rules for name in rule_names(rule)} - made
    clauses = {name for name in (*listed, *named) if own_readers(definition, name)}
    keys = set(definition.key)
    return frozenset(listed) | named | clauses | keys


def _other_names(column: Column) -> tuple[str, ...]:
    """What a listed column may be called in the relation that it comes from."""
    return (*column.sources, column.formerly) if column.formerly else column.sources


def _passed(definition: Definition, name: TableName, columns: frozenset[str]) -> frozenset[str]:
    """Which of the columns come out of the definition under their own names because it takes all there are."""
    if not isinstance(definition, SilverTable | GoldTable):
        return frozenset()
    if definition.options.text("columns", "all") == "listed":
        return frozenset()
    if definition.from_relation is not None:
        return columns - {name for column in definition.columns for name in _other_names(column)}
    if definition.query is None:
        return frozenset()
    tree = parse_query(definition.query.text)
    takes_all = any(item.is_star for select in tree.find_all(exp.Select) for item in select.selects)
    return columns if takes_all else frozenset()


def _watched(monitor: Monitor) -> frozenset[str]:
    trees = [exp.Paren(this=parse_expression(each.text)) for each in monitor.measures]
    named = {_name(column) for tree in trees for column in tree.find_all(exp.Column)}
    return frozenset(named | {monitor.time, *monitor.per})


def _ruled(definition: Definition, name: TableName) -> frozenset[str]:
    """The columns that FOREIGN KEY and LOOKUP rules of another table name."""
    if not isinstance(definition, BronzeSource | SilverTable | GoldTable):
        return frozenset()
    found: set[str] = set()
    for rule in definition.rules:
        if isinstance(rule, ForeignKeyRule) and rule.references == name:
            found |= set(rule.referenced_columns)
        if isinstance(rule, LookupRule) and rule.table == name:
            tree = exp.Paren(this=parse_expression(rule.condition.text))
            found |= {_name(node) for node in tree.find_all(exp.Column) if node.table == name.name}
            found |= {*rule.add, *rule.fill}
    return frozenset(found)


def _name(node: exp.Column) -> str:
    return identifier(node.this) if isinstance(node.this, exp.Identifier) else ""
