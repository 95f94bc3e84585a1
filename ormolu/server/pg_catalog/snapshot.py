"""What the system catalogs are built from: one consistent set of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ormolu.definitions import TableName
from ormolu.sql_extensions.relations import RelationColumn


@dataclass(frozen=True, slots=True)
class CatalogForeignKey:
    name: str
    columns: tuple[str, ...]
    references: TableName
    referenced_columns: tuple[str, ...]
    is_enforced: bool = True


@dataclass(frozen=True, slots=True)
class CatalogUnique:
    """Columns that hold no value twice."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogCheck:
    """`is_enforced` is false where rows that break it are only warned about."""

    name: str
    condition: str
    columns: tuple[str, ...] = ()
    is_enforced: bool = True


@dataclass(frozen=True, slots=True)
class CatalogRelation:
    """`kind` is pg_class.relkind: r or v; `rows` is -1 where nobody counted; `definition` is a view's query.

    `defaults` maps a column to its default's text. `words` describe an object that has no comment. What is granted
    on `base` is granted on the relation too.
    """

    name: TableName
    columns: tuple[RelationColumn, ...]
    kind: str = "r"
    comment: str | None = None
    key: tuple[str, ...] = ()
    foreign_keys: tuple[CatalogForeignKey, ...] = ()
    owner: str = ""
    rows: int = -1
    definition: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[CatalogCheck, ...] = ()
    uniques: tuple[CatalogUnique, ...] = ()
    bytes: int = 0
    words: str | None = None
    base: TableName | None = None


@dataclass(frozen=True, slots=True)
class CatalogSchema:
    name: str
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogDatabase:
    name: str
    owner: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogRole:
    name: str
    can_login: bool = True
    is_superuser: bool = False
    member_of: tuple[str, ...] = ()
    connection_limit: int = -1
    valid_until: datetime | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogGrant:
    """`object_kind` is table, schema or database; `grantee` may be "public"."""

    privilege: str
    object_kind: str
    object: str
    grantee: str
    grantor: str = ""
    is_grantable: bool = False


@dataclass(frozen=True, slots=True)
class CatalogSession:
    """A row of pg_stat_activity."""

    process_id: int
    database: str
    role: str
    application_name: str = ""
    client_address: str | None = None
    client_port: int | None = None
    started_at: datetime | None = None
    transaction_started_at: datetime | None = None
    query_started_at: datetime | None = None
    state_changed_at: datetime | None = None
    state: str | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class CatalogPrepared:
    """A row of pg_prepared_statements: of the session that asks."""

    name: str
    statement: str
    prepared_at: datetime | None
    parameter_oids: tuple[int, ...]
    is_from_sql: bool


@dataclass(frozen=True, slots=True)
class CatalogCursor:
    """A row of pg_cursors: of the session that asks."""

    name: str
    statement: str
    is_holdable: bool
    is_binary: bool
    is_scrollable: bool
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class CatalogSnapshot:
    """Everything but what moves on its own, from `sessions` on, is told apart by `version`: equal versions hold equal
    values.

    An empty owner is the first superuser.
    """

    version: str
    database: str
    databases: tuple[CatalogDatabase, ...] = ()
    schemas: tuple[CatalogSchema, ...] = ()
    relations: tuple[CatalogRelation, ...] = ()
    roles: tuple[CatalogRole, ...] = ()
    grants: tuple[CatalogGrant, ...] = ()
    sessions: tuple[CatalogSession, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    prepared: tuple[CatalogPrepared, ...] = ()
    cursors: tuple[CatalogCursor, ...] = ()
