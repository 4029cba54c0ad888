"""What an event costs Daybook where there are ten times the stores, products or days.

Cost is the worker's own processor time: on a shared machine it says more than the clock on the wall. It still
differs by half from one run to the next where others use the same caches, so there are more rounds of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.contenders import Field, run_worker
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
    """The ratios of cost: what each variant cost at least against what the base did, of all rounds."""
    kinds = {"base": BASE} | TENFOLD
    streams = {name: stream(context.events, shops) for name, shops in kinds.items()}
    costs: dict[str, list[float]] = {name: [] for name in kinds}
    day = context.events // 4
    history = days(stream(day * DAYS, BASE), DAYS)
    growth: list[float] = []
    for _ in range(context.rounds + 2):
        for name, shops in kinds.items():
            costs[name].append(_cost(context, shops, streams[name]))
            say(f"{name}: {costs[name][-1] * 1e6:.1f} microseconds an event")
        growth.append(_history(context, history, day))
    tenfold = [_row(name, costs[name], costs["base"]) for name in TENFOLD]
    return [*tenfold, at_most("cost of an event at 10 x history", growth, MOST)]


def _row(name: str, found: Sequence[float], base: Sequence[float]) -> Row:
    """Others on the machine only add to a cost: the least of each is nearest to its own."""
    ratio = min(found) / min(base)
    ratios = [one / other for one, other in zip(found, base, strict=True)]
    note = f"least of {len(found)}; within a round {min(ratios):.2f} to {max(ratios):.2f}"
    return Row(f"cost of an event at {name}", f"{ratio:.2f}", f"<= {MOST:g}", ratio <= MOST, note)


def _cost(context: Context, shops: Shops, records: list[Sent]) -> float:
    """Processor seconds an event, warm-up left out: the slope of the line through all samples.

    Counts rise by whole batches, and what a checkpoint costs comes after them: two samples alone say little.
    """
    counts, seconds = _samples(context, shops, records, len(records) // 5)
    return float(np.polyfit(counts, seconds, 1)[0])


def _history(context: Context, records: list[Sent], day: int) -> float:
    """The cost of an event on the tenth day against that on the first, of so many events each, in one run.

    The slopes, in the middle of both days, of a parabola through the samples of all days: a day is not many
    checkpoints long, and its own slope says more of where these fell than of its cost.
    """
    counts, seconds = _samples(context, BASE, records, day // 5)
    slope = np.polyder(np.polyfit(counts, seconds, 2))
    first, last = (float(np.polyval(slope, day * (number - 0.5))) for number in (1, DAYS))
    say(f"first day {first * 1e6:.1f}, tenth day {last * 1e6:.1f} microseconds an event")
    return last / first


def _samples(
    context: Context, shops: Shops, records: list[Sent], warm: int
) -> tuple[Sequence[int], Sequence[float]]:
    """How many events were counted, and the processor seconds taken by then, from so many on."""
    context.refill(records)
    field = Field(context.bootstrap, topics.EVENTS, len(records), context.stores(shops))
    counts, seconds = zip(
        *((count, cpu) for _, count, cpu in run_worker(field).samples if count >= warm), strict=True
    )
    return counts, seconds
