"""What Prometheus reads: how the server is doing, counted at the moment it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(frozen=True)
class Measurements(Collector):
    """`runs` counts the runs of the lake by status; `sessions` the clients that are connected; `tables` the tables."""

    runs: Callable[[], Mapping[str, int]]
    sessions: Callable[[], int]
    tables: Callable[[], int]

    def collect(self) -> Iterator[Metric]:
        runs = GaugeMetricFamily("ormolu_runs", "Runs that the catalog knows, by status", labels=["status"])
        for status, count in sorted(self.runs().items()):
            runs.add_metric([status], count)
        yield runs
        yield GaugeMetricFamily("ormolu_sessions", "Clients connected to this server", value=self.sessions())
        yield GaugeMetricFamily("ormolu_tables", "Tables in the lake", value=self.tables())

    def text(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)
