"""Whether a store is open: at an instant, and for how many seconds of a quarter hour or a day.

Only what the stores file states is known. Without it the answer is None, and who asks goes by when the store
has usually sold. Hours are of the business date: a bar that closes at two in the morning closes on the day on
which it opened, also where its business day begins anew at midnight.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from daybook.ledger.calendar import QUARTER, business_date, day_start, rule_on
from daybook.schemas.opening import Closure, OpeningSpan, minutes
from daybook.schemas.stores import StoreEntry

_DAY: Final = timedelta(days=1)
_DAY_MINUTES: Final = 24 * 60


class Interval(NamedTuple):
    """From an instant on and before another; epoch seconds."""

    start: int
    end: int


def closure_on(store: StoreEntry, day: date) -> Closure | None:
    """The closure that holds on a business date, of several the one that stands last in the file."""
    return next((each for each in reversed(store.closures) if each.first <= day <= each.until), None)


def trading(store: StoreEntry, day: date) -> bool:
    """Whether a business date lies between the store's first and its last, as far as they are stated."""
    return (store.opened_on is None or store.opened_on <= day) and (
        store.closed_on is None or day <= store.closed_on
    )


def spans_on(store: StoreEntry, day: date) -> list[OpeningSpan] | None:
    """The hours for which a store opens on a business date; empty: closed; None: not stated."""
    if not trading(store, day):
        return []
    closure = closure_on(store, day)
    if closure is not None:
        return closure.hours
    rule = next((hours for hours in reversed(store.opening) if hours.valid_from <= day), None)
    return None if rule is None else rule.of_weekday(day.weekday())


def opens_on(store: StoreEntry, day: date) -> bool | None:
    """Whether a store opens at all on a business date; None where nothing is stated."""
    spans = spans_on(store, day)
    return None if spans is None else bool(spans)


def hours_of(store: StoreEntry, day: date) -> list[Interval] | None:
    """The hours that begin on a business date, in order and without overlap; None where nothing is stated.

    They may end after the business date does.
    """
    spans = spans_on(store, day)
    return None if spans is None else _joined(sorted(_interval(store, day, span) for span in spans))


def is_open(store: StoreEntry, instant: datetime) -> bool | None:
    """Whether a store is open at an aware instant; None where nothing is stated."""
    second = int(instant.timestamp())
    seconds = open_seconds(store, second, second + 1)
    return None if seconds is None else seconds > 0


def open_seconds(store: StoreEntry, start: int, end: int) -> int | None:
    """Seconds for which a store is open from an instant on and before another (epoch seconds).

    None where for a part of them nothing is stated.
    """
    if end <= start:
        return 0
    # Yesterday's hours may reach into today.
    day = business_date(datetime.fromtimestamp(start, UTC), store.days)
    last = business_date(datetime.fromtimestamp(end - 1, UTC), store.days)
    found = list(hours_of(store, day - _DAY) or [])
    while day <= last:
        hours = hours_of(store, day)
        if hours is None:
            return None
        found += hours
        day += _DAY
    return sum(
        max(0, min(interval.end, end) - max(interval.start, start)) for interval in _joined(sorted(found))
    )


def open_seconds_of_quarter(store: StoreEntry, quarter: int) -> int | None:
    """Open seconds, 0 to 900, of the UTC quarter hour that begins at ``quarter`` (epoch seconds)."""
    return open_seconds(store, quarter, quarter + QUARTER)


def open_seconds_of_day(store: StoreEntry, day: date) -> int | None:
    """Open seconds within a business date's own bounds; None where nothing is stated."""
    return open_seconds(store, day_start(day, store.days), day_start(day + _DAY, store.days))


def open_minutes(store: StoreEntry, day: date) -> list[int] | None:
    """Open minutes of each quarter hour of a business date's wall clock; shape (96,), 0 to 15.

    None where nothing is stated. Days are compared by it as curves are, whatever the clocks do.
    """
    spans = spans_on(store, day)
    if spans is None:
        return None
    is_open = [False] * _DAY_MINUTES
    for start, length in _since_cutoff(store, day, spans):
        is_open[start : start + length] = [True] * len(is_open[start : start + length])
    for start, length in _since_cutoff(store, day - _DAY, spans_on(store, day - _DAY) or []):
        after = max(start + length - _DAY_MINUTES, 0)
        is_open[:after] = [True] * after
    return [sum(is_open[minute : minute + 15]) for minute in range(0, _DAY_MINUTES, 15)]


def _since_cutoff(store: StoreEntry, day: date, spans: list[OpeningSpan]) -> list[tuple[int, int]]:
    """Start in minutes since the cutoff, and length, of each span."""
    cutoff = minutes(rule_on(day, store.days).cutoff)
    return [((minutes(span.opens) - cutoff) % _DAY_MINUTES, span.length) for span in spans]


def _interval(store: StoreEntry, day: date, span: OpeningSpan) -> Interval:
    """A span opens at the first such time since the cutoff; where a clock shows it twice, at the first."""
    rule = rule_on(day, store.days)
    opens = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(rule.zone)) + timedelta(
        minutes=minutes(span.opens)
    )
    if minutes(span.opens) < minutes(rule.cutoff):
        opens += _DAY
    # Sums of aware times stay on the wall clock: the hour that is left out or comes twice is in the instants.
    closes = opens + timedelta(minutes=span.length)
    return Interval(int(opens.timestamp()), int(closes.timestamp()))


def _joined(intervals: list[Interval]) -> list[Interval]:
    """Sorted intervals with those that touch or overlap made one."""
    found: list[Interval] = []
    for start, end in intervals:
        if found and start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(end, found[-1].end))
        elif end > start:
            found.append(Interval(start, end))
    return found
