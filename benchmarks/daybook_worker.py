"""Daybook's worker as a contender: ``daybook worker``'s own composition, with a look at how far it is.

Settings come from the environment, as they do for ``daybook worker``. It ends once every event is counted, or
at SIGTERM, and prints when it had counted how many: one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import json
import resource
import time
from importlib.metadata import version
from typing import Final

from daybook.ledger.state import PartitionLedger
from daybook.readiness import epoch_of, needed_calendar, ready_topics, until_told
from daybook.settings import Settings
from daybook.streams.app import Worker
from daybook.worker import restorer, stream_settings

LOOK_SECONDS: Final = 0.01


async def run(events: int, stopping: asyncio.Event) -> None:
    """Count until ``events`` are counted or ``stopping`` is set, then end in order and report."""
    gc.set_threshold(100_000, 20, 50)  # as `daybook worker` has it
    settings = Settings()
    calendar = needed_calendar(settings)
    await ready_topics(settings)
    worker = Worker(stream_settings(settings), restorer(await epoch_of(settings), calendar, PartitionLedger))
    await worker.start()
    samples: list[tuple[float, int, float]] = []
    done = -1
    while done < events and not stopping.is_set() and not worker.app.should_stop:
        await asyncio.sleep(LOOK_SECONDS)
        now = sum(ledger.next_offset for ledger in worker.table.ledgers.values())
        if now != done:
            done = now
            samples.append((time.monotonic(), done, time.process_time()))
    await worker.stop()
    if worker.failure is not None:
        raise worker.failure
    document = {
        "samples": samples,
        "resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "version": f"daybook {version('daybook')}",
    }
    print(json.dumps(document))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, required=True)
    asyncio.run(until_told(functools.partial(run, parser.parse_args().events)))


if __name__ == "__main__":
    main()
