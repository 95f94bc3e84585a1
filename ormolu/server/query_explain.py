"""EXPLAIN of a query: the engine's own plan, bound as the query would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ormolu.errors import FeatureNotSupported, InvalidParameterValue, InvalidSyntax
from ormolu.server.context import SessionContext
from ormolu.server.plan_tree import Plan, PlanForm, json_text, read_plan, text_lines, xml_text
from ormolu.server.planning import QueryPlanner, bound_text
from ormolu.server.scanned_files import scanned_files
from ormolu.sql_extensions.statements import Explain, Query

# PostgreSQL 15's options; what the last five would add, the engine does not measure.
OPTIONS = frozenset({"analyze", "verbose", "costs", "summary", "format", "timing", "buffers", "wal", "settings"})
_Write = Callable[[Plan, PlanForm], list[str]]
_FORMATS: dict[str, _Write] = {
    "text": text_lines,
    "json": lambda plan, form: [json_text(plan, form)],
    "xml": lambda plan, form: [xml_text(plan, form)],
}
_TRUE = frozenset({"true", "on", "1", "yes"})
_FALSE = frozenset({"false", "off", "0", "no"})


class QueryExplanation:
    """Answers EXPLAIN [ANALYZE] of queries; only ANALYZE runs them."""

    def __init__(self, planner: QueryPlanner) -> None:
        self._planner = planner

    def lines(self, statement: Explain, session: SessionContext) -> list[str]:
        assert isinstance(statement.statement, Query)
        form, write = _form(statement.options)
        plan = self._planner.plan(statement.statement, (), session)
        session.on_cancel(session.query_session.interrupt)
        words = "EXPLAIN (ANALYZE, FORMAT json)" if form.is_analyze else "EXPLAIN (FORMAT json)"
        text = bound_text(plan.bound)
        chosen = text.matching(())
        result = session.query_session.execute(f"{words} {text.reading(chosen)}")
        tree = read_plan("".join(text for batch in result.batches() for text in batch.column(1).to_pylist()))
        return write(Plan(tree, scanned_files(text, chosen)), form)


def _form(options: Mapping[str, str]) -> tuple[PlanForm, _Write]:
    """What is asked for, and what writes it."""
    for name in options:
        if name not in OPTIONS:
            raise InvalidSyntax(f'unrecognized EXPLAIN option "{name}"')
    wanted = options.get("format", "text").lower()
    if wanted not in _FORMATS:
        raise FeatureNotSupported(f"EXPLAIN (FORMAT {wanted}) is not supported", hint="There are text, json and xml.")
    form = PlanForm(
        is_analyze=_is_on(options, "analyze", default=False),
        is_verbose=_is_on(options, "verbose", default=False),
        has_costs=_is_on(options, "costs", default=True),
        has_summary=_is_on(options, "summary", default=True),
    )
    return form, _FORMATS[wanted]


def _is_on(options: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = options.get(name, "true" if default else "false").lower()
    if value not in _TRUE | _FALSE:
        raise InvalidParameterValue(f"{name} requires a Boolean value")
    return value in _TRUE
