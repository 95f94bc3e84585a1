"""PostgreSQL's CREATE, ALTER and DROP of tables and views, as far as they mean something here."""

from __future__ import annotations

from ormolu.definitions import Expression
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.expressions import take_query
from ormolu.sql_extensions.statements import Statement
from ormolu.sql_extensions.statements.relations import (
    CreateRelation,
    CreateSchema,
    DropRelation,
    RefreshRelation,
    RenameRelation,
)

WORDS = ("TABLE", "VIEW", "MATERIALIZED VIEW")


def take_words(cursor: Cursor) -> str | None:
    """TABLE, VIEW or MATERIALIZED VIEW, which are taken."""
    return next((words for words in WORDS if cursor.take(*words.split())), None)


def read_create_relation(cursor: Cursor) -> Statement | None:
    """What follows CREATE where it makes a relation of a query, or a schema; None for anything else, as columns."""
    start = cursor.index
    or_replace = cursor.take("OR", "REPLACE")
    if not or_replace and cursor.take("SCHEMA"):
        return _schema(cursor)
    cursor.take("UNLOGGED")
    words = take_words(cursor)
    if words is None:
        cursor.index = start
        return None
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.written_name()
    if not cursor.at("AS"):
        cursor.index = start
        return None
    cursor.advance()
    last, with_no_data = _end_of_query(cursor)
    if last <= cursor.index or not cursor.at_any("SELECT", "WITH", "VALUES", "TABLE", "("):
        cursor.unexpected("SELECT")
    text = cursor.cut(cursor.index, last)
    take_query(cursor, cursor.index, last)
    cursor.index = cursor.last
    return CreateRelation(words, name, Expression(text), or_replace, if_not_exists, with_no_data)


def _end_of_query(cursor: Cursor) -> tuple[int, bool]:
    """Where the query ends, and whether WITH NO DATA stands behind it."""
    last = cursor.last
    tail = [token.word for token in cursor.tokens[max(cursor.index, last - 3) : last]]
    if tail[-3:] == ["WITH", "NO", "DATA"]:
        return last - 3, True
    if tail[-2:] == ["WITH", "DATA"]:
        return last - 2, False
    return last, False


def _schema(cursor: Cursor) -> CreateSchema:
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name("a schema")
    if cursor.take("AUTHORIZATION"):
        cursor.name("a role")
    cursor.expect_end()
    return CreateSchema(name, if_not_exists)


def read_alter_relation(cursor: Cursor) -> Statement | None:
    """ALTER ... RENAME TO; None for any other change."""
    start = cursor.index
    words = take_words(cursor)
    if words is not None:
        if_exists = cursor.take("IF", "EXISTS")
        name = cursor.written_name()
        if cursor.take("RENAME", "TO"):
            return RenameRelation(words, name, cursor.name("a table"), if_exists)
    cursor.index = start
    return None


def read_drop_relation(cursor: Cursor) -> Statement | None:
    """DROP of one table or view; None for several, and where something else is dropped."""
    start = cursor.index
    words = take_words(cursor)
    if words is None:
        return None
    if_exists = cursor.take("IF", "EXISTS")
    name = cursor.written_name()
    if cursor.at(","):
        cursor.index = start
        return None
    is_cascade = cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"
    cursor.expect_end("CASCADE", "RESTRICT")
    return DropRelation(words, name, if_exists, is_cascade)


def read_refresh_relation(cursor: Cursor) -> Statement:
    """What follows REFRESH MATERIALIZED VIEW."""
    cursor.take("CONCURRENTLY")
    name = cursor.written_name()
    cursor.take("WITH", "DATA")
    cursor.expect_end("WITH DATA")
    return RefreshRelation(name)
