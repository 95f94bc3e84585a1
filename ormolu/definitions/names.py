"""The kinds of objects, and how relations are named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The kinds of object that a definition can declare; the value is the SQL spelling."""

    BRONZE_SOURCE = "BRONZE SOURCE"
    SILVER_TABLE = "SILVER TABLE"
    GOLD_TABLE = "GOLD TABLE"
    GOLD_FACT = "GOLD FACT"
    GOLD_DIMENSION = "GOLD DIMENSION"
    GOLD_METRIC = "GOLD METRIC"
    GOLD_HUB = "GOLD HUB"
    GOLD_LINK = "GOLD LINK"
    GOLD_SATELLITE = "GOLD SATELLITE"
    GOLD_MODEL = "GOLD MODEL"
    SECRET = "SECRET"
    CONNECTION = "CONNECTION"
    CHANNEL = "CHANNEL"
    ALERT = "ALERT"
    BUDGET = "BUDGET"
    MONITOR = "MONITOR"
    FORECAST = "FORECAST"
    MATCHER = "MATCHER"
    MART = "MART"
    POLICY = "POLICY"
    MASK = "MASK"
    CONTRACT = "CONTRACT"
    CONSUMER = "CONSUMER"
    REPORT = "REPORT"
    DATABASE = "DATABASE"
    ROLE = "ROLE"

    @property
    def schema(self) -> str | None:
        """The schema that the layer keyword fixes; None for objects that live in no schema."""
        layer = self.value.split()[0].lower()
        return layer if layer in ("bronze", "silver", "gold") else None


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A schema-qualified relation; `str()` gives the readable form `silver.orders`, unquoted."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"
