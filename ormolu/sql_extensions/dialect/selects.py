"""Queries: SELECT, set operations, and what is in parentheses."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.errors import InvalidColumnReference, InvalidSyntax, UndefinedTable
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import settle
from ormolu.sql_extensions.dialect.combined_queries import combine
from ormolu.sql_extensions.dialect.context import BoundSelect, Context, OutputColumn
from ormolu.sql_extensions.dialect.digits import (
    beside_groups,
    digits_of_groups,
    one_of_each,
    without_digits,
)
from ormolu.sql_extensions.dialect.logic import condition
from ormolu.sql_extensions.dialect.names import column_name, unique_in
from ormolu.sql_extensions.dialect.ordering import (
    bare,
    bind_group,
    bind_limits,
    bind_order,
    check_distinct,
    distinct_on,
    is_place,
)
from ormolu.sql_extensions.dialect.reading import identifier, position, unsupported
from ormolu.sql_extensions.dialect.relations import bind_from
from ormolu.sql_extensions.dialect.scopes import Scope, ScopeColumn, quoted
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.dialect.value_lists import bind_values
from ormolu.sql_extensions.dialect.with_queries import bind_with

_SELECT_PARTS = frozenset(
    {
        "with_",
        "expressions",
        "distinct",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "windows",
        "order",
        "limit",
        "offset",
    }
)
_SET_PARTS = frozenset({"with_", "this", "expression", "distinct", "order", "limit", "offset"})


def bind_query_tree(node: exp.Expr, scope: Scope, context: Context) -> BoundSelect:
    """Bind any query; `scope` is what it sees around itself."""
    match node:
        case exp.Select():
            return _select(node, scope, context)
        case exp.SetOperation():
            return _set_operation(node, scope, context)
        case exp.Values():
            return _sorted_values(node, scope, context)
        case exp.Subquery():
            return _parenthesised(node, scope, context)
        case _:
            raise unsupported(f"{type(node).__name__} as a query", node)


def _check_parts(node: exp.Expr, allowed: frozenset[str]) -> None:
    for name, value in node.args.items():
        if not value or name in allowed:
            continue
        match name:
            case "locks":
                raise unsupported("SELECT FOR UPDATE/SHARE", node, hint="A query reads one consistent snapshot.")
            case "into":
                raise unsupported("SELECT INTO", node, hint="CREATE SILVER TABLE or CREATE GOLD TABLE ... AS SELECT.")
            case _:
                raise unsupported(f"{name.strip('_').upper()} in a query", node)


# --- SELECT -------------------------------------------------------------------------------------------------


def _select(node: exp.Select, outer: Scope, context: Context) -> BoundSelect:
    _check_parts(node, _SELECT_PARTS)
    scope = Scope(parent=outer)
    with_tree = bind_with(node, scope, context)
    source, joins = bind_from(node, scope, context)
    scope.windows = {identifier(window.this): window for window in node.args.get("windows") or []}
    where = node.args.get("where")
    bound_where = exp.Where(this=condition(where.this, scope, context, "WHERE")) if where is not None else None
    columns, projections, digits = _projections(node, scope, context)
    having = node.args.get("having")
    tree = exp.Select(
        expressions=projections,
        from_=source,
        joins=joins,
        where=bound_where,
        group=bind_group(node, columns, scope, context),
        having=exp.Having(this=condition(having.this, scope, context, "HAVING")) if having is not None else None,
        with_=with_tree,
    )
    if node.args.get("distinct") is not None:
        tree.set("distinct", distinct_on(node.args["distinct"], columns, projections, scope, context))
    tree.set("order", bind_order(node, columns, scope, context, projections=projections))
    check_distinct(tree, projections, position(node))
    bind_limits(node, tree, scope, context)
    shown = _show_digits(tree, columns, digits, context)
    is_distinct = tree.args.get("distinct") is not None and tree.args["distinct"].args.get("on") is None
    if is_distinct and any(column.digits is not None for column in shown):
        return _distinct_rows(tree, shown, projections, context)
    return BoundSelect(tree, shown)


def _show_digits(
    tree: exp.Select, columns: tuple[OutputColumn, ...], digits: list[exp.Expr | None], context: Context
) -> tuple[OutputColumn, ...]:
    """Add what is shown behind the columns; where that would make other rows, the columns go without."""
    shown: list[OutputColumn] = []
    for column, written, projection in zip(columns, digits, tuple(tree.expressions), strict=True):
        if written is None:
            text = None
        elif context.shows_digits:
            text = beside_groups(written, tree)
        else:
            text = digits_of_groups(written, projection.this, tree) if context.shows_digits_of_groups else None
        if text is None:
            shown.append(replace(column, digits=None))
            continue
        assert column.digits is not None
        tree.append("expressions", exp.alias_(text, quoted(column.digits)))
        shown.append(column)
    return tuple(shown)


def _distinct_rows(
    tree: exp.Select, columns: tuple[OutputColumn, ...], projections: list[exp.Expr], context: Context
) -> BoundSelect:
    """SELECT DISTINCT with the digits of some columns, which are no part of what is told apart."""
    places = [bare(projection.this) for projection in projections]
    order = tree.args.get("order")
    keys = []
    for key in order.expressions if order is not None else ():
        place = int(key.this.name) if is_place(key.this) else places.index(bare(key.this)) + 1
        keys.append(exp.Ordered(this=t.number(place), desc=key.args["desc"], nulls_first=key.args["nulls_first"]))
    outer = {part: tree.args.get(part) for part in ("limit", "offset")}
    for part in ("distinct", "order", "limit", "offset"):
        tree.set(part, None)
    bound = one_of_each(BoundSelect(tree, columns), context)
    bound.tree.set("order", exp.Order(expressions=keys) if keys else None)
    for part, value in outer.items():
        bound.tree.set(part, value)
    return bound


def _projections(
    node: exp.Select, scope: Scope, context: Context
) -> tuple[tuple[OutputColumn, ...], list[exp.Expr], list[exp.Expr | None]]:
    columns: list[OutputColumn] = []
    trees: list[exp.Expr] = []
    digits: list[exp.Expr | None] = []
    taken: set[str] = set()
    for item in node.expressions:
        for name, bound in _items(item, scope, context):
            settled = settle(bound, context)
            engine_name = unique_in(taken, name)
            columns.append(
                OutputColumn(name, engine_name, settled.type, is_open=bound.is_open, has_modifiers=bound.has_modifiers)
            )
            trees.append(exp.alias_(settled.tree, quoted(engine_name)))
            digits.append(settled.digits)
    if not trees:
        raise unsupported("a SELECT without columns", node)
    return _with_digits(node, columns, digits, taken), trees, digits


def _with_digits(
    node: exp.Select, columns: list[OutputColumn], digits: list[exp.Expr | None], taken: set[str]
) -> tuple[OutputColumn, ...]:
    """The columns whose digits vary, with the names that those will have."""
    return tuple(
        column if tree is None else replace(column, digits=unique_in(taken, f"{column.engine_name} digits"))
        for column, tree in zip(columns, digits, strict=True)
    )


def _items(item: exp.Expr, scope: Scope, context: Context) -> list[tuple[str, Bound]]:
    """One term of the select list: a star is many columns."""
    match item:
        case exp.Star():
            return [(column.name, column.bound()) for column in _starred(item, scope)]
        case exp.Column() if isinstance(item.this, exp.Star):
            table = identifier(item.args["table"])
            schema = identifier(item.args["db"]) if item.args.get("db") else None
            relation = scope.find_relation(table, schema)
            if relation is None:
                raise UndefinedTable(f'missing FROM-clause entry for table "{table}"', position=position(item))
            shown = [column for column in relation.columns if not column.is_hidden]
            return [(column.name, column.bound()) for column in _without(item.this, shown)]
        case exp.Alias():
            return [(identifier(item.args["alias"]), context.expression(item.this, scope, context))]
        case _:
            return [(column_name(item), context.expression(item, scope, context))]


def _starred(star: exp.Expr, scope: Scope) -> list[ScopeColumn]:
    if not scope.relations:
        raise InvalidSyntax("SELECT * with no tables specified is not valid", position=position(star))
    merged = list(scope.merged.values())
    shown = [
        column
        for relation in scope.relations
        for column in relation.columns
        if not column.is_hidden and column.name not in scope.merged
    ]
    return _without(star, [*merged, *shown])


def _without(star: exp.Expr, columns: list[ScopeColumn]) -> list[ScopeColumn]:
    """`* EXCLUDE (c)`; the other extensions of a star are refused."""
    if star.args.get("replace") or star.args.get("rename") or star.args.get("ilike"):
        raise unsupported("this form of *", star)
    excluded = {
        identifier(column.this if isinstance(column, exp.Column) else column)
        for column in star.args.get("except_") or []
    }
    missing = excluded - {column.name for column in columns}
    if missing:
        raise InvalidColumnReference(
            f'column "{sorted(missing)[0]}" in EXCLUDE does not exist', position=position(star)
        )
    return [column for column in columns if column.name not in excluded]


# --- set operations, parentheses ----------------------------------------------------------------------------


def _set_operation(node: exp.SetOperation, outer: Scope, context: Context) -> BoundSelect:
    _check_parts(node, _SET_PARTS)
    scope = Scope(parent=outer)
    with_tree = bind_with(node, scope, context)
    left = bind_query_tree(node.left, scope, context)
    right = bind_query_tree(node.right, scope, context)
    if not isinstance(node, exp.Union) or not context.shows_digits:
        # What is compared is the value: its digits would make rows that differ.
        left, right = without_digits(left, context), without_digits(right, context)
    bound = combine(node, left, right, scope, context)
    if node.args.get("distinct") and any(column.digits is not None for column in bound.columns):
        bound.tree.set("distinct", False)
        bound = one_of_each(bound, context)
    tree = bound.tree
    tree.set("with_", with_tree)
    tree.set("order", bind_order(node, bound.columns, scope, context, only_outputs=True))
    bind_limits(node, tree, scope, context)
    return bound


def _sorted_values(node: exp.Values, outer: Scope, context: Context) -> BoundSelect:
    """`VALUES (2), (1) ORDER BY 1`."""
    _check_parts(node, frozenset({"expressions", "alias", "order", "limit", "offset"}))
    return _limited(node, bind_values(node, outer, context), None, Scope(parent=outer), context)


def _parenthesised(node: exp.Subquery, outer: Scope, context: Context) -> BoundSelect:
    """`(SELECT ...) ORDER BY 1`: what follows the parenthesis belongs to the whole."""
    scope = Scope(parent=outer)
    with_tree = bind_with(node, scope, context)
    return _limited(node, bind_query_tree(node.this, scope, context), with_tree, scope, context)


def _limited(
    node: exp.Expr, bound: BoundSelect, with_tree: exp.With | None, scope: Scope, context: Context
) -> BoundSelect:
    if with_tree is None and not any(node.args.get(part) for part in ("order", "limit", "offset")):
        return bound
    name = context.unique_name("q")
    columns = [exp.column(quoted(column), table=quoted(name)) for column in bound.engine_names]
    inner = exp.Subquery(this=bound.tree, alias=exp.TableAlias(this=quoted(name)))
    tree = exp.Select(expressions=columns, from_=exp.From(this=inner), with_=with_tree)
    tree.set("order", bind_order(node, bound.columns, scope, context, only_outputs=True))
    bind_limits(node, tree, scope, context)
    return BoundSelect(tree, bound.columns)
