"""A plain Faust agent: one event at a time, one table entry for each total and each remembered id.

A table's changelog record goes to the partition of the event at hand, so the partition stands in the key:
partial totals, added up when they are read. Regrouping the stream by each dimension, the other way that
Faust's documentation shows, would send every posting through Kafka once more.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import faust
import orjson

from benchmarks.peers.job import Job
from benchmarks.peers.report import Clock, Task, task


def build(arguments: Task, clock: Clock, finished: asyncio.Event) -> tuple[faust.App, faust.Table]:
    """The app and its table of totals."""
    app = faust.App(
        arguments.name,
        broker=f"kafka://{arguments.bootstrap}",
        store="memory://",
        datadir=arguments.folder,
        topic_partitions=arguments.partitions,
        table_standby_replicas=0,
        web_enabled=False,
    )
    topic = app.topic(
        arguments.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )
    totals = app.Table("totals", default=list, partitions=arguments.partitions)
    seen = app.Table("seen", default=int, partitions=arguments.partitions)
    agent = _one_sum(totals, clock) if arguments.one_sum else _count(totals, seen, arguments, clock)

    async def run(stream: Any) -> None:
        async for event in stream.events():
            agent(event)
            if clock.tick():
                finished.set()

    app.agent(topic)(run)
    return app, totals


def _count(totals: faust.Table, seen: faust.Table, arguments: Task, clock: Clock) -> Callable[[Any], None]:
    read = Job(arguments.stores).read

    def count(event: Any) -> None:
        sale = read(event.value)
        if sale is None:
            clock.invalid += 1
        elif sale.identity in seen:
            clock.repeats += 1
        else:
            seen[sale.identity] = 1
            partition = event.message.partition
            for name, values in sale.postings:
                key = f"{partition}|{name}"
                known = totals[key]
                totals[key] = [a + b for a, b in zip(known, values, strict=True)] if known else values
            clock.counted += 1

    return count


def _one_sum(totals: faust.Table, clock: Clock) -> Callable[[Any], None]:
    def one_sum(event: Any) -> None:
        try:
            body = orjson.loads(event.value)
            key = f"{event.message.partition}|{body['store_id']}"
            totals[key] = [(totals[key] or [0])[0] + body["charged"]]
            clock.counted += 1
        except orjson.JSONDecodeError:
            clock.invalid += 1

    return one_sum


async def main() -> None:
    """Run the agent until all events are counted."""
    arguments = task()
    clock = Clock(arguments)
    finished = asyncio.Event()
    app, table = build(arguments, clock, finished)
    app.finalize()
    await app.start()
    await finished.wait()
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for key, values in table.items():
        total = totals[key.partition("|")[2]]
        for place, value in enumerate(values):
            total[place] += value
    clock.report(totals, f"faust-streaming {faust.__version__}")
    await app.stop()


if __name__ == "__main__":
    asyncio.run(main())
