"""Queries over the system catalogs, bound for a session and kept: clients send the same ones again and again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlglot import exp

from ormolu.server.context import SessionContext
from ormolu.server.resolution import Resolution
from ormolu.sql_extensions.catalog.binding import CatalogQuery, bind_catalog_query
from ormolu.sql_extensions.catalog.session import CatalogNames
from ormolu.sql_extensions.dialect.context import SERVER_VERSION
from ormolu.sql_extensions.expression_types import function_name
from ormolu.sql_extensions.statements import Query

KEPT_MAX = 1_000
# What is answered from the session itself, not from its role, database and search path.
_OF_SESSION = frozenset({"pg_backend_pid", "current_setting", "inet_client_addr", "inet_client_port", "now"})
_Key = tuple[object, ...]


class CatalogQueries:
    """Binds catalog queries; threads may share it."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._lock = Lock()
        self._kept: OrderedDict[_Key, CatalogQuery] = OrderedDict()

    def bind(self, query: Query, session: SessionContext) -> CatalogQuery:
        """As `bind_catalog_query`; one whose rows are those of a version of the catalogs is bound once."""
        names = self._names(session)
        live = self._resolution.live_catalog(session)
        key = (query.text, names.search_path, names.current_user, names.database, live)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        resolve = self._resolution.resolve_for(session, query.tree)
        bound = bind_catalog_query(query.text, lambda name: resolve(name, None), names)
        if _is_lasting(query, bound):
            with self._lock:
                self._kept[key] = bound
                if len(self._kept) > KEPT_MAX:
                    self._kept.popitem(last=False)
        return bound

    def _names(self, session: SessionContext) -> CatalogNames:
        return CatalogNames(
            search_path=tuple(session.settings.search_path),
            current_user=session.role,
            database=session.database,
            version=SERVER_VERSION,
            process_id=session.pid,
            settings=tuple((name, value) for name, value, _ in session.settings.all()),
            started_at=self._resolution.system_catalog.started_at,
        )


def _is_lasting(query: Query, bound: CatalogQuery) -> bool:
    """Whether every relation is the system catalogs' as of a version, and nothing is the session's alone."""
    if any(relation.name.schema not in ("pg_catalog", "information_schema") for relation in bound.relations):
        return False
    if not all(relation.version for relation in bound.relations):
        return False
    return not any(function_name(call) in _OF_SESSION for call in query.tree.find_all(exp.Func))
