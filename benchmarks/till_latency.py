"""How long a till's ``publish`` takes: ``python -m benchmarks.till_latency BOOTSTRAP TOPIC FOLDER``.

Kafka must run, with the topic made. What came out, and on what, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from benchmarks.events import events
from daybook.producers.client import SalesPublisher
from daybook.producers.till import Till

EVENTS: Final = 1_000
PAUSE: Final = 0.005
"""Seconds between two sales: none of them finds the one before it still under way."""


async def measure(name: str, publish: Callable[[bytes], Awaitable[object]]) -> None:
    """Print the median and the 99th percentile of one publish after the other, in milliseconds."""
    took = []
    for event in events(EVENTS):
        began = time.perf_counter()
        await publish(event)
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE)
    cuts = statistics.quantiles(took, n=100)
    print(f"{name}: median {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms")


async def together(folder: Path, bootstrap: str, topic: str) -> None:
    """Print how many sales a second are kept when all come at once and share their syncs."""
    made = events(20_000)
    async with Till(folder, SalesPublisher(bootstrap, topic=topic)) as till:
        began = time.perf_counter()
        await asyncio.gather(*(till.publish(event) for event in made))
        print(f"kept, 20,000 at once: {20_000 / (time.perf_counter() - began):,.0f} a second")
        await till.drain(60)
        print(f"and delivered: {20_000 / (time.perf_counter() - began):,.0f} a second")


async def main(bootstrap: str, topic: str, folder: Path) -> None:
    """The direct way, and the way by the disk."""
    async with SalesPublisher(bootstrap, topic=topic) as publisher:
        await publisher.start()
        await measure("direct, acknowledged by Kafka", publisher.publish)
    async with Till(folder / "one", SalesPublisher(bootstrap, topic=topic)) as till:
        await till.publish(events(1)[0], wait=10)
        await measure("till, kept", till.publish)
        await measure("till, acknowledged by Kafka", lambda event: till.publish(event, wait=10))
    await together(folder / "many", bootstrap, topic)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[3]) as made:
        asyncio.run(main(sys.argv[1], sys.argv[2], Path(made)))
