"""Which files a condition can match, judged by their bounds, counts of NULLs and partition values alone.

Whatever is not known for certain matches: pruning may only ever leave out files that hold no matching row.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, assert_never

from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from sqlglot import exp

from ormolu.catalog.comparable import FLOATS, MOMENTS, TEXTS, cast_moment, comparable
from ormolu.catalog.files import DataFile
from ormolu.catalog.partition_tests import partition_test
from ormolu.definitions import TableName
from ormolu.medallion.columns import StoredColumn
from ormolu.sql_extensions.conditions import (
    Anything,
    Both,
    Comparison,
    Condition,
    Either,
    Like,
    Nothing,
    NullTest,
    OneOf,
    Operator,
    read_condition,
)
from ormolu.sql_extensions.constant_values import constant_value
from ormolu.sql_extensions.engine_text import FewerFiles, listed
from ormolu.sql_extensions.types import data_type

Places = Sequence[int]  # of files, in order
_CAST_NAMES = {
    exp.DType.DATE: "date",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPNTZ: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamptz",
}


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Of one column, a value a file; None where nothing is known. `has_values` is false where all are NULL."""

    lower: list[Any]
    upper: list[Any]
    has_values: list[bool]


class PrunableFiles:
    """The live files of one version of a table; what is read of their statistics is kept."""

    def __init__(
        self,
        table: TableName,
        files: tuple[DataFile, ...],
        columns: Mapping[str, StoredColumn],
        specs: Mapping[int, PartitionSpec],
        schema: Schema,
    ) -> None:
        self.table = table
        self.files = files
        self._columns = columns
        self._specs = specs
        self._schema = schema
        self._bounds: dict[tuple[str, str], _Bounds] = {}

    def __deepcopy__(self, _: object) -> PrunableFiles:
        return self  # nothing of it changes

    @property
    def count(self) -> int:
        return len(self.files)

    @cached_property
    def listed(self) -> str:
        return listed([file.path for file in self.files])

    @cached_property
    def first(self) -> str:
        return listed([self.files[0].path])

    def where(self, where: exp.Expr | None) -> PrunableFiles:
        """Those of the files that may hold a row for which `where` is true."""
        if where is None:
            return self
        condition = read_condition(where, lambda column: column.name)
        chosen = tuple(self.files[place] for place in self._matching(condition, ()))
        return PrunableFiles(self.table, chosen, self._columns, self._specs, self._schema)

    def matching(self, condition: Condition, parameters: Sequence[object]) -> FewerFiles | None:
        places = self._matching(condition, parameters)
        if len(places) == len(self.files):
            return None
        return FewerFiles(len(places), listed([self.files[place].path for place in places or (0,)]))

    def _matching(self, condition: Condition, parameters: Sequence[object]) -> Places:
        return self._narrowed(condition, range(len(self.files)), parameters)

    def _narrowed(self, condition: Condition, places: Places, parameters: Sequence[object]) -> Places:
        match condition:
            case Anything():
                return places
            case Nothing():
                return ()
            case Both(parts):
                for part in parts:
                    places = self._narrowed(part, places, parameters)
                return places
            case Either(parts):
                found: set[int] = set()
                for part in parts:
                    others = [place for place in places if place not in found]
                    found.update(self._narrowed(part, others, parameters))
                return [place for place in places if place in found]
            case NullTest(column, is_null):
                return self._with_nulls(column, places) if is_null else self._with_values(column, places)
            case Comparison(name, operator, value, cast):
                return self._comparing(name, cast, operator, constant_value(value, parameters), places)
            case OneOf(name, values, cast):
                return self._equal_to_one(name, cast, _members(values, parameters), places)
            case Like(name, pattern, escape):
                return self._beginning(name, constant_value(pattern, parameters), escape, places)
            case _:
                assert_never(condition)

    # --- each test ---

    def _with_nulls(self, name: str, places: Places) -> Places:
        return [place for place in places if self.files[place].nulls.get(name, 1) > 0]

    def _with_values(self, name: str, places: Places) -> Places:
        if name not in self._columns:
            return places
        has_values = self._bounds_of(name).has_values
        return [place for place in places if has_values[place]]

    def _comparing(
        self, name: str, cast: exp.DType | None, operator: Operator, given: object, places: Places
    ) -> Places:
        column = self._cast(name, cast)
        value = None if column is None or given is None else comparable(given, column)
        if column is None or value is None:
            return places
        places = _within(operator, value, self._bounds_of(name, column), self._with_values(name, places), column)
        return self._in_partitions(column, operator, [value], places) if cast is None else places

    def _equal_to_one(self, name: str, cast: exp.DType | None, given: Sequence[object], places: Places) -> Places:
        column = self._cast(name, cast)
        if column is None or column.type.scalar.name in FLOATS:
            return places
        values: list[Any] = [comparable(value, column) for value in given if value is not None]
        if len(values) < len(given) or None in values:
            return places
        bounds, values = self._bounds_of(name, column), sorted(values)
        places = [
            place
            for place in self._with_values(name, places)
            if _has_one_between(values, bounds.lower[place], bounds.upper[place])
        ]
        return self._in_partitions(column, Operator.EQUAL, values, places) if cast is None else places

    def _beginning(self, name: str, pattern: object, escape: str | None, places: Places) -> Places:
        column = self._columns.get(name)
        if column is None or column.type.dimensions or column.type.scalar.name not in TEXTS:
            return places
        start = _start(pattern, escape) if isinstance(pattern, str) else ""
        if not start:
            return places
        bounds, size = self._bounds_of(name), len(start)
        return [
            place
            for place in self._with_values(name, places)
            if ((lower := bounds.lower[place]) is None or lower[:size] <= start)
            and ((upper := bounds.upper[place]) is None or upper >= start)
        ]

    # --- what is known of a column ---

    def _cast(self, name: str, cast: exp.DType | None) -> StoredColumn | None:
        """The column as it is compared; None where nothing is known of it."""
        column = self._columns.get(name)
        if column is None or column.type.dimensions:
            return None
        if cast is None:
            return column
        is_moment = column.type.scalar.name in MOMENTS
        return replace(column, type=data_type(_CAST_NAMES[cast])) if is_moment else None

    def _bounds_of(self, name: str, column: StoredColumn | None = None) -> _Bounds:
        """Those of the column as it is cast, or as it is stored."""
        stored = self._columns[name].type.scalar.name
        shown = stored if column is None else column.type.scalar.name
        found = self._bounds.get((name, shown))
        if found is None:
            is_ordered = stored != "uuid"  # engines differ in the order of these
            found = _Bounds(
                [_known(file.lower.get(name), shown) if is_ordered else None for file in self.files],
                [_known(file.upper.get(name), shown) if is_ordered else None for file in self.files],
                [file.nulls.get(name) != file.rows for file in self.files],
            )
            self._bounds[name, shown] = found
        return found

    def _in_partitions(self, column: StoredColumn, operator: Operator, values: Sequence[Any], places: Places) -> Places:
        """Those of the files whose partition values leave room for one of the values."""
        for spec_id, spec in self._specs.items():
            for position, field in enumerate(spec.fields):
                test = partition_test(field, self._schema) if field.source_id == column.field_id else None
                if test is not None:
                    passes = [test(operator, value) for value in values]
                    places = [
                        place
                        for place in places
                        if (file := self.files[place]).spec_id != spec_id
                        or _is_unread(file, position)
                        or any(pass_(file.partition[position]) for pass_ in passes)
                    ]
        return places


def _is_unread(file: DataFile, position: int) -> bool:
    """Whether the partition value is one that Python's calendar does not hold."""
    return file.partition[position] is None and file.entry.partition[position] is not None


def _members(values: Sequence[exp.Expr], parameters: Sequence[object]) -> list[object]:
    members: list[object] = []
    for value in values:
        found = constant_value(value, parameters)
        members += found if isinstance(found, list) else [found]
    return members


def _known(bound: Any, kind: str) -> Any:
    if isinstance(bound, date):
        return cast_moment(bound, kind)
    return bound if bound == bound else None  # noqa: PLR0124 - NaN bounds nothing


def _has_one_between(values: Sequence[Any], lower: Any, upper: Any) -> bool:
    at = 0 if lower is None else bisect_left(values, lower)
    return at < len(values) and (upper is None or values[at] <= upper)


FLOAT_SLACK = 1e-6  # of a value: what it may be off by, rounded to the column's type


def _within(operator: Operator, value: Any, bounds: _Bounds, places: Places, column: StoredColumn) -> Places:
    lower, upper = bounds.lower, bounds.upper
    at_most = at_least = value
    if column.type.scalar.name in FLOATS:
        if math.isinf(value) or operator in (Operator.GREATER, Operator.AT_LEAST):
            return places  # NaN is greater than every number and stands in no statistics
        slack = abs(value) * FLOAT_SLACK
        at_most, at_least = value + slack, value - slack
    match operator:
        case Operator.EQUAL:
            return [
                place
                for place in places
                if ((low := lower[place]) is None or low <= at_most)
                and ((up := upper[place]) is None or up >= at_least)
            ]
        case Operator.LESS if at_most == value:
            return [place for place in places if (low := lower[place]) is None or low < value]
        case Operator.LESS | Operator.AT_MOST:
            return [place for place in places if (low := lower[place]) is None or low <= at_most]
        case Operator.GREATER:
            return [place for place in places if (up := upper[place]) is None or up > value]
        case Operator.AT_LEAST:
            return [place for place in places if (up := upper[place]) is None or up >= value]
        case _:
            assert_never(operator)


def _start(pattern: str, escape: str | None) -> str:
    """What every text that is LIKE the pattern begins with."""
    start: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character in ("%", "_"):
            break
        start.append(next(characters, "") if character == escape else character)
    return "".join(start)
