"""What an event costs Daybook where there are ten times the stores, products or days.

Cost is the worker's own processor time: on a shared machine it says more than the clock on the wall. It still
differs by half from one run to the next where others use the same caches, so there are more rounds of this.
"""

from __future__ import annotations

from statistics import linear_regression
from typing import Final

from benchmarks.contenders import Field, Samples, run_worker
from benchmarks.report import Row, at_most
from benchmarks.rows.context import Context, say
from benchmarks.stream import Sent, Shops, days, stream
from daybook.schemas import topics

MOST: Final = 1.2
BASE: Final = Shops()
TENFOLD: Final = {
    "10 x stores": BASE._replace(stores=BASE.stores * 10),
    "10 x products": BASE._replace(products=BASE.products * 10),
}
DAYS: Final = 10


def rows(context: Context) -> list[Row]:
    """The ratios of cost, each variant against the base of the same round."""
    ratios: dict[str, list[float]] = {}
    count = context.events // 2
    for _ in range(context.rounds * 2 + 1):
        base = _cost(context, BASE, stream(count, BASE))
        say(f"base: {base * 1e6:.1f} microseconds an event")
        for name, shops in TENFOLD.items():
            cost = _cost(context, shops, stream(count, shops))
            say(f"{name}: {cost * 1e6:.1f} microseconds an event")
            ratios.setdefault(name, []).append(cost / base)
        ratios.setdefault("10 x history", []).append(_history(context))
    return [at_most(f"cost of an event at {name}", found, MOST) for name, found in ratios.items()]


def _cost(context: Context, shops: Shops, records: list[Sent]) -> float:
    """Processor seconds an event, warm-up left out."""
    samples = _samples(context, shops, records)
    return _between(samples, len(records) // 5, len(records))


def _history(context: Context) -> float:
    """The cost of an event on the tenth day against that on the first, all days counted by one worker."""
    day = context.events // 4
    samples = _samples(context, BASE, days(stream(day * DAYS, BASE), DAYS))
    # The worker takes the partitions one after another, a fetch at a time: its days overlap a little.
    first, last = (_between(samples, end - day * 4 // 5, end) for end in (day, day * DAYS))
    say(f"first day {first * 1e6:.1f}, tenth day {last * 1e6:.1f} microseconds an event")
    return last / first


def _samples(context: Context, shops: Shops, records: list[Sent]) -> Samples:
    context.refill(records)
    field = Field(context.bootstrap, topics.EVENTS, len(records), context.stores(shops))
    return run_worker(field).samples


def _between(samples: Samples, begin: int, end: int) -> float:
    """Processor seconds an event: the slope of the line through all samples.

    Counts rise by whole batches, and what a checkpoint costs comes after them: two samples alone say little.
    """
    counts, seconds = zip(*((count, cpu) for _, count, cpu in samples if begin <= count <= end), strict=True)
    return linear_regression(counts, seconds).slope
