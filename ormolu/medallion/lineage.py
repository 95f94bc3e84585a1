"""What is made from what: relations, and their columns, in either direction."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import (
    BronzeSource,
    Definition,
    ForeignKeyRule,
    GoldDimension,
    GoldFact,
    GoldHub,
    GoldLink,
    GoldMetric,
    GoldSatellite,
    GoldTable,
    LookupRule,
    SilverTable,
    TableName,
)
from ormolu.errors import InvalidObjectDefinition
from ormolu.medallion.column_lineage import column_sources
from ormolu.sql_extensions.dialect.reading import identifier, parse_query

SEARCH_PATH = ("gold", "silver", "bronze")
COMPANIONS = ("_history", "_all", "_deleted")

Relations = Mapping[TableName, Definition]
Derived = SilverTable | GoldTable | GoldFact | GoldDimension | GoldHub | GoldLink | GoldSatellite


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """A relation or column that another is made from; `via` is the neighbour through which it is reached."""

    direction: str  # upstream or downstream
    distance: int
    object: TableName
    column: str | None
    kind: str  # query; foreign key or lookup, which count for the order of refreshes only
    via: str


def upstreams(definition: Definition, known: Container[TableName] = ()) -> tuple[TableName, ...]:
    """The relations whose rows the definition reads; `known` decides which schema an unqualified name means."""
    match definition:
        case GoldMetric():
            return (definition.from_relation,)
        case SilverTable() | GoldTable() | GoldFact() | GoldDimension() | GoldHub() | GoldLink() | GoldSatellite():
            if definition.from_relation is not None:
                return (definition.from_relation,)
            if definition.query is None:
                return ()
            return query_relations(definition.query.text, known, itself=definition.name)
        case _:
            return ()


def order_upstreams(definition: Definition) -> tuple[tuple[TableName, str], ...]:
    """The tables of FOREIGN KEY and LOOKUP: refreshed before, but no cause to refresh."""
    if isinstance(definition, BronzeSource | SilverTable | GoldTable):
        pairs = [
            (rule.references, "foreign key") if isinstance(rule, ForeignKeyRule) else (rule.table, "lookup")
            for rule in definition.rules
            if isinstance(rule, ForeignKeyRule | LookupRule)
        ]
        return tuple(dict.fromkeys(pair for pair in pairs if pair[0] != definition.name))
    if isinstance(definition, GoldFact | GoldDimension):
        return tuple((reference.references, "dimension") for reference in definition.dimensions)
    return ()


def query_relations(
    text: str, known: Container[TableName] = (), *, itself: TableName | None = None
) -> tuple[TableName, ...]:
    """The catalog's relations that a query names, in order, WITH queries left out."""
    tree = parse_query(text)
    inner = {identifier(cte.args["alias"].this) for cte in tree.find_all(exp.CTE)}
    found: dict[TableName, None] = {}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue
        name, schema = identifier(table.this), table.args.get("db")
        if schema is not None:
            found[TableName(identifier(schema), name)] = None
        elif name not in inner:
            found[searched(name, known, itself=itself)] = None
    return tuple(found)


def searched(name: str, known: Container[TableName], *, itself: TableName | None = None) -> TableName:
    """The relation that an unqualified name means: the first of the search path that there is, never `itself`."""
    candidates = [TableName(schema, name) for schema in SEARCH_PATH if TableName(schema, name) != itself]
    return next((candidate for candidate in candidates if candidate in known), candidates[-1])


def base_of(name: TableName, relations: Container[TableName]) -> TableName:
    """The defined relation behind a companion: `silver.orders` for `silver.orders_all` and `quarantine.orders`."""
    if name in relations:
        return name
    if name.schema == "quarantine":
        return TableName("silver", name.name)
    for ending in COMPANIONS:
        base = TableName(name.schema, name.name.removesuffix(ending))
        if base != name and base in relations:
            return base
    return name


def data_upstreams(definition: Definition, relations: Relations) -> tuple[TableName, ...]:
    bases = (base_of(name, relations) for name in upstreams(definition, relations))
    return tuple(dict.fromkeys(bases))


def dependents(relations: Relations, table: TableName) -> tuple[TableName, ...]:
    """What reads the table directly, by name."""
    base = base_of(table, relations)
    return tuple(
        sorted(name for name, definition in relations.items() if base in data_upstreams(definition, relations))
    )


def downstream_in_order(relations: Relations, table: TableName) -> tuple[TableName, ...]:
    """Everything made from the table, however far, each after what it is made from or looks up."""
    reached = {name for name, _, _ in _walk(table, lambda name: dependents(relations, name))}
    return tuple(name for name in in_order(relations) if name in reached and name != table)


def in_order(relations: Relations) -> tuple[TableName, ...]:
    """All relations, upstreams first; order-only upstreams come first where that makes no cycle."""
    done: dict[TableName, None] = {}
    entered: set[TableName] = set()

    def visit(name: TableName) -> None:
        if name in entered or name not in relations:
            return
        entered.add(name)
        definition = relations[name]
        for upstream in data_upstreams(definition, relations):
            visit(upstream)
        for upstream, _ in order_upstreams(definition):
            visit(base_of(upstream, relations))
        done[name] = None

    for name in sorted(relations):
        visit(name)
    return tuple(done)


def check_acyclic(relations: Relations, name: TableName) -> None:
    """42P17 naming the cycle where `name` would be made from itself."""
    path: list[TableName] = []
    finished: set[TableName] = set()

    def visit(current: TableName) -> None:
        if current in path:
            cycle = [*path[path.index(current) :], current]
            raise InvalidObjectDefinition(
                f"{name} would be made from itself: {' <- '.join(map(str, cycle))}",
                hint="Read from another relation in one of them.",
            )
        if current in finished or current not in relations:
            return
        path.append(current)
        for upstream in data_upstreams(relations[current], relations):
            visit(upstream)
        path.pop()
        finished.add(current)

    visit(name)


def _walk(start: TableName, neighbours: object) -> Iterator[tuple[TableName, int, TableName]]:
    """Breadth first: each relation once, with its distance and the neighbour it was reached through."""
    assert callable(neighbours)
    seen = {start}
    queue: list[tuple[TableName, int]] = [(start, 0)]
    while queue:
        current, distance = queue.pop(0)
        for name in neighbours(current):
            if name not in seen:
                seen.add(name)
                queue.append((name, distance + 1))
                yield name, distance + 1, current


def lineage_edges(
    relations: Relations, name: TableName, *, column: str | None = None, direction: str | None = None
) -> tuple[LineageEdge, ...]:
    """The relations, or with `column` the columns, that `name` is made from and that are made from it."""
    wanted = ("upstream", "downstream") if direction is None else (direction.lower(),)
    edges: list[LineageEdge] = []
    for each in wanted:
        if column is None:
            edges += _relation_edges(relations, name, each)
        else:
            edges += _column_edges(relations, name, column, each)
    return tuple(edges)


def _relation_edges(relations: Relations, start: TableName, direction: str) -> Iterator[LineageEdge]:
    def neighbours(name: TableName) -> Iterable[TableName]:
        if direction == "downstream":
            return dependents(relations, name)
        return data_upstreams(relations[name], relations) if name in relations else ()

    for name, distance, via in _walk(start, neighbours):
        yield LineageEdge(direction, distance, name, None, "query", str(via))
    if direction == "upstream" and start in relations:
        for name, kind in order_upstreams(relations[start]):
            yield LineageEdge(direction, 1, name, None, kind, str(start))


def _column_edges(relations: Relations, start: TableName, column: str, direction: str) -> Iterator[LineageEdge]:
    seen = {(start, column)}
    queue = [(start, column, 0)]
    while queue:
        table, current, distance = queue.pop(0)
        found = _sources(relations, table, current) if direction == "upstream" else _targets(relations, table, current)
        for name, name_column in found:
            if (name, name_column) not in seen:
                seen.add((name, name_column))
                queue.append((name, name_column, distance + 1))
                yield LineageEdge(direction, distance + 1, name, name_column, "query", f"{table}.{current}")


def _sources(relations: Relations, table: TableName, column: str) -> list[tuple[TableName, str]]:
    definition = relations.get(table)
    if definition is None:
        return []
    found = column_sources(definition, column, lambda name: searched(name, relations, itself=table))
    return sorted({(base_of(name, relations), source) for name, source in found})


def _targets(relations: Relations, table: TableName, column: str) -> list[tuple[TableName, str]]:
    """The dependents' columns that read this one; a column passed through by `*` keeps its name."""
    found: set[tuple[TableName, str]] = set()
    for name, definition in relations.items():
        reads = table in data_upstreams(definition, relations) or table in [
            base_of(upstream, relations) for upstream, _ in order_upstreams(definition)
        ]
        if not reads:
            continue
        for target in {column, *named_columns(definition)}:
            if (table, column) in _sources(relations, name, target):
                found.add((name, target))
    return sorted(found)


def named_columns(definition: Definition) -> set[str]:
    """The columns that a definition names: its list's, its query's outputs, what lookups add, grain and measures."""
    names: set[str] = set()
    match definition:
        case GoldMetric():
            names |= {grain.name for grain in definition.grain} | {measure.name for measure in definition.measures}
        case SilverTable() | GoldTable():
            names |= {each.name for each in definition.columns}
            for rule in definition.rules:
                if isinstance(rule, LookupRule):
                    names |= set(rule.add)
            if definition.query is not None:
                select = parse_query(definition.query.text)
                if isinstance(select, exp.Query):
                    names |= {each.alias_or_name for each in select.selects if not each.is_star}
        case _:
            pass
    return names
