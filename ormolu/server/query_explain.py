"""EXPLAIN of a query: the engine's own plan, bound as the query would be."""

from __future__ import annotations

from ormolu.server.context import SessionContext
from ormolu.server.planning import QueryPlanner
from ormolu.sql_extensions.statements import Explain, Query


class QueryExplanation:
    """Answers EXPLAIN [ANALYZE] of queries; only ANALYZE runs them."""

    def __init__(self, planner: QueryPlanner) -> None:
        self._planner = planner

    def lines(self, statement: Explain, session: SessionContext) -> list[str]:
        assert isinstance(statement.statement, Query)
        plan = self._planner.plan(statement.statement, (), session)
        session.on_cancel(session.query_session.interrupt)
        word = "EXPLAIN ANALYZE" if statement.is_analyze else "EXPLAIN"
        result = session.query_session.execute(f"{word} {plan.bound.sql}")
        return [line for batch in result.batches() for text in batch.column(1).to_pylist() for line in text.split("\n")]
