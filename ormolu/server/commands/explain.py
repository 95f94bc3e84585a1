"""EXPLAIN: the plan and nothing more."""

from __future__ import annotations

from ormolu.definitions import BronzeSource, Definition, GoldMetric, GoldTable, SilverTable, TableName, kind_of
from ormolu.errors import FeatureNotSupported, UndefinedTable
from ormolu.medallion.lineage import downstream_in_order, upstreams
from ormolu.scheduler.exclusions import loads_of_run
from ormolu.server.commands.access import require_admin, require_operate
from ormolu.server.commands.answers import columns, rows
from ormolu.server.commands.create import check_upstreams, find_existing
from ormolu.server.commands.drop import dependents_of
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Outcome
from ormolu.sql_extensions.equality import is_same_definition
from ormolu.sql_extensions.statements import Alter, Create, Drop, ExcludeRun, Explain, IncludeRun, Refresh

PLAN_COLUMNS = columns(
    ("step", "bigint"),
    ("object", "text"),
    ("action", "text"),
    ("reason", "text"),
    ("rows", "bigint"),
    ("bytes", "bigint"),
)
QUERY_COLUMNS = columns(("QUERY PLAN", "text"))
PlanRow = tuple[str, str, str, int | None, int | None]  # object, action, reason, rows, bytes


def query_plan(lines: list[str]) -> Outcome:
    """The engine's plan of a query, a line a row as PostgreSQL answers EXPLAIN."""
    return rows(QUERY_COLUMNS, [(line,) for line in lines], tag="EXPLAIN")


def explain(statement: Explain, session: SessionContext, services: Services) -> Outcome:
    """What a statement of ours would do, as rows; queries are explained by the engine."""
    asked = statement.statement
    match asked:
        case Create():
            planned = _create(asked, session, services)
        case Refresh():
            planned = _refresh(asked, session, services)
        case Drop():
            planned = _drop(asked, session, services)
        case Alter(action=ExcludeRun() | IncludeRun()):
            planned = _take_back(asked, session, services)
        case _:
            words = " ".join(asked.text.split()[:3]).upper()
            raise FeatureNotSupported(f"EXPLAIN {words} is not supported yet")
    return rows(PLAN_COLUMNS, [(step, *row) for step, row in enumerate(planned, start=1)])


def _create(asked: Create, session: SessionContext, services: Services) -> list[PlanRow]:
    definition = asked.definition
    require_admin(services, session, f"create {definition.name}")
    head = services.lake.head()
    existing = find_existing(head, kind_of(definition), str(definition.name))
    name = str(definition.name)
    if existing is not None and is_same_definition(existing, definition):
        return [(name, "nothing", "the definition is the same", None, None)]
    action = "replace definition" if existing is not None else "define"
    planned: list[PlanRow] = [(name, action, kind_of(definition).value, None, None)]
    if not isinstance(definition, SilverTable | GoldTable | GoldMetric):
        return planned
    check_upstreams(definition, head, session)
    if asked.with_no_data:
        return planned
    planned += [_input(upstream, services) for upstream in upstreams(definition, head.definitions.relations())]
    planned.append((name, "fill", "rebuilt beside the live version" if existing else "filled when created", None, None))
    return planned + _downstream(definition.name, services, "follows its upstream")


def _input(name: TableName, services: Services) -> PlanRow:
    table = services.lake.head().find_table(name)
    if table is None:
        return (str(name), "read", "has no rows yet", None, None)
    return (str(name), "read", "upstream", table.rows, sum(file.bytes for file in table.files))


def _downstream(name: TableName, services: Services, reason: str) -> list[PlanRow]:
    known = services.lake.head().definitions.relations()
    return [(str(dependent), "refresh", reason, None, None) for dependent in downstream_in_order(known, name)]


def _refresh(asked: Refresh, session: SessionContext, services: Services) -> list[PlanRow]:
    head = services.lake.head()
    definition: Definition | None = head.definitions.find_relation(asked.name)
    if definition is None:
        raise UndefinedTable(f'relation "{asked.name}" does not exist')
    require_operate(services, session, asked.name)
    if isinstance(definition, BronzeSource):
        planned: list[PlanRow] = [(str(asked.name), "load", "reads its source", None, None)]
    else:
        planned = [_input(upstream, services) for upstream in upstreams(definition, head.definitions.relations())]
        planned.append((str(asked.name), "refresh", "full, as asked" if asked.is_full else "what is new", None, None))
    return planned + _downstream(asked.name, services, "CASCADE" if asked.is_cascade else "follows its upstream")


def _take_back(asked: Alter, session: SessionContext, services: Services) -> list[PlanRow]:
    """What EXCLUDE RUN or INCLUDE RUN would touch."""
    head = services.lake.head()
    assert isinstance(asked.action, ExcludeRun | IncludeRun) and isinstance(asked.name, TableName)
    source = head.definitions.find_relation(asked.name)
    if not isinstance(source, BronzeSource):
        raise UndefinedTable(f'bronze source "{asked.name}" does not exist')
    require_operate(services, session, asked.name)
    word = "exclude" if isinstance(asked.action, ExcludeRun) else "include"
    loads = loads_of_run(head, source, asked.action.run_id)
    planned: list[PlanRow] = [
        (str(asked.name), word, f"load {load} of run {asked.action.run_id}", None, None) for load in loads
    ]
    reason = "CASCADE computes it again" if asked.action.is_cascade else "keeps what it has: no CASCADE"
    return planned + _downstream(asked.name, services, reason)


def _drop(asked: Drop, session: SessionContext, services: Services) -> list[PlanRow]:
    require_admin(services, session, f"drop {asked.name}")
    head = services.lake.head()
    others = dependents_of(asked.kind, asked.name, head)
    reason = "depends on it" if asked.is_cascade else "depends on it: RESTRICT refuses"
    planned: list[PlanRow] = [(other, "drop", reason, None, None) for _, other in others]
    planned.append((str(asked.name), "drop", asked.kind.value, None, None))
    return planned
