"""What is kept of a signal: where it counts, and the fact in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.schemas.signals.any import Signal

SIGNALS, TEST = "sales", "test"
"""Books, named as those of the sales beside which they stand."""
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """Where a signal counts; '' stands for no value. ``label`` is its topic, reason or code."""

    book: str
    store_id: str
    region: str
    channel: str
    staff_id: str
    product_id: str
    label: str


class Fact(NamedTuple):
    """One thing known about a subject. ``order`` tells which of two is the newer state."""

    order: int
    time: int
    """Epoch seconds."""
    place: Place
    what: str
    detail: tuple[str | int, ...] = ()


class SignalLine(NamedTuple):
    """A posting of signal measures."""

    business_date: date
    quarter: int
    currency: str
    place: Place
    measures: tuple[tuple[str, int], ...]


def place_of(signal: Signal, calendar: Calendar, label: str = "") -> Place:
    """Where a signal counts.

    Raises:
        UnknownStoreError: the calendar does not hold its store.
    """
    store = calendar.store(signal.store_id)
    return Place(
        TEST if signal.test else SIGNALS,
        signal.store_id,
        signal.region or store.region or "",
        signal.channel.value if signal.channel else "",
        signal.staff_id or "",
        signal.product_id or "",
        label,
    )


def seconds(instant: datetime) -> int:
    """An aware instant as epoch seconds, rounded down."""
    return int((instant - _1970).total_seconds() // 1)


class Poster:
    """Makes lines: finds the business date and quarter hour of each."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.lines: list[SignalLine] = []

    def post(self, place: Place, time: int, measures: Mapping[str, int], currency: str = "") -> None:
        """Count measures at a time (epoch seconds); zeros are left out.

        Raises:
            UnknownStoreError: the calendar does not hold the place's store.
        """
        told = _told(measures.items())
        if told:
            moment = self._calendar.moment(place.store_id, datetime.fromtimestamp(time, UTC))
            self.lines.append(SignalLine(moment.business_date, moment.quarter, currency, place, told))

    def post_on(self, place: Place, day: date, measures: Mapping[str, int], currency: str) -> None:
        """Count measures on a whole business date, in no quarter hour."""
        told = _told(measures.items())
        if told:
            self.lines.append(SignalLine(day, 0, currency, place, told))


def _told(measures: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, value) for name, value in measures if value))
