"""How a function of plain values becomes one over Arrow columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from ormolu.errors import OrmoluError

DISTINCT_VALUES_MAX = 4_096
_RESULTS = {
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BLOB": pa.binary(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR[]": pa.list_(pa.string()),
}


@dataclass(frozen=True, slots=True)
class NativeFunction:
    """`apply` takes Arrow columns of equal length and gives one."""

    name: str
    parameters: tuple[str, ...]
    result: str
    apply: Callable[..., pa.Array]


def native(name: str, result: str, function: Callable[..., object], *parameters: str) -> NativeFunction:
    """A function applied to each row: NULL anywhere gives NULL, an error crosses the engine behind its SQLSTATE.

    Equal rows are computed once where no argument is an array.
    """

    def guarded(*values: Any) -> object:
        try:
            return function(*values)
        except OrmoluError as error:
            raise ValueError(f"{error.sqlstate}: {error.message}") from error

    remembered = lru_cache(maxsize=DISTINCT_VALUES_MAX)(guarded)

    def apply(*columns: pa.ChunkedArray) -> pa.Array:
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        call = guarded if any(parameter.endswith("[]") for parameter in parameters) else remembered
        results = [None if any(value is None for value in row) else call(*row) for row in rows]
        return pa.array(results, _RESULTS[result])

    return NativeFunction(name, parameters, result, _OF_ARITY[len(parameters)](apply))


# DuckDB counts a function's parameters by its signature.
_OF_ARITY: dict[int, Callable[[Callable[..., pa.Array]], Callable[..., pa.Array]]] = {
    1: lambda apply: lambda a: apply(a),  # noqa: PLW0108
    2: lambda apply: lambda a, b: apply(a, b),  # noqa: PLW0108
    3: lambda apply: lambda a, b, c: apply(a, b, c),  # noqa: PLW0108
    4: lambda apply: lambda a, b, c, d: apply(a, b, c, d),  # noqa: PLW0108
    5: lambda apply: lambda a, b, c, d, e: apply(a, b, c, d, e),  # noqa: PLW0108
    6: lambda apply: lambda a, b, c, d, e, f: apply(a, b, c, d, e, f),  # noqa: PLW0108
}
