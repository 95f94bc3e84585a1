"""The COPY statements that write a query's rows as data files: every column in its stored type, with field ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from ormolu.engine.partitions import partition_value
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.row_parts import TEXT_BYTES, width_of
from ormolu.sql_extensions.types import from_duckdb
from ormolu.stores import is_remote

ROW_GROUP_ROWS = 122_880
PARTITION_COLUMN = "__partition_{}"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """What is written of a row: `values` and `partitions` are DuckDB SQL over the query's columns, by name."""

    values: Mapping[str, str]
    partitions: Mapping[str, str]
    widths: Mapping[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.values, *self.partitions)

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns whose values are of any length."""
        return tuple(name for name, width in self.widths.items() if width == TEXT_BYTES)

    def select(self, source: str, beside: Mapping[str, str] | None = None) -> str:
        """Its query; `beside` is selected after it."""
        all_ = {**self.values, **self.partitions, **(beside or {})}
        selected = [f"{value} AS {identifier(name)}" for name, value in all_.items()]
        return f"SELECT {', '.join(selected)} FROM {source} AS written"  # noqa: S608 - all is quoted


def stored_row(described: Sequence[tuple[str, str]], partition_by: Sequence[PartitionField]) -> StoredRow:
    """The row of a query, given its columns as (name, DuckDB type)."""
    types = {name: from_duckdb(kind).stored for name, kind in described}
    values = {name: _stored(name, kind) for name, kind in described}
    partitions = {
        PARTITION_COLUMN.format(position): partition_value(field, types[field.column])
        for position, field in enumerate(partition_by)
    }
    return StoredRow(values, partitions, {name: width_of(stored) for name, stored in types.items()})


def copy_of(
    select: str,
    row: StoredRow,
    *,
    directory: str,
    field_ids: Mapping[str, object],
    compression: str,
    target_file_bytes: int,
) -> str:
    options = [
        "FORMAT parquet",
        f"COMPRESSION {literal(compression)}",
        f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}",
        f"FIELD_IDS {_field_ids(field_ids)}",
        "FILENAME_PATTERN 'part-{uuid}'",
        "OVERWRITE_OR_IGNORE true",
        "RETURN_STATS",
    ]
    if row.partitions:
        options.append(f"PARTITION_BY ({', '.join(map(identifier, row.partitions))})")
    else:
        options.append(f"FILE_SIZE_BYTES {int(target_file_bytes)}")
    return f"COPY ({select}) TO {literal(directory)} ({', '.join(options)})"


def files_of(
    rows: Sequence[tuple[Any, ...]],  # Any: DuckDB's row
    row: StoredRow,
) -> tuple[WrittenFile, ...]:
    """The files that a COPY says it has written; those without rows are taken away."""
    return tuple(file for file in (_written(found, row) for found in rows) if file is not None)


def identifier(name: str) -> str:
    """A name as DuckDB SQL, quoted."""
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def literal(text: str) -> str:
    """A string as a DuckDB literal, where SQL takes no parameter."""
    return exp.Literal.string(text).sql(dialect="duckdb")


def _stored(name: str, kind: str) -> str:
    """A column cast to what files hold: never an unsigned, huge or interval type; structs as JSON text."""
    column = identifier(name)
    value = f"to_json({column})" if kind.startswith(("STRUCT(", "MAP(", "UNION(")) else column
    return f"CAST({value} AS {from_duckdb(kind).stored})"


def _field_ids(ids: Mapping[str, object]) -> str:
    entries = [
        f"{literal(name)}: {_field_ids(value) if isinstance(value, Mapping) else int(str(value))}"
        for name, value in ids.items()
    ]
    return "{" + ", ".join(entries) + "}"


def _written(found: tuple[Any, ...], row: StoredRow) -> WrittenFile | None:  # Any: DuckDB's row
    path, count, size, keys = found[0], found[1], found[2], found[5]
    if not count:
        if not is_remote(str(path)):  # in a store, the sweep takes it away
            Path(path).unlink()
        return None
    return WrittenFile(str(path), int(count), int(size), tuple(keys[name] for name in row.partitions))
