"""The same query on PostgreSQL and on the binder with the engine: same names, same types, same values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest

from ormolu.engine.queries import QueryEngine
from ormolu.errors import FeatureNotSupported
from ormolu.sql_extensions.queries import bind_query
from tests.differential.cases import NAMES_DIFFER, QUERIES, REFUSED, VALUES_DIFFER
from tests.differential.samples import resolve

_TEXTS = (25, 1043, 19, 1042, 705)


def _shown(value: object) -> object:
    """A value in a form that both sides share."""
    match value:
        case bool() | None | str() | bytes() | time():
            return value
        case int():
            return Decimal(value)
        case Decimal():
            # Quotients and averages have 16 decimal places here and at least 16 significant digits there.
            rounded = value.quantize(Decimal("1e-15")) if abs(value) < 10**12 else value
            return rounded.normalize() if rounded else Decimal(0)
        case float():
            return f"float {value:.12g}" if math.isfinite(value) else f"float {value}"
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return f"interval {value.total_seconds()}"
        case pa.MonthDayNano():
            months, days, nanoseconds = value
            return f"interval {(months // 12 * 365 + months % 12 * 30 + days) * 86400.0 + nanoseconds / 1e9}"
        case list():
            return [_shown(item) for item in value]
        case dict():
            return {key: _shown(item) for key, item in value.items()}
        case _:
            return str(value)


def _rows(rows: Iterable[Iterable[object]], jsons: set[int]) -> list[list[object]]:
    import json

    return [
        [
            _shown(json.loads(value) if index in jsons and isinstance(value, str) else value)
            for index, value in enumerate(row)
        ]
        for row in rows
    ]


def _type_modifier(column: psycopg.Column) -> int:
    """What the server sent, read back from psycopg's words for it."""
    if column.type_code == 1700 and column.precision is not None and column.scale is not None:
        return ((column.precision << 16) | column.scale) + 4
    return column.display_size + 4 if column.type_code == 1043 and column.display_size else -1


@pytest.mark.parametrize("query", [query for query in QUERIES if query not in REFUSED])
def test_a_query_answers_as_postgresql_does(query: str, postgres: psycopg.Connection, engine: QueryEngine) -> None:
    cursor = postgres.execute(query.encode())
    expected = cursor.fetchall()
    description = cursor.description or []
    bound = bind_query(query, resolve)
    session = engine.session()
    batches = session.execute(bound.sql).batches()
    actual = [list(row) for batch in batches for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)]
    session.close()
    if query not in NAMES_DIFFER:
        assert list(bound.column_names) == [column.name for column in description]
    types = [(t.oid if t is not None else None) for t in bound.column_types]
    wanted = [column.type_code for column in description]
    assert [25 if t in _TEXTS else t for t in types] == [25 if t in _TEXTS else t for t in wanted], bound.sql
    modifiers = [(t.type_modifier if t is not None else -1) for t in bound.column_types]
    assert modifiers == [_type_modifier(column) for column in description], bound.sql
    jsons = {index for index, oid in enumerate(types) if oid in (114, 3802)}
    if query not in VALUES_DIFFER:
        assert _rows(actual, jsons) == _rows(expected, set()), bound.sql


@pytest.mark.parametrize("query", REFUSED)
def test_what_would_answer_differently_is_refused(query: str) -> None:
    with pytest.raises(FeatureNotSupported):
        bind_query(query, resolve)
