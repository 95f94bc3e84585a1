"""Roles, GRANT, REVOKE and COMMENT ON."""

from __future__ import annotations

from ormolu.definitions import Kind
from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.clauses.values import as_free_options, written_options
from ormolu.sql_extensions.parser.create import find_kind
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.settings import read_reset, read_set
from ormolu.sql_extensions.statements import (
    AllTablesInSchemas,
    AlterRole,
    CommentOn,
    Connections,
    CreateRole,
    Databases,
    DropRole,
    Grant,
    GrantObject,
    Privilege,
    ResetSetting,
    Revoke,
    Schemas,
    SetSetting,
    Statement,
    Tables,
    WrittenName,
)

_SWITCHES = ("SUPERUSER", "CREATEDB", "CREATEROLE", "INHERIT", "LOGIN", "REPLICATION", "BYPASSRLS")
_SWITCH_VALUES = {word: (word.lower(), True) for word in _SWITCHES} | {
    f"NO{word}": (word.lower(), False) for word in _SWITCHES
}
_MEMBERSHIPS = ("ROLE", "USER", "ADMIN")
PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "USAGE", "CREATE", "CONNECT",
    "TEMPORARY", "TEMP", "EXECUTE", "OPERATE", "MAINTAIN",
)  # fmt: skip


# --- roles ------------------------------------------------------------------------------------------------------------


def read_create_role(cursor: Cursor, *, can_login: bool) -> Statement:
    """What follows CREATE ROLE, USER or GROUP."""
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name("a role")
    cursor.take("WITH")
    return CreateRole(name, {"login": can_login} | _role_options(cursor), if_not_exists)


def _role_options(cursor: Cursor) -> dict[str, object]:
    options: dict[str, object] = {}
    while not cursor.is_at_end():
        position = cursor.position()
        name, value = _role_option(cursor)
        if name in options:
            raise InvalidSyntax("conflicting or redundant options", position=position)
        options[name] = value
    return options


def _role_option(cursor: Cursor) -> tuple[str, object]:
    word = cursor.token.word
    if not cursor.is_at_end() and word in _SWITCH_VALUES:
        cursor.advance()
        return _SWITCH_VALUES[word]
    if cursor.take("PASSWORD") or cursor.take("ENCRYPTED", "PASSWORD"):
        return "password", None if cursor.take("NULL") else cursor.string("a password in quotes")
    if cursor.take("CONNECTION", "LIMIT"):
        return "connection_limit", cursor.integer()
    if cursor.take("VALID", "UNTIL"):
        return "valid_until", cursor.string("a timestamp in quotes")
    if cursor.take("IN"):
        cursor.expect_any("ROLE", "GROUP")
        return "in_role", _role_names(cursor)
    if not cursor.at_any(*_MEMBERSHIPS):
        cursor.unexpected(*_SWITCH_VALUES, "PASSWORD", "CONNECTION LIMIT", "VALID UNTIL", "IN ROLE")
    membership = "admin" if cursor.advance().word == "ADMIN" else "role"
    return membership, _role_names(cursor)


def _role_names(cursor: Cursor) -> tuple[str, ...]:
    return cursor.separated(lambda: cursor.name("a role"))


def read_alter_role(cursor: Cursor) -> Statement:
    name = cursor.name("a role")
    if cursor.take("RENAME", "TO"):
        new_name = cursor.name("a role")
        cursor.expect_end()
        return AlterRole(name, new_name=new_name)
    if cursor.take("SET", "ATTRIBUTE"):
        found = as_free_options(written_options(cursor))
        cursor.expect_end()
        return AlterRole(name, attributes=found)
    if cursor.take("SET", "CONTACT"):
        found = as_free_options(written_options(cursor))
        cursor.expect_end()
        return AlterRole(name, contacts=found)
    if cursor.take_any("SET", "RESET"):
        return AlterRole(name, setting=_role_setting(cursor))
    cursor.take("WITH")
    if cursor.is_at_end():
        cursor.unexpected("SET", "RENAME TO", "PASSWORD", "LOGIN")
    return AlterRole(name, _role_options(cursor))


def _role_setting(cursor: Cursor) -> SetSetting:
    if cursor.tokens[cursor.index - 1].word == "SET":
        statement = read_set(cursor)
        if isinstance(statement, SetSetting):
            return statement
        cursor.unexpected("a setting")
    reset = read_reset(cursor)
    assert isinstance(reset, ResetSetting)
    return SetSetting(reset.name, None)


def read_drop_role(cursor: Cursor) -> Statement:
    if_exists = cursor.take("IF", "EXISTS")
    names = _role_names(cursor)
    cursor.expect_end()
    return DropRole(names, if_exists)


# --- GRANT and REVOKE -------------------------------------------------------------------------------------------------


def read_grant(cursor: Cursor) -> Statement:
    """What follows GRANT: privileges ON something, or membership of roles."""
    privileges, roles = _granted(cursor)
    on = _grant_object(cursor) if cursor.take("ON") else None
    cursor.expect("TO")
    grantees = cursor.separated(lambda: _grantee(cursor))
    with_option = False
    if cursor.take("WITH"):
        with_option = cursor.expect_any("GRANT", "ADMIN") in ("GRANT", "ADMIN")
        cursor.take_any("OPTION", "TRUE")
    _granted_by(cursor)
    cursor.expect_end()
    _check_granted(cursor, privileges, on)
    return Grant(grantees, privileges if on else (), on, () if on else roles, with_option)


def read_revoke(cursor: Cursor) -> Statement:
    only_option = cursor.take("GRANT", "OPTION", "FOR") or cursor.take("ADMIN", "OPTION", "FOR")
    privileges, roles = _granted(cursor)
    on = _grant_object(cursor) if cursor.take("ON") else None
    cursor.expect("FROM")
    grantees = cursor.separated(lambda: _grantee(cursor))
    _granted_by(cursor)
    is_cascade = cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"
    cursor.expect_end("CASCADE", "RESTRICT")
    _check_granted(cursor, privileges, on)
    return Revoke(grantees, privileges if on else (), on, () if on else roles, only_option, is_cascade)


def _granted(cursor: Cursor) -> tuple[tuple[Privilege, ...], tuple[str, ...]]:
    """What is granted, as privileges and as the names of roles: which it is shows at ON."""
    first = cursor.index
    if cursor.take("ALL"):
        cursor.take("PRIVILEGES")
        columns = cursor.names("a column") if cursor.at("(") else ()
        return (Privilege("ALL", columns),), ()
    roles = cursor.separated(lambda: _privilege_or_role(cursor).name)
    last, cursor.index = cursor.index, first
    privileges = cursor.separated(lambda: _privilege_or_role(cursor))
    cursor.index = last
    return tuple(Privilege(item.name.upper(), item.columns) for item in privileges), roles


def _privilege_or_role(cursor: Cursor) -> Privilege:
    name = cursor.name("a privilege or a role")
    return Privilege(name, cursor.names("a column") if cursor.at("(") else ())


def _check_granted(cursor: Cursor, privileges: tuple[Privilege, ...], on: GrantObject | None) -> None:
    if on is None:
        return
    for privilege in privileges:
        if privilege.name not in (*PRIVILEGES, "ALL"):
            cursor.index = cursor.first + 1
            raise InvalidSyntax(
                f'unrecognized privilege type "{privilege.name.lower()}"',
                hint="SELECT reads, OPERATE runs pipelines.",
                position=cursor.position(),
            )


def _grant_object(cursor: Cursor) -> GrantObject:
    if cursor.take("ALL", "TABLES", "IN", "SCHEMA"):
        return AllTablesInSchemas(cursor.separated(lambda: cursor.name("a schema")))
    if cursor.at("SCHEMA") and cursor.peek().word != ".":
        cursor.advance()
        return Schemas(cursor.separated(lambda: cursor.name("a schema")))
    if cursor.at("DATABASE") and cursor.peek().word != ".":
        cursor.advance()
        return Databases(cursor.separated(lambda: cursor.name("a database")))
    if cursor.at("CONNECTION") and cursor.peek().word != ".":
        cursor.advance()
        return Connections(cursor.separated(lambda: cursor.name("a connection")))
    if cursor.at("TABLE") and cursor.peek().word != ".":
        cursor.advance()
    return Tables(cursor.separated(cursor.written_name))


def _grantee(cursor: Cursor) -> str:
    cursor.take("GROUP")
    return cursor.name("a role")


def _granted_by(cursor: Cursor) -> None:
    if cursor.take("GRANTED", "BY"):
        cursor.name("a role")


# --- COMMENT ON -------------------------------------------------------------------------------------------------------


def read_comment_on(cursor: Cursor) -> Statement:
    cursor.expect("ON")
    object_type = _commented_type(cursor)
    written = cursor.written_name("a name")
    name: WrittenName | str = str(written) if object_type in ("SCHEMA", "DATABASE", "ROLE") else written
    column: str | None = None
    if object_type == "COLUMN":
        name, column = _commented_column(cursor, written)
    cursor.expect("IS")
    comment = None if cursor.take("NULL") else cursor.string("a comment in quotes")
    cursor.expect_end()
    return CommentOn(object_type, name, column, comment)


def _commented_type(cursor: Cursor) -> str:
    word = cursor.take_any("TABLE", "COLUMN", "SCHEMA", "VIEW", "DATABASE", "ROLE")
    if word is None and cursor.take("MATERIALIZED", "VIEW"):
        word = "VIEW"
    if word is not None:
        return word
    kind = find_kind(cursor)
    if kind is None:
        cursor.unexpected("TABLE", "COLUMN", "SCHEMA", "VIEW", "DATABASE", "ROLE", *(kind.value for kind in Kind))
    return kind.value


def _commented_column(cursor: Cursor, written: WrittenName) -> tuple[WrittenName, str]:
    """`t.c`, `s.t.c` or `d.s.t.c`."""
    if cursor.take("."):
        return written, cursor.name("a column")
    if written.schema is None:
        raise InvalidSyntax("column name must be qualified", position=cursor.before())
    return WrittenName(written.schema, written.database), written.name
