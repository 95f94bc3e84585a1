"""The checker is fed histories with each anomaly, and finds it; one without any it lets pass."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.isolation.history_checker import End, Read, Transaction, anomalies

COMMITTED, ABORTED, UNKNOWN = End.COMMITTED, End.ABORTED, End.UNKNOWN


def writes(number: int, at: float, end: End = COMMITTED, **appends: tuple[int, ...]) -> Transaction:
    return Transaction(number, session=number, began=at, ended=at + 0.5, end=end, appends=appends)


def reads(number: int, at: float, session: int = 0, **seen: tuple[int, ...]) -> Transaction:
    return Transaction(number, session or number, began=at, ended=at + 0.1, reads=(Read(seen),))


def both(
    number: int, began: float, ended: float, seen: Mapping[str, tuple[int, ...]], **appends: tuple[int, ...]
) -> Transaction:
    return Transaction(number, number, began, ended, appends=appends, reads=(Read(seen),))


def kinds(*history: Transaction) -> set[str]:
    return {anomaly.kind for anomaly in anomalies(history)}


def test_a_serial_history_has_no_anomaly() -> None:
    assert not kinds(
        writes(1, 1, x=(1,), y=(1,)),
        reads(2, 2, x=(1,), y=(1,)),
        writes(3, 3, x=(2, 3)),
        writes(4, 3, ABORTED, x=(9,)),
        writes(5, 4, UNKNOWN, y=(7,)),
        both(6, 5, 6, {"x": (1, 2, 3)}, x=(4,)),
        reads(7, 8, x=(1, 2, 3, 4), y=(1, 7)),
    )


def test_an_unknown_end_may_be_seen_or_not() -> None:
    assert not kinds(writes(1, 1, UNKNOWN, x=(1,)), reads(2, 5, x=()))
    assert not kinds(writes(1, 1, UNKNOWN, x=(1,)), reads(2, 5, x=(1,)))


HISTORIES = {
    "G1a": (writes(1, 1, ABORTED, x=(1,)), reads(2, 2, x=(1,))),
    "G1b": (writes(1, 1, x=(1, 2)), reads(2, 1.2, x=(1,)), reads(3, 3, x=(1, 2))),
    "torn read": (writes(1, 1, x=(1,), y=(1,)), reads(2, 1.2, x=(1,), y=()), reads(3, 3, x=(1,), y=(1,))),
    "duplicate": (writes(1, 1, x=(1,)), reads(2, 2, x=(1, 1))),
    "invented": (writes(1, 1, x=(1,)), reads(2, 2, x=(1, 5))),
    "incompatible order": (
        writes(1, 1, x=(1,)),
        writes(2, 1, x=(2,)),
        reads(3, 2, x=(1, 2)),
        reads(4, 2, x=(2, 1)),
    ),
    "lost append": (writes(1, 1, x=(1,)), writes(2, 2, x=(2,)), reads(3, 5, x=(2,))),
    "non-monotonic read": (
        writes(1, 1, UNKNOWN, x=(1,)),
        reads(2, 2, session=9, x=(1,)),
        reads(3, 3, session=9, x=()),
    ),
    "non-repeatable read": (
        writes(1, 1, x=(1,)),
        Transaction(2, 2, began=0.5, ended=3, reads=(Read({"x": ()}), Read({"x": (1,)}))),
    ),
    "G0": (
        writes(1, 1, x=(1,), y=(1,)),
        writes(2, 1, x=(2,), y=(2,)),
        reads(3, 5, x=(1, 2), y=(2, 1)),
    ),
    "G1c": (
        both(1, 1, 4, {"y": (1,)}, x=(1,)),
        both(2, 1, 4, {"x": (1,)}, y=(1,)),
        reads(3, 5, x=(1,), y=(1,)),
    ),
    "G-single": (
        writes(1, 1, x=(1,)),
        writes(2, 2, x=(2,), y=(1,)),
        Transaction(3, 3, began=1.6, ended=4, reads=(Read({"x": (1,)}), Read({"y": (1,)}))),
        reads(4, 5, x=(1, 2), y=(1,)),
    ),
    "lost update": (
        writes(1, 1, x=(1,)),
        both(2, 2, 3, {"x": (1,)}, x=(2,)),
        both(3, 2, 3, {"x": (1,)}, x=(3,)),
        reads(4, 5, x=(1, 2, 3)),
    ),
}


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_history_with_the_anomaly_is_found_out(kind: str) -> None:
    assert kind in kinds(*HISTORIES[kind])
