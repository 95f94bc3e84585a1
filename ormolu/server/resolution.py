"""What a name in a query means: a table of the lake, a view of the lake about itself, or PostgreSQL's catalog."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Lock

from sqlglot import exp

from ormolu.catalog import views
from ormolu.catalog.databases import Databases
from ormolu.catalog.filters import Filter, filters_of
from ormolu.catalog.grants import Access
from ormolu.catalog.lake import Head, Through
from ormolu.catalog.roles import Roles
from ormolu.definitions import TableName
from ormolu.errors import InsufficientPrivilege, ObjectNotInPrerequisiteState
from ormolu.medallion.columns import QUARANTINE_COLUMNS
from ormolu.medallion.lineage import base_of
from ormolu.scheduler.runs import RunAtWork
from ormolu.server import catalog_objects
from ormolu.server.context import SessionContext
from ormolu.server.copies import Copies, NoCopies
from ormolu.server.cursors import open_cursors
from ormolu.server.listener import SessionInfo
from ormolu.server.masking import masked
from ormolu.server.pg_catalog.inline import is_inline
from ormolu.server.pg_catalog.snapshot import (
    CatalogCursor,
    CatalogDatabase,
    CatalogGrant,
    CatalogPrepared,
    CatalogRole,
    CatalogSession,
    CatalogSnapshot,
)
from ormolu.server.pg_catalog.system_catalog import SystemCatalog
from ormolu.sql_extensions.queries import AsOf, Resolve
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.writer.words import relation as written

SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")
LAKE = "lake"
REGISTERED = "registered views"
UNSHOWN = "<insufficient privilege>"  # PostgreSQL's words
RUN_PROCESS_ID = 1_000_000_000  # runs show as processes beyond every session's
UNCACHED = ""  # the version of what is read anew each time


@dataclass
class Resolution:
    """Gives each session the meaning of names, within its role's grants."""

    system_catalog: SystemCatalog
    sessions: Callable[[], list[SessionInfo]]
    runs: Callable[[str], list[RunAtWork]]  # of a database
    copies: Copies = field(default_factory=NoCopies)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _snapshots: dict[str, tuple[str, CatalogSnapshot]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def resolve_for(
        self, session: SessionContext, tree: exp.Expr, *, with_rights: Collection[TableName] = ()
    ) -> Resolve:
        """The meaning of names for the running statement of a session, at the head that it reads.

        Relations in `with_rights` need no grant: something that the role may read asks them on its behalf.
        """
        head: Head = session.head
        access = rights(session)
        forget_views(session)
        is_versioned = not _reads_sessions(tree)
        snapshot = cache(lambda: self._snapshot(head, session) if is_versioned else self._with_sessions(head, session))

        def resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
            if name.schema in SYSTEM_SCHEMAS:
                return self.system_catalog.relation(name, snapshot(), role=session.role)
            if name.schema == LAKE:
                return self._view(name, head, session, access, view_filters(name, tree))
            return find_table(
                name, as_of, head, access, needs_grant=name not in with_rights, through=self.copies.through
            )

        return resolve

    def live_catalog(self, session: SessionContext) -> str:
        """Where the system catalogs' live rows are for the session: another place after any change."""
        head: Head = session.head
        return self.system_catalog.live_schema(self._snapshot(head, session))

    def _view(
        self, name: TableName, head: Head, session: SessionContext, access: Access, filters: Sequence[Filter]
    ) -> Relation | None:
        if name.name not in views.view_names():
            return None
        if not access.has("SELECT", name):
            raise denied(name, session.role)
        if not views.is_read(name.name):
            return head.find_relation(name)
        registered = f"lake_{name.name}_{next(self._numbers)}"
        session.query_session.register(registered, views.read(name.name, head, filters))
        session.state.setdefault(REGISTERED, []).append((session.query_session, registered))
        columns = views.view_columns(name.name)
        source = exp.select(*map(typed, columns)).from_(exp.table_(exp.to_identifier(registered, quoted=True)))
        return Relation(name, columns, source, UNCACHED)

    def _snapshot(self, head: Head, session: SessionContext) -> CatalogSnapshot:
        """What the catalogs are built from; kept while neither tables nor roles nor grants have changed."""
        known_roles = Roles(head.lake.engine)
        groups = known_roles.direct_memberships()
        roles = tuple(
            CatalogRole(
                role.name,
                can_login=role.can_login,
                is_superuser=role.is_superuser,
                member_of=groups.get(role.name, ()),
                connection_limit=role.connection_limit,
                valid_until=role.valid_until,
            )
            for role in known_roles.all()
        )
        grants = tuple(
            CatalogGrant(grant.privilege, grant.kind, grant.object, grant.grantee, grant.grantor)
            for grant in known_roles.grants(database=session.database)
        )
        databases = tuple(CatalogDatabase(each.name, each.owner) for each in Databases(head.lake.engine).all())
        version = f"{head.version}-{hash((roles, grants, databases))}"
        with self._lock:
            known = self._snapshots.get(session.database)
        if known is None or known[0] != version:
            snapshot = CatalogSnapshot(
                version,
                session.database,
                databases=databases,
                schemas=catalog_objects.SCHEMAS,
                relations=tuple(catalog_objects.relations(head)),
                roles=roles,
                grants=grants,
            )
            with self._lock:
                self._snapshots[session.database] = (version, snapshot)
        else:
            snapshot = known[1]
        return snapshot

    def _with_sessions(self, head: Head, session: SessionContext) -> CatalogSnapshot:
        return _with_sessions(self._snapshot(head, session), self.sessions(), self.runs(session.database), session)


def rights(session: SessionContext) -> Access:
    """What the session's role may do as the running statement sees it, grants of its own transaction included."""
    lake, role, database = session.head.lake, session.role, session.database
    access: Access = lake.kept(("access", role, database), lambda: Roles(lake.engine).access(role, database=database))
    return access


def _reads_sessions(tree: exp.Expr) -> bool:
    """Whether the query may ask the system catalogs who is connected, or for settings."""
    called = (call.name.lower() for call in tree.find_all(exp.Anonymous))
    named = (table.name.lower() for table in tree.find_all(exp.Table))
    return any(name == "current_setting" or is_inline(TableName("pg_catalog", name)) for name in (*called, *named))


def forget_views(session: SessionContext) -> None:
    """Let go of the views that earlier statements of the session read; one that still streams keeps its rows."""
    for query_session, registered in session.state.pop(REGISTERED, ()):
        if query_session is session.query_session:
            query_session.unregister(registered)


def view_filters(name: TableName, tree: exp.Expr) -> tuple[Filter, ...]:
    """Comparisons that every row of a view must pass: those of the one plain SELECT that reads it."""
    places = [table for table in tree.find_all(exp.Table) if (table.db, table.name) == (name.schema, name.name)]
    select = places[0].find_ancestor(exp.Select) if len(places) == 1 else None
    if select is None or select.args.get("joins") or places[0].args.get("joins"):
        return ()
    return filters_of(select.args.get("where"))


def typed(column: RelationColumn) -> exp.Expr:
    """A column of something registered, in its query type."""
    named = exp.column(exp.to_identifier(column.name, quoted=True))
    return exp.alias_(exp.cast(named, column.type.duckdb, dialect="duckdb"), column.name, quoted=True)


def find_table(
    name: TableName,
    as_of: AsOf | None,
    head: Head,
    access: Access,
    *,
    needs_grant: bool = True,
    through: Through = lambda table: table,
) -> Relation | None:
    """A table of the lake; 42501 without the grant, 55000 where it is declared and has no columns yet."""
    relation = head.find_relation(name, as_of, through)
    relations = head.definitions.relations()
    base = base_of(name, relations)
    if relation is None and base not in relations:
        return None
    if needs_grant and not (access.has("SELECT", name) or access.has("SELECT", base)):
        raise denied(name, access.role)
    if relation is None and name.schema == "quarantine" and (judged := head.find_relation(base)) is not None:
        return _empty_quarantine(name, judged)
    if relation is None:
        raise ObjectNotInPrerequisiteState(
            f"{name} was never loaded, and its columns are not known yet",
            hint=f"REFRESH {written(base)} loads it; COPY does where it is an upload.",
        )
    return relation


def _empty_quarantine(name: TableName, judged: Relation) -> Relation:
    """The quarantine of a table that never had a bad row: its columns, and no rows."""
    own = tuple(RelationColumn(column.name, column.type) for column in QUARANTINE_COLUMNS)
    data = tuple(column for column in judged.columns if not column.is_hidden and not column.name.startswith("_"))
    nulls = [
        exp.alias_(exp.cast(exp.null(), column.type.duckdb, dialect="duckdb"), column.name, quoted=True)
        for column in (*data, *own)
    ]
    return Relation(name, (*data, *own), exp.select(*nulls).where(exp.false()), judged.version)


def denied(name: TableName, role: str) -> InsufficientPrivilege:
    return InsufficientPrivilege(
        f"permission denied for table {name.name}", hint=f"GRANT SELECT ON {written(name)} TO {role} allows it."
    )


def _with_sessions(
    snapshot: CatalogSnapshot, sessions: list[SessionInfo], runs: list[RunAtWork], session: SessionContext
) -> CatalogSnapshot:
    """With who is connected and what the workers do, as pg_stat_activity shows it: statements to their own role."""
    sees_all = any(role.name == session.role and role.is_superuser for role in snapshot.roles)

    def shown(query: str, role: str) -> str:
        return query if sees_all or role == session.role else UNSHOWN

    rows = tuple(
        CatalogSession(
            process_id=each.pid,
            database=each.database,
            role=each.role,
            application_name=each.application_name,
            client_address=each.client_address or None,
            client_port=each.client_port,
            transaction_started_at=each.transaction_started_at,
            started_at=each.connected_at,
            query_started_at=each.query_started_at,
            state_changed_at=each.state_changed_at,
            state=each.state,
            query=shown(masked(each.query), each.role),
        )
        for each in sessions
    )
    rows += tuple(
        CatalogSession(
            process_id=RUN_PROCESS_ID + run.run_id,
            database=session.database,
            role=run.requested_by,
            application_name=f"ormolu {run.worker}",
            started_at=run.started_at,
            query_started_at=run.started_at,
            state_changed_at=run.started_at,
            state="active",
            query=shown(run.words, run.requested_by),
        )
        for run in runs
    )
    settings = tuple((name, value) for name, value, _ in session.settings.all())
    return replace(snapshot, sessions=rows, settings=settings, prepared=_prepared(session), cursors=_cursors(session))


def _prepared(session: SessionContext) -> tuple[CatalogPrepared, ...]:
    return tuple(
        CatalogPrepared(
            name,
            masked(prepared.text),
            prepared.prepared_at,
            tuple(kind.oid for kind in prepared.parameter_types),
            prepared.is_from_sql,
        )
        for name, prepared in session.prepared.items()
        if name
    )


def _cursors(session: SessionContext) -> tuple[CatalogCursor, ...]:
    return tuple(
        CatalogCursor(
            name,
            cursor.statement.text,
            cursor.with_hold,
            cursor.statement.is_binary,
            cursor.is_scrollable,
            cursor.created_at,
        )
        for name, cursor in open_cursors(session).items()
    )
