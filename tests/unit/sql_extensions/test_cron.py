"""Cron expressions mean what cron(5) says, on the days on which clocks are changed too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ormolu.errors import InvalidParameterValue
from ormolu.sql_extensions.cron import cron_times

PARIS = ZoneInfo("Europe/Paris")


def times(text: str, start: str, count: int, zone: ZoneInfo = PARIS) -> list[str]:
    """The next times as UTC."""
    moment, found = datetime.fromisoformat(start).replace(tzinfo=UTC), []
    for _ in range(count):
        following = cron_times(text).next_after(moment, zone)
        assert following is not None
        assert following > moment
        moment = following
        found.append(following.strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 9 * * 1", ["11-30 08:00", "12-07 08:00"]),  # Monday, as it is in cron
        ("0 9 * * mon", ["11-30 08:00", "12-07 08:00"]),
        ("0 9 * * 0", ["11-29 08:00", "12-06 08:00"]),
        ("0 9 * * 7", ["11-29 08:00", "12-06 08:00"]),
        ("0 9 * * 5-7", ["11-27 08:00", "11-28 08:00", "11-29 08:00"]),
        ("0 9 13 * 5", ["11-27 08:00", "12-04 08:00", "12-11 08:00", "12-13 08:00"]),  # a Friday, or the 13th
        ("0 9 */2 * 5", ["11-27 08:00", "12-11 08:00"]),  # begins with a star: a Friday that is odd
        ("*/20 9-10 * * *", ["11-24 08:00", "11-24 08:20", "11-24 08:40", "11-24 09:00"]),
        ("10/25 0 1 jan *", ["12-31 23:10", "12-31 23:35"]),
        ("0 0 31 * *", ["12-30 23:00", "01-30 23:00"]),
    ],
)
def test_the_next_times(text: str, expected: list[str]) -> None:
    assert times(text, "2026-11-24T00:00:00", len(expected)) == expected


def test_what_a_clock_set_forward_leaves_out_comes_with_the_next_hour() -> None:
    assert times("30 2 * * *", "2027-03-26T12:00:00", 3) == ["03-27 01:30", "03-28 01:30", "03-29 00:30"]


def test_what_a_clock_set_back_brings_twice_comes_once() -> None:
    assert times("30 2 * * *", "2026-10-23T12:00:00", 3) == ["10-24 00:30", "10-25 00:30", "10-26 01:30"]


def test_what_comes_every_hour_comes_every_hour_on_the_day_of_a_changed_clock() -> None:
    for day in ("2026-10-24T20:30:00", "2027-03-27T20:30:00"):
        first = datetime.fromisoformat(day) + timedelta(minutes=30)
        expected = [(first + timedelta(hours=number)).strftime("%m-%d %H:%M") for number in range(12)]
        assert times("0 * * * *", day, 12) == expected


@pytest.mark.parametrize(
    "text",
    ["", "* *", "61 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *", "5-1 * * * *",
     "a * * * *", "@daily", "* * * * * *", "1,,2 * * * *", "1- * * * *", "* * * * mon#1", "* * L * *", "-1 * * * *"],
)  # fmt: skip
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="invalid cron expression"):
        cron_times(text)


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 31 4,6,9,11 *"])
def test_a_day_that_never_comes_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="never comes"):
        cron_times(text)


def test_a_day_that_comes_every_four_years_is_waited_for() -> None:
    assert times("0 12 29 2 *", "2026-11-24T00:00:00", 2, ZoneInfo("UTC")) == ["02-29 12:00", "02-29 12:00"]
