"""CREATE of every kind: check the definition against what is there, then make it true in one commit."""

from __future__ import annotations

from ormolu.catalog.changes import DefinitionChange, Statement, TableChange
from ormolu.catalog.lake import Head, planned_columns
from ormolu.connectors.connections import supported_forms
from ormolu.connectors.formats import file_format
from ormolu.definitions import (
    AfterUpstream,
    BronzeSource,
    Connection,
    ConnectionSource,
    Definition,
    GoldMetric,
    GoldTable,
    Kind,
    Monitor,
    Never,
    SecretReference,
    SilverTable,
    TableName,
    Upload,
    kind_of,
)
from ormolu.errors import (
    DependentObjectsStillExist,
    DuplicateObject,
    DuplicateTable,
    FeatureNotSupported,
    InvalidObjectDefinition,
    InvalidParameterValue,
    UndefinedColumn,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)
from ormolu.medallion.bronze import load_mode
from ormolu.medallion.bronze_rules import check_rules
from ormolu.medallion.change_impact import Made, change_of, check_rebuild, readers, removed_columns
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.evolution import schema_policy, system_columns
from ormolu.medallion.expectations import check_expectations
from ormolu.medallion.lineage import check_acyclic, upstreams
from ormolu.medallion.named_columns import check_named_columns, keeps_listed_only, partitions
from ormolu.medallion.referenced_keys import with_referenced_keys
from ormolu.medallion.refresh_mode import check_supported
from ormolu.medallion.silver import AUDIT_NAMES
from ormolu.scheduler.queue import submission
from ormolu.scheduler.read_columns import MAY_RETYPE
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_admin
from ormolu.server.commands.kept_options import warn_of_kept_options
from ormolu.server.commands.places import place
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.equality import is_same_definition
from ormolu.sql_extensions.statements import Create, CreateSecret
from ormolu.sql_extensions.types import data_type
from ormolu.sql_extensions.writer.text import write
from ormolu.sql_extensions.writer.words import relation

LOCAL_TYPES = ("files", "sqlite")  # opened to check their paths: that reaches nothing beyond this machine
# Options of connections whose value is nobody else's business.
SECRET_OPTIONS = frozenset(
    (
        *("password", "token", "api_key", "secret_access_key", "session_token", "account_key", "sas_token"),
        *("client_secret", "private_key", "connection_string", "credentials"),
    )
)


def create(statement: Create, session: SessionContext, services: Services) -> Outcome:
    """CREATE [OR REPLACE]: an identical definition is left as it is; silver and gold are filled before it returns."""
    kind, name = kind_of(statement.definition), str(statement.definition.name)
    require_admin(services, session, f"create {kind.value.lower()} {name}")
    done = Completed(f"CREATE {kind.value}")
    head = services.lake.head()
    definition = with_referenced_keys(statement.definition, head.definitions.relations())
    existing = find_existing(head, kind, name)
    if existing is not None:
        if statement.if_not_exists:
            session.notice("NOTICE", "42710", f'{kind.value.lower()} "{name}" already exists, skipping')
            return done
        if not statement.or_replace:
            raise already_exists(kind, name)
        if kind_of(existing) is not kind:
            raise DuplicateTable(f'"{name}" is a {kind_of(existing).value.lower()}', hint="DROP it first.")
        if is_same_definition(existing, definition):
            return done
    try:
        make_true(definition, session, services, head, with_no_data=statement.with_no_data)
    except UndefinedColumn as error:
        place(error, statement.text)
        raise
    return done


def make_true(
    definition: Definition,
    session: SessionContext,
    services: Services,
    head: Head,
    *,
    with_no_data: bool = False,
    may_retype: bool = False,
) -> None:
    """Check a new or changed definition against the head and commit it, filled where its kind is filled.

    `may_retype`: columns that others read may go or take another type: that has been looked at.
    """
    warn_of_kept_options(definition, session)
    match definition:
        case Connection():
            check_connection(definition, head, services)
            commit_definition(definition, session, services, head=head)
        case BronzeSource():
            check_bronze(definition, head)
            partitions(definition.partition_by)
            commit_definition(
                definition,
                session,
                services,
                head=head,
                tables=_declared_table(definition, head, services),
                also=_first_load(definition, session, services),
            )
        case SilverTable() | GoldTable() | GoldMetric():
            check_supported(definition)
            check_expectations(definition.rules)
            partitions(definition.partition_by)
            known = head.definitions.find_relation(definition.name)
            if isinstance(known, Made):
                check_rebuild(known, definition)
            is_kept = isinstance(known, Made) and not change_of(known, definition).impact.makes_anew
            check_readers(definition, head)
            if check_upstreams(definition, head, session) and not with_no_data and not is_kept:
                fill(definition, session, services, head, may_retype=may_retype)
            else:
                commit_definition(definition, session, services, head=head)
        case Monitor():
            check_relation(definition.on, head)
            fill(definition, session, services, head)
        case _:
            raise FeatureNotSupported(f"CREATE {kind_of(definition).value} is not supported yet")


def create_secret(statement: CreateSecret, session: SessionContext, services: Services) -> Outcome:
    """The value goes to the secrets, encrypted; the definition says only that it is there."""
    require_admin(services, session, "create a secret")
    existing = services.lake.head().definitions.find(Kind.SECRET, statement.name)
    if existing is not None:
        if statement.if_not_exists:
            session.notice("NOTICE", "42710", f'secret "{statement.name}" already exists, skipping')
            return Completed("CREATE SECRET")
        if not statement.or_replace:
            raise already_exists(Kind.SECRET, statement.name)
    store: tuple[Statement, ...] = ()
    if (literal := statement.literal) is not None:
        at = services.now()
        store = (lambda connection: services.secrets.put_in(connection, statement.name, literal, at=at),)
    commit_definition(statement.definition, session, services, also=store)
    return Completed("CREATE SECRET")


def find_existing(head: Head, kind: Kind, name: str) -> Definition | None:
    if kind.schema is None:
        return head.definitions.find(kind, name)
    schema, _, table = name.partition(".")
    return head.definitions.find_relation(TableName(schema, table))


def already_exists(kind: Kind, name: str) -> Exception:
    hint = "CREATE OR REPLACE changes it; CREATE ... IF NOT EXISTS leaves it."
    if kind.schema is not None:
        return DuplicateTable(f'relation "{name}" already exists', hint=hint)
    return DuplicateObject(f'{kind.value.lower()} "{name}" already exists', hint=hint)


def commit_definition(
    definition: Definition,
    session: SessionContext,
    services: Services,
    *,
    head: Head | None = None,
    tables: tuple[TableChange, ...] = (),
    also: tuple[Statement, ...] = (),
) -> None:
    """`head` is what the change was decided on: 40001 when the object was defined anew since."""
    change = DefinitionChange(
        kind=kind_of(definition), name=str(definition.name), ddl=write(definition), author=session.role
    )
    services.lake.commit(tables, (change,), also, at=services.now(), based_on=head)
    services.wake()


def fill(
    definition: Definition, session: SessionContext, services: Services, head: Head, *, may_retype: bool = False
) -> None:
    """Create by a run: the definition and its first rows become true in one commit, or neither does."""
    kind, name = kind_of(definition), str(definition.name)
    request = {
        "ddl": write(definition),
        "kind": kind.value,
        "replaces": head.definitions.latest_version(kind, name),  # 40001 when it is another by then
        MAY_RETYPE: may_retype,
    }
    run_and_wait(services, session, name, RunAction.CREATE, request)


# --- checks -------------------------------------------------------------------------------------------------------


def check_connection(definition: Connection, head: Head, services: Services) -> None:
    """The type must be one we connect to, and every secret it names must be there."""
    supported_forms(definition.type)
    for option in definition.options.items:
        if option.name in SECRET_OPTIONS and not isinstance(option.value, SecretReference):
            raise InvalidParameterValue(
                f"{option.name} must be a secret, or everybody could read it in the definition",
                hint=f"CREATE SECRET {definition.name}_{option.name} AS '...'; then "
                f"{option.name} = SECRET {definition.name}_{option.name}",
            )
    named = [item.value.name for item in definition.options.items if isinstance(item.value, SecretReference)]
    for name in named:
        if head.definitions.find(Kind.SECRET, name) is None:
            raise UndefinedObject(f'secret "{name}" does not exist', hint=f"CREATE SECRET {name} AS '...' comes first.")
    if definition.type in LOCAL_TYPES:
        services.connect(definition).close()


def check_bronze(definition: BronzeSource, head: Head) -> None:
    load_mode(definition)
    schema_policy(definition)
    check_rules(definition)
    check_expectations(definition.rules)
    if definition.reconcile is not None:
        raise FeatureNotSupported("RECONCILE is not supported yet")
    if definition.source.format is not None:
        file_format(definition.source.format, "")
    if isinstance(definition.source, Upload) and definition.schedule is not None:
        raise WrongObjectType(f"{definition.name} takes uploads: nothing could be scheduled", hint="COPY loads it.")
    if not isinstance(definition.source, ConnectionSource):
        return
    for name in definition.source.connections:
        connection = head.definitions.find(Kind.CONNECTION, name)
        if not isinstance(connection, Connection):
            raise UndefinedObject(
                f'connection "{name}" does not exist', hint=f"CREATE CONNECTION {name} TYPE ... comes first."
            )
        if definition.source.form not in supported_forms(connection.type):
            raise FeatureNotSupported(
                f"FROM CONNECTION ... {definition.source.form.value} is not supported for connections of type "
                f"{connection.type}"
            )


def check_relation(name: TableName, head: Head) -> None:
    if head.find_relation(name) is None and head.definitions.find_relation(name) is None:
        raise UndefinedTable(f'relation "{name}" does not exist', hint="SELECT name FROM lake.objects lists them.")


def check_readers(definition: SilverTable | GoldTable | GoldMetric, head: Head) -> None:
    """A column that others name does not go from under them: 2BP01 with the list."""
    known = head.definitions.find_relation(definition.name)
    table = head.find_table(definition.name)
    stored = () if table is None else [each.name for each in table.columns if not each.is_hidden]
    shown = frozenset(stored) - AUDIT_NAMES
    gone = removed_columns(known, definition, shown) if isinstance(known, Made) else frozenset()
    reading = readers(head.definitions.relations(), definition.name, gone)
    if reading:
        raise DependentObjectsStillExist(
            f"cannot drop {', '.join(sorted(gone))} of {definition.name} because other objects depend on it",
            detail="\n".join(reading),
            hint="Change what reads it first; BEGIN ... COMMIT publishes all of it together.",
        )


def check_upstreams(definition: SilverTable | GoldTable | GoldMetric, head: Head, session: SessionContext) -> bool:
    """Every upstream must exist, without a cycle; False when one of them has no schema yet, with a WARNING."""
    check_acyclic({**head.definitions.relations(), definition.name: definition}, definition.name)
    is_known = True
    for upstream in upstreams(definition, head.definitions.relations()):
        if upstream == definition.name:
            raise InvalidObjectDefinition(f"{definition.name} would read itself")
        if upstream.schema in ("lake", "pg_catalog", "information_schema"):
            raise FeatureNotSupported(f"{definition.name} cannot be made from the system view {upstream}")
        check_relation(_base(upstream, head), head)
        if head.find_relation(upstream) is None:
            is_known = False
            session.notice(
                "WARNING",
                "01000",
                f"{upstream} has no rows and no known columns yet: {definition.name} is planned at its first refresh",
                f"{_first_load_of(upstream, head)} comes first.",
            )
    return is_known


def _first_load_of(name: TableName, head: Head) -> str:
    """The statement that gives a source its first rows."""
    definition = head.definitions.find_relation(name)
    if isinstance(definition, BronzeSource) and isinstance(definition.source, Upload):
        return f"COPY {relation(name)} FROM STDIN"
    return f"REFRESH {relation(name)} CASCADE"


def _base(name: TableName, head: Head) -> TableName:
    """`bronze.t_history` belongs to `bronze.t`; the same for silver's companions."""
    for suffix in ("_history", "_deleted", "_all"):
        base = TableName(name.schema, name.name.removesuffix(suffix))
        if base != name and head.definitions.find_relation(base) is not None:
            return base
    if name.schema == "quarantine":
        return TableName("silver", name.name)
    return name


def _declared_table(definition: BronzeSource, head: Head, services: Services) -> tuple[TableChange, ...]:
    """A source that declares its columns is an empty table from the start: it can be read and built upon."""
    if not definition.columns:
        return ()
    declared = tuple(
        StoredColumn(column.name, data_type(column.type), comment=column.comment) for column in definition.columns
    )
    columns = (*declared, *system_columns(declared))
    names = {column.name for column in columns}
    if keeps_listed_only(definition):
        check_named_columns(definition, names)
    if definition.name in head.pointers:
        return ()
    partition_by = partitions(definition.partition_by)
    is_known = names.issuperset(field.column for field in partition_by)  # else what the source brings decides
    return (
        TableChange(
            table=definition.name,
            based_on=None,
            location=services.lake.new_location(definition.name),
            columns=planned_columns(columns, None),
            partition_by=partition_by if is_known else (),
            operation="create",
        ),
    )


def _first_load(definition: BronzeSource, session: SessionContext, services: Services) -> tuple[Statement, ...]:
    """A bronze source with a schedule queues its first load when it is created."""
    if definition.schedule is None or isinstance(definition.schedule, Never | AfterUpstream):
        return ()
    return (
        submission(
            session.database,
            str(definition.name),
            RunAction.REFRESH,
            at=services.now(),
            trigger="creation",
            requested_by=session.role,
        ),
    )
