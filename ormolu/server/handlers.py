"""What PostgreSQL's own statements mean here: queries, settings, transactions, cursors, prepared statements, COPY TO.

Every other statement is a command and goes to `Commands`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from ormolu import errors
from ormolu.server import cursors, transactions
from ormolu.server.actions import Actions
from ormolu.server.channels import Subscription, notification
from ormolu.server.constants import FixedAnswer, one_column, text_rows
from ormolu.server.context import SessionContext
from ormolu.server.copy_options import copy_options
from ormolu.server.literals import argument, prepare_change, with_values
from ormolu.server.outcomes import Completed, CopyOut, Outcome, ResultColumn
from ormolu.server.parameters import declared_types
from ormolu.server.parsed import ParsedStatements
from ormolu.server.planning import QueryPlanner
from ormolu.server.preparation import Columns, Prepared
from ormolu.server.queries import Queries
from ormolu.server.results import Results
from ormolu.server.rows_by_key import RowsByKey
from ormolu.server.scanned_files import FileCounts
from ormolu.server.setting_table import SETTINGS
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.types import SCALARS, DataType, data_type

_TEXT = DataType(SCALARS["text"])


class Commands(Protocol):
    """Executes every statement that is not PostgreSQL's own; `describe` says what rows it will give, None for none."""

    def describe(self, statement: s.Statement, session: SessionContext) -> tuple[ResultColumn, ...] | None: ...

    def execute(self, statement: s.Statement, session: SessionContext) -> Outcome: ...


class FinishTransaction(Protocol):
    """Ends a transaction: publishes what its commands have gathered, or forgets it."""

    def __call__(self, session: SessionContext, *, is_commit: bool) -> None: ...


def finish_nothing(session: SessionContext, *, is_commit: bool) -> None:
    """For commands that each commit by themselves."""


class QueryHandlers:
    """The StatementHandler of the server."""

    def __init__(
        self,
        *,
        parse: Callable[[str], Sequence[s.Statement]],
        planner: QueryPlanner,
        commands: Commands,
        finish_commands: FinishTransaction = finish_nothing,
        actions: Actions | None = None,
        results: Results | None = None,
        rows_by_key: RowsByKey | None = None,
        files: FileCounts | None = None,
    ) -> None:
        self._commands = commands
        self._finish_commands = finish_commands
        self._actions = actions or Actions(head=planner.fix_head)
        self._parsed = ParsedStatements(parse)
        self._queries = Queries(
            parsed=self._parsed,
            planner=planner,
            actions=self._actions,
            results=results or Results(0),
            rows_by_key=rows_by_key or RowsByKey(0),
            files=files or FileCounts(),
        )
        # The open set of statements with a meaning of our own; what is not here is a command.
        self._executors: dict[type, Callable[[Any, Prepared, tuple[object, ...], SessionContext], Outcome]] = {
            s.Query: self._queries.run,
            s.CopyTo: self._copy_to,
            s.SetSetting: self._set,
            s.ShowSetting: self._show,
            s.ResetSetting: self._reset,
            s.Discard: self._discard,
            s.SetTransaction: lambda statement, _, __, session: transactions.set_transaction(
                statement, session, self._actions.snapshots
            ),
            s.Begin: lambda statement, _, __, session: transactions.begin(statement, session),
            s.Commit: lambda statement, _, __, session: self._end(statement, session, is_commit=True),
            s.Rollback: self._rollback,
            s.Savepoint: lambda statement, _, __, session: transactions.savepoint(statement, session),
            s.ReleaseSavepoint: lambda statement, _, __, session: transactions.release(statement, session),
            s.DeclareCursor: self._declare,
            s.Fetch: lambda statement, _, __, session: cursors.fetch(statement, session),
            s.Move: lambda statement, _, __, session: cursors.move(statement, session),
            s.CloseCursor: lambda statement, _, __, session: cursors.close(statement, session),
            s.Prepare: self._prepare_named,
            s.ExecutePrepared: self._execute_named,
            s.Deallocate: self._deallocate,
            s.LockTable: self._lock,
            s.Analyze: self._analyze,
            s.Listen: self._listen,
            s.Unlisten: self._unlisten,
            s.Notify: self._notify,
        }

    # --- what the session calls ---

    def parse(self, sql: str) -> tuple[s.Statement, ...]:
        return self._parsed.parse(sql)

    def is_instant(self, sql: str) -> bool:
        return self._parsed.is_instant(sql)

    def fixed_answer(self, sql: str) -> FixedAnswer | None:
        return self._queries.fixed_answer(sql)

    def prepare(self, statement: s.Statement, parameter_oids: tuple[int, ...], session: SessionContext) -> Prepared:
        prepared = self._prepare(statement, parameter_oids, session)
        if len(parameter_oids) <= len(prepared.parameter_types):
            return prepared
        return replace(prepared, parameter_types=declared_types(prepared.parameter_types, parameter_oids))

    def _prepare(self, statement: s.Statement, parameter_oids: tuple[int, ...], session: SessionContext) -> Prepared:
        match statement:
            case s.Query():
                return self._queries.prepare(statement, parameter_oids, session)
            case s.DeclareCursor(query=query):
                inner = self._queries.prepare(query, parameter_oids, session)
                return Prepared(statement, inner.parameter_types, parameter_oids, plan=inner)
            case s.Insert() | s.Update() | s.Delete():
                return prepare_change(statement, parameter_oids)
            case _:
                return Prepared(statement)

    def describe(self, prepared: Prepared, session: SessionContext) -> Columns:
        if not prepared.is_described:
            prepared.columns = self._columns(prepared.statement, session)
            prepared.is_described = True
        return prepared.columns

    def execute(self, prepared: Prepared, parameters: tuple[object, ...], session: SessionContext) -> Outcome:
        executor = self._executors.get(type(prepared.statement))
        if executor is not None:
            return executor(prepared.statement, prepared, parameters, session)
        transactions.check_writable(prepared.statement, session)
        if isinstance(prepared.statement, transactions.AT_ONCE):
            session.transaction.may_continue = False
        return self._commands.execute(with_values(prepared, parameters), session)

    def finish(self, session: SessionContext, *, has_failed: bool) -> None:
        is_committed = False
        try:
            self._finish_transaction(session, is_commit=not has_failed)
            is_committed = not has_failed
        finally:
            transactions.close(session, is_commit=is_committed)

    def close(self, session: SessionContext) -> None:
        cursors.close_all(session)
        self._finish_commands(session, is_commit=False)
        self._actions.leave(session)
        session.query_session.close()

    # --- what is read for others ---

    def _copy_to(self, statement: s.CopyTo, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        if statement.path is not None:
            raise errors.InsufficientPrivilege(
                "COPY to a file of the server is not allowed", hint="Use COPY ... TO STDOUT, or psql's \\copy."
            )
        options = copy_options(statement.options, is_from=False)
        return CopyOut(self._queries.rows(statement.query or _table_of(statement), session), options)

    def _columns(self, statement: s.Statement, session: SessionContext) -> Columns:
        match statement:
            case s.ShowSetting(name="all"):
                return tuple(ResultColumn(name, _TEXT) for name in ("name", "setting", "description"))
            case s.ShowSetting(name=name):
                return (ResultColumn(_shown(name), _TEXT),)
            case s.Fetch(cursor=cursor):
                return cursors.find_cursor(cursor, session).columns
            case s.ExecutePrepared(name=name):
                return self.describe(_named(name, session), session)
            case _ if type(statement) in self._executors:
                return None
            case _:
                return self._commands.describe(statement, session)

    # --- settings ---

    def _set(self, statement: s.SetSetting, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        if statement.is_local and not session.transaction.is_block:
            session.notice("WARNING", "25P01", "SET LOCAL can only be used in transaction blocks")
        session.settings.set(statement.name, statement.value, is_local=statement.is_local)
        return Completed("SET")

    def _show(self, statement: s.ShowSetting, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        if statement.name == "all":
            return text_rows(("name", "setting", "description"), session.settings.all(), tag="SHOW")
        return one_column([(_shown(statement.name), session.settings.get(statement.name))], tag="SHOW")

    def _reset(
        self, statement: s.ResetSetting, _: Prepared, __: tuple[object, ...], session: SessionContext
    ) -> Outcome:
        session.settings.reset(statement.name)
        return Completed("RESET")

    def _discard(self, statement: s.Discard, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        if statement.what.upper() == "ALL":
            if session.transaction.is_block:
                raise errors.ActiveSqlTransaction("DISCARD ALL cannot run inside a transaction block")
            cursors.close_all(session)
            session.prepared.clear()
            session.settings.reset("all")
            session.transaction.subscriptions.append(Subscription(None, is_listening=False))
        return Completed(f"DISCARD {statement.what.upper()}")

    # --- locks, statistics and channels ---

    def _lock(self, statement: s.LockTable, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        transactions.check_lock(statement, session)
        for table in statement.tables:
            self._queries.prepare(s.table_query(table), (), session)
        return Completed("LOCK TABLE")

    def _analyze(self, statement: s.Analyze, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        """Bounds and counts are written with every file, so that they are never out of date."""
        for table, columns in statement.tables:
            self._queries.prepare(s.table_query(table, columns), (), session)
        return Completed("ANALYZE")

    def _listen(self, statement: s.Listen, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        channel = notification(statement.channel, "").channel
        session.transaction.subscriptions.append(Subscription(channel, is_listening=True))
        return Completed("LISTEN")

    def _unlisten(self, statement: s.Unlisten, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        session.transaction.subscriptions.append(Subscription(statement.channel, is_listening=False))
        return Completed("UNLISTEN")

    def _notify(self, statement: s.Notify, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        self._actions.tell(notification(statement.channel, statement.payload), session)
        return Completed("NOTIFY")

    # --- transactions ---

    def _rollback(self, statement: s.Rollback, _: Prepared, __: tuple[object, ...], session: SessionContext) -> Outcome:
        if statement.to_savepoint is not None:
            return transactions.rollback_to(statement.to_savepoint, session)
        return self._end(statement, session, is_commit=False)

    def _end(self, statement: s.Commit | s.Rollback, session: SessionContext, *, is_commit: bool) -> Outcome:
        return transactions.end(
            session,
            is_commit=is_commit,
            and_chain=statement.and_chain,
            finish=lambda is_good: self._finish_transaction(session, is_commit=is_good),
        )

    def _finish_transaction(self, session: SessionContext, *, is_commit: bool) -> None:
        try:
            if is_commit:
                self._actions.check_commit(session)
            cursors.end_transaction(session, is_commit=is_commit)
            self._finish_commands(session, is_commit=is_commit)
            if is_commit:
                self._actions.commit(session)
        finally:
            self._actions.end(session)

    # --- cursors and prepared statements ---

    def _declare(
        self, statement: s.DeclareCursor, prepared: Prepared, parameters: tuple[object, ...], session: SessionContext
    ) -> Outcome:
        cursors.check_declare(statement, session)
        inner: Prepared = prepared.plan
        rows = self._queries.run(statement.query, inner, parameters, session)
        return cursors.declare(statement, rows, session)

    def _prepare_named(
        self, statement: s.Prepare, _: Prepared, __: tuple[object, ...], session: SessionContext
    ) -> Outcome:
        if statement.name in session.prepared:
            raise errors.DuplicatePreparedStatement(f'prepared statement "{statement.name}" already exists')
        oids = tuple(data_type(spelling).oid for spelling in statement.types)
        prepared = self.prepare(statement.statement, oids, session)
        session.prepared[statement.name] = prepared.named(
            statement.text, session.activity.query_started_at, is_from_sql=True
        )
        return Completed("PREPARE")

    def _execute_named(
        self, statement: s.ExecutePrepared, _: Prepared, __: tuple[object, ...], session: SessionContext
    ) -> Outcome:
        prepared = _named(statement.name, session)
        if len(statement.arguments) != len(prepared.parameter_types):
            raise errors.InvalidSyntax(
                f'wrong number of parameters for prepared statement "{statement.name}"',
                detail=f"Expected {len(prepared.parameter_types)} parameters but got {len(statement.arguments)}.",
            )
        values = tuple(map(argument, statement.arguments, prepared.parameter_types))
        return self.execute(prepared, values, session)

    def _deallocate(
        self, statement: s.Deallocate, _: Prepared, __: tuple[object, ...], session: SessionContext
    ) -> Outcome:
        if statement.name is None:
            session.prepared.clear()
            return Completed("DEALLOCATE ALL")
        _named(statement.name, session)
        del session.prepared[statement.name]
        return Completed("DEALLOCATE")


def _shown(name: str) -> str:
    """SHOW names its column as the table of settings spells it."""
    setting = SETTINGS.get(name.lower())
    return setting.name if setting is not None else name


def _named(name: str, session: SessionContext) -> Prepared:
    prepared = session.prepared.get(name)
    if prepared is None:
        raise errors.InvalidSqlStatementName(f'prepared statement "{name}" does not exist')
    return cast("Prepared", prepared)


def _table_of(statement: s.CopyTo) -> s.Query:
    assert statement.table is not None
    return s.table_query(statement.table, statement.columns)
