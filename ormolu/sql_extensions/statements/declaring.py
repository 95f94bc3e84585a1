"""Statements that create, alter and drop definitions."""

from __future__ import annotations

from dataclasses import dataclass, field

from ormolu.definitions import (
    NO_OPTIONS,
    Column,
    Definition,
    Kind,
    Options,
    Rule,
    Schedule,
    Secret,
    TableName,
)
from ormolu.sql_extensions.statements.written import Parsed


@dataclass(frozen=True, slots=True)
class Create(Parsed):
    definition: Definition
    or_replace: bool = False
    if_not_exists: bool = False
    with_no_data: bool = False


@dataclass(frozen=True, slots=True)
class CreateSecret(Parsed):
    """`literal` is the value itself, None where `definition` names a backend that keeps it."""

    name: str
    definition: Secret
    literal: str | None = field(default=None, repr=False)
    or_replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateDatabase(Parsed):
    name: str
    template: str | None = None
    owner: str | None = None
    options: Options = NO_OPTIONS
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetOptions:
    options: Options


@dataclass(frozen=True, slots=True)
class AddRule:
    rule: Rule


@dataclass(frozen=True, slots=True)
class DropRule:
    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetSchedule:
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    pass


@dataclass(frozen=True, slots=True)
class OwnerTo:
    role: str


@dataclass(frozen=True, slots=True)
class SetTags:
    tags: Options
    column: str | None = None


@dataclass(frozen=True, slots=True)
class ExcludeRun:
    run_id: int
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class IncludeRun:
    run_id: int
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class AcceptSchema:
    version: int | None = None


@dataclass(frozen=True, slots=True)
class AddColumn:
    column: Column
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropColumn:
    name: str
    if_exists: bool = False
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameColumn:
    name: str
    new_name: str
    alias_until: str | None = None


@dataclass(frozen=True, slots=True)
class RenameTo:
    new_name: str


@dataclass(frozen=True, slots=True)
class DeprecateColumn:
    name: str
    until: str


@dataclass(frozen=True, slots=True)
class RestoreTo:
    """Exactly one of `version` and `timestamp` is given."""

    version: int | None = None
    timestamp: str | None = None
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class PromoteFrom:
    database: str
    only: tuple[TableName, ...] = ()
    with_drops: bool = False


AlterAction = (
    SetOptions
    | AddRule
    | DropRule
    | SetSchedule
    | Pause
    | Resume
    | OwnerTo
    | SetTags
    | ExcludeRun
    | IncludeRun
    | AcceptSchema
    | AddColumn
    | DropColumn
    | RenameColumn
    | RenameTo
    | DeprecateColumn
    | RestoreTo
    | PromoteFrom
)


@dataclass(frozen=True, slots=True)
class Alter(Parsed):
    """`name` is a TableName for the kinds of a layer, a plain name for the others."""

    kind: Kind
    name: TableName | str
    action: AlterAction
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Drop(Parsed):
    """`on` is the relation of `DROP POLICY name ON relation`."""

    kind: Kind
    name: TableName | str
    if_exists: bool = False
    is_cascade: bool = False
    on: TableName | None = None
