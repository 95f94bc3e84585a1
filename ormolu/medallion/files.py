"""Data files as a job leaves them, before a commit makes them part of a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A Parquet file with Iceberg field ids, written but not yet committed.

    `partition` holds the partition column values as text, in the order of the table's partition spec.
    """

    path: str
    rows: int
    bytes: int
    partition: tuple[str | None, ...] = ()
