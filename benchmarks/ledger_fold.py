"""How many sales a second a ledger folds: ``python -m benchmarks.ledger_fold``.

What came out, and on what, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import gc
import time
from typing import Final

from benchmarks.events import calendar, events
from daybook.ledger.state import PartitionLedger, Record

EVENTS: Final = 30_000
BATCH: Final = 2_000
RUNS: Final = 5
RECORDED_AT: Final = 1_764_356_400_000
"""28 November 2025, 19:00, in epoch milliseconds."""


def main() -> None:
    """Fold the same sales several times and print each run's rate."""
    gc.set_threshold(100_000, 20, 50)  # as the worker has it
    stores = calendar()
    records = [Record(i, RECORDED_AT, value) for i, value in enumerate(events(EVENTS))]
    print(f"{EVENTS:,} sales of {sum(len(r.value) for r in records) / EVENTS:.0f} bytes")
    for _ in range(RUNS):
        ledger = PartitionLedger(0, 100, stores)
        wall, own = time.perf_counter(), time.process_time()
        for start in range(0, EVENTS, BATCH):
            ledger.fold(records[start : start + BATCH])
        wall, own = time.perf_counter() - wall, time.process_time() - own
        position = ledger.position
        assert position.counted + position.duplicates == EVENTS
        print(f"{EVENTS / wall:,.0f} a second, {EVENTS / own:,.0f} a second of the process's own time")


if __name__ == "__main__":
    main()
