"""How many sales a second one worker counts, on a real Kafka: ``python -m benchmarks.worker``.

A broker is started and filled first; then a worker, a process of its own, counts everything that is there.
The rate is that between its first and its last commit, checkpoints included. Its totals must equal those of a
plain fold of the same events. What came out, and on what, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from benchmarks.events import calendar, events, order_id, stores_file
from daybook.ledger.messages import TotalsBucket, decode_totals
from daybook.ledger.state import PartitionLedger, Record
from daybook.ledger.totals import Totals, merge
from daybook.schemas import topics
from tests.support.kafka.broker import KafkaBroker
from tests.support.kafka.jars import fetch_jars

PARTITIONS: Final = 4
LIMIT_SECONDS: Final = 600
_TICKS: Final = os.sysconf("SC_CLK_TCK")
Merged = dict[tuple[str, str, str, str, str], list[int]]


class Run(NamedTuple):
    """What one run showed: events a second, the workers' CPU seconds, the larger one's megabytes, totals."""

    rate: float
    cpu: float
    resident: float
    totals: Merged


def fill(bootstrap: str, values: list[bytes]) -> None:
    """Publish events as a shop's client would, keyed by order."""
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 20})
    for value in values:
        while True:
            try:
                producer.produce(topics.EVENTS, value, order_id(value))
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(120) == 0


def measure(bootstrap: str, environment: dict[str, str], count: int, *, workers: int, log: Path) -> Run:
    """Start workers on a filled source and wait until they have counted ``count`` events."""
    command = [sys.executable, "-m", "daybook.cli.main", "worker"]
    with log.open("ab") as out:
        running = [
            subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            for _ in range(workers)
        ]
        try:
            rate, _ = wait_for_commits(bootstrap, count, running)
            cpu = sum(_cpu_seconds(worker.pid) for worker in running)
            resident = max(resident_megabytes(worker.pid) for worker in running)
        finally:
            for worker in running:
                worker.terminate()
                worker.wait(60)
    return Run(rate, cpu, resident, read_totals(bootstrap))


def wait_for_commits(
    bootstrap: str, count: int, running: list[subprocess.Popen[bytes]]
) -> tuple[float, float]:
    """Wait until ``count`` events are committed: the rate since the first seen, and the moment."""
    # It only asks for the group's commits, and never joins.
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "daybook", "log_level": 0})
    asked = [TopicPartition(topics.EVENTS, partition) for partition in range(PARTITIONS)]
    first: tuple[float, int] | None = None
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        assert all(worker.poll() is None for worker in running), "a worker has ended"
        time.sleep(0.05)
        try:
            found = reader.committed(asked, timeout=10)
        except KafkaException:  # the group has no coordinator yet
            continue
        done, now = sum(max(0, each.offset) for each in found), time.monotonic()
        if done and first is None:
            first = (now, done)
        if first is not None and done >= count:
            reader.close()
            return (done - first[1]) / max(now - first[0], 1e-9), now
    raise AssertionError(f"not counted within {LIMIT_SECONDS} s")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(pid: int, which: str = "VmHWM") -> float:
    """A process's resident memory in megabytes: the most so far, or (``VmRSS``) that of now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{which}:")[1].split()[0]) / 1024


def read_totals(bootstrap: str) -> Merged:
    """All totals as they were told last, added up over partitions."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "benchmark", "isolation.level": "read_committed"}
        | {"enable.auto.commit": False, "enable.partition.eof": True}
    )
    consumer.assign([TopicPartition(topics.TOTALS, partition, 0) for partition in range(PARTITIONS)])
    newest: dict[tuple[int, bytes], TotalsBucket] = {}
    ends = 0
    while ends < PARTITIONS:
        for message in consumer.consume(10_000, timeout=5.0):
            if message.error() is not None:
                ends += 1
                continue
            partition, key, value = message.partition(), message.key(), message.value()
            assert partition is not None
            assert isinstance(key, bytes)
            assert isinstance(value, bytes)
            bucket = decode_totals(value)
            if isinstance(bucket, TotalsBucket):
                newest[partition, key] = bucket
    consumer.close()
    parts = [Totals() for _ in range(PARTITIONS)]
    for (partition, _), bucket in newest.items():
        parts[partition].restore(bucket)
    return merge(parts)


def plain_totals(values: list[bytes], stores: int) -> Merged:
    """The totals of the same events, counted one by one."""
    ledger = PartitionLedger(0, 1, calendar(stores), columns_from=sys.maxsize)
    now = int(time.time() * 1000)
    for start in range(0, len(values), 10_000):
        batch = values[start : start + 10_000]
        ledger.fold([Record(start + place, now, value) for place, value in enumerate(batch)])
    return merge([ledger.totals])


@contextmanager
def broker() -> Iterator[tuple[str, Path]]:
    """A broker of its own on loopback, and a folder for the run."""
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as name:
        folder = Path(name)
        kafka = KafkaBroker(folder / "kafka", fetch_jars())
        kafka.start()
        try:
            yield kafka.bootstrap, folder
        finally:
            kafka.kill()


def prepared(bootstrap: str, folder: Path, stores: int) -> dict[str, str]:
    """The environment of a worker, with its stores file written and its topics created."""
    path = folder / f"stores-{stores}.json"
    path.write_text(stores_file(stores).model_dump_json())
    environment = os.environ | {
        "DAYBOOK_KAFKA_BOOTSTRAP": bootstrap,
        "DAYBOOK_PARTITIONS": str(PARTITIONS),
        "DAYBOOK_STORES_FILE": str(path),
    }
    command = [sys.executable, "-m", "daybook.cli.main", "topics", "--json"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def main() -> None:
    """Run once and print the figures, one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--stores", type=int, default=20)
    parser.add_argument("--products", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep-log", type=Path, help="a file for the workers' log")
    chosen = parser.parse_args()
    values = events(chosen.events, stores=chosen.stores, products=chosen.products)
    with broker() as (bootstrap, folder):
        environment = prepared(bootstrap, folder, chosen.stores)
        fill(bootstrap, values)
        log = chosen.keep_log or folder / "worker.log"
        run = measure(bootstrap, environment, len(values), workers=chosen.workers, log=log)
    equal = run.totals == plain_totals(values, chosen.stores)
    figures = {
        "events": len(values),
        "stores": chosen.stores,
        "products": chosen.products,
        "workers": chosen.workers,
        "events a second": round(run.rate),
        "CPU microseconds an event": round(run.cpu / len(values) * 1e6, 1),
        "resident megabytes": round(run.resident),
        "totals": len(run.totals),
        "equal to the plain way": equal,
    }
    print(json.dumps(figures))
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    main()
