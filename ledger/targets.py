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
Opens = Callable[[date], bool]
"""Whether its holder trades on a date at all, as far as is known."""

_FINEST_FIRST: Final = tuple(TargetPeriod)


class Holder(NamedTuple):
    """Whose target: a scope such as ``store``, its key (None for ``all``), and the currency."""

    scope: str
    key: str | None
    currency: str


def holder_of(target: Target) -> Holder:
    """Whose target it is."""
    return Holder(target.scope, target.key, target.currency)


class Targets:
    """All targets that were ever set, by whose they are."""

    def __init__(self, targets: Iterable[Target] = ()) -> None:
        self._by_holder: defaultdict[Holder, list[Target]] = defaultdict(list)
        for target in targets:
            self._by_holder[holder_of(target)].append(target)

    def holders(self) -> list[Holder]:
        """Everybody who ever had a target."""
        return sorted(self._by_holder, key=lambda holder: (holder.scope, holder.key or "", holder.currency))

    def changes(self, holder: Holder) -> list[Target]:
        """All that was set for one, in the order in which it was."""
        return sorted(self._by_holder.get(holder, ()), key=lambda target: target.set_at)

    def in_force(self, holder: Holder, day: date, now: datetime) -> Target | None:
        """The target that holds for a day: the finest period wins, and of equal ones the one set last.

        Where the last one was withdrawn, the next coarser period holds.
        """
        ever = self._by_holder.get(holder, ())
        holding = [target for target in ever if target.set_at <= now and holds(target, day)]
        for period in _FINEST_FIRST:
            of_period = [target for target in holding if target.period is period]
            if of_period:
                last = max(of_period, key=lambda target: target.set_at)
                if not last.withdrawn:
                    return last
        return None


def target_in_force(targets: Iterable[Target], holder: Holder, day: date, now: datetime) -> Target | None:
    """The same, of targets that are not arranged; see ``Targets.in_force``."""
    return Targets(targets).in_force(holder, day, now)


def holds(target: Target, day: date) -> bool:
    """Whether a day lies between the target's first and last."""
    return target.first <= day and (target.last is None or day <= target.last)


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


def _always(_day: date) -> bool:
    return True


def day_amount(target: Target, day: date, weights_before: WeightsBefore, opens: Opens = _always) -> int:
    """A day's part of a target, in minor units; the days of the period add up to it exactly.

    The weights are those from before the period, so that a day's target does not move while the period runs.
    Days on which nobody opens get nothing, unless all of the period's are such.
    """
    period = PERIODS[target.period.value](day)
    days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    weights = weights_before(period.first)
    opened = [opens(each) for each in days]
    by_day = [weights[each.weekday()] if is_open else 0 for each, is_open in zip(days, opened, strict=True)]
    if not any(by_day):
        by_day = [int(is_open) for is_open in opened] if any(opened) else [1] * len(days)
    return share(target.amount, by_day)[days.index(day)]
