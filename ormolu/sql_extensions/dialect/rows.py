"""Row values: what ROW(...) and the name of a relation stand for, and the fields of either."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.types import Bound, call
from ormolu.sql_extensions.types import SCALARS, DataType

_RECORD = SCALARS["record"]


def row_of(fields: list[tuple[str, Bound]]) -> Bound:
    """A record of settled values; the engine's names of its fields are their places."""
    pairs: list[exp.Expr] = [
        exp.PropertyEQ(this=exp.to_identifier(_place(index), quoted=True), expression=value.tree)
        for index, (_, value) in enumerate(fields)
    ]
    types = tuple((name, value.type or t.TEXT) for name, value in fields)
    return Bound(exp.Struct(expressions=pairs), DataType(_RECORD, fields=types))


def is_row(value: Bound) -> bool:
    return value.type is not None and value.type.scalar is _RECORD and not value.type.dimensions


def row_fields(value: Bound) -> list[tuple[str, Bound]]:
    """Names and values of a record's fields."""
    assert value.type is not None
    if isinstance(value.tree, exp.Struct):
        trees = [pair.expression for pair in value.tree.expressions]
    else:
        trees = [
            call("struct_extract", value.tree.copy(), t.string(_place(index)))
            for index in range(len(value.type.fields))
        ]
    return [(name, Bound(tree.copy(), type)) for (name, type), tree in zip(value.type.fields, trees, strict=True)]


def _place(index: int) -> str:
    return f"f{index + 1}"
