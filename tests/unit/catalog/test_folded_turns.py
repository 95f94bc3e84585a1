"""The steps of a transaction on one table are one turn of its pointer; what a run writes is handed over whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ormolu.catalog.commit import Turn
from ormolu.catalog.drafts import folded
from ormolu.catalog.journal import Write, decode, encode
from ormolu.definitions import TableName

TABLE = TableName("silver", "t")


def turn(based_on: str | None, to: str | None) -> Turn:
    return Turn(TABLE, based_on, to, None, "append")


def pointers(*turns: Turn) -> list[tuple[str | None, str | None]]:
    return [(each.based_on, each.to) for each in folded(turns)]


def test_steps_fold_to_what_was_and_what_is_to_be() -> None:
    assert pointers(turn("a", "b"), turn("b", "c")) == [("a", "c")]
    assert pointers(turn(None, "b"), turn("b", "c")) == [(None, "c")]
    assert pointers(turn("a", "b"), turn("b", None)) == [("a", None)]
    assert pointers(turn(None, "b"), turn("b", None)) == []
    assert pointers(turn("a", None), turn(None, "b"), turn("b", "c")) == [("a", None), (None, "c")]
    assert pointers(turn("a", None), turn(None, "b"), turn("b", None)) == [("a", None)]


def test_tables_fold_by_themselves() -> None:
    other = Turn(TableName("gold", "t"), "x", "y", None, "append")
    assert folded([turn("a", "b"), other, turn("b", "c")]) == [turn("a", "c"), other]


def test_what_a_statement_writes_is_the_same_in_another_process() -> None:
    values = [1, None, 2.5, "it's", True, datetime(2026, 11, 23, 4, 5, 6, 7, tzinfo=UTC), b"\x00\xff"]
    for write in (Write("INSERT INTO t VALUES (?)", values), Write("UPDATE t SET a = %(a)s", {"a": values[5]}, True)):
        assert decode(json.loads(json.dumps(encode(write)))) == write
