"""Where rows come from, how they are loaded, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import Enum

from ormolu.definitions.values import (
    NO_OPTIONS,
    Format,
    Options,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """`FROM UPLOAD [FORMAT ...]`: rows arrive through COPY."""

    format: Format | None = None


class SourceForm(Enum):
    TABLE = "TABLE"
    QUERY = "QUERY"
    FILES = "FILES"
    ENDPOINT = "ENDPOINT"
    GRAPHQL = "GRAPHQL"
    OBJECT = "OBJECT"
    TOPIC = "TOPIC"
    QUEUE = "QUEUE"
    SHEET = "SHEET"


@dataclass(frozen=True, slots=True)
class ConnectionSource:
    """`FROM CONNECTION c TABLE 'x' [FORMAT f (...)] [WITH (...)]`."""

    connections: tuple[str, ...]
    form: SourceForm
    target: str
    format: Format | None = None
    options: Options = NO_OPTIONS


class LoadMode(Enum):
    FULL = "FULL"
    APPEND = "APPEND"
    INCREMENTAL = "INCREMENTAL"
    CDC = "CDC"


@dataclass(frozen=True, slots=True)
class Load:
    mode: LoadMode
    watermark_column: str | None = None
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Reconcile:
    every: str
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Every:
    interval: str


@dataclass(frozen=True, slots=True)
class DailyAt:
    at: time
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class WeeklyOn:
    day: str
    at: time
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Cron:
    text: str
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class AfterUpstream:
    at_most_every: str | None = None


@dataclass(frozen=True, slots=True)
class Never:
    pass


Schedule = Every | DailyAt | WeeklyOn | Cron | AfterUpstream | Never
