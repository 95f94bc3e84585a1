"""What Prometheus reads: how the server is doing, counted at the moment it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ormolu.server.results import ResultCounts
from ormolu.server.scanned_files import FileCounts


@dataclass(frozen=True)
class Measurements(Collector):
    """`runs` counts the runs of the lake by status; `sessions` the clients that are connected; `tables` the tables;
    `results` what of results is kept for whoever asks again; `files` the data files that queries read."""

    runs: Callable[[], Mapping[str, int]]
    sessions: Callable[[], int]
    tables: Callable[[], int]
    results: Callable[[], ResultCounts]
    files: FileCounts

    def collect(self) -> Iterator[Metric]:
        runs = GaugeMetricFamily("ormolu_runs", "Runs that the catalog knows, by status", labels=["status"])
        for status, count in sorted(self.runs().items()):
            runs.add_metric([status], count)
        yield runs
        yield GaugeMetricFamily("ormolu_sessions", "Clients connected to this server", value=self.sessions())
        yield GaugeMetricFamily("ormolu_tables", "Tables in the lake", value=self.tables())
        results = self.results()
        yield CounterMetricFamily("ormolu_result_cache_hits", "Queries answered with a kept result", value=results.hits)
        yield CounterMetricFamily(
            "ormolu_result_cache_misses", "Queries that ran to keep their result", value=results.misses
        )
        yield GaugeMetricFamily("ormolu_result_cache_results", "Results that are kept", value=results.results)
        yield GaugeMetricFamily("ormolu_result_cache_bytes", "Bytes of the results that are kept", value=results.bytes)
        yield CounterMetricFamily("ormolu_scan_files_read", "Data files that queries read", value=self.files.read)
        yield CounterMetricFamily(
            "ormolu_scan_files_left_out", "Data files that queries need not read", value=self.files.left_out
        )

    def text(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)
