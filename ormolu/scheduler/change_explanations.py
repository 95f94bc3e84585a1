"""EXPLAIN CHANGE: the difference of a number between two versions, split by what caused it.

The causes are taken in one after the other, and the measures computed anew after each: what a cause changes is its
amount, so that the amounts add up to the difference whatever the measures are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, localcontext
from typing import Any

from sqlglot import exp

from ormolu.catalog.lake import Head
from ormolu.catalog.past import Version, find_version
from ormolu.definitions import GoldMetric, GoldTable, SilverTable, TableName
from ormolu.errors import DatatypeMismatch, InvalidParameterValue, OrmoluError, UndefinedTable, WrongObjectType
from ormolu.medallion.change_causes import DEFINITION, UNKNOWN
from ormolu.medallion.inputs import input_query, normalised
from ormolu.medallion.lineage import query_relations
from ormolu.medallion.measure import StoredMetric, asks_measure, rewrite_measures
from ormolu.medallion.metric import metric_query
from ormolu.medallion.templates import quoted
from ormolu.scheduler.context import ResultTable, RunContext, RunResult
from ormolu.scheduler.input_changes import Group, InputChanges
from ormolu.scheduler.past_tables import PastTables, made_by
from ormolu.scheduler.refresh_plans import KnownTables, definition_hash
from ormolu.sql_extensions.dialect.reading import parse_expression, parse_query
from ormolu.sql_extensions.queries import AsOf, SessionValues, bind_query
from ormolu.sql_extensions.relations import Relation, RelationColumn

COLUMNS = (
    ("cause", "text"),
    ("object", "text"),
    ("run_id", "bigint"),
    ("amount", "numeric"),
    ("share", "numeric"),
    ("rows", "bigint"),
    ("measure", "text"),
)
DIGITS = 60
FLOAT_DECIMALS = 9
Made = GoldTable | GoldMetric
Find = Callable[[TableName], Relation | None]
Values = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause changed, a number for each measure; `rows` None where rows of the table cannot be counted."""

    cause: str
    object: str
    run_id: int | None
    amounts: Values
    rows: int | None = None


def explain_change(name: TableName, request: Mapping[str, Any], context: RunContext) -> RunResult:
    head = context.lake.head()
    first, second = versions_of(head, name, request["first"], request["second"])
    asked = _Asked(context, name, tuple(request["measures"]), request.get("where"))
    definition = head.definitions.find_relation(name)
    with localcontext(Context(prec=DIGITS)):
        if isinstance(definition, SilverTable):
            parts = _silver(asked, head, first, second)
        elif isinstance(definition, GoldTable | GoldMetric):
            parts = _Gold(asked, head, first, second).parts()
        else:
            raise WrongObjectType(f"{name} is not made from others: its changes are its loads", hint="lake.runs")
        rows = [row for number, text in enumerate(asked.measures) for row in _told(parts, number, text)]
    return RunResult(rows_out=len(rows), result=ResultTable(COLUMNS, tuple(rows)))


def versions_of(head: Head, name: TableName, first: int, second: int) -> tuple[Version, Version]:
    if head.definitions.find_relation(name) is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    if first > second:
        raise InvalidParameterValue(f"version {first} is not before version {second}")
    lake = head.lake
    found = [find_version(lake.engine, lake.database, name, number=number) for number in (first, second)]
    return found[0], found[1]


def _told(parts: Sequence[Part], number: int, measure: str) -> Iterator[tuple[Any, ...]]:  # Any: values of a row
    """The rows of one measure; a cause that changed nothing of it and has no rows is left out."""
    total = sum((part.amounts[number] for part in parts), Decimal(0))
    for part in parts:
        amount = part.amounts[number]
        if amount or part.rows:
            share = None if not total else str(round(amount / total, 4))
            yield (part.cause, part.object, part.run_id, _text(amount), share, part.rows, measure)


def _text(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- the measures of a state ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """The rows of a table at one moment; of a metric also what made them, and the relations `behind` them then."""

    rows: Relation
    metric: GoldMetric | None = None
    behind: Find = lambda _: None

    def find(self, name: TableName) -> Relation | None:
        return self.rows if name == self.rows.name else self.behind(name)


@dataclass(frozen=True)
class _Asked:
    context: RunContext
    name: TableName
    measures: tuple[str, ...]
    where: str | None

    def values(self, state: State) -> Values:
        """The measures over the rows of a state; nothing counts as zero."""
        if state.metric is not None and any(asks_measure(parse_expression(each)) for each in self.measures):
            # Each by itself: what is stored and what is computed from behind the metric do not go together.
            row = [self._row([each], state)[1] for each in self.measures]
        else:
            row = list(self._row(self.measures, state)[1:])
        return tuple(_number(value, text) for value, text in zip(row, self.measures, strict=True))

    def count(self, relation: Relation) -> int:
        return int(self._row([], State(relation))[0])

    def _row(self, measures: Sequence[str], state: State) -> Sequence[Any]:  # Any: the engine's values
        projections = [parse_expression(each) for each in ("count(*)", *measures)]  # all aggregates
        table = exp.Table(this=quoted(self.name.name), db=quoted(self.name.schema))
        table.set("alias", exp.TableAlias(this=quoted(self.name.name)))
        select = exp.Select(
            expressions=[exp.alias_(each, f"m{number}") for number, each in enumerate(projections)]
        ).from_(table)
        if self.where is not None:
            select = select.where(parse_expression(self.where))
        tree = parse_query(select.sql("postgres"))
        if state.metric is not None:
            metric = StoredMetric(state.metric)
            tree = rewrite_measures(tree, lambda name, _: metric if name == self.name else None, allows_sum=True)
        bound = bind_query(tree, lambda name, _: state.find(name), session=self.session)
        rows: list[tuple[Any, ...]] = self.context.engine().rows(bound.sql)
        return rows[0]

    @property
    def session(self) -> SessionValues:
        return SessionValues(now=self.context.now())


def _number(value: object, measure: str) -> Decimal:
    match value:
        case None:
            return Decimal(0)
        case bool():
            pass
        case int() | Decimal():
            return Decimal(value)
        case float():
            found = Decimal(str(value))
            if found.is_finite():
                return round(found, FLOAT_DECIMALS)
        case _:
            pass
    raise DatatypeMismatch(f"the measure {measure} is not a number")


def _minus(after: Values, before: Values) -> Values:
    return tuple(new - old for new, old in zip(after, before, strict=True))


# --- silver: its rows -----------------------------------------------------------------------------------------------


def _silver(asked: _Asked, head: Head, first: Version, second: Version) -> list[Part]:
    name, lake = asked.name, head.lake
    then = PastTables(head, first.published_at, {name: lake.table_at(name, first.metadata_location)})
    now = PastTables(head, second.published_at, {name: lake.table_at(name, second.metadata_location)})
    changes = InputChanges(asked.context, head, name, then, now)
    parts: list[Part] = []
    last = asked.values(State(changes.state([])))
    for number, group in enumerate(changes.groups, start=1):
        values = asked.values(State(changes.state(changes.groups[:number])))
        parts.append(_part(group, _minus(values, last), asked.count(changes.rows_of(group))))
        last = values
    # Columns that no query of the table gives, of our own times for example, differ where no row does.
    start = asked.values(State(Relation(name, changes.after.columns, changes.comparison.before, "before")))
    end = asked.values(State(changes.after))
    return _with_rest(parts, str(name), _minus(end, start))


def _part(group: Group, amounts: Values, rows: int | None) -> Part:
    return Part(group.cause, group.object, group.run_id, amounts, rows)


def _with_rest(parts: list[Part], name: str, difference: Values) -> list[Part]:
    """What the parts leave of the difference is told as such."""
    told = tuple(sum((part.amounts[n] for part in parts), Decimal(0)) for n in range(len(difference)))
    rest = _minus(difference, told)
    return [*parts, Part(UNKNOWN, name, None, rest)] if any(rest) else parts


# --- gold: its inputs -------------------------------------------------------------------------------------------------


@dataclass
class _Gold:
    asked: _Asked
    head: Head
    first: Version
    second: Version
    then: PastTables = field(init=False)
    now: PastTables = field(init=False)

    def __post_init__(self) -> None:
        name, lake = self.asked.name, self.head.lake
        self.then = PastTables(
            self.head, self.first.published_at, {name: lake.table_at(name, self.first.metadata_location)}
        )
        self.now = PastTables(
            self.head, self.second.published_at, {name: lake.table_at(name, self.second.metadata_location)}
        )
        for past in (self.then, self.now):
            past.pin_inputs(name)

    def parts(self) -> list[Part]:
        name = self.asked.name
        difference = _minus(self.asked.values(self._stored(self.now)), self.asked.values(self._stored(self.then)))
        try:
            parts = list(self._replayed())
        except OrmoluError as error:
            self.asked.context.notice(f"{name} could not be computed again as it was: {error.message}")
            parts = []
        return _with_rest(parts, str(name), difference)

    def _stored(self, past: PastTables) -> State:
        table = past.find(self.asked.name)
        made = None if table is None else made_by(self.head, table, until=past.at)
        metric = made if isinstance(made, GoldMetric) else None
        return State(past.relation(self.asked.name), metric, past.relation)

    def _replayed(self) -> Iterator[Part]:
        """The old query over inputs that change one cause after the other, then the new query."""
        old, new = self._definition(self.first, self.then), self._definition(self.second, self.now)
        inputs = self._inputs(old)
        states: dict[TableName, Relation] = {each: self.then.relation(each) for each in inputs}
        last = self._values(old, states)
        for number, each in enumerate(inputs):
            if self.now.find(each) is None and self._is_plain(each):
                continue  # it is gone, and the new query does not read it
            changes = InputChanges(self.asked.context, self.head, each, self.then, self.now, as_dimension=number > 0)
            for done, group in enumerate(changes.groups, start=1):
                states[each] = changes.state(changes.groups[:done])
                values = self._values(old, states)
                yield _part(group, _minus(values, last), self._count(changes, group))
                last = values
        if definition_hash(old) != definition_hash(new):
            states = {each: self.now.relation(each) for each in self._inputs(new)}
            yield Part(DEFINITION, str(self.asked.name), None, _minus(self._values(new, states), last))

    def _is_plain(self, name: TableName) -> bool:
        return name in self.head.pointers

    def _count(self, changes: InputChanges, group: Group) -> int:
        """Of the input's rows: those of the table are made of several."""
        relation = changes.rows_of(group)
        sql = f"SELECT count(*) FROM ({relation.source.sql('duckdb')})"  # noqa: S608 - a tree of our own
        return int(self.asked.context.engine().rows(sql)[0][0])

    def _definition(self, version: Version, past: PastTables) -> Made:
        table = past.find(self.asked.name)
        made = None if table is None else made_by(self.head, table, until=version.published_at)
        if not isinstance(made, GoldTable | GoldMetric):
            raise UndefinedTable(f"what defined {self.asked.name} at version {version.number} is not known")
        return made

    def _tree(self, definition: Made) -> exp.Expr:
        if isinstance(definition, GoldMetric):
            return metric_query(definition)
        return input_query(definition.name, definition.query, definition.from_relation, lambda _: None).tree

    def _inputs(self, definition: Made) -> list[TableName]:
        text = self._tree(definition).sql("postgres")
        return list(query_relations(text, KnownTables(self.head), itself=definition.name))

    def _values(self, definition: Made, states: Mapping[TableName, Relation]) -> Values:
        bound = bind_query(self._tree(definition), lambda name, _: _found(name, states), session=self.asked.session)
        plain, columns = normalised(bound.tree, bound.column_names, self.asked.context.engine().describe(bound.sql))
        shown = tuple(RelationColumn(item.name, item.type) for item in columns)
        metric = definition if isinstance(definition, GoldMetric) else None
        return self.asked.values(State(Relation(self.asked.name, shown, plain, "state"), metric, states.get))


def _found(name: TableName, states: Mapping[TableName, Relation], _: AsOf | None = None) -> Relation | None:
    return states.get(name)
