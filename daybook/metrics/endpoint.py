"""Where Prometheus asks: a page on loopback unless said otherwise, if a port is set for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from daybook.metrics.names import Metric
from daybook.operations.base import CannotAct
from daybook.settings import Settings

_FAMILIES: Final = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}


class Reading(NamedTuple):
    """A metric's values by the values of its labels; without labels its one value stands under ()."""

    metric: Metric
    values: Mapping[tuple[str, ...], float]


Readings = Callable[[], Iterable[Reading]]


def single(metric: Metric, value: float) -> Reading:
    """The reading of a metric without labels."""
    return Reading(metric, {(): value})


class _Readings(Collector):
    """Reads when asked: nothing is counted for metrics while nobody looks."""

    def __init__(self, read: Readings) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The families of one scrape."""
        for metric, values in self._read():
            family = _FAMILIES[metric.kind](metric.name, metric.help, labels=metric.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


def registry_of(read: Readings) -> CollectorRegistry:
    """A registry that holds these readings alone."""
    registry = CollectorRegistry()
    registry.register(_Readings(read))
    return registry


@contextmanager
def told(settings: Settings, read: Readings) -> Iterator[None]:
    """Have the readings told for as long as the block runs; nothing is told without a port.

    Raises:
        CannotAct: the port is taken.
    """
    host, port = settings.metrics_host, settings.metrics_port
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, addr=host, registry=registry_of(read))
    except OSError as error:
        raise CannotAct(f"Metrics cannot be told on {host}:{port}: {error.strerror}.") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
