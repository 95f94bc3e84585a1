"""Text to statements: splits a script and reads each statement, ours and PostgreSQL's.

`parse` gives a new list of shared, cached statements; positions in errors count in the whole script.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ormolu.definitions import Definition
from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.parser import data, operations, settings
from ormolu.sql_extensions.parser.alter import read_alter, read_drop
from ormolu.sql_extensions.parser.create import read_create
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.relations import (
    read_alter_relation,
    read_create_relation,
    read_drop_relation,
    read_refresh_relation,
)
from ormolu.sql_extensions.parser.roles import (
    read_alter_role,
    read_comment_on,
    read_create_role,
    read_drop_role,
    read_grant,
    read_revoke,
)
from ormolu.sql_extensions.remembered import remembered
from ormolu.sql_extensions.statements import Create, CreateSecret, Empty, Explain, Prepare, Statement, Unsupported
from ormolu.sql_extensions.tokens import tokenize

SCRIPTS_CACHED_MAX = 512
DEFINITIONS_CACHED_MAX = 4096
CACHED_CHARACTERS_MAX = 32 * 1024


def parse(sql: str) -> list[Statement]:
    """The statements of a script, split at its semicolons; one Empty where there is nothing."""
    return list(_cached(sql) if len(sql) <= CACHED_CHARACTERS_MAX else _checked(sql))


def parse_definition(ddl: str) -> Definition:
    """Read back the text that `write` printed."""
    match _cached_definition(ddl):
        case (Create(definition),) | (CreateSecret(_, definition),):
            return definition
        case _:
            raise InvalidSyntax("one CREATE statement is expected", position=1)


def _checked(sql: str) -> tuple[Statement, ...]:
    statements = _parse(sql)
    for statement in statements:
        if isinstance(statement, CreateSecret) and statement.literal is None and not statement.definition.options:
            raise InvalidSyntax(
                "syntax error at end of input",
                hint="Add AS 'literal' or WITH (backend = 'env', name = 'PASSWORD').",
                position=statement.offset + len(statement.text) + 1,
            )
    return statements


def _parse(sql: str) -> tuple[Statement, ...]:
    tokens = tokenize(sql)
    statements: list[Statement] = []
    first = 0
    for index, token in enumerate(tokens):
        if token.word == ";" or index == len(tokens) - 1:
            if index > first:
                cursor = Cursor(sql, tokens, first, index)
                begin, end = tokens[first].start, tokens[index - 1].end
                statements.append(replace(_read(cursor), text=sql[begin:end], offset=begin))
            first = index + 1
    return tuple(statements) or (Empty(text=sql),)


def _read(cursor: Cursor) -> Statement:
    """One statement, to its end."""
    word = cursor.token.word
    if word in _QUERY_WORDS:
        return data.read_query(cursor)
    read = _STATEMENTS.get(word)
    if read is None:
        if word in _POSTGRESQL_ONLY:
            return Unsupported(word)
        cursor.unexpected(*_STATEMENTS, *_QUERY_WORDS[:-1])
    cursor.advance()
    statement = read(cursor)
    cursor.expect_end()
    return statement


def _read_inner(cursor: Cursor) -> Statement:
    """A statement inside another one, with its own text."""
    if cursor.is_at_end():
        cursor.unexpected("SELECT")
    begin, end = cursor.token.start, cursor.tokens[cursor.last - 1].end
    return replace(_read(cursor), text=cursor.script[begin:end], offset=begin)


# --- CREATE, ALTER, DROP ----------------------------------------------------------------------------------------------

_OTHERS = frozenset({
    "TABLE", "VIEW", "MATERIALIZED", "INDEX", "UNIQUE", "SCHEMA", "SEQUENCE", "FUNCTION", "PROCEDURE", "TYPE",
    "DOMAIN", "EXTENSION", "TRIGGER", "AGGREGATE", "OPERATOR", "TEMP", "TEMPORARY", "UNLOGGED", "FOREIGN", "SERVER",
    "PUBLICATION", "SUBSCRIPTION", "CAST", "COLLATION", "CONVERSION", "EVENT", "LANGUAGE", "RULE", "STATISTICS",
    "TABLESPACE", "TEXT", "TRANSFORM", "SYSTEM", "DEFAULT", "LARGE", "ACCESS", "OWNED", "RECURSIVE", "GLOBAL", "LOCAL",
})  # fmt: skip


def _create(cursor: Cursor) -> Statement:
    if word := cursor.take_any("ROLE", "USER", "GROUP"):
        return read_create_role(cursor, can_login=word == "USER")
    return read_create_relation(cursor) or _ours_or_unsupported(cursor, "CREATE", read_create)


def _alter(cursor: Cursor) -> Statement:
    if cursor.take_any("ROLE", "USER", "GROUP"):
        return read_alter_role(cursor)
    return read_alter_relation(cursor) or _ours_or_unsupported(cursor, "ALTER", read_alter)


def _drop(cursor: Cursor) -> Statement:
    if cursor.take_any("ROLE", "USER", "GROUP"):
        return read_drop_role(cursor)
    return read_drop_relation(cursor) or _ours_or_unsupported(cursor, "DROP", read_drop)


def _refresh(cursor: Cursor) -> Statement:
    return read_refresh_relation(cursor) if cursor.take("MATERIALIZED", "VIEW") else operations.read_refresh(cursor)


def _ours_or_unsupported(cursor: Cursor, verb: str, read: Callable[[Cursor], Statement]) -> Statement:
    ahead = 2 if cursor.at("OR", "REPLACE") else 0
    word = cursor.peek(ahead).word
    if word not in _OTHERS:
        return read(cursor)
    second = {"MATERIALIZED": " VIEW", "UNIQUE": " INDEX", "FOREIGN": " TABLE", "EVENT": " TRIGGER"}.get(word, "")
    temporary = {"TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "RECURSIVE"}
    name = f"{verb} {cursor.peek(ahead + 1).word if word in temporary else word}{second}"
    return _unsupported(cursor, name)


def _unsupported(cursor: Cursor, name: str) -> Statement:
    cursor.index = cursor.last
    return Unsupported(name)


# --- statements that hold statements ----------------------------------------------------------------------------------


def _explain(cursor: Cursor) -> Statement:
    ours = operations.find_explain(cursor)
    if ours is not None:
        return ours
    options: dict[str, str] = {}
    if cursor.at("(") and cursor.peek().word not in (*_QUERY_WORDS,):
        cursor.advance()
        cursor.separated(lambda: _explain_option(cursor, options))
        cursor.expect_closing()
    else:
        for word in ("ANALYZE", "ANALYSE", "VERBOSE"):
            if cursor.take(word):
                options["verbose" if word == "VERBOSE" else "analyze"] = "true"
    return Explain(_read_inner(cursor), options)


def _explain_option(cursor: Cursor, options: dict[str, str]) -> None:
    name = cursor.name("an option")
    has_no_value = cursor.at_any(",", ")")
    value = cursor.advance().value if cursor.at_number() else "true"
    if not has_no_value and not cursor.at_any(",", ")"):
        value = cursor.name_or_string("a value")
    options["analyze" if name == "analyse" else name] = value


def _prepare(cursor: Cursor) -> Statement:
    if cursor.at("TRANSACTION"):
        return _unsupported(cursor, "PREPARE TRANSACTION")
    name = cursor.name("a prepared statement")
    types: tuple[str, ...] = ()
    if cursor.at("("):
        types = cursor.in_parentheses(lambda: _type_text(cursor))
    cursor.expect("AS")
    return Prepare(name, types, _read_inner(cursor))


def _type_text(cursor: Cursor) -> str:
    first, last = cursor.skip_balanced(lambda token: token.word == ",")
    if first == last:
        cursor.unexpected("a type")
    return cursor.cut(first, last)


def _vacuum(cursor: Cursor) -> Statement:
    if cursor.is_at_end() or cursor.at("(") or cursor.at_any("FULL", "FREEZE", "VERBOSE", "ANALYZE"):
        return _unsupported(cursor, "VACUUM")
    return operations.read_vacuum(cursor)


def _commit(cursor: Cursor) -> Statement:
    return _unsupported(cursor, "COMMIT PREPARED") if cursor.at("PREPARED") else settings.read_commit(cursor)


def _rollback(cursor: Cursor) -> Statement:
    return _unsupported(cursor, "ROLLBACK PREPARED") if cursor.at("PREPARED") else settings.read_rollback(cursor)


_QUERY_WORDS = ("SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "(")
_POSTGRESQL_ONLY = frozenset({
    "DO", "CLUSTER", "CHECKPOINT", "LOAD", "MERGE", "REASSIGN", "REINDEX", "SECURITY",
    "TRUNCATE",
})  # fmt: skip
_STATEMENTS: dict[str, Callable[[Cursor], Statement]] = {
    "CREATE": _create,
    "ALTER": _alter,
    "DROP": _drop,
    "REFRESH": _refresh,
    "SHOW": settings.read_show,
    "EXPLAIN": _explain,
    "PROFILE": operations.read_profile,
    "SUGGEST": operations.read_suggest,
    "TEST": operations.read_test,
    "CANCEL": operations.read_cancel,
    "VACUUM": _vacuum,
    "UNDROP": operations.read_undrop,
    "IMPORT": operations.read_import,
    "SUMMARIZE": operations.read_summarize,
    "CALL": data.read_call,
    "COPY": data.read_copy,
    "SET": settings.read_set,
    "RESET": settings.read_reset,
    "DISCARD": settings.read_discard,
    "BEGIN": settings.read_begin,
    "START": settings.read_start,
    "COMMIT": _commit,
    "END": settings.read_commit,
    "ROLLBACK": _rollback,
    "ABORT": settings.read_rollback,
    "SAVEPOINT": settings.read_savepoint,
    "RELEASE": settings.read_release,
    "DECLARE": data.read_declare,
    "FETCH": data.read_fetch,
    "MOVE": data.read_move,
    "CLOSE": data.read_close,
    "PREPARE": _prepare,
    "EXECUTE": data.read_execute,
    "DEALLOCATE": data.read_deallocate,
    "LOCK": data.read_lock,
    "ANALYZE": data.read_analyze,
    "ANALYSE": data.read_analyze,
    "LISTEN": data.read_listen,
    "UNLISTEN": data.read_unlisten,
    "NOTIFY": data.read_notify,
    "GRANT": read_grant,
    "REVOKE": read_revoke,
    "COMMENT": read_comment_on,
}


_cached = remembered(_checked, SCRIPTS_CACHED_MAX)
_cached_definition = remembered(_parse, DEFINITIONS_CACHED_MAX)
