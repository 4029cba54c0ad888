"""What an event says of a campaign and of its customer, by the lines that the event is counted by."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from hashlib import blake2b
from sys import intern
from typing import Final, NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.calendar import Calendar, UnknownStoreError
from daybook.ledger.identity import identity
from daybook.ledger.lines import SALES, ledger_lines
from daybook.schemas.codec import EventRefused, decode_event
from daybook.schemas.events import OrderSnapshot, SaleCompleted, SaleEvent

_AHEAD: Final = timedelta(hours=24)
"""What occurred so much later than it was recorded is a dead letter."""
_REFERENCE_BYTES: Final = 8


class Part(NamedTuple):
    """What an event brought to a quarter hour (its beginning, epoch seconds) of a business date."""

    business_date: date
    quarter: int
    sales: int
    orders: int
    net: int


class Bought(NamedTuple):
    """An event by which something was bought or given back.

    ``slot`` is what it is known by: an event by its identity, an order's states by the order, of which the
    highest ``version`` counts. ``customer`` is a hash of the reference, '' for none; ``at`` epoch seconds.
    """

    slot: str
    version: int
    store_id: str
    at: int
    currency: str
    campaign: str
    customer: str
    parts: tuple[Part, ...]

    @property
    def business_date(self) -> date:
        """The day under which it is kept: that of its first part."""
        return self.parts[0].business_date

    @property
    def is_order(self) -> bool:
        """Whether somebody ordered something by it, whatever was given back later."""
        return self.parts[0].sales > 0


def bought(value: bytes, recorded_at: datetime, calendar: Calendar) -> Bought | None:
    """What an event says; None where it says nothing, as a test sale, what is refused, or no sale."""
    try:
        event = decode_event(value)
        if event.test or event.time > recorded_at + _AHEAD:
            return None
        parts = _parts(event, calendar)
    except (EventRefused, UnknownStoreError):
        return None
    snapshot = isinstance(event, OrderSnapshot)
    known_by = f"order|{event.order_id}" if snapshot else event.event_id
    return Bought(
        identity(event.source, known_by).hex(),
        event.version if isinstance(event, OrderSnapshot) else 0,
        intern(event.store_id),
        int((event.placed_at if isinstance(event, OrderSnapshot) else event.time).timestamp() // 1),
        intern(event.currency),
        intern(event.campaign or ""),
        _hash(event.customer) if event.customer else "",
        parts,
    )


def _parts(event: SaleEvent, calendar: Calendar) -> tuple[Part, ...]:
    """By quarter hour; in the first it was placed."""
    ordered = isinstance(event, (SaleCompleted, OrderSnapshot))
    found: defaultdict[tuple[date, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in ledger_lines(event, calendar):
        if line.book == SALES:
            sums, vector = found[line.business_date, line.quarter], line.measures
            sums[0] |= int(ordered and len(found) == 1 and vector[m.GROSS] > 0)
            sums[1] += vector[m.ORDERS]
            sums[2] += vector[m.GROSS] + vector[m.DISCOUNTS] + vector[m.REVERSALS]
    return tuple(Part(*when, *sums) for when, sums in found.items())


def _hash(reference: str) -> str:
    return blake2b(reference.encode(), digest_size=_REFERENCE_BYTES).hexdigest()
