"""What a handler of statements promises to a session, and the prepared statements and portals between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from ormolu.server.constants import FixedAnswer
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Outcome, ResultColumn
from ormolu.server.rowstream import RowStream
from ormolu.sql_extensions.statements import Statement
from ormolu.sql_extensions.types import DataType

Columns = tuple[ResultColumn, ...] | None


@dataclass(slots=True)
class Prepared:
    """A statement ready to run; `columns` is None where it gives no rows, and unknown until it was described."""

    statement: Statement
    parameter_types: tuple[DataType, ...] = ()
    parameter_oids: tuple[int, ...] = ()
    columns: Columns = None
    is_described: bool = False
    plan: Any = None  # the handler's own, and so are the stamp and the values
    stamp: Any = None
    values: tuple[object, ...] = ()  # of literals that were taken out of the text
    text: str = ""  # this and what follows is what pg_prepared_statements shows
    prepared_at: datetime | None = None
    is_from_sql: bool = False

    def named(self, text: str, prepared_at: datetime | None, *, is_from_sql: bool) -> Prepared:
        """A copy for one session to keep under a name."""
        return replace(self, text=text, prepared_at=prepared_at, is_from_sql=is_from_sql)


@dataclass(slots=True)
class Portal:
    """A prepared statement with its values; `stream` holds the rows once it runs."""

    prepared: Prepared
    parameters: tuple[object, ...] = ()
    formats: tuple[int, ...] = ()
    stream: RowStream | None = None
    is_finished: bool = False
    sent_rows: int = field(default=0)


class StatementHandler(Protocol):
    """Gives statements their meaning; what may run on the loop says so, all else runs in the thread pool."""

    def parse(self, sql: str) -> tuple[Statement, ...]: ...

    def is_instant(self, sql: str) -> bool:
        """Whether the text is known to touch neither the engine nor the catalog, so that it may run on the loop."""
        ...

    def fixed_answer(self, sql: str) -> FixedAnswer | None:
        """What a text that was prepared before is answered in every session alike; asked on the loop."""
        ...

    def prepare(self, statement: Statement, parameter_oids: tuple[int, ...], session: SessionContext) -> Prepared: ...

    def describe(self, prepared: Prepared, session: SessionContext) -> Columns:
        """Say what rows the statement will give, without running it."""
        ...

    def execute(self, prepared: Prepared, parameters: tuple[object, ...], session: SessionContext) -> Outcome: ...

    def finish(self, session: SessionContext, *, has_failed: bool) -> None:
        """End what ran without BEGIN: after each simple query, and at Sync."""
        ...

    def close(self, session: SessionContext) -> None: ...
