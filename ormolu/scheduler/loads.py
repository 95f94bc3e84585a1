"""Loads of bronze sources: plan, stage, decide the schema, write, check, publish in one commit."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.connectors.formats import copy_format
from ormolu.connectors.source import Source
from ormolu.definitions import BronzeSource, Connection, ConnectionSource, Kind, LoadMode, SourceForm, Upload
from ormolu.errors import UndefinedColumn, UndefinedFile, UndefinedObject, WrongObjectType
from ormolu.medallion.bronze import (
    BronzePlan,
    BronzeState,
    ListedFile,
    load_mode,
    plan_bronze,
)
from ormolu.scheduler.accepted_schemas import accept_schema
from ormolu.scheduler.bronze_load import BronzeLoad, NotAsSampled, stage_folder
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.exclusions import exclude_run, include_run
from ormolu.scheduler.extracts import LoadUnit
from ormolu.scheduler.load_state import UPLOAD_PATH, LoadState, table_state
from ormolu.sql_extensions.writer.words import relation

__all__ = ["accept_schema", "exclude_run", "include_run", "load_source", "load_upload"]

DIGEST_BYTES = 1 << 20
COPIED_DATA = "the copied data"


def load_source(source: BronzeSource, context: RunContext) -> RunResult:
    """Load what is new in a source, or all of it, as its LOAD clause says."""
    if not isinstance(source.source, ConnectionSource):
        raise WrongObjectType(
            f"{source.name} is filled by uploads",
            hint=f"COPY {relation(source.name)} FROM STDIN WITH (FORMAT csv, HEADER true)",
        )
    started_at = context.now()
    head = context.lake.head()
    table = head.find_table(source.name)
    opened = {name: _connect(head, name, context) for name in source.source.connections}
    try:
        state = _state(source, head, table, opened)
        plan = plan_bronze(source, state, context.run.request)
        for warning in plan.warnings:
            context.notice(warning)
        load = BronzeLoad(source, context, head, table, plan, state, started_at)
        if plan.is_empty:
            return load.nothing()
        try:
            return _loaded(load, opened, may_defer=True)
        except NotAsSampled as error:
            context.progress(step="extract")
            load.forget(error)
            return _loaded(load, opened, may_defer=False)
    finally:
        shutil.rmtree(stage_folder(context), ignore_errors=True)
        for connection in opened.values():
            connection.close()


def _loaded(load: BronzeLoad, opened: Mapping[str, Source], *, may_defer: bool) -> RunResult:
    with load.context.step("extract") as step:
        load.extract(opened, may_defer=may_defer)
        step.rows = sum(batch.rows for batch in load.batches if batch.query is None)
    return load.publish()


def load_upload(source: BronzeSource, spooled: Path, options: Mapping[str, Any], context: RunContext) -> RunResult:
    """One load of the data that COPY left in a file. `options` are COPY's; its columns are in the run's request."""
    try:
        return _load_upload(source, spooled, options, context)
    finally:
        shutil.rmtree(stage_folder(context), ignore_errors=True)


def _load_upload(source: BronzeSource, spooled: Path, options: Mapping[str, Any], context: RunContext) -> RunResult:
    if not spooled.exists():
        raise UndefinedFile(
            f"{COPIED_DATA} is not on the worker's machine: {spooled}",
            hint="A worker of another machine loads what COPY brings where it sees the server's --data DIR/spool under "
            "the same path: share that folder, or leave COPY to the server's own workers.",
        )
    started_at = context.now()
    head = context.lake.head()
    table = head.find_table(source.name)
    digest = _digest(spooled)
    texts = {name: str(value) for name, value in options.items() if name != "columns"}
    earlier = LoadState(context.lake, source.name).upload_run(digest)
    repeats = texts.get("repeat", "").lower() in ("true", "on", "1") or source.options.is_on("repeat", default=False)
    if earlier is not None and not repeats:
        context.notice(f"run {earlier} loaded the same bytes already: nothing was added (repeat = true insists)")
        return RunResult()
    state = BronzeState(table=table_state(table))
    first = state.table.next_load_id
    plan = BronzePlan(LoadMode.APPEND, first, first + 1)
    load = BronzeLoad(source, context, head, table, plan, state, started_at)
    path = f"{UPLOAD_PATH}/{context.run.run_id}"
    size = spooled.stat().st_size
    load.uploaded = ListedFile("", path, str(spooled), size, started_at, digest)
    declared = source.source.format if isinstance(source.source, Upload | ConnectionSource) else None
    names = [str(name) for name in options.get("columns") or context.run.request.get("columns") or ()]
    kind = copy_format(declared, texts, names_columns=bool(names))
    if names:
        load.leave_out(names)
    path = str(options.get("file_name") or UPLOAD_PATH)
    unit = LoadUnit(str(spooled), path, started_at, first, title=COPIED_DATA)
    with context.step("stage") as step:
        if kind.name == "csv" and not kind.dialect.has_header and not names:
            names = load.names_by_position()
        names = load.origins(names)
        if kind.name == "csv":
            load.batches = load.stager.named(unit, kind, names, "upload")
        else:
            load.batches = load.stager.files([unit], kind, "upload")
        step.rows = sum(batch.rows for batch in load.batches)
        step.bytes = size
    return load.publish()


def _connect(head: Head, name: str, context: RunContext) -> Source:
    definition = head.definitions.find(Kind.CONNECTION, name)
    if not isinstance(definition, Connection):
        raise UndefinedObject(f'connection "{name}" does not exist', hint=f"CREATE CONNECTION {name} TYPE ...")
    return context.connect(definition)


def _state(source: BronzeSource, head: Head, table: IcebergTable | None, opened: Mapping[str, Source]) -> BronzeState:
    assert isinstance(source.source, ConnectionSource)
    reader = LoadState(head.lake, source.name)
    state = BronzeState(table=table_state(table))
    if source.source.form is SourceForm.FILES:
        listed = tuple(file for name, opener in opened.items() for file in _listed(source, name, opener, len(opened)))
        return replace(state, listed=listed, ledger=reader.ledger())
    if load_mode(source) is not LoadMode.INCREMENTAL:
        return state
    assert source.load is not None
    clocks: dict[str, str | None] = {}
    kind = None
    for name, opener in opened.items():
        columns = opener.describe(source.source.form, source.source.target)
        watermark = next((column for column in columns if column.name == source.load.watermark_column), None)
        if watermark is None:
            raise UndefinedColumn(
                f'column "{source.load.watermark_column}" is not in {source.source.target}',
                hint=f"It has {', '.join(column.name for column in columns)}.",
            )
        clocks[name], kind = opener.clock(watermark), watermark.type
    return replace(state, watermarks=reader.watermarks(), clocks=clocks, watermark_type=kind)


def _listed(source: BronzeSource, name: str, opener: Source, connections: int) -> list[ListedFile]:
    assert isinstance(source.source, ConnectionSource)
    return [
        ListedFile(
            name,
            file.path if connections == 1 else f"{name}:{file.path}",
            file.location,
            file.size,
            file.modified_at,
            file.etag,
        )
        for file in opener.files(source.source.target)
    ]


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(DIGEST_BYTES):
            digest.update(data)
    return f"sha256:{digest.hexdigest()}"
