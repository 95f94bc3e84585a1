"""A look at a source before anything is made: some rows, and the types they would get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ormolu.connectors.formats import (
    FILE_COLUMN,
    broken_file,
    delimited_query,
    file_format,
    json_query,
    parquet_query,
    read_head,
)
from ormolu.connectors.source import ReadRequest, Source, SourceFile
from ormolu.definitions import SourceForm
from ormolu.engine.jobs import JobEngine
from ormolu.engine.parquet_copies import identifier
from ormolu.errors import OrmoluError, UndefinedFile
from ormolu.medallion.inference import SAMPLE_ROWS, TEXT, evidence, evidence_query
from ormolu.sql_extensions.types import DataType, from_duckdb

PREVIEW_ROWS = 100
_QUERY = re.compile(r"\s*(select|with)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    columns: tuple[tuple[str, DataType], ...]
    rows: pa.Table


def preview_source(source: Source, target: str, engine: JobEngine, *, limit: int = PREVIEW_ROWS) -> Preview:
    """The first rows of a file (a glob's first), a table, or a query; types as a first load would infer them."""
    if source.system == "files":
        found = source.files(target)
        if not found:
            raise UndefinedFile(f'no file matches "{target}"', hint="SHOW TABLES FROM CONNECTION lists what is there.")
        try:
            return _file(found[0], engine, limit)
        except OrmoluError as error:
            raise broken_file(error, [found[0].location]) from error
    form = SourceForm.QUERY if _QUERY.match(target) else SourceForm.TABLE
    extract = source.read(ReadRequest(form, target), engine)
    sample = engine.arrow(f"SELECT * FROM ({extract.sql}) LIMIT {SAMPLE_ROWS}", extract.parameters)  # noqa: S608
    types = {column.name: column.type for column in extract.columns}
    texts = [name for name in types if name in extract.text_columns and types[name] == TEXT]
    engine.register("previewed", sample)
    try:
        return _typed(engine, "previewed", types, texts, limit)
    finally:
        engine.unregister("previewed")


def _file(file: SourceFile, engine: JobEngine, limit: int) -> Preview:
    kind = file_format(None, file.path)
    match kind.name:
        case "csv":
            head = read_head(Path(file.location), kind.dialect)
            if head is None:
                return Preview((), pa.table({}))
            query, names = delimited_query([file.location], head, kind.dialect), head.names
        case "parquet":
            query = parquet_query([file.location])
            types = {name: from_duckdb(spelled) for name, spelled in engine.describe(query) if name != FILE_COLUMN}
            return _typed(engine, f"({query})", types, [], limit)
        case _:
            query, names = json_query([file.location], kind.name, engine)
            if not names:
                return Preview((), pa.table({}))
    sample = f"(SELECT * FROM ({query}) LIMIT {SAMPLE_ROWS})"  # noqa: S608 - our own query
    return _typed(engine, sample, dict.fromkeys(names, TEXT), list(names), limit)


def _typed(engine: JobEngine, source: str, types: Mapping[str, DataType], texts: list[str], limit: int) -> Preview:
    known = dict(types)
    if texts:
        (row,) = engine.rows(evidence_query(texts, source))
        known |= {item.column: item.type for item in evidence(texts, row)}
    if not known:
        return Preview((), pa.table({}))
    selected = ", ".join(
        f"TRY_CAST({identifier(name)} AS {kind.stored}) AS {identifier(name)}" for name, kind in known.items()
    )
    rows = engine.arrow(f"SELECT {selected} FROM {source} AS previewed LIMIT {int(limit)}")  # noqa: S608 - quoted
    return Preview(tuple(known.items()), rows)
