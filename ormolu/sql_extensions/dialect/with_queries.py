"""WITH, and WITH RECURSIVE."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.errors import DuplicateAlias, InvalidColumnReference
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.combined_queries import check_recursive, combine
from ormolu.sql_extensions.dialect.context import BoundSelect, Context
from ormolu.sql_extensions.dialect.digits import without_digits
from ormolu.sql_extensions.dialect.names import unique_in
from ormolu.sql_extensions.dialect.reading import identifier, position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope, WithQuery, quoted
from ormolu.sql_extensions.dialect.types import engine_cast
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType


def bind_with(node: exp.Expr, scope: Scope, context: Context) -> exp.With | None:
    clause = node.args.get("with_")
    if clause is None:
        return None
    if clause.args.get("search"):
        raise unsupported("SEARCH and CYCLE", node)
    trees = [
        _with_query(each, scope, context, is_recursive=bool(clause.args.get("recursive")))
        for each in clause.expressions
    ]
    return exp.With(expressions=trees, recursive=bool(clause.args.get("recursive")))


def _with_query(cte: exp.CTE, scope: Scope, context: Context, *, is_recursive: bool) -> exp.CTE:
    alias = cte.args["alias"]
    name = identifier(alias.this)
    names = [identifier(column) for column in alias.args.get("columns") or []]
    if name in scope.with_queries:
        raise DuplicateAlias(f'WITH query name "{name}" specified more than once', position=position(cte))
    engine_name = context.unique_name(f"with_{name}")
    query = cte.this
    if is_recursive and isinstance(query, exp.Union):
        bound = _recursive(query, engine_name, name, names, scope, context)
    else:
        bound = context.query(query, scope, context)
    bound = _renamed(bound, names)
    scope.with_queries[name] = _as_with_query(engine_name, bound)
    return exp.CTE(
        this=bound.tree,
        alias=exp.TableAlias(
            this=quoted(engine_name),
            columns=[quoted(name) for name in bound.engine_names],
        ),
        materialized=cte.args.get("materialized"),
    )


def _recursive(  # noqa: PLR0917
    query: exp.Union, engine_name: str, name: str, names: list[str], scope: Scope, context: Context
) -> BoundSelect:
    """WITH RECURSIVE: its numerics have the places of quotients where the second term has others than the first."""
    first = without_digits(context.query(query.left, scope, context), context)

    def term(start: BoundSelect) -> BoundSelect:
        scope.with_queries[name] = _as_with_query(engine_name, _renamed(start, names))
        return context.query(query.right, scope, context)

    has_digits = context.shows_digits and not query.args.get("distinct")
    started, then = first, term(first)
    check_recursive(first, combine(query, first, without_digits(then, context), scope, context).columns)
    # What one column becomes may change what another is computed from it.
    for _ in range(2 * len(first.columns)):
        held = [_held(one.type, other.type) for one, other in zip(started.columns, then.columns, strict=True)]
        if held == [column.type for column in started.columns]:
            break
        started = _in_places(first, held, context, has_digits=has_digits)
        then = term(started)
    return combine(query, started, then if has_digits else without_digits(then, context), scope, context,
                    is_recursive=True)  # fmt: skip


def _held(type: DataType | None, then: DataType | None) -> DataType | None:
    """What holds a column's numerics, those of the first term and those computed from them."""
    if type is None or then is None or not (t.is_kind(type, "numeric") and t.is_kind(then, "numeric")):
        return type
    (_, scale), (_, next_scale) = t.precision_and_scale(type), t.precision_and_scale(then)
    if type == t.QUOTIENT or next_scale > scale:
        return t.QUOTIENT
    return type if t.meet(type, then) == type else t.numeric(NUMERIC_PRECISION_MAX, scale)


def _in_places(bound: BoundSelect, held: list[DataType | None], context: Context, *, has_digits: bool) -> BoundSelect:
    """The columns as they are held, those of quotients with their digits beside them."""
    name = context.unique_name("first")
    taken = {column.engine_name.lower() for column in bound.columns}
    trees, shown, columns = [], [], []
    for column, type in zip(bound.columns, held, strict=True):
        tree = exp.column(quoted(column.engine_name), table=quoted(name))
        digits = None
        if has_digits and type == t.QUOTIENT and column.type != type:
            digits = unique_in(taken, f"{column.engine_name} digits")
            shown.append(exp.alias_(engine_cast(tree.copy(), "VARCHAR"), quoted(digits)))
        is_changed = type is not None and type != column.type
        value = engine_cast(tree, type) if type is not None and is_changed else tree
        trees.append(exp.alias_(value, quoted(column.engine_name)))
        columns.append(replace(column, type=type, digits=digits))
    inner = exp.Subquery(this=bound.tree, alias=exp.TableAlias(this=quoted(name)))
    return BoundSelect(exp.Select(expressions=[*trees, *shown], from_=exp.From(this=inner)), tuple(columns))


def _renamed(bound: BoundSelect, names: list[str]) -> BoundSelect:
    if len(names) > len(bound.columns):
        raise InvalidColumnReference(
            f"WITH query has {len(bound.columns)} columns available but {len(names)} columns specified"
        )
    columns = tuple(
        replace(column, name=names[index]) if index < len(names) else column
        for index, column in enumerate(bound.columns)
    )
    return BoundSelect(bound.tree, columns)


def _as_with_query(engine_name: str, bound: BoundSelect) -> WithQuery:
    return WithQuery(
        engine_name, tuple((c.name, c.engine_name, c.type, c.has_modifiers, c.digits) for c in bound.columns)
    )
