"""A bare librdkafka loop: pydantic and dicts, no state that lasts, no repeats recognised.

What Python can reach one event at a time.
"""

from __future__ import annotations

from collections import defaultdict

import confluent_kafka
import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

from benchmarks.peers.job import Job
from benchmarks.peers.report import Clock, Task, task

BATCH = 10_000


def main() -> None:
    """Read the topic from its beginning and report."""
    arguments = task()
    clock = Clock(arguments)
    totals = (_one_sum if arguments.one_sum else _all_totals)(_consumer(arguments), clock, arguments)
    clock.report(totals, f"confluent-kafka {confluent_kafka.version()}")


def _consumer(arguments: Task) -> Consumer:
    settings = {
        "bootstrap.servers": arguments.bootstrap,
        "group.id": arguments.name,
        "enable.auto.commit": False,
    }
    consumer = Consumer(settings)
    places = [TopicPartition(arguments.topic, p, OFFSET_BEGINNING) for p in range(arguments.partitions)]
    consumer.assign(places)
    return consumer


def _all_totals(consumer: Consumer, clock: Clock, arguments: Task) -> dict[str, list[int]]:
    read = Job(arguments.stores).read
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    while True:
        for value in _values(consumer.consume(BATCH, 1.0)):
            sale = read(value)
            if sale is None:
                clock.invalid += 1
            else:
                clock.counted += 1
                for name, (net, tax, orders, units) in sale.postings:
                    total = totals[name]
                    total[0] += net
                    total[1] += tax
                    total[2] += orders
                    total[3] += units
            if clock.tick():
                return totals


def _one_sum(consumer: Consumer, clock: Clock, arguments: Task) -> dict[str, list[int]]:
    del arguments
    totals: dict[str, list[int]] = defaultdict(lambda: [0])
    while True:
        for value in _values(consumer.consume(BATCH, 1.0)):
            try:
                event = orjson.loads(value)
                totals[event["store_id"]][0] += event["charged"]
                clock.counted += 1
            except orjson.JSONDecodeError:
                clock.invalid += 1
            if clock.tick():
                return totals


def _values(messages: list[Message]) -> list[bytes]:
    return [value for message in messages if isinstance(value := message.value(), bytes)]


if __name__ == "__main__":
    main()
