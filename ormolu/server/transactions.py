"""BEGIN to COMMIT: the state of a session's transaction, with PostgreSQL's warnings and tags."""

from __future__ import annotations

from collections.abc import Callable

from ormolu.errors import (
    ActiveSqlTransaction,
    FeatureNotSupported,
    InFailedSqlTransaction,
    InvalidSavepointSpecification,
    NoActiveSqlTransaction,
    ReadOnlySqlTransaction,
)
from ormolu.server import cursors, drafts
from ormolu.server.context import Savepoint, SessionContext, Transaction, TransactionStatus
from ormolu.server.exported import Snapshots
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.tags import tag_of


def begin_implicit(session: SessionContext, *, is_multi: bool) -> None:
    """A query begins outside a block: what it does ends with it, or with its Sync."""
    transaction = session.transaction
    transaction.is_implicit = True
    transaction.is_multi = transaction.is_multi or is_multi
    session.settings.begin()


def begin(statement: s.Begin, session: SessionContext) -> Outcome:
    tag = "START TRANSACTION" if statement.is_start else "BEGIN"
    if session.transaction.status is not TransactionStatus.IDLE:
        session.notice("WARNING", "25001", "there is already a transaction in progress")
    else:
        # What this query has done already belongs to the block: PostgreSQL 15, chapter 55.2.2.1.
        session.transaction.status = TransactionStatus.OPEN
        session.transaction.is_implicit = session.transaction.is_multi = False
        session.settings.begin()
    _characterise(session, statement.isolation, statement.read_only, statement.is_deferrable)
    return Completed(tag)


def _characterise(
    session: SessionContext, isolation: str | None, read_only: bool | None, is_deferrable: bool | None
) -> None:
    """SET TRANSACTION: refused where the transaction has read already, and would change."""
    settings, has_read = session.settings, session.transaction.has_read
    if isolation is not None:
        if isolation != settings.get("transaction_isolation"):
            if has_read:
                raise ActiveSqlTransaction("SET TRANSACTION ISOLATION LEVEL must be called before any query")
            if session.transaction.savepoints:
                raise ActiveSqlTransaction("SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction")
        settings.set("transaction_isolation", isolation, is_local=True)
    if read_only is not None:
        if has_read and not read_only and settings.get("transaction_read_only") == "on":
            raise ActiveSqlTransaction("transaction read-write mode must be set before any query")
        settings.set("transaction_read_only", "on" if read_only else "off", is_local=True)
    if is_deferrable is not None:
        if has_read:
            raise ActiveSqlTransaction("SET TRANSACTION [NOT] DEFERRABLE must be called before any query")
        settings.set("transaction_deferrable", "on" if is_deferrable else "off", is_local=True)


def set_transaction(statement: s.SetTransaction, session: SessionContext, snapshots: Snapshots) -> Outcome:
    if statement.is_session:
        return _set_defaults(statement, session)
    if not session.transaction.is_block:
        session.notice("WARNING", "25P01", "SET TRANSACTION can only be used in transaction blocks")
    if statement.snapshot is not None:
        _import(statement.snapshot, session, snapshots)
    _characterise(session, statement.isolation, statement.read_only, statement.is_deferrable)
    return Completed("SET")


def _set_defaults(statement: s.SetTransaction, session: SessionContext) -> Outcome:
    settings = session.settings
    if statement.isolation is not None:
        settings.set("default_transaction_isolation", statement.isolation)
    if statement.read_only is not None:
        settings.set("default_transaction_read_only", "on" if statement.read_only else "off")
    if statement.is_deferrable is not None:
        settings.set("default_transaction_deferrable", "on" if statement.is_deferrable else "off")
    return Completed("SET")


def _import(name: str, session: SessionContext, snapshots: Snapshots) -> None:
    """SET TRANSACTION SNAPSHOT: read what the exporting transaction reads."""
    if session.transaction.has_read:
        raise ActiveSqlTransaction("SET TRANSACTION SNAPSHOT must be called before any query")
    if not session.settings.is_repeatable_read:
        raise FeatureNotSupported(
            "a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ"
        )
    session.transaction.head = snapshots.imported(name, session.database)


def end(session: SessionContext, *, is_commit: bool, and_chain: bool, finish: Callable[[bool], None]) -> Outcome:
    """COMMIT or ROLLBACK; a failed transaction only rolls back, and says so in its tag."""
    transaction = session.transaction
    if transaction.status is TransactionStatus.IDLE:
        if and_chain:
            verb = "COMMIT" if is_commit else "ROLLBACK"
            raise NoActiveSqlTransaction(f"{verb} AND CHAIN can only be used in transaction blocks")
        session.notice("WARNING", "25P01", "there is no transaction in progress")
    is_good = is_commit and transaction.status is not TransactionStatus.FAILED
    settings = session.settings
    characteristics = (
        settings.get("transaction_isolation"),
        settings.get("transaction_read_only") == "on",
        settings.get("transaction_deferrable") == "on",
    )
    is_multi = transaction.is_multi
    try:
        finish(is_good)
    except Exception:
        close(session, is_commit=False)
        raise
    close(session, is_commit=is_good)
    if and_chain:
        session.transaction.status = TransactionStatus.OPEN
        settings.begin()
        _characterise(session, *characteristics)
    else:
        begin_implicit(session, is_multi=is_multi)  # what follows in the same query
    return Completed("COMMIT" if is_good else "ROLLBACK")


def close(session: SessionContext, *, is_commit: bool) -> None:
    """The transaction is over: its settings stay, or go."""
    session.transaction = Transaction()
    if is_commit:
        session.settings.commit()
    else:
        session.settings.rollback()


# --- savepoints ---


def savepoint(statement: s.Savepoint, session: SessionContext) -> Outcome:
    _require_block(session, "SAVEPOINT")
    transaction = session.transaction
    transaction.savepoints.append(
        Savepoint(
            statement.name,
            session.settings.values(),
            len(transaction.notifications),
            len(transaction.subscriptions),
            frozenset(cursors.open_cursors(session)),
            drafts.mark(session),
        )
    )
    return Completed("SAVEPOINT")


def release(statement: s.ReleaseSavepoint, session: SessionContext) -> Outcome:
    _require_block(session, "RELEASE SAVEPOINT")
    del session.transaction.savepoints[_find(statement.name, session) :]
    return Completed("RELEASE")


def rollback_to(name: str, session: SessionContext) -> Outcome:
    """Undo what the transaction did since: tables, definitions, settings, notifications, cursors that were opened."""
    _require_block(session, "ROLLBACK TO SAVEPOINT")
    transaction = session.transaction
    at = _find(name, session)
    kept = transaction.savepoints[at]
    del transaction.savepoints[at + 1 :]
    transaction.notifications = dict.fromkeys(list(transaction.notifications)[: kept.notifications])
    del transaction.subscriptions[kept.subscriptions :]
    cursors.close_since(kept.cursors, session)
    drafts.go_back(session, kept.draft_parts)
    session.settings.go_back(kept.settings)
    transaction.status = TransactionStatus.OPEN
    return Completed("ROLLBACK")


def _find(name: str, session: SessionContext) -> int:
    points = session.transaction.savepoints
    for at in range(len(points) - 1, -1, -1):
        if points[at].name == name:
            return at
    raise InvalidSavepointSpecification(f'savepoint "{name}" does not exist')


def check_lock(statement: s.LockTable, session: SessionContext) -> None:
    """Readers keep the snapshots they have begun with, which is all that ACCESS SHARE asks for."""
    _require_block(session, "LOCK TABLE")
    if statement.mode != "ACCESS SHARE":
        raise FeatureNotSupported(
            f"LOCK TABLE in {statement.mode} MODE is not supported",
            hint="Nobody waits for a lock here: readers keep their snapshots, and of two transactions that change the "
            "same table the second ends in 40001. IN ACCESS SHARE MODE is taken.",
        )


def _require_block(session: SessionContext, statement: str) -> None:
    if session.transaction.status is TransactionStatus.IDLE:
        raise NoActiveSqlTransaction(f"{statement} can only be used in transaction blocks")


# --- what may run ---

# Commands that change nothing, and so run in a read-only transaction too.
_READING = (
    *(s.ShowCreate, s.ShowTablesFromConnection, s.ShowLineage, s.ShowOptions, s.ShowRuns, s.ShowContract, s.ShowAccess),
    *(s.ShowTemplates, s.ShowPlan, s.Explain, s.ExplainAnomaly, s.ExplainChange, s.SummarizeAnomalies),
    s.TestConnection,
)


# What acts on more than a transaction could take back; CALL refuses one by itself.
ALONE = (s.CancelRun, s.Vacuum, s.CreateDatabase, s.Undrop)
# First in a pipeline these are done at once, as in PostgreSQL.
AT_ONCE = (*ALONE, s.Call)


def check_not_failed(statement: s.Statement, session: SessionContext) -> None:
    """After an error only the end of the transaction, or of its last part, is heard: 25P02."""
    is_failed = session.transaction.status is TransactionStatus.FAILED
    if is_failed and not isinstance(statement, s.Commit | s.Rollback | s.Empty):
        raise InFailedSqlTransaction("current transaction is aborted, commands ignored until end of transaction block")


def check_writable(statement: s.Statement, session: SessionContext) -> None:
    """Refuse a change in a transaction that only reads, and outside one where new ones only read."""
    if session.settings.get("transaction_read_only") == "on" and not isinstance(statement, _READING):
        raise ReadOnlySqlTransaction(f"cannot execute {tag_of(statement)} in a read-only transaction")
