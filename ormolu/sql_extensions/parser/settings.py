"""PostgreSQL's SET, SHOW, RESET, DISCARD and the statements of transactions."""

from __future__ import annotations

from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.operations import find_show
from ormolu.sql_extensions.statements import (
    Begin,
    Commit,
    Discard,
    ReleaseSavepoint,
    ResetSetting,
    Rollback,
    Savepoint,
    SetSetting,
    SetTransaction,
    ShowSetting,
    Statement,
)

_SPELLED_OUT = {
    "TIME ZONE": "timezone",
    "TRANSACTION ISOLATION LEVEL": "transaction_isolation",
    "SESSION AUTHORIZATION": "session_authorization",
    "NAMES": "client_encoding",
    "SCHEMA": "search_path",
}
_ISOLATION = ("SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED", "READ UNCOMMITTED")
_WORDS_OF_A_NAME_MAX = 3


def read_set(cursor: Cursor) -> Statement:
    """What follows SET."""
    if cursor.take("SESSION", "CHARACTERISTICS", "AS", "TRANSACTION"):
        return _set_transaction(cursor, is_session=True)
    is_local = cursor.take_any("LOCAL", "SESSION") == "LOCAL" if not cursor.at("SESSION", "AUTHORIZATION") else False
    if cursor.take("TRANSACTION"):
        if cursor.take("SNAPSHOT"):
            return _ended(cursor, SetTransaction(snapshot=cursor.string("a snapshot in quotes")))
        return _set_transaction(cursor, is_session=False)
    spelled = _take_spelled_out(cursor)
    if spelled is not None:
        return _ended(cursor, SetSetting(spelled, _spelled_value(cursor), is_local))
    name = _setting_name(cursor)
    if not (cursor.take("TO") or cursor.take("=")) and name != "role":
        cursor.unexpected("TO", "=")
    return _ended(cursor, SetSetting(name, _setting_value(cursor), is_local))


def _ended(cursor: Cursor, statement: Statement) -> Statement:
    cursor.expect_end()
    return statement


def _take_spelled_out(cursor: Cursor) -> str | None:
    return next((name for words, name in _SPELLED_OUT.items() if cursor.take(*words.split())), None)


def _setting_name(cursor: Cursor) -> str:
    parts = [cursor.name("a setting")]
    while len(parts) < _WORDS_OF_A_NAME_MAX and cursor.take("."):
        parts.append(cursor.name("a setting"))
    return ".".join(parts)


def _spelled_value(cursor: Cursor) -> str | None:
    if cursor.take("LOCAL"):
        return None
    if cursor.take("INTERVAL"):
        value = cursor.string("an interval in quotes")
        while cursor.take_any("HOUR", "TO", "MINUTE"):
            pass
        return value
    return None if cursor.is_at_end() else _setting_value(cursor)


def _setting_value(cursor: Cursor) -> str | None:
    if cursor.take("DEFAULT"):
        return None
    return ", ".join(cursor.separated(lambda: _one_value(cursor)))


def _one_value(cursor: Cursor) -> str:
    if cursor.at_string():
        return cursor.string()
    if cursor.at_number() or cursor.at_any("-", "+"):
        sign = "-" if cursor.take("-") else ""
        cursor.take("+")
        if not cursor.at_number():
            cursor.unexpected("a number")
        return sign + cursor.advance().value
    return cursor.name("a value")


def read_show(cursor: Cursor) -> Statement:
    """What follows SHOW: something of ours, or a setting."""
    ours = find_show(cursor)
    if ours is not None:
        return ours
    name = _take_spelled_out(cursor) or _setting_name(cursor)
    return _ended(cursor, ShowSetting(name))


def read_reset(cursor: Cursor) -> Statement:
    return _ended(cursor, ResetSetting(_take_spelled_out(cursor) or _setting_name(cursor)))


def read_discard(cursor: Cursor) -> Statement:
    word = cursor.expect_any("ALL", "PLANS", "SEQUENCES", "TEMP", "TEMPORARY")
    return _ended(cursor, Discard("TEMP" if word == "TEMPORARY" else word))


# --- transactions -----------------------------------------------------------------------------------------------------


def read_begin(cursor: Cursor) -> Statement:
    cursor.take_any("WORK", "TRANSACTION")
    return _begin(cursor, is_start=False)


def read_start(cursor: Cursor) -> Statement:
    cursor.expect("TRANSACTION")
    return _begin(cursor, is_start=True)


def _begin(cursor: Cursor, *, is_start: bool) -> Statement:
    isolation, read_only, is_deferrable = _modes(cursor)
    return Begin(isolation, read_only, is_start, is_deferrable)


def _set_transaction(cursor: Cursor, *, is_session: bool) -> Statement:
    if cursor.is_at_end():
        cursor.unexpected("ISOLATION LEVEL", "READ ONLY", "READ WRITE")
    isolation, read_only, is_deferrable = _modes(cursor)
    return SetTransaction(isolation, read_only, None, is_session, is_deferrable)


def _modes(cursor: Cursor) -> tuple[str | None, bool | None, bool | None]:
    """Isolation, whether it only reads, whether it is deferrable; None for what was not said."""
    isolation: str | None = None
    read_only: bool | None = None
    is_deferrable: bool | None = None
    while not cursor.is_at_end():
        if cursor.take("ISOLATION", "LEVEL"):
            isolation = _isolation(cursor)
        elif cursor.take("READ", "ONLY"):
            read_only = True
        elif cursor.take("READ", "WRITE"):
            read_only = False
        elif cursor.take("NOT", "DEFERRABLE"):
            is_deferrable = False
        elif cursor.take("DEFERRABLE"):
            is_deferrable = True
        else:
            cursor.unexpected("ISOLATION LEVEL", "READ ONLY", "READ WRITE", "DEFERRABLE")
        cursor.take(",")
    return isolation, read_only, is_deferrable


def _isolation(cursor: Cursor) -> str:
    level = next((level for level in _ISOLATION if cursor.take(*level.split())), None)
    if level is None:
        cursor.unexpected(*_ISOLATION)
    return level.lower()


def read_commit(cursor: Cursor) -> Statement:
    cursor.take_any("WORK", "TRANSACTION")
    return _ended(cursor, Commit(_chain(cursor)))


def read_rollback(cursor: Cursor) -> Statement:
    cursor.take_any("WORK", "TRANSACTION")
    if cursor.take("TO"):
        cursor.take("SAVEPOINT")
        return _ended(cursor, Rollback(cursor.name("a savepoint")))
    return _ended(cursor, Rollback(None, _chain(cursor)))


def _chain(cursor: Cursor) -> bool:
    if not cursor.take("AND"):
        return False
    is_chained = not cursor.take("NO")
    cursor.expect("CHAIN")
    return is_chained


def read_savepoint(cursor: Cursor) -> Statement:
    return _ended(cursor, Savepoint(cursor.name("a savepoint")))


def read_release(cursor: Cursor) -> Statement:
    cursor.take("SAVEPOINT")
    return _ended(cursor, ReleaseSavepoint(cursor.name("a savepoint")))
