"""Binds a session's query: the system catalogs' by their own rules, everything else as PostgreSQL means it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ormolu.catalog.lake import Head
from ormolu.definitions import TableName
from ormolu.server.context import SessionContext
from ormolu.server.resolution import Resolution
from ormolu.sql_extensions.catalog_binding import CatalogQuery, bind_catalog_query
from ormolu.sql_extensions.catalog_queries import CatalogNames, names_catalog
from ormolu.sql_extensions.dialect_context import SERVER_VERSION
from ormolu.sql_extensions.queries import BoundQuery, SessionValues, bind_query
from ormolu.sql_extensions.statements import Query
from ormolu.sql_extensions.types import DataType

Bound = BoundQuery | CatalogQuery


@dataclass(frozen=True)
class Binding:
    resolution: Resolution
    now: Callable[[], datetime]

    def bind(self, query: Query, given: Sequence[DataType | None], session: SessionContext) -> Bound:
        """The query in the engine's words, at the head that the session's statement reads."""
        resolve = self.resolution.resolve_for(session, query.tree)
        if names_catalog(query.tree):
            return bind_catalog_query(query.text, lambda name: resolve(name, None), catalog_names(session))
        head: Head = session.head
        return bind_query(
            query.tree,
            resolve,
            search_path=session.settings.search_path,
            session=self._values(session),
            parameter_types=given,
            known_names=_known(head),
        )

    def _values(self, session: SessionContext) -> SessionValues:
        settings = session.settings
        return SessionValues(
            now=self.now(),
            timezone=settings.time_zone,
            current_user=session.role,
            session_user=session.role,
            database=session.database,
            settings=tuple((name, value) for name, value, _ in settings.all()),
        )


def catalog_names(session: SessionContext) -> CatalogNames:
    return CatalogNames(
        search_path=session.settings.search_path,
        current_user=session.role,
        database=session.database,
        version=SERVER_VERSION,
        process_id=session.pid,
    )


def _known(head: Head) -> tuple[TableName, ...]:
    return (*head.pointers, *head.definitions.relations())
