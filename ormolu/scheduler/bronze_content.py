"""What the rows of an extract amount to, in whatever order they came: equal extracts are not kept twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.catalog.lake import IcebergTable
from ormolu.engine.jobs import JobEngine
from ormolu.engine.parquet_copies import identifier, literal

_FLOATS = frozenset(("FLOAT", "DOUBLE"))


def latest_extract(table: IcebergTable, load_id: int) -> str:
    """SQL of the rows that a full load brought."""
    column = exp.column(exp.to_identifier("_load_id", quoted=True))
    where = exp.EQ(this=column, expression=exp.Literal.number(load_id))
    names = [each.name for each in table.columns if not each.is_hidden or each.name == "_load_id"]
    return table.source(columns=names, where=where).sql(dialect="duckdb")


def parquet_files(paths: Sequence[str]) -> str:
    """SQL of the rows in files of ours."""
    return f"read_parquet([{', '.join(map(literal, paths))}], hive_partitioning = false)"


def content(engine: JobEngine, rows: str, columns: Sequence[str]) -> object:
    """Equal for equal multisets of rows: the count, and sums of two hashes of each row.

    Fractions count as their text, so that -0.0 is not 0.0.
    """
    described = engine.describe(f"SELECT {', '.join(map(identifier, columns))} FROM {rows}")  # noqa: S608 - quoted
    values = [
        f"CAST({identifier(name)} AS VARCHAR)" if kind in _FLOATS else identifier(name) for name, kind in described
    ]
    sums = [f"sum(CAST(hash({', '.join(order)}) AS HUGEINT))::VARCHAR" for order in (values, values[::-1])]
    return engine.rows(f"SELECT count(*), {', '.join(sums)} FROM {rows}")  # noqa: S608 - names are quoted
