"""ALTER and DROP of what definitions declare."""

from __future__ import annotations

from collections.abc import Callable

from ormolu.definitions import Kind, TableName
from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.clauses.layers import read_timestamp
from ormolu.sql_extensions.clauses.rules import read_column, read_rule, read_until_date
from ormolu.sql_extensions.clauses.values import Scope, as_free_options, as_options, read_schedule, written_options
from ormolu.sql_extensions.options import kinds as options
from ormolu.sql_extensions.options.connections import BY_CONNECTION_TYPE
from ormolu.sql_extensions.options.values import KnownOption, Table
from ormolu.sql_extensions.parser.create import read_kind, read_object_name
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.statements import (
    AcceptSchema,
    AddColumn,
    AddRule,
    Alter,
    AlterAction,
    DeprecateColumn,
    Drop,
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
    Statement,
)


def read_alter(cursor: Cursor) -> Statement:
    """What follows ALTER, where a kind of ours does."""
    kind = read_kind(cursor)
    if_exists = cursor.take("IF", "EXISTS")
    name = read_object_name(cursor, kind)
    read = next((read for words, read in _ACTIONS.items() if cursor.take(*words.split())), None)
    if read is None:
        cursor.unexpected(*_ACTIONS)
    action = read(cursor, Scope(kind))
    cursor.expect_end()
    return Alter(kind, name, action, if_exists)


def read_drop(cursor: Cursor) -> Statement:
    """What follows DROP, where a kind of ours does."""
    kind = read_kind(cursor)
    if_exists = cursor.take("IF", "EXISTS")
    name = read_object_name(cursor, kind)
    on = cursor.table_name(None) if kind in (Kind.POLICY, Kind.MASK) and cursor.take("ON") else None
    is_cascade = _cascade(cursor)
    cursor.expect_end("CASCADE", "RESTRICT")
    return Drop(kind, name, if_exists, is_cascade, on)


def _cascade(cursor: Cursor) -> bool:
    return cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"


# --- actions ----------------------------------------------------------------------------------------------------------


def _set_options(cursor: Cursor, scope: Scope) -> AlterAction:
    written = written_options(cursor)
    known = _every_connection_option() if scope.kind is Kind.CONNECTION else options.options_of(scope.kind)
    if scope.kind is Kind.MART:
        return SetOptions(as_free_options(written))
    return SetOptions(as_options(written, known))


def _every_connection_option() -> Table:
    """ALTER does not name the TYPE: whether an option is of that type is for the command to say."""
    found: dict[str, KnownOption] = {}
    for table in BY_CONNECTION_TYPE.values():
        found |= table
    return found


def _set_tags(cursor: Cursor, _: Scope) -> AlterAction:
    tags = as_free_options(written_options(cursor))
    return SetTags(tags, cursor.name("a column") if cursor.take("ON", "COLUMN") else None)


def _add_column(cursor: Cursor, _: Scope) -> AlterAction:
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    return AddColumn(read_column(cursor), if_not_exists)


def _drop_rule(cursor: Cursor, _: Scope) -> AlterAction:
    if_exists = cursor.take("IF", "EXISTS")
    return DropRule(cursor.name("a rule"), if_exists)


def _drop_column(cursor: Cursor, _: Scope) -> AlterAction:
    if_exists = cursor.take("IF", "EXISTS")
    name = cursor.name("a column")
    return DropColumn(name, if_exists, _cascade(cursor))


def _rename_column(cursor: Cursor, _: Scope) -> AlterAction:
    name = cursor.name("a column")
    cursor.expect("TO")
    new_name = cursor.name("a column")
    return RenameColumn(name, new_name, read_until_date(cursor) if cursor.take("KEEP", "ALIAS", "UNTIL") else None)


def _deprecate_column(cursor: Cursor, _: Scope) -> AlterAction:
    name = cursor.name("a column")
    cursor.expect("UNTIL")
    return DeprecateColumn(name, read_until_date(cursor))


def _exclude(cursor: Cursor, _: Scope) -> AlterAction:
    return ExcludeRun(cursor.integer("a run"), cursor.take("CASCADE"))


def _include(cursor: Cursor, _: Scope) -> AlterAction:
    return IncludeRun(cursor.integer("a run"), cursor.take("CASCADE"))


def _accept_schema(cursor: Cursor, _: Scope) -> AlterAction:
    return AcceptSchema(cursor.integer("a version") if cursor.take("VERSION") else None)


def _restore(cursor: Cursor, _: Scope) -> AlterAction:
    if cursor.expect_any("VERSION", "TIMESTAMP") == "VERSION":
        return RestoreTo(version=cursor.integer("a version"), is_cascade=cursor.take("CASCADE"))
    return RestoreTo(timestamp=read_timestamp(cursor), is_cascade=cursor.take("CASCADE"))


def _promote(cursor: Cursor, scope: Scope) -> AlterAction:
    if scope.kind is not Kind.DATABASE:
        raise InvalidSyntax("only a database is promoted", position=cursor.before())
    database = cursor.name("a database")
    only: tuple[TableName, ...] = ()
    if cursor.take("ONLY"):
        only = cursor.in_parentheses(lambda: cursor.table_name(None))
    return PromoteFrom(database, only, cursor.take("WITH", "DROPS"))


_ACTIONS: dict[str, Callable[[Cursor, Scope], AlterAction]] = {
    "SET TAG": _set_tags,
    "SET": _set_options,
    "ADD RULE": lambda cursor, _: AddRule(read_rule(cursor)),
    "DROP RULE": _drop_rule,
    "SCHEDULE": lambda cursor, _: SetSchedule(read_schedule(cursor)),
    "PAUSE": lambda *_: Pause(),
    "RESUME": lambda *_: Resume(),
    "OWNER TO": lambda cursor, _: OwnerTo(cursor.name("a role")),
    "EXCLUDE RUN": _exclude,
    "INCLUDE RUN": _include,
    "ACCEPT SCHEMA": _accept_schema,
    "ADD COLUMN": _add_column,
    "DROP COLUMN": _drop_column,
    "RENAME COLUMN": _rename_column,
    "RENAME TO": lambda cursor, _: RenameTo(cursor.name("a name")),
    "DEPRECATE COLUMN": _deprecate_column,
    "RESTORE TO": _restore,
    "PROMOTE FROM": _promote,
}
