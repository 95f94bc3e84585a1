"""The functions a query may call: everything that is not in these tables does not exist."""

from __future__ import annotations

from ormolu.errors import UndefinedFunction
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position
from ormolu.sql_extensions.dialect.scopes import nearest
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.functions.aggregates import AGGREGATES, WINDOWS
from ormolu.sql_extensions.functions.arrays import ARRAYS
from ormolu.sql_extensions.functions.call import Function, FunctionCall, Use, check_modifiers, no_function
from ormolu.sql_extensions.functions.cleaning import CLEANING
from ormolu.sql_extensions.functions.json import JSON_FUNCTIONS
from ormolu.sql_extensions.functions.numbers import NUMBERS
from ormolu.sql_extensions.functions.session import SESSION
from ormolu.sql_extensions.functions.sets import SETS
from ormolu.sql_extensions.functions.texts import TEXTS
from ormolu.sql_extensions.functions.times import TIMES
from ormolu.sql_extensions.functions.types import TYPES

FUNCTIONS: dict[str, Function] = {
    **TEXTS,
    **NUMBERS,
    **TIMES,
    **TYPES,
    **JSON_FUNCTIONS,
    **ARRAYS,
    **SESSION,
    **CLEANING,
    **AGGREGATES,
    **WINDOWS,
    **SETS,
}


def find_function(name: str) -> Function | None:
    return FUNCTIONS.get(name)


def build_call(called: FunctionCall, context: Context) -> Bound:
    """Translate a call; 42883 with the nearest name where there is no such function."""
    function = find_function(called.name)
    if function is None:
        raise UndefinedFunction(
            f"function {called.name} does not exist",
            hint=nearest(called.name, FUNCTIONS),
            position=position(called.node),
        )
    given = len(called.arguments) + len(called.named)
    if not function.least <= given <= function.most or set(called.named) - set(function.named):
        raise no_function(called)
    check_modifiers(called, function)
    return function.build(called, context)


def is_aggregate(name: str) -> bool:
    function = FUNCTIONS.get(name)
    return function is not None and function.use is Use.AGGREGATE
