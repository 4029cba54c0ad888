"""Daybook as it is run: worker and sink as processes of their own, between a real Kafka and a ClickHouse."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson
from confluent_kafka import Producer

from daybook.epochs import read_epoch
from daybook.ledger.calendar import Calendar
from daybook.schemas import topics
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.errors import StoreError
from daybook.sinks.migrate import migrate
from daybook.sinks.reading import counts
from daybook.sinks.store import Store
from tests.streams import truth
from tests.streams.program import Program
from tests.streams.trade import STORES, Sent, Trade

PARTITIONS: Final = 4
RETENTION: Final = timedelta(days=14)
SESSION_SECONDS: Final = 6
LIMIT: Final = 150.0
"""Seconds after which a test gives up waiting."""
CALENDAR: Final = Calendar(
    [StoreEntry(store_id=name, region="north", days=[DayRule(zone="UTC")]) for name in STORES]
)


class Plant:
    """Topics, stores file, worker and sink on one broker and one database; sales are published into it."""

    def __init__(
        self,
        bootstrap: str,
        url: str,
        database: str,
        folder: Path,
        *,
        calendar: Calendar = CALENDAR,
        seed: int = 20,
        replication: int = 1,
    ) -> None:
        self.bootstrap = bootstrap
        self.folder = folder
        self.calendar = calendar
        self.limit = LIMIT
        self.code = str(Path(__file__).resolve().parents[2])
        self.trade_is_known = True
        """Whether what was published is exactly what the trade made."""
        stores = folder / "stores.json"
        entries = [entry.model_dump(mode="json") for entry in calendar.stores]
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
            "DAYBOOK_REPLICATION_FACTOR": str(replication),
        }
        self.store = Store.over_http(url, database)
        migrate(self.store)
        self.trade = Trade(seed)
        self.sent = 0
        self.programs: list[Program] = []
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
        self.end()

    def end(self) -> None:
        """Kill what runs and let go of the rest."""
        for program in self.programs:
            program.kill()
        if self._sending is not None:
            self._sending.join()
        self.store.close()

    def program(self, *arguments: str, module: str = "daybook.cli.main") -> Program:
        """A further process, not started yet; it is named after the last of its arguments."""
        log = self.folder / f"{arguments[-1]}-{len(self.programs)}.log"
        made = Program(arguments, self.environment, log, module)
        self.programs.append(made)
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
        """Events that ClickHouse knows to be received; -1 while it is away or has no tables."""
        try:
            return counts(self.store).received
        except StoreError:
            return -1

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition, and start again what ended itself meanwhile."""
        deadline = time.monotonic() + self.limit
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {p.log.name}\n{p.text()[-4000:]}" for p in self.programs)
                raise AssertionError(f"{what}: not within {self.limit:g} s\n{logs}")
            for program in self.programs:
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
        """Wait until more is counted and written than before, or everything is."""
        before = max(0, self.received())
        self.wait(lambda: self.received() > before or before >= self.sent, "progress")

    def join(self) -> None:
        """Wait until everything is published."""
        if self._sending is not None:
            self._sending.join()

    def moved_to(self, url: str) -> None:
        """Have worker and sink use another ClickHouse from their next start."""
        self.store.close()
        self.store = Store.over_http(url, self.store.database)
        migrate(self.store)
        for program in self.programs:
            program.environment["DAYBOOK_CLICKHOUSE_URL"] = url

    def settle(self) -> None:
        """Wait until everything that was published is counted and stands in ClickHouse."""
        self.join()
        self.wait(lambda: self.received() >= self.sent, f"{self.sent} events received")

    def epoch(self) -> int:
        """The source topic's epoch."""
        epoch = asyncio.run(read_epoch(self.bootstrap))
        assert epoch is not None
        return epoch

    def source(self) -> truth.Source:
        """The log, and what is needed to count it."""
        return truth.Source(self.bootstrap, PARTITIONS, self.epoch(), self.calendar)

    def differences(self) -> list[str]:
        """Hold Faust's table, ``sales.totals`` and ClickHouse against the log and the shop's own sums."""
        source = self.source()
        ledgers = truth.fold_log(source)
        outcomes = truth.outcomes_of(ledgers)
        count = "SELECT count() FROM outcomes FINAL"
        # They travel on a topic of their own, so that positions can be seen a moment before them.
        self.wait(lambda: int(self.store.value(count)) >= outcomes, f"{outcomes} outcomes")
        found = truth.differences(source, self.store, ledgers)
        positions = [ledger.position for ledger in ledgers]
        if not self.trade_is_known:
            return found
        if (received := sum(p.received for p in positions)) != self.sent:
            found.append(f"{self.sent} events were published, {received} stand in the log")
        if (sums := truth.store_sums(self.store)) != self.trade.sums:
            found.append(f"ClickHouse gives {sums}, the shops {self.trade.sums}")
        if (dead := sum(p.dead for p in positions)) != self.trade.damaged:
            found.append(f"{dead} dead letters of {self.trade.damaged} damaged events")
        if sum(p.duplicates for p in positions) < self.trade.repeats:
            found.append(f"fewer duplicates than the {self.trade.repeats} repeats")
        return found

    def check(self) -> None:
        """Nothing differs."""
        assert self.differences() == []


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
