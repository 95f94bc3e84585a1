"""Roles, grants and comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ormolu.definitions import (
    NO_OPTIONS,
    Options,
)
from ormolu.sql_extensions.statements.sessions import (
    SetSetting,
)
from ormolu.sql_extensions.statements.written import Parsed, WrittenName


@dataclass(frozen=True, slots=True)
class CreateRole(Parsed):
    """`options` has lower-case names: login, superuser, createrole, createdb, inherit ... (bool), password (str or
    None), connection_limit (int), valid_until (str), in_role, role, admin (tuples of names)."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterRole(Parsed):
    """Exactly one of these is given: options as in CREATE ROLE, attributes, contacts, `new_name`, or a setting."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    attributes: Options = NO_OPTIONS
    contacts: Options = NO_OPTIONS
    new_name: str | None = None
    setting: SetSetting | None = None


@dataclass(frozen=True, slots=True)
class DropRole(Parsed):
    names: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """`ON [TABLE] t, ...`."""

    names: tuple[WrittenName, ...]


@dataclass(frozen=True, slots=True)
class Schemas:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllTablesInSchemas:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Databases:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Connections:
    names: tuple[str, ...]


GrantObject = Tables | Schemas | AllTablesInSchemas | Databases | Connections


@dataclass(frozen=True, slots=True)
class Privilege:
    """`name` is upper case, `ALL` for ALL PRIVILEGES; `columns` limit it."""

    name: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant(Parsed):
    """`on` is None for membership: then `roles` are granted. `grantees` may hold `public`."""

    grantees: tuple[str, ...]
    privileges: tuple[Privilege, ...] = ()
    on: GrantObject | None = None
    roles: tuple[str, ...] = ()
    with_grant_option: bool = False


@dataclass(frozen=True, slots=True)
class Revoke(Parsed):
    grantees: tuple[str, ...]
    privileges: tuple[Privilege, ...] = ()
    on: GrantObject | None = None
    roles: tuple[str, ...] = ()
    only_grant_option: bool = False
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class CommentOn(Parsed):
    """`object_type` is TABLE, COLUMN, SCHEMA, DATABASE, ROLE, VIEW or a kind; `comment` None takes it away."""

    object_type: str
    name: WrittenName | str
    column: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Empty(Parsed):
    """Nothing but blanks and comments."""


@dataclass(frozen=True, slots=True)
class Unsupported(Parsed):
    """A statement of PostgreSQL that this server reads and refuses with 0A000: `name` is `CREATE TABLE`, `DO` ..."""

    name: str
