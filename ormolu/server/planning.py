"""From a query's tree to a plan the engine can run, and the cache of plans between statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from ormolu.server.context import SessionContext
from ormolu.server.engine_rows import free_engine
from ormolu.server.outcomes import ResultColumn
from ormolu.server.parameters import TEXT_TYPE, fitted_types, type_of_oid
from ormolu.server.pg_catalog.identifiers import SYSTEM_SCHEMAS, relation_oid
from ormolu.server.recently_used import RecentlyUsed
from ormolu.server.results import QUESTION_CHARACTERS_MAX, Question
from ormolu.sql_extensions.by_key import ByKey, find_by_key
from ormolu.sql_extensions.computed_constants import with_computed
from ormolu.sql_extensions.engine_text import EngineText
from ormolu.sql_extensions.origins import Origin, column_origins
from ormolu.sql_extensions.queries import BoundQuery
from ormolu.sql_extensions.result_types import result_type
from ormolu.sql_extensions.statements import Query
from ormolu.sql_extensions.types import DataType

if TYPE_CHECKING:
    from ormolu.sql_extensions.relations import Relation

PLANS_MAX = 2_000
# Settings that a plan depends on, for what it makes of literals.
_IN_PLANS = ("datestyle", "intervalstyle", "bytea_output", "metric_sum")
# Types whose values Arrow does not carry whole: they leave the engine as text.
_AS_TEXT = {"TIME WITH TIME ZONE": "VARCHAR", "BIT": "VARCHAR", "BIGNUM": "VARCHAR", "UHUGEINT": "VARCHAR",
            "TIME_NS": "TIME"}  # fmt: skip


class Bound(Protocol):
    """A query in the engine's words; `column_types` may be empty, or hold None, where only the engine knows."""

    @property
    def sql(self) -> str: ...

    @property
    def column_names(self) -> tuple[str, ...]: ...

    @property
    def column_types(self) -> tuple[DataType | None, ...]: ...

    @property
    def parameter_types(self) -> tuple[DataType | None, ...]: ...

    @property
    def relations(self) -> tuple[Relation, ...]: ...


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """`columns` are what RowDescription says, `text` is what the engine runs for them."""

    bound: Bound
    parameter_types: tuple[DataType, ...]
    columns: tuple[ResultColumn, ...]
    text: EngineText
    query: Query
    oids: tuple[int, ...]
    is_repeatable: bool = False  # asked again of the same versions of tables it gives the same rows
    by_key: ByKey | None = None
    asker: Hashable = None  # for whom it was made; another role, or one whose rights have changed, has another plan


# Binds a query for a session: names against the head it reads, policies woven in.
Bind = Callable[[Query, "tuple[DataType | None, ...]", SessionContext], Bound]


def bound_text(bound: Bound) -> EngineText:
    return bound.text if isinstance(bound, BoundQuery) else EngineText((bound.sql,))


class QueryPlanner:
    """Binds queries, describes them, and remembers what it found while nothing it depends on has changed.

    `head` gives the newest consistent set of tables that the session sees, an object with a `version`; `rights` what
    the role may read, for a plan that was allowed once is not allowed for ever; `copies` another number whenever there
    are other native copies to read.
    """

    def __init__(
        self,
        *,
        bind: Bind,
        head: Callable[[SessionContext], Any],
        rights: Callable[[SessionContext], Hashable] = lambda _: None,
        copies: Callable[[], int] = lambda: 0,
    ) -> None:
        self._bind = bind
        self._head = head
        self._rights = rights
        self._copies = copies
        self._plans: RecentlyUsed[tuple[object, ...], QueryPlan] = RecentlyUsed(PLANS_MAX)

    def fix_head(self, session: SessionContext) -> None:
        """Settle which tables the statement reads: the newest, or those of the transaction under REPEATABLE READ."""
        transaction = session.transaction
        transaction.has_read = True
        if transaction.draft is not None:
            session.head = self._head(session)
            return
        if transaction.head is not None:
            session.head = transaction.head
            return
        session.head = self._head(session)
        if session.settings.is_repeatable_read:
            transaction.head = session.head

    def plan(self, query: Query, oids: Sequence[int], session: SessionContext) -> QueryPlan:
        return self._plan(query, oids, (), session)

    def is_kept(self, plan: QueryPlan, session: SessionContext) -> bool:
        """Whether results of the plan are kept: not where it reads no version of a table, or drafts."""
        if not plan.is_repeatable or session.transaction.draft is not None:
            return False
        return session.settings.get("result_cache") != "off"

    def question(self, plan: QueryPlan, sql: str, parameters: Sequence[object]) -> Question | None:
        """What a result of the plan answers, for `sql` names the files; None where it is too long to be kept."""
        question = Question(sql, repr(parameters), plan.asker)
        return question if question.characters <= QUESTION_CHARACTERS_MAX else None

    def fitted(self, plan: QueryPlan, parameters: Sequence[object], session: SessionContext) -> QueryPlan:
        """The plan for these values: a numeric's digits and an array's depth are the value's, not the type's."""
        types = fitted_types(plan.parameter_types, parameters)
        if types == plan.parameter_types:
            return plan
        return self._plan(plan.query, plan.oids, types, session)

    def _plan(
        self, query: Query, oids: Sequence[int], types: tuple[DataType, ...], session: SessionContext
    ) -> QueryPlan:
        free_engine(session)
        self.fix_head(session)
        key = (*self._key(query, oids, session), types)
        plan = self._plans.find(key)
        if plan is None:
            plan = self._make(query, tuple(oids), types or tuple(map(type_of_oid, oids)), session)
            if is_cacheable(plan.bound):
                self._plans.put(key, plan, characters=plan.text.characters)
        return plan

    def _key(self, query: Query, oids: Sequence[int], session: SessionContext) -> tuple[object, ...]:
        settings = session.settings
        text = query.text or query.tree.sql()
        shown = tuple(map(settings.get, _IN_PLANS))
        return (text, tuple(oids), session.database, session.role, settings.search_path, settings.time_zone, shown,
                session.head.version, self._copies(), self._rights(session))  # fmt: skip

    def _make(
        self, query: Query, oids: tuple[int, ...], given: tuple[DataType | None, ...], session: SessionContext
    ) -> QueryPlan:
        bound = self._bind(query, given, session)
        if isinstance(bound, BoundQuery):
            bound = replace(bound, text=with_computed(bound.text, session.query_session.texts))
        inferred = bound.parameter_types
        types = tuple(
            (given[at] if at < len(given) else None) or inferred[at] or TEXT_TYPE for at in range(len(inferred))
        )
        text = bound_text(bound)
        sql = text.shortest
        described = session.query_session.describe(sql, [None] * len(types))
        names = bound.column_names or tuple(name for name, _ in described)
        declared = bound.column_types or (None,) * len(described)
        described = tuple(
            (name, _unfolded(kind, type_, sql)) for (name, kind), type_ in zip(described, declared, strict=True)
        )
        origins = column_origins(query.tree, bound.relations, session.settings.search_path)
        if len(origins) != len(described):
            origins = (None,) * len(described)
        columns = tuple(
            ResultColumn(name, result_type(type_, kind), *_place(origin))
            for name, type_, (_, kind), origin in zip(names, declared, described, origins, strict=True)
        )
        carried = _carried(text, [kind for _, kind in described])
        can_repeat = is_repeatable(bound)
        by_key = find_by_key(bound) if can_repeat and isinstance(bound, BoundQuery) and carried is text else None
        asker = (session.database, session.role, session.settings.time_zone, self._rights(session))
        return QueryPlan(bound, types, columns, carried, query, oids, can_repeat, by_key, asker)


def _place(origin: Origin | None) -> tuple[int, int]:
    """The table and the column number that RowDescription carries; the catalogs' own tables are not told."""
    if origin is None or origin.relation.schema in SYSTEM_SCHEMAS:
        return 0, 0
    return relation_oid(origin.relation), origin.position


def _unfolded(kind: str, declared: DataType | None, sql: str) -> str:
    """The engine folds what is NULL, as each parameter is while it describes, and calls it an integer."""
    if declared is None or str(declared) != "text" or kind != "INTEGER" or not ("$" in sql or "NULL" in sql):
        return kind
    return declared.duckdb


def _carried(text: EngineText, kinds: Sequence[str]) -> EngineText:
    """The query, with the columns that Arrow would spoil in a form that it carries."""
    names = [f"c{at}" for at in range(len(kinds))]
    columns = [_carried_column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    if columns == names:
        return text
    return text.within(f"SELECT {', '.join(columns)} FROM (", f") AS carried({', '.join(names)})")  # noqa: S608 - names


_FIXED_LIST = re.compile(r"\[\d+\]")


def _carried_column(name: str, kind: str) -> str:
    if kind == "INTERVAL":
        return f"pg_carried_interval({name})"
    element, bracket, arrays = kind.partition("[")
    if element in _AS_TEXT or (_FIXED_LIST.search(kind) and "(" not in kind):
        lists = _FIXED_LIST.sub("[]", bracket + arrays)
        return f"CAST({name} AS {_AS_TEXT.get(element, element)}{lists})"
    return name


def is_cacheable(bound: Bound) -> bool:
    """What depends on the session's values, or reads a relation without a version, is bound anew each time.

    Only a BoundQuery says whether it does; a query over the system catalogs always may.
    """
    return (
        isinstance(bound, BoundQuery)
        and not bound.reads_session
        and all(relation.version for relation in bound.relations)
    )


def is_repeatable(bound: Bound) -> bool:
    """Whether the rows are those of versions of tables, and of nothing else."""
    return is_cacheable(bound) and isinstance(bound, BoundQuery) and bool(bound.relations) and not bound.is_volatile
