"""Days that close: provisional, then closed after a grace time, and a journal of all that came afterwards.

Nothing is frozen. What arrives for a closed day is counted on its day like any other, and the journal holds
what it changed. The closed figure is what was counted when the day closed, by the log's own times, so that
closed figure + journal = figure now, to the minor unit, whenever it is asked and after any replay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import day_start
from daybook.schemas.stores import DayRule

_DAY: Final = timedelta(days=1)

CAUSES: Final = {
    "sale.completed": "late sale",
    "sale.refunded": "late refund",
    "sale.voided": "late void",
    "order.snapshot": "order changed",
}
"""Why a closed day changed, by the type of the event that did it."""


class Posting(NamedTuple):
    """What an event did to a day: its base measures, counted from ``recorded_at`` on (UTC, from the log).

    ``sign`` is -1 where it took back the lines of an order's older snapshot.
    """

    recorded_at: datetime
    source: str
    event_id: str
    order_id: str
    type: str
    sign: int
    measures: Sequence[int]


class Restatement(NamedTuple):
    """What one event changed on a day that was closed. ``measures`` are differences."""

    recorded_at: datetime
    source: str
    event_id: str
    order_id: str
    cause: str
    measures: list[int]


class ClosedDay(NamedTuple):
    """A day's base measures when it closed, and the journal of what has changed since, oldest first."""

    measures: list[int]
    journal: list[Restatement]


def closes_at(day: date, rules: list[DayRule], grace: timedelta) -> datetime:
    """When a business date is closed (UTC): its end by the store's wall clock, and the grace after it."""
    return datetime.fromtimestamp(day_start(day + _DAY, rules), UTC) + grace


class DayFigure(NamedTuple):
    """Whether a store's day is closed, when it closes or did (UTC), and by how much its net changed since."""

    closed: bool
    closes_at: datetime
    since: int | None

    @property
    def state(self) -> str:
        """``closed`` or ``provisional``."""
        return "closed" if self.closed else "provisional"


def day_figure(nets: Iterable[tuple[datetime, int]], closed_at: datetime, now: datetime) -> DayFigure:
    """How a day stands at a moment. ``nets`` says what was counted for it and when; all times are aware."""
    if now < closed_at:
        return DayFigure(closed=False, closes_at=closed_at, since=None)
    since = sum(net for at, net in nets if closed_at < at <= now)
    return DayFigure(closed=True, closes_at=closed_at, since=since)


def close(postings: Iterable[Posting], closed_at: datetime, width: int) -> ClosedDay:
    """Split a day's postings at its close. ``width`` is the number of measures of each."""
    measures = [0] * width
    changed: defaultdict[tuple[datetime, str, str, str, str], list[int]] = defaultdict(lambda: [0] * width)
    for posting in postings:
        at, source, event_id, order_id, kind, sign, values = posting
        target = measures if at <= closed_at else changed[at, source, event_id, order_id, kind]
        for place, value in enumerate(values):
            target[place] += sign * value
    journal = [
        Restatement(at, source, event_id, order_id, CAUSES[kind], values)
        for (at, source, event_id, order_id, kind), values in sorted(changed.items())
        if any(values)
    ]
    return ClosedDay(measures, journal)
