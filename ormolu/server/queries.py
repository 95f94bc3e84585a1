"""Queries: prepared once, run by the plan that holds when they are, their results kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import pyarrow as pa

from ormolu import errors
from ormolu.server.acting import ActingQuery, find_acting, with_channels
from ormolu.server.actions import Actions
from ormolu.server.constants import ConstantQuery, FixedAnswer, constant_query
from ormolu.server.context import SessionContext
from ormolu.server.engine_rows import EngineRows, is_streaming
from ormolu.server.lifting import is_plannable, literal_oids, literal_values
from ormolu.server.outcomes import Rows
from ormolu.server.parsed import PARSED_CHARACTERS_MAX, PARSED_MAX, ParsedStatements
from ormolu.server.planning import QueryPlan, QueryPlanner
from ormolu.server.preparation import Prepared
from ormolu.server.recently_used import RecentlyUsed
from ormolu.server.results import Results
from ormolu.server.rows_by_key import RowsByKey
from ormolu.server.scanned_files import FileCounts, scanned_files
from ormolu.sql_extensions import statements as s


class Queries:
    def __init__(
        self,
        *,
        parsed: ParsedStatements,
        planner: QueryPlanner,
        actions: Actions,
        results: Results,
        rows_by_key: RowsByKey,
        files: FileCounts,
    ) -> None:
        self._parsed = parsed
        self._planner = planner
        self._actions = actions
        self._results = results
        self._rows_by_key = rows_by_key
        self._files = files
        self._constants: RecentlyUsed[str, Prepared] = RecentlyUsed(PARSED_MAX)

    def fixed_answer(self, sql: str) -> FixedAnswer | None:
        match self._parsed.find(sql):
            case (s.Query(text=text),) if (prepared := self._constants.find(text)) is not None:
                return cast("ConstantQuery", prepared.plan).fixed_answer
            case _:
                return None

    def prepare(self, query: s.Query, oids: tuple[int, ...], session: SessionContext) -> Prepared:
        if query.lifted is not None and oids:
            return self.prepare(self._as_typed(query), oids, session)
        if query.lifted is not None:
            prepared = self._prepare_lifted(query, query.lifted, session)
            return prepared or self.prepare(self._as_typed(query), oids, session)
        constant = self._constant(query)
        if constant is not None:
            return constant
        if not query.is_read_only:
            raise errors.FeatureNotSupported("a query that changes data or makes a table is not supported")
        acting = find_acting(query)
        if acting is not None:
            inner = self.prepare(acting.inner, oids, session)
            columns = acting.columns(inner.columns or ())
            return Prepared(query, inner.parameter_types, oids, columns, is_described=True, plan=acting)
        plan = self._plan(query, oids, session)
        return Prepared(
            query, plan.parameter_types, oids, plan.columns, is_described=True, plan=plan, stamp=_stamp(session)
        )

    def _prepare_lifted(self, query: s.Query, lifted: s.Lifted, session: SessionContext) -> Prepared | None:
        """The query by the plan of its shape; None where it has to be read as it was typed, errors' positions too."""
        try:
            with session.notices_held() as held:
                plan = self._plan(lifted.shape, literal_oids(lifted), session)
            if not is_plannable(plan):
                self._parsed.refuse_lifting(query)
                return None
            values = literal_values(lifted, plan, session.settings)
        except errors.OrmoluError:
            return None
        if values is None:
            return None
        for notice in held:
            session.notify(*notice)
        return Prepared(query, columns=plan.columns, is_described=True, plan=plan, stamp=_stamp(session), values=values)

    def _as_typed(self, query: s.Query) -> s.Query:
        return cast("s.Query", self._parsed.as_typed(query.text)[0])

    def _plan(self, query: s.Query, oids: Sequence[int], session: SessionContext) -> QueryPlan:
        channels = self._actions.channels.listened_to(session.pid)
        return self._planner.plan(with_channels(query, channels), oids, session)

    def _constant(self, query: s.Query) -> Prepared | None:
        """A query that needs no engine is prepared once for all sessions."""
        if query.text and (known := self._constants.find(query.text)) is not None:
            return known
        constant = constant_query(query.tree)
        if constant is None:
            return None
        prepared = Prepared(query, columns=constant.columns, is_described=True, plan=constant)
        if query.text and len(query.text) <= PARSED_CHARACTERS_MAX:
            self._constants.put(query.text, prepared, characters=len(query.text))
        return prepared

    def run(
        self, statement: s.Query, prepared: Prepared, parameters: tuple[object, ...], session: SessionContext
    ) -> Rows:
        session.transaction.has_read = True
        if isinstance(prepared.plan, ConstantQuery):
            return prepared.plan.rows(session)
        if isinstance(prepared.plan, ActingQuery):
            return self._act(prepared.plan, prepared, parameters, session)
        plan, stamp = prepared.plan, prepared.stamp
        prepared.stamp = None
        parameters = parameters or prepared.values
        if stamp is None or stamp != _stamp(session):
            if statement.lifted is not None:
                again = self.prepare(statement, (), session)
                plan, parameters = again.plan, again.values
            else:
                plan = self._plan(statement, prepared.parameter_oids, session)
        if plan.columns != prepared.columns:
            raise errors.FeatureNotSupported("cached plan must not change result type")
        return self._run_plan(plan, parameters, session)

    def _act(
        self, acting: ActingQuery, prepared: Prepared, parameters: tuple[object, ...], session: SessionContext
    ) -> Rows:
        inner = self.prepare(acting.inner, prepared.parameter_oids, session)
        rows = self.run(acting.inner, inner, parameters, session)
        return Rows(acting.columns(rows.columns), acting.act(rows.batches, self._actions, session))

    def _run_plan(self, plan: QueryPlan, parameters: tuple[object, ...], session: SessionContext) -> Rows:
        if parameters:
            plan = self._planner.fitted(plan, parameters, session)
        is_kept = self._results.are_kept and self._planner.is_kept(plan, session)
        if is_kept and (known := self._known_by_key(plan, parameters, session)) is not None:
            return Rows(plan.columns, iter(known))
        chosen = plan.text.matching(parameters)
        sql = plan.text.reading(chosen)
        question = self._planner.question(plan, sql, parameters) if is_kept else None
        if question is not None and (kept := self._results.find(question)) is not None:
            return Rows(plan.columns, iter(kept))
        self._files.add(scanned_files(plan.text, chosen))
        rows = _run_engine(sql, parameters, session)
        return Rows(plan.columns, rows if question is None else self._results.recorded(question, rows))

    def _known_by_key(
        self, plan: QueryPlan, parameters: tuple[object, ...], session: SessionContext
    ) -> tuple[pa.RecordBatch, ...] | None:
        if plan.by_key is None:
            return None
        run = partial(_run_engine, parameters=(), session=session)
        return self._rows_by_key.find(plan.by_key, parameters[0], plan.asker, run)

    def rows(self, query: s.Query, session: SessionContext) -> Rows:
        """The rows of a query inside another statement."""
        prepared = self.prepare(query, (), session)
        if prepared.parameter_types:
            raise errors.UndefinedParameter("there is no parameter $1")
        return self.run(query, prepared, (), session)


def _run_engine(sql: str, parameters: tuple[object, ...], session: SessionContext) -> EngineRows:
    session.on_cancel(session.query_session.interrupt)
    return EngineRows(session, session.query_session.execute(sql, parameters).batches())


def _stamp(session: SessionContext) -> tuple[int, int] | None:
    """Marks a plan as made for this very batch of messages and this engine cursor: it may run once without another
    look at the catalog. A transaction that makes something of its own always looks."""
    if is_streaming(session) or session.transaction.draft is not None:
        return None
    return (session.batch, id(session.query_session))
