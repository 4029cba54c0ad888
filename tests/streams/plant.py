"""Daybook as it is run: worker and sink as processes of their own, between a real Kafka and a ClickHouse."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from daybook.ledger import measures
from daybook.ledger.calendar import Calendar
from daybook.ledger.messages import decode_outcomes
from daybook.ledger.state import PartitionLedger, Record
from daybook.ledger.totals import merge
from daybook.schemas import topics
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.reading import counts, store_totals
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from tests.streams.trade import STORES, Sent, Sums, Trade

PARTITIONS: Final = 4
RETENTION: Final = timedelta(days=14)
SESSION_SECONDS: Final = 6
FAILED: Final = 4
"""Exit code of a worker that ended itself; whoever runs it starts it again."""
LIMIT: Final = 75.0
"""Seconds after which a test gives up waiting."""
CALENDAR: Final = Calendar(
    [StoreEntry(store_id=name, region="north", days=[DayRule(zone="UTC")]) for name in STORES]
)
Totals = dict[tuple[str, ...], list[int]]


class Program:
    """One ``daybook`` process, started as often as need be. Its log is kept over restarts."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        self._command = [sys.executable, "-m", "daybook.cli.main", name]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.ends: list[int] = []
        """Exit codes of those that ended by themselves."""

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """End it in order; its exit code."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(40)
        self._process = None
        return code

    def tend(self) -> None:
        """Start it again if it has ended itself, as a supervisor would; anything else is an error."""
        if self._process is not None and (code := self._process.poll()) is not None:
            self.ends.append(code)
            assert code == FAILED, f"ended with {code}:\n{self.text()[-3000:]}"
            self.start()

    def ended(self) -> bool:
        """Whether it was started and has ended."""
        return self._process is not None and self._process.poll() is not None

    def text(self) -> str:
        """All that it has logged."""
        return self.log.read_text(errors="replace")


class Plant:
    """Topics, stores file, worker and sink on one broker and one database; sales are published into it."""

    def __init__(self, bootstrap: str, url: str, database: str, folder: Path) -> None:
        self.bootstrap = bootstrap
        self.folder = folder
        stores = folder / "stores.json"
        entries = [entry.model_dump(mode="json") for entry in CALENDAR.stores]
        stores.write_bytes(orjson.dumps({"stores": entries}))
        self.environment = os.environ | {
            "DAYBOOK_KAFKA_BOOTSTRAP": bootstrap,
            "DAYBOOK_PARTITIONS": str(PARTITIONS),
            "DAYBOOK_CLICKHOUSE_URL": url,
            "DAYBOOK_CLICKHOUSE_DATABASE": database,
            "DAYBOOK_STORES_FILE": str(stores),
            "DAYBOOK_SESSION_TIMEOUT": str(SESSION_SECONDS),
            "DAYBOOK_CHECKPOINT_SECONDS": "0.1",
            "DAYBOOK_STALL_SECONDS": "30",
        }
        self.store = Store.over_http(url, database)
        self.trade = Trade(20)
        self.sent = 0
        self._programs: list[Program] = []
        self._sending: threading.Thread | None = None
        self.topics()
        self.worker = self.program("worker")
        self.sink = self.program("sink")

    def __enter__(self) -> Self:
        self.worker.start()
        self.sink.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._programs:
            program.kill()
        if self._sending is not None:
            self._sending.join()
        self.store.close()

    def program(self, name: str) -> Program:
        """A further process, not started yet."""
        made = Program(name, dict(self.environment), self.folder / f"{name}-{len(self._programs)}.log")
        self._programs.append(made)
        return made

    def topics(self) -> dict[str, object]:
        """Run ``daybook topics``; its document."""
        command = [sys.executable, "-m", "daybook.cli.main", "topics", "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        document: dict[str, object] = orjson.loads(done.stdout)
        return document

    def publish(self, count: int, *, per_second: int | None = None) -> None:
        """Publish the next events, in a thread of its own if a pace is given."""
        records = list(self.trade.events(count))
        self.sent += count
        if per_second is None:
            send(self.bootstrap, records, None)
            return
        assert self._sending is None or not self._sending.is_alive()
        self._sending = threading.Thread(target=send, args=(self.bootstrap, records, per_second))
        self._sending.start()

    def received(self) -> int:
        """Events that ClickHouse knows to be received; -1 while it has no tables."""
        if not self.store.rows(
            "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'positions'"
        ):
            return -1
        return counts(self.store).received

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition, and start again what ended itself meanwhile."""
        deadline = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {p.log.name}\n{p.text()[-4000:]}" for p in self._programs)
                raise AssertionError(f"{what}: not within {LIMIT:g} s\n{logs}")
            for program in self._programs:
                program.tend()
            time.sleep(0.1)

    def kill_at_random(self, program: Program, times: int, seed: int) -> None:
        """Kill a program again and again at moments that a seed decides, each time while it works."""
        moments = random.Random(seed)  # noqa: S311 - a repeatable run
        for _ in range(times):
            self.progress()
            time.sleep(moments.uniform(0.0, 0.4))
            program.kill()
            program.start()

    def progress(self) -> None:
        """Wait until more is counted and written than before."""
        before = self.received()
        self.wait(lambda: self.received() > before, "progress")

    def settle(self) -> None:
        """Wait until everything that was published is counted and stands in ClickHouse."""
        if self._sending is not None:
            self._sending.join()
        self.wait(lambda: self.received() >= self.sent, f"{self.sent} events received")

    def epoch(self) -> int:
        """The epoch that the positions are of."""
        return int(self.store.value("SELECT max(epoch) FROM positions"))

    def check(self) -> None:
        """Hold totals in ClickHouse against three things: the ledger's own, the lines, the shop's sums."""
        ledgers = fold_log(self.bootstrap, self.sent, self.epoch())
        counted = counts(self.store)
        positions = [ledger.position for ledger in ledgers]
        assert counted.received == self.sent == counted.counted + counted.duplicates + counted.dead
        assert counted.dead == sum(p.dead for p in positions) == self.trade.damaged
        assert counted.duplicates == sum(p.duplicates + p.superseded for p in positions)
        assert counted.duplicates >= self.trade.repeats
        assert stored_totals(self.store) == without_zeros(merge(ledger.totals for ledger in ledgers))
        self._wait_for_outcomes(ledgers)
        differences = reconcile(self.store)
        assert not differences, differences[:5]
        assert store_sums(self.store) == self.trade.sums

    def _wait_for_outcomes(self, ledgers: list[PartitionLedger]) -> None:
        # They travel on a topic of their own, so that positions can be seen a moment before them.
        told = [ledger.take_checkpoint().outcomes for ledger in ledgers]
        expected = sum(len({o.offset for o in decode_outcomes(value).outcomes}) for value in told if value)
        count = "SELECT count() FROM outcomes FINAL"
        self.wait(lambda: int(self.store.value(count)) == expected, f"{expected} outcomes")


def fold_log(bootstrap: str, count: int, epoch: int) -> list[PartitionLedger]:
    """The ledgers of all partitions, from the whole log in one go."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "expectation", "enable.auto.commit": False}
    )
    consumer.assign([TopicPartition(topics.EVENTS, partition, 0) for partition in range(PARTITIONS)])
    records: defaultdict[int, list[Record]] = defaultdict(list)
    read = 0
    deadline = time.monotonic() + LIMIT
    while read < count and time.monotonic() < deadline:
        for message in consumer.consume(10_000, timeout=1.0):
            assert message.error() is None
            partition, value = message.partition(), message.value()
            assert partition is not None
            assert isinstance(value, bytes)
            records[partition].append(Record(message.offset() or 0, message.timestamp()[1], value))
            read += 1
    consumer.close()
    assert read == count
    ledgers = [PartitionLedger(partition, epoch, CALENDAR) for partition in range(PARTITIONS)]
    for ledger in ledgers:
        ledger.fold(records[ledger.partition])
    return ledgers


def stored_totals(store: Store) -> Totals:
    """All merged totals in ClickHouse that are not zero."""
    columns = ", ".join(measures.STORED)
    rows = store.rows(f"SELECT book, business_date, currency, dimension, key, {columns} FROM merged_totals")  # noqa: S608
    return without_zeros({(r[0], r[1].isoformat(), *r[2:5]): [int(v) for v in r[5:]] for r in rows})


def without_zeros(totals: dict[tuple[str, str, str, str, str], list[int]]) -> Totals:
    """Totals in which anything happened that is left."""
    return {name: vector for name, vector in totals.items() if any(vector)}


def store_sums(store: Store) -> dict[str, Sums]:
    """What ClickHouse gives for each store over all days, in the shop's own terms."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in store_totals(store):
        f = row.figures
        for place, value in enumerate((f.gross, f.discounts, f.orders, f.charged)):
            sums[row.store_id][place] += value
    return {name: Sums(*values) for name, values in sums.items()}


def send(bootstrap: str, records: Iterable[Sent], per_second: int | None) -> None:
    """Publish records, at a pace if one is given, and return once the broker has all of them."""
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 10, "log_level": 0}
    )
    began = time.monotonic()
    for number, record in enumerate(records):
        if per_second is not None and number % 50 == 0:
            producer.poll(0)
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        while True:
            try:
                producer.produce(topics.EVENTS, record.value, record.key)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(60) == 0
