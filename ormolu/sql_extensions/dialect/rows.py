"""Row values: what ROW(...) and the name of a relation stand for, and the fields of either."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import UndefinedColumn, WrongObjectType
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.reading import identifier, position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope, ScopeRelation
from ormolu.sql_extensions.dialect.types import Bound, call
from ormolu.sql_extensions.types import SCALARS, DataType

_RECORD = SCALARS["record"]


def row_of(fields: list[tuple[str, Bound]]) -> Bound:
    """A record of settled values; the engine's names of its fields are their places."""
    types = tuple((name, value.type or t.TEXT) for name, value in fields)
    digits = None
    if any(value.digits is not None for _, value in fields):
        digits = _struct([(value.digits or value.tree).copy() for _, value in fields])
    return Bound(_struct([value.tree for _, value in fields]), DataType(_RECORD, fields=types), digits=digits)


def _struct(trees: list[exp.Expr]) -> exp.Struct:
    pairs: list[exp.Expr] = [
        exp.PropertyEQ(this=exp.to_identifier(_place(index), quoted=True), expression=tree)
        for index, tree in enumerate(trees)
    ]
    return exp.Struct(expressions=pairs)


def is_row(value: Bound) -> bool:
    return value.type is not None and value.type.scalar is _RECORD and not value.type.dimensions


def row_fields(value: Bound) -> list[tuple[str, Bound]]:
    """Names and values of a record's fields."""
    assert value.type is not None
    trees = _parts(value.tree, len(value.type.fields))
    shown: list[exp.Expr | None] = [None] * len(trees)
    if value.digits is not None:
        parts = zip(_parts(value.digits, len(trees)), value.type.fields, strict=True)
        shown = [part if t.is_kind(type, "numeric") or type.fields else None for part, (_, type) in parts]
    return [
        (name, Bound(tree.copy(), t.TEXT if type.scalar.name == "unknown" else type, digits=digits))
        for (name, type), tree, digits in zip(value.type.fields, trees, shown, strict=True)
    ]


def _parts(tree: exp.Expr, count: int) -> list[exp.Expr]:
    inner = tree
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Struct):
        return [pair.expression for pair in inner.expressions]
    return [call("struct_extract", tree.copy(), t.string(_place(index))) for index in range(count)]


def _place(index: int) -> str:
    return f"f{index + 1}"


def written_row(node: exp.Expr) -> exp.Tuple | None:
    """`(a, b)` or ROW(a, b) as it was written."""
    if isinstance(node, exp.Tuple):
        return node
    is_call = isinstance(node, exp.Anonymous) and str(node.this).lower() == "row"
    if is_call and not node.expressions:
        raise unsupported("a row without fields", node)
    return exp.Tuple(expressions=[each.copy() for each in node.expressions]) if is_call else None


def whole_row(node: exp.Column, scope: Scope) -> Bound | None:
    """The row of a relation that is named where a value is expected."""
    if node.args.get("table") or node.args.get("db"):
        return None
    relation = scope.find_relation(identifier(node.this))
    if relation is None or relation.is_scalar:
        return None
    shown = [(column.name, column.bound()) for column in relation.columns if not column.is_hidden]
    row = row_of(shown)
    return _where_there(node, row, relation) if relation.is_optional else row


def _where_there(node: exp.Expr, row: Bound, relation: ScopeRelation) -> Bound:
    """The row that an outer join found none of is NULL: the row's number tells, which is never NULL."""
    number = next((column for column in relation.columns if column.is_hidden and column.name == "_row_id"), None)
    if number is None:
        raise unsupported("the row of a relation that an outer join may leave out", node, hint="Name its columns.")
    given = exp.Not(this=exp.Is(this=number.tree.copy(), expression=exp.Null()))
    digits = None if row.digits is None else exp.Case(ifs=[exp.If(this=given.copy(), true=row.digits)])
    return Bound(exp.Case(ifs=[exp.If(this=given, true=row.tree)]), row.type, digits=digits)


def field_of(node: exp.Expr, value: Bound) -> Bound:
    """`(row).name`."""
    name = identifier(node.expression)
    if not is_row(value) or not (value.type and value.type.fields):
        raise WrongObjectType(
            f"column notation .{name} applied to type {value.type}, which is not a composite type",
            position=position(node),
        )
    found = [field for known, field in row_fields(value) if known == name]
    if not found:
        raise UndefinedColumn(f'column "{name}" not found in data type record', position=position(node))
    return found[0]
