"""DuckDB queries built from templates: the text is ours and fixed, what varies goes in as trees.

`fill("SELECT :columns FROM rows AS r WHERE :condition", columns=[...], condition=tree, rows=query)` replaces each
`:name` by its tree (a list is spliced into the list it stands in) and each bare table `name` by its query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce

from sqlglot import exp, parse_one

_PIECE = re.compile(r"(?<![:\w']):([a-z_]+)\b")  # DuckDB would read `SELECT :name` as an alias of nothing
Piece = exp.Expr | Sequence[exp.Expr]


def fill(template: str, **pieces: Piece) -> exp.Expr:
    """The template's tree with its placeholders and tables replaced.

    A piece that stands in no tree yet becomes part of this one: nesting queries copies nothing. Any other is copied.
    """
    tree = _parsed(template).copy()
    for node in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        node.replace(_taken(pieces[node.name]))
    for table in list(tree.find_all(exp.Table)):
        found = pieces.get(table.name)
        if table.args.get("db") is None and isinstance(found, exp.Query):
            name = table.args.get("alias") or exp.TableAlias(this=quoted(table.name))
            table.replace(exp.Subquery(this=_free(found), alias=name.copy()))
        elif table.args.get("db") is None and isinstance(found, exp.Table):
            table.set("alias", table.args.get("alias") or exp.TableAlias(this=quoted(table.name)))
            table.set("this", found.this.copy())
    return tree


def query(template: str, **pieces: Piece) -> exp.Query:
    """`fill` where the template is a whole query."""
    tree = fill(template, **pieces)
    assert isinstance(tree, exp.Query)
    return tree


def text(tree: exp.Expr) -> str:
    return tree.sql(dialect="duckdb")


@lru_cache(maxsize=512)
def _parsed(template: str) -> exp.Expr:
    return parse_one(_PIECE.sub(r"$\1", template), read="duckdb")


def _taken(piece: Piece) -> exp.Expr | list[exp.Expr]:
    if isinstance(piece, exp.Expr):
        return _free(piece)
    seen: set[int] = set()
    items = []
    for item in piece:
        items.append(item.copy() if id(item) in seen else _free(item))
        seen.add(id(item))
    return items


def _free(tree: exp.Expr) -> exp.Expr:
    return tree if tree.parent is None else tree.copy()


def quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    return exp.Column(this=quoted(name), table=None if table is None else quoted(table))


def columns(names: Iterable[str], table: str | None = None) -> list[exp.Expr]:
    return [column(name, table) for name in names]


def named(tree: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=tree, alias=quoted(name))


def table(name: str) -> exp.Table:
    return exp.Table(this=quoted(name))


def string(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def cast(tree: exp.Expr, duckdb_type: str) -> exp.Expr:
    return exp.Cast(this=tree, to=data_type_tree(duckdb_type))


def data_type_tree(duckdb_type: str) -> exp.DataType:
    return _data_type(duckdb_type).copy()


@lru_cache(maxsize=512)
def _data_type(duckdb_type: str) -> exp.DataType:
    return exp.DataType.build(duckdb_type, dialect="duckdb")


def all_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The conjunction, true where there is none."""
    trees: list[exp.Expr] = [exp.Paren(this=condition) for condition in conditions]
    return reduce(lambda left, right: exp.And(this=left, expression=right), trees) if trees else exp.true()


def any_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The disjunction, false where there is none."""
    trees: list[exp.Expr] = [exp.Paren(this=condition) for condition in conditions]
    return reduce(lambda left, right: exp.Or(this=left, expression=right), trees) if trees else exp.false()


def negated(condition: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=condition))


def same(names: Iterable[str], left: str, right: str) -> exp.Expr:
    """Equality of the columns in two tables, NULL the same as NULL."""
    return all_of(exp.NullSafeEQ(this=column(name, left), expression=column(name, right)) for name in names)


def equal(pairs: Iterable[tuple[str, str]], left: str, right: str) -> exp.Expr:
    """SQL's equality of paired columns: NULL equals nothing."""
    return all_of(exp.EQ(this=column(a, left), expression=column(b, right)) for a, b in pairs)


def present(names: Iterable[str], table_name: str | None = None) -> exp.Expr:
    """None of the columns is NULL."""
    return all_of(fill("NOT :value IS NULL", value=column(name, table_name)) for name in names)


def first_present(values: Sequence[exp.Expr]) -> exp.Expr:
    """The first value that is not NULL."""
    return exp.Coalesce(this=values[0], expressions=list(values[1:]))


def row_hash(values: Sequence[exp.Expr]) -> exp.Expr:
    """md5 over the values' texts, each with its length before it, so that neighbours never run together."""
    parts = [
        fill("CASE WHEN :value IS NULL THEN '-' ELSE length(:value) || ':' || :value END", value=cast(value, "VARCHAR"))
        for value in values
    ]
    return fill("md5(concat(:parts))", parts=parts) if parts else string("")
