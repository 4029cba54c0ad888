"""A till while Kafka is away, killed meanwhile: every sale is delivered, in order, and counted once.

The till is a process of the SDK that publishes all the time. Kafka is killed and, later, started again; while
it is away the till is killed without warning, twice in each round. In the end the log in Kafka is read and
held against the till's journal: each event that ``publish`` returned for is there, nothing else is, the
events of an order came in their order, and the ledger counts each of them once.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas.stores import DayRule, StoreEntry
from tests.faults.ground import DIFFERS
from tests.faults.rows import Row
from tests.faults.till_process import DONE, STORE, Job, event
from tests.support.kafka import KafkaBroker
from tests.support.kafka.jars import fetch_jars
from tests.support.tree import ROOT

TOPIC: Final = "till-events"
PARTITIONS: Final = 4
PACE: Final = 40.0
"""Events a second: a till at its busiest, and a hundred times that of a usual one."""
_END_SECONDS: Final = 90.0


class Log(NamedTuple):
    """What is in Kafka: all records by partition."""

    partitions: dict[int, list[ConsumerRecord]]

    def first_seen(self) -> dict[str, list[int]]:
        """By order, the numbers of its events as they came first."""
        found: defaultdict[str, dict[int, None]] = defaultdict(dict)
        for records in self.partitions.values():
            for record in records:
                body = orjson.loads(record.value)
                found[body["order_id"]].setdefault(int(body["event_id"].removeprefix("event-")))
        return {order: list(numbers) for order, numbers in found.items()}


class TillProcess:
    """The till, started as often as need be."""

    def __init__(self, folder: Path, bootstrap: str, last: int) -> None:
        self.journal = folder / "journal"
        self._log = folder / "till.log"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._job = Job(str(folder / "spool"), bootstrap, TOPIC, str(self.journal), 0, last, PACE, now)
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def receipts(self) -> list[int]:
        """Numbers of the events that it got a receipt for."""
        return [int(line) for line in self._lines() if line != DONE]

    def _lines(self) -> list[str]:
        text = self.journal.read_text() if self.journal.exists() else ""
        return text[: text.rfind("\n") + 1].split()

    def start(self) -> None:
        """Start it; it goes on after the last receipt."""
        job = orjson.dumps(replace(self._job, first=len(self.receipts()))).decode()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.till_process", job], cwd=ROOT, stdout=log, stderr=log
            )
        self.starts += 1

    def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def finish(self) -> None:
        """Wait until it has published and sent everything.

        Raises:
            AssertionError: it has not in time, or failed.
        """
        assert self._process is not None
        code = self._process.wait(_END_SECONDS)
        log = self._log.read_text(errors="replace")[-3000:]
        assert (code, self._lines()[-1:]) == (0, [DONE]), log


def run(folder: Path, *, seconds: float, seed: int, broker: KafkaBroker | None = None) -> Row:
    """Sell for about so many seconds, Kafka away for half of them; on a broker of its own if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    with _running(folder, broker) as kafka:
        return _run(folder, kafka, seconds, random.Random(seed))  # noqa: S311 - a repeatable run


@contextmanager
def _running(folder: Path, broker: KafkaBroker | None) -> Iterator[KafkaBroker]:
    made = KafkaBroker(folder / "kafka", fetch_jars()) if broker is None else None
    found = broker or made
    assert found is not None
    if made is not None:
        made.start()
    try:
        yield found
    finally:
        if made is not None:
            made.stop()


def _run(folder: Path, broker: KafkaBroker, seconds: float, chance: random.Random) -> Row:
    asyncio.run(_make_topic(broker.bootstrap))
    ends = time.monotonic() + seconds
    till = TillProcess(folder, broker.bootstrap, last=int(PACE * seconds * 0.75))
    seen = {"till_kills": 0, "kafka_kills": 0, "kept_while_away": 0}
    till.start()
    try:
        while seen["kafka_kills"] == 0 or time.monotonic() + 10 < ends:
            _one_round(till, broker, min(seconds / 3, chance.uniform(8, 20)), chance, seen)
        till.finish()
    finally:
        till.kill()
    return _judge(asyncio.run(_read(broker.bootstrap)), till, seen)


def _one_round(
    till: TillProcess, broker: KafkaBroker, seconds: float, chance: random.Random, seen: dict[str, int]
) -> None:
    """Kafka is there for a while, then away for a while in which the till is killed twice."""
    time.sleep(seconds / 4)
    broker.kill()
    seen["kafka_kills"] += 1
    before = len(till.receipts())
    for _ in range(2):
        time.sleep(chance.uniform(0.1, 0.3) * seconds)
        till.kill()
        till.start()
        seen["till_kills"] += 1
    time.sleep(chance.uniform(0.1, 0.2) * seconds)
    seen["kept_while_away"] += len(till.receipts()) - before
    broker.start()


def _judge(log: Log, till: TillProcess, seen: dict[str, int]) -> Row:
    promised = set(till.receipts())
    orders = log.first_seen()
    arrived = {number for numbers in orders.values() for number in numbers}
    records = sum(len(records) for records in log.partitions.values())
    counted = sum(_counted(partition, records) for partition, records in log.partitions.items())
    differences = {
        "lost": len(promised - arrived),
        "invented": len(arrived - promised),
        "out of order": sum(numbers != sorted(numbers) for numbers in orders.values()),
        "under a wrong order": sum(
            event(number)["order_id"] != order for order, numbers in orders.items() for number in numbers
        ),
        "counted too often": counted - len(arrived),
    }
    seen |= {"events": len(promised), "repeats_in_kafka": records - len(arrived)}
    wrong = [f"{count} {what}" for what, count in differences.items() if count]
    reached = seen["kept_while_away"] > 0 and not wrong
    detail = DIFFERS + ", ".join(wrong) if wrong else f"{len(promised)} events, each counted once"
    return Row("till offline", reached, seen, detail)


def _counted(partition: int, records: list[ConsumerRecord]) -> int:
    """How many of a partition's records the ledger counts; the others must be repeats."""
    calendar = Calendar([StoreEntry(store_id=STORE, days=[DayRule(zone="UTC")])])
    ledger = PartitionLedger(partition, 1, calendar)
    ledger.fold([Record(record.offset, record.timestamp, record.value) for record in records])
    return ledger.position.counted


async def _make_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])
    await admin.close()


async def _read(bootstrap: str) -> Log:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    places = [TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    found: dict[int, list[ConsumerRecord]] = {place.partition: [] for place in places}
    while any([await consumer.position(place) < ends[place] for place in places]):
        for place, records in (await consumer.getmany(timeout_ms=500)).items():
            found[place.partition] += records
    await consumer.stop()
    return Log(found)
