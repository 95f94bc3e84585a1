"""`x = ANY (array)` and `x <> ALL (array)` as functions of lists, which an outer join may be over."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.catalog.templates import filled

_EVERY = "list_bool_and(list_transform(_1, lambda _each: _2))"
_SOME = "list_bool_or(list_transform(_1, lambda _each: _2))"
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike)


def over_list(node: exp.Expr) -> exp.Expr:
    """The comparison with ANY or ALL of an array; one with a subquery stays."""
    if not isinstance(node, _COMPARISONS):
        return node
    found = _quantified(node.expression)
    if found is None:
        return node
    array, is_any = found
    value = node.this
    if isinstance(node, exp.EQ) and is_any:
        return exp.func("list_contains", array.copy(), value.copy())
    if isinstance(node, exp.NEQ) and not is_any:
        return exp.not_(exp.func("list_contains", array.copy(), value.copy()))
    comparison = node.copy()
    comparison.set("expression", exp.column("_each"))
    return filled(_SOME if is_any else _EVERY, [array, comparison])


def _quantified(right: exp.Expr) -> tuple[exp.Expr, bool] | None:
    """The array and whether it is ANY; None for anything else."""
    match right:
        case exp.Any() | exp.All():
            inner = right.this.unnest()
        case exp.Anonymous(this=str() as name, expressions=[only]) if name.lower() in ("any", "some", "all"):
            inner = only.unnest()
        case _:
            return None
    is_any = not isinstance(right, exp.All) and not (isinstance(right, exp.Anonymous) and right.name.lower() == "all")
    return None if isinstance(inner, exp.Query) else (inner, is_any)
