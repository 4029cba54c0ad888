"""A till's silence and its own usual ones; and how much is usually taken back within some minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from daybook.ledger.alerts.tills import TillDay
from daybook.ledger.calendar import QUARTER
from daybook.ledger.history import FEWEST
from daybook.ledger.quantiles import PPM, quantile

_FEWEST_DAYS: Final = 8
"""With fewer days of its own nothing is said of a till."""
_USUALLY: Final = 95 * PPM // 100

Days = Mapping[date, TillDay]
Counts = Mapping[int, int]
"""How many by quarter hour."""


def sales_of_store(tills: Iterable[Days]) -> dict[date, int]:
    """The quarter hours in which any till of a store sold, as bits, by day."""
    found: dict[date, int] = {}
    for days in tills:
        for day, known in days.items():
            if known.sold:
                found[day] = found.get(day, 0) | known.sold
    return found


def silence(days: Days, today: date, quarter: int, store: Mapping[date, int]) -> int | None:
    """The silence that goes on when so many quarter hours of today are over, in full ones.

    None where none can be told.

    A till that has not sold yet today is silent from the latest time at which it usually begins. That is
    said only if it sold on the store's last day and on all of its last like days: others are put to use now
    and then.
    """
    known = days.get(today)
    if known is not None and known.sold:
        return max(quarter - known.sold.bit_length(), 0)
    last = max((day for day in store if day < today), default=None)
    like = [day for day in sorted(store) if day < today and day.weekday() == today.weekday()][-FEWEST:]
    if last is None or len(like) < FEWEST or not all(day in days and days[day].sold for day in (*like, last)):
        return None
    begins = max(days[day].quarters()[0] for day in like)
    return max(quarter - begins - 1, 0)


def longest_usual(days: Days, today: date, store: Mapping[date, int]) -> int | None:
    """The longest silence (seconds) of nineteen of twenty past days, to the store's last sale of the day.

    None where the till sold on fewer than eight days.
    """
    longest = [
        _longest(known, store.get(day, known.sold).bit_length())
        for day, known in days.items()
        if day < today and known.sold
    ]
    return None if len(longest) < _FEWEST_DAYS else quantile(sorted(longest), _USUALLY) * QUARTER


def _longest(day: TillDay, end: int) -> int:
    """In full quarter hours; it begins with the till's first sale."""
    sold = day.quarters()
    following = [*sold[1:], max(end, sold[-1] + 1)]
    return max(after - before - 1 for before, after in zip(sold, following, strict=True))


class PastCounts:
    """What was taken back on each past day of a place."""

    def __init__(self, by_day: Mapping[date, Counts]) -> None:
        self._by_day = by_day

    def usual(self, today: date, quarter: int, length: int) -> int:
        """The mean of like days in the same window, rounded down; nothing without like days."""
        like = [counts for day, counts in self._by_day.items() if day.weekday() == today.weekday()]
        return sum(within(counts, quarter, length) for counts in like) // max(len(like), 1)

    def highest(self, length: int) -> int:
        """The most that so many quarter hours of a day had, at any time of it, on nineteen of twenty days."""
        most = sorted(_most(counts, length) for counts in self._by_day.values())
        return quantile(most, _USUALLY) if most else 0


def within(counts: Counts, quarter: int, length: int) -> int:
    """How many the last quarter hours had when so many of the day are over."""
    return sum(number for at, number in counts.items() if quarter - length <= at < quarter)


def _most(counts: Counts, length: int) -> int:
    """A window that ends with one that has some is enough to look at."""
    return max((within(counts, at + 1, length) for at in counts), default=0)


def added(members: Sequence[Counts]) -> Counts:
    """Several tills' counts together."""
    found: Counter[int] = Counter()
    for counts in members:
        found.update(counts)
    return found
