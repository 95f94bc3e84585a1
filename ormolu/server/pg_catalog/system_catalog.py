"""The system catalogs as relations: static and live rows in a DuckDB database of their own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.inline import inline_source, is_inline
from ormolu.server.pg_catalog.lookups import lookup_columns
from ormolu.server.pg_catalog.objects import build
from ormolu.server.pg_catalog.snapshot import CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_names, static_table, system_columns, system_oid
from ormolu.server.pg_catalog.views import view_query
from ormolu.sql_extensions.catalog.queries import CatalogNames, rewrite_catalog_query
from ormolu.sql_extensions.catalog.templates import filled
from ormolu.sql_extensions.relations import Relation, RelationColumn

DATABASE = "system_catalog"
STATIC_SCHEMA = "static_rows"
# How many sets of live rows are kept: a statement that was planned over one may still be running.
LIVE_SCHEMAS_MAX = 16
VIEW_DEPTH_MAX = 10
# Of every relation here: a plan over it is not kept, because roles, sessions and settings move on their own.
UNVERSIONED = ""


@dataclass(frozen=True, slots=True)
class _Live:
    """The live rows of a snapshot's version: a table is stored in the schema when it is first asked for."""

    schema: str
    owner: str
    tables: Mapping[str, pa.Table]
    stored: set[str] = field(default_factory=set)


class SystemCatalog:
    """pg_catalog and information_schema of PostgreSQL 15 inside a DuckDB instance.

    Takes a connection of the query engine before the engine is locked, and keeps a cursor of its own. Threads
    may share it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._cursor = connection.cursor()
        self.started_at = datetime.now(UTC)
        self._lock = threading.Lock()
        self._live: OrderedDict[tuple[str, str], _Live] = OrderedDict()
        self._count = 0
        self._cursor.execute(f"ATTACH ':memory:' AS {DATABASE}")
        self._cursor.execute(f"CREATE SCHEMA {DATABASE}.{STATIC_SCHEMA}")
        self._static: set[str] = set()

    def relation(self, name: TableName, snapshot: CatalogSnapshot, *, role: str | None = None) -> Relation | None:
        """A relation of pg_catalog or information_schema as of the snapshot; None where there is none of that name.

        information_schema shows what `role` may see; None is the superuser.
        """
        columns = _columns(name)
        if columns is None:
            return None
        reads: set[TableName] = set()
        source = self._source(name, columns, snapshot, reads, role=role or Identifiers(snapshot).superuser, depth=0)
        is_fixed = not any(map(is_inline, reads))
        return Relation(name, columns, source, snapshot.version if is_fixed else UNVERSIONED)

    def live_schema(self, snapshot: CatalogSnapshot) -> str:
        """Where the snapshot's live rows are: what was bound to them holds while this stays the same."""
        return self._live_rows(snapshot).schema

    def close(self) -> None:
        self._cursor.close()

    def _source(
        self,
        name: TableName,
        columns: tuple[RelationColumn, ...],
        snapshot: CatalogSnapshot,
        reads: set[TableName],
        *,
        role: str,
        depth: int,
    ) -> exp.Query:
        """The rows; every relation that they come from is added to `reads`."""
        reads.add(name)
        assert depth < VIEW_DEPTH_MAX, f"the view {name} reads itself"
        inline = inline_source(name, columns, snapshot)
        if inline is not None:
            return inline
        view = view_query(name)
        if view is not None:
            return self._expanded(view, columns, snapshot, reads, role=role, depth=depth)
        live = self._live_rows(snapshot)
        if name.schema == "pg_catalog" and name.name in live.tables:
            with self._lock:
                self._keep_live(live, name.name)
            return _selected(columns, name, live.schema)
        if name.schema == "pg_catalog" and name.name in static_names():
            with self._lock:
                self._keep_static(name.name)
            return _selected(columns, name, STATIC_SCHEMA, owner=Identifiers(snapshot).superuser)
        return _empty(columns)

    def _expanded(
        self,
        view: exp.Query,
        columns: tuple[RelationColumn, ...],
        snapshot: CatalogSnapshot,
        reads: set[TableName],
        *,
        role: str,
        depth: int,
    ) -> exp.Query:
        """A view's query with its tables replaced by theirs, in the declared order and types."""
        names = CatalogNames(search_path=("gold", "silver", "bronze"), current_user=role, database=snapshot.database)
        is_superuser = any(each.name == role and each.is_superuser for each in snapshot.roles)
        query = rewrite_catalog_query(_unchecked(view) if is_superuser else view, names)
        for table in list(query.find_all(exp.Table)):
            if not table.db:
                continue
            inner = TableName(table.db, table.name)
            inner_columns = _columns(inner)
            assert inner_columns is not None, f"a view reads {inner}"
            source = self._source(inner, inner_columns, snapshot, reads, role=role, depth=depth + 1)
            table.replace(exp.Subquery(this=source, alias=exp.TableAlias(this=exp.to_identifier(table.alias_or_name))))
        shown = [_cast(column) for column in columns if not column.is_hidden]
        assert isinstance(query, exp.Query)
        return exp.select(*shown).from_(query.subquery("_view"))

    def _live_rows(self, snapshot: CatalogSnapshot) -> _Live:
        key = (snapshot.database, snapshot.version)
        with self._lock:
            if key in self._live:
                self._live.move_to_end(key)
                return self._live[key]
            self._count += 1
            live = self._publish(f"live_{self._count}", snapshot)
            self._live[key] = live
            while len(self._live) > LIVE_SCHEMAS_MAX:
                _, oldest = self._live.popitem(last=False)
                self._cursor.execute(f"DROP SCHEMA {DATABASE}.{oldest.schema} CASCADE")
            return live

    def _publish(self, schema: str, snapshot: CatalogSnapshot) -> _Live:
        self._cursor.execute(f"CREATE SCHEMA {DATABASE}.{schema}")
        return _Live(schema, Identifiers(snapshot).superuser, build(snapshot))

    def _keep_live(self, live: _Live, name: str) -> None:
        """Store the rows of a table: of the version's tables a query reads a few."""
        if name in live.stored:
            return
        owner = live.owner if name in static_names() else None
        if owner is not None:
            self._keep_static(name)
        self._create(live.schema, name, live.tables[name], owner=owner)
        live.stored.add(name)

    def _keep_static(self, name: str) -> None:
        """Store the static rows of a table when they are first asked for: a start that stores all waits for them."""
        if name not in self._static:
            self._create(STATIC_SCHEMA, name, static_table(name))
            self._static.add(name)

    def _create(self, schema: str, name: str, table: pa.Table, *, owner: str | None = None) -> None:
        """A table of Arrow's rows; with an owner, after the static rows of its name, which are that role's."""
        target = exp.table_(name, db=schema, catalog=DATABASE, quoted=True)
        query: exp.Query = exp.select("*").from_("arrow_rows")
        if owner is not None:
            names = static_table(name).column_names
            columns = {column.name: column for column in _columns(TableName("pg_catalog", name)) or ()}
            shown = [_owned(columns[each], owner) if each.endswith(_RIGHTS) else _named(each) for each in names]
            static = exp.select(*shown).from_(exp.table_(name, db=STATIC_SCHEMA, catalog=DATABASE, quoted=True))
            query = exp.union(static, query, distinct=False)
            query.set("by_name", True)
        with self._registered(table):
            self._cursor.execute(exp.Create(this=target, kind="TABLE", expression=query).sql(dialect="duckdb"))

    @contextmanager
    def _registered(self, table: pa.Table) -> Iterator[None]:
        self._cursor.register("arrow_rows", table)
        try:
            yield
        finally:
            self._cursor.unregister("arrow_rows")


_CHECKS = frozenset(("pg_has_role", "has_table_privilege", "has_schema_privilege"))


def _unchecked(view: exp.Query) -> exp.Query:
    """The view as a superuser sees it: asking for each row whether it may be seen takes most of the time."""
    shown = view.copy().transform(
        lambda node: exp.true() if isinstance(node, exp.Anonymous) and node.name.lower() in _CHECKS else node
    )
    assert isinstance(shown, exp.Query)
    return shown


def _columns(name: TableName) -> tuple[RelationColumn, ...] | None:
    found = system_columns().get(name)
    if found is None and name.schema == "pg_catalog":
        return lookup_columns(name.name)
    return found


# Of a row of a system table: the system columns that every table has.
_SYSTEM_COLUMNS = {"ctid": "'(0,1)'", "xmin": "3", "cmin": "0", "xmax": "0", "cmax": "0"}


def _selected(
    columns: tuple[RelationColumn, ...], name: TableName, schema: str, *, owner: str | None = None
) -> exp.Query:
    """The columns in order; tableoid is the relation's own OID. With an owner, access rights are that role's."""
    table = exp.table_(name.name, db=schema, catalog=DATABASE, quoted=True)
    shown = [
        _stored(column) if owner is None or not column.name.endswith(_RIGHTS) else _owned(column, owner)
        for column in columns
        if not column.is_hidden
    ]
    hidden = [_hidden(column, name) for column in columns if column.is_hidden]
    return exp.select(*shown, *hidden).from_(table)


def _hidden(column: RelationColumn, name: TableName) -> exp.Expr:
    value = _SYSTEM_COLUMNS.get(column.name)
    literal = exp.Literal.number(system_oid(name)) if value is None else exp.maybe_parse(value)
    kind = exp.DataType.build(column.type.duckdb, dialect="duckdb")
    return exp.alias_(exp.Cast(this=literal, to=kind), column.name, quoted=True)


_RIGHTS = ("acl", "privs")  # how columns of access rights are called
_EXPORTED_OWNER = "postgres"  # of the cluster that the static rows come from
_RENAMED = "list_transform(_1, lambda _item: replace(_item, _2, _3))"


def _owned(column: RelationColumn, owner: str) -> exp.Expr:
    """A column of access rights, with the exported owner's name replaced by the owner's."""
    names = (exp.Literal.string(_EXPORTED_OWNER), exp.Literal.string(owner))
    return exp.alias_(filled(_RENAMED, [_column(column), *names]), column.name, quoted=True)


def _named(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _column(column: RelationColumn) -> exp.Column:
    return _named(column.name)


def _stored(column: RelationColumn) -> exp.Expr:
    """A column of a stored table: what Parquet holds as text in its own type."""
    return _cast(column) if column.type.duckdb == "INTERVAL" else _column(column)


def _cast(column: RelationColumn) -> exp.Expr:
    kind = exp.DataType.build(column.type.duckdb, dialect="duckdb")
    return exp.alias_(exp.Cast(this=_column(column), to=kind), column.name, quoted=True)


def _empty(columns: tuple[RelationColumn, ...]) -> exp.Query:
    typed = [
        exp.alias_(
            exp.Cast(this=exp.Null(), to=exp.DataType.build(column.type.duckdb, dialect="duckdb")),
            column.name,
            quoted=True,
        )
        for column in columns
    ]
    return exp.select(*typed).where(exp.false())
