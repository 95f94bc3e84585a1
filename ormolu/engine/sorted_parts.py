"""The rows of a query in an order, given back in parts that memory can sort: distributed once, by their sort keys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from ormolu.engine.parquet_copies import StoredRow, identifier, literal
from ormolu.medallion.row_parts import PartPlan, boundaries, part_of, plan_parts, row_bytes

KEY = "ormolu:sort_key"
PART = "ormolu_part"
SAMPLED_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class SortTerm:
    """`expression` is DuckDB SQL over the rows, as `o`; NULLs are last."""

    expression: str
    is_descending: bool = False

    @property
    def direction(self) -> str:
        return f"{'DESC' if self.is_descending else 'ASC'} NULLS LAST"


class Engine(Protocol):
    temp_directory: Path

    @property
    def memory_bytes(self) -> int: ...
    def execute(self, sql: str) -> None: ...
    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...  # Any: values of any type


def sorted_rows(source: str, order_by: Sequence[SortTerm]) -> str:
    """The rows of a source in their order, as DuckDB sorts them; as they come where there is none."""
    if not order_by:
        return source
    terms = ", ".join(f"{term.expression} {term.direction}" for term in order_by)
    return f"(SELECT o.* FROM {source} AS o ORDER BY {terms})"  # noqa: S608 - bound trees


def selects_in_parts(engine: Engine, source: str, row: StoredRow, order_by: Sequence[SortTerm]) -> Iterator[str]:
    """Queries of the stored row that give all rows in order, one after the other; each is run before the next."""
    plan, starts = _planned(engine, source, row, order_by)
    folder = engine.temp_directory / f"sort-{uuid4()}"
    try:
        numbered = {KEY: identifier(KEY), PART: part_of(identifier(KEY), starts)}
        _distribute(engine, row.select(_keyed(source, row, order_by), numbered), plan, folder)
        for number in range(len(starts) + 1):
            part = folder / f"{PART}={number}"
            if part.exists():
                yield _ordered(row, part)
                shutil.rmtree(part)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _planned(
    engine: Engine, source: str, row: StoredRow, order_by: Sequence[SortTerm]
) -> tuple[PartPlan, tuple[bytes, ...]]:
    rows = int(engine.rows(f"SELECT count(*) FROM {source} AS o")[0][0])  # noqa: S608 - bound trees
    lengths = [f"coalesce(octet_length(encode(CAST(o.{identifier(name)} AS VARCHAR))), 0)" for name in row.texts]
    # The condition is met before the columns are computed, and by about twice as many rows as are wanted.
    sample = engine.rows(
        f"SELECT {_key(row, order_by)}, {' + '.join(lengths) or '0'} FROM "  # noqa: S608 - bound trees
        f"(SELECT o.* FROM {source} AS o WHERE random() < {2 * SAMPLED_ROWS / max(1, rows):.12f}) AS o "
        f"USING SAMPLE reservoir({SAMPLED_ROWS} ROWS) REPEATABLE (1)"
    )
    keys = [bytes(key) for key, _ in sample]
    texts = (sum(length for _, length in sample) + sum(map(len, keys))) // max(1, len(sample))
    plan = plan_parts(
        rows=rows,
        row_bytes=row_bytes(row.widths.values(), texts),
        memory_bytes=engine.memory_bytes,
    )
    return plan, boundaries(keys, plan.parts)


def _key(row: StoredRow, order_by: Sequence[SortTerm]) -> str:
    """The bytes by which DuckDB sorts; what is one partition stays together, so that few parts hold rows of it."""
    terms = [f"{value}, 'ASC NULLS LAST'" for value in row.partitions.values()]
    terms += [f"{term.expression}, '{term.direction}'" for term in order_by]
    return f"create_sort_key({', '.join(terms)})"


def _keyed(source: str, row: StoredRow, order_by: Sequence[SortTerm]) -> str:
    return f"(SELECT o.*, {_key(row, order_by)} AS {identifier(KEY)} FROM {source} AS o)"  # noqa: S608 - bound trees


def _distribute(engine: Engine, rows: str, plan: PartPlan, folder: Path) -> None:
    """Write the rows once, each into the file of its part."""
    settings = {
        "partitioned_write_flush_threshold": plan.buffered_rows,
        "partitioned_write_max_open_files": plan.parts,
    }
    folder.mkdir(parents=True)
    try:
        for name, value in settings.items():
            engine.execute(f"SET GLOBAL {name} = {value}")
        engine.execute(
            f"COPY ({rows}) TO {literal(str(folder))} (FORMAT parquet, COMPRESSION lz4_raw, "
            f"ROW_GROUP_SIZE {plan.row_group_rows}, PARTITION_BY ({identifier(PART)}))"
        )
    finally:
        for name in settings:
            engine.execute(f"RESET GLOBAL {name}")


def _ordered(row: StoredRow, part: Path) -> str:
    names = ", ".join(map(identifier, row.names))
    return (
        f"SELECT {names} FROM read_parquet({literal(str(part / '*.parquet'))}, hive_partitioning = false) "  # noqa: S608
        f"ORDER BY {identifier(KEY)}"
    )
