"""The schema `lake`: what the lake says about itself, as tables that queries can name.

`definitions` and `quarantine` are relations over Iceberg tables (see `lake_relations`); the others are read here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Table, insert, select, update
from sqlglot import exp

from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.filters import Filter, filters_of, passes, sql_condition
from ormolu.catalog.lake import Head, Lake
from ormolu.catalog.lake_relations import RELATION_COLUMNS
from ormolu.catalog.schema import anomalies, audit_log, suggestions
from ormolu.catalog.views_objects import HEAD_VIEWS, HeadView
from ormolu.catalog.views_runs import SQL_VIEWS, SqlView
from ormolu.errors import FeatureNotSupported, InvalidParameterValue, ProgramLimitExceeded, UndefinedTable
from ormolu.sql_extensions.relations import RelationColumn
from ormolu.sql_extensions.types import DataType, data_type

ROWS_MAX = 200_000
_VIEWS: Mapping[str, SqlView | HeadView] = {
    **{view.name: view for view in SQL_VIEWS},
    **{view.name: view for view in HEAD_VIEWS},
}
_ARROW = {
    "text": pa.string(),
    "jsonb": pa.string(),
    "int8": pa.int64(),
    "int4": pa.int32(),
    "float8": pa.float64(),
    "bool": pa.bool_(),
    "timestamptz": pa.timestamp("us", "UTC"),
}
# What a review may set: the view's table, and for each column its values (None: any text).
UPDATABLE: Mapping[str, tuple[Table, Mapping[str, frozenset[str] | None]]] = {
    "suggestions": (suggestions, {"status": frozenset({"open", "accepted", "rejected"})}),
    "anomalies": (
        anomalies,
        {"status": frozenset({"open", "expected", "confirmed", "resolved"}), "note": None},
    ),
}


def view_names() -> tuple[str, ...]:
    return tuple(sorted({*_VIEWS, *RELATION_COLUMNS}))


def view_columns(name: str) -> tuple[RelationColumn, ...]:
    columns = RELATION_COLUMNS[name] if name in RELATION_COLUMNS else _VIEWS[name].columns
    return tuple(RelationColumn(column, data_type(spelling)) for column, spelling in columns)


def is_read(name: str) -> bool:
    """Whether `read` gives the view's rows; else `Head.find_relation` does."""
    return name in _VIEWS


def read(name: str, head: Head, filters: Sequence[Filter] = (), *, limit: int | None = None) -> pa.Table:
    """The view's rows: at least those that pass `filters`, which the query applies again.

    `limit` may be given where the query wants no more. 54000 where more than ROWS_MAX rows are asked for:
    an answer is never cut short in silence.
    """
    view = _VIEWS.get(name)
    if view is None:
        raise UndefinedTable(f'relation "lake.{name}" does not exist')
    wanted = ROWS_MAX + 1 if limit is None else min(limit, ROWS_MAX + 1)
    rows = list(islice(_rows(view, head, filters, wanted), wanted))
    if len(rows) > ROWS_MAX:
        raise ProgramLimitExceeded(
            f"lake.{name} has more than {ROWS_MAX} rows here",
            hint="Narrow it down with WHERE on a column of the view, or with LIMIT.",
        )
    return _table(rows, view_columns(name))


def _rows(view: SqlView | HeadView, head: Head, filters: Sequence[Filter], wanted: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(view, HeadView):
        return (row for row in view.rows(head) if passes(row, filters))
    return iter(_sql_rows(view, head, filters, wanted))


def _sql_rows(view: SqlView, head: Head, filters: Sequence[Filter], wanted: int) -> Iterable[Mapping[str, Any]]:
    inner = view.select(head.lake.database).subquery()
    query = select(inner).limit(wanted)
    for filter_ in filters:
        column = inner.columns.get(filter_.column)
        condition = None if column is None else sql_condition(filter_, column)
        if condition is not None:
            query = query.where(condition)
    with reading(head.lake.engine) as connection:
        rows: list[Mapping[str, Any]] = [dict(row) for row in connection.execute(query).mappings()]
    return rows if view.shape is None else [view.shape(row) for row in rows]


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[RelationColumn]) -> pa.Table:
    arrays = [
        pa.array([_value(row.get(column.name), column.type) for row in rows], type=_ARROW[column.type.scalar.name])
        for column in columns
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def _value(value: Any, column_type: DataType) -> Any:
    match column_type.scalar.name:
        case _ if value is None:
            return None
        case "jsonb":
            return json.dumps(value, ensure_ascii=False, default=str)
        case "text":
            return value if isinstance(value, str) else str(value)
        case "timestamptz" if isinstance(value, str):
            return datetime.fromisoformat(value)
        case "int4" | "int8":
            return int(value)
        case "float8":
            return float(value)
        case _:
            return value


def update_view(lake: Lake, name: str, tree: exp.Update, *, at: datetime, role: str | None = None) -> int:
    """`UPDATE lake.anomalies SET status = 'expected' WHERE anomaly_id = 17`: a review; the number of rows.

    With `role` the review is in the audit log, in the same transaction.

    The condition must be plain comparisons with literals: anything else is 0A000, and nothing is changed.
    """
    if name not in UPDATABLE:
        raise FeatureNotSupported(
            f"lake.{name} cannot be changed",
            hint="Reviewable are " + ", ".join(f"lake.{one}" for one in UPDATABLE) + ".",
        )
    table, settable = UPDATABLE[name]
    values = dict(_assignment(assignment, name, settable) for assignment in tree.expressions)
    conditions = []
    where = tree.args.get("where")
    filters = filters_of(where)
    if where is not None and len(filters) != _conjuncts(where.this):
        raise FeatureNotSupported(f"UPDATE lake.{name} takes comparisons of columns with literals, joined by AND")
    for filter_ in filters:
        column = table.columns.get(filter_.column)
        condition = None if column is None else sql_condition(filter_, column)
        if condition is None:
            raise FeatureNotSupported(f'UPDATE lake.{name} cannot be restricted by "{filter_.column}"')
        conditions.append(condition)
    statement = update(table).where(table.c.database == lake.database, *conditions).values(values)
    entry = insert(audit_log).values(
        database=lake.database, role=role, at=at, action="review", object=f"lake.{name}", statement=tree.sql("postgres")
    )

    def review(connection: Connection) -> int:
        if role is not None:
            connection.execute(entry)
        return connection.execute(statement).rowcount

    return in_transaction(lake.engine, review)


def _conjuncts(tree: exp.Expr) -> int:
    match tree:
        case exp.Paren():
            return _conjuncts(tree.this)
        case exp.And():
            return _conjuncts(tree.left) + _conjuncts(tree.right)
        case exp.Between():
            return 2
        case _:
            return 1


def _assignment(tree: exp.Expr, name: str, settable: Mapping[str, frozenset[str] | None]) -> tuple[str, str | None]:
    column = tree.this.name
    if column not in settable:
        raise FeatureNotSupported(
            f'column "{column}" of lake.{name} cannot be changed', hint="Settable: " + ", ".join(settable) + "."
        )
    allowed = settable[column]
    match tree.expression:
        case exp.Literal(is_string=True) as literal if allowed is None or literal.this in allowed:
            return column, str(literal.this)
        case exp.Null() if allowed is None:
            return column, None
        case _:
            values = "a text" if allowed is None else "one of " + ", ".join(sorted(allowed))
            raise InvalidParameterValue(f'"{column}" takes {values}')
