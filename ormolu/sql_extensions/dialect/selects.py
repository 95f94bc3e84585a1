"""Queries: SELECT, set operations, VALUES and WITH."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.errors import DatatypeMismatch, DuplicateAlias, InvalidColumnReference, InvalidSyntax, UndefinedTable
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle
from ormolu.sql_extensions.dialect.context import BoundSelect, Context, OutputColumn
from ormolu.sql_extensions.dialect.digits import (
    beside_groups,
    branch_digits,
    digits_of_groups,
    digits_type,
    one_of_each,
    vary,
    without_digits,
)
from ormolu.sql_extensions.dialect.logic import condition
from ormolu.sql_extensions.dialect.names import column_name
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
from ormolu.sql_extensions.dialect.scopes import Scope, ScopeColumn, WithQuery, quoted
from ormolu.sql_extensions.dialect.types import Bound, engine_cast
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType

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
    with_tree = _with(node, scope, context)
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
            engine_name = _unique(name, taken)
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
        column if tree is None else replace(column, digits=_unique(f"{column.engine_name} digits", taken))
        for column, tree in zip(columns, digits, strict=True)
    )


def _unique(name: str, taken: set[str]) -> str:
    """The engine compares names without case and wants each once."""
    candidate, number = name, 1
    while candidate.lower() in taken:
        candidate, number = f"{name}_{number}", number + 1
    taken.add(candidate.lower())
    return candidate


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


# --- WITH ---------------------------------------------------------------------------------------------------


def _with(node: exp.Expr, scope: Scope, context: Context) -> exp.With | None:
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
        bound = bind_query_tree(query, scope, context)
    bound = _renamed(bound, names)
    scope.with_queries[name] = _as_with_query(engine_name, bound)
    return exp.CTE(
        this=bound.tree,
        alias=exp.TableAlias(
            this=quoted(engine_name),
            columns=[quoted(name) for name in (*_engine_names(bound), *_digit_names(bound))],
        ),
        materialized=cte.args.get("materialized"),
    )


def _recursive(  # noqa: PLR0917
    query: exp.Union, engine_name: str, name: str, names: list[str], scope: Scope, context: Context
) -> BoundSelect:
    """WITH RECURSIVE: its numerics have the places of quotients where the second term has others than the first."""
    first = without_digits(bind_query_tree(query.left, scope, context), context)

    def term(start: BoundSelect) -> BoundSelect:
        scope.with_queries[name] = _as_with_query(engine_name, _renamed(start, names))
        return bind_query_tree(query.right, scope, context)

    has_digits = context.shows_digits and not query.args.get("distinct")
    started, then = first, term(first)
    _check_recursive(first, _combine(query, first, without_digits(then, context), scope, context).columns)
    # What one column becomes may change what another is computed from it.
    for _ in range(2 * len(first.columns)):
        held = [_held(one.type, other.type) for one, other in zip(started.columns, then.columns, strict=True)]
        if held == [column.type for column in started.columns]:
            break
        started = _in_places(first, held, context, has_digits=has_digits)
        then = term(started)
    return _combine(query, started, then if has_digits else without_digits(then, context), scope, context,
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
            digits = _unique(f"{column.engine_name} digits", taken)
            shown.append(exp.alias_(engine_cast(tree.copy(), "VARCHAR"), quoted(digits)))
        is_changed = type is not None and type != column.type
        value = engine_cast(tree, type) if type is not None and is_changed else tree
        trees.append(exp.alias_(value, quoted(column.engine_name)))
        columns.append(replace(column, type=type, digits=digits))
    inner = exp.Subquery(this=bound.tree, alias=exp.TableAlias(this=quoted(name)))
    return BoundSelect(exp.Select(expressions=[*trees, *shown], from_=exp.From(this=inner)), tuple(columns))


def _engine_names(bound: BoundSelect) -> list[str]:
    return [column.engine_name for column in bound.columns]


def _digit_names(bound: BoundSelect) -> list[str]:
    return [column.digits for column in bound.columns if column.digits is not None]


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


# --- set operations, VALUES, parentheses --------------------------------------------------------------------


def _set_operation(node: exp.SetOperation, outer: Scope, context: Context) -> BoundSelect:
    _check_parts(node, _SET_PARTS)
    scope = Scope(parent=outer)
    with_tree = _with(node, scope, context)
    left = bind_query_tree(node.left, scope, context)
    right = bind_query_tree(node.right, scope, context)
    if not isinstance(node, exp.Union) or not context.shows_digits:
        # What is compared is the value: its digits would make rows that differ.
        left, right = without_digits(left, context), without_digits(right, context)
    bound = _combine(node, left, right, scope, context)
    if node.args.get("distinct") and any(column.digits is not None for column in bound.columns):
        bound.tree.set("distinct", False)
        bound = one_of_each(bound, context)
    tree = bound.tree
    tree.set("with_", with_tree)
    tree.set("order", bind_order(node, bound.columns, scope, context, only_outputs=True))
    bind_limits(node, tree, scope, context)
    return bound


def _combine(
    node: exp.SetOperation,
    left: BoundSelect,
    right: BoundSelect,
    scope: Scope,
    context: Context,
    *,
    is_recursive: bool = False,
) -> BoundSelect:
    word = type(node).__name__.upper()
    if len(left.columns) != len(right.columns):
        raise InvalidSyntax(f"each {word} query must have the same number of columns", position=position(node))
    columns = tuple(_common_column(word, one, other) for one, other in zip(left.columns, right.columns, strict=True))
    if isinstance(node, exp.Union) and context.shows_digits and not (is_recursive and node.args.get("distinct")):
        columns = _varying(columns, left, right)
    sides = [_in_types(side, columns, context) for side in (left, right)]
    if is_recursive:
        _check_recursive(left, columns)
    tree = type(node)(
        this=sides[0] if is_recursive else exp.Subquery(this=sides[0]),
        expression=sides[1] if is_recursive else exp.Subquery(this=sides[1]),
        distinct=node.args.get("distinct"),
    )
    return BoundSelect(tree, columns)


def _varying(columns: tuple[OutputColumn, ...], left: BoundSelect, right: BoundSelect) -> tuple[OutputColumn, ...]:
    """The columns of UNION ALL, with digits where those of the two sides differ."""
    taken = {column.engine_name.lower() for column in columns}
    shown: list[OutputColumn] = []
    for column, one, other in zip(columns, left.columns, right.columns, strict=True):
        sides = [
            Bound(exp.column(quoted(side.engine_name)), side.type, digits=exp.null() if side.digits else None)
            for side in (one, other)
            if not side.is_open
        ]
        varies = vary(column.type, sides)
        shown.append(replace(column, digits=_unique(f"{column.engine_name} digits", taken) if varies else None))
    return tuple(shown)


def _check_recursive(first: BoundSelect, columns: tuple[OutputColumn, ...]) -> None:
    """A recursive query has the types of its first term."""
    for index, (one, whole) in enumerate(zip(first.columns, columns, strict=True), start=1):
        if one.type is None or whole.type is None:
            continue
        loses_modifiers = one.has_modifiers and not whole.has_modifiers and bool(one.type.modifiers)
        if one.type.scalar != whole.type.scalar or loses_modifiers:
            raise DatatypeMismatch(
                f"recursive query column {index} has type {one.shown_type} in non-recursive term"
                f" but type {whole.shown_type} overall",
                hint="Cast the output of the non-recursive term to the correct type.",
            )


def _common_column(word: str, one: OutputColumn, other: OutputColumn) -> OutputColumn:
    if one.is_open and other.is_open:
        return one
    if one.is_open or other.is_open:
        return replace(one, type=other.type if one.is_open else one.type, is_open=False)
    if one.type is None or other.type is None:
        return replace(one, type=None)
    common = t.common_type(one.type, other.type)
    if common is None:
        raise DatatypeMismatch(f"{word} types {one.type} and {other.type} cannot be matched")
    return replace(one, type=common, has_modifiers=one.type == other.type and one.has_modifiers)


def _in_types(side: BoundSelect, columns: tuple[OutputColumn, ...], context: Context) -> exp.Query:
    """A side with its columns in the common types."""
    wanted = [column.type for column in columns]
    shown = [pair for pair in zip(columns, side.columns, strict=True) if pair[0].digits is not None]
    if not shown and all(
        type is None or type == column.type for type, column in zip(wanted, side.columns, strict=True)
    ):
        return side.tree
    name = context.unique_name("side")
    trees = [
        exp.alias_(_converted(column, type, name), quoted(column.engine_name))
        for column, type in zip(side.columns, wanted, strict=True)
    ]
    for column, own in shown:
        text = exp.column(quoted(own.digits or own.engine_name), table=quoted(name))
        trees.append(exp.alias_(engine_cast(text, digits_type(column.type)), quoted(column.digits or "")))
    inner = exp.Subquery(this=side.tree, alias=exp.TableAlias(this=quoted(name)))
    return exp.Select(expressions=trees, from_=exp.From(this=inner))


def _converted(column: OutputColumn, type: DataType | None, table: str) -> exp.Expr:
    tree = exp.column(quoted(column.engine_name), table=quoted(table))
    if type is None or type == column.type:
        return tree
    if t.is_kind(column.type, "bpchar") and not t.is_kind(type, "bpchar"):
        return t.call("rtrim", tree)
    return engine_cast(tree, type)


def _values(node: exp.Values, scope: Scope, context: Context) -> BoundSelect:
    rows = [list(row.expressions) if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    if len({len(row) for row in rows}) != 1:
        raise InvalidSyntax("VALUES lists must all be the same length", position=position(node))
    bounds = [[context.expression(value, scope, context) for value in row] for row in rows]
    types = [t.meet_all([row[index] for row in bounds], "VALUES") for index in range(len(rows[0]))]
    varying = [
        index for index, type in enumerate(types) if context.shows_digits and vary(type, [row[index] for row in bounds])
    ]
    tuples = []
    for row in bounds:
        converted = [coerce(value, type, context) for value, type in zip(row, types, strict=True)]
        shown = [branch_digits(row[index], converted[index]) for index in varying]
        tuples.append(exp.Tuple(expressions=[*(value.tree for value in converted), *shown]))
    names = [f"column{index + 1}" for index in range(len(types))]
    digits = {f"column{index + 1}": f"column{index + 1} digits" for index in varying}
    table = context.unique_name("values")
    alias = exp.TableAlias(this=quoted(table), columns=[quoted(name) for name in (*names, *digits.values())])
    trees: list[exp.Expr] = []
    for name, type in zip(names, types, strict=True):
        column: exp.Expr = exp.column(quoted(name), table=quoted(table))
        trees.append(exp.alias_(column if type is None else engine_cast(column, type), quoted(name)))
    for index, name in zip(varying, digits.values(), strict=True):
        shown_column = engine_cast(exp.column(quoted(name), table=quoted(table)), digits_type(types[index]))
        trees.append(exp.alias_(shown_column, quoted(name)))
    tree = exp.Select(expressions=trees, from_=exp.From(this=exp.Values(expressions=tuples, alias=alias)))
    columns = tuple(
        OutputColumn(name, name, type, digits=digits.get(name)) for name, type in zip(names, types, strict=True)
    )
    return BoundSelect(tree, columns)


def _sorted_values(node: exp.Values, outer: Scope, context: Context) -> BoundSelect:
    """`VALUES (2), (1) ORDER BY 1`."""
    _check_parts(node, frozenset({"expressions", "alias", "order", "limit", "offset"}))
    return _limited(node, _values(node, outer, context), None, Scope(parent=outer), context)


def _parenthesised(node: exp.Subquery, outer: Scope, context: Context) -> BoundSelect:
    """`(SELECT ...) ORDER BY 1`: what follows the parenthesis belongs to the whole."""
    scope = Scope(parent=outer)
    with_tree = _with(node, scope, context)
    return _limited(node, bind_query_tree(node.this, scope, context), with_tree, scope, context)


def _limited(
    node: exp.Expr, bound: BoundSelect, with_tree: exp.With | None, scope: Scope, context: Context
) -> BoundSelect:
    if with_tree is None and not any(node.args.get(part) for part in ("order", "limit", "offset")):
        return bound
    name = context.unique_name("q")
    names = (*_engine_names(bound), *_digit_names(bound))
    columns = [exp.column(quoted(column), table=quoted(name)) for column in names]
    inner = exp.Subquery(this=bound.tree, alias=exp.TableAlias(this=quoted(name)))
    tree = exp.Select(expressions=columns, from_=exp.From(this=inner), with_=with_tree)
    tree.set("order", bind_order(node, bound.columns, scope, context, only_outputs=True))
    bind_limits(node, tree, scope, context)
    return BoundSelect(tree, bound.columns)
