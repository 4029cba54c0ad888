"""A plant that an operator works on: commands as they are run, and the right answer to hold it against."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Producer

from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger, Record
from daybook.ledger.totals import merge
from daybook.schemas import topics
from daybook.sinks.reconcile import reconcile
from tests.streams import truth
from tests.streams.plant import Plant
from tests.streams.trade import Sent

MURMUR = {"partitioner": "murmur2_random", "log_level": 0, "linger.ms": 5}


def command(plant: Plant, *arguments: str, code: int = 0) -> str:
    """What a command of ours prints; it has to end with the code."""
    done = subprocess.run(
        [sys.executable, "-m", "daybook.cli.main", *arguments],
        env=plant.environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def document(plant: Plant, *arguments: str) -> dict[str, Any]:
    """The JSON document that a command gives."""
    text = command(plant, *arguments, "--json")
    found: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return found


def counting_by_the_record(plant: Plant) -> None:
    """Have worker and sink take the number of partitions that was recorded, as they do where none is set."""
    for environment in (plant.environment, plant.worker.environment, plant.sink.environment):
        environment.pop("DAYBOOK_PARTITIONS", None)


def stop(plant: Plant) -> None:
    """End worker and sink in order, as an operator does before such work."""
    assert plant.worker.stop() == 0
    assert plant.sink.stop() == 0


def start(plant: Plant) -> None:
    """And start them again."""
    plant.worker.start()
    plant.sink.start()


@contextmanager
def publishing(
    bootstrap: str, batches: Sequence[Sequence[Sent]], *, stale: bool, kept: int = 0
) -> Iterator[None]:
    """Publish batch after batch, some a second, while the block runs; all of them are in at its end.

    The last ``kept`` of them come when the block is over, if the others are not out before.

    A stale producer keeps the map of partitions that it has read first.
    """
    over = threading.Event()
    made = threading.Thread(target=_publish, args=(bootstrap, batches, stale, kept, over))
    made.start()
    try:
        yield
    finally:
        over.set()
        made.join()


def _publish(
    bootstrap: str,
    batches: Sequence[Sequence[Sent]],
    stale: bool,  # noqa: FBT001 - a thread's arguments
    kept: int,
    over: threading.Event,
) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, **MURMUR})
    for number, batch in enumerate(batches):
        if number == len(batches) - kept:
            over.wait(100)
        if not stale:
            producer = Producer({"bootstrap.servers": bootstrap, **MURMUR})
        for sent in batch:
            producer.produce(topics.EVENTS, sent.value, sent.key)
        assert producer.flush(60) == 0
        time.sleep(0.2)


def right_answer(events: Sequence[Sent], calendar: Calendar) -> truth.Totals:
    """The events counted on one partition, by nobody but the rules."""
    ledger = PartitionLedger(0, 1, calendar)
    recorded = int(time.time() * 1000)
    ledger.fold([Record(offset, recorded, sent.value) for offset, sent in enumerate(events)])
    return truth.without_zeros(merge([ledger.totals]))


def differences(plant: Plant, events: Sequence[Sent], calendar: Calendar) -> list[str]:
    """Where ClickHouse differs from the right answer, or in itself."""
    expected, found = right_answer(events, calendar), truth.stored_totals(plant.store)
    wrong = [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
    told = [f"{name}: {found.get(name)} is not {expected.get(name)}" for name in sorted(wrong)[:5]]
    return told + [f"lines and totals differ: {one}" for one in reconcile(plant.store)[:5]]


def until_equal(plant: Plant, events: Sequence[Sent], calendar: Calendar) -> None:
    """Wait until nothing differs."""
    found: list[str] = []

    def equal() -> bool:
        found[:] = differences(plant, events, calendar)
        return not found

    try:
        plant.wait(equal, "totals as they have to be")
    except AssertionError as error:
        raise AssertionError("\n".join([*found, str(error)])) from None
