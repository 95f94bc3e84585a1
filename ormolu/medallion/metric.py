"""A metric as the query that fills it, and `measure(x)` as the query that re-aggregates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from sqlglot import exp

from ormolu.definitions import Expression, GoldMetric
from ormolu.errors import FeatureNotSupported, InvalidObjectDefinition, UndefinedColumn
from ormolu.medallion.inputs import AGGREGATES
from ormolu.medallion.templates import column, named, quoted
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query

READ_AT = "ormolu.read-at"  # table property: when the rows of a metric were read
_HELPERS = ("running", "prior", "rolling")


class Additivity(Enum):
    """How a measure's stored values come together at a coarser grain."""

    SUM = "sum"
    COUNT = "count"
    MIN = "min"
    MAX = "max"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MetricMeasure:
    """`expression` is written out: measures it names are replaced by theirs. `uses` are those measures."""

    name: str
    expression: exp.Expr
    additivity: Additivity
    uses: tuple[str, ...]
    written: exp.Expr


def measures_of(metric: GoldMetric) -> dict[str, MetricMeasure]:
    """Each measure written out over the FROM relation's columns; 42P17 where measures name each other in a ring."""
    trees = {measure.name: parse_expression(measure.expression.text) for measure in metric.measures}
    return {name: _measure(name, trees, metric) for name in trees}


def _measure(name: str, trees: Mapping[str, exp.Expr], metric: GoldMetric) -> MetricMeasure:
    written = trees[name]
    _refuse_helpers(written)
    uses: dict[str, None] = {}
    full = _written_out(name, trees, (), uses, metric)
    return MetricMeasure(name, full, _additivity(written), tuple(uses), written)


def _refuse_helpers(tree: exp.Expr) -> None:
    for node in exp.Paren(this=tree.copy()).find_all(exp.Anonymous):
        if node.name.lower() in _HELPERS:
            raise FeatureNotSupported(f"{node.name.lower()}() in MEASURES is not supported yet")


def _written_out(
    name: str, trees: Mapping[str, exp.Expr], path: tuple[str, ...], uses: dict[str, None], metric: GoldMetric
) -> exp.Expr:
    if name in path:
        raise InvalidObjectDefinition(f'measure "{name}" of {metric.name} is computed from itself')
    holder = exp.Paren(this=trees[name].copy())
    for node in list(holder.find_all(exp.Column)):
        _refuse_dimension(node, metric)
        if _is_in_aggregate(node):
            continue
        other = identifier(node.this)
        if other not in trees:
            raise UndefinedColumn(
                f'"{other}" in measure "{name}" is neither inside an aggregate nor a measure',
                hint=f"The measures are {', '.join(trees)}.",
            )
        uses[other] = None
        node.replace(exp.Paren(this=_written_out(other, trees, (*path, name), {}, metric)))
    inner: exp.Expr = holder.this
    return inner.pop()


def _refuse_dimension(node: exp.Column, metric: GoldMetric) -> None:
    if node.table and node.table != metric.from_relation.name:
        raise FeatureNotSupported(
            f"{node.sql('postgres')} of {metric.name}: columns of dimensions need a FACT, which is not supported yet",
            hint="Join the dimension in a GOLD TABLE and make the metric FROM that.",
        )


def is_aggregate(node: exp.Expr) -> bool:
    name = node.name.lower() if isinstance(node, exp.Anonymous) else node.key
    return isinstance(node, exp.AggFunc) or name in AGGREGATES


def _is_in_aggregate(node: exp.Expr) -> bool:
    parent = node.parent
    while parent is not None:
        if is_aggregate(parent):
            return True
        if isinstance(parent, exp.Filter | exp.WithinGroup):
            return True
        parent = parent.parent
    return False


def _additivity(tree: exp.Expr) -> Additivity:
    while isinstance(tree, exp.Paren | exp.Filter | exp.Cast):
        if isinstance(tree, exp.Cast):
            return Additivity.NONE
        tree = tree.this
    if not is_aggregate(tree) or tree.find(exp.Distinct, exp.Order) is not None:
        return Additivity.NONE
    name = tree.name.lower() if isinstance(tree, exp.Anonymous) else tree.key
    return {
        "sum": Additivity.SUM,
        "count": Additivity.COUNT,
        "min": Additivity.MIN,
        "max": Additivity.MAX,
    }.get(name, Additivity.NONE)


def metric_query(metric: GoldMetric) -> exp.Expr:
    """PostgreSQL's query that fills the metric at its grain."""
    grain = grain_of(metric)
    measures = measures_of(metric)
    if doubles := sorted(set(grain) & set(measures)):
        raise InvalidObjectDefinition(f'{metric.name}: "{doubles[0]}" is in GRAIN and in MEASURES')
    projections = [named(tree.copy(), name) for name, tree in grain.items()]
    projections += [named(measure.expression.copy(), name) for name, measure in measures.items()]
    select = exp.Select(expressions=projections).from_(_source(metric))
    for condition in filters_of(metric).values():
        select = select.where(condition)
    if grain:
        select.set("group", exp.Group(expressions=[tree.copy() for tree in grain.values()]))
    return parse_query(select.sql("postgres"))


def filter_loss_query(metric: GoldMetric) -> exp.Expr | None:
    """How many rows each filter leaves out because it is NULL there; None without filters."""
    filters = filters_of(metric)
    if not filters:
        return None
    counted = [
        exp.alias_(parse_expression(f"count(*) FILTER (WHERE ({tree.sql('postgres')}) IS NULL)"), name, quoted=True)
        for name, tree in filters.items()
    ]
    return parse_query(exp.Select(expressions=counted).from_(_source(metric)).sql("postgres"))


def grain_of(metric: GoldMetric) -> dict[str, exp.Expr]:
    grain = {each.name: parse_expression(each.expression.text) for each in metric.grain}
    for tree in grain.values():
        for node in exp.Paren(this=tree.copy()).find_all(exp.Column):
            _refuse_dimension(node, metric)
    return grain


def filters_of(metric: GoldMetric) -> dict[str, exp.Expr]:
    filters = {}
    for number, each in enumerate(metric.filters, start=1):
        tree = parse_expression(each.condition.text)
        for node in exp.Paren(this=tree.copy()).find_all(exp.Column):
            _refuse_dimension(node, metric)
        filters[each.name or f"filter {number}"] = tree
    return filters


def _source(metric: GoldMetric) -> exp.Table:
    return exp.Table(this=quoted(metric.from_relation.name), db=quoted(metric.from_relation.schema))


def plain(expression: Expression) -> exp.Expr:
    return parse_expression(expression.text)


def metric_column(name: str) -> exp.Column:
    return column(name)
