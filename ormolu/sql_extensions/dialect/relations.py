"""FROM: relations of the catalog, WITH queries, subqueries, VALUES, set-returning functions, and their joins."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.errors import (
    AmbiguousColumn,
    DuplicateObject,
    FeatureNotSupported,
    InvalidColumnReference,
    InvalidSyntax,
    UndefinedColumn,
    UndefinedTable,
)
from ormolu.sql_extensions.access import trusted
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.calls import gather
from ormolu.sql_extensions.dialect.casts import coerce
from ormolu.sql_extensions.dialect.constants import written_type
from ormolu.sql_extensions.dialect.context import AsOf, BoundSelect, Context
from ormolu.sql_extensions.dialect.past_names import with_past_names
from ormolu.sql_extensions.dialect.reading import called_name, identifier, position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope, ScopeColumn, ScopeRelation, nearest, quoted
from ormolu.sql_extensions.dialect.types import engine_cast
from ormolu.sql_extensions.functions import json_sets
from ormolu.sql_extensions.functions.allowed import FUNCTIONS
from ormolu.sql_extensions.functions.call import FunctionCall
from ormolu.sql_extensions.functions.sets import ROWS, RowSource, row_source
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import DataType

VERSION_MAX = 2**63 - 1

# name, engine's name, type, is hidden, has modifiers, the engine's name of its digits
Columns = list[tuple[str, str, DataType | None, bool, bool, str | None]]


def bind_from(select: exp.Select, scope: Scope, context: Context) -> tuple[exp.From | None, list[exp.Join]]:
    """Bind FROM and its joins, putting each relation into the scope as it becomes visible."""
    source = select.args.get("from_")
    if source is None:
        return None, []
    first = bind_item(source.this, scope, context)
    joins = [_join(join, scope, context) for join in _joins(source.this)]
    joins += [_join(join, scope, context) for join in select.args.get("joins") or []]
    return exp.From(this=first), joins


def _joins(item: exp.Expr) -> list[exp.Join]:
    return list(item.args.get("joins") or [])


def bind_item(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    """One item of FROM."""
    for refused in ("pivots", "sample", "hints", "partition", "changes", "when", "rows_from"):
        if node.args.get(refused):
            raise unsupported(f"{refused.rstrip('s').upper()} in FROM", node)
    match node:
        case exp.Table() if isinstance(node.this, exp.Anonymous | exp.Dot):
            return _function(node, node.this, scope, context)
        case exp.Table():
            return _table(node, scope, context)
        case exp.Lateral():
            return _lateral(node, scope, context)
        case exp.Unnest():
            return _unnest(node, scope, context)
        case exp.Values():
            return _query(node, node, _outside(scope), scope, context)
        case exp.Subquery() if isinstance(node.this, exp.Query):
            return _query(node, node, _outside(scope), scope, context)
        case exp.Subquery() | exp.Paren() if not node.args.get("alias"):
            return _nested(node, scope, context)
        case exp.Subquery():
            return _named_join(node, scope, context)
        case _:
            raise unsupported(f"{type(node).__name__} in FROM", node)


def _nested(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    """`(a JOIN b ON ...)` as one side of a join."""
    first = bind_item(node.this, scope, context)
    first.set("joins", [_join(join, scope, context) for join in _joins(node.this)])
    return exp.Paren(this=first)


def _named_join(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    """`(a JOIN b ON ...) AS j`: all its columns under one name, as of a subquery."""
    inner = exp.Select(expressions=[exp.Star()], from_=exp.From(this=node.this.copy()))
    return _query(node, inner, _outside(scope), scope, context)


def _outside(scope: Scope) -> Scope:
    """What a subquery without LATERAL sees: everything but the relations beside it."""
    return Scope(parent=scope.parent, with_queries=scope.with_queries)


# --- relations of the catalog -------------------------------------------------------------------------------


def _table(node: exp.Table, scope: Scope, context: Context) -> exp.Expr:
    if not isinstance(node.this, exp.Identifier):
        raise unsupported(f"{type(node.this).__name__} in FROM", node)
    name = identifier(node.this)
    if not node.args.get("db"):
        common = scope.find_with_query(name)
        if common is not None:
            columns: Columns = [(*column[:3], False, *column[3:]) for column in common.columns]
            return _visible(node, exp.Table(this=quoted(common.engine_name)), name, None, columns, scope, context)
    relation = _resolve(node, name, context)
    context.relations.append(relation)
    columns = [(column.name, column.name, column.type, column.is_hidden, True, None) for column in relation.columns]
    source = exp.Subquery(this=trusted(relation.source))
    item = _visible(node, source, name, relation.name.schema, columns, scope, context)
    if relation.aliases or any(column.deprecated_until for column in relation.columns):
        scope.relations[-1] = with_past_names(scope.relations[-1], relation, context)
    return item


def _resolve(node: exp.Table, name: str, context: Context) -> Relation:
    catalog = identifier(node.args["catalog"]) if node.args.get("catalog") else None
    if catalog not in (None, context.session.database):
        raise FeatureNotSupported(
            f"cross-database references are not implemented: {node.sql('postgres')}", position=position(node)
        )
    as_of = as_of_of(node)
    schemas = (identifier(node.args["db"]),) if node.args.get("db") else context.search_path
    for schema in schemas:
        relation = context.resolve(TableName(schema, name), as_of)
        if relation is not None:
            return relation
    shown = f"{schemas[0]}.{name}" if node.args.get("db") else name
    known = [str(one) if node.args.get("db") else one.name for one in context.known_names]
    raise UndefinedTable(f'relation "{shown}" does not exist', hint=nearest(shown, known), position=position(node))


def as_of_of(node: exp.Table) -> AsOf | None:
    """The version or the time that a table is named at; None where it is read as it stands."""
    version = node.args.get("version")
    if version is None:
        return None
    value = version.expression
    if version.args.get("kind") != "AS OF":
        raise unsupported("this form of time travel", node, hint="FOR VERSION AS OF n, or FOR SYSTEM_TIME AS OF '...'.")
    if version.this == "VERSION":
        if isinstance(value, exp.Literal) and value.name.isdigit():
            return AsOf(version=min(int(value.name), VERSION_MAX))  # after the newest comes the newest
        raise unsupported("a version that is not a number", node)
    literal = value.this if isinstance(value, exp.Cast) else value
    if isinstance(literal, exp.Literal) and literal.is_string:
        return AsOf(timestamp=literal.name)
    raise unsupported("a time that is not a constant", node, hint="FOR SYSTEM_TIME AS OF TIMESTAMP '2025-01-01'.")


# --- making an item visible ---------------------------------------------------------------------------------


def _visible(  # noqa: PLR0917
    node: exp.Expr, tree: exp.Expr, name: str, schema: str | None, columns: Columns, scope: Scope, context: Context
) -> exp.Expr:
    """Give the engine's item a name of its own and put what can be seen of it into the scope."""
    alias = node.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.this is not None:
        name, schema = identifier(alias.this), None
    if any(other.name == name and other.schema == schema for other in scope.relations if name):
        raise DuplicateObject(f'table name "{name}" specified more than once', position=position(node))
    renamed = _column_aliases(alias, columns, name)
    engine_name = context.unique_name(name or "q")
    scope.relations.append(
        ScopeRelation(
            name=name,
            schema=schema,
            columns=tuple(
                ScopeColumn(
                    shown,
                    type,
                    exp.column(quoted(inner), table=quoted(engine_name)),
                    is_hidden,
                    has_modifiers,
                    digits=exp.column(quoted(digits), table=quoted(engine_name)) if digits is not None else None,
                )
                for shown, inner, type, is_hidden, has_modifiers, digits in renamed
            ),
        )
    )
    tree.set("alias", exp.TableAlias(this=quoted(engine_name)))
    return tree


def _column_aliases(alias: exp.Expr | None, columns: Columns, name: str) -> Columns:
    given = list(alias.args.get("columns") or []) if isinstance(alias, exp.TableAlias) else []
    if any(isinstance(column, exp.ColumnDef) for column in given):
        raise unsupported("a column definition list", alias)
    shown = [column for column in columns if not column[3]]
    if len(given) > len(shown):
        raise InvalidColumnReference(
            f'table "{name}" has {len(shown)} columns available but {len(given)} columns specified'
        )
    names = {old[1]: identifier(new) for old, new in zip(shown, given, strict=False)}
    return [(names.get(column[1], column[0]), *column[1:]) for column in columns]


def _query(node: exp.Expr, query: exp.Expr, inner: Scope, scope: Scope, context: Context) -> exp.Expr:
    bound = context.query(query, inner, context)
    return _visible(node, exp.Subquery(this=bound.tree), "", None, columns_of(bound), scope, context)


def columns_of(bound: BoundSelect) -> Columns:
    return [(c.name, c.engine_name, c.type, False, c.has_modifiers, c.digits) for c in bound.columns]


# --- LATERAL and functions ----------------------------------------------------------------------------------


def _lateral(node: exp.Lateral, scope: Scope, context: Context) -> exp.Expr:
    if isinstance(node.this, exp.Subquery):
        bound = context.query(node.this, Scope(parent=scope), context)
        return _as_lateral(_visible(node, exp.Subquery(this=bound.tree), "", None, columns_of(bound), scope, context))
    if isinstance(node.this, exp.Unnest):
        unnest = node.this.copy()
        unnest.set("alias", node.args.get("alias"))
        return _unnest(unnest, scope, context)
    return _function(node, node.this, scope, context)


def _as_lateral(item: exp.Expr) -> exp.Expr:
    alias = item.args.pop("alias")
    return exp.Lateral(this=item, alias=alias)


def _function(node: exp.Expr, function: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    schema = function.this.name.lower() if isinstance(function, exp.Dot) else None
    if node.args.get("db"):
        schema = identifier(node.args["db"])
    call_node = function.expression if isinstance(function, exp.Dot) else function
    if not isinstance(call_node, exp.Anonymous):
        raise unsupported("this function in FROM", node)
    name = called_name(call_node)
    if context.resolve_function is not None:
        relation = context.resolve_function(schema, name, call_node.expressions)
        if relation is not None:
            context.relations.append(relation)
            columns: Columns = [
                (column.name, column.name, column.type, column.is_hidden, True, None) for column in relation.columns
            ]
            source = exp.Subquery(this=trusted(relation.source))
            return _visible(node, source, name, None, columns, scope, context)
    called = gather(call_node, scope, context)
    if name in json_sets.MEMBERS and schema in (None, "pg_catalog"):
        sources = [RowSource(tree, column, type) for column, tree, type in json_sets.members(called, context)]
        return _rows(node, sources, name, scope, context)
    if name in json_sets.RECORDS and schema in (None, "pg_catalog"):
        return _records(node, called, scope, context)
    if name in ROWS and schema in (None, "pg_catalog"):
        return _rows(node, [row_source(called, context)], name, scope, context)
    if name in FUNCTIONS and schema in (None, "pg_catalog"):
        value = context.expression(call_node, scope, context)
        rows = RowSource(exp.Array(expressions=[value.tree]), None, value.type)
        return _rows(node, [rows], name, scope, context)
    context.expression(call_node, scope, context)
    raise unsupported(f"{name}() in FROM", node)


def _records(node: exp.Expr, called: FunctionCall, scope: Scope, context: Context) -> exp.Expr:
    """json_to_record() and its like: the columns are what the alias says."""
    alias = node.args.get("alias")
    listed = list(alias.args.get("columns") or []) if isinstance(alias, exp.TableAlias) else []
    if not listed or not all(isinstance(column, exp.ColumnDef) and column.args.get("kind") for column in listed):
        raise InvalidSyntax("a column definition list is required for functions returning \"record\"",
                            position=position(node))  # fmt: skip
    wanted = [(identifier(column.this), written_type(column.args["kind"])) for column in listed]
    tree = json_sets.records(called, wanted, context)
    columns: Columns = [
        (name, f"c{index}", type, False, bool(type.modifiers), None)
        for index, (name, type) in enumerate(wanted, start=1)
    ]
    plain = node.copy()
    plain.set("alias", exp.TableAlias(this=alias.this.copy()) if alias is not None and alias.this else None)
    return _as_lateral(_visible(plain, exp.Subquery(this=tree), called.name, None, columns, scope, context))


def _unnest(node: exp.Unnest, scope: Scope, context: Context) -> exp.Expr:
    sources = []
    for array in node.expressions:
        called = exp.Anonymous(this="unnest", expressions=[array])
        sources.append(row_source(gather(called, scope, context), context))
    return _rows(node, sources, "unnest", scope, context)


def _rows(node: exp.Expr, sources: list[RowSource], name: str, scope: Scope, context: Context) -> exp.Expr:
    """Set-returning functions as a lateral subquery; a lone column takes the alias of the table."""
    alias = node.args.get("alias")
    table = identifier(alias.this) if isinstance(alias, exp.TableAlias) and alias.this is not None else name
    columns: Columns = [
        (source.column or table, f"c{index + 1}", source.type, False, False,
         f"d{index + 1}" if source.digits is not None and context.shows_digits else None)
        for index, source in enumerate(sources)
    ]  # fmt: skip
    offset = node.args.get("offset") or node.args.get("ordinality")
    if offset and len(sources) > 1:
        raise unsupported("WITH ORDINALITY over several arrays", node)
    if offset:
        ordinality = identifier(offset) if isinstance(offset, exp.Identifier) else "ordinality"
        columns.append((ordinality, "n", t.INT8, False, False, None))
    rows = sources[0].rows if len(sources) == 1 else None
    # Rows that are numbered anew for each row of another relation are numbered by their list.
    is_listed = rows is None or (offset and rows.find(exp.Column, exp.Query))
    tree = _listed(sources) if rows is None or is_listed else _streamed(rows, sources[0].type)
    if offset:
        number = exp.Window(this=exp.Anonymous(this="row_number"))
        tree.select(_numbers(sources[0].tree) if is_listed else exp.alias_(number, quoted("n")), copy=False)
    item = _as_lateral(_visible(node, exp.Subquery(this=tree), table, None, columns, scope, context))
    scope.relations[-1] = replace(scope.relations[-1], is_scalar=len(columns) == 1)
    return item


def _listed(sources: list[RowSource]) -> exp.Select:
    lists = [(f"c{index}", source.tree) for index, source in enumerate(sources, start=1)]
    lists += [(f"d{index}", source.digits) for index, source in enumerate(sources, start=1) if source.digits]
    return exp.Select(
        expressions=[exp.alias_(exp.Anonymous(this="unnest", expressions=[tree]), quoted(name)) for name, tree in lists]
    )


def _numbers(listed: exp.Expr) -> exp.Expr:
    length = exp.Anonymous(this="len", expressions=[listed.copy()])
    series = exp.Anonymous(this="generate_series", expressions=[t.number(1), length])
    return exp.alias_(exp.Anonymous(this="unnest", expressions=[series]), quoted("n"))


def _streamed(rows: exp.Expr, type: DataType | None) -> exp.Select:
    """The one column of a table function; it has nothing of PostgreSQL's but its values."""
    value = exp.column(quoted("value"), table=quoted("rows"))
    alias = exp.TableAlias(this=quoted("rows"), columns=[quoted("value")])
    selected = value if type is None else t.engine_cast(value, type)
    return exp.Select(expressions=[exp.alias_(selected, quoted("c1"))]).from_(exp.Table(this=rows, alias=alias))


# --- joins --------------------------------------------------------------------------------------------------


def _join(node: exp.Join, scope: Scope, context: Context) -> exp.Join:
    side, kind = str(node.args.get("side") or ""), str(node.args.get("kind") or "")
    if kind not in ("", "INNER", "OUTER", "CROSS") or node.args.get("method") not in (None, "NATURAL"):
        raise unsupported(f"{kind or node.args.get('method')} JOIN", node)
    before = list(scope.relations)
    merged_before = dict(scope.merged)
    item = bind_item(node.this, scope, context)
    is_nested = len(scope.relations) > len(before) + 1
    if is_nested and (node.args.get("using") or node.args.get("method")):
        raise unsupported("USING with joins in parentheses", node)
    right = scope.relations[-1]
    tree = exp.Join(this=item, side=side or None, kind="CROSS" if kind == "CROSS" else None)
    names = _shared(node, before, merged_before, right)
    if names is not None:
        tree.set("on", _using(names, before, right, side, scope, context))
    elif node.args.get("on") is not None:
        tree.set("on", coerce(context.expression(node.args["on"], scope, context), t.BOOL, context).tree)
    elif side or kind == "INNER" or (kind != "CROSS" and "pivots" in node.args):
        # The parser notes pivots after the word JOIN, and not after a comma.
        raise InvalidSyntax(f"{side} JOIN needs ON or USING".lstrip(), position=position(node))
    else:
        tree.set("kind", "CROSS")
    if side:
        count = len(before)
        for at, relation in enumerate(scope.relations):
            if side == "FULL" or (at >= count) == (side == "LEFT"):
                scope.relations[at] = replace(relation, is_optional=True)
    return tree


def _shared(
    node: exp.Join, before: list[ScopeRelation], merged: dict[str, ScopeColumn], right: ScopeRelation
) -> list[str] | None:
    """The columns of USING or NATURAL."""
    if node.args.get("using"):
        return [
            identifier(column) if isinstance(column, exp.Identifier) else identifier(column.this)
            for column in node.args["using"]
        ]
    if node.args.get("method") == "NATURAL":
        left = {column.name for relation in before for column in relation.columns if not column.is_hidden} | set(merged)
        return [column.name for column in right.columns if column.name in left and not column.is_hidden]
    return None


def _using(  # noqa: PLR0917
    names: list[str], before: list[ScopeRelation], right: ScopeRelation, side: str, scope: Scope, context: Context
) -> exp.Expr:
    tests: list[exp.Expr] = []
    left_scope = Scope(relations=before, merged=dict(scope.merged))
    for name in names:
        left = _one(left_scope.candidates(name), name, "left")
        other = _one([column for column in right.columns if column.name == name], name, "right")
        tests.append(exp.EQ(this=left.tree.copy(), expression=other.tree.copy()))
        scope.merged[name] = _merged(name, left, other, side, context)
    return exp.and_(*tests) if tests else exp.Boolean(this=True)


def _one(found: list[ScopeColumn], name: str, where: str) -> ScopeColumn:
    if not found:
        raise UndefinedColumn(f'column "{name}" specified in USING clause does not exist in {where} table')
    if len(found) > 1:
        raise AmbiguousColumn(f'common column name "{name}" appears more than once in {where} table')
    return found[0]


def _merged(name: str, left: ScopeColumn, right: ScopeColumn, side: str, context: Context) -> ScopeColumn:
    type = t.meet(left.type, right.type) if left.type and right.type else None
    match side:
        case "RIGHT":
            tree = right.tree.copy()
        case "FULL":
            tree = t.call("coalesce", left.tree.copy(), right.tree.copy())
        case _:
            tree = left.tree.copy()
    source = right.type if side == "RIGHT" else left.type
    if type is not None and (type != source or side == "FULL"):
        tree = engine_cast(tree, type)
    return ScopeColumn(name, type, tree)
