"""What has become of the last business days: provisional, or closed and what has changed since. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from daybook.ledger.calendar import Calendar
from daybook.ledger.days import Posting, close, closes_at
from daybook.ledger.measures import BASE, DISCOUNTS, GROSS, REVERSALS

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DayState:
    """A business date of all stores of a currency. Net at close and since are of those that are closed."""

    business_date: date
    currency: str
    stores: int
    closed: int
    net: int
    net_at_close: int
    since: int
    restatements: int


def day_states(
    postings: Mapping[tuple[date, str, str], Sequence[Posting]],
    calendar: Calendar,
    grace: timedelta,
    now: datetime,
) -> list[DayState]:
    """The states by date, newest first, and currency. ``postings`` are by date, store and currency."""
    days: defaultdict[tuple[date, str], list[tuple[bool, int, int, int]]] = defaultdict(list)
    for (day, store_id, currency), own in postings.items():
        if store_id in calendar:
            at = closes_at(day, calendar.store(store_id).days, grace)
            closed = now >= at
            found = close(own, at if closed else _NEVER, len(BASE))
            since = sum(_net(entry.measures) for entry in found.journal)
            days[day, currency].append((closed, _net(found.measures), since, len(found.journal)))
    return [
        _together(day, currency, days[day, currency])
        for day, currency in sorted(days, key=lambda key: (-key[0].toordinal(), key[1]))
    ]


def _together(day: date, currency: str, stores: Sequence[tuple[bool, int, int, int]]) -> DayState:
    at_close = sum(net for closed, net, _, _ in stores if closed)
    since = sum(changed for _, _, changed, _ in stores)
    return DayState(
        business_date=day,
        currency=currency,
        stores=len(stores),
        closed=sum(closed for closed, *_ in stores),
        net=sum(net for _, net, _, _ in stores) + since,
        net_at_close=at_close,
        since=since,
        restatements=sum(count for *_, count in stores),
    )


def _net(measures: Sequence[int]) -> int:
    return measures[GROSS] + measures[DISCOUNTS] + measures[REVERSALS]
