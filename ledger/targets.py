"""What a day is meant to bring: targets spread over the days of their periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.history import LIKE_DAYS
from daybook.ledger.periods import PERIODS
from daybook.ledger.quantiles import median
from daybook.schemas.rounding import share
from daybook.schemas.targets import Target, TargetPeriod

Weights = Sequence[int]
"""How a week's sales usually fall on its days, Monday first; shape (7,), not negative."""
WeightsBefore = Callable[[date], Weights]
"""The weights as they were known before a date."""

_FINEST_FIRST: Final = (TargetPeriod.DAY, TargetPeriod.WEEK, TargetPeriod.MONTH)


class Holder(NamedTuple):
    """Whose target: a scope such as ``store``, its key (None for ``all``), and the currency."""

    scope: str
    key: str | None
    currency: str


def weekday_weights(totals: Mapping[date, int], before: date) -> list[int]:
    """The median of the last eight totals of each weekday before a date; nothing where it never sold.

    Days without sales do not count, so a single closure does not halve its weekday.
    """
    by_weekday: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    for day, total in totals.items():
        if day < before and total > 0:
            by_weekday[day.weekday()].append((day, total))
    return [
        median([total for _, total in sorted(by_weekday[weekday])[-LIKE_DAYS:]]) if by_weekday[weekday] else 0
        for weekday in range(7)
    ]


def target_in_force(targets: Iterable[Target], holder: Holder, day: date, now: datetime) -> Target | None:
    """The target that holds for a day: the finest period wins, and of equal ones the one set last."""
    holding = [
        target
        for target in targets
        if (target.scope, target.key, target.currency) == holder
        and target.first <= day
        and (target.last is None or day <= target.last)
        and target.set_at <= now
    ]
    for period in _FINEST_FIRST:
        of_period = [target for target in holding if target.period is period]
        if of_period:
            return max(of_period, key=lambda target: target.set_at)
    return None


def day_amount(target: Target, day: date, weights_before: WeightsBefore) -> int:
    """A day's part of a target, in minor units; the days of the period add up to it exactly.

    The weights are those from before the period, so that a day's target does not move while the period runs.
    """
    period = PERIODS[target.period.value](day)
    days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    weights = weights_before(period.first)
    by_day = [weights[each.weekday()] for each in days]
    parts = share(target.amount, by_day if any(by_day) else [1] * len(days))
    return parts[days.index(day)]
