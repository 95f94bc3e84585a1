"""What every source kind offers: what is there, what it looks like, and its rows as SQL of the job's engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ormolu.definitions import SourceForm
from ormolu.sql_extensions.types import DataType


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Something a connection can be read from: a table, a view or a file."""

    name: str
    kind: str  # table, view, file
    rows: int | None = None  # an estimate, where the source keeps one
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column as its source declares it; `source_type` is the source's own word for the type."""

    name: str
    type: DataType
    source_type: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it is now; `etag` changes whenever its content does. `path` is below the connection's url."""

    path: str
    location: str
    size: int
    modified_at: datetime
    etag: str


@dataclass(frozen=True, slots=True)
class Window:
    """The slice of an incremental load: `after` < column <= `until`, bounds as the source prints them."""

    column: str
    after: str | None
    until: str | None
    loads_null: bool
    has_start: bool = False  # `after` itself belongs to the slice


@dataclass(frozen=True, slots=True)
class ReadRequest:
    form: SourceForm
    target: str
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """A query of the job's engine that yields a source's rows, in `columns`, without loss.

    Those of `text_columns` arrive as text, because the engine would read them wrongly or their source types nothing;
    the column's type is then what it is expected to hold, text where that is unknown.
    """

    sql: str
    parameters: tuple[object, ...]
    columns: tuple[SourceColumn, ...]
    text_columns: frozenset[str] = frozenset()


class Engine(Protocol):
    """What a connector needs of the engine that runs the job."""

    def load_extension(self, name: str) -> None: ...

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None: ...

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def register(self, name: str, table: Any) -> None: ...  # Any: an Arrow table or stream


class Source(Protocol):
    """An open connection. Its errors carry SQLSTATEs, a hint, and never a password."""

    @property
    def system(self) -> str:
        """The kind of system, as `CREATE CONNECTION ... TYPE` names it."""
        ...

    def test(self) -> str:
        """Reach the source and say what answered."""
        ...

    def tables(self, pattern: str | None = None) -> list[SourceTable]:
        """What can be read; `pattern` is SQL's LIKE."""
        ...

    def describe(self, form: SourceForm, target: str) -> tuple[SourceColumn, ...]: ...

    def files(self, target: str) -> tuple[SourceFile, ...]:
        """The files that a glob names, in order of their paths; 0A000 where the source has none."""
        ...

    def clock(self, column: SourceColumn) -> str | None:
        """The source's own time, as text in the column's type, to read before a window; None for other types."""
        ...

    def read(self, request: ReadRequest, engine: Engine) -> Extract: ...

    def close(self) -> None: ...
