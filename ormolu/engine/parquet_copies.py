"""The COPY statements that write a query's rows as data files: every column in its stored type, with field ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlglot import exp

from ormolu.engine.partitions import partition_value
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.layout import Layout
from ormolu.medallion.row_parts import TEXT_BYTES, width_of
from ormolu.sql_extensions.types import from_duckdb
from ormolu.stores import is_remote

ROW_GROUP_ROWS = 122_880
ZSTD_LEVEL = 1  # of level 3 writing takes up to twice the CPU, and files are a fiftieth smaller or none
INTEGERS = range(-(2**31), 2**31)
_INTEGER = re.compile(r"-?\d{1,10}")
_FAR_DATE = re.compile(r"\d{6,}-")
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
    layout: Layout,
) -> str:
    options = _options(field_ids, layout)
    options += ["FILENAME_PATTERN 'part-{uuid}'", "OVERWRITE_OR_IGNORE true"]
    if row.partitions:
        options.append(f"PARTITION_BY ({', '.join(map(identifier, row.partitions))})")
    else:
        options.append(f"FILE_SIZE_BYTES {int(layout.file_bytes)}")
    return f"COPY ({select}) TO {literal(directory)} ({', '.join(options)})"


def is_read_by_all(found: tuple[Any, ...]) -> bool:  # Any: DuckDB's row
    """Whether other readers decode a file that a COPY says it has written.

    DuckDB writes integers that are 2^31 or more apart as differences of more than 32 bits, which Arrow refuses. The
    types of the columns do not matter: a file too many is written again.
    """
    bounds = ((of.get("min"), of.get("max")) for of in found[4].values())
    return not any(_is_far(least, most) for least, most in bounds if least is not None and most is not None)


def copy_again(path: str, *, field_ids: Mapping[str, object], layout: Layout) -> str:
    """A file's rows with the encodings that every reader knows, into a file beside it."""
    target = path.removesuffix(".parquet") + "-1.parquet"
    rows = f"FROM read_parquet({literal(path)}, hive_partitioning = false)"
    return f"COPY ({rows}) TO {literal(target)} ({', '.join(_options(field_ids, replace(layout, parquet_version=1)))})"


def _is_far(least: str, most: str) -> bool:
    if _INTEGER.fullmatch(least) and _INTEGER.fullmatch(most):
        low, high = int(least), int(most)
        return low in INTEGERS and high in INTEGERS and high - low not in INTEGERS
    return least == "-infinity" or _FAR_DATE.match(most) is not None


def _options(field_ids: Mapping[str, object], layout: Layout) -> list[str]:
    options = [
        "FORMAT parquet",
        f"PARQUET_VERSION v{int(layout.parquet_version)}",
        f"COMPRESSION {literal(layout.compression)}",
        f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}",
        f"FIELD_IDS {_field_ids(field_ids)}",
        "RETURN_STATS",
    ]
    return [*options, f"COMPRESSION_LEVEL {ZSTD_LEVEL}"] if layout.compression == "zstd" else options


def files_of(
    rows: Sequence[tuple[Any, ...]],  # Any: DuckDB's row
    row: StoredRow,
) -> tuple[WrittenFile, ...]:
    """The files that a COPY says it has written; those without rows are taken away."""
    return tuple(file for file in (_written(found, row) for found in rows) if file is not None)


def discard(path: str) -> None:
    """Take a file away that nothing refers to; in a store, the sweep does."""
    if not is_remote(path):
        Path(path).unlink()


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
        discard(str(path))
        return None
    return WrittenFile(str(path), int(count), int(size), tuple(keys[name] for name in row.partitions))
