"""What asks for the type of a value: answered by the binder, never by the engine."""

from __future__ import annotations

from dataclasses import replace

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.functions.call import Function, FunctionCall, scalar


def _pg_typeof(called: FunctionCall, context: Context) -> Bound:
    bound = called.arguments[0]
    if bound.is_open:
        return Bound(t.string("unknown"), t.type_of("regtype"))
    if bound.type is None:
        raise unsupported("pg_typeof() of a value whose type only the engine knows", called.node)
    # PostgreSQL names arrays of every depth alike.
    shown = replace(bound.type, modifiers=(), dimensions=min(bound.type.dimensions, 1))
    return Bound(t.string(str(shown)), t.type_of("regtype"))


TYPES: dict[str, Function] = {"pg_typeof": scalar(1, 1, _pg_typeof)}
