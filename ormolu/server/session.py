"""The conversation of one client: messages in, answers out, no sockets.

`run` is a generator that works in the thread pool and yields whole messages; between two of its steps no thread is
held, so that a slow reader costs nobody a thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import duckdb

from ormolu import errors
from ormolu.engine.failures import translated
from ormolu.server import messages as m
from ormolu.server import responses
from ormolu.server.context import SessionContext, TransactionStatus, canceled_by_timeout
from ormolu.server.copy_out import CopyWriter
from ormolu.server.cursors import open_cursors
from ormolu.server.encoder_pool import EncoderPool
from ormolu.server.outcomes import Completed, CopyIn, CopyOut, CopySink, Outcome, Rows
from ormolu.server.parameters import decode_parameters, result_formats
from ormolu.server.preparation import Portal, Prepared, StatementHandler
from ormolu.server.protocol import Phase, check_order
from ormolu.server.rowstream import RowStream
from ormolu.server.types.encoders import RowEncoder
from ormolu.server.types.text import TextStyle
from ormolu.sql_extensions.statements import Commit, Empty, Rollback, Statement

_log = logging.getLogger(__name__)
PREPARED_STATEMENTS_MAX = 10_000
PORTALS_MAX = 10_000
Output = Generator[bytes | memoryview, None, None]
StopTimer = Callable[[], None]
StartTimer = Callable[[float, Callable[[], object]], StopTimer]


@dataclass(slots=True)
class CopyState:
    """A COPY FROM STDIN under way, and the statements of the same simple query that come after it."""

    sink: CopySink
    is_extended: bool
    rest: Iterator[Statement]


class Session:
    """One client's prepared statements, portals and transaction; one message is handled at a time."""

    def __init__(
        self,
        context: SessionContext,
        handler: StatementHandler,
        *,
        encoders: EncoderPool,
        start_timer: StartTimer,
        now: Callable[[], datetime],
    ) -> None:
        self.context = context
        self.phase = Phase.READY
        self.state = "idle"
        self.query = ""
        self.query_started_at: datetime | None = None
        self.state_changed_at: datetime = now()
        self._handler = handler
        self._encoders = encoders
        self._start_timer = start_timer
        self._now = now
        self._prepared: dict[str, Prepared] = context.prepared
        self._portals: dict[str, Portal] = context.portals
        self._copy: CopyState | None = None
        self._skips_to_sync = False
        self._has_worked = False  # since the session was last ready: something a Sync may have to end
        self._reported = context.settings.reported()
        self._reported_generation = context.settings.generation

    # --- what the listener calls ---

    def run(self, messages: Sequence[m.Message]) -> Output:
        """Handle messages in order; yields what to send."""
        for message in messages:
            if self.phase is Phase.CLOSED:
                return
            yield from self._handle(message)

    def is_instant(self, messages: Sequence[m.Message]) -> bool:
        """Whether the messages can be answered at once, without engine, catalog or waiting."""
        return self._copy is None and all(map(self._is_instant, messages))

    def close(self) -> None:
        """Let go of everything the client held."""
        self.phase = Phase.CLOSED
        if self._copy is not None:
            self._copy.sink.abort()
            self._copy = None
        self._drop_portals()
        self._handler.close(self.context)

    def _is_instant(self, message: m.Message) -> bool:
        match message:
            case m.Query(sql=sql) | m.Parse(sql=sql):
                return self._handler.is_instant(sql)
            case m.Bind(statement=name):
                # A statement that is not there yet was parsed by the same batch, and judged with it.
                prepared = self._prepared.get(name)
                return prepared is None or self._handler.is_instant(prepared.statement.text)
            case m.Describe(kind="S", name=name):
                prepared = self._prepared.get(name)
                return prepared is None or self._handler.is_instant(prepared.statement.text)
            case m.Describe(name=name) | m.Execute(portal=name):
                portal = self._portals.get(name)
                return portal is None or self._handler.is_instant(portal.prepared.statement.text)
            case m.Sync():
                return not self._has_worked
            case m.Flush() | m.Terminate():
                return True
            case _:
                return False

    # --- messages ---

    def _handle(self, message: m.Message) -> Output:
        if self._skips_to_sync and not isinstance(message, m.Sync | m.Terminate):
            return
        try:
            check_order(self.phase, message)
        except errors.ProtocolViolation as problem:
            self._abort_copy()
            self.phase = Phase.CLOSED
            yield responses.error(problem, severity="FATAL")
            return
        match message:
            case m.Query(sql=sql):
                yield from self._simple(self._simple_query(sql))
            case m.FunctionCall():
                yield from self._simple(_refuse_function_call())
            case m.Sync():
                yield from self._sync()
            case m.CopyData() | m.CopyDone() | m.CopyFail():
                yield from self._copy_message(message)
            case m.Terminate():
                self.phase = Phase.CLOSED
            case m.Flush():
                return
            case m.Parse():
                yield from self._extended(self._parse(message))
            case m.Bind():
                yield from self._extended(self._bind(message))
            case m.Describe():
                yield from self._extended(self._describe(message))
            case m.Execute():
                yield from self._extended(self._execute(message))
            case m.Close(kind=kind, name=name):
                yield from self._extended(self._close(kind, name))
            case _:
                raise AssertionError(f"the state table lets {type(message).__name__} through")

    def _simple(self, steps: Output) -> Output:
        """Run a simple query to its ReadyForQuery, whatever happens; a copy in leaves it open."""
        has_failed = yield from self._guarded(steps)
        if self.phase is not Phase.COPY_IN:
            yield from self._ready(has_failed=has_failed)

    def _extended(self, steps: Output) -> Output:
        """Run one message of an extended query; after an error everything is skipped up to Sync."""
        transaction = self.context.transaction
        transaction.is_implicit = transaction.status is TransactionStatus.IDLE
        self._skips_to_sync = yield from self._guarded(steps)

    def _guarded(self, steps: Output) -> Generator[bytes | memoryview, None, bool]:
        """Run steps as one cancellable statement; what goes wrong is sent, and True returned."""
        stop_timer = self._begin_statement()
        try:
            for step in steps:
                self.context.cancellation.check()
                yield step
        except (errors.OrmoluError, duckdb.Error) as error:
            problem = self._problem(error)
        except Exception as error:  # noqa: BLE001 - the session's own catch-all: logged whole, and the client is told
            _log.exception("statement failed", extra={"pid": self.context.pid, "query": self.query})
            problem = errors.InternalError(f"internal error: {type(error).__name__}")
        else:
            yield from self._parameter_statuses()
            return False
        finally:
            steps.close()
            stop_timer()
            self.context.cancellation.finish()
        self._fail_transaction()
        yield responses.error(problem)
        return True

    def _begin_statement(self) -> StopTimer:
        ticket = self.context.cancellation.start()
        seconds = self.context.settings.statement_timeout_seconds
        if not seconds:
            return _nothing
        return self._start_timer(
            seconds, lambda: self.context.cancellation.cancel(canceled_by_timeout(), ticket=ticket)
        )

    def _problem(self, error: errors.OrmoluError | duckdb.Error) -> errors.OrmoluError:
        problem = translated(error) if isinstance(error, duckdb.Error) else error
        reason = self.context.cancellation.reason
        if isinstance(problem, errors.QueryCanceled) and reason is not None:
            return reason
        if isinstance(problem, errors.InternalError):
            _log.error("statement failed", exc_info=error, extra={"pid": self.context.pid, "query": self.query})
        return problem

    def _fail_transaction(self) -> None:
        self._abort_copy()
        if self.context.transaction.status is TransactionStatus.OPEN:
            self.context.transaction.status = TransactionStatus.FAILED

    def _abort_copy(self) -> None:
        if self._copy is not None:
            copy, self._copy = self._copy, None
            self.phase = Phase.READY
            copy.sink.abort()

    def _parameter_statuses(self) -> Output:
        """Tell the client of every reported setting that has changed."""
        settings = self.context.settings
        if settings.generation == self._reported_generation:
            return
        self._reported_generation = settings.generation
        current = settings.reported()
        for name, value in current.items():
            if self._reported[name] != value:
                yield responses.parameter_status(name, value)
        self._reported = current

    # --- the end of a query ---

    def _sync(self) -> Output:
        if self.phase is Phase.COPY_IN:
            return
        has_failed, self._skips_to_sync = self._skips_to_sync, False
        yield from self._ready(has_failed=has_failed)

    def _ready(self, *, has_failed: bool) -> Output:
        """End the implicit transaction, if there is one, and say in which state the session waits."""
        transaction = self.context.transaction
        if transaction.status is TransactionStatus.IDLE:
            self._drop_portals()
            if transaction.is_implicit:
                transaction.is_implicit = False
                yield from self._finish(has_failed=has_failed)
        yield from self._parameter_statuses()
        transaction = self.context.transaction
        self.context.batch += 1
        self._has_worked = False
        self._set_state(_WAITING[transaction.status])
        yield responses.READY_FOR_QUERY[transaction.status.value]

    def _finish(self, *, has_failed: bool) -> Output:
        try:
            self._handler.finish(self.context, has_failed=has_failed)
        except errors.OrmoluError as problem:
            yield responses.error(problem)

    def _set_state(self, state: str, query: str | None = None) -> None:
        self.state = state
        self.state_changed_at = self._now()
        if query is not None:
            self.query = query
            self.query_started_at = self.state_changed_at

    def _drop_portals(self) -> None:
        for portal in self._portals.values():
            if portal.stream is not None:
                portal.stream.close()
        self._portals.clear()

    # --- simple query ---

    def _simple_query(self, sql: str) -> Output:
        self._set_state("active", sql)
        self._prepared.pop("", None)
        statements = self._handler.parse(sql)
        transaction = self.context.transaction
        transaction.is_implicit = len(statements) > 1 and transaction.status is TransactionStatus.IDLE
        if all(isinstance(statement, Empty) for statement in statements):
            yield responses.EMPTY_QUERY
            return
        yield from self._statements(iter(statements))

    def _statements(self, statements: Iterator[Statement]) -> Output:
        for statement in statements:
            if isinstance(statement, Empty):
                continue
            try:
                yield from self._statement(statement)
            except errors.OrmoluError as problem:
                if problem.position is not None and statement.offset:
                    problem.position += statement.offset
                raise
            if self._copy is not None:
                self._copy.rest = statements
                return

    def _statement(self, statement: Statement) -> Output:
        self._check_transaction(statement)
        prepared = self._handler.prepare(statement, (), self.context)
        if prepared.parameter_types:
            raise errors.UndefinedParameter("there is no parameter $1")
        outcome = self._handler.execute(prepared, (), self.context)
        yield from self._send(outcome, is_extended=False)

    def _check_transaction(self, statement: Statement) -> None:
        failed = self.context.transaction.status is TransactionStatus.FAILED
        if failed and not isinstance(statement, Commit | Rollback):
            raise errors.InFailedSqlTransaction(
                "current transaction is aborted, commands ignored until end of transaction block"
            )

    # --- extended query ---

    def _parse(self, message: m.Parse) -> Output:
        self._set_state("active", message.sql)
        if message.name and message.name in self._prepared:
            raise errors.DuplicatePreparedStatement(f'prepared statement "{message.name}" already exists')
        if len(self._prepared) >= PREPARED_STATEMENTS_MAX:
            raise errors.ConfigurationLimitExceeded(f"a session holds at most {PREPARED_STATEMENTS_MAX} statements")
        statements = self._handler.parse(message.sql)
        if len(statements) > 1:
            raise errors.InvalidSyntax("cannot insert multiple commands into a prepared statement")
        statement = statements[0] if statements else Empty()
        self._check_transaction(statement)
        self._prepared[message.name] = self._handler.prepare(statement, message.parameter_oids, self.context)
        yield responses.PARSE_COMPLETE

    def _bind(self, message: m.Bind) -> Output:
        prepared = self._find_prepared(message.statement)
        self._check_transaction(prepared.statement)
        if message.portal and message.portal in self._portals:
            raise errors.DuplicateCursor(f'cursor "{message.portal}" already exists')
        if len(self._portals) >= PORTALS_MAX:
            raise errors.ConfigurationLimitExceeded(f"a session holds at most {PORTALS_MAX} portals")
        values = decode_parameters(message, prepared.parameter_types, self.context.settings)
        self._close_portal(message.portal)
        self._portals[message.portal] = Portal(prepared, values, message.result_formats)
        yield responses.BIND_COMPLETE

    def _describe(self, message: m.Describe) -> Output:
        if message.kind == "S":
            prepared = self._find_prepared(message.name)
            yield responses.parameter_description([kind.oid for kind in prepared.parameter_types])
            formats: tuple[int, ...] = ()
            columns = self._handler.describe(prepared, self.context)
        elif message.name not in self._portals and message.name in open_cursors(self.context):
            columns, formats = open_cursors(self.context)[message.name].columns, ()
        else:
            portal = self._find_portal(message.name)
            columns, formats = self._handler.describe(portal.prepared, self.context), portal.formats
        if columns is None:
            yield responses.NO_DATA
        else:
            yield responses.row_description(columns, result_formats(formats, len(columns)))

    def _execute(self, message: m.Execute) -> Output:
        portal = self._find_portal(message.portal)
        self._set_state("active", portal.prepared.statement.text)
        if isinstance(portal.prepared.statement, Empty):
            yield responses.EMPTY_QUERY
            return
        self._check_transaction(portal.prepared.statement)
        self._has_worked = self._has_worked or not self._handler.is_instant(portal.prepared.statement.text)
        if portal.stream is None:
            if portal.is_finished:
                raise errors.ObjectNotInPrerequisiteState(f'portal "{message.portal}" cannot be run')
            outcome = self._handler.execute(portal.prepared, portal.parameters, self.context)
            if not isinstance(outcome, Rows):
                portal.is_finished = True
                yield from self._send(outcome, is_extended=True)
                return
            portal.stream = RowStream(outcome)
        yield from self._send_rows(portal.stream, portal.formats, rows_max=message.rows_max or None)

    def _close(self, kind: str, name: str) -> Output:
        if kind == "S":
            self._prepared.pop(name, None)
        else:
            self._close_portal(name)
        yield responses.CLOSE_COMPLETE

    def _close_portal(self, name: str) -> None:
        portal = self._portals.pop(name, None)
        if portal is not None and portal.stream is not None:
            portal.stream.close()

    def _find_prepared(self, name: str) -> Prepared:
        prepared = self._prepared.get(name)
        if prepared is None:
            raise errors.InvalidSqlStatementName(
                f'prepared statement "{name}" does not exist' if name else "unnamed prepared statement does not exist"
            )
        return prepared

    def _find_portal(self, name: str) -> Portal:
        portal = self._portals.get(name)
        if portal is None:
            raise errors.InvalidCursorName(f'portal "{name}" does not exist')
        return portal

    # --- outcomes ---

    def _send(self, outcome: Outcome, *, is_extended: bool) -> Output:
        match outcome:
            case Completed(tag=tag):
                yield responses.command_complete(tag)
            case Rows(columns=columns):
                yield responses.row_description(columns, result_formats((), len(columns)))
                stream = RowStream(outcome)
                try:
                    yield from self._send_rows(stream, (), rows_max=None)
                finally:
                    stream.close()
            case CopyOut(rows=rows, options=options):
                writer = CopyWriter(rows.columns, options, self._style())
                yield from writer.messages(RowStream(rows), self._encoders)
            case CopyIn(column_count=column_count, sink=sink):
                self.phase = Phase.COPY_IN
                self._copy = CopyState(sink, is_extended, iter(()))
                yield responses.copy_in(column_count)
            case _:
                assert_never(outcome)

    def _send_rows(self, stream: RowStream, formats: tuple[int, ...], *, rows_max: int | None) -> Output:
        encoder = RowEncoder(stream.columns, result_formats(formats, len(stream.columns)), self._style())
        before = stream.rows_taken
        yield from self._encoders.encoded(stream.take(rows_max), encoder.encode)
        sent = stream.rows_taken - before
        if rows_max is not None and sent == rows_max and not stream.is_exhausted:
            yield responses.PORTAL_SUSPENDED
            return
        yield responses.command_complete(stream.tag if stream.tag in _UNCOUNTED else f"{stream.tag} {sent}")

    def _style(self) -> TextStyle:
        return TextStyle(self.context.settings.time_zone)

    # --- COPY FROM STDIN ---

    def _copy_message(self, message: m.CopyData | m.CopyDone | m.CopyFail) -> Output:
        if self._copy is None:
            return
        is_extended = self._copy.is_extended
        steps = self._copy_step(message, self._copy)
        if isinstance(message, m.CopyData):
            has_failed = yield from self._guarded(steps)
            if has_failed:
                yield from self._end_copy(is_extended=is_extended, has_failed=True)
            return
        has_failed = yield from self._guarded(steps)
        if self._copy is None:
            yield from self._end_copy(is_extended=is_extended, has_failed=has_failed)

    def _end_copy(self, *, is_extended: bool, has_failed: bool) -> Output:
        if is_extended:
            self._skips_to_sync = has_failed
        else:
            yield from self._ready(has_failed=has_failed)

    def _copy_step(self, message: m.CopyData | m.CopyDone | m.CopyFail, copy: CopyState) -> Output:
        match message:
            case m.CopyData(data=data):
                copy.sink.write(data)
            case m.CopyFail(reason=reason):
                raise errors.QueryCanceled(f"COPY from stdin failed: {reason}")
            case m.CopyDone():
                self._copy = None
                self.phase = Phase.READY
                yield responses.command_complete(f"COPY {copy.sink.finish()}")
                yield from self._statements(copy.rest)


# Statements whose tag does not say how many rows came.
_UNCOUNTED = ("SHOW", "EXPLAIN")
_WAITING = {
    TransactionStatus.IDLE: "idle",
    TransactionStatus.OPEN: "idle in transaction",
    TransactionStatus.FAILED: "idle in transaction (aborted)",
}


def _refuse_function_call() -> Output:
    yield from ()
    raise errors.FeatureNotSupported("the function call protocol is not spoken here", hint="Use SELECT.")


def _nothing() -> None:
    """Stop no timer."""
