"""HISTORY: every version of a key with the time it held, half-open, the open end NULL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.expressions import at
from ormolu.medallion.history_events import (
    IS_DELETION,
    IS_LATE,
    NO_NUMBER,
    PLACE,
    HistoryRequest,
    carried_columns,
    events,
    position_of,
)
from ormolu.medallion.silver import VALID_FROM, VALID_TO
from ormolu.medallion.steps import Step, TableWrite
from ormolu.medallion.templates import (
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
from ormolu.sql_extensions.types import data_type

EVENTS = "ormolu_events"
INTERVALS = "ormolu_intervals"
# What a version carries along beside columns that users name as they like.
TRACKED = "ormolu:tracked"
BEGINS = "ormolu:begins"
ISLAND = "ormolu:island"
RANK = "ormolu:rank"
NEXT = "ormolu:next"
FIRST = "ormolu:first:"


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


def history(request: HistoryRequest) -> HistoryPlan:
    steps = (Step(EVENTS, events(request)), Step(INTERVALS, _intervals(request)))
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
    order = [
        exp.Ordered(this=column(name, "e"), desc=False, nulls_first=True) for name in (*position_of(request), PLACE)
    ]
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
    ended = _with_ends(request, _versions(request, _islands(request, _held(request))))
    living = query("SELECT e.* FROM ended AS e WHERE NOT :delete", ended=ended, delete=column(IS_DELETION, "e"))
    if request.surrogate_key is None:
        return living
    if request.current is not None:
        living = _with_known_numbers(request, living, request.surrogate_key, request.current)
    return _numbered(request, living, request.surrogate_key)


def _islands(request: HistoryRequest, held: exp.Query) -> exp.Query:
    """The events with a number that equal neighbours share."""
    key, rank = columns(request.key, "e"), column(RANK, "e")
    begins = fill(
        "CASE WHEN lag(:tracked) OVER w = :tracked AND lag(:delete) OVER w = :delete THEN 0 ELSE 1 END",
        tracked=column(TRACKED, "e"),
        delete=column(IS_DELETION, "e"),
    )
    marked = query(
        "SELECT e.*, :begins FROM held AS e WINDOW w AS (PARTITION BY :key ORDER BY :rank)",
        rank=rank,
        begins=named(begins, BEGINS),
        key=key,
        held=held,
    )
    island = fill(
        "sum(:begins) OVER (PARTITION BY :key ORDER BY :rank ROWS UNBOUNDED PRECEDING)",
        rank=rank,
        begins=column(BEGINS, "e"),
        key=key,
    )
    return query("SELECT e.*, :islands FROM marked AS e", islands=named(island, ISLAND), marked=marked)


def _numbers(request: HistoryRequest) -> list[str]:
    return [] if request.surrogate_key is None else [request.surrogate_key]


def _versions(request: HistoryRequest, islands: exp.Query) -> exp.Query:
    """Of equal neighbours the last, with what the first of them began with."""
    firsts = [
        named(fill("first_value(:value IGNORE NULLS) OVER same", value=column(name, "e")), FIRST + name)
        for name in (VALID_FROM, "_created_at", *_numbers(request))
    ]
    return query(
        "SELECT e.*, :firsts FROM numbered AS e WINDOW same AS (PARTITION BY :key, :island ORDER BY :rank "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) "
        "QUALIFY row_number() OVER (PARTITION BY :key, :island ORDER BY :rank DESC) = 1",
        key=columns(request.key, "e"),
        rank=column(RANK, "e"),
        island=column(ISLAND, "e"),
        firsts=firsts,
        numbered=islands,
    )


def _with_ends(request: HistoryRequest, versions: exp.Query) -> exp.Query:
    numbers = [named(column(FIRST + name, "e"), name) for name in _numbers(request)]
    return query(
        "SELECT :carried, :delete, :begin AS _valid_from, :created AS _created_at, :numbers, "
        "lead(:begin) OVER (PARTITION BY :key ORDER BY :rank) AS _valid_to FROM versions AS e",
        rank=column(RANK, "e"),
        carried=columns(carried_columns(request), "e"),
        delete=column(IS_DELETION, "e"),
        begin=column(FIRST + VALID_FROM, "e"),
        created=column(FIRST + "_created_at", "e"),
        numbers=numbers or [named(exp.null(), NO_NUMBER)],
        key=columns(request.key, "e"),
        versions=versions,
    )


def _numbered(request: HistoryRequest, living: exp.Query, surrogate_key: str) -> exp.Query:
    """A known version keeps its number, new ones count on in the order of keys and beginnings."""
    number = fill(
        "coalesce(:known, :base + row_number() OVER "
        "(PARTITION BY :known IS NULL ORDER BY :key, e._valid_from, e._row_id))",
        known=column(surrogate_key, "e"),
        base=exp.Literal.number(request.surrogate_base),
        key=columns(request.key, "e"),
    )
    star = exp.Column(
        this=exp.Star(replace=[named(cast(number, "BIGINT"), surrogate_key)]),
        table=exp.to_identifier("e", quoted=True),
    )
    return query("SELECT :star FROM living AS e", star=star, living=living)
