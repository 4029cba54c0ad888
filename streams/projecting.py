"""The agent that tells, once a minute, where every store's day will close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from daybook.ledger.aims import Aims
from daybook.ledger.calendar import QUARTER, Calendar
from daybook.ledger.curves import QuarterAmount
from daybook.ledger.measures import DISCOUNTS, GROSS, REVERSALS
from daybook.ledger.merged import MergedTotals, Place
from daybook.ledger.pace import Paces
from daybook.ledger.plans import Plans
from daybook.ledger.projection_snapshots import snapshots
from daybook.ledger.sold import SoldByQuarter
from daybook.schemas import topics
from daybook.schemas.projections import Projections, ProjectionSnapshot
from daybook.schemas.ticks import Command
from daybook.streams.ticks import NOTHING, Outcome
from daybook.streams.writer import Outgoing

EVERY: Final = timedelta(minutes=1)
AT_A_TIME: Final = 1000
"""Snapshots in one record, at most: about 300 KB."""
_RECENT: Final = timedelta(days=3)
"""Business dates this far back are looked at each time; older ones once in a quarter hour."""
_TAKEN_AT: Final = b"taken_at"


class ProjectionsAgent:
    """Tells projections by the ticks. Its only state is when it did so last.

    Args:
        calendar: the stores.
        plans: targets and adjustments, which others may add to.
    """

    name = "projections"

    def __init__(self, calendar: Calendar, plans: Plans) -> None:
        self._plans = plans
        self._sold = SoldByQuarter(calendar)
        self._paces = Paces(self._sold)
        self._taken_at: datetime | None = None
        self._read_at = -1

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Take over when projections were told last."""
        told = entries.get(_TAKEN_AT)
        self._taken_at = datetime.fromisoformat(told.decode()) if told else None

    def prepare(self, now: datetime, view: MergedTotals) -> Iterator[None]:
        """Do bit by bit what takes long, if projections are to be told at a moment."""
        if self._due(now):
            yield from self._taking(view, now)
            yield from self._paces.prepared(now)

    def _due(self, now: datetime) -> bool:
        return self._taken_at is None or now - self._taken_at >= EVERY

    def on_tick(self, now: datetime, view: MergedTotals, commands: Sequence[Command]) -> Outcome:
        """Tell them, if it is a minute since the last time."""
        del commands
        if not self._due(now):
            return NOTHING
        for _ in self._taking(view, now):
            pass
        aims = Aims(self._plans.targets, self._sold, now)
        found = snapshots(self._paces.at(now, self._plans.adjustments), aims)
        self._taken_at = now
        parts = [found[start : start + AT_A_TIME] for start in range(0, len(found), AT_A_TIME)]
        return Outcome(
            {_TAKEN_AT: now.isoformat().encode()},
            [Outgoing(topics.PROJECTIONS, None, _encoded(now, part)) for part in parts],
        )

    def _taking(self, view: MergedTotals, now: datetime) -> Iterator[None]:
        """Bring the amounts up to the view: they are states, so looking at one again does no harm."""
        quarter = int(now.timestamp()) // QUARTER
        since = date.min if quarter != self._read_at else now.date() - _RECENT
        self._read_at = quarter
        days = [
            place for place in view.places() if place.dimension == "store_quarter" and place.book == "sales"
        ]
        for place in days:
            if place.business_date >= since:
                self._take_day(view, place)
                yield
        if days:
            self._sold.forget_before(min(place.business_date for place in days))

    def _take_day(self, view: MergedTotals, place: Place) -> None:
        for key, total in view.table(place).items():
            store_id, _, quarter = key.rpartition("|")
            vector = total.vector
            net = vector[GROSS] + vector[DISCOUNTS] + vector[REVERSALS]
            self._sold.put((store_id, place.currency), QuarterAmount(place.business_date, int(quarter), net))


def _encoded(now: datetime, found: list[ProjectionSnapshot]) -> bytes:
    return Projections(taken_at=now, snapshots=found).model_dump_json().encode()
