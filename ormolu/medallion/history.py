"""HISTORY: every version of a key with the time it held, half-open, the open end NULL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.medallion.columns import SILVER_AUDIT_COLUMNS, StoredColumn
from ormolu.medallion.expressions import at
from ormolu.medallion.merge import MISSING, VERSIONS, Step, TableWrite
from ormolu.medallion.silver import VALID_FROM, VALID_TO
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
    row_hash,
    same,
    string,
    table,
)
from ormolu.sql_extensions.types import DataType, data_type

EVENTS = "ormolu_events"
INTERVALS = "ormolu_intervals"
_TEMPORAL = ("date", "timestamp", "timestamptz")
# What an event carries along beside columns that users name as they like.
IS_DELETION = "ormolu:is_delete"
PLACE = "ormolu:place"  # among events of one row
TRACKED = "ormolu:tracked"
BEGINS = "ormolu:begins"
ISLAND = "ormolu:island"
RANK = "ormolu:rank"
NEXT = "ormolu:next"
IS_LATE = "ormolu:late"  # it was known before as one that has never held
FIRST = "ormolu:first:"
_NO_NUMBER = "ormolu:no_number"
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


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    steps: tuple[Step, ...]
    write: TableWrite
    surrogates: exp.Query | None  # key and number of each open version


def history_name(name: TableName) -> TableName:
    return TableName(name.schema, f"{name.name}_history")


def history_columns(stored: Sequence[StoredColumn]) -> tuple[StoredColumn, ...]:
    return (
        *(replace(item, field_id=0) for item in stored),
        StoredColumn(VALID_FROM, data_type("timestamptz")),
        StoredColumn(VALID_TO, data_type("timestamptz")),
    )


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


def history(request: HistoryRequest) -> HistoryPlan:
    steps = (Step(EVENTS, _events(request)), Step(INTERVALS, _intervals(request)))
    stored = history_columns(request.columns)
    arriving = query(
        "SELECT :cols FROM intervals AS i",
        cols=[named(cast(_value(request, item), item.type.duckdb), item.name) for item in stored],
        intervals=table(INTERVALS),
    )
    leaving = query("SELECT DISTINCT :key FROM events", key=columns(request.key), events=table(EVENTS))
    if request.is_part and request.current is not None:
        leaving = query("SELECT DISTINCT :key FROM current", key=columns(request.key), current=request.current)
    is_whole = (request.is_rebuilt and not request.is_part) or request.current is None
    write = TableWrite(history_name(request.name), stored, arriving, request.key, leaving, is_whole=is_whole)
    surrogates = None
    if request.surrogate_key is not None:
        surrogates = query(
            "SELECT :key, :number FROM intervals AS i WHERE i._valid_to IS NULL",
            key=columns(request.key, "i"),
            number=column(request.surrogate_key, "i"),
            intervals=table(INTERVALS),
        )
    return HistoryPlan(steps, write, surrogates)


def _value(request: HistoryRequest, item: StoredColumn) -> exp.Expr:
    moment = at(request.now)
    audit = {
        "_created_at": fill("coalesce(i._created_at, :now)", now=moment),
        "_updated_at": moment,
        "_load_timestamp": moment,
        "_source_system": string(request.source_system) if request.source_system else exp.null(),
        "_change_type": string("version"),
        "_is_current": fill("i._valid_to IS NULL"),
    }
    return audit.get(item.name, column(item.name, "i"))


def _carried(request: HistoryRequest) -> list[str]:
    """Columns that a version brings along: all but audit times, which are written anew."""
    ours = {item.name for item in SILVER_AUDIT_COLUMNS} - {"_load_id", "_hash"}
    return [item.name for item in request.columns if item.name not in ours and item.name != request.surrogate_key]


def _events(request: HistoryRequest) -> exp.Query:
    """Versions and deletions of the keys that the batch touches, old ones included, with the time they begin."""
    carried = _carried(request)
    new_number = named(cast(exp.null(), "BIGINT"), request.surrogate_key or _NO_NUMBER)
    none_created = named(cast(exp.null(), "TIMESTAMPTZ"), "_created_at")
    arrived = query(
        "SELECT :carried, :begin, :created, :number, :delete, :late, :place FROM versions AS v",
        late=named(exp.false(), IS_LATE),
        carried=columns(carried, "v"),
        begin=named(request.valid_from, VALID_FROM),
        created=none_created,
        number=new_number.copy(),
        delete=named(column(IS_DELETE, "v"), IS_DELETION),
        place=named(column(ROW_NUMBER, "v"), PLACE),
        versions=table(VERSIONS),
    )
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
    kept_number = column(request.surrogate_key, "h") if request.surrogate_key else new_number
    old = query(
        "SELECT :carried, h._valid_from, h._created_at, :number, :delete, :late, :place FROM touched AS h",
        late=named(fill("coalesce(h._valid_from = h._valid_to, FALSE)"), IS_LATE),
        carried=columns(carried, "h"),
        number=kept_number.copy(),
        delete=named(exp.false(), IS_DELETION),
        place=_place(_OLD),
        touched=touched,
    )
    ended = query(
        "SELECT :carried, h._valid_to AS _valid_from, h._created_at, :number, :delete, :late, :place "
        "FROM touched AS h LEFT JOIN deleted AS d ON :same_deleted WHERE NOT h._valid_to IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM again AS n WHERE :same AND n._valid_from = h._valid_to)",
        carried=[_ended(request, name) for name in carried],
        number=kept_number.copy(),
        delete=named(exp.true(), IS_DELETION),
        late=named(exp.false(), IS_LATE),
        place=_place(_END),
        touched=touched,
        deleted=_last_ends(request, touched),
        same_deleted=all_of([same(request.key, "h", "d"), fill("h._valid_to = d._valid_to")]),
        again=touched,
        same=same(request.key, "n", "h"),
    )
    lost = query(
        "SELECT :carried, :now AS _valid_from, m._created_at, :number, :delete, :late, :place FROM missing AS m",
        late=named(exp.false(), IS_LATE),
        carried=columns(carried, "m"),
        now=at(request.now),
        number=new_number.copy(),
        delete=named(exp.true(), IS_DELETION),
        place=_place(_END),
        missing=table(MISSING),
    )
    return query(
        "SELECT * FROM arrived UNION ALL SELECT * FROM old UNION ALL SELECT * FROM ended UNION ALL SELECT * FROM lost",
        arrived=arrived,
        old=old,
        ended=ended,
        lost=lost,
    )


def _place(number: int) -> exp.Expr:
    return named(cast(exp.Literal.number(number), "BIGINT"), PLACE)


def _position(request: HistoryRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*request.sequence, "_row_id")))


def _last_ends(request: HistoryRequest, touched: exp.Query) -> exp.Query:
    """Of each key that is deleted now: when its last version ended, and the position of what ended it."""
    position = dict.fromkeys((*request.key, *_position(request)))
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
    if name not in _position(request) or name in request.key:
        return column(name, "h")
    return named(first_present([column(name, "d"), column(name, "h")]), name)


def _with_known_numbers(
    request: HistoryRequest, living: exp.Query, surrogate_key: str, current: exp.Query
) -> exp.Query:
    """A version that was numbered before, known by its key and its beginning, keeps its number on a rebuild."""
    known = first_present([column(surrogate_key, "e"), column(surrogate_key, "h")])
    star = exp.Column(this=exp.Star(replace=[named(known, surrogate_key)]), table=exp.to_identifier("e", quoted=True))
    return query(
        "SELECT :star FROM living AS e LEFT JOIN current AS h ON :same AND h._valid_from = e._valid_from "
        "AND coalesce(h._valid_from = h._valid_to, FALSE) = coalesce(e._valid_from = e._valid_to, FALSE) "
        "AND (h._row_id = e._row_id OR NOT coalesce(h._valid_from = h._valid_to, FALSE))",
        star=star,
        living=living,
        current=current,
        same=same(request.key, "e", "h"),
    )


def _held(request: HistoryRequest) -> exp.Query:
    """The events in the order of merging, none of which begins later than the next."""
    key = columns(request.key, "e")
    order = [exp.Ordered(this=column(name, "e"), desc=False, nulls_first=True) for name in (*_position(request), PLACE)]
    following = "PARTITION BY :key ORDER BY :order ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
    placed = query(
        "SELECT e.*, :tracked, :rank, :next FROM events AS e",
        tracked=named(row_hash(columns(request.tracked, "e")), TRACKED),
        rank=named(fill("row_number() OVER (PARTITION BY :key ORDER BY :order)", key=key, order=order), RANK),
        next=named(fill(f"min(e._valid_from) OVER ({following})", key=key, order=order), NEXT),
        events=table(EVENTS),
    )
    begin = named(fill("least(e._valid_from, :next)", next=column(NEXT, "e")), VALID_FROM)
    return query(
        "SELECT :star FROM placed AS e WHERE :next IS NULL OR e._valid_from < :next "
        "OR (NOT :delete AND (e._valid_from > :next OR :late))",
        star=exp.Column(this=exp.Star(replace=[begin]), table=exp.to_identifier("e", quoted=True)),
        placed=placed,
        next=column(NEXT, "e"),
        delete=column(IS_DELETION, "e"),
        late=column(IS_LATE, "e"),
    )


def _intervals(request: HistoryRequest) -> exp.Query:
    """One row a version: equal neighbours are one, and each ends where the next event begins.

    Of two rows of one moment the one that merging takes for the earlier is none. A row that came after what follows
    it by a sequence that tells no time has never held: it begins and ends where that begins.
    """
    key = columns(request.key, "e")
    held = _held(request)
    marked = query(
        "SELECT e.*, :begins FROM held AS e WINDOW w AS (PARTITION BY :key ORDER BY :rank)",
        rank=column(RANK, "e"),
        begins=named(
            fill(
                "CASE WHEN lag(:tracked) OVER w = :tracked AND lag(:delete) OVER w = :delete THEN 0 ELSE 1 END",
                tracked=column(TRACKED, "e"),
                delete=column(IS_DELETION, "e"),
            ),
            BEGINS,
        ),
        key=key,
        held=held,
    )
    islands = fill(
        "sum(:begins) OVER (PARTITION BY :key ORDER BY :rank ROWS UNBOUNDED PRECEDING)",
        rank=column(RANK, "e"),
        begins=column(BEGINS, "e"),
        key=key,
    )
    numbered = query("SELECT e.*, :islands FROM marked AS e", islands=named(islands, ISLAND), marked=marked)
    surrogate = [] if request.surrogate_key is None else [request.surrogate_key]
    firsts = [
        named(fill("first_value(:value IGNORE NULLS) OVER same", value=column(name, "e")), FIRST + name)
        for name in (VALID_FROM, "_created_at", *surrogate)
    ]
    versions = query(
        "SELECT e.*, :firsts FROM numbered AS e WINDOW same AS (PARTITION BY :key, :island ORDER BY :rank "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) "
        "QUALIFY row_number() OVER (PARTITION BY :key, :island ORDER BY :rank DESC) = 1",
        key=key,
        rank=column(RANK, "e"),
        island=column(ISLAND, "e"),
        firsts=firsts,
        numbered=numbered,
    )
    carried = _carried(request)
    ended = query(
        "SELECT :carried, :delete, :begin AS _valid_from, :created AS _created_at, :numbers, "
        "lead(:begin) OVER (PARTITION BY :key ORDER BY :rank) AS _valid_to FROM versions AS e",
        rank=column(RANK, "e"),
        carried=columns(carried, "e"),
        delete=column(IS_DELETION, "e"),
        begin=column(FIRST + VALID_FROM, "e"),
        created=column(FIRST + "_created_at", "e"),
        numbers=[named(column(FIRST + name, "e"), name) for name in surrogate] or [named(exp.null(), _NO_NUMBER)],
        key=key,
        versions=versions,
    )
    living = query("SELECT e.* FROM ended AS e WHERE NOT :delete", ended=ended, delete=column(IS_DELETION, "e"))
    if request.surrogate_key is None:
        return living
    if request.current is not None:
        living = _with_known_numbers(request, living, request.surrogate_key, request.current)
    number = fill(
        "coalesce(:known, :base + row_number() OVER "
        "(PARTITION BY :known IS NULL ORDER BY :key, e._valid_from, e._row_id))",
        known=column(request.surrogate_key, "e"),
        base=exp.Literal.number(request.surrogate_base),
        key=key,
    )
    star = exp.Column(
        this=exp.Star(replace=[named(cast(number, "BIGINT"), request.surrogate_key)]),
        table=exp.to_identifier("e", quoted=True),
    )
    return query("SELECT :star FROM living AS e", star=star, living=living)
