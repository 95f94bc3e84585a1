"""The views of `lake` that show what there is: objects, columns, datasets, lineage, and how each object is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from ormolu.catalog.database import reading
from ormolu.catalog.definitions_log import DEFINITIONS, DefinitionVersion
from ormolu.catalog.schema import runs, versions, watermarks
from ormolu.catalog.tombs import KEPT
from ormolu.definitions import (
    AfterUpstream,
    Cron,
    DailyAt,
    Definition,
    Every,
    Kind,
    Never,
    Options,
    TableName,
    WeeklyOn,
)
from ormolu.medallion.lineage import lineage_edges

if TYPE_CHECKING:
    from ormolu.catalog.lake import Head

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeadView:
    """`rows` makes all of them: there are about as many as objects or columns."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: Callable[[Head], Iterable[Row]]


def _objects(head: Head) -> Iterator[Row]:
    firsts = {(row.kind, row.name): row.at for row in reversed(head.definitions.log())}
    for row in head.definitions.rows():
        definition = head.definitions.find(row.kind, row.name)
        options = _options(definition)
        table = None if row.kind.schema is None else head.find_table(_table_name(row))
        yield {
            "kind": row.kind.value,
            "name": row.name,
            "schema_name": row.kind.schema,
            "title": options.find("title"),
            "owner": options.find("owner"),
            "steward": options.find("steward"),
            "domain": options.find("domain"),
            "dataset": options.find("dataset"),
            "pipeline": options.find("pipeline"),
            "comment": getattr(definition, "comment", None),
            "schedule": _schedule(definition),
            "definition_version": row.version,
            "definition": row.ddl,
            "author": row.author,
            "created_at": firsts[row.kind, row.name],
            "changed_at": row.at,
            "rows": None if table is None else table.rows,
            "bytes": None if table is None else table.bytes,
            "files": None if table is None else len(table.files),
            "location": None if table is None else table.location,
        }


def _options(definition: Definition | None) -> Options:
    options = getattr(definition, "options", None)
    return options if isinstance(options, Options) else Options()


def _table_name(row: DefinitionVersion) -> TableName:
    schema, _, name = row.name.partition(".")
    return TableName(schema, name)


def _schedule(definition: Definition | None) -> str | None:
    match getattr(definition, "schedule", None):
        case Every(interval):
            return f"every {interval}"
        case DailyAt(at, timezone):
            return f"daily at {at:%H:%M}" + (f" {timezone}" if timezone else "")
        case WeeklyOn(day, at, timezone):
            return f"weekly on {day} at {at:%H:%M}" + (f" {timezone}" if timezone else "")
        case Cron(text, timezone):
            return f"cron {text}" + (f" {timezone}" if timezone else "")
        case AfterUpstream(at_most_every):
            return "after upstream" + (f" at most every {at_most_every}" if at_most_every else "")
        case Never():
            return "never"
        case _:
            return None


def _columns(head: Head) -> Iterator[Row]:
    for name in sorted(head.pointers):
        if name == DEFINITIONS:
            continue
        for position, column in enumerate(head.table(name).columns, start=1):
            yield {
                "table_name": str(name),
                "column_name": column.name,
                "position": position,
                "data_type": str(column.type),
                "is_required": column.is_required,
                "is_hidden": column.is_hidden,
                "comment": column.comment,
                "field_id": column.field_id,
            }


def _datasets(head: Head) -> Iterator[Row]:
    for row in head.definitions.rows():
        options = _options(head.definitions.find(row.kind, row.name))
        if row.kind.schema is not None:
            yield {
                "dataset": options.find("dataset") or row.name,
                "object_name": row.name,
                "kind": row.kind.value,
                "title": options.find("title"),
                "owner": options.find("owner"),
                "steward": options.find("steward"),
                "domain": options.find("domain"),
                "certified_until": options.find("certified_until"),
            }


def _nothing(_head: Head) -> Iterator[Row]:
    return iter(())


def _lineage(head: Head) -> Iterator[Row]:
    """Column edges between neighbours; a relation that no column edge reaches has one edge without columns."""
    relations = head.definitions.relations()
    for name in sorted(relations):
        table = head.find_table(name)
        read: set[TableName] = set()
        for column in () if table is None else table.columns:
            if column.is_hidden:
                continue
            for edge in lineage_edges(relations, name, column=column.name, direction="upstream"):
                if edge.distance == 1:
                    read.add(edge.object)
                    yield _edge(str(edge.object), edge.column, str(name), column.name, edge.kind)
        for edge in lineage_edges(relations, name, direction="upstream"):
            if edge.distance == 1 and edge.object not in read:
                yield _edge(str(edge.object), None, str(name), None, edge.kind)


def _edge(upstream: str, upstream_column: str | None, downstream: str, column: str | None, kind: str) -> Row:
    return {
        "upstream": upstream,
        "upstream_column": upstream_column,
        "downstream": downstream,
        "downstream_column": column,
        "kind": kind,
    }


def _status(head: Head) -> Iterator[Row]:
    last, last_success, published = _last_runs(head)
    for row in head.definitions.rows():
        if row.kind.schema is None:
            continue
        table = head.find_table(_table_name(row))
        run, success, version = last.get(row.name), last_success.get(row.name), published.get(row.name)
        yield {
            "table_name": row.name,
            "kind": row.kind.value,
            "status": "never run" if run is None else run.status,
            "last_run_id": None if run is None else run.run_id,
            "last_run_at": None if run is None else run.started_at or run.queued_at,
            "last_success_at": None if success is None else success.finished_at,
            "last_error": None if run is None else run.error,
            "version": None if version is None else version.version,
            "published_at": None if version is None else version.published_at,
            "rows": None if table is None else table.rows,
            "schedule": _schedule(head.definitions.find(row.kind, row.name)),
        }


def _last_runs(head: Head) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    database = head.lake.database
    of_database = select(func.max(runs.c.run_id)).where(runs.c.database == database).group_by(runs.c.object)
    succeeded = of_database.where(runs.c.status == "succeeded")
    newest = (
        select(versions.c.table_name, func.max(versions.c.version).label("version"))
        .where(versions.c.database == database)
        .group_by(versions.c.table_name)
        .subquery()
    )
    published = select(versions).join(
        newest, (versions.c.table_name == newest.c.table_name) & (versions.c.version == newest.c.version)
    )
    with reading(head.lake.engine) as connection:
        return (
            {row.object: row for row in connection.execute(select(runs).where(runs.c.run_id.in_(of_database)))},
            {row.object: row for row in connection.execute(select(runs).where(runs.c.run_id.in_(succeeded)))},
            {row.table_name: row for row in connection.execute(published.where(versions.c.database == database))},
        )


def _watermarks(head: Head) -> Iterator[Row]:
    with reading(head.lake.engine) as connection:
        is_live = ~watermarks.c.source_name.startswith(KEPT)
        of_lake = watermarks.c.database == head.lake.database
        rows = connection.execute(select(watermarks).where(of_lake, is_live)).all()
    for row in rows:
        definition = head.definitions.find(Kind.BRONZE_SOURCE, row.source_name)
        yield {
            "source_name": row.source_name,
            "connection": row.connection,
            "watermark_column": row.watermark_column,
            "last_full_load": row.last_full_load,
            "last_incremental_load": row.last_incremental_load,
            "last_incremental_watermark": row.last_incremental_watermark,
            "last_cdc_timestamp": None,
            "next_scheduled_load": None,
            "load_frequency": _schedule(definition),
            "last_run_id": row.last_run_id,
        }


HEAD_VIEWS: tuple[HeadView, ...] = (
    HeadView(
        "objects",
        (
            ("kind", "text"),
            ("name", "text"),
            ("schema_name", "text"),
            ("title", "text"),
            ("owner", "text"),
            ("steward", "text"),
            ("domain", "text"),
            ("dataset", "text"),
            ("pipeline", "text"),
            ("comment", "text"),
            ("schedule", "text"),
            ("definition_version", "bigint"),
            ("definition", "text"),
            ("author", "text"),
            ("created_at", "timestamptz"),
            ("changed_at", "timestamptz"),
            ("rows", "bigint"),
            ("bytes", "bigint"),
            ("files", "bigint"),
            ("location", "text"),
        ),
        _objects,
    ),
    HeadView(
        "columns",
        (
            ("table_name", "text"),
            ("column_name", "text"),
            ("position", "integer"),
            ("data_type", "text"),
            ("is_required", "boolean"),
            ("is_hidden", "boolean"),
            ("comment", "text"),
            ("field_id", "integer"),
        ),
        _columns,
    ),
    HeadView(
        "datasets",
        (
            ("dataset", "text"),
            ("object_name", "text"),
            ("kind", "text"),
            ("title", "text"),
            ("owner", "text"),
            ("steward", "text"),
            ("domain", "text"),
            ("certified_until", "text"),
        ),
        _datasets,
    ),
    HeadView("tags", (("object_name", "text"), ("column_name", "text"), ("key", "text"), ("value", "text")), _nothing),
    HeadView(
        "lineage",
        (
            ("upstream", "text"),
            ("upstream_column", "text"),
            ("downstream", "text"),
            ("downstream_column", "text"),
            ("kind", "text"),
        ),
        _lineage,
    ),
    HeadView(
        "status",
        (
            ("table_name", "text"),
            ("kind", "text"),
            ("status", "text"),
            ("last_run_id", "bigint"),
            ("last_run_at", "timestamptz"),
            ("last_success_at", "timestamptz"),
            ("last_error", "text"),
            ("version", "bigint"),
            ("published_at", "timestamptz"),
            ("rows", "bigint"),
            ("schedule", "text"),
        ),
        _status,
    ),
    HeadView(
        "watermarks",
        (
            ("source_name", "text"),
            ("connection", "text"),
            ("watermark_column", "text"),
            ("last_full_load", "timestamptz"),
            ("last_incremental_load", "timestamptz"),
            ("last_incremental_watermark", "text"),
            ("last_cdc_timestamp", "timestamptz"),
            ("next_scheduled_load", "timestamptz"),
            ("load_frequency", "text"),
            ("last_run_id", "bigint"),
        ),
        _watermarks,
    ),
    HeadView(
        "alerts_log",
        (
            ("alert_id", "bigint"),
            ("alert", "text"),
            ("object", "text"),
            ("severity", "text"),
            ("message", "text"),
            ("raised_at", "timestamptz"),
            ("notified_at", "timestamptz"),
        ),
        _nothing,
    ),
)
