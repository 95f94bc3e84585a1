"""BEGIN to COMMIT: the state of a session's transaction, with PostgreSQL's warnings and tags."""

from __future__ import annotations

from collections.abc import Callable

from ormolu.errors import (
    ActiveSqlTransaction,
    InvalidSavepointSpecification,
    NoActiveSqlTransaction,
    ReadOnlySqlTransaction,
)
from ormolu.server.context import SessionContext, Transaction, TransactionStatus
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.tags import tag_of


def begin(statement: s.Begin, session: SessionContext) -> Outcome:
    tag = "START TRANSACTION" if statement.is_start else "BEGIN"
    if session.transaction.status is not TransactionStatus.IDLE:
        session.notice("WARNING", "25001", "there is already a transaction in progress")
        return Completed(tag)
    _open(session)
    _characterise(session, isolation=statement.isolation, read_only=statement.read_only)
    return Completed(tag)


def _open(session: SessionContext) -> None:
    session.transaction = Transaction(TransactionStatus.OPEN)
    settings = session.settings
    settings.begin()
    _characterise(
        session,
        isolation=settings.get("default_transaction_isolation"),
        read_only=settings.get("default_transaction_read_only") == "on",
    )


def _characterise(session: SessionContext, *, isolation: str | None, read_only: bool | None) -> None:
    if isolation is not None:
        session.settings.set("transaction_isolation", isolation, is_local=True)
    if read_only is not None:
        session.settings.set("transaction_read_only", "on" if read_only else "off", is_local=True)


def set_transaction(statement: s.SetTransaction, session: SessionContext) -> Outcome:
    if statement.is_session:
        if statement.isolation is not None:
            session.settings.set("default_transaction_isolation", statement.isolation)
        if statement.read_only is not None:
            session.settings.set("default_transaction_read_only", "on" if statement.read_only else "off")
        return Completed("SET")
    if session.transaction.status is TransactionStatus.IDLE and not session.transaction.is_implicit:
        session.notice("WARNING", "25P01", "SET TRANSACTION can only be used in transaction blocks")
        return Completed("SET")
    if session.transaction.head is not None and statement.isolation is not None:
        raise ActiveSqlTransaction("SET TRANSACTION ISOLATION LEVEL must be called before any query")
    _characterise(session, isolation=statement.isolation, read_only=statement.read_only)
    return Completed("SET")


def end(session: SessionContext, *, is_commit: bool, and_chain: bool, finish: Callable[[bool], None]) -> Outcome:
    """COMMIT or ROLLBACK; a failed transaction only rolls back, and says so in its tag."""
    transaction = session.transaction
    if transaction.status is TransactionStatus.IDLE and not transaction.is_implicit:
        session.notice("WARNING", "25P01", "there is no transaction in progress")
        return Completed("COMMIT" if is_commit else "ROLLBACK")
    is_good = is_commit and transaction.status is not TransactionStatus.FAILED
    isolation = session.settings.get("transaction_isolation")
    try:
        finish(is_good)
    except Exception:
        _close(session, is_commit=False)
        raise
    _close(session, is_commit=is_good)
    if and_chain:
        _open(session)
        _characterise(session, isolation=isolation, read_only=None)
    return Completed("COMMIT" if is_good else "ROLLBACK")


def _close(session: SessionContext, *, is_commit: bool) -> None:
    session.transaction = Transaction()
    if is_commit:
        session.settings.commit()
    else:
        session.settings.rollback()


def savepoint(statement: s.Savepoint, session: SessionContext) -> Outcome:
    _require_block(session, "SAVEPOINT")
    session.transaction.savepoints.append(statement.name)
    return Completed("SAVEPOINT")


def release(statement: s.ReleaseSavepoint, session: SessionContext) -> Outcome:
    _require_block(session, "RELEASE SAVEPOINT")
    del session.transaction.savepoints[_find(statement.name, session) :]
    return Completed("RELEASE")


def rollback_to(name: str, session: SessionContext) -> Outcome:
    _require_block(session, "ROLLBACK TO SAVEPOINT")
    del session.transaction.savepoints[_find(name, session) + 1 :]
    session.transaction.status = TransactionStatus.OPEN
    return Completed("ROLLBACK")


# Commands that change nothing, and so run in a read-only transaction too.
_READING = (
    *(s.ShowCreate, s.ShowTablesFromConnection, s.ShowLineage, s.ShowOptions, s.ShowRuns, s.ShowContract, s.ShowAccess),
    *(s.ShowTemplates, s.ShowPlan, s.Explain, s.ExplainAnomaly, s.ExplainChange, s.SummarizeAnomalies),
    *(s.TestConnection, s.Listen, s.Notify),
)


def check_writable(statement: s.Statement, session: SessionContext) -> None:
    """Refuse a change in a transaction that only reads, and outside one where new ones only read."""
    is_idle = session.transaction.status is TransactionStatus.IDLE
    setting = "default_transaction_read_only" if is_idle else "transaction_read_only"
    if session.settings.get(setting) == "on" and not isinstance(statement, _READING):
        raise ReadOnlySqlTransaction(f"cannot execute {tag_of(statement)} in a read-only transaction")


def _require_block(session: SessionContext, statement: str) -> None:
    if session.transaction.status is TransactionStatus.IDLE:
        raise NoActiveSqlTransaction(f"{statement} can only be used in transaction blocks")


def _find(name: str, session: SessionContext) -> int:
    points = session.transaction.savepoints
    for at in range(len(points) - 1, -1, -1):
        if points[at] == name:
            return at
    raise InvalidSavepointSpecification(f'savepoint "{name}" does not exist')
