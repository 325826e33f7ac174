"""The live side at `/metrics`: read off at each scrape, so that counting costs a delivery next to nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from service.gateway.counts import LAG_SECONDS, Counts
from service.gateway.live import Live


class LiveMetrics(Collector):
    """Sockets, what they watch, and what they were sent. No label tells of a user or a document."""

    def __init__(self, live: Live, counts: Counts) -> None:
        self._live = live
        self._counts = counts

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the registry need not ask the sockets for their names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The numbers of this moment."""
        live, counts = self._live, self._counts
        kinds = Counter(
            _kind(name) for session in list(live.connected) for name in list(session.subscriptions)
        )
        yield _gauge("headway_sockets", "Sockets that are connected", live.sockets)
        yield _labelled(
            GaugeMetricFamily("headway_subscriptions", "Subscriptions by kind of topic", labels=["topic"]),
            kinds,
        )
        yield _gauge("headway_topics", "Topics that somebody watches", len(live.views.topics))
        yield _gauge(
            "headway_redis_channels", "Channels of Redis that are subscribed", len(live.hub.channels)
        )
        yield _gauge(
            "headway_degraded",
            "1 while the source is lost and readers may see old news",
            live.hub.degraded_since is not None,
        )
        yield _counter(
            "headway_redis_generations", "Links to Redis there have been for listening", live.hub.generation
        )
        yield _counter("headway_deliveries", "Frames written to sockets", counts.deliveries)
        yield _counter("headway_merges", "Patches merged since their reader was slow", counts.merges)
        yield _counter("headway_history_reads", "Reads of a job's patches from Redis", counts.history_reads)
        yield _labelled(
            CounterMetricFamily(
                "headway_resumes", "Subscriptions with since, by outcome", labels=["outcome"]
            ),
            counts.resumes,
        )
        yield _labelled(
            CounterMetricFamily("headway_snapshots", "Job snapshots sent, by reason", labels=["reason"]),
            counts.snapshots,
        )
        yield _labelled(
            CounterMetricFamily("headway_closes", "Sockets that were closed here, by code", labels=["code"]),
            {str(code): number for code, number in counts.closes.items()},
        )
        yield _lag(counts)


def _kind(topic: str) -> str:
    """The kind of topic, such as `job` or `admin:jobs`: what follows would tell of somebody's documents."""
    name = topic.partition("?")[0]
    return name if name.startswith("admin:") else name.partition(":")[0]


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=float(value))


def _counter(name: str, about: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, about, value=float(value))


def _labelled(family: Metric, values: Mapping[str, int]) -> Metric:
    assert isinstance(family, GaugeMetricFamily | CounterMetricFamily)
    for label, value in sorted(values.items()):
        family.add_metric([label], float(value))
    return family


def _lag(counts: Counts) -> HistogramMetricFamily:
    family = HistogramMetricFamily(
        "headway_delivery_lag_seconds", "From Redis's publishing of a job's patch to its being written"
    )
    so_far = 0
    buckets: list[tuple[str, float]] = []
    for edge, number in zip((*LAG_SECONDS, float("inf")), counts.lags, strict=True):
        so_far += number
        buckets.append(("+Inf" if edge == float("inf") else str(edge), float(so_far)))
    family.add_metric([], buckets, counts.lag_seconds)
    return family
