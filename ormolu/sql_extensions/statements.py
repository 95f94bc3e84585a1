"""What was typed: one frozen class a statement, ours and PostgreSQL's.

Every statement carries `text`, its own source text, and `offset`, where that text starts in the script it came from;
neither takes part in comparisons. Trees are sqlglot's, read as PostgreSQL; parsed statements are cached and shared, so
copy a tree before changing it.

Identifiers are folded to lower case unless they were quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from ormolu.definitions import (
    Column,
    Definition,
    Expression,
    Kind,
    Load,
    Options,
    Rule,
    Schedule,
    SchemaName,
    Secret,
    TableName,
)

NO_OPTIONS = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What every statement has."""

    text: str = field(default="", compare=False, repr=False)
    offset: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A relation as it was written: `schema` and `database` are None where they were left out."""

    name: str
    schema: str | None = None
    database: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.database, self.schema, self.name) if part is not None)


# --- definitions: create, alter, drop ---------------------------------------------------------------------------


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


# --- operations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refresh(Parsed):
    name: TableName
    is_full: bool = False
    since: str | None = None
    until: str | None = None
    from_quarantine: bool = False
    where: Expression | None = None
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class CancelRun(Parsed):
    run_id: int


@dataclass(frozen=True, slots=True)
class TestConnection(Parsed):
    __test__ = False  # not a test, whatever its name looks like to pytest

    name: str


@dataclass(frozen=True, slots=True)
class ImportSchema(Parsed):
    """At most one of `limit_to` and `excepted` is given."""

    schema: str
    connection: str
    limit_to: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    load: Load | None = None
    schedule: Schedule | None = None
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Profile(Parsed):
    name: TableName


@dataclass(frozen=True, slots=True)
class Suggest(Parsed):
    """`what` is TYPES, TABLE, RULES, KEYS, TAGS, PARTITION, JOINS, FEATURES, METRICS or SAVINGS."""

    what: str
    subject: TableName | SchemaName


@dataclass(frozen=True, slots=True)
class SummarizeAnomalies(Parsed):
    monitor: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Vacuum(Parsed):
    name: TableName
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Undrop(Parsed):
    name: TableName
    new_name: TableName | None = None


@dataclass(frozen=True, slots=True)
class ShowCreate(Parsed):
    """`kind` is None where only a name was given: `SHOW CREATE silver.orders`."""

    kind: Kind | None
    name: TableName | str


@dataclass(frozen=True, slots=True)
class ShowTablesFromConnection(Parsed):
    connection: str
    like: str | None = None


@dataclass(frozen=True, slots=True)
class ShowLineage(Parsed):
    """`direction` is UPSTREAM, DOWNSTREAM, or None for both."""

    name: TableName
    column: str | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class ShowContract(Parsed):
    name: str
    format: str = "odcs"


@dataclass(frozen=True, slots=True)
class ShowAccess(Parsed):
    name: TableName
    role: str


@dataclass(frozen=True, slots=True)
class ShowOptions(Parsed):
    """`kind` with `connection_type` None, or CONNECTION and a type."""

    kind: Kind
    connection_type: str | None = None


@dataclass(frozen=True, slots=True)
class ShowTemplates(Parsed):
    pass


@dataclass(frozen=True, slots=True)
class ShowRuns(Parsed):
    pass


@dataclass(frozen=True, slots=True)
class ShowPlan(Parsed):
    pass


@dataclass(frozen=True, slots=True)
class ExplainAnomaly(Parsed):
    anomaly_id: int


@dataclass(frozen=True, slots=True)
class ExplainChange(Parsed):
    name: TableName
    measures: tuple[Expression, ...]
    first_version: int
    second_version: int
    where: Expression | None = None


# --- queries and changes of data ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query(Parsed):
    """SELECT, WITH, VALUES, TABLE; `is_read_only` is False where a part of it changes data or makes a table."""

    tree: exp.Expression
    is_read_only: bool = True


@dataclass(frozen=True, slots=True)
class Insert(Parsed):
    table: WrittenName
    tree: exp.Insert


@dataclass(frozen=True, slots=True)
class Update(Parsed):
    table: WrittenName
    tree: exp.Update


@dataclass(frozen=True, slots=True)
class Delete(Parsed):
    table: WrittenName
    tree: exp.Delete


@dataclass(frozen=True, slots=True)
class Explain(Parsed):
    """`options` has lower-case names: analyze, verbose, format, ...; a bare word counts as `true`."""

    statement: Statement
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_analyze(self) -> bool:
        return self.options.get("analyze", "false").lower() in ("true", "on", "1", "yes")


@dataclass(frozen=True, slots=True)
class Call(Parsed):
    """CALL; `function` is `lake.publish`; the arguments are sqlglot trees."""

    function: str
    positional: tuple[exp.Expression, ...] = ()
    named: Mapping[str, exp.Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CopyFrom(Parsed):
    """COPY t FROM STDIN, or from `path` where a file is named; option names are lower case: format, header, ..."""

    table: WrittenName
    columns: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class CopyTo(Parsed):
    """Exactly one of `table` and `query` is given; `path` is None for STDOUT."""

    table: WrittenName | None = None
    query: Query | None = None
    columns: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None


# --- settings and transactions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetSetting(Parsed):
    """`value` is None for DEFAULT; a list of values is joined by `, ` as PostgreSQL shows it."""

    name: str
    value: str | None
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class SetTransaction(Parsed):
    """SET TRANSACTION, or `is_session` for SET SESSION CHARACTERISTICS AS TRANSACTION; None where it was not said."""

    isolation: str | None = None
    read_only: bool | None = None
    snapshot: str | None = None
    is_session: bool = False


@dataclass(frozen=True, slots=True)
class ShowSetting(Parsed):
    """`name` is `all` for SHOW ALL, `transaction_isolation`, `timezone` ... for the spelled-out forms."""

    name: str


@dataclass(frozen=True, slots=True)
class ResetSetting(Parsed):
    """`name` is `all` for RESET ALL."""

    name: str


@dataclass(frozen=True, slots=True)
class Discard(Parsed):
    """`what` is ALL, PLANS, SEQUENCES or TEMP."""

    what: str


@dataclass(frozen=True, slots=True)
class Begin(Parsed):
    """`isolation` is lower case, `repeatable read`; None where it was not said. `is_start` for START TRANSACTION."""

    isolation: str | None = None
    read_only: bool | None = None
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class Commit(Parsed):
    and_chain: bool = False


@dataclass(frozen=True, slots=True)
class Rollback(Parsed):
    to_savepoint: str | None = None
    and_chain: bool = False


@dataclass(frozen=True, slots=True)
class Savepoint(Parsed):
    name: str


@dataclass(frozen=True, slots=True)
class ReleaseSavepoint(Parsed):
    name: str


# --- cursors, prepared statements, channels -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeclareCursor(Parsed):
    """`is_scrollable` is None where neither SCROLL nor NO SCROLL was said."""

    name: str
    query: Query
    is_binary: bool = False
    is_scrollable: bool | None = None
    with_hold: bool = False


@dataclass(frozen=True, slots=True)
class Fetch(Parsed):
    """`direction` is FORWARD, BACKWARD, ABSOLUTE or RELATIVE; `count` None is ALL."""

    cursor: str
    direction: str = "FORWARD"
    count: int | None = 1


@dataclass(frozen=True, slots=True)
class Move(Parsed):
    cursor: str
    direction: str = "FORWARD"
    count: int | None = 1


@dataclass(frozen=True, slots=True)
class CloseCursor(Parsed):
    """`name` is None for CLOSE ALL."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Prepare(Parsed):
    name: str
    types: tuple[str, ...]
    statement: Statement


@dataclass(frozen=True, slots=True)
class ExecutePrepared(Parsed):
    name: str
    arguments: tuple[exp.Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Deallocate(Parsed):
    """`name` is None for DEALLOCATE ALL."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Listen(Parsed):
    channel: str


@dataclass(frozen=True, slots=True)
class Unlisten(Parsed):
    """`channel` is None for UNLISTEN *."""

    channel: str | None


@dataclass(frozen=True, slots=True)
class Notify(Parsed):
    channel: str
    payload: str = ""


# --- roles and comments ---------------------------------------------------------------------------------------------


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


Statement = (
    Create
    | CreateSecret
    | CreateDatabase
    | Alter
    | Drop
    | Refresh
    | CancelRun
    | TestConnection
    | ImportSchema
    | Profile
    | Suggest
    | SummarizeAnomalies
    | Vacuum
    | Undrop
    | ShowCreate
    | ShowTablesFromConnection
    | ShowLineage
    | ShowContract
    | ShowAccess
    | ShowOptions
    | ShowTemplates
    | ShowRuns
    | ShowPlan
    | ExplainAnomaly
    | ExplainChange
    | Query
    | Insert
    | Update
    | Delete
    | Explain
    | Call
    | CopyFrom
    | CopyTo
    | SetSetting
    | SetTransaction
    | ShowSetting
    | ResetSetting
    | Discard
    | Begin
    | Commit
    | Rollback
    | Savepoint
    | ReleaseSavepoint
    | DeclareCursor
    | Fetch
    | Move
    | CloseCursor
    | Prepare
    | ExecutePrepared
    | Deallocate
    | Listen
    | Unlisten
    | Notify
    | CreateRole
    | AlterRole
    | DropRole
    | Grant
    | Revoke
    | CommentOn
    | Empty
    | Unsupported
)
