"""ALTER: a changed definition is committed whole; one that changes rows is rebuilt beside the live version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, assert_never, cast

from ormolu.catalog.changes import Statement
from ormolu.catalog.lake import Head
from ormolu.definitions import (
    BronzeSource,
    Connection,
    Definition,
    GoldMetric,
    GoldTable,
    Kind,
    Monitor,
    Option,
    Options,
    Rule,
    SilverTable,
    TableName,
    kind_of,
)
from ormolu.errors import DuplicateObject, FeatureNotSupported, UndefinedObject, UndefinedTable, WrongObjectType
from ormolu.medallion.expectations import check_expectations
from ormolu.medallion.referenced_keys import with_referenced_keys
from ormolu.scheduler.queue import submission
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_admin, require_operate
from ormolu.server.commands.cascade import with_downstream
from ormolu.server.commands.columns import alter_column
from ormolu.server.commands.create import check_bronze, check_connection, commit_definition, fill
from ormolu.server.commands.kept_options import warn_of_kept_options
from ormolu.server.commands.promote import promote
from ormolu.server.commands.rename import rename
from ormolu.server.commands.restore import restore
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext, TransactionStatus
from ormolu.server.outcomes import Completed, Outcome
from ormolu.sql_extensions.options.placed import with_options
from ormolu.sql_extensions.statements import (
    AcceptSchema,
    AddColumn,
    AddRule,
    Alter,
    AlterAction,
    DeprecateColumn,
    DropColumn,
    DropRule,
    ExcludeRun,
    IncludeRun,
    OwnerTo,
    Pause,
    PromoteFrom,
    RenameColumn,
    RenameTo,
    RestoreTo,
    Resume,
    SetOptions,
    SetSchedule,
    SetTags,
)

Ruled = BronzeSource | SilverTable | GoldTable | GoldMetric
Scheduled = BronzeSource | SilverTable | GoldTable | GoldMetric | Monitor


def alter(statement: Alter, session: SessionContext, services: Services) -> Outcome:
    if statement.kind is not Kind.DATABASE:
        return _alter_object(statement, session, services)
    if not isinstance(statement.action, PromoteFrom):
        raise FeatureNotSupported(f"{_words(statement)} is not supported yet")
    promote(str(statement.name), statement.action, session, services)
    return Completed("ALTER DATABASE")


def _alter_object(statement: Alter, session: SessionContext, services: Services) -> Outcome:
    kind, name = statement.kind, statement.name
    done = Completed(f"ALTER {kind.value}")
    head = services.lake.head()
    definition = _existing(statement, head)
    if definition is None:
        session.notice("NOTICE", "00000", f'{kind.value.lower()} "{name}" does not exist, skipping')
        return done
    action = statement.action
    match action:
        case ExcludeRun(run_id, is_cascade) | IncludeRun(run_id, is_cascade):
            _take_back(definition, action, run_id, session, services, is_cascade=is_cascade)
            return done
        case RestoreTo():
            restore(name, action, session, services)
            return done
        case AcceptSchema(version):
            require_operate(services, session, TableName(*str(name).split(".", 1)))
            run_and_wait(services, session, str(name), RunAction.ACCEPT, {"version": version})
            return done
        case RenameTo(new_name):
            require_admin(services, session, f"rename {kind.value.lower()} {name}")
            is_block = session.transaction.status is TransactionStatus.OPEN
            rename(definition, new_name, session, services, head, is_block=is_block)
            return done
        case AddColumn() | DropColumn() | RenameColumn() | DeprecateColumn():
            require_admin(services, session, f"alter {kind.value.lower()} {name}")
            alter_column(definition, action, session, services, head)
            return done
        case SetTags() | PromoteFrom():
            raise FeatureNotSupported(f"{_words(statement)} is not supported yet")
        case _:
            pass
    require_admin(services, session, f"alter {kind.value.lower()} {name}")
    changed = with_referenced_keys(changed_definition(definition, action), head.definitions.relations())
    if isinstance(changed, Connection):
        check_connection(changed, head, services)
    if changed == definition:
        return done
    if isinstance(changed, BronzeSource):
        check_bronze(changed, head)
    if isinstance(changed, Ruled):
        check_expectations(changed.rules)
    warn_of_kept_options(changed, session)
    if isinstance(action, AddRule | DropRule) and isinstance(changed, SilverTable | GoldTable | GoldMetric):
        fill(changed, session, services, head)
    else:
        commit_definition(changed, session, services, head=head, also=_catch_up(changed, action, session, services))
    return done


def _catch_up(
    changed: Definition, action: AlterAction, session: SessionContext, services: Services
) -> tuple[Statement, ...]:
    """RESUME queues a refresh: what the upstreams published meanwhile is missing."""
    if not isinstance(action, Resume) or not isinstance(changed, SilverTable | GoldTable | GoldMetric):
        return ()
    return (
        submission(
            session.database,
            str(changed.name),
            RunAction.REFRESH,
            at=services.now(),
            trigger="upstream",
            requested_by=session.role,
        ),
    )


def changed_definition(
    definition: Definition, action: SetOptions | AddRule | DropRule | SetSchedule | Pause | Resume | OwnerTo
) -> Definition:
    """The definition as it will be once the action has been taken."""
    match action:
        case SetOptions(options):
            return with_options(definition, options)
        case Pause():
            return with_options(definition, Options((Option("paused", True),)))
        case Resume():
            return _without_option(definition, "paused")
        case OwnerTo(role):
            return with_options(definition, Options((Option("owner", role),)))
        case SetSchedule(schedule):
            if not isinstance(definition, Scheduled):
                raise WrongObjectType(f"{_called(definition)} has no schedule")
            return replace(definition, schedule=schedule)
        case AddRule(rule):
            return _with_rule(definition, rule)
        case DropRule(name, if_exists):
            return _without_rule(definition, name, if_exists=if_exists)
        case _:
            assert_never(action)


def _existing(statement: Alter, head: Head) -> Definition | None:
    definitions = head.definitions
    kind, name = statement.kind, statement.name
    found = definitions.find_relation(name) if isinstance(name, TableName) else definitions.find(kind, name)
    if found is None and not statement.if_exists:
        kind_of_error = UndefinedTable if isinstance(name, TableName) else UndefinedObject
        raise kind_of_error(f'{kind.value.lower()} "{name}" does not exist')
    if found is not None and kind_of(found) is not kind:
        raise WrongObjectType(f'"{name}" is a {kind_of(found).value.lower()}')
    return found


def _take_back(
    definition: Definition,
    action: ExcludeRun | IncludeRun,
    run_id: int,
    session: SessionContext,
    services: Services,
    *,
    is_cascade: bool,
) -> None:
    if not isinstance(definition, BronzeSource):
        raise WrongObjectType(f"{_called(definition)} has no loads to take back")
    require_operate(services, session, definition.name)
    asked = RunAction.EXCLUDE if isinstance(action, ExcludeRun) else RunAction.INCLUDE
    request = {"run_id": run_id, "cascade": is_cascade}

    def mark(session: SessionContext, services: Services) -> None:
        run_and_wait(services, session, str(definition.name), asked, request)

    with_downstream(mark, definition.name, session, services, is_cascade=is_cascade)


def _without_option(definition: Definition, name: str) -> Definition:
    kept = tuple(item for item in _options(definition).items if item.name != name)
    return replaced(definition, options=Options(kept))


def replaced(definition: Definition, **fields: object) -> Definition:
    """`dataclasses.replace` for a field that the caller has seen the definition to have."""
    return cast(Definition, replace(cast(Any, definition), **fields))  # Any: the union has no common fields


def _options(definition: Definition) -> Options:
    options = getattr(definition, "options", None)
    if not isinstance(options, Options):
        raise WrongObjectType(f"{_called(definition)} takes no options")
    return options


def _with_rule(definition: Definition, rule: Rule) -> Definition:
    if not isinstance(definition, Ruled):
        raise WrongObjectType(f"{_called(definition)} takes no rules")
    if rule.name is not None and any(known.name == rule.name for known in definition.rules):
        raise DuplicateObject(f'rule "{rule.name}" of {_called(definition)} already exists')
    return replace(definition, rules=(*definition.rules, rule))


def _without_rule(definition: Definition, name: str, *, if_exists: bool) -> Definition:
    if not isinstance(definition, Ruled):
        raise WrongObjectType(f"{_called(definition)} takes no rules")
    kept = tuple(rule for rule in definition.rules if rule.name != name)
    if kept == definition.rules and not if_exists:
        raise UndefinedObject(
            f'rule "{name}" of {_called(definition)} does not exist',
            hint=f"SHOW CREATE {kind_of(definition).value} ...",
        )
    return replace(definition, rules=kept)


def _called(definition: Definition) -> str:
    return f"{kind_of(definition).value.lower()} {definition.name}"


def _words(statement: Alter) -> str:
    """ALTER SILVER TABLE ... RENAME COLUMN, from the class that the parser chose."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in type(statement.action).__name__)
    return f"ALTER {statement.kind.value} ...{words.upper()}"
