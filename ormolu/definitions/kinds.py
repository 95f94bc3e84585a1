"""The closed set of definitions, and the kind that each declares."""

from __future__ import annotations

from ormolu.definitions.guards import (
    Alert,
    Budget,
    Channel,
    Consumer,
    Contract,
    Forecast,
    Mart,
    Mask,
    Matcher,
    Policy,
    Report,
)
from ormolu.definitions.layers import (
    BronzeSource,
    Connection,
    GoldMetric,
    GoldTable,
    Monitor,
    Secret,
    SilverTable,
)
from ormolu.definitions.models import (
    GoldDimension,
    GoldFact,
    GoldHub,
    GoldLink,
    GoldModel,
    GoldSatellite,
)
from ormolu.definitions.names import Kind

LayerDefinition = (
    BronzeSource
    | SilverTable
    | GoldTable
    | GoldFact
    | GoldDimension
    | GoldMetric
    | GoldHub
    | GoldLink
    | GoldSatellite
    | GoldModel
)
Definition = (
    LayerDefinition
    | Connection
    | Secret
    | Channel
    | Alert
    | Budget
    | Monitor
    | Forecast
    | Matcher
    | Mart
    | Policy
    | Mask
    | Contract
    | Consumer
    | Report
)

KINDS: dict[type, Kind] = {
    BronzeSource: Kind.BRONZE_SOURCE,
    SilverTable: Kind.SILVER_TABLE,
    GoldTable: Kind.GOLD_TABLE,
    GoldFact: Kind.GOLD_FACT,
    GoldDimension: Kind.GOLD_DIMENSION,
    GoldMetric: Kind.GOLD_METRIC,
    GoldHub: Kind.GOLD_HUB,
    GoldLink: Kind.GOLD_LINK,
    GoldSatellite: Kind.GOLD_SATELLITE,
    GoldModel: Kind.GOLD_MODEL,
    Connection: Kind.CONNECTION,
    Secret: Kind.SECRET,
    Channel: Kind.CHANNEL,
    Alert: Kind.ALERT,
    Budget: Kind.BUDGET,
    Monitor: Kind.MONITOR,
    Forecast: Kind.FORECAST,
    Matcher: Kind.MATCHER,
    Mart: Kind.MART,
    Policy: Kind.POLICY,
    Mask: Kind.MASK,
    Contract: Kind.CONTRACT,
    Consumer: Kind.CONSUMER,
    Report: Kind.REPORT,
}


def kind_of(definition: Definition) -> Kind:
    """The kind that declares such a definition."""
    return KINDS[type(definition)]
