"""How long a worker takes to come up with a large state: ``python -m benchmarks.cold_start``.

The changelog on a real Kafka holds 300,000 totals and 5 million remembered identities, spread over four
partitions. Measured are the seconds from the worker's start to its first commit, and its resident memory.
What came out, and on what, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from confluent_kafka import Producer

from benchmarks.events import calendar, events
from benchmarks.worker import PARTITIONS, broker, fill, prepared, resident_megabytes, wait_for_commits
from daybook.ledger import measures as m
from daybook.ledger.measures import WIDTH
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.remembered import HOUR_MS, REMEMBER_HOURS
from daybook.ledger.state import PartitionLedger
from daybook.ledger.totals import DIMENSIONS

CHANGELOG = "daybook-totals-changelog"
PER_CHECKPOINT = 5_000
"""Identities that one checkpoint adds; a chunk for each."""


def state(partition: int, totals: int, identities: int) -> Iterator[tuple[bytes, bytes]]:
    """A changelog's records of a made-up state."""
    made = PartitionLedger(partition, 1, calendar())
    keys = 1_500
    for day in range(totals // keys):
        name = (date(2025, 1, 1) + timedelta(days=day)).isoformat()
        entries = {f"key-{key}": [1 << 40 | key, *_measures(key)] for key in range(keys)}
        dimension = DIMENSIONS[day % len(DIMENSIONS)]
        made.totals.restore(TotalsBucket(1, partition, 1 << 40, "sales", name, "GBP", dimension, entries))
    made.totals.mark_all()
    yield from _changelog(made)
    now = int(time.time() * 1000)
    for start in range(0, identities, PER_CHECKPOINT):
        names = [_identity(partition, number) for number in range(start, start + PER_CHECKPOINT)]
        at = now - (REMEMBER_HOURS - 1) * HOUR_MS * (identities - start) // identities
        made.remembered.add_all(names, [at] * len(names), range(start, start + len(names)))
        made.remembered.settle()
        yield from _changelog(made)


def _changelog(made: PartitionLedger) -> Iterator[tuple[bytes, bytes]]:
    for key, value in made.take_checkpoint().changelog:
        assert value is not None
        yield key, value


def _measures(key: int) -> list[int]:
    """What a day of ordinary sales leaves in a total: sales, discounts, tax, orders and units."""
    vector = [0] * WIDTH
    vector[m.GROSS], vector[m.DISCOUNTS], vector[m.TAX] = 100_000 + key, -1_000 - key, 20_000 + key
    vector[m.ORDERS], vector[m.UNITS] = 300 + key, 500 + key
    return vector


def _identity(partition: int, number: int) -> bytes:
    return hashlib.blake2b(b"%d|%d" % (partition, number), digest_size=16).digest()


def write(bootstrap: str, totals: int, identities: int) -> None:
    """Fill the changelog."""
    producer = Producer({"bootstrap.servers": bootstrap, "compression.type": "lz4", "linger.ms": 20})
    for partition in range(PARTITIONS):
        for key, value in state(partition, totals // PARTITIONS, identities // PARTITIONS):
            while True:
                try:
                    producer.produce(CHANGELOG, value, key, partition)
                    break
                except BufferError:
                    producer.poll(0.1)
    assert producer.flush(120) == 0


def main() -> None:
    """Run once and print the figures, one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--totals", type=int, default=300_000)
    parser.add_argument("--identities", type=int, default=5_000_000)
    chosen = parser.parse_args()
    with broker() as (bootstrap, folder):
        environment = prepared(bootstrap, folder, 20)
        write(bootstrap, chosen.totals, chosen.identities)
        fill(bootstrap, events(100, repeats=0))
        log: Path = folder / "worker.log"
        began = time.monotonic()
        with log.open("ab") as out:
            command = [sys.executable, "-m", "daybook.cli.main", "worker"]
            worker = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            _, ended = wait_for_commits(bootstrap, 100, [worker])
            figures = {
                "totals": chosen.totals,
                "identities": chosen.identities,
                "seconds to the first commit": round(ended - began, 1),
                "resident megabytes, at most": round(resident_megabytes(worker.pid)),
                "resident megabytes, then": round(resident_megabytes(worker.pid, "VmRSS")),
            }
        finally:
            worker.terminate()
            worker.wait(60)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
