"""Rows that broke a rule: how they are kept, known again, repaired and put back in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import Column, TableName
from ormolu.medallion import casts
from ormolu.medallion.columns import QUARANTINE_COLUMNS, StoredColumn
from ormolu.medallion.expressions import at
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.staged_rows import BROKEN, QUARANTINE_ID, RAW, RAW_HASH, ROW_NUMBER, SYSTEM, InputColumn
from ormolu.medallion.steps import Step, TableWrite
from ormolu.medallion.templates import (
    any_of,
    cast,
    column,
    columns,
    data_type_tree,
    fill,
    first_present,
    named,
    query,
    row_hash,
    string,
    table,
)
from ormolu.medallion.violations import Judged, message
from ormolu.sql_extensions.types import data_type

BAD = "ormolu_bad"
NEW_BAD = "ormolu_new_bad"
HASH = "_hash"
OCCURRENCE = "_occurrence"
OPEN, REPAIRED, REPROCESSED, DISCARDED = "open", "repaired", "reprocessed", "discarded"
IDENTITY = (
    StoredColumn(HASH, data_type("text"), is_hidden=True),
    StoredColumn(OCCURRENCE, data_type("bigint"), is_hidden=True),
)
OWN = frozenset(item.name for item in (*QUARANTINE_COLUMNS, *IDENTITY))


def quarantine_name(name: TableName) -> TableName:
    return TableName("quarantine", name.name)


def payload_columns(inputs: Sequence[InputColumn]) -> tuple[InputColumn, ...]:
    """The input columns a quarantined row keeps; one that is named like a column of ours is left out."""
    plain = {item.name for item in inputs if not item.is_system}
    return tuple(item for item in inputs if item.name not in OWN and not (item.is_system and item.name in plain))


def quarantine_columns(inputs: Sequence[InputColumn]) -> tuple[StoredColumn, ...]:
    """The input's columns in its types, ours, and hidden ones by which a row is known again."""
    payload = payload_columns(inputs)
    return (
        *(StoredColumn(item.name, item.type) for item in payload if not item.is_system),
        *QUARANTINE_COLUMNS,
        *IDENTITY,
        *(StoredColumn(item.name, item.type, is_hidden=True) for item in payload if item.is_system),
    )


def with_identity(input_: exp.Query, inputs: Sequence[InputColumn]) -> exp.Query:
    """Each input row's hash and how many equal ones came before it in its load."""
    plain = [item.name for item in inputs if not item.is_system]
    hashed = query(
        "SELECT i.*, :hash FROM input AS i", input=input_, hash=named(row_hash(columns(plain, "i")), HASH + ":")
    )
    order = columns([SYSTEM + "_row_id"], "h") if _has(inputs, "_row_id") else [exp.true()]
    place = fill(
        "row_number() OVER (PARTITION BY :groups ORDER BY :order)",
        groups=[column(HASH + ":", "h"), *_load(inputs, "h")],
        order=order,
    )
    return query("SELECT h.*, :place FROM hashed AS h", hashed=hashed, place=named(place, OCCURRENCE + ":"))


def _has(inputs: Sequence[InputColumn], name: str) -> bool:
    return any(item.is_system and item.name == name for item in inputs)


def _load(inputs: Sequence[InputColumn], alias: str) -> list[exp.Expr]:
    return columns([SYSTEM + "_load_id"], alias) if _has(inputs, "_load_id") else []


def substituted(
    input_: exp.Query, inputs: Sequence[InputColumn], entries: exp.Query, known: Sequence[str]
) -> exp.Query:
    """The input with remembered rows in the place of those they repair, and without those that were discarded.

    `entries` yields the quarantine table's rows that count; `known` are its columns.
    """
    repaired = [
        named(
            fill(
                "CASE WHEN :is_known THEN :mended ELSE :own END",
                is_known=fill("NOT e._quarantine_id IS NULL"),
                mended=exp.TryCast(this=column(item.name, "e"), to=data_type_tree(item.type.duckdb)),
                own=column(item.name, "i"),
            ),
            item.name,
        )
        if item.name in known and item.name not in OWN
        else column(item.name, "i")
        for item in inputs
        if not item.is_system
    ]
    system = [column(SYSTEM + item.name, "i") for item in inputs if item.is_system]
    return query(
        "SELECT :repaired, :system, :id FROM input AS i LEFT JOIN entries AS e ON :same "
        "WHERE e._status IS DISTINCT FROM 'discarded'",
        repaired=repaired,
        system=system,
        id=named(column("_quarantine_id", "e"), QUARANTINE_ID),
        input=with_identity(input_, inputs),
        entries=entries,
        same=fill(
            ":hash = e._hash AND :occurrence = e._occurrence",
            hash=column(HASH + ":", "i"),
            occurrence=column(OCCURRENCE + ":", "i"),
        ),
    )


def only_entries(inputs: Sequence[InputColumn], entries: exp.Query, known: Sequence[str]) -> exp.Query:
    """The quarantined rows themselves as input: their columns as they stand now, their places as they were."""
    projections: list[exp.Expr] = []
    for item in inputs:
        name = SYSTEM + item.name if item.is_system else item.name
        value: exp.Expr = column(item.name, "e") if item.name in known and item.name not in OWN else exp.null()
        projections.append(named(exp.TryCast(this=value, to=data_type_tree(item.type.duckdb)), name))
    return query(
        "SELECT :cols, :id FROM entries AS e",
        cols=projections,
        id=named(column("_quarantine_id", "e"), QUARANTINE_ID),
        entries=entries,
    )


@dataclass(frozen=True, slots=True)
class QuarantineRequest:
    """`is_bad` is the condition over staged rows; `current` the table as it stands, None where there is none yet."""

    name: TableName
    inputs: tuple[InputColumn, ...]
    declared: tuple[Column, ...]
    rules: tuple[NamedRule, ...]  # that the staged rows were judged by
    columns: tuple[InputColumn, ...]  # of the staged rows
    staged: str
    is_bad: exp.Expr
    current: exp.Query | None
    next_id: int
    run_id: int
    is_whole_input: bool  # open rows that are no longer bad, or no longer there, go
    looked_at: exp.Query | None  # the kept rows of which the input is the whole; None: all
    now: datetime


@dataclass(frozen=True, slots=True)
class QuarantinePlan:
    steps: tuple[Step, ...]
    write: TableWrite


def quarantine(request: QuarantineRequest) -> QuarantinePlan:
    """Keep the bad rows that are not kept already; tell of the put back ones what became of them."""
    steps = (Step(BAD, _bad(request)), Step(NEW_BAD, _new(request)))
    stored = quarantine_columns(request.inputs)
    name = quarantine_name(request.name)
    fresh = query(
        "SELECT :cols FROM fresh AS n", cols=columns([item.name for item in stored], "n"), fresh=table(NEW_BAD)
    )
    if request.current is None:
        return QuarantinePlan(steps, TableWrite(name, stored, fresh, ("_quarantine_id",)))
    changed = _changed(request, stored)
    arriving = query("SELECT * FROM changed UNION ALL SELECT * FROM fresh", changed=changed, fresh=fresh)
    leaving = query(
        "SELECT _quarantine_id FROM changed UNION ALL SELECT _quarantine_id FROM gone",
        changed=changed,
        gone=_gone(request),
    )
    return QuarantinePlan(steps, TableWrite(name, stored, arriving, ("_quarantine_id",), leaving))


def _bad(request: QuarantineRequest) -> exp.Query:
    """The staged bad rows with identity, in the columns of the quarantine table."""
    payload = [
        named(
            fill(
                "struct_extract(:raw, :name)",
                raw=column(RAW, "s"),
                name=string(SYSTEM + item.name if item.is_system else item.name),
            ),
            item.name,
        )
        for item in payload_columns(request.inputs)
    ]
    place = fill(
        "row_number() OVER (PARTITION BY :groups ORDER BY :number)",
        groups=[column(RAW_HASH, "s"), *_load(request.inputs, "s")],
        number=column(ROW_NUMBER, "s"),
    )
    return query(
        "SELECT :payload, :rules AS _rules, :message AS _message, :suggestion AS _suggestion, :hash AS _hash, "
        ":place AS _occurrence, :id AS came_from FROM staged AS s WHERE :is_bad",
        payload=payload,
        rules=column(BROKEN, "s"),
        message=message(request.rules, _judged(request)),
        suggestion=_suggestion(request),
        hash=column(RAW_HASH, "s"),
        place=place,
        id=column(QUARANTINE_ID, "s"),
        staged=table(request.staged),
        is_bad=request.is_bad,
    )


def _judged(request: QuarantineRequest) -> Judged:
    return Judged(
        staged={item.name: item.type for item in request.columns},
        raw={item.name: item.type for item in request.inputs if not item.is_system},
        declared=request.declared,
    )


def _suggestion(request: QuarantineRequest) -> exp.Expr:
    """A JSON object {column: text} of values that would pass the casts; NULL where we have none."""
    given = {item.name: item.type for item in request.inputs if not item.is_system}
    terms: list[exp.Expr] = []
    for declared in request.declared:
        if declared.name not in given:
            continue
        raw = fill("struct_extract(:raw, :name)", raw=column(RAW, "s"), name=string(declared.name))
        proposal = casts.suggested(raw, given=given[declared.name], wanted=data_type(declared.type))
        if proposal is not None:
            terms.append(
                fill(
                    "CASE WHEN list_contains(:rules, :rule) AND NOT :value IS NULL THEN "
                    "to_json(:name) || ':' || to_json(:value) END",
                    rules=column(BROKEN, "s"),
                    rule=string(f"cast_{declared.name}"),
                    value=proposal,
                    name=string(declared.name),
                )
            )
    if not terms:
        return cast(exp.null(), "VARCHAR")
    return fill(
        "CASE WHEN NOT :first IS NULL THEN '{' || concat_ws(',', :terms) || '}' END",
        first=first_present(terms),
        terms=terms,
    )


def _new(request: QuarantineRequest) -> exp.Query:
    """The bad rows that the table does not keep already, numbered."""
    known = request.current
    is_new: exp.Expr = fill("b.came_from IS NULL")
    if known is not None:
        is_new = fill(
            "b.came_from IS NULL AND NOT EXISTS (SELECT 1 FROM known AS k WHERE k._hash = b._hash "
            "AND k._occurrence = b._occurrence)",
            known=query("SELECT k._hash, k._occurrence FROM known AS k", known=known),
        )
    distinct = query(
        "SELECT b.* FROM bad AS b WHERE :is_new "
        "QUALIFY row_number() OVER (PARTITION BY b._hash, b._occurrence ORDER BY :order) = 1",
        bad=table(BAD),
        is_new=is_new,
        order=_newest_first(request),
    )
    return query(
        "SELECT b.*, :next + row_number() OVER (ORDER BY b._hash, b._occurrence) - 1 AS _quarantine_id, "
        "FALSE AS _accept, :now AS _detected_at, CAST(:run AS BIGINT) AS _run_id, 'open' AS _status FROM fresh AS b",
        next=exp.Literal.number(request.next_id),
        now=at(request.now),
        run=exp.Literal.number(request.run_id),
        fresh=distinct,
    )


def _is_elsewhere(request: QuarantineRequest, places: Sequence[str]) -> exp.Expr:
    """Whether the newest of equal bad rows is not the one that is kept; loads that are read again are not newer."""
    if request.is_whole_input:
        return any_of(exp.NullSafeNEQ(this=column(name, "k"), expression=column(name, "b")) for name in places)
    return fill("coalesce(b._row_id > k._row_id, FALSE)") if "_row_id" in places else exp.false()


def _newest_first(request: QuarantineRequest) -> list[exp.Expr]:
    """The order of equal bad rows `b` of several loads."""
    return [exp.Ordered(this=column("_row_id", "b"), desc=True)] if _has(request.inputs, "_row_id") else [exp.true()]


def _current(request: QuarantineRequest) -> exp.Query:
    assert request.current is not None
    return request.current


def _changed(request: QuarantineRequest, stored: Sequence[StoredColumn]) -> exp.Query:
    """Rows that were put in: reprocessed where they passed, open again with what they break where they did not.

    Rows that came again keep their number, take the place of the newest, and the open ones are told what they break
    by the rules as they are now.
    """
    replaced = {
        "_status": fill("CASE WHEN b.came_from IS NULL THEN 'reprocessed' ELSE 'open' END"),
        "_rules": fill("coalesce(b._rules, k._rules)"),
        "_message": fill("coalesce(b._message, k._message)"),
        "_suggestion": fill("CASE WHEN b.came_from IS NULL THEN k._suggestion ELSE b._suggestion END"),
    }
    put_in = query(
        "SELECT :cols FROM current AS k "
        "INNER JOIN (SELECT DISTINCT :id AS id FROM staged AS s WHERE NOT :id IS NULL) AS s ON s.id = k._quarantine_id "
        "LEFT JOIN (SELECT b.* FROM bad AS b QUALIFY row_number() OVER (PARTITION BY b.came_from) = 1) AS b "
        "ON b.came_from = k._quarantine_id "
        "WHERE b.came_from IS NOT NULL OR k._status <> 'reprocessed'",
        cols=[named(replaced.get(item.name, column(item.name, "k")), item.name) for item in stored],
        current=_current(request),
        id=column(QUARANTINE_ID, "s"),
        staged=table(request.staged),
        bad=table(BAD),
    )
    told = ("_rules", "_message", "_suggestion")
    places = [item.name for item in payload_columns(request.inputs) if item.is_system]
    again = query(
        "SELECT :cols FROM current AS k INNER JOIN (SELECT b.* FROM bad AS b WHERE b.came_from IS NULL "
        "QUALIFY row_number() OVER (PARTITION BY b._hash, b._occurrence ORDER BY :order) = 1) AS b "
        "ON b._hash = k._hash AND b._occurrence = k._occurrence "
        "WHERE (k._status = 'open' AND (k._rules IS DISTINCT FROM b._rules OR k._message IS DISTINCT FROM b._message)) "
        "OR (k._status IN ('open', 'repaired') AND :is_elsewhere)",
        cols=[
            named(
                fill(
                    "CASE WHEN k._status = 'open' THEN :new ELSE :old END",
                    new=column(item.name, "b"),
                    old=column(item.name, "k"),
                )
                if item.name in told
                else column(item.name, "b" if item.name in places else "k"),
                item.name,
            )
            for item in stored
        ],
        current=_current(request),
        bad=table(BAD),
        order=_newest_first(request),
        is_elsewhere=_is_elsewhere(request, places),
    )
    return query("SELECT * FROM put_in UNION ALL SELECT * FROM again", put_in=put_in, again=again)


def _gone(request: QuarantineRequest) -> exp.Query:
    """After a look at the whole input: open rows that are not bad any more, or not there."""
    if not request.is_whole_input:
        return query("SELECT k._quarantine_id FROM current AS k WHERE FALSE", current=_current(request))
    return query(
        "SELECT k._quarantine_id FROM current AS k WHERE k._status = 'open' AND NOT EXISTS (SELECT 1 FROM bad AS b "
        "WHERE (b._hash = k._hash AND b._occurrence = k._occurrence) OR b.came_from = k._quarantine_id)",
        current=request.looked_at or _current(request),
        bad=table(BAD),
    )
