"""Settings and transactions, cursors, prepared statements and channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from ormolu.sql_extensions.statements.querying import Query
from ormolu.sql_extensions.statements.written import Parsed, WrittenName

if TYPE_CHECKING:
    from ormolu.sql_extensions.statements.unions import Statement


@dataclass(frozen=True, slots=True)
class SetSetting(Parsed):
    """`value` is None for DEFAULT; a list of values is joined by `, ` as PostgreSQL shows it."""

    name: str
    value: str | None
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class SetTransaction(Parsed):
    """SET TRANSACTION, or `is_session` for SET SESSION CHARACTERISTICS AS TRANSACTION; None where it was not said."""

    isolation: str | None = None
    read_only: bool | None = None
    snapshot: str | None = None
    is_session: bool = False
    is_deferrable: bool | None = None


@dataclass(frozen=True, slots=True)
class ShowSetting(Parsed):
    """`name` is `all` for SHOW ALL, `transaction_isolation`, `timezone` ... for the spelled-out forms."""

    name: str


@dataclass(frozen=True, slots=True)
class ResetSetting(Parsed):
    """`name` is `all` for RESET ALL."""

    name: str


@dataclass(frozen=True, slots=True)
class Discard(Parsed):
    """`what` is ALL, PLANS, SEQUENCES or TEMP."""

    what: str


@dataclass(frozen=True, slots=True)
class Begin(Parsed):
    """`isolation` is lower case, `repeatable read`; None where it was not said. `is_start` for START TRANSACTION."""

    isolation: str | None = None
    read_only: bool | None = None
    is_start: bool = False
    is_deferrable: bool | None = None


@dataclass(frozen=True, slots=True)
class Commit(Parsed):
    and_chain: bool = False


@dataclass(frozen=True, slots=True)
class Rollback(Parsed):
    to_savepoint: str | None = None
    and_chain: bool = False


@dataclass(frozen=True, slots=True)
class Savepoint(Parsed):
    name: str


@dataclass(frozen=True, slots=True)
class ReleaseSavepoint(Parsed):
    name: str


@dataclass(frozen=True, slots=True)
class DeclareCursor(Parsed):
    """`is_scrollable` is None where neither SCROLL nor NO SCROLL was said."""

    name: str
    query: Query
    is_binary: bool = False
    is_scrollable: bool | None = None
    with_hold: bool = False


@dataclass(frozen=True, slots=True)
class Fetch(Parsed):
    """`direction` is FORWARD, BACKWARD, ABSOLUTE or RELATIVE; `count` None is ALL."""

    cursor: str
    direction: str = "FORWARD"
    count: int | None = 1


@dataclass(frozen=True, slots=True)
class Move(Parsed):
    cursor: str
    direction: str = "FORWARD"
    count: int | None = 1


@dataclass(frozen=True, slots=True)
class CloseCursor(Parsed):
    """`name` is None for CLOSE ALL."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Prepare(Parsed):
    name: str
    types: tuple[str, ...]
    statement: Statement


@dataclass(frozen=True, slots=True)
class ExecutePrepared(Parsed):
    name: str
    arguments: tuple[exp.Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Deallocate(Parsed):
    """`name` is None for DEALLOCATE ALL."""

    name: str | None


@dataclass(frozen=True, slots=True)
class LockTable(Parsed):
    """`mode` in PostgreSQL's words, as ACCESS SHARE."""

    tables: tuple[WrittenName, ...]
    mode: str


@dataclass(frozen=True, slots=True)
class Analyze(Parsed):
    """`tables`, each with the columns that were named, are empty for all of them."""

    tables: tuple[tuple[WrittenName, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Listen(Parsed):
    channel: str


@dataclass(frozen=True, slots=True)
class Unlisten(Parsed):
    """`channel` is None for UNLISTEN *."""

    channel: str | None


@dataclass(frozen=True, slots=True)
class Notify(Parsed):
    channel: str
    payload: str = ""
