"""Where the columns of a query's result come from: the relation and the place in it, as RowDescription tells them.

Only what is passed on unchanged has an origin. A query whose columns cannot all be told has none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.sql_extensions.relations import Relation


@dataclass(frozen=True, slots=True)
class Origin:
    """`position` counts from 1 the relation's columns that are not hidden."""

    relation: TableName
    position: int


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    origin: Origin | None
    is_hidden: bool = False


_Columns = tuple[_Column, ...]


class _UnknownSource(Exception):
    """A source whose columns are not known here."""


def column_origins(
    tree: exp.Expr, relations: Sequence[Relation], search_path: Sequence[str]
) -> tuple[Origin | None, ...]:
    """One a result column; () where they cannot be told. `relations` are those that the query reads."""
    named = {relation.name: relation for relation in relations}
    try:
        return tuple(column.origin for column in _query(tree, named, tuple(search_path), frozenset()))
    except _UnknownSource:
        return ()


def _query(
    tree: exp.Expr, relations: Mapping[TableName, Relation], path: tuple[str, ...], hidden: frozenset[str]
) -> _Columns:
    if isinstance(tree, exp.Subquery):
        return _query(tree.this, relations, path, hidden)
    if not isinstance(tree, exp.Select):
        raise _UnknownSource
    clause = tree.args.get("with_")
    if clause is not None:  # its names hide relations
        hidden = hidden | {each.alias for each in clause.expressions}
    sources = dict(_sources(tree, relations, path, hidden))
    is_merged = any(join.args.get("using") or join.method for join in tree.args.get("joins") or ())
    return tuple(each for item in tree.expressions for each in _projected(item, sources, is_merged=is_merged))


def _sources(
    tree: exp.Select, relations: Mapping[TableName, Relation], path: tuple[str, ...], hidden: frozenset[str]
) -> Iterator[tuple[str, _Columns]]:
    start = tree.args.get("from_")
    for node in [each.this for each in (start, *(tree.args.get("joins") or ())) if each is not None]:
        if isinstance(node, exp.Subquery) and node.alias and not node.args["alias"].args.get("columns"):
            yield node.alias, _query(node.this, relations, path, hidden)
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            relation = _relation(node, relations, path, hidden)
            alias = node.args.get("alias")
            if relation is None or (alias is not None and alias.args.get("columns")) or node.args.get("joins"):
                raise _UnknownSource
            yield node.alias_or_name, _columns(relation)
        else:
            raise _UnknownSource


def _relation(
    node: exp.Table, relations: Mapping[TableName, Relation], path: tuple[str, ...], hidden: frozenset[str]
) -> Relation | None:
    if node.db:
        return relations.get(TableName(node.db, node.name))
    if node.name in hidden:
        return None
    return next((found for schema in path if (found := relations.get(TableName(schema, node.name)))), None)


def _columns(relation: Relation) -> _Columns:
    positions = itertools.count(1)
    return tuple(
        _Column(each.name, None if each.is_hidden else Origin(relation.name, next(positions)), each.is_hidden)
        for each in relation.columns
    )


def _projected(item: exp.Expr, sources: Mapping[str, _Columns], *, is_merged: bool) -> Iterator[_Column]:
    value = item.unalias()
    if isinstance(value, exp.Star) or (isinstance(value, exp.Column) and isinstance(value.this, exp.Star)):
        qualifier = value.table if isinstance(value, exp.Column) else ""
        if (is_merged and not qualifier) or (qualifier and qualifier not in sources):
            raise _UnknownSource
        for columns in [sources[qualifier]] if qualifier else sources.values():
            yield from (column for column in columns if not column.is_hidden)
    elif isinstance(value, exp.Column):
        origin = _found(value, sources)
        yield _Column(item.alias_or_name, origin)
    else:
        yield _Column(item.alias_or_name, None)


def _found(column: exp.Column, sources: Mapping[str, _Columns]) -> Origin | None:
    """The first source that has the column: of those merged by USING the left one."""
    named = [sources[column.table]] if column.table in sources else sources.values() if not column.table else []
    return next((each.origin for columns in named for each in columns if each.name == column.name), None)
