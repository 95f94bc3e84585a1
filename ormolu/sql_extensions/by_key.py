"""Queries of the rows that have a given value in one column: `SELECT a, b FROM t WHERE id = $1`, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from ormolu.sql_extensions.queries import BoundQuery

_INTEGERS = frozenset({"int2", "int4", "int8"})
_TEXTS = frozenset({"text", "varchar"})
_PARTS = frozenset({"expressions", "from_", "where"})


@dataclass(frozen=True, slots=True)
class ByKey:
    """`sql` gives, for every row there is, the column that is compared and then the columns of the query."""

    sql: str
    key_type: type[int | str]


def find_by_key(bound: BoundQuery) -> ByKey | None:
    """None where the query computes something, reads something else, or compares otherwise than byte for byte."""
    tree = bound.tree
    if not isinstance(tree, exp.Select) or {name for name, value in tree.args.items() if value} != _PARTS:
        return None
    if len(bound.relations) != 1 or len(bound.parameter_types) != 1 or tree.args.get("joins"):
        return None
    source, key = tree.args["from_"].this, _key(tree.args["where"].this)
    if not isinstance(source, exp.Subquery) or key is None or not all(map(_is_plain, tree.expressions)):
        return None
    key_type = _key_type(bound, key.name)
    if key_type is None or source.this != bound.relations[0].source:
        return None
    whole = tree.copy()
    whole.set("where", None)
    whole.set("expressions", [key.copy(), *whole.expressions])
    return ByKey(whole.sql("duckdb", comments=False), key_type)


def _key(test: exp.Expr) -> exp.Column | None:
    test = test.unnest()
    if not isinstance(test, exp.EQ) or not isinstance(test.this, exp.Column):
        return None
    value = test.expression
    is_parameter = isinstance(value, exp.Cast) and isinstance(value.this, exp.Parameter)
    return test.this if is_parameter else None


def _is_plain(projection: exp.Expr) -> bool:
    return isinstance(projection.unalias(), exp.Column)


def _key_type(bound: BoundQuery, name: str) -> type[int | str] | None:
    (relation,), (given,) = bound.relations, bound.parameter_types
    column = relation.find_column(name)
    if column is None or given is None or column.type.dimensions or given.dimensions:
        return None
    names = {column.type.scalar.name, given.scalar.name}
    return int if names <= _INTEGERS else str if names <= _TEXTS else None
