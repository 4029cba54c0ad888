"""A watcher and a notifier that are told of totals, and a receiver that checks what it is told."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from daybook.ledger import measures as m
from daybook.ledger.messages import PartitionPosition, TotalsBucket, encode
from daybook.ledger.positions import version
from daybook.producers.gateway.signatures import new_signing_key, signed, signer
from daybook.schemas import topics
from daybook.schemas.notifications import Notification
from tests.streams.program import Program
from tests.support.receiver import Answer, Posted, Receiver

STORES: Final = ("leeds", "york", "hull")
EPOCH: Final = 3_600_000
_DAYS: Final = 36
_QUARTER: Final = 900
_DAY: Final = 86_400
KEY: Final = new_signing_key("alerts", stores=["*"], sources=["*"], now=datetime.now(UTC))
LIMIT: Final = 100.0
_ENTRY: Final = "tests.faults.entry"
_RULES: Final = {
    "rules": [
        {
            "id": "last-hour",
            "kind": "recent",
            "minutes": 60,
            "after_percent_of_day": 0,
            "hold_minutes": 0,
            "beyond_spread": "0",
        }
    ],
    "routes": [
        {
            "name": "all",
            "receivers": ["hook"],
            "group_by": ["store"],
            "group_wait_seconds": 0,
            "group_interval_seconds": 0,
        }
    ],
}


class Heard:
    """What the receiver made of what it was told; it checks every signature."""

    def __init__(self) -> None:
        self.fires: dict[str, int] = {}
        self.over: dict[str, int] = {}
        self.forged = 0

    def __call__(self, posted: Posted) -> Answer:
        """Take a notification."""
        if signer(signed(posted.headers, datetime.now(UTC)), posted.body, [KEY]) is None:
            self.forged += 1
            return 401, {}, b""
        told = Notification.model_validate_json(posted.body)
        for alert in told.alerts:
            store = alert.scope.store or ""
            for keys, known in ((told.firing, self.fires), (told.resolved, self.over)):
                if alert.dedup_key in keys:
                    known[store] = known.get(store, 0) + 1
        return 204, {}, b""


class Alerting:
    """A broker with topics, a receiver, and the two programs on them; totals are told as the worker does."""

    def __init__(self, bootstrap: str, folder: Path, receiver: Receiver) -> None:
        self.bootstrap = bootstrap
        self.folder = folder
        self.heard = Heard()
        receiver.answer = self.heard
        self.now = int(time.time())
        self._told = 0
        self._write_files(receiver.url)
        self.environment = os.environ | {
            "DAYBOOK_KAFKA_BOOTSTRAP": bootstrap,
            "DAYBOOK_PARTITIONS": "1",
            "DAYBOOK_EPOCH": str(EPOCH),
            "DAYBOOK_STORES_FILE": str(folder / "stores.json"),
            "DAYBOOK_RULES_FILE": str(folder / "rules.json"),
            "DAYBOOK_SESSION_TIMEOUT": "6",
            "DAYBOOK_TICK_SECONDS": "0.5",
            "DAYBOOK_EVALUATION_SECONDS": "0.5",
        }
        command = [sys.executable, "-m", "daybook.cli.main", "topics", "--json"]
        subprocess.run(command, env=self.environment, capture_output=True, check=True)
        self.watcher = self.program("watcher")
        self.notifier = self.program("notifier")

    def _write_files(self, url: str) -> None:
        (self.folder / "hook.secret").write_text(KEY.secret)
        receivers = [{"id": "hook", "type": "webhook", "url": url, "secret_file": "hook.secret"}]
        (self.folder / "rules.json").write_bytes(orjson.dumps(_RULES | {"receivers": receivers}))
        stores = [{"store_id": name, "region": "north", "days": [{"zone": "UTC"}]} for name in STORES]
        (self.folder / "stores.json").write_bytes(orjson.dumps({"stores": stores}))

    def program(self, name: str) -> Program:
        """One of Daybook's programs, not started yet."""
        return Program([name], self.environment, self.folder / f"{name}.log", "daybook.cli.main")

    def forced(self, program: Program, *faults: str) -> None:
        """Start a program with faults in it."""
        name = program.arguments[-1]
        program.module = _ENTRY if faults else "daybook.cli.main"
        program.arguments = [",".join(faults), name] if faults else [name]
        program.ends_itself = bool(faults)
        program.start()

    def tell_past(self) -> None:
        """Five weeks in which every quarter hour of every store sold alike; nothing in the last two hours."""
        today = self.now // _DAY * _DAY
        with self._producer() as producer:
            for back in range(_DAYS, -1, -1):
                began = today - back * _DAY
                last = self.now - 7200 if back == 0 else began + _DAY
                self._tell(producer, began, last)

    def tell_recovery(self) -> None:
        """The stores have sold as ever, up to now and beyond."""
        today = self.now // _DAY * _DAY
        with self._producer() as producer:
            # The hour that is looked at may have begun the day before.
            for began in (today - _DAY, today, today + _DAY):
                self._tell(producer, began, began + _DAY)

    def _tell(self, producer: Producer, began: int, last: int) -> None:
        self._told += 1
        place = version(EPOCH, self._told)
        day = date.fromordinal(date(1970, 1, 1).toordinal() + began // _DAY).isoformat()
        vector = [0] * m.WIDTH
        vector[m.GROSS], vector[m.ORDERS] = 10_000, 10
        entries = {
            f"{store}|{quarter}": [place, *vector]
            for store in STORES
            for quarter in range(began, min(last, began + _DAY), _QUARTER)
        }
        bucket = TotalsBucket(EPOCH, 0, place, "sales", day, "GBP", "store_quarter", entries)
        position = PartitionPosition(EPOCH, 0, self._told, self._told, self._told, 0, 0, 0, self.now * 1000)
        key = f"sales|{day}|GBP|store_quarter|0".encode()
        producer.produce(topics.TOTALS, encode(bucket), key, partition=0)
        producer.produce(topics.TOTALS, encode(position), b"position", partition=0)

    @contextlib.contextmanager
    def _producer(self) -> Iterator[Producer]:
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        yield producer
        assert producer.flush(30) == 0

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait, and start again what ended itself."""
        deadline = time.monotonic() + LIMIT
        programs = (self.watcher, self.notifier)
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {p.log.name}\n{p.text()[-6000:]}" for p in programs)
                raise AssertionError(f"{what}: not within {LIMIT:g} s\n{logs}")
            for program in programs:
                program.tend()
            time.sleep(0.1)

    def kill_at(self, program: Program, *faults: str) -> None:
        """Start a program that dies at a step, and wait until it has."""
        self.forced(program, *faults)
        self.wait(program.ended, f"the end of {program.arguments[-1]} at {faults[0]}")
        program.kill()

    def records(self, topic: str) -> Iterator[bytes]:
        """The values that stand in a topic of one partition, in order."""
        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": "faults", "enable.partition.eof": True}
        )
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        try:
            while (message := consumer.poll(30)) is not None and message.error() is None:
                yield message.value() or b""
        finally:
            consumer.close()

    def heard_within(self, seconds: float, told: dict[str, int]) -> bool:
        """Whether the receiver is told of every store in time."""
        deadline = time.monotonic() + seconds
        while set(told) != set(STORES) and time.monotonic() < deadline:
            for program in (self.watcher, self.notifier):
                program.tend()
            time.sleep(0.1)
        return set(told) == set(STORES)

    def untold(self) -> int:
        """How many stores nothing was told of."""
        return len(set(STORES) - set(self.heard.fires))

    def use_clickhouse(self, url: str) -> None:
        """Have all programs know a server, with its tables made."""
        self.environment["DAYBOOK_CLICKHOUSE_URL"] = url
        for program in (self.watcher, self.notifier):
            program.environment["DAYBOOK_CLICKHOUSE_URL"] = url
        command = [sys.executable, "-m", "daybook.cli.main", "migrate", "--json"]
        subprocess.run(command, env=self.environment, capture_output=True, check=True)

    def end(self) -> None:
        """Kill what runs."""
        self.watcher.kill()
        self.notifier.kill()


@contextlib.contextmanager
def alerting(bootstrap: str, folder: Path) -> Iterator[Alerting]:
    """The ground, with five weeks told and nothing started."""
    with Receiver() as receiver:
        made = Alerting(bootstrap, folder, receiver)
        try:
            made.tell_past()
            yield made
        finally:
            made.end()
