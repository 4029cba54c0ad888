"""From publishing an event to its total being readable: at two rates, the real worker in between.

An event is visible once a consumer that reads what is committed has the partition's position on
``sales.totals`` beyond it: everything that it changed was written in the same transaction.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from benchmarks.contenders import Field, daybook_environment, unique
from benchmarks.environments import ROOT
from benchmarks.kafka import daybook_topics
from benchmarks.report import Row
from benchmarks.rows.context import Context, say
from benchmarks.stream import PARTITIONS, Sent, Shops, stream
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.schemas import topics

RATES: Final = (1_000, 10_000)
SECONDS: Final = 20
WARM_SECONDS: Final = 5
MOST_P99: Final = 1.0
_START_SECONDS: Final = 120.0
_TAIL_SECONDS: Final = 60.0
_TICK: Final = 0.005


def rows(context: Context) -> list[Row]:
    """A row for each rate."""
    return [_row(context, rate) for rate in RATES]


def _row(context: Context, rate: int) -> Row:
    seconds = SECONDS if context.rounds > 1 else WARM_SECONDS * 2
    latencies = sorted(_latencies(context, rate, seconds))
    p50, p99 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    say(f"{rate:,} a second: p50 {p50:.3f} s, p99 {p99:.3f} s")
    bound = rate == max(RATES)
    return Row(
        f"published to visible at {rate:,} events/s",
        f"p50 {p50 * 1000:,.0f} ms, p99 {p99 * 1000:,.0f} ms",
        f"p99 <= {MOST_P99:g} s" if bound else "",
        p99 <= MOST_P99 if bound else None,
        f"{len(latencies):,} events",
    )


def _latencies(context: Context, rate: int, seconds: int) -> list[float]:
    """Seconds from publishing to visible of every event after the warm-up."""
    context.refill([])
    application = unique("latency")
    daybook_topics(context.bootstrap, application)
    field = Field(context.bootstrap, topics.EVENTS, 0, context.stores(Shops()))
    watch = Watch(context.bootstrap)
    log = (context.folder / f"{application}.log").open("wb")
    worker = subprocess.Popen(
        [sys.executable, "-m", "daybook.cli.main", "worker"],
        env=daybook_environment(field, application),
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    try:
        records = stream(rate * seconds)
        # One event for each partition, so that the worker has started when the clock does.
        lead = [next(record for record in records if record.partition == p) for p in range(PARTITIONS)]
        _publish(context.bootstrap, lead, rate)
        watch.wait([1] * PARTITIONS, _START_SECONDS)
        published = _publish(context.bootstrap, records, rate)
        counts = [1 + len(times) for times in published]
        watch.wait(counts, _TAIL_SECONDS)
    finally:
        worker.terminate()
        worker.wait(60)
        watch.close()
        log.close()
    skipped = rate * WARM_SECONDS // PARTITIONS
    return [
        visible - sent
        for partition, times in enumerate(published)
        for sent, visible in zip(
            times[skipped:], watch.visible(partition, 1, len(times))[skipped:], strict=True
        )
    ]


def _publish(bootstrap: str, records: list[Sent], rate: int) -> list[list[float]]:
    """Publish at a rate; for each partition the moments at which its events were handed over, in order."""
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 5, "log_level": 0}
    )
    times: list[list[float]] = [[] for _ in range(PARTITIONS)]
    began = time.monotonic()
    sent = 0
    while sent < len(records):
        due = min(len(records), int((time.monotonic() - began) * rate) + 1)
        for record in records[sent:due]:
            producer.produce(topics.EVENTS, record.value, record.key, record.partition)
            times[record.partition].append(time.monotonic())
        sent = due
        producer.poll(0)
        time.sleep(_TICK)
    if producer.flush(30):
        raise TimeoutError("not everything was published")
    return times


class Watch:
    """Reads the positions on ``sales.totals`` and notes when each became readable."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._seen: list[list[tuple[int, float]]] = [[(0, 0.0)] for _ in range(PARTITIONS)]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": unique("watch"),
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 20,
                "log_level": 0,
            }
        )
        begin = [
            self._consumer.get_watermark_offsets(TopicPartition(topics.TOTALS, p)) for p in range(PARTITIONS)
        ]
        self._consumer.assign(
            [TopicPartition(topics.TOTALS, p, end or OFFSET_BEGINNING) for p, (_, end) in enumerate(begin)]
        )
        self._thread.start()

    def _read(self) -> None:
        while not self._ending.is_set():
            for message in self._consumer.consume(1000, 0.05):
                key, value = message.key(), message.value()
                # Buckets are many and large: only positions are read.
                if isinstance(key, bytes) and key.startswith(b"position|") and isinstance(value, bytes):
                    position = decode_totals(value)
                    assert isinstance(position, PartitionPosition)
                    self._seen[position.partition].append((position.next_offset, time.monotonic()))

    def wait(self, counts: list[int], seconds: float) -> None:
        """Wait until each partition's position has reached its count."""
        deadline = time.monotonic() + seconds
        while any(self._seen[p][-1][0] < count for p, count in enumerate(counts)):
            if time.monotonic() > deadline:
                raise TimeoutError("the worker did not count what was published")
            time.sleep(0.05)

    def visible(self, partition: int, first: int, count: int) -> list[float]:
        """When each of ``count`` events from offset ``first`` on became readable."""
        moments: list[float] = []
        seen = iter(self._seen[partition])
        reached, moment = next(seen)
        for offset in range(first, first + count):
            while reached <= offset:
                reached, moment = next(seen)
            moments.append(moment)
        return moments

    def close(self) -> None:
        """End reading."""
        self._ending.set()
        self._thread.join()
        self._consumer.close()
