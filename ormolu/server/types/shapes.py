"""The lengths of nested arrays, which PostgreSQL wants equal."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ormolu.errors import FeatureNotSupported

# pyarrow has no type stubs: its arrays are Any here.
Values = Any


def shapes(values: Values) -> list[tuple[int, ...] | None]:
    """The lengths of each row's array in each dimension; all sub-arrays must be as long as the first."""
    lengths = pc.list_value_length(values).to_pylist()
    if not pa.types.is_list(values.type.value_type):
        return [None if length is None else (length,) for length in lengths]
    inner = iter(shapes(values.flatten()))
    found: list[tuple[int, ...] | None] = []
    for length in lengths:
        if length is None:
            found.append(None)
            continue
        below = {next(inner) for _ in range(length)}
        if len(below) > 1:
            raise FeatureNotSupported("arrays whose rows differ in length have no form in PostgreSQL")
        rest = below.pop() if below else None
        found.append((length, *(rest or ())))
    return found
