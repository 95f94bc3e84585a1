"""The conversation of one client: messages in, answers out, no sockets.

`run` is a generator that works in the thread pool and yields whole messages; between two of its steps no thread is
held, so that a slow reader costs nobody a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime

from ormolu import errors
from ormolu.disk import told_when_full
from ormolu.server import messages as m
from ormolu.server import responses
from ormolu.server.activity import Activity
from ormolu.server.context import SessionContext, TransactionStatus
from ormolu.server.copying import CopyMessage, CopyUnderWay
from ormolu.server.encoder_pool import EncoderPool
from ormolu.server.extended import ExtendedMessage, ExtendedQuery
from ormolu.server.guard import Guard, Output, StartTimer
from ormolu.server.outcomes import CopyIn
from ormolu.server.preparation import StatementHandler
from ormolu.server.protocol import Phase, check_order
from ormolu.server.sending import Sender
from ormolu.server.transactions import begin_implicit, check_not_failed
from ormolu.sql_extensions.statements import Empty, Statement

_WAITING = {
    TransactionStatus.IDLE: "idle",
    TransactionStatus.OPEN: "idle in transaction",
    TransactionStatus.FAILED: "idle in transaction (aborted)",
}
# What ends not only the statement but the session.
_FATAL = (errors.AdminShutdown,)


class Session:
    """One client's transaction, simple queries and copies; one message is handled at a time."""

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
        self.activity = context.activity = Activity(now)
        self._handler = handler
        self._guard = Guard(context, self.activity, start_timer)
        self._sender = Sender(context, self._begin_copy, encoders)
        self._extended_query = ExtendedQuery(context, handler, self._sender, self.activity)
        self._copy: CopyUnderWay | None = None
        self._skips_to_sync = False
        self._reported = context.settings.reported()
        self._reported_generation = context.settings.generation

    # --- what the listener calls ---

    def run(self, messages: Sequence[m.Message]) -> Output:
        """Handle messages in order; yields what to send."""
        for at, message in enumerate(messages):
            if self.phase is Phase.CLOSED:
                return
            if isinstance(message, m.Execute):
                self.context.transaction.may_continue = not _is_last(messages, at)
            yield from self._handle(message)

    def fixed_answer(self, messages: Sequence[m.Message]) -> bytes | None:
        """The whole answer, where it is the same in every session and changes nothing; None: run the messages.

        Half of a trip's time is saved by not asking each layer in turn what it makes of SELECT 1.
        """
        transaction = self.context.transaction
        is_settled = self.phase is Phase.READY and self._reported_generation == self.context.settings.generation
        if transaction.is_implicit or not is_settled or self._skips_to_sync:
            return None
        match transaction.status, messages:
            case ((TransactionStatus.IDLE | TransactionStatus.OPEN), [m.Query(sql=sql)]):
                fixed = self._handler.fixed_answer(sql)
                answer = None if fixed is None else fixed.description + fixed.row
                if answer is not None:
                    self._extended_query.drop_unnamed_statement()
            case TransactionStatus.IDLE, [m.Bind() as bind, *between, m.Execute(portal="", rows_max=0), m.Sync()]:
                found = self._extended_query.fixed_answer(bind, between)
                sql, answer = found or ("", None)
            case _:
                return None
        if answer is None:
            return None
        transaction.has_read = transaction.status is TransactionStatus.OPEN
        self.context.batch += 1
        self.activity.pass_over(sql, _WAITING[transaction.status])
        return b"".join((answer, *self.notifications(), responses.READY_FOR_QUERY[transaction.status.value]))

    def is_instant(self, messages: Sequence[m.Message]) -> bool:
        """Whether the messages can be answered at once, without engine, catalog or waiting."""
        return self._copy is None and all(map(self._is_instant, messages))

    def _is_instant(self, message: m.Message) -> bool:
        match message:
            case m.Query(sql=sql):
                return self._handler.is_instant(sql)
            case m.Flush() | m.Terminate():
                return True
            case _:
                return self._extended_query.is_instant(message)

    def notifications(self) -> Output:
        """What has come for the client, where it may hear it: outside a transaction."""
        if self.context.transaction.status is TransactionStatus.IDLE and self._copy is None:
            for pid, notification in self.context.inbox.take():
                yield responses.notification(pid, notification.channel, notification.payload)

    def close(self) -> None:
        """Let go of everything the client held."""
        self.phase = Phase.CLOSED
        if self._copy is not None:
            self._copy.sink.abort()
            self._copy = None
        self._extended_query.drop_portals()
        self._handler.close(self.context)

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
            case m.Parse() | m.Bind() | m.Describe() | m.Execute() | m.Close():
                yield from self._extended(message)
            case _:
                raise AssertionError(f"the state table lets {type(message).__name__} through")

    def _simple(self, steps: Output) -> Output:
        """Run a simple query to its ReadyForQuery, whatever happens; a copy in leaves it open."""
        has_failed = yield from self._guarded(steps)
        if self.phase is Phase.READY:
            yield from self._ready(has_failed=has_failed)

    def _extended(self, message: ExtendedMessage) -> Output:
        """Run one message of an extended query; after an error everything is skipped up to Sync."""
        if self.context.transaction.status is TransactionStatus.IDLE:
            begin_implicit(self.context, is_multi=False)
        transaction = self.context.transaction
        self._skips_to_sync = yield from self._guarded(self._extended_query.steps(message))
        if isinstance(message, m.Execute):
            transaction.has_executed = True  # not of the one that follows a COMMIT

    def _guarded(self, steps: Output) -> Generator[bytes | memoryview, None, bool]:
        """Run steps as one cancellable statement; what goes wrong is sent, and True returned."""
        problem = yield from self._guard.run(steps)
        if problem is None:
            yield from self._parameter_statuses()
            return False
        self._fail_transaction()
        if isinstance(problem, _FATAL):
            self.phase = Phase.CLOSED
            yield responses.error(problem, severity="FATAL")
        else:
            yield responses.error(problem)
        return True

    def _fail_transaction(self) -> None:
        self._abort_copy()
        if self.context.transaction.status is TransactionStatus.OPEN:
            self.context.transaction.status = TransactionStatus.FAILED

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
            self._extended_query.drop_portals()
            if transaction.is_implicit:
                yield from self._finish(has_failed=has_failed)
        yield from self._parameter_statuses()
        transaction = self.context.transaction
        self.context.batch += 1
        self._extended_query.has_worked = False
        self.activity.wait(_WAITING[transaction.status])
        yield from self.notifications()
        yield responses.READY_FOR_QUERY[transaction.status.value]

    def _finish(self, *, has_failed: bool) -> Output:
        try:
            self._handler.finish(self.context, has_failed=has_failed)
        except errors.OrmoluError as problem:
            yield responses.error(problem)

    # --- simple query ---

    def _simple_query(self, sql: str) -> Output:
        self.activity.begin(sql)
        self._extended_query.drop_unnamed_statement()
        statements = self._handler.parse(sql)
        if self.context.transaction.status is TransactionStatus.IDLE:
            begin_implicit(self.context, is_multi=len(statements) > 1)
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
        check_not_failed(statement, self.context)
        prepared = self._handler.prepare(statement, (), self.context)
        if prepared.parameter_types:
            raise errors.UndefinedParameter("there is no parameter $1")
        outcome = self._handler.execute(prepared, (), self.context)
        yield from self._sender.send(outcome, is_extended=False)

    # --- COPY FROM STDIN ---

    def _begin_copy(self, outcome: CopyIn, is_extended: bool) -> None:
        self.phase = Phase.COPY_IN
        self._copy = CopyUnderWay(outcome.sink, is_extended, iter(()))

    def _abort_copy(self) -> None:
        if self._copy is not None:
            copy, self._copy = self._copy, None
            self.phase = Phase.READY
            copy.sink.abort()

    def _copy_message(self, message: CopyMessage) -> Output:
        if self._copy is None:
            return
        is_extended = self._copy.is_extended
        has_failed = yield from self._guarded(self._copy_steps(message, self._copy))
        if self._copy is None and self.phase is Phase.READY:
            if is_extended:
                self._skips_to_sync = has_failed
            else:
                yield from self._ready(has_failed=has_failed)

    def _copy_steps(self, message: CopyMessage, copy: CopyUnderWay) -> Output:
        if not isinstance(message, m.CopyDone):
            with told_when_full():
                copy.take(message)
            return
        self._copy = None
        self.phase = Phase.READY
        with told_when_full():
            rows = copy.sink.finish()
        yield responses.command_complete(f"COPY {rows}")
        yield from self._statements(copy.rest)


def _is_last(messages: Sequence[m.Message], at: int) -> bool:
    """Whether the Execute is known to be its pipeline's last: what has come says so."""
    for message in messages[at + 1 :]:
        if not isinstance(message, m.Close | m.Flush):
            return isinstance(message, m.Sync)
    return False


def _refuse_function_call() -> Output:
    yield from ()
    raise errors.FeatureNotSupported("the function call protocol is not spoken here", hint="Use SELECT.")
