"""A till as a process of its own: publishes at a pace, and writes down what it got a receipt for.

    python -m tests.faults.till_process JOB

JOB is a :class:`Job` as JSON. Its journal is a line per event, written after ``publish`` has returned. Killed
and started again the till goes on after the last line, as a checkout does that got no receipt: with the same
event. At the end it sends what waits, and says ``done`` in the journal.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from daybook.producers.client import SalesPublisher
from daybook.producers.till import BlockingTill, Retry

DONE: Final = "done"
STORE: Final = "high-street"
EVENTS_OF_AN_ORDER: Final = 3
_OPEN_ORDERS: Final = 7
_DRAIN_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Job:
    """What a till is to publish, where to, how fast: events from ``first`` to one before ``last``."""

    spool: str
    bootstrap: str
    topic: str
    journal: str
    first: int
    last: int
    per_second: float
    time: str
    """When all of it is sold, so that an event published again is the same to the byte."""


def event(number: int, when: str = "") -> dict[str, Any]:
    """The event with that number: sales, each followed by two refunds of its order with others between."""
    block, place = divmod(number, _OPEN_ORDERS * EVENTS_OF_AN_ORDER)
    step, order = divmod(place, _OPEN_ORDERS)
    made: dict[str, Any] = {
        "schema_version": "1.0",
        "source": "till-1",
        "event_id": f"event-{number}",
        "time": when,
        "order_id": f"order-{block * _OPEN_ORDERS + order}",
        "store_id": STORE,
        "channel": "pos",
        "currency": "GBP",
    }
    if step > 0:
        return made | {"type": "sale.refunded", "refunded": 100 + number}
    price = 500 + number
    line = {"product_id": "MUG", "quantity": 2, "unit_price": price, "amount": 2 * price}
    return made | {"type": "sale.completed", "lines": [line], "charged": 2 * price}


def main(job: Job) -> None:
    """Publish the events, and send what waits."""
    transport = SalesPublisher(job.bootstrap, topic=job.topic, timeout_seconds=5)
    retry = Retry(first_seconds=0.2, most_seconds=1.0)
    with Path(job.journal).open("a") as written, BlockingTill(job.spool, transport, retry=retry) as till:
        for number in range(job.first, job.last):
            till.publish(event(number, job.time))
            written.write(f"{number}\n")
            written.flush()
            time.sleep(1 / job.per_second)
        if till.drain(_DRAIN_SECONDS):
            written.write(f"{DONE}\n")


if __name__ == "__main__":
    main(Job(**orjson.loads(sys.argv[1])))
