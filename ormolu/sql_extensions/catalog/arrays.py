"""Arrays and PostgreSQL's vectors: subscripts, positions, literals."""

from __future__ import annotations

import re

from sqlglot import exp

from ormolu.sql_extensions.catalog.casts import array_literal

_VECTOR = re.compile(r"(indkey|indoption|indclass|indcollation|proargtypes)$", re.IGNORECASE)
_NAME = re.compile(r"(typ|rel|nsp|att|pro|rol|dat|con|col|opc|opf|am)name$", re.IGNORECASE)


def subscripts(array: exp.Expr) -> exp.Expr:
    first = 0 if is_vector(array) else 1
    length = exp.func("len", array.copy())
    end = length if first == 0 else exp.Add(this=length, expression=exp.Literal.number(1))
    return exp.Explode(this=exp.Anonymous(this="range", expressions=[exp.Literal.number(first), end]))


def is_vector(array: exp.Expr) -> bool:
    return isinstance(array, exp.Column) and _VECTOR.search(array.name) is not None


def positions(array: exp.Expr) -> exp.Expr:
    end = exp.Add(this=exp.func("len", array.copy()), expression=exp.Literal.number(1))
    return exp.Explode(this=exp.Anonymous(this="range", expressions=[exp.Literal.number(1), end]))


def expanded(array: exp.Expr) -> exp.Expr:
    """information_schema._pg_expandarray: a row (x, n) for each element."""
    fields = [
        exp.PropertyEQ(this=exp.to_identifier("x"), expression=exp.Explode(this=array.copy())),
        exp.PropertyEQ(this=exp.to_identifier("n"), expression=positions(array)),
    ]
    return exp.Struct(expressions=fields)


def expanded_member(node: exp.Dot) -> exp.Expr:
    inner = node.this.unnest()
    if isinstance(inner, exp.Struct) and len(inner.expressions) == 2:
        members = {field.this.name: field.expression for field in inner.expressions}
        found = members.get(node.expression.name)
        return node if found is None else found.copy()
    return node


def subscript(node: exp.Bracket) -> exp.Expr:
    """An int2vector and the characters of a name count from 0; sqlglot keeps subscripts as if from 0 and adds 1 for
    DuckDB."""
    if len(node.expressions) == 1 and isinstance(node.this, exp.Column) and _NAME.match(node.this.name):
        at = exp.Add(this=exp.paren(node.expressions[0].copy()), expression=exp.Literal.number(2))
        return exp.func("substr", node.this.copy(), at, exp.Literal.number(1), dialect="duckdb")
    if not is_vector(node.this) or len(node.expressions) != 1:
        return node
    index = exp.Add(this=exp.paren(node.expressions[0].copy()), expression=exp.Literal.number(1))
    return exp.Bracket(this=node.this.copy(), expressions=[index])


def with_arrays(node: exp.Expr) -> exp.Expr:
    """`'{0}'` beside a column: PostgreSQL reads it as an array."""
    inner = [each.unnest() for each in node.iter_expressions()]
    for literal in [each for each in inner if isinstance(each, exp.Literal) and each.is_string]:
        found = array_literal(literal.name)
        if found is not None:
            literal.replace(found)
    return node
