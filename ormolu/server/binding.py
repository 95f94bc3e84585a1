"""Binds a session's query: the system catalogs' by their own rules, everything else as PostgreSQL means it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from ormolu.catalog.lake import Head
from ormolu.definitions import GoldMetric, TableName
from ormolu.errors import GroupingError
from ormolu.medallion.lineage import SEARCH_PATH, base_of
from ormolu.medallion.measure import StoredMetric, rewrite_measures
from ormolu.medallion.metric import READ_AT
from ormolu.scheduler.past_tables import made_by
from ormolu.server.catalog_queries import CatalogQueries
from ormolu.server.context import SessionContext
from ormolu.server.previewing import Previews
from ormolu.server.resolution import Resolution, denied, rights
from ormolu.sql_extensions.catalog.binding import CatalogQuery
from ormolu.sql_extensions.catalog.queries import names_catalog
from ormolu.sql_extensions.queries import AsOf, BoundQuery, SessionValues, bind_query
from ormolu.sql_extensions.statements import Query
from ormolu.sql_extensions.types import DataType

# The digits of a numeric that PostgreSQL gives value by value are computed row by row, 10 to 50 us each: a query over
# more rows than these shows as many digits as its column has, but for what it computes once a group.
DIGIT_ROWS_MAX = 10_000

Bound = BoundQuery | CatalogQuery


@dataclass(frozen=True)
class Binding:
    resolution: Resolution
    now: Callable[[], datetime]
    previews: Previews
    catalog_queries: CatalogQueries = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "catalog_queries", CatalogQueries(self.resolution))

    def bind(self, query: Query, given: Sequence[DataType | None], session: SessionContext) -> Bound:
        """The query in the engine's words, at the head that the session's statement reads."""
        head: Head = session.head
        if names_catalog(query.tree):
            return self.catalog_queries.bind(query, session)
        metrics = _Metrics(head)
        tree = _without_measures(query.tree, metrics, session)
        named = _named(query.tree)
        behind = frozenset[TableName]()
        if tree is not query.tree:
            _check_readable(metrics.asked(), session)
            behind = metrics.behind() - named
        bound = bind_query(
            tree,
            self.resolution.resolve_for(session, tree, with_rights=behind),
            search_path=session.settings.search_path,
            session=self._values(session),
            parameter_types=given,
            resolve_function=self.previews.resolve_for(session),
            known_names=_known(head),
            shows_digits=_rows(head, named | behind) + _series_rows(tree) <= DIGIT_ROWS_MAX,
            shows_digits_of_groups=True,
        )
        if bound.warnings and session.settings.get("lake_notices") == "on":
            for warning in bound.warnings:
                session.notice("WARNING", "01000", warning)
        return bound

    def _values(self, session: SessionContext) -> SessionValues:
        settings = session.settings
        return SessionValues(
            now=self.now(),
            timezone=settings.time_zone,
            current_user=session.role,
            session_user=session.role,
            database=session.database,
            settings=tuple((name, value) for name, value, _ in settings.all()),
        )


class _Metrics:
    """The metrics that a query asks, and the relations behind them: those are read with the metric's rights."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._found: list[GoldMetric] = []

    def find(self, name: TableName, as_of: AsOf | None) -> StoredMetric | None:
        """Of an older version with what made it."""
        definition = self._head.definitions.find_relation(name)
        if not isinstance(definition, GoldMetric):
            return None
        table = self._head.find_table(name) if as_of is None else self._head.find_table_as_of(name, as_of)
        if table is not None and as_of is not None:
            made = made_by(self._head, table)
            definition = made if isinstance(made, GoldMetric) else definition
        self._found.append(definition)
        if table is None:
            return StoredMetric(definition)
        types = {column.name: column.type for column in table.columns}
        return StoredMetric(definition, table.properties.get(READ_AT), types)

    def asked(self) -> frozenset[TableName]:
        return frozenset(metric.name for metric in self._found)

    def behind(self) -> frozenset[TableName]:
        return frozenset(metric.from_relation for metric in self._found)


def _check_readable(metrics: Collection[TableName], session: SessionContext) -> None:
    """What is computed from behind a metric is the metric's all the same: it takes SELECT on it."""
    access = rights(session)
    for name in metrics:
        if not access.has("SELECT", name):
            raise denied(name, session.role)


def _without_measures(tree: exp.Expr, metrics: _Metrics, session: SessionContext) -> exp.Expr:
    """The query with `measure()` rewritten; a wrong sum is refused, or told, as the setting metric_sum says."""
    try:
        return rewrite_measures(tree, metrics.find)
    except GroupingError as problem:
        wanted = session.settings.get("metric_sum")
        if wanted == "error":
            raise
        if wanted == "warn":
            session.notice("WARNING", "01000", problem.message, problem.hint)
        return rewrite_measures(tree, metrics.find, allows_sum=True)


def _named(tree: exp.Expr) -> frozenset[TableName]:
    """What the query names itself, under each schema it may mean: that is read with the caller's rights alone."""
    tables = list(tree.find_all(exp.Table))
    return frozenset(
        TableName(schema, table.name.lower())
        for table in tables
        for schema in ((table.db.lower(),) if table.db else SEARCH_PATH)
    )


def _rows(head: Head, names: frozenset[TableName]) -> int:
    """How many rows the tables have together that these names mean, or whose companions they mean."""
    tables = {base_of(name, head.pointers) for name in names}
    return sum(table.rows for name in tables if (table := head.find_table(name)) is not None)


def _series_rows(tree: exp.Expr) -> int:
    """A bound from above for series that count by one between numbers as they are written."""
    ends = [series.args.get("end") for series in tree.find_all(exp.GenerateSeries, exp.ExplodingGenerateSeries)]
    return sum(int(end.name) for end in ends if isinstance(end, exp.Literal) and end.name.isdigit())


def _known(head: Head) -> tuple[TableName, ...]:
    return (*head.pointers, *head.definitions.relations())
