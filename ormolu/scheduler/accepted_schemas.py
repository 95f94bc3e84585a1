"""ACCEPT SCHEMA: the version of a source's schema that a load refused becomes the table's."""

from __future__ import annotations

import sqlalchemy as sa

from ormolu.catalog.lake import Head, TableChange, planned_columns
from ormolu.catalog.schema import schema_versions
from ormolu.definitions import BronzeSource, LoadMode
from ormolu.errors import UndefinedObject
from ormolu.medallion.bronze import load_mode
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.evolution import system_columns
from ormolu.medallion.layout import layout_of
from ormolu.scheduler.bronze_writer import Target, retype
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.load_state import StateChanges, pinned_columns
from ormolu.sql_extensions.types import data_type


def accept_schema(source: BronzeSource, version: int | None, context: RunContext) -> RunResult:
    """Take a refused version, the newest where none is named; rows are written again where their type widens."""
    head = context.lake.head()
    table = head.table(source.name)
    number, accepted = _refused(head, source, version)
    names = {column.name for column in accepted}
    before = pinned_columns(table)
    # What the source no longer has keeps its rows' values, and is NULL in new ones.
    columns = (*accepted, *(column for column in before if column.name not in names))
    target = Target(
        planned_columns((*columns, *system_columns(columns)), table),
        table.partition_by,
        f"{table.location}/data/run-{context.run.run_id}",
        layout_of(source.options),
    )
    with context.step("rewrite"):
        files = retype(context.engine(), table, target, hashes=load_mode(source) is LoadMode.INCREMENTAL)
    changes = StateChanges(head, source.name, run_id=context.run.run_id, at=context.now())
    change = TableChange(
        table=source.name,
        based_on=table.metadata_location,
        columns=target.columns,
        added=files,
        removes_all=bool(files),
        summary={"ormolu.run-id": str(context.run.run_id)},
        operation="accept schema",
    )
    result = RunResult(record={"schema_version": number})
    context.publish([change], (), changes.schema(number, accepted, "current"), result=result)
    return result


def _refused(head: Head, source: BronzeSource, version: int | None) -> tuple[int, tuple[StoredColumn, ...]]:
    wanted = (
        sa.select(schema_versions.c.version, schema_versions.c.columns)
        .where(
            schema_versions.c.database == head.lake.database,
            schema_versions.c.table_name == str(source.name),
            schema_versions.c.status == "refused",
        )
        .order_by(schema_versions.c.version.desc())
    )
    if version is not None:
        wanted = wanted.where(schema_versions.c.version == version)
    with head.lake.engine.connect() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        asked = "no refused schema" if version is None else f"no refused schema {version}"
        raise UndefinedObject(
            f"{source.name} has {asked}", hint="SELECT version, status, columns FROM lake.schema_versions"
        )
    return int(row.version), tuple(StoredColumn(each["name"], data_type(each["type"])) for each in row.columns)
