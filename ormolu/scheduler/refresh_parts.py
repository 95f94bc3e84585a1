"""What refreshes of silver and gold share: names, moments, expectations, checkpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlglot import exp

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.catalog.schema import checkpoints, versions
from ormolu.definitions import (
    ForeignKeyRule,
    GoldMetric,
    GoldTable,
    LookupRule,
    SilverTable,
    TableName,
)
from ormolu.engine.errors import condition
from ormolu.engine.jobs import JobEngine
from ormolu.errors import InvalidTextRepresentation, OrmoluError
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.expectations import BEFORE, ROWS, observation
from ormolu.medallion.refresh_mode import Upstream
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.silver import empty_rows
from ormolu.medallion.templates import text
from ormolu.scheduler.context import RunContext
from ormolu.scheduler.gates import Verdict
from ormolu.scheduler.refresh_plans import Readable
from ormolu.scheduler.table_writes import published
from ormolu.sql_extensions.queries import AsOf, SessionValues, bind_query
from ormolu.sql_extensions.relations import Relation, RelationColumn

# DuckDB's TRY refuses error(), which is volatile; a cast that cannot succeed fails as well, and can be caught.
# It stands as an index so that its type suits every CASE, and so that no optimizer evaluates it beforehand.
_CATCHABLE_ERROR = "CREATE OR REPLACE MACRO error(m) AS [NULL][CAST(m AS INTEGER)]"
# Measured on 1.5.5: common subexpressions are computed before, and outside of, the TRY that they stand in.
_NO_HOISTING = "SET disabled_optimizers = 'common_subexpressions'"
_CAUGHT = re.compile(r"'(?P<state>[0-9A-Z]{5}): (?P<message>.*)' to INT32", re.DOTALL)


@contextmanager
def catchable_errors(engine: JobEngine) -> Iterator[None]:
    """Errors that expressions raise can be caught row by row; those that nobody catches keep their words."""
    engine.execute(_NO_HOISTING)
    engine.execute(_CATCHABLE_ERROR)
    try:
        yield
    except InvalidTextRepresentation as error:
        found = _CAUGHT.search(error.detail or error.message)
        if found is None:
            raise
        raise condition(found["state"], found["message"]) from error


def expectations(
    rules: Sequence[NamedRule],
    context: RunContext,
    head: Head,
    *,
    before: IcebergTable | None,
    table_rows: exp.Query,
    new_rows: exp.Query,
    stored: Sequence[StoredColumn],
    batch_columns: Sequence[StoredColumn],
    now: datetime,
) -> list[Verdict]:
    """Judge EXPECT over the table as it would stand, EXPECT NEW over the batch; NULL is not a violation."""
    old = published(before, tuple(stored)) or empty_rows(stored)
    verdicts = []
    for rule in rules:
        is_new = rule.kind == "EXPECT NEW"
        looked_at = _relation(ROWS, new_rows if is_new else table_rows, batch_columns if is_new else stored)
        previous = _relation(BEFORE, old, stored)

        def resolve(
            name: TableName, as_of: AsOf | None, looked_at: Relation = looked_at, previous: Relation = previous
        ) -> Relation | None:
            if name in (ROWS, BEFORE):
                return looked_at if name == ROWS else previous
            return head.find_relation(name, as_of)

        seen = observation(rule, now=now)
        bound = bind_query(seen.query, resolve, session=SessionValues(now=now))
        try:
            with catchable_errors(context.engine()):
                row = context.engine().rows(text(bound.tree))[0]
        except OrmoluError as error:
            error.hint = error.hint or f'The rule "{rule.name}" ends so.'
            raise
        values = [f"{label} = {_plain(value)}" for label, value in zip(seen.seen, row[1:], strict=True)]
        observed = ", ".join(values) or None
        verdicts.append(Verdict(rule, rule.action, 0, 0 if row[0] is not False else 1, row[0] is not False, observed))
    return verdicts


def _plain(value: object) -> str:
    """Without exponents: 0E-16 is 0."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _relation(name: TableName, rows: exp.Query, stored: Sequence[StoredColumn]) -> Relation:
    return Relation(name, tuple(RelationColumn(item.name, item.type) for item in stored), rows, "staged")


def rule_relations(definition: SilverTable | GoldTable | GoldMetric, head: Head) -> dict[TableName, Relation]:
    """The tables of FOREIGN KEY and LOOKUP; one that has never been loaded but declares its columns is empty."""
    names = [rule.references for rule in definition.rules if isinstance(rule, ForeignKeyRule)]
    names += [rule.table for rule in definition.rules if isinstance(rule, LookupRule)]
    readable = Readable(head, definition.name)
    found = {name: readable.find(name) for name in names}
    return {name: relation for name, relation in found.items() if relation is not None}


def checkpoint_rows(
    name: TableName, upstreams: Mapping[str, Upstream], head: Head, context: RunContext
) -> list[sa.Executable]:
    """The checkpoints as lake.checkpoints shows them; what counts travels with the table."""
    mine = (checkpoints.c.database == context.run.database) & (checkpoints.c.table_name == str(name))
    numbers = _version_numbers(upstreams, head, context)
    rows = [
        {
            "database": context.run.database,
            "table_name": str(name),
            "upstream": upstream,
            "load_id": each.last_load,
            "version": numbers.get(upstream),
            "run_id": context.run.run_id,
            "checked_at": context.now(),
        }
        for upstream, each in upstreams.items()
    ]
    forget: sa.Executable = sa.delete(checkpoints).where(mine)
    return [forget, sa.insert(checkpoints).values(rows)] if rows else [forget]


def _version_numbers(upstreams: Mapping[str, Upstream], head: Head, context: RunContext) -> dict[str, int]:
    """The number that lake.versions gives each upstream as it was read."""
    locations = {str(name): location for name, location in head.pointers.items() if str(name) in upstreams}
    wanted = sa.select(versions.c.table_name, versions.c.version).where(
        versions.c.database == context.run.database, versions.c.metadata_location.in_(list(locations.values()))
    )
    with context.lake.engine.connect() as connection:
        found = connection.execute(wanted).all()
    return {row.table_name: row.version for row in found if row.table_name in locations}
