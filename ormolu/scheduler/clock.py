"""When to run what: the schedules of the definitions, kept by APScheduler. The only module that knows it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ormolu.definitions import AfterUpstream, Cron, DailyAt, Every, Never, Schedule, WeeklyOn
from ormolu.errors import OrmoluError
from ormolu.sql_extensions.cron import WEEKDAYS, CronTimes, cron_times, daily
from ormolu.sql_extensions.options.values import interval

LOOK_SECONDS = 1.0
MISFIRE_SECONDS = 3600

logger = logging.getLogger(__name__)


Name = TypeVar("Name")  # whose text no other name has


class Clock(Generic[Name]):
    """Calls `due(name)` when the schedule of `name` says so; `schedules` is asked every second what there is.

    `last_due` says when a name was due last, by this clock or one before it: an interval counts from there.
    """

    def __init__(
        self,
        schedules: Callable[[], Mapping[Name, Schedule]],
        due: Callable[[Name], None],
        last_due: Callable[[Name], datetime | None],
        *,
        timezone: str,
    ) -> None:
        self._schedules = schedules
        self._due = due
        self._last_due = last_due
        self._timezone = timezone
        self._known: dict[Name, Schedule] = {}
        self._scheduler = BackgroundScheduler(
            timezone=ZoneInfo("UTC"),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS},
        )

    def start(self) -> None:
        self._scheduler.add_job(self._look, IntervalTrigger(seconds=LOOK_SECONDS), id="look", name="look")
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)

    def next_run(self, name: Name) -> datetime | None:
        job = self._scheduler.get_job(f"schedule:{name}")
        return job.next_run_time if job else None

    def _look(self) -> None:
        wanted = dict(self._schedules())
        if wanted == self._known:
            return
        for name in self._known.keys() - wanted.keys():
            self._forget(name)
        for name, schedule in wanted.items():
            if self._known.get(name) != schedule:
                self._keep(name, schedule)
        self._known = wanted

    def _keep(self, name: Name, schedule: Schedule) -> None:
        try:
            trigger = trigger_of(schedule, self._timezone, first=self._first(name, schedule))
        except OrmoluError:
            logger.exception("the schedule of %s is left out; ALTER ... SCHEDULE gives it another", name)
            trigger = None
        if trigger is None:
            self._forget(name)
            return
        self._scheduler.add_job(
            self._due, trigger, args=(name,), id=f"schedule:{name}", name=str(name), replace_existing=True
        )

    def _first(self, name: Name, schedule: Schedule) -> datetime | None:
        """What should have come while no clock ran comes at once."""
        if not isinstance(schedule, Every) or (last := self._last_due(name)) is None:
            return None
        soon = datetime.now(UTC) + timedelta(seconds=LOOK_SECONDS)
        return max(last + timedelta(seconds=_seconds(schedule.interval)), soon)

    def _forget(self, name: Name) -> None:
        if self._scheduler.get_job(f"schedule:{name}"):
            self._scheduler.remove_job(f"schedule:{name}")


def trigger_of(schedule: Schedule, timezone: str, *, first: datetime | None = None) -> BaseTrigger | None:
    """The trigger of a schedule; `first` is when an interval begins. None where time does not set it off."""
    match schedule:
        case Every(every):
            return IntervalTrigger(seconds=_seconds(every), start_date=first)
        case DailyAt(at, zone):
            return TimesTrigger(daily(at), ZoneInfo(zone or timezone))
        case WeeklyOn(day, at, zone):
            return TimesTrigger(daily(at, (WEEKDAYS.index(day[:3].lower()),)), ZoneInfo(zone or timezone))
        case Cron(text, zone):
            return TimesTrigger(cron_times(text), ZoneInfo(zone or timezone))
        case AfterUpstream() | Never():
            return None


def _seconds(every: str) -> int:
    return max(round(interval(every).total_seconds()), 1)


class TimesTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires at the times of a cron expression. APScheduler's own fires again and again where a clock is set back."""

    __slots__ = ("_times", "_zone")

    def __init__(self, times: CronTimes, zone: ZoneInfo) -> None:
        self._times = times
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        return self._times.next_after(previous_fire_time or now, self._zone)
