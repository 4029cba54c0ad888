"""Today's targets of stores and groups, and how each stands to it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from daybook.ledger.group_pace import Aim, GroupPace, aim, shared_date
from daybook.ledger.opening import opens_on
from daybook.ledger.pace import StorePace
from daybook.ledger.sold import Key, SoldByQuarter
from daybook.ledger.targets import Holder, Targets, day_amount, weekday_weights


class Aims:
    """Targets as they hold at a moment, spread by what each store has usually sold."""

    def __init__(self, targets: Targets, sold: SoldByQuarter, now: datetime) -> None:
        self._targets = targets
        self._sold = sold
        self._now = now
        self._of_stores: dict[Key, int | None] = {}

    def of_store(self, pace: StorePace) -> Aim | None:
        """How a store stands to its target; None without one."""
        target = self._of_store(pace)
        return None if target is None else aim(pace, target)

    def of_group(self, group: GroupPace, stores: Sequence[StorePace]) -> Aim | None:
        """How a region or all of a currency stand to their target of the date that most stores are at.

        That is their own, or their stores' added up if every one of them has one.
        """
        scope = "all" if group.region is None else "region"
        keys = [(store.store_id, store.currency) for store in stores]
        target = self._target(Holder(scope, group.region, group.currency), keys, shared_date(stores))
        if target is None:
            own = [self._of_store(store) for store in stores]
            target = sum(each for each in own if each is not None) if own and None not in own else None
        return None if target is None else aim(group, target)

    def _of_store(self, pace: StorePace) -> int | None:
        key = (pace.store_id, pace.currency)
        if key not in self._of_stores:
            self._of_stores[key] = self._target(Holder("store", *key), [key], pace.business_date)
        return self._of_stores[key]

    def _target(self, holder: Holder, keys: Sequence[Key], day: date) -> int | None:
        target = self._targets.in_force(holder, day, self._now)
        if target is None:
            return None
        weights, opens = functools.partial(self._weights, keys), functools.partial(self._opens, keys)
        return day_amount(target, day, weights, opens)

    def _weights(self, keys: Sequence[Key], before: date) -> list[int]:
        totals: Counter[date] = Counter()
        for key in keys:
            for day, curve in self._sold.history(key, int(self._now.timestamp())).items():
                totals[day] += curve.total
        return weekday_weights(totals, before)

    def _opens(self, keys: Sequence[Key], day: date) -> bool:
        calendar = self._sold.calendar
        return any(opens_on(calendar.store(store_id), day) is not False for store_id, _ in keys)
