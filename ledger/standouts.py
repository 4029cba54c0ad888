"""What stands out in a report's period, by plain rules: each says what was compared, and nothing beyond it.

Amounts are minor units. A rule that lacks what it compares with is silent: too short a past, nothing sold
before, no target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from daybook.ledger.history import FEWEST, LIKE_DAYS
from daybook.ledger.periods import Period
from daybook.ledger.quantiles import PPM, median
from daybook.schemas.rounding import divide

Rule = Literal["usual", "target", "last_week", "last_year", "mover", "record", "reversals"]

CHANGED: Final = PPM // 10
"""By how much a whole period has to differ from another one to be worth a sentence: a tenth."""
RECORD_DAYS: Final = 28
"""Days with sales that have to be known before the best of them is called a record."""
MOVERS: Final = 3
"""Of each dimension, upwards and downwards: those that changed the whole most."""
MOVED: Final = PPM // 50
"""A mover changes the whole by at least a fiftieth."""
_YEAR: Final = timedelta(days=364)
_WEEK: Final = timedelta(weeks=1)

Days = Mapping[date, int]
"""Net sales by business date; a date without sales is left out."""


class Standout(NamedTuple):
    """One thing that stands out, of one currency.

    ``value`` was held against ``against``; ``low`` and ``high`` bound what like days brought, ``days`` is
    how many were looked at, and ``since`` the first date that was looked at. ``weight`` orders by importance:
    the amount that it is about.
    """

    rule: Rule
    dimension: str
    key: str
    value: int
    against: int
    weight: int
    low: int | None = None
    high: int | None = None
    days: int = 0
    since: date | None = None


def against_usual(dimension: str, key: str, days: Days, day: date) -> Standout | None:
    """A day that lies outside of all its like days: the last eight with its weekday and with sales."""
    like = [days[other] for other in sorted(days) if other < day and other.weekday() == day.weekday()]
    like = [amount for amount in like if amount > 0][-LIKE_DAYS:]
    if len(like) < FEWEST or day not in days:
        return None
    value, usual = days[day], median(like)
    if min(like) <= value <= max(like):
        return None
    return Standout(
        "usual", dimension, key, value, usual, abs(value - usual), min(like), max(like), len(like)
    )


def against_target(dimension: str, key: str, value: int, target: int | None) -> Standout | None:
    """A target, reached or missed."""
    if target is None or target <= 0:
        return None
    return Standout("target", dimension, key, value, target, abs(value - target))


def against_before(
    rule: Literal["last_week", "last_year"], dimension: str, key: str, days: Days, period: Period
) -> Standout | None:
    """A period that differs by at least a tenth from the same days before: a week, or 364 days.

    Silent where one of those days has no sales: a part of a period says nothing about the whole.
    """
    back = _WEEK if rule == "last_week" else _YEAR
    dates = [each for each in dates_of(period) if each in days]
    if not dates or any(each - back not in days for each in dates):
        return None
    value, before = sum(days[each] for each in dates), sum(days[each - back] for each in dates)
    if before <= 0 or abs(value - before) * PPM < CHANGED * before:
        return None
    return Standout(rule, dimension, key, value, before, abs(value - before), days=len(dates))


def record(dimension: str, key: str, days: Days, period: Period) -> Standout | None:
    """The best day of all that are known, if it lies in the period and at least 28 days are known before."""
    known = [each for each in days if each <= period.last]
    before = [each for each in known if each < period.first]
    if len(before) < RECORD_DAYS or not known:
        return None
    best = max(known, key=lambda each: (days[each], -each.toordinal()))
    if best not in period or days[best] <= 0:
        return None
    second = max(days[each] for each in before)
    return Standout(
        "record", dimension, key, days[best], second, days[best] - second, days=len(known), since=min(known)
    )


def movers(dimension: str, now: Mapping[str, int], before: Mapping[str, int], whole: int) -> list[Standout]:
    """Who changed the whole most since the period before: at most three up and three down.

    ``whole`` is all net sales of the period before. What was not sold before has moved from nothing.
    """
    moved = [(now.get(key, 0) - before.get(key, 0), key) for key in now.keys() | before.keys()]
    telling = [(change, key) for change, key in moved if abs(change) * PPM >= MOVED * whole > 0]
    up = sorted((pair for pair in telling if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))[:MOVERS]
    down = sorted(pair for pair in telling if pair[0] < 0)[:MOVERS]
    return [
        Standout("mover", dimension, key, now.get(key, 0), before.get(key, 0), abs(change))
        for change, key in (*up, *down)
    ]


def reversals(
    dimension: str, key: str, reversed_now: int, sold_now: int, usual: Sequence[tuple[int, int]]
) -> Standout | None:
    """Reversals of more than twice their usual part of what was sold; both as parts per million.

    Args:
        dimension: of whom.
        key: who.
        reversed_now: reversals of the period, negative.
        sold_now: gross + discounts of the period.
        usual: the same pair for each day with sales before; fewer than 28 of them say nothing.
    """
    sold = sum(each for _, each in usual)
    if len(usual) < RECORD_DAYS or sold <= 0 or sold_now <= 0:
        return None
    part, before = divide(-reversed_now * PPM, sold_now), divide(-sum(r for r, _ in usual) * PPM, sold)
    if part < PPM // 50 or part <= 2 * before:
        return None
    weight = -reversed_now - divide(before * sold_now, PPM)
    return Standout("reversals", dimension, key, part, before, weight, days=len(usual))


def telling(found: Iterable[Standout | None], most: int) -> list[Standout]:
    """Those that were found, the ones about most money first, and no more than so many."""
    known = [each for each in found if each is not None]
    return sorted(known, key=lambda each: (-each.weight, each.rule, each.dimension, each.key))[:most]


def dates_of(period: Period) -> list[date]:
    """The business dates of a period."""
    return [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
