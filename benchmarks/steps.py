"""What each step of counting costs, at ten times the stores or products too: ``python -m benchmarks.steps``.

One partition's sales in batches, with a checkpoint after each; what Kafka's client does with the checkpoint's
records is among the steps, without the network. Each batch is done in several rounds, variants in turn, and
its least processor time counts: that of the round in which others disturbed it least.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from benchmarks.ledger_fold import RECORDED_AT
from benchmarks.rows.scale import BASE, TENFOLD
from benchmarks.stream import PARTITIONS, Shops, stores_of, stream
from daybook.ledger.calendar import Calendar
from daybook.ledger.state import Checkpoint, PartitionLedger, Record

STEPS: Final = ("read into columns", "count", "take the checkpoint", "pack and compress it")
EVENTS: Final = 80_000
BATCH: Final = 16_000
"""Events of a partition that a worker with much to read counts between two checkpoints."""
ROUNDS: Final = 8
_ZSTD: Final = 4
_Batch = list[Record]


def batches(shops: Shops) -> list[_Batch]:
    """One partition's records, cut as they are fetched."""
    values = [sent.value for sent in stream(EVENTS * PARTITIONS, shops) if sent.partition == 0]
    records = [Record(offset, RECORDED_AT, value) for offset, value in enumerate(values)]
    return [records[start : start + BATCH] for start in range(0, EVENTS - BATCH, BATCH)]


def costs(cut: list[_Batch], calendar: Calendar) -> Iterator[list[float]]:
    """For each batch the seconds of each step."""
    ledger = PartitionLedger(0, 100, calendar)
    for records in cut:
        moments = [time.thread_time()]
        batch = ledger.decode(records)
        moments.append(time.thread_time())
        ledger.apply(batch)
        moments.append(time.thread_time())
        taken = ledger.take_checkpoint()
        moments.append(time.thread_time())
        _packed(taken)
        moments.append(time.thread_time())
        yield [end - begin for begin, end in pairwise(moments)]


def _packed(taken: Checkpoint) -> None:
    """As the producer does it: a batch for the changelog, and one for others."""
    for records in (taken.changelog, taken.totals):
        builder = DefaultRecordBatchBuilder(2, _ZSTD, 1, 1, 0, 0, 1 << 30)
        for number, (key, value) in enumerate(records):
            builder.append(number, RECORDED_AT, key, value, [])
        builder.build()


def main() -> None:
    """Print a row for each variant: microseconds an event of each step, their sum, and its ratio."""
    gc.set_threshold(100_000, 20, 50)  # as the worker has it
    variants = {"as it is": BASE} | TENFOLD
    made = {name: (batches(shops), Calendar(stores_of(shops).stores)) for name, shops in variants.items()}
    least: dict[str, list[list[float]]] = {}
    for _ in range(ROUNDS):
        for name, (cut, calendar) in made.items():
            found = list(costs(cut, calendar))
            known = least.setdefault(name, found)
            least[name] = [list(map(min, *both)) for both in zip(known, found, strict=True)]
    base = 0.0
    print(f"| microseconds an event | {' | '.join(STEPS)} | together |")
    for name, rows in least.items():
        each = [sum(column) / (len(rows) * BATCH) * 1e6 for column in zip(*rows, strict=True)]
        base = base or sum(each)
        cells = [name, *(f"{one:.2f}" for one in each), f"{sum(each):.2f}, {sum(each) / base:.2f} times"]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
