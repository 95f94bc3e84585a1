"""What happened to the keys that a batch touches: versions and deletions, old and new, with the time each begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.medallion.columns import SILVER_AUDIT_COLUMNS, StoredColumn
from ormolu.medallion.expressions import at
from ormolu.medallion.row_changes import MISSING, VERSIONS
from ormolu.medallion.silver import VALID_FROM
from ormolu.medallion.staged_rows import IS_DELETE, ROW_NUMBER, InputColumn
from ormolu.medallion.templates import (
    all_of,
    cast,
    column,
    columns,
    fill,
    first_present,
    named,
    query,
    same,
    table,
)
from ormolu.sql_extensions.types import DataType

_TEMPORAL = ("date", "timestamp", "timestamptz")
# What an event carries along beside columns that users name as they like.
IS_DELETION = "ormolu:is_delete"
PLACE = "ormolu:place"  # among events of one row
IS_LATE = "ormolu:late"  # it was known before as one that has never held
NO_NUMBER = "ormolu:no_number"
_OLD, _END = 0, 2**62  # places: a version as it was published before the row comes again; its end after both


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """`tracked` are the columns whose change begins a version; `current` the history as it stands, None without one.

    `is_rebuilt`: the input holds all that ever came, nothing of the published history is needed but its numbers.
    `is_part`: all that ever came of some keys, and `current` is theirs; the versions of the others stay.
    `deleted` has the position of the deletion of each key that is deleted now, None where deletions leave nothing.
    """

    name: TableName
    key: tuple[str, ...]
    sequence: tuple[str, ...]
    values: tuple[StoredColumn, ...]
    columns: tuple[StoredColumn, ...]  # of the silver table
    tracked: tuple[str, ...]
    valid_from: exp.Expr  # of a staged version, as `v`
    current: exp.Query | None
    deleted: exp.Query | None
    is_rebuilt: bool
    is_part: bool
    surrogate_key: str | None
    surrogate_base: int
    source_system: str | None
    now: datetime


def valid_from(
    sequence: Sequence[str], types: dict[str, DataType], inputs: Sequence[InputColumn], now: datetime
) -> exp.Expr:
    """When a version begins: by the first SEQUENCE BY column that is a time, else when it was loaded, else now."""
    for name in sequence:
        if name in types and types[name].scalar.name in _TEMPORAL:
            return fill("coalesce(:value, :now)", value=cast(column(name, "v"), "TIMESTAMPTZ"), now=at(now))
    if any(item.is_system and item.name == "_loaded_at" for item in inputs):
        return fill("coalesce(:value, :now)", value=column("ormolu:loaded_at", "v"), now=at(now))
    return at(now)


def carried_columns(request: HistoryRequest) -> list[str]:
    """Columns that a version brings along: all but audit times, which are written anew."""
    ours = {item.name for item in SILVER_AUDIT_COLUMNS} - {"_load_id", "_hash"}
    return [item.name for item in request.columns if item.name not in ours and item.name != request.surrogate_key]


def events(request: HistoryRequest) -> exp.Query:
    """Versions and deletions of the keys that the batch touches, old ones included, with the time they begin."""
    arrived = _arrived(request)
    if request.current is None or request.is_rebuilt:
        return arrived
    touched = query(
        "SELECT h.* FROM current AS h "
        "SEMI JOIN (SELECT :key FROM versions UNION ALL SELECT :key FROM missing) AS v ON :same",
        key=columns(request.key),
        current=request.current,
        versions=table(VERSIONS),
        missing=table(MISSING),
        same=same(request.key, "h", "v"),
    )
    return query(
        "SELECT * FROM arrived UNION ALL SELECT * FROM old UNION ALL SELECT * FROM ended UNION ALL SELECT * FROM lost",
        arrived=arrived,
        old=_old(request, touched),
        ended=_ends(request, touched),
        lost=_lost(request),
    )


def _arrived(request: HistoryRequest) -> exp.Query:
    return query(
        "SELECT :carried, :begin, :created, :number, :delete, :late, :place FROM versions AS v",
        late=named(exp.false(), IS_LATE),
        carried=columns(carried_columns(request), "v"),
        begin=named(request.valid_from, VALID_FROM),
        created=named(cast(exp.null(), "TIMESTAMPTZ"), "_created_at"),
        number=_new_number(request),
        delete=named(column(IS_DELETE, "v"), IS_DELETION),
        place=named(column(ROW_NUMBER, "v"), PLACE),
        versions=table(VERSIONS),
    )


def _old(request: HistoryRequest, touched: exp.Query) -> exp.Query:
    """The versions that are published."""
    return query(
        "SELECT :carried, h._valid_from, h._created_at, :number, :delete, :late, :place FROM touched AS h",
        late=named(fill("coalesce(h._valid_from = h._valid_to, FALSE)"), IS_LATE),
        carried=columns(carried_columns(request), "h"),
        number=_kept_number(request),
        delete=named(exp.false(), IS_DELETION),
        place=_place(_OLD),
        touched=touched,
    )


def _ends(request: HistoryRequest, touched: exp.Query) -> exp.Query:
    """The deletions: where a published version ends and no other begins."""
    return query(
        "SELECT :carried, h._valid_to AS _valid_from, h._created_at, :number, :delete, :late, :place "
        "FROM touched AS h LEFT JOIN deleted AS d ON :same_deleted WHERE NOT h._valid_to IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM again AS n WHERE :same AND n._valid_from = h._valid_to)",
        carried=[_ended(request, name) for name in carried_columns(request)],
        number=_kept_number(request),
        delete=named(exp.true(), IS_DELETION),
        late=named(exp.false(), IS_LATE),
        place=_place(_END),
        touched=touched,
        deleted=_last_ends(request, touched),
        same_deleted=all_of([same(request.key, "h", "d"), fill("h._valid_to = d._valid_to")]),
        again=touched,
        same=same(request.key, "n", "h"),
    )


def _lost(request: HistoryRequest) -> exp.Query:
    """What the input no longer has ends now."""
    return query(
        "SELECT :carried, :now AS _valid_from, m._created_at, :number, :delete, :late, :place FROM missing AS m",
        late=named(exp.false(), IS_LATE),
        carried=columns(carried_columns(request), "m"),
        now=at(request.now),
        number=_new_number(request),
        delete=named(exp.true(), IS_DELETION),
        place=_place(_END),
        missing=table(MISSING),
    )


def _new_number(request: HistoryRequest) -> exp.Expr:
    return named(cast(exp.null(), "BIGINT"), request.surrogate_key or NO_NUMBER)


def _kept_number(request: HistoryRequest) -> exp.Expr:
    return column(request.surrogate_key, "h") if request.surrogate_key else _new_number(request)


def _place(number: int) -> exp.Expr:
    return named(cast(exp.Literal.number(number), "BIGINT"), PLACE)


def position_of(request: HistoryRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*request.sequence, "_row_id")))


def _last_ends(request: HistoryRequest, touched: exp.Query) -> exp.Query:
    """Of each key that is deleted now: when its last version ended, and the position of what ended it."""
    position = dict.fromkeys((*request.key, *position_of(request)))
    if request.deleted is None:
        return query(
            "SELECT :position, h._valid_to FROM touched AS h WHERE FALSE",
            position=columns(position, "h"),
            touched=touched,
        )
    ends = query(
        "SELECT :key, max(h._valid_to) AS _valid_to FROM touched AS h GROUP BY :key "
        "HAVING bool_and(NOT h._valid_to IS NULL)",
        key=columns(request.key, "h"),
        touched=touched,
    )
    return query(
        "SELECT :position, e._valid_to FROM ends AS e INNER JOIN deleted AS d ON :same",
        position=columns(position, "d"),
        ends=ends,
        deleted=request.deleted,
        same=same(request.key, "e", "d"),
    )


def _ended(request: HistoryRequest, name: str) -> exp.Expr:
    """A column of a version's end: in the order of events it stands where the deletion does, if that is known."""
    if name not in position_of(request) or name in request.key:
        return column(name, "h")
    return named(first_present([column(name, "d"), column(name, "h")]), name)
