"""What a silver or gold table reads: its query, with the system columns of the relation it is row for row made of."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import Expression, TableName
from ormolu.errors import DuplicateColumn, InvalidSyntax
from ormolu.medallion.columns import INGESTION_ID
from ormolu.medallion.lineage import searched
from ormolu.medallion.staged_rows import QUARANTINE_ID, SYSTEM, InputColumn
from ormolu.medallion.templates import cast, column, fill, named, query, quoted
from ormolu.sql_extensions.dialect.reading import identifier, parse_query
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import from_duckdb

FindRelation = Callable[[TableName], Relation | None]

# A query that calls one of these is no function of each row alone.
AGGREGATES = frozenset(
    (
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "every",
        "bool_and",
        "bool_or",
        "array_agg",
        "string_agg",
        "json_agg",
        "jsonb_agg",
        "json_object_agg",
        "jsonb_object_agg",
        "stddev",
        "stddev_pop",
        "stddev_samp",
        "variance",
        "var_pop",
        "var_samp",
        "percentile_cont",
        "percentile_disc",
        "mode",
        "corr",
        "covar_pop",
        "covar_samp",
        "regr_slope",
        "regr_intercept",
        "regr_r2",
        "regr_count",
        "bit_and",
        "bit_or",
        "bit_xor",
        "any_value",
    )
)
_ROW_SETS = ("unnest", "generate_series", "regexp_split_to_table", "json_array_elements", "jsonb_array_elements")


@dataclass(frozen=True, slots=True)
class InputQuery:
    """`base` is the relation whose rows the output has one for one, where the query is so plain."""

    tree: exp.Expr  # PostgreSQL's, to be bound
    base: TableName | None
    is_per_row: bool
    reason: str  # why it is, or is not, a function of each row alone


def input_query(
    name: TableName, written: Expression | None, from_relation: TableName | None, find: FindRelation
) -> InputQuery:
    """The query to bind. System columns come under names of their own, so that they never meet the query's."""
    if from_relation is not None:
        table = exp.Table(this=quoted(from_relation.name), db=quoted(from_relation.schema))
        tree: exp.Expr = exp.Select(expressions=[exp.Star()]).from_(table)
    elif written is not None:
        tree = parse_query(written.text)
    else:
        raise InvalidSyntax(f"{name} says neither AS nor FROM", hint="End with AS SELECT ... or FROM relation.")
    reason = _why_not_plain(tree)
    if reason is not None or not isinstance(tree, exp.Select):
        return InputQuery(tree, None, False, reason or "it is not a plain SELECT")
    base = _base(tree, name, find)
    relation = None if base is None else find(base)
    if base is None or relation is None:
        return InputQuery(tree, None, False, "its first relation is not a table of the lake")
    alias = tree.args["from_"].this.alias_or_name
    for hidden in relation.columns:
        if hidden.is_hidden and hidden.name != INGESTION_ID:
            tree = tree.select(named(column(hidden.name, alias), SYSTEM + hidden.name))
    reason = _why_not_per_row(tree)
    return InputQuery(tree, base, reason is None, reason or f"each row comes from one row of {base}")


def _base(tree: exp.Select, name: TableName, find: FindRelation) -> TableName | None:
    start = tree.args.get("from_")
    table = None if start is None else start.this
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return None
    if table.args.get("db") is not None:
        return TableName(identifier(table.args["db"]), identifier(table.this))
    inner = {identifier(cte.args["alias"].this) for cte in tree.find_all(exp.CTE)}
    if identifier(table.this) in inner:
        return None
    return searched(identifier(table.this), _Found(find), itself=name)


@dataclass(frozen=True, slots=True)
class _Found:
    find: FindRelation

    def __contains__(self, name: object) -> bool:
        return isinstance(name, TableName) and self.find(name) is not None


def _why_not_plain(tree: exp.Expr) -> str | None:
    if not isinstance(tree, exp.Select):
        return "it is not a plain SELECT"
    for clause, word in (("group", "GROUP BY"), ("distinct", "DISTINCT"), ("having", "HAVING")):
        if tree.args.get(clause):
            return f"it has {word}"
    for projection in tree.expressions:
        for node in projection.find_all(exp.Func):
            name = node.name.lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
            if name in _ROW_SETS:
                return f"it calls {name}()"
            is_aggregate = isinstance(node, exp.AggFunc) or name in AGGREGATES
            if is_aggregate and node.find_ancestor(exp.Window, exp.Query) is tree:
                return "it aggregates"
    return None


def _why_not_per_row(tree: exp.Select) -> str | None:
    for clause, word in (("joins", "a join"), ("limit", "LIMIT"), ("offset", "OFFSET"), ("with_", "WITH")):
        if tree.args.get(clause):
            return f"its query has {word}"
    if tree.find(exp.Window) is not None:
        return "its query has a window function"
    if sum(1 for _ in tree.find_all(exp.Query)) > 1:
        return "its query has a subquery"
    return None


def normalised(
    bound: exp.Query,
    names: Sequence[str],
    described: Sequence[tuple[str, str]],
    *,
    left_out: Container[str] = (),
) -> tuple[exp.Query, tuple[InputColumn, ...]]:
    """The bound query with every column in a type that tables can hold, and those columns by PostgreSQL's `names`.

    `left_out` are not taken over.
    """
    doubles = [name for name in names if names.count(name) > 1]
    if doubles:
        raise DuplicateColumn(f'column "{doubles[0]}" is in the query twice', hint="Give one another name with AS.")
    columns, projections = [], []
    for name, (engine_name, kind) in zip(names, described, strict=True):
        if name in left_out:
            continue
        type_ = from_duckdb(kind)
        value: exp.Expr = column(engine_name, "q")
        if kind.startswith(("STRUCT(", "MAP(", "UNION(")):
            value = fill("to_json(:value)", value=value)
        elif type_.duckdb != kind:
            value = cast(value, type_.duckdb)
        is_system = name.startswith(SYSTEM)
        columns.append(InputColumn(name.removeprefix(SYSTEM), type_, is_system))
        projections.append(named(value, name))
    return query("SELECT :cols FROM bound AS q", cols=projections, bound=bound), tuple(columns)


def without_quarantine(input_: exp.Query) -> exp.Query:
    """The input as it came: no row of it was repaired."""
    return query(
        "SELECT i.*, :none FROM input AS i", input=input_, none=named(cast(exp.null(), "BIGINT"), QUARANTINE_ID)
    )
