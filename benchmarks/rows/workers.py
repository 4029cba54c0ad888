"""Two workers against one, on the four partitions of one topic; and what the broker takes meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException
from confluent_kafka.admin import AdminClient

from benchmarks.contenders import (
    ContenderFailedError,
    Field,
    Samples,
    daybook_environment,
    document,
    unique,
    worker_report,
)
from benchmarks.environments import ROOT
from benchmarks.kafka import daybook_topics, fill
from benchmarks.report import Row, at_least, rates
from benchmarks.rows.context import Context, say
from benchmarks.stream import PARTITIONS, Sent, Shops, stream
from daybook.schemas import topics

LEAST: Final = 1.6
_LIMIT: Final = 300.0
_START_SECONDS: Final = 60.0
_END_SECONDS: Final = 60
_ENDLESS: Final = 2**62


class Pace(NamedTuple):
    """Events a second, and the share of one core that each side took."""

    rate: float
    workers: float
    broker: float


def rows(context: Context) -> list[Row]:
    """The ratio, round by round, and both rates."""
    records = stream(context.events * 3)
    field = Field(context.bootstrap, topics.EVENTS, len(records), context.stores(Shops()))
    paces: dict[int, list[Pace]] = {1: [], 2: []}
    for _ in range(context.rounds):
        for count, found in paces.items():
            pace = _pace(context, field, records, count)
            say(f"{count} worker(s): {pace.rate:,.0f} events a second")
            found.append(pace)
    ratios = [two.rate / one.rate for one, two in zip(paces[1], paces[2], strict=True)]
    made = [at_least("two workers : one", ratios, LEAST)]
    for count, found in paces.items():
        note = f"workers take {_mean(p.workers for p in found)} of a core"
        if context.broker.pid is not None:
            note += f", the broker {_mean(p.broker for p in found)}"
        made.append(rates(f"{count} worker(s)", [pace.rate for pace in found], "events/s", note))
    return made


def _mean(values: Any) -> str:
    shares = list(values)
    return f"{sum(shares) / len(shares):.2f}"


def _pace(context: Context, field: Field, records: list[Sent], count: int) -> Pace:
    """The rate of so many workers together while all of them are at work."""
    context.refill([])
    application = unique("workers")
    daybook_topics(context.bootstrap, application)
    environment = daybook_environment(field, application)
    command = [sys.executable, "-m", "benchmarks.daybook_worker", "--events", str(_ENDLESS)]
    started = [
        subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    broker = _Usage(context)
    try:
        _wait_for_members(context, application, count)
        # Only now, so that nobody has counted anything before all have their partitions.
        fill(context.bootstrap, topics.EVENTS, records)
        filled = time.monotonic()
        _wait(field, application, started, broker)
        for process in started:
            process.terminate()
        reports = [document(*process.communicate(timeout=_END_SECONDS)) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    return _together([_own(worker_report(report).samples) for report in reports], broker, filled)


class _Usage:
    """The broker's processor time, looked at now and then."""

    def __init__(self, context: Context) -> None:
        self._broker = context.broker
        self._looks: list[tuple[float, float]] = []

    def look(self) -> None:
        if (used := self._broker.cpu_seconds()) is not None:
            self._looks.append((time.monotonic(), used))

    def share(self, begin: float, end: float) -> float:
        """The share of one core between two moments."""
        inside = [look for look in self._looks if begin <= look[0] <= end]
        if len(inside) < 2:
            return float("nan")
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])


def _wait(field: Field, application: str, started: Sequence[subprocess.Popen[str]], usage: _Usage) -> None:
    """Return once every event is counted, checkpointed and committed."""
    admin = AdminClient({"bootstrap.servers": field.bootstrap, "log_level": 0})
    deadline = time.monotonic() + _LIMIT
    while _committed(admin, application) < field.events:
        if time.monotonic() > deadline or any(process.poll() is not None for process in started):
            raise ContenderFailedError("the workers did not count to the end")
        usage.look()
        time.sleep(0.2)


def _wait_for_members(context: Context, group: str, count: int) -> None:
    """Return once so many members share the group's partitions."""
    admin = AdminClient({"bootstrap.servers": context.bootstrap, "log_level": 0})
    deadline = time.monotonic() + _START_SECONDS
    while True:
        owned = _owned(admin, group)
        if len(owned) == count and min(owned) > 0 and sum(owned) >= PARTITIONS:
            return
        if time.monotonic() > deadline:
            raise ContenderFailedError("the workers did not share the partitions")
        time.sleep(0.2)


def _owned(admin: AdminClient, group: str) -> list[int]:
    """How many partitions each member has; nothing while the group has no coordinator yet."""
    try:
        members = admin.describe_consumer_groups([group])[group].result(30).members
    except KafkaException:
        return []
    return [len(member.assignment.topic_partitions) for member in members if member.assignment]


def _committed(admin: AdminClient, group: str) -> int:
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    found = asked[group].result(30).topic_partitions or []
    return sum(max(0, place.offset) for place in found if place.topic == topics.EVENTS)


def _own(samples: Samples) -> Samples:
    """A worker's samples since its last assignment: before that it may have had other partitions."""
    start = 0
    for number in range(1, len(samples)):
        if samples[number][1] < samples[number - 1][1]:
            start = number
    return [(moment, count, cpu) for moment, count, cpu in samples[start:]]


def _together(workers: Sequence[Samples], usage: _Usage, filled: float) -> Pace:
    """The rates added up while all were at work: from a fifth of each one's way to the first end."""
    begin = max(filled, *(_at_share(samples, 1 / 5) for samples in workers))
    end = min(samples[-1][0] for samples in workers)
    if end <= begin:
        raise ContenderFailedError("the workers were not at work at the same time")
    rate = busy = 0.0
    for samples in workers:
        inside = [sample for sample in samples if begin <= sample[0] <= end]
        if len(inside) < 2:
            raise ContenderFailedError("a worker was not at work while the other was")
        first, last = inside[0], inside[-1]
        seconds = last[0] - first[0]
        rate += (last[1] - first[1]) / seconds
        busy += (last[2] - first[2]) / seconds
    return Pace(rate, busy, usage.share(begin, end))


def _at_share(samples: Samples, share: float) -> float:
    low, high = samples[0][1], samples[-1][1]
    return next(moment for moment, count, _ in samples if count >= low + (high - low) * share)
