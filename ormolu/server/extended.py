"""The extended query: prepared statements and portals, and what Parse, Bind, Describe, Execute and Close do to them.

Source: PostgreSQL 15, chapter 55.2.3.
"""

from __future__ import annotations

from collections.abc import Sequence

from ormolu import errors
from ormolu.server import messages as m
from ormolu.server import responses
from ormolu.server.activity import Activity
from ormolu.server.context import SessionContext
from ormolu.server.cursors import open_cursors
from ormolu.server.guard import Output
from ormolu.server.outcomes import Rows
from ormolu.server.parameters import decode_parameters, result_formats
from ormolu.server.preparation import Columns, Portal, Prepared, StatementHandler
from ormolu.server.rowstream import RowStream
from ormolu.server.sending import Sender
from ormolu.server.transactions import check_not_failed
from ormolu.sql_extensions.statements import Empty

PREPARED_STATEMENTS_MAX = 10_000
PORTALS_MAX = 10_000
ExtendedMessage = m.Parse | m.Bind | m.Describe | m.Execute | m.Close


class ExtendedQuery:
    """One client's prepared statements and portals; its SQL-level PREPARE shares the names."""

    def __init__(self, context: SessionContext, handler: StatementHandler, sender: Sender, activity: Activity) -> None:
        self._context = context
        self._handler = handler
        self._sender = sender
        self._activity = activity
        self._prepared: dict[str, Prepared] = context.prepared
        self._portals: dict[str, Portal] = context.portals
        self.has_worked = False  # since the session was last ready: something a Sync may have to end

    def steps(self, message: ExtendedMessage) -> Output:
        match message:
            case m.Parse():
                return self._parse(message)
            case m.Bind():
                return self._bind(message)
            case m.Describe():
                return self._describe(message)
            case m.Execute():
                return self._execute(message)
            case m.Close(kind=kind, name=name):
                return self._close(kind, name)

    def is_instant(self, message: m.Message) -> bool:
        """Whether the message needs neither engine nor catalog."""
        match message:
            case m.Parse(sql=sql):
                return self._handler.is_instant(sql)
            case m.Bind(statement=name) | m.Describe(kind="S", name=name):
                # A statement that is not there yet was parsed by the same batch, and judged with it.
                prepared = self._prepared.get(name)
                return prepared is None or self._handler.is_instant(prepared.statement.text)
            case m.Describe(name=name) | m.Execute(portal=name):
                portal = self._portals.get(name)
                return portal is None or self._handler.is_instant(portal.prepared.statement.text)
            case m.Sync():
                return not self.has_worked
            case _:
                return False

    def fixed_answer(self, bind: m.Bind, between: Sequence[m.Message]) -> tuple[str, bytes] | None:
        """The text, and the answer up to Sync, of Bind and Execute of the unnamed portal, and a Describe between."""
        prepared = self._prepared.get(bind.statement)
        if prepared is None or bind.portal or bind.parameters or any(bind.result_formats) or prepared.parameter_types:
            return None
        if bind.parameter_formats[1:] or len(bind.result_formats) not in (0, 1):
            return None
        text = prepared.statement.text
        fixed = self._handler.fixed_answer(text)
        if fixed is None:
            return None
        match between:
            case []:
                return text, responses.BIND_COMPLETE + fixed.row
            case [m.Describe(kind="P", name="")]:
                return text, responses.BIND_COMPLETE + fixed.description + fixed.row
            case _:
                return None

    def drop_unnamed_statement(self) -> None:
        """A simple query takes the unnamed statement with it."""
        self._prepared.pop("", None)

    def drop_portals(self) -> None:
        for portal in self._portals.values():
            if portal.stream is not None:
                portal.stream.close()
        self._portals.clear()

    # --- messages ---

    def _parse(self, message: m.Parse) -> Output:
        self._activity.begin(message.sql)
        if len(self._prepared) >= PREPARED_STATEMENTS_MAX:
            raise errors.ConfigurationLimitExceeded(f"a session holds at most {PREPARED_STATEMENTS_MAX} statements")
        statements = self._handler.parse(message.sql)
        if len(statements) > 1:
            raise errors.InvalidSyntax("cannot insert multiple commands into a prepared statement")
        statement = statements[0] if statements else Empty()
        check_not_failed(statement, self._context)
        prepared = self._handler.prepare(statement, message.parameter_oids, self._context)
        if message.name:  # PostgreSQL looks last of all whether the name is taken
            if message.name in self._prepared:
                raise errors.DuplicatePreparedStatement(f'prepared statement "{message.name}" already exists')
            prepared = prepared.named(message.sql, self._activity.query_started_at, is_from_sql=False)
        self._prepared[message.name] = prepared
        yield responses.PARSE_COMPLETE

    def _bind(self, message: m.Bind) -> Output:
        prepared = self._find_prepared(message.statement)
        check_not_failed(prepared.statement, self._context)
        if message.portal and message.portal in self._portals:
            raise errors.DuplicateCursor(f'cursor "{message.portal}" already exists')
        if len(self._portals) >= PORTALS_MAX:
            raise errors.ConfigurationLimitExceeded(f"a session holds at most {PORTALS_MAX} portals")
        values = decode_parameters(message, prepared.parameter_types, self._context.settings)
        self._close_portal(message.portal)
        self._portals[message.portal] = Portal(prepared, values, message.result_formats)
        yield responses.BIND_COMPLETE

    def _describe(self, message: m.Describe) -> Output:
        if message.kind == "S":
            prepared = self._find_prepared(message.name)
            columns = self._columns(prepared)
            yield responses.parameter_description([kind.oid for kind in prepared.parameter_types])
            formats: tuple[int, ...] = ()
        elif message.name not in self._portals and message.name in open_cursors(self._context):
            cursor = open_cursors(self._context)[message.name]
            columns, formats = cursor.columns, cursor.formats
        else:
            portal = self._find_portal(message.name)
            columns, formats = self._columns(portal.prepared), portal.formats
        if columns is None:
            yield responses.NO_DATA
        else:
            yield responses.row_description(columns, result_formats(formats, len(columns)))

    def _columns(self, prepared: Prepared) -> Columns:
        """In a failed transaction nothing that gives rows is described."""
        columns = self._handler.describe(prepared, self._context)
        if columns is not None:
            check_not_failed(prepared.statement, self._context)
        return columns

    def _execute(self, message: m.Execute) -> Output:
        portal = self._find_portal(message.portal)
        self._activity.begin(portal.prepared.statement.text)
        if isinstance(portal.prepared.statement, Empty):
            yield responses.EMPTY_QUERY
            return
        check_not_failed(portal.prepared.statement, self._context)
        self.has_worked = self.has_worked or not self._handler.is_instant(portal.prepared.statement.text)
        if portal.stream is None:
            if portal.is_finished:
                raise errors.ObjectNotInPrerequisiteState(f'portal "{message.portal}" cannot be run')
            outcome = self._handler.execute(portal.prepared, portal.parameters, self._context)
            if not isinstance(outcome, Rows):
                portal.is_finished = True
                yield from self._sender.send(outcome, is_extended=True)
                return
            portal.stream = RowStream(outcome)
        yield from self._sender.rows(portal.stream, portal.formats, rows_max=message.rows_max or None)

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
