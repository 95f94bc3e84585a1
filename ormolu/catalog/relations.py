"""What queries see of the tables: published loads, open quarantine, the living and the deleted, and the past."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine, select
from sqlglot import exp

from ormolu.catalog.database import reading
from ormolu.catalog.schema import versions
from ormolu.catalog.table import IcebergTable, relation_columns
from ormolu.definitions import TableName
from ormolu.errors import InvalidDatetimeFormat, InvalidParameterValue
from ormolu.medallion.columns import DELETED_AT, EXCLUDED_LOADS, INGESTION_ID, IS_DELETED, LATEST_FULL_LOAD, LOAD_TIME
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

if TYPE_CHECKING:
    from ormolu.sql_extensions.dialect.context import AsOf

FindTable = Callable[[TableName], IcebergTable | None]


def find_relation(name: TableName, find_table: FindTable) -> Relation | None:
    """The relation of that name over the tables that `find_table` gives; None where there is none."""
    table = find_table(name)
    match name.schema:
        case "bronze" if table is not None:
            return _loaded(name, table, is_history=False)
        case "bronze" if (base := _base(name, "_history")) and (table := find_table(base)) is not None:
            return _loaded(name, table, is_history=True)
        case "quarantine" if table is not None:
            return _relation(name, table, _not_discarded(table))
        case "silver" if table is None and (base := _base(name, "_all")):
            return _living_and_deleted(name, find_table(base), find_table(TableName("silver", f"{base.name}_deleted")))
        case _:
            return table.relation() if table is not None else None


def _base(name: TableName, ending: str) -> TableName | None:
    base = name.name.removesuffix(ending)
    return TableName(name.schema, base) if base not in ("", name.name) else None


def _relation(name: TableName, table: IcebergTable, where: exp.Expr | None) -> Relation:
    return Relation(name, relation_columns(table.columns), table.source(where=where), table.metadata_location)


def _loaded(name: TableName, table: IcebergTable, *, is_history: bool) -> Relation:
    """A bronze table; each row's load has a readable name unless the source has a column called so."""
    relation = _relation(name, table, published_loads(table, is_history=is_history))
    needed = ("_load_id", "_loaded_at")
    if relation.find_column(INGESTION_ID) or any(table.find_column(column) is None for column in needed):
        return relation
    started = exp.Anonymous(this="strftime", expressions=[_quoted("_loaded_at"), exp.Literal.string(LOAD_TIME)])
    parts = [exp.Literal.string(f"{table.name.name}-"), started, exp.Literal.string("-"), _quoted("_load_id")]
    readable = exp.alias_(exp.Anonymous(this="concat", expressions=parts), INGESTION_ID, quoted=True)
    return replace(
        relation,
        columns=(*relation.columns, RelationColumn(INGESTION_ID, data_type("text"), is_hidden=True)),
        source=exp.select(exp.Star(), readable).from_(relation.source.subquery("loads")),
    )


def published_loads(table: IcebergTable, *, is_history: bool = False) -> exp.Expr | None:
    """Which rows of a bronze table are shown, by their `_load_id`; None where all are."""
    if table.find_column("_load_id") is None:
        return None
    load_id = exp.column(exp.to_identifier("_load_id", quoted=True))
    conditions: list[exp.Expr] = []
    latest = table.properties.get(LATEST_FULL_LOAD)
    if latest and not is_history:
        conditions.append(exp.EQ(this=load_id, expression=exp.Literal.number(int(latest))))
    excluded = [int(load) for load in json.loads(table.properties.get(EXCLUDED_LOADS) or "[]")]
    if excluded:
        conditions.append(exp.not_(exp.In(this=load_id, expressions=[exp.Literal.number(load) for load in excluded])))
    return exp.and_(*conditions) if conditions else None


def _not_discarded(table: IcebergTable) -> exp.Expr | None:
    if table.find_column("_status") is None:
        return None
    status = exp.column(exp.to_identifier("_status", quoted=True))
    return exp.NullSafeNEQ(this=status, expression=exp.Literal.string("discarded"))


def _living_and_deleted(name: TableName, living: IcebergTable | None, deleted: IcebergTable | None) -> Relation | None:
    """`silver.x_all`: both, and which of the two a row is; columns that the deleted lack are NULL there."""
    if living is None or deleted is None:
        return None
    columns = [column for column in relation_columns(living.columns) if column.name not in (IS_DELETED, DELETED_AT)]
    kept = {column.name for column in deleted.columns}
    deleted_at = _quoted(DELETED_AT) if DELETED_AT in kept else _null("timestamptz")
    first = exp.select(
        *(_quoted(column.name) for column in columns),
        exp.alias_(exp.false(), IS_DELETED, quoted=True),
        exp.alias_(_null("timestamptz"), DELETED_AT, quoted=True),
    ).from_(living.source().subquery("living"))
    second = exp.select(
        *(
            _quoted(column.name)
            if column.name in kept
            else exp.alias_(_null(str(column.type)), column.name, quoted=True)
            for column in columns
        ),
        exp.alias_(exp.true(), IS_DELETED, quoted=True),
        exp.alias_(deleted_at, DELETED_AT, quoted=True),
    ).from_(deleted.source().subquery("deleted"))
    return Relation(
        name,
        (
            *columns,
            RelationColumn(IS_DELETED, data_type("boolean")),
            RelationColumn(DELETED_AT, data_type("timestamptz")),
        ),
        exp.union(first, second, distinct=False),
        f"{living.metadata_location} {deleted.metadata_location}",
    )


def _quoted(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _absent(column: RelationColumn) -> exp.Expr:
    return exp.alias_(_null(str(column.type)), column.name, quoted=True)


def _null(spelling: str) -> exp.Cast:
    return exp.cast(exp.null(), data_type(spelling).duckdb, dialect="duckdb")


def location_as_of(engine: Engine, database: str, table: TableName, as_of: AsOf) -> str | None:
    """The metadata that was the table's at `as_of`: 22023 before the first version; after the newest, the newest."""
    of_table = (versions.c.database == database) & (versions.c.table_name == str(table))
    wanted = select(versions.c.metadata_location).where(of_table).order_by(versions.c.version.desc()).limit(1)
    if as_of.version is not None:
        wanted = wanted.where(versions.c.version <= as_of.version)
    elif as_of.timestamp is not None:
        wanted = wanted.where(versions.c.published_at <= moment(as_of.timestamp))
    with reading(engine) as connection:
        location = connection.execute(wanted).scalar()
        if location is None and connection.execute(select(versions.c.version).where(of_table).limit(1)).first():
            raise InvalidParameterValue(
                f'"{table}" has no version that old', hint="SELECT * FROM lake.versions lists the versions there are."
            )
    return location


def moment(text: str) -> datetime:
    """Without a zone the time is UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidDatetimeFormat(f'invalid input syntax for type timestamp: "{text}"') from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
