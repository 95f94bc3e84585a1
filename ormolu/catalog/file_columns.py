"""Which columns every data file of a table holds under the table's own names and types.

Such columns are read by name. That gives the engine each file's row count and bounds, which it does not look at when
it is told a schema by field ids; its plans are about twice as fast for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from pyiceberg.schema import Schema
from pyiceberg.types import NestedField, PrimitiveType

from ormolu.catalog.files import DataFile


def columns_read_by_name(current: Schema, schemas: Iterable[Schema], files: Sequence[DataFile]) -> frozenset[str]:
    """The columns of `current` that mean in all `files` what they mean now.

    `schemas` are all that the files may have been written under. What was renamed or widened since, and what some file
    lacks, is not among them; nor is what others than the engine may have nested, nor names that differ in case alone.
    """
    everywhere = _ids_in_all(files)
    steady = set(current.fields)
    others: set[tuple[str, int]] = set()
    for schema in schemas:
        steady = {field for field in steady if _is_same(field, schema)}
        others |= {(field.name.lower(), field.field_id) for field in schema.fields}
    ids: dict[str, set[int]] = {}
    for name, field_id in others | {(field.name.lower(), field.field_id) for field in current.fields}:
        ids.setdefault(name, set()).add(field_id)
    return frozenset(
        field.name
        for field in steady
        if field.field_id in everywhere
        and isinstance(field.field_type, PrimitiveType)
        and len(ids[field.name.lower()]) == 1
    )


def _is_same(field: NestedField, schema: Schema) -> bool:
    """Whether a schema either has the field just so, or does not have it."""
    then = next((one for one in schema.fields if one.field_id == field.field_id), None)
    return then is None or (then.name == field.name and then.field_type == field.field_type)


def _ids_in_all(files: Sequence[DataFile]) -> frozenset[int]:
    """The fields that each file counts values of: what a file holds is counted in its entry."""
    if not files:
        return frozenset()
    first, *rest = (frozenset(file.entry.value_counts or {}) for file in files)
    return reduce(frozenset.intersection, rest, first)
