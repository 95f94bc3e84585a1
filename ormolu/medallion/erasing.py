"""Where the rows of one key may be: in what a table is made from, and in what is made from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import (
    BronzeSource,
    Definition,
    GoldMetric,
    GoldTable,
    LookupRule,
    SetRule,
    SilverTable,
    TableName,
)
from ormolu.medallion.lineage import Relations, downstream_in_order, in_order, lineage_edges
from ormolu.medallion.templates import all_of, any_of, cast, column, data_type_tree, fill, string
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query

Held = Mapping[str, str]  # by the key's column, the column in which a table has it

HasColumn = Callable[[TableName, str], bool]


@dataclass(frozen=True, slots=True)
class Reach:
    """`held` says of each table in which of its columns the key is; `unknown` are sources of which lineage cannot say.

    `derived` is everything that is made from them, in the order of refreshes.
    """

    sources: tuple[TableName, ...]
    derived: tuple[TableName, ...]
    held: Mapping[TableName, Held]
    unknown: tuple[TableName, ...]


def reach(relations: Relations, name: TableName, key: Sequence[str], has: HasColumn) -> Reach:
    """Only columns that are carried over count: of a computed one the same value means another row."""
    held = _held(relations, name, key, "upstream", has)
    above = [edge.object for edge in lineage_edges(relations, name, direction="upstream") if edge.kind == "query"]
    bronze = [table for table in (name, *above) if isinstance(relations.get(table), BronzeSource)]
    sources = tuple(table for table in dict.fromkeys(bronze) if table in held)
    for table, columns in list(held.items()):
        below = _held(relations, table, [columns[part] for part in key], "downstream", has)
        for other, found in below.items():
            held.setdefault(other, {part: found[columns[part]] for part in key})
    below_them = {each for table in (name, *sources) for each in downstream_in_order(relations, table)}
    derived = {each for each in (name, *below_them) if each not in bronze}
    ordered = tuple(each for each in in_order(relations) if each in derived)
    return Reach(sources, ordered, held, tuple(table for table in bronze if table not in held))


def _held(
    relations: Relations, name: TableName, key: Sequence[str], direction: str, has: HasColumn
) -> dict[TableName, Held]:
    """The relations that have all parts of the key, each in one column of its own, `name` first."""
    found: dict[TableName, dict[str, list[str]]] = {name: {part: [part] for part in key}}
    for part in key:
        carried = {f"{name}.{part}"}
        for edge in lineage_edges(relations, name, column=part, direction=direction):
            if edge.column is None or edge.via not in carried or not has(edge.object, edge.column):
                continue
            here = f"{edge.object}.{edge.column}"
            made, from_other = (edge.via, here) if direction == "upstream" else (here, edge.via)
            schema, table, column_ = made.split(".", 2)
            if _is_carried(relations.get(TableName(schema, table)), column_, from_other.split(".", 2)[-1]):
                carried.add(here)
                found.setdefault(edge.object, {}).setdefault(part, []).append(edge.column)
    return {
        table: {part: columns[0] for part, columns in parts.items()}
        for table, parts in found.items()
        if len(parts) == len(set(key)) and all(len(columns) == 1 for columns in parts.values())
    }


def _is_carried(definition: Definition | None, name: str, source: str) -> bool:
    """The column holds what the source's holds, in another type at most."""
    if isinstance(definition, GoldMetric):
        grain = next((each.expression for each in definition.grain if each.name == name), None)
        return grain is not None and _is_column(parse_expression(grain.text), source)
    if not isinstance(definition, SilverTable | GoldTable):
        return False
    for rule in definition.rules:
        if isinstance(rule, SetRule) and rule.column == name:
            return False
        if isinstance(rule, LookupRule) and name in (*rule.add, *rule.fill):
            return False
    declared = next((item for item in definition.columns if item.name == name), None)
    is_named = name == source or (declared is not None and source in declared.sources)
    if definition.query is None:
        return is_named
    tree = parse_query(definition.query.text)
    if not isinstance(tree, exp.Select) or sum(1 for _ in tree.find_all(exp.Query)) != 1:
        return False
    for projection in tree.selects:
        if not projection.is_star and projection.alias_or_name == name:
            return _is_column(projection.unalias(), source)
    return is_named


def _is_column(value: exp.Expr, name: str) -> bool:
    value = value.this if isinstance(value, exp.Cast) else value
    return isinstance(value, exp.Column) and identifier(value.this) == name


def in_quarantine(definition: SilverTable, held: Held, present: Sequence[str]) -> Mapping[str, tuple[str, ...]] | None:
    """The columns of a table's quarantine that have the key, as it came in; None where one part has none."""
    sources = {item.name: (*item.sources, *((item.formerly,) if item.formerly else ())) for item in definition.columns}
    found = {
        part: tuple(name for name in (stored, *sources.get(stored, ())) if name in present)
        for part, stored in held.items()
    }
    return found if all(found.values()) else None


def is_of_key(held: Mapping[str, tuple[str, ...]], values: Mapping[str, str], types: Mapping[str, str]) -> exp.Expr:
    """Whether a row is of the key: by its texts, or by the values that they are in the key's own types."""
    parts = []
    for part, columns in held.items():
        value = string(values[part])
        typed = exp.TryCast(this=value.copy(), to=data_type_tree(types[part]))
        alike = [
            fill(
                ":text = :value OR :typed = :wanted",
                text=cast(column(name), "VARCHAR"),
                value=value.copy(),
                typed=exp.TryCast(this=cast(column(name), "VARCHAR"), to=data_type_tree(types[part])),
                wanted=typed.copy(),
            )
            for name in columns
        ]
        parts.append(any_of(alike))
    return fill("coalesce(:all, FALSE)", all=exp.Paren(this=all_of(parts)))
