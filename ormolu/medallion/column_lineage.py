"""Which columns of which relations a column is computed from, read off the definition alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from ormolu.definitions import (
    Definition,
    Expression,
    GoldMetric,
    GoldTable,
    LookupRule,
    SetRule,
    SilverTable,
    TableName,
)
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query

Search = Callable[[str], TableName]
Source = tuple[TableName, str]


def column_sources(definition: Definition, column: str, search: Search) -> set[Source]:
    """The upstream columns behind a column; where a query does not say which table has it, each table may."""
    match definition:
        case GoldMetric():
            return _of_metric(definition, column)
        case SilverTable() | GoldTable():
            return _of_table(definition, column, search)
        case _:
            return set()


def _of_metric(metric: GoldMetric, column: str) -> set[Source]:
    measures = {measure.name: measure.expression for measure in metric.measures}
    grain = {each.name: each.expression for each in metric.grain}
    found: set[Source] = set()
    pending, seen = [column], set()
    while pending:
        name = pending.pop()
        expression = measures.get(name) or grain.get(name)
        if expression is None or name in seen:
            continue
        seen.add(name)
        for used in _names(expression):
            if used in measures and used not in seen and used != name:
                pending.append(used)
            else:
                found.add((metric.from_relation, used))
    return found


def _of_table(table: SilverTable | GoldTable, column: str, search: Search) -> set[Source]:
    found: set[Source] = set()
    inputs = {column}
    declared = next((each for each in table.columns if each.name == column), None)
    if declared is not None:
        inputs |= set(declared.sources) | ({declared.formerly} if declared.formerly else set())
    for rule in table.rules:
        if isinstance(rule, SetRule) and rule.column == column:
            inputs |= set(_names(rule.expression))
        if isinstance(rule, LookupRule) and column in (*rule.add, *rule.fill):
            found.add((rule.table, column))
            if column in rule.add:
                inputs.discard(column)
    for name in inputs:
        if table.from_relation is not None:
            found.add((table.from_relation, name))
        elif table.query is not None:
            tree = parse_query(table.query.text)
            if isinstance(tree, exp.Query):
                found |= _of_query(tree, name, search, {})
    return found


def _names(expression: Expression) -> list[str]:
    tree = exp.Paren(this=parse_expression(expression.text))
    return [identifier(node.this) for node in tree.find_all(exp.Column) if isinstance(node.this, exp.Identifier)]


def _of_query(query: exp.Expr, column: str, search: Search, outer: Mapping[str, exp.Expr]) -> set[Source]:
    ctes = dict(outer)
    for cte in query.args["with_"].expressions if query.args.get("with_") else ():
        ctes[identifier(cte.args["alias"].this)] = cte.this
    if isinstance(query, exp.Subquery):
        return _of_query(query.this, column, search, ctes)
    if isinstance(query, exp.SetOperation):
        return _of_query(query.left, column, search, ctes) | _of_query(query.right, column, search, ctes)
    if not isinstance(query, exp.Select):
        return set()
    relations = _relations(query)
    for projection in query.selects:
        if not projection.is_star and projection.alias_or_name == column:
            nodes = list(exp.Paren(this=projection.copy()).find_all(exp.Column))
            return _union(_of_reference(node, relations, search, ctes) for node in nodes)
    found: set[Source] = set()
    for projection in query.selects:
        if projection.is_star:
            star = exp.Column(this=exp.to_identifier(column, quoted=True), table=projection.args.get("table"))
            found |= _of_reference(star, relations, search, ctes)
    return found


def _relations(select: exp.Select) -> dict[str, exp.Expr]:
    start = select.args.get("from_")
    nodes = ([start.this] if start else []) + [join.this for join in select.args.get("joins") or ()]
    return {node.alias_or_name: node for node in nodes}


def _of_reference(
    node: exp.Column, relations: Mapping[str, exp.Expr], search: Search, ctes: Mapping[str, exp.Expr]
) -> set[Source]:
    if not isinstance(node.this, exp.Identifier):
        return set()
    name = identifier(node.this)
    chosen = [relations[node.table]] if node.table in relations else list(relations.values())
    return _union(_of_relation(relation, name, search, ctes) for relation in chosen)


def _of_relation(relation: exp.Expr, column: str, search: Search, ctes: Mapping[str, exp.Expr]) -> set[Source]:
    if not isinstance(relation, exp.Table):
        return _of_query(relation, column, search, ctes)
    if not isinstance(relation.this, exp.Identifier):
        return set()
    name, schema = identifier(relation.this), relation.args.get("db")
    if schema is not None:
        return {(TableName(identifier(schema), name), column)}
    if name in ctes:
        inner = {each: tree for each, tree in ctes.items() if each != name}
        return _of_query(ctes[name], column, search, inner)
    return {(search(name), column)}


def _union(sets: Iterable[set[Source]]) -> set[Source]:
    return set().union(*sets)
