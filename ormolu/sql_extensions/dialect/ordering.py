"""GROUP BY, DISTINCT ON, ORDER BY, LIMIT and OFFSET."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.errors import AmbiguousColumn, InvalidColumnReference, InvalidSyntax
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.calls import sort_direction
from ormolu.sql_extensions.dialect.casts import coerce, settle
from ormolu.sql_extensions.dialect.context import Context, OutputColumn
from ormolu.sql_extensions.dialect.reading import identifier, position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import call
from ormolu.sql_extensions.functions.call import ordered_tree

Columns = tuple[OutputColumn, ...]


def _ordinal(node: exp.Expr, columns: Columns, clause: str) -> int | None:
    """The place in the select list that a bare number means."""
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdigit():
        return None
    place = int(node.name)
    if not 1 <= place <= len(columns):
        raise InvalidColumnReference(f"{clause} position {place} is not in select list", position=position(node))
    return place


def _output(node: exp.Expr, columns: Columns, clause: str) -> int | None:
    """The place of the output column that a bare name means."""
    if not isinstance(node, exp.Column) or node.args.get("table") or isinstance(node.this, exp.Anonymous | exp.Star):
        return None
    name = identifier(node.this)
    places = [index + 1 for index, column in enumerate(columns) if column.name == name]
    if len(places) > 1:
        raise AmbiguousColumn(f'{clause} "{name}" is ambiguous', position=position(node))
    return places[0] if places else None


# --- GROUP BY -----------------------------------------------------------------------------------------------


def bind_group(node: exp.Select, columns: Columns, scope: Scope, context: Context) -> exp.Group | None:
    """Terms are expressions, numbers or, where no input column has the name, output columns."""
    group = node.args.get("group")
    if group is None:
        return None
    # GROUP BY DISTINCT arrives as "not ALL".
    if group.args.get("all") is not None or group.args.get("totals"):
        raise unsupported("GROUP BY ALL and GROUP BY DISTINCT", node)
    terms = [_term(term, columns, scope, context) for term in _terms(group)]
    return exp.Group(expressions=terms)


def _terms(group: exp.Expr) -> list[exp.Expr]:
    terms = list(group.expressions)
    for name in ("grouping_sets", "cube", "rollup"):
        terms += group.args.get(name) or []
    return terms


def _term(node: exp.Expr, columns: Columns, scope: Scope, context: Context) -> exp.Expr:
    match node:
        case exp.GroupingSets() | exp.Rollup() | exp.Cube():
            return type(node)(expressions=[_term(inner, columns, scope, context) for inner in node.expressions])
        case exp.Tuple():
            return exp.Tuple(expressions=[_term(inner, columns, scope, context) for inner in node.expressions])
        case exp.Paren():
            return exp.Paren(this=_term(node.this, columns, scope, context))
        case _:
            return _grouped(node, columns, scope, context)


def _grouped(node: exp.Expr, columns: Columns, scope: Scope, context: Context) -> exp.Expr:
    place = _ordinal(node, columns, "GROUP BY")
    if place is None and isinstance(node, exp.Column) and _named_input(node, scope) is False:
        place = _output(node, columns, "GROUP BY")
    if place is not None:
        return t.number(place)
    return settle(context.expression(node, scope, context), context).tree


def _named_input(node: exp.Column, scope: Scope) -> bool:
    """Whether a bare name is a column of FROM here, which wins over an output column in GROUP BY."""
    return bool(node.args.get("table")) or bool(scope.candidates(identifier(node.this)))


# --- ORDER BY and DISTINCT ON -------------------------------------------------------------------------------


def bind_order(
    node: exp.Expr,
    columns: Columns,
    scope: Scope,
    context: Context,
    *,
    only_outputs: bool = False,
    projections: Sequence[exp.Expr] = (),
) -> exp.Order | None:
    """An output column wins over an input column; NULLs are larger than anything."""
    order = node.args.get("order")
    if order is None:
        return None
    keys: list[exp.Expr] = []
    for key in order.expressions:
        if key.args.get("with_fill"):
            raise unsupported("this form of ORDER BY", key)
        descends, nulls_first = sort_direction(key)
        tree = _sorted(key.this, columns, scope, context, only_outputs=only_outputs)
        if isinstance(tree, exp.Literal) and projections:
            place = int(tree.name) - 1
            if t.is_kind(columns[place].type, "jsonb"):
                tree = call("pg_jsonb_key", projections[place].this.copy())
        keys.append(exp.Ordered(this=tree, desc=descends, nulls_first=nulls_first))
    return exp.Order(expressions=keys)


def _sorted(node: exp.Expr, columns: Columns, scope: Scope, context: Context, *, only_outputs: bool) -> exp.Expr:
    place = _ordinal(node, columns, "ORDER BY")
    if place is None:
        place = _output(node, columns, "ORDER BY")
    if place is not None:
        return t.number(place)
    if only_outputs:
        raise unsupported("an expression in ORDER BY of a set operation", node, hint="Name a column of the result.")
    return ordered_tree(settle(context.expression(node, scope, context), context))


def distinct_on(
    node: exp.Expr, columns: Columns, projections: list[exp.Expr], scope: Scope, context: Context
) -> exp.Distinct:
    on = node.args.get("on")
    if on is None:
        return exp.Distinct()
    keys: list[exp.Expr] = []
    for key in on.expressions if isinstance(on, exp.Tuple) else [on.unnest()]:
        place = _ordinal(key, columns, "DISTINCT ON") or _output(key, columns, "DISTINCT ON")
        if place is not None:
            keys.append(projections[place - 1].this.copy())
        else:
            keys.append(settle(context.expression(key, scope, context), context).tree)
    return exp.Distinct(on=exp.Tuple(expressions=keys))


def check_distinct(tree: exp.Select, projections: list[exp.Expr], where: int | None) -> None:
    """42P10 where DISTINCT leaves open which row an ORDER BY term would be taken from."""
    distinct, order = tree.args.get("distinct"), tree.args.get("order")
    if distinct is None or order is None:
        return
    on = distinct.args.get("on")
    shown = [bare(projection.this) for projection in projections]
    keys = [shown[int(key.this.name) - 1] if is_place(key.this) else bare(key.this) for key in order.expressions]
    if on is None:
        if any(key not in shown for key in keys):
            raise InvalidColumnReference(
                "for SELECT DISTINCT, ORDER BY expressions must appear in select list", position=where
            )
        return
    wanted = [bare(key) for key in on.expressions]
    first = keys[: len(set(wanted))]
    if set(first) - set(wanted) or (len(keys) >= len(set(wanted)) and set(wanted) - set(first)):
        raise InvalidColumnReference(
            "SELECT DISTINCT ON expressions must match initial ORDER BY expressions", position=where
        )


def is_place(tree: exp.Expr) -> bool:
    """Whether a term is the number of an output column."""
    return isinstance(tree, exp.Literal) and not tree.is_string


def bare(tree: exp.Expr) -> exp.Expr:
    """The expression without the parentheses around it."""
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return tree


# --- LIMIT --------------------------------------------------------------------------------------------------


def bind_limits(node: exp.Expr, tree: exp.Expr, scope: Scope, context: Context) -> None:
    limit = node.args.get("limit")
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        if options is not None and options.args.get("percent"):
            raise unsupported("FETCH ... PERCENT", node)
        count = _count(limit.args.get("count") or exp.Literal.number(1), scope, context)
        if options is not None and options.args.get("with_ties"):
            _limit_with_ties(node, tree, count, scope, context)
        else:
            tree.set("limit", exp.Limit(expression=count))
    elif limit is not None and not limit.is_limit_all:
        if limit.args.get("limit_options") or limit.args.get("expressions"):
            raise unsupported("this form of LIMIT", node)
        tree.set("limit", exp.Limit(expression=_count(limit.expression, scope, context)))
    if node.args.get("offset") is not None:
        tree.set("offset", exp.Offset(expression=_count(node.args["offset"].expression, scope, context)))


def _limit_with_ties(node: exp.Expr, tree: exp.Expr, count: exp.Expr, scope: Scope, context: Context) -> None:
    """As many rows, and all that are equal to the last of them: those whose rank is within the number."""
    order = tree.args.get("order")
    if order is None:
        raise InvalidSyntax("WITH TIES cannot be specified without ORDER BY clause", position=position(node))
    if not isinstance(tree, exp.Select) or tree.args.get("distinct") is not None:
        raise unsupported("FETCH ... WITH TIES of a set operation or of DISTINCT", node)
    keys = []
    for key in order.expressions:
        value = tree.expressions[int(key.this.name) - 1].unalias() if is_place(key.this) else key.this
        keys.append(exp.Ordered(this=value.copy(), desc=key.args["desc"], nulls_first=key.args["nulls_first"]))
    rank = exp.Window(this=call("rank"), order=exp.Order(expressions=keys), over="OVER")
    most = count
    if node.args.get("offset") is not None:
        most = exp.Add(this=count, expression=_count(node.args["offset"].expression, scope, context))
    tree.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=most)))


def _count(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    return coerce(context.expression(node, Scope(), context), t.INT8, context).tree
