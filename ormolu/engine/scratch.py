"""Tables of a run that are too large for its memory: in a database file of its own.

A temporary table is spilled without being packed, and written anew after each time that it was read; and for every
column some of it stays in memory. Here rows are written once, and what was read of them is dropped.
"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import duckdb

from ormolu.engine.parquet_copies import identifier, literal

SCRATCH = "ormolu_scratch"
ROW_BYTES = 100  # of a row in memory, about
SHARE_OF_MEMORY = 2  # what takes less than this part of the limit is not spilled, or little of it
# Measured: choosing among all methods takes three times as long as writing, packing whole numbers and NULLs nothing.
_TOO_SLOW = ("alp", "alprd", "chimp", "dict_fsst", "dictionary", "fsst", "patas", "zstd")


def is_large(rows: int, memory_bytes: int) -> bool:
    """Whether a table of that many rows is better kept in a file."""
    return rows * ROW_BYTES > memory_bytes // SHARE_OF_MEMORY


def open_scratch(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The file has no name from the beginning: a worker that is killed leaves nothing behind."""
    file = folder / f"scratch-{uuid4()}.db"
    connection.execute(f"SET GLOBAL disabled_compression_methods = {literal(','.join(_TOO_SLOW))}")
    connection.execute(f"ATTACH {literal(str(file))} AS {SCRATCH} (RECOVERY_MODE no_wal_writes)")
    file.unlink()


def in_scratch(name: str) -> str:
    """A table's name there."""
    return f"{SCRATCH}.main.{identifier(name)}"
