"""When to run what: the schedules of the definitions, kept by APScheduler. The only module that knows it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ormolu.definitions import AfterUpstream, Cron, DailyAt, Every, Never, Schedule, WeeklyOn

LOOK_SECONDS = 1.0
MISFIRE_SECONDS = 3600

logger = logging.getLogger(__name__)

SECONDS_OF = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


class Clock:
    """Calls `due(name)` when the schedule of `name` says so; `schedules` is asked every second what there is."""

    def __init__(
        self, schedules: Callable[[], Mapping[str, Schedule]], due: Callable[[str], None], *, timezone: str
    ) -> None:
        self._schedules = schedules
        self._due = due
        self._timezone = timezone
        self._known: dict[str, Schedule] = {}
        self._scheduler = BackgroundScheduler(
            timezone=ZoneInfo("UTC"),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS},
        )

    def start(self) -> None:
        self._scheduler.add_job(self._look, IntervalTrigger(seconds=LOOK_SECONDS), id="look", name="look")
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)

    def next_run(self, name: str) -> datetime | None:
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

    def _keep(self, name: str, schedule: Schedule) -> None:
        trigger = trigger_of(schedule, self._timezone)
        if trigger is None:
            self._forget(name)
            return
        self._scheduler.add_job(
            self._due, trigger, args=(name,), id=f"schedule:{name}", name=name, replace_existing=True
        )

    def _forget(self, name: str) -> None:
        if self._scheduler.get_job(f"schedule:{name}"):
            self._scheduler.remove_job(f"schedule:{name}")


def trigger_of(schedule: Schedule, timezone: str) -> BaseTrigger | None:
    """The APScheduler trigger of a schedule; None where time does not set it off."""
    match schedule:
        case Every(interval):
            return IntervalTrigger(seconds=int(interval_seconds(interval)))
        case DailyAt(at, zone):
            return CronTrigger(hour=at.hour, minute=at.minute, timezone=ZoneInfo(zone or timezone))
        case WeeklyOn(day, at, zone):
            return CronTrigger(
                day_of_week=day[:3].lower(), hour=at.hour, minute=at.minute, timezone=ZoneInfo(zone or timezone)
            )
        case Cron(text, zone):
            return CronTrigger.from_crontab(text, timezone=ZoneInfo(zone or timezone))
        case AfterUpstream() | Never():
            return None


def interval_seconds(text: str) -> float:
    """`'15 minutes'` in seconds; months count 30 days, as they do where PostgreSQL compares intervals."""
    words = text.replace(",", " ").split()
    total = 0.0
    for amount, unit in zip(words[::2], words[1::2], strict=True):
        singular = unit.lower().rstrip("s")
        seconds = SECONDS_OF.get(singular) or {"month": 2_592_000, "year": 31_557_600}[singular]
        total += float(amount) * seconds
    return max(total, timedelta(seconds=1).total_seconds())
