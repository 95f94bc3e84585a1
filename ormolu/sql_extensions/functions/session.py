"""What a query asks of its session: answered from values given to the binder, never by the engine."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlglot import exp

from ormolu.errors import UndefinedObject
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.functions.call import Function, FunctionCall, constant, scalar

SESSION_WORDS = ("user", "current_role", "current_user", "session_user", "current_catalog", "current_schema")


def session_word(word: str, context: Context) -> Bound:
    """CURRENT_DATE, CURRENT_USER and the others that are written without parentheses."""
    context.reads_session = True
    session = context.session
    now = session.now.astimezone(ZoneInfo(session.timezone))
    match word:
        case "current_date":
            return Bound(engine_cast(t.string(now.date().isoformat()), t.DATE), t.DATE)
        case "current_timestamp":
            return Bound(engine_cast(t.string(_written(session.now)), t.TIMESTAMPTZ), t.TIMESTAMPTZ)
        case "localtimestamp":
            return Bound(engine_cast(t.string(now.replace(tzinfo=None).isoformat(" ")), t.TIMESTAMP), t.TIMESTAMP)
        case "localtime":
            return Bound(engine_cast(t.string(now.time().isoformat()), t.TIME), t.TIME)
        case "current_user" | "user" | "current_role":
            return Bound(t.string(session.current_user), t.type_of("name"))
        case "session_user":
            return Bound(t.string(session.session_user), t.type_of("name"))
        case "current_catalog":
            return Bound(t.string(session.database), t.type_of("name"))
        case "current_schema":
            return Bound(t.string(context.search_path[0] if context.search_path else ""), t.type_of("name"))
        case _:
            raise unsupported(word)


def _written(moment: datetime) -> str:
    return moment.isoformat(" ")


def _word(word: str) -> Function:
    return scalar(0, 1, lambda called, context: session_word(word, context))


def _version(called: FunctionCall, context: Context) -> Bound:
    context.reads_session = True
    return Bound(t.string(context.session.version), t.TEXT)


def _current_setting(called: FunctionCall, context: Context) -> Bound:
    """Our own settings alone; the engine's are nobody's business."""
    context.reads_session = True
    name = constant(called, 0, "a name").lower()
    known = {key.lower(): value for key, value in context.session.settings}
    if name in known:
        return Bound(t.string(known[name]), t.TEXT)
    if len(called.arguments) == 2:
        return Bound(engine_cast(exp.Null(), t.TEXT), t.TEXT)
    raise UndefinedObject(f'unrecognized configuration parameter "{name}"', position=position(called.node))


def _user_attribute(called: FunctionCall, context: Context) -> Bound:
    context.reads_session = True
    value = dict(context.session.user_attributes).get(constant(called, 0, "a name"))
    return Bound(engine_cast(exp.Null() if value is None else t.string(value), t.TEXT), t.TEXT)


def _current_schemas(called: FunctionCall, context: Context) -> Bound:
    context.reads_session = True
    names = exp.Array(expressions=[t.string(name) for name in context.search_path])
    return Bound(names, t.type_of("name[]"))


SESSION: dict[str, Function] = {
    **{name: _word("current_timestamp")
       for name in ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")},
    "current_database": _word("current_catalog"),
    "current_schema": _word("current_schema"),
    "current_user": _word("current_user"),
    "current_schemas": scalar(1, 1, _current_schemas),
    "version": scalar(0, 0, _version),
    "current_setting": scalar(1, 2, _current_setting),
    "user_attribute": scalar(1, 1, _user_attribute),
    "gen_random_uuid": scalar(0, 0, lambda called, context: Bound(call("uuid"), t.type_of("uuid"))),
}  # fmt: skip
