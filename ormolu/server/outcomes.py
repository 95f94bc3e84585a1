"""What executing a statement gives the session to send: rows, a completion, or a copy in either direction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from ormolu.server.copy_options import CopyOptions
from ormolu.sql_extensions.types import DataType


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a row description; of a relation's column passed on, its table's OID and its number there."""

    name: str
    type: DataType
    table_oid: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """A result: batches arrive as they are computed; the session appends the row count to `tag`.

    `formats` are those of a simple query: of a binary cursor they are binary.
    """

    columns: tuple[ResultColumn, ...]
    batches: Iterator[pa.RecordBatch]
    tag: str = "SELECT"
    formats: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Completed:
    """A command tag and no rows: `CREATE BRONZE SOURCE`."""

    tag: str


class CopySink(Protocol):
    """Takes the data of COPY FROM STDIN; `finish` makes it part of the lake and gives the row count."""

    def write(self, data: bytes) -> None: ...

    def finish(self) -> int: ...

    def abort(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CopyIn:
    column_count: int
    sink: CopySink
    is_binary: bool = False


@dataclass(frozen=True, slots=True)
class CopyOut:
    """COPY TO STDOUT: the rows, and how to write them."""

    rows: Rows
    options: CopyOptions


Outcome = Rows | Completed | CopyIn | CopyOut
