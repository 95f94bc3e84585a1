"""`preview('connection', 'pattern or table')` in FROM: rows of a source and the types they would get, nothing made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from ormolu.catalog.grants import Access
from ormolu.connectors.source import Source
from ormolu.definitions import Connection, Kind, TableName
from ormolu.engine.jobs import JobEngine
from ormolu.errors import FeatureNotSupported, InsufficientPrivilege, UndefinedObject
from ormolu.scheduler.previews import preview_source
from ormolu.server import tracing
from ormolu.server.context import SessionContext
from ormolu.server.resolution import REGISTERED, UNCACHED, typed
from ormolu.sql_extensions.dialect.context import ResolveFunction
from ormolu.sql_extensions.relations import Relation, RelationColumn

FUNCTION = "preview"


@dataclass(frozen=True)
class Previews:
    """Looks into sources on behalf of sessions. What is shown is read when the query is bound, and kept with it."""

    connect_in: Callable[[str], Callable[[Connection], Source]]  # a database
    open_engine: Callable[[], JobEngine]
    access: Callable[[SessionContext], Access]
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def resolve_for(self, session: SessionContext) -> ResolveFunction:
        def resolve(schema: str | None, name: str, arguments: Sequence[exp.Expr]) -> Relation | None:
            if (schema, name) == tracing.FUNCTION:
                return tracing.trace(arguments, session.head, self.access(session))
            if name != FUNCTION or schema not in (None, "lake"):
                return None
            connection, target = _texts(arguments)
            return self._relation(connection, target, session)

        return resolve

    def _relation(self, name: str, target: str, session: SessionContext) -> Relation:
        definition = session.head.definitions.find(Kind.CONNECTION, name)
        if not self.access(session).has_on("USAGE", "connection", name):
            raise InsufficientPrivilege(
                f"permission denied for connection {name}", hint="A superuser may look into it."
            )
        if not isinstance(definition, Connection):
            raise UndefinedObject(f'connection "{name}" does not exist', hint=f"CREATE CONNECTION {name} TYPE ...")
        source = self.connect_in(session.database)(definition)
        try:
            with self.open_engine() as engine:
                shown = preview_source(source, target, engine)
        finally:
            source.close()
        registered = f"lake_{FUNCTION}_{next(self._numbers)}"
        session.query_session.register(registered, shown.rows)
        session.state.setdefault(REGISTERED, []).append((session.query_session, registered))
        columns = tuple(RelationColumn(column, kind) for column, kind in shown.columns)
        table = exp.table_(exp.to_identifier(registered, quoted=True))
        return Relation(TableName("lake", FUNCTION), columns, exp.select(*map(typed, columns)).from_(table), UNCACHED)


def _texts(arguments: Sequence[exp.Expr]) -> tuple[str, str]:
    if len(arguments) != 2 or not all(isinstance(each, exp.Literal) and each.is_string for each in arguments):
        raise FeatureNotSupported(
            "preview() takes two texts, written out", hint="SELECT * FROM preview('connection', 'folder/*.csv')"
        )
    return arguments[0].name, arguments[1].name
