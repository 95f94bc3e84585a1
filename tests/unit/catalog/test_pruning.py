"""Pruning may leave a file in for nothing; it may never leave one out that holds a matching row."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiceberg.manifest import DataFile as IcebergDataFile
from pyiceberg.manifest import FileFormat
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.typedef import Record
from sqlglot import exp, parse_one

from ormolu.catalog.fields import iceberg_schema, planned_columns
from ormolu.catalog.files import DataFile
from ormolu.catalog.pruning import PrunableFiles
from ormolu.definitions import TableName
from ormolu.medallion.columns import StoredColumn
from ormolu.sql_extensions.types import data_type

COLUMNS = planned_columns(
    tuple(
        StoredColumn(name, data_type(spelling))
        for name, spelling in (
            ("id", "bigint"),
            ("price", "numeric(9,2)"),
            ("name", "text"),
            ("day", "date"),
            ("score", "double precision"),
            ("at", "timestamptz"),
            ("doc", "jsonb"),
        )
    ),
    None,
)


def prunable(*files: DataFile) -> PrunableFiles:
    by_name = {column.name: column for column in COLUMNS}
    return PrunableFiles(
        TableName("silver", "t"), files, by_name, {0: UNPARTITIONED_PARTITION_SPEC}, iceberg_schema(COLUMNS)
    )


def can_match(candidate: DataFile, where: exp.Expr) -> bool:
    return bool(prunable(candidate).where(where).files)


def file(lower: dict[str, Any], upper: dict[str, Any], nulls: dict[str, int] | None = None, rows: int = 1) -> DataFile:
    entry = IcebergDataFile.from_args(
        file_path="f", file_format=FileFormat.PARQUET, partition=Record(), record_count=1, file_size_in_bytes=1
    )
    return DataFile("f", rows, 1, lower, upper, nulls or {}, (), 0, entry)


KNOWN = file(
    {"id": 10, "name": "b", "day": date(2026, 1, 1), "score": 1.0, "doc": "a"},
    {"id": 20, "name": "d", "day": date(2026, 1, 31), "score": 2.0, "doc": "b"},
    {"id": 0},
)


@pytest.mark.parametrize(
    ("condition", "is_read"),
    [
        ("id = 15", True),
        ("id = 21", False),
        ("21 = id", False),
        ("id > 20", False),
        ("id >= 20", True),
        ("id < 10", False),
        ("5 > id", False),
        ("id BETWEEN 1 AND 9", False),
        ("id BETWEEN 1 AND 10", True),
        ("id IN (1, 2)", False),
        ("id IN (1, 12)", True),
        ("NOT (id = 15)", True),
        ("id IS NULL", False),
        ("name IS NULL", True),
        ("id = 21 OR name = 'c'", True),
        ("id = 21 OR name = 'e'", False),
        ("id = 15 AND (name = 'a')", False),
        ("id = 15.5", True),
        ("id = '21'", False),
        ("id = 'x'", True),
        ("id = -3", False),
        ("id = NULL", True),
        ("id + 1 = 0", True),
        ("lower(name) = 'z'", True),
        ("name LIKE 'z%'", False),
        ("name LIKE 'c%'", True),
        ("name LIKE 'c'", True),
        ("name LIKE 'a_'", False),
        ("name LIKE '%z'", True),
        ("name NOT LIKE 'z%'", True),
        ("day = '2026-02-01'", False),
        ("day = DATE '2026-01-05'", True),
        ("day >= '2026-02-01'::date", False),
        ("score > 5", True),  # NaN is greater and in no statistics
        ("score < 0.5", False),
        ("score = 2.5", False),
        ("score IN (2.5, 3)", True),
        ("price = 1", True),  # without bounds
        ("missing = 1", True),
        ("doc = 'z'", True),
        ("at > '2026-01-01'", True),  # the session's zone is not known
        ("id IS NOT NULL", True),
        ("NOT (id IS NOT NULL)", True),
        ("id NOT IN (1, 2)", True),
        ("id BETWEEN SYMMETRIC 9 AND 1", True),
        ("false", False),
    ],
)
def test_a_file_is_read_where_it_may_hold_a_match(condition: str, is_read: bool) -> None:
    assert can_match(KNOWN, parse_one(condition, read="postgres")) is is_read


VALUES = st.integers(-5, 5)
LITERALS = st.one_of(VALUES.map(str), st.sampled_from(["1.5", "'3'", "-2.5"]))


NEGATION = st.sampled_from(["", "NOT "])


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["compare", "in", "between", "null"] + (["and", "or", "not"] if depth else [])))
    match kind:
        case "compare":
            return f"id {draw(st.sampled_from(['=', '<', '<=', '>', '>=', '<>']))} {draw(LITERALS)}"
        case "in":
            return f"id {draw(NEGATION)}IN ({draw(VALUES)}, {draw(VALUES)})"
        case "between":
            return f"id {draw(NEGATION)}BETWEEN {draw(VALUES)} AND {draw(VALUES)}"
        case "null":
            return draw(st.sampled_from(["id IS NULL", "id IS NOT NULL"]))
        case "not":
            return f"NOT ({draw(conditions(depth=depth - 1))})"
        case _:
            return f"({draw(conditions(depth=depth - 1))}) {kind} ({draw(conditions(depth=depth - 1))})"


CONNECTION = duckdb.connect()


@settings(max_examples=150, deadline=None)
@given(condition=conditions(), values=st.lists(st.one_of(st.none(), VALUES), min_size=1, max_size=4))
def test_no_matching_row_is_ever_pruned(condition: str, values: list[int | None]) -> None:
    present = [value for value in values if value is not None]
    bounds = ({"id": min(present)}, {"id": max(present)}) if present else ({}, {})
    candidate = file(*bounds, {"id": len(values) - len(present)}, len(values))
    rows = ", ".join("(NULL::INTEGER)" if value is None else f"({value})" for value in values)
    tree = parse_one(condition, read="postgres")
    matches = CONNECTION.execute(f"SELECT count(*) FROM (VALUES {rows}) t(id) WHERE {tree.sql('duckdb')}").fetchone()
    assert matches is not None
    if matches[0]:
        assert can_match(candidate, tree)


def test_without_a_condition_every_file_is_read() -> None:
    assert prunable(KNOWN).where(None).files == (KNOWN,)
    assert prunable(KNOWN).where(exp.false()).files == ()
