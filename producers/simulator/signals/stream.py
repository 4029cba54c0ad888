"""The stream of signals that all simulated shops together send, by time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from daybook.producers.simulator.shops import SHOPS
from daybook.producers.simulator.signals.causes import PlantedCause
from daybook.producers.simulator.signals.quarters import quarter_signals
from daybook.producers.simulator.signals.revenue import LONGEST, revenue_of_day, sellers_of_revenue
from daybook.producers.simulator.signals.writing import QUARTER, Signal, published
from daybook.producers.simulator.stream import SimulatedRecord

_LOOK_BACK: Final = timedelta(hours=50)
"""How long after its quarter hour the last of it can be published: an enquiry that is resolved late."""
_DAY: Final = timedelta(days=1)


def simulate_signals(
    seed: int,
    start: datetime,
    end: datetime | None = None,
    *,
    rate: float = 1.0,
    planted: Sequence[PlantedCause] = (),
    revenue_from: datetime | None = None,
) -> Iterator[SimulatedRecord]:
    """Records for ``sales.signals``, from ``start`` until before ``end`` (without: for ever), by time.

    The same arguments give the same bytes. ``revenue_from`` lets deals and subscriptions begin earlier than
    all else, for they go over months.

    Raises:
        ValueError: a time without zone, or a rate that is not above zero.
    """
    if any(at is not None and at.tzinfo is None for at in (start, end, revenue_from)):
        raise ValueError("times must carry a zone")
    if rate <= 0:
        raise ValueError("rate must be above zero")
    start = start.astimezone(UTC)
    earlier = min(start, revenue_from.astimezone(UTC)) if revenue_from is not None else start
    merged = heapq.merge(
        _quarters(seed, start, rate, planted), _revenue(seed, earlier), key=lambda record: record.at
    )
    for record in merged:
        if end is not None and record.at >= end:
            return
        yield record


def _quarters(
    seed: int, start: datetime, rate: float, planted: Sequence[PlantedCause]
) -> Iterator[SimulatedRecord]:
    began = (start - _LOOK_BACK).replace(minute=0, second=0, microsecond=0)
    waiting = _Waiting(start)
    while True:
        for shop in SHOPS:
            for note, signal in quarter_signals(seed, shop, began, rate=rate, planted=planted):
                waiting.add(seed, note, signal)
        began += QUARTER
        yield from waiting.before(began)


def _revenue(seed: int, start: datetime) -> Iterator[SimulatedRecord]:
    day = (start - LONGEST).date()
    waiting = _Waiting(start)
    while True:
        for shop in sellers_of_revenue():
            for note, signal in revenue_of_day(seed, shop, day):
                waiting.add(seed, note, signal)
        day += _DAY
        yield from waiting.before(datetime(day.year, day.month, day.day, tzinfo=UTC))


class _Waiting:
    """Records to be published later, from a time on."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._heap: list[tuple[datetime, str, int, SimulatedRecord]] = []

    def add(self, seed: int, note: str, signal: Signal) -> None:
        """Take a signal, on its way to the log."""
        rng = Random(f"{seed}|{signal['event_id']}")  # noqa: S311 - shops, not secrets
        for place, record in enumerate(published(rng, signal, note)):
            if record.at >= self._start:
                heapq.heappush(self._heap, (record.at, signal["event_id"], place, record))

    def before(self, end: datetime) -> Iterator[SimulatedRecord]:
        """What is due before a time, in order."""
        while self._heap and self._heap[0][0] < end:
            yield heapq.heappop(self._heap)[3]
