"""The column list over what the query yields: sources, casts, defaults, and where a cast fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from sqlglot import exp

from ormolu.definitions import Column
from ormolu.errors import DuplicateColumn, UndefinedColumn
from ormolu.medallion import casts
from ormolu.medallion.expressions import scope_of, translated
from ormolu.medallion.staged_rows import INTERNAL, StageRequest
from ormolu.medallion.templates import any_of, cast, column, fill, first_present
from ormolu.sql_extensions.types import DataType, data_type


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A stored column's value in the first layer; `broken` is true where the cast fails."""

    value: exp.Expr
    type: DataType
    broken: exp.Expr | None = None


def typed_columns(request: StageRequest, plain: Mapping[str, DataType]) -> dict[str, TypedColumn]:
    """The stored columns in order: those of the column list in their declared types, then what passes through."""
    result: dict[str, TypedColumn] = {}
    consumed: set[str] = set()
    in_place = {origin: declared for declared in _in_place(request.columns) if (origin := _origin(declared, plain))}
    for declared in request.columns:
        if declared in in_place.values():
            consumed.update(_sources(declared, plain))
            continue
        sources = _sources(declared, plain)
        consumed.update(sources)
        result[declared.name] = _typed_column(declared, {name: plain[name] for name in sources}, plain, request.now)
    for name, type_ in plain.items():
        if (marked := in_place.get(name)) is not None:
            given = {source: plain[source] for source in _sources(marked, plain)}
            result[marked.name] = _typed_column(marked, given, plain, request.now)
            continue
        is_needed = name in request.key or name in request.sequence_by
        if name not in result and name not in consumed and (is_needed or not request.only_listed):
            result[name] = TypedColumn(column(name, "r"), type_)
    return result


def _in_place(listed: Sequence[Column]) -> list[Column]:
    """Columns at the end of the list that were renamed or deprecated there: they stay where the query has them."""
    marked = takewhile(lambda column: column.formerly or column.deprecated_until, reversed(listed))
    return list(marked)


def _sources(declared: Column, plain: Mapping[str, DataType]) -> list[str]:
    candidates: dict[str, None] = dict.fromkeys((declared.name, *declared.sources))
    if declared.formerly is not None:
        candidates[declared.formerly] = None
    return [name for name in candidates if name in plain]


def _origin(declared: Column, plain: Mapping[str, DataType]) -> str | None:
    return next(iter(_sources(declared, plain)), None)


def _typed_column(
    declared: Column, sources: Mapping[str, DataType], plain: Mapping[str, DataType], now: datetime
) -> TypedColumn:
    wanted = data_type(declared.type)
    if not sources:
        if declared.default is None:
            names = ", ".join(declared.sources) or declared.name
            raise UndefinedColumn(
                f'column "{declared.name}" is listed, but the query has no column {names}',
                hint=f"It has: {', '.join(plain)}. A listed column that the query lacks needs a DEFAULT.",
            )
        return TypedColumn(cast(translated(declared.default, scope_of(()), {}, now), wanted.duckdb), wanted)
    values = [casts.converted(column(name, "r"), given=given, wanted=wanted) for name, given in sources.items()]
    broken = [
        exp.And(this=fill("NOT :raw IS NULL", raw=column(name, "r")), expression=fill("(:value) IS NULL", value=value))
        for (name, given), value in zip(sources.items(), values, strict=True)
        if not casts.is_same(given, wanted)
    ]
    value = values[0] if len(values) == 1 else first_present(values)
    return TypedColumn(value, wanted, any_of(broken) if broken else None)


def refuse_reserved(names: Mapping[str, DataType]) -> None:
    for name in names:
        if name.startswith(INTERNAL):
            raise DuplicateColumn(f'column name "{name}" is reserved', hint="Give it another name with AS.")
