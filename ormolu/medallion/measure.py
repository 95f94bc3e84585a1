"""`measure(x)`: a metric at a coarser grain than it is stored at.

Where every measure asked for is additive (sum, count, min, max, and what is computed from these) the stored rows are
aggregated again. Else the whole SELECT is answered from the FROM relation, filtered and grouped as asked: averages of
averages and sums of distinct counts are never given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from ormolu.definitions import GoldMetric, TableName
from ormolu.errors import FeatureNotSupported, GroupingError, UndefinedColumn
from ormolu.medallion.metric import Additivity, MetricMeasure, filters_of, grain_of, is_aggregate, measures_of
from ormolu.medallion.templates import column, named, quoted
from ormolu.sql_extensions.dialect.context import AsOf
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query
from ormolu.sql_extensions.dialect.relations import as_of_of
from ormolu.sql_extensions.types import DataType

BASE = "ormolu:base:"


@dataclass(frozen=True, slots=True)
class StoredMetric:
    """A metric in one of its versions: `read_at` is when its rows were read (table property READ_AT), so that what is
    computed from the FROM relation belongs to what is stored; `types` are those that its columns are stored in."""

    definition: GoldMetric
    read_at: str | None = None
    types: Mapping[str, DataType] = field(default_factory=dict)


FindMetric = Callable[[TableName, AsOf | None], StoredMetric | None]


def rewrite_measures(tree: exp.Expr, find_metric: FindMetric, *, allows_sum: bool = False) -> exp.Expr:
    """The query without `measure(x)`, in PostgreSQL's words; the same tree where there is none to rewrite.

    `find_metric` finds a metric by its name, as it stands or at a version. SUM and AVG of a measure that they would get
    wrong raise 42803 with a hint unless `allows_sum`.
    """
    selects = [node for node in tree.find_all(exp.Select) if _metric_of(node, find_metric) is not None]
    if not selects:
        return tree
    changed = tree.copy()
    is_changed = False
    for select in list(changed.find_all(exp.Select)):
        found = _metric_of(select, find_metric)
        if found is not None:
            is_changed |= _rewrite(select, *found, allows_sum=allows_sum)
    return parse_query(changed.sql("postgres")) if is_changed else tree


def _metric_of(select: exp.Select, find_metric: FindMetric) -> tuple[exp.Table, StoredMetric] | None:
    start = select.args.get("from_")
    table = None if start is None else start.this
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return None
    schema = identifier(table.args["db"]) if table.args.get("db") is not None else "gold"
    metric = find_metric(TableName(schema, identifier(table.this)), as_of_of(table))
    return None if metric is None else (table, metric)


def asks_measure(tree: exp.Expr) -> bool:
    return any(node.name.lower() == "measure" for node in tree.find_all(exp.Anonymous))


def _calls(select: exp.Select) -> list[exp.Anonymous]:
    return [
        node
        for node in select.find_all(exp.Anonymous)
        if node.name.lower() == "measure" and node.find_ancestor(exp.Select) is select
    ]


def _rewrite(select: exp.Select, table: exp.Table, stored: StoredMetric, *, allows_sum: bool) -> bool:
    metric = stored.definition
    measures = measures_of(metric)
    if not allows_sum:
        _refuse_sums(select, measures, metric)
    calls = _calls(select)
    if not calls:
        return False
    asked = [_asked(call, measures, metric) for call in calls]
    if select.args.get("joins"):
        raise FeatureNotSupported("measure() over a join is not supported", hint="Aggregate first, in a subquery.")
    if all(_is_additive(each, measures) for each in asked):
        for call, each in zip(calls, asked, strict=True):
            _put(call, exp.Paren(this=_again(each, measures, stored.types)), each.name)
        return True
    _from_base(select, table, metric, measures, list(zip(calls, asked, strict=True)))
    if stored.read_at is not None:
        _as_of(select, metric, stored.read_at)
    return True


def _as_of(select: exp.Select, metric: GoldMetric, read_at: str) -> None:
    moment = exp.Cast(this=exp.Literal.string(read_at), to=exp.DataType.build("timestamptz"))
    for base in select.args["from_"].find_all(exp.Table):
        if base.name == metric.from_relation.name:
            base.set("version", exp.Version(this="TIMESTAMP", kind="AS OF", expression=moment.copy()))


def _asked(call: exp.Anonymous, measures: Mapping[str, MetricMeasure], metric: GoldMetric) -> MetricMeasure:
    argument = call.expressions[0] if len(call.expressions) == 1 else None
    if not isinstance(argument, exp.Column) or identifier(argument.this) not in measures:
        raise UndefinedColumn(
            f"measure() takes the name of a measure of {metric.name}", hint=f"The measures are {', '.join(measures)}."
        )
    return measures[identifier(argument.this)]


def _is_additive(measure: MetricMeasure, measures: Mapping[str, MetricMeasure]) -> bool:
    if measure.additivity is not Additivity.NONE:
        return True
    has_aggregate = any(is_aggregate(node) for node in exp.Paren(this=measure.written.copy()).find_all(exp.Func))
    return (
        bool(measure.uses)
        and not has_aggregate
        and all(_is_additive(measures[name], measures) for name in measure.uses)
    )


def _again(measure: MetricMeasure, measures: Mapping[str, MetricMeasure], types: Mapping[str, DataType]) -> exp.Expr:
    name = quoted(measure.name).sql("postgres")
    match measure.additivity:
        case Additivity.SUM:
            stored = types.get(measure.name)
            is_whole = stored is not None and stored.scalar.name == "int8"  # whose own sum would be numeric
            return parse_expression(f"sum({name})::bigint" if is_whole else f"sum({name})")
        case Additivity.COUNT:
            return parse_expression(f"coalesce(sum({name}), 0)::bigint")
        case Additivity.MIN | Additivity.MAX:
            return parse_expression(f"{measure.additivity.value}({name})")
        case Additivity.NONE:
            holder = exp.Paren(this=measure.written.copy())
            for node in list(holder.find_all(exp.Column)):
                node.replace(exp.Paren(this=_again(measures[identifier(node.this)], measures, types)))
            inner: exp.Expr = holder.this
            return inner.pop()


def _put(call: exp.Anonymous, tree: exp.Expr, name: str) -> None:
    """A projection that is nothing but `measure(x)` is called x."""
    call.replace(named(tree, name) if isinstance(call.parent, exp.Select) and call.arg_key == "expressions" else tree)


def _refuse_sums(select: exp.Select, measures: Mapping[str, MetricMeasure], metric: GoldMetric) -> None:
    for node in select.find_all(exp.Func):
        name = node.name.lower() if isinstance(node, exp.Anonymous) else node.key
        arguments = node.expressions if isinstance(node, exp.Anonymous) else [node.this]
        if name not in ("sum", "avg") or len(arguments) != 1 or not isinstance(arguments[0], exp.Column):
            continue
        measure = measures.get(identifier(arguments[0].this))
        if measure is None or (name == "sum" and measure.additivity in (Additivity.SUM, Additivity.COUNT)):
            continue
        raise GroupingError(
            f'{name}({measure.name}) of {metric.name} is not what it seems: "{measure.name}" does not add up',
            hint=f"Write measure({measure.name}), or SET metric_sum = 'warn'.",
        )


def _refuse_ours(select: exp.Select, table: exp.Table, metric: GoldMetric) -> None:
    """The columns of the FROM relation stand under names of ours: neither they nor whole rows are to be had."""
    row = table.alias_or_name
    for node in select.find_all(exp.Column):
        if node.name.startswith(BASE):
            raise UndefinedColumn(f'column "{node.name}" does not exist')
        is_row = isinstance(node.this, exp.Star) or (node.name == row and node.name not in grain_of(metric))
        if is_row and not node.find_ancestor(exp.Count):
            raise _whole_rows(metric)
    if any(isinstance(each, exp.Star) for each in select.expressions):
        raise _whole_rows(metric)


def _whole_rows(metric: GoldMetric) -> FeatureNotSupported:
    return FeatureNotSupported(
        f"whole rows beside a measure() that is computed from {metric.from_relation} are not supported",
        hint="Name the columns.",
    )


def _from_base(
    select: exp.Select,
    table: exp.Table,
    metric: GoldMetric,
    measures: Mapping[str, MetricMeasure],
    calls: list[tuple[exp.Anonymous, MetricMeasure]],
) -> None:
    """Answer from the FROM relation: grain columns under their names, the columns that aggregates read under ours."""
    used: dict[str, None] = {}
    _refuse_ours(select, table, metric)
    for call, measure in calls:
        holder = exp.Paren(this=measure.expression.copy())
        for node in list(holder.find_all(exp.Column)):
            name = identifier(node.this)
            used[name] = None
            node.replace(column(BASE + name))
        _put(call, holder, measure.name)
    for node in select.find_all(exp.Column):
        if node.find_ancestor(exp.Select) is select and isinstance(node.this, exp.Identifier):
            name = identifier(node.this)
            if name in measures and name not in grain_of(metric) and not name.startswith(BASE):
                raise FeatureNotSupported(
                    f'"{name}" beside a measure() that is computed from {metric.from_relation} is not supported',
                    hint=f"Write measure({name}).",
                )
    inner = exp.Select(
        expressions=[
            *(named(tree.copy(), name) for name, tree in grain_of(metric).items()),
            *(named(column(name), BASE + name) for name in used),
        ]
    ).from_(exp.Table(this=quoted(metric.from_relation.name), db=quoted(metric.from_relation.schema)))
    for condition in filters_of(metric).values():
        inner = inner.where(condition)
    alias = table.args.get("alias") or exp.TableAlias(this=quoted(table.name))
    table.replace(exp.Subquery(this=inner, alias=alias.copy()))
