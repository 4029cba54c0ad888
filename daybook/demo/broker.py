"""The embedded broker: librdkafka's test cluster, in this process.

It speaks Kafka's protocol, keeps about the last five megabytes of a partition, and nothing across a restart.
So the demo journals what it accepts, holds publishers back, and rebuilds its state from the raw events.
"""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import Producer

PARTITIONS = 4
"""What the test cluster gives every topic that it makes."""
FETCH_WAIT_MS = 40
"""It holds an empty fetch for as long as it may, records or not: readers on a sale's way ask for little."""
PATIENT_FETCH_WAIT_MS = 250
"""For readers that decide by ticks. A dozen of them at 40 ms kept a third of a core busy."""


class EmbeddedBroker:
    """A running test cluster; it ends with this object."""

    def __init__(self, topics: Iterable[str]) -> None:
        # The bootstrap address is ignored, but has to be there.
        self._owner = Producer({"bootstrap.servers": "embedded", "test.mock.num.brokers": 1, "log_level": 0})
        broker = next(iter(self._owner.list_topics(timeout=10).brokers.values()))
        self.bootstrap = f"{broker.host}:{broker.port}"
        for topic in topics:
            self._owner.list_topics(topic, timeout=10)
