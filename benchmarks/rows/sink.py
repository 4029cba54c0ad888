"""How fast the sink writes to ClickHouse what a worker has left in Kafka; the engine runs in its process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.contenders import Field, finish, run_worker, unique
from benchmarks.environments import ROOT
from benchmarks.report import Row, rates
from benchmarks.rows.context import Context, say
from benchmarks.stream import Shops, stores_of, stream
from daybook.epochs import read_epoch
from daybook.ledger.calendar import Calendar
from daybook.schemas import topics
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from daybook.sinks.writer import ClickHouseSink

_LIMIT: Final = 300.0
_LOOK_SECONDS: Final = 0.25
_COUNT: Final = """
SELECT (SELECT count() FROM events) + (SELECT count() FROM lines)
     + (SELECT count() FROM outcomes) + (SELECT count() FROM dead_letters)
"""
"""Rows that stay. Totals are written besides, each state in the place of the one before."""


def rows(context: Context) -> list[Row]:
    """Rows a second over a fresh database in each round."""
    records = stream(context.events // 2)
    context.refill(records)
    run_worker(Field(context.bootstrap, topics.EVENTS, len(records), context.stores(Shops())))
    found: list[float] = []
    for number in range(context.rounds):
        folder = context.folder / f"engine-{number}"
        command = [
            sys.executable,
            "-m",
            "benchmarks.rows.sink",
            context.bootstrap,
            str(folder),
            str(len(records)),
        ]
        samples = finish(command, os.environ | {"PYTHONPATH": str(ROOT)})["samples"]
        first = next(sample for sample in samples if sample[1] >= samples[-1][1] / 5)
        (began, before), (ended, after) = first, samples[-1]
        found.append((after - before) / (ended - began))
        say(f"sink: {found[-1]:,.0f} rows a second")
    return [rates("the sink", found, "rows/s", "events, lines, outcomes and dead letters; totals besides")]


async def write(bootstrap: str, folder: Path, events: int) -> list[tuple[float, int]]:
    """Run the sink until all events stand in a new database; how many rows there were when."""
    epoch = await read_epoch(bootstrap)
    assert epoch is not None
    samples: list[tuple[float, int]] = []
    with Store.embedded(folder) as store:
        migrate(store)
        calendar = Calendar(stores_of(Shops()).stores)
        sink = ClickHouseSink(bootstrap, store, epoch, calendar, group_id=unique("bench-sink"))
        running = asyncio.create_task(sink.run())
        deadline = time.monotonic() + _LIMIT
        written = 0
        while written < events and not running.done() and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
            written = int(await asyncio.to_thread(store.value, "SELECT count() FROM events"))
            counted = int(await asyncio.to_thread(store.value, _COUNT))
            if not samples or counted != samples[-1][1]:
                samples.append((time.monotonic(), counted))
        await sink.stop()
        await running
    return samples


if __name__ == "__main__":
    print(json.dumps({"samples": asyncio.run(write(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))}))
