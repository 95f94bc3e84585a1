"""Schedules set off what they name, when they say so."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import pytest

from ormolu.definitions import AfterUpstream, Cron, DailyAt, Every, Never, Schedule, WeeklyOn
from ormolu.scheduler.clock import Clock, trigger_of

AT = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (DailyAt(time(8, 0)), "2026-11-23T08:00:00+00:00"),
        (DailyAt(time(8, 0), "Europe/Paris"), "2026-11-24T07:00:00+00:00"),
        (WeeklyOn("tuesday", time(6, 15)), "2026-11-24T06:15:00+00:00"),
        (Cron("0 2 * * *", "Europe/Paris"), "2026-11-24T01:00:00+00:00"),
        (Cron("0 2 * * 2"), "2026-11-24T02:00:00+00:00"),
    ],
)
def test_a_schedule_knows_its_next_time(schedule: Schedule, expected: str) -> None:
    trigger = trigger_of(schedule, "UTC")
    assert trigger is not None
    assert trigger.get_next_fire_time(None, AT).isoformat() == expected


@pytest.mark.parametrize("schedule", [Never(), AfterUpstream(), AfterUpstream("1 hour")])
def test_time_does_not_set_off_what_follows_its_upstream_or_nothing(schedule: Schedule) -> None:
    assert trigger_of(schedule, "UTC") is None


def test_an_interval_counts_from_when_it_was_due_last() -> None:
    trigger = trigger_of(Every("PT6H"), "UTC", first=AT)
    assert trigger is not None
    assert trigger.get_next_fire_time(None, AT + timedelta(hours=1)) == AT + timedelta(hours=6)


def test_what_was_due_while_no_clock_ran_comes_at_once_and_one_schedule_that_cannot_be_read_stops_no_other() -> None:
    due, rang = [], threading.Event()

    def ring(name: str) -> None:
        due.append(name)
        rang.set()

    schedules: dict[str, Schedule] = {"bronze.broken": Cron("99 * * * *"), "bronze.daily": Every("1 day")}
    clock = Clock(lambda: schedules, ring, lambda _: AT - timedelta(days=3), timezone="UTC")
    clock.start()
    try:
        assert rang.wait(10)
        assert due == ["bronze.daily"]
    finally:
        clock.stop()


def test_a_new_schedule_is_found_and_a_dropped_one_forgotten() -> None:
    due: list[str] = []
    rang = threading.Event()
    schedules: dict[str, Schedule] = {}

    def ring(name: str) -> None:
        due.append(name)
        rang.set()

    def known() -> Mapping[str, Schedule]:
        return dict(schedules)

    clock = Clock(known, ring, lambda _: None, timezone="UTC")
    clock.start()
    try:
        schedules["bronze.clicks"] = Every("1 second")
        assert rang.wait(10)
        assert set(due) == {"bronze.clicks"}
        assert clock.next_run("bronze.clicks") is not None
        schedules.clear()
        gone = threading.Event()
        for _ in range(100):
            if clock.next_run("bronze.clicks") is None:
                gone.set()
                break
            gone.wait(0.1)
        assert gone.is_set()
    finally:
        clock.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("APScheduler")]
