"""The result's names and forms, fixed before its expressions change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.sql_extensions.catalog.casts import REG_TYPES, named_type
from ormolu.sql_extensions.result_types import output_name
from ormolu.sql_extensions.types import DataType


def name_outputs(tree: exp.Expr) -> None:
    """Write the name of every output column down before its expression changes."""
    for select in list(tree.find_all(exp.Select)):
        for projection in list(select.expressions):
            name = output_name(projection)
            if name and not isinstance(projection, exp.Alias | exp.Column) and not projection.is_star:
                projection.replace(exp.alias_(projection.copy(), name, quoted=True))
            elif isinstance(projection, exp.Alias) and isinstance(projection.this, exp.Null) and not _is_member(select):
                projection.set("this", exp.cast(exp.Null(), "text"))


def _is_member(select: exp.Select) -> bool:
    """Whether a set operation gives the select's NULLs their type."""
    parent = select.parent
    while isinstance(parent, exp.Paren | exp.Subquery):
        parent = parent.parent
    return isinstance(parent, exp.SetOperation)


def show_as_text(tree: exp.Expr, types: Sequence[DataType | None]) -> None:
    for select in _members(tree):
        projections = list(select.expressions)
        if len(projections) != len(types) or any(projection.is_star for projection in projections):
            continue
        for projection, kind in zip(projections, types, strict=True):
            if kind is not None and not kind.dimensions:
                _wrap(projection, kind.scalar.name)


def _wrap(projection: exp.Expr, kind: str) -> None:
    inner = projection.this if isinstance(projection, exp.Alias) else projection
    if kind in REG_TYPES:
        named = exp.Cast(this=inner.copy(), to=named_type(kind))
        shown: exp.Expr = exp.Cast(this=named, to=exp.DataType.build("text"))
    elif kind == "text" and isinstance(inner, exp.Null):
        shown = exp.cast(inner.copy(), "text")
    elif kind.endswith("vector"):
        shown = exp.func("array_to_string", inner.copy(), exp.Literal.string(" "))
    else:
        return
    name = projection.alias_or_name
    projection.replace(exp.alias_(shown, name, quoted=True) if name else shown)


def _members(tree: exp.Expr) -> Sequence[exp.Select]:
    """The selects whose rows are the result: one, or those of a set operation."""
    match tree:
        case exp.Select():
            return [tree]
        case exp.SetOperation():
            return [*_members(tree.left), *_members(tree.right)]
        case exp.Subquery():
            return _members(tree.this)
        case _:
            return []
