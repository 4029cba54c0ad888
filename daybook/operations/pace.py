"""Who is where today, against the usual day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from pydantic import Field

from daybook.ledger.curves import QuarterAmount
from daybook.ledger.group_pace import GroupPace, aim, group_paces
from daybook.ledger.history import LIKE_DAYS
from daybook.ledger.pace import StorePace, store_paces
from daybook.ledger.projection import MISSED_DAYS, Projection
from daybook.ledger.sold import Key
from daybook.ledger.targets import Holder, day_amount, target_in_force, weekday_weights
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.schemas.targets import Target
from daybook.sinks.history import quarter_amounts

_BACK: Final = timedelta(days=MISSED_DAYS * 2) + timedelta(weeks=LIKE_DAYS)
"""As far as the oldest like day of the oldest missed day, with room for days without sales."""


class PaceArgs(Args):
    """As of when (now, if nothing is said), of which measure and book."""

    at: datetime | None = None
    targets: list[Target] = Field(default_factory=list)
    measure: Literal["gross", "net"] = "net"
    book: Literal["sales", "test", "reporting", "reporting-test"] = "sales"


def pace(place: Place, args: PaceArgs) -> Document:
    """Sales so far, expected by now, projected close with band, target: per store, and per currency.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: the hours of a day depend on the store's zone.")
    now = (args.at or datetime.now(UTC)).astimezone(UTC)
    amounts = quarter_amounts(
        place.store, args.measure, now.date() - _BACK, now.date() + timedelta(days=1), book=args.book
    )
    stores = store_paces(amounts, place.calendar, now)
    aims = _Aims(args.targets, amounts, now)
    return {
        "as_of": now.isoformat(),
        "measure": args.measure,
        "groups": [
            {
                "currency": group.currency,
                "actual": group.actual,
                **_told(group.projection),
                **aims.of_group(group, stores),
                "stores": group.stores,
                "left_out": group.left_out,
            }
            for group in group_paces(stores)
        ],
        "stores": [
            {
                "store_id": store.store_id,
                "currency": store.currency,
                "business_date": store.business_date.isoformat(),
                "actual": store.actual,
                **_told(store.projection),
                **aims.of_store(store),
            }
            for store in stores
        ],
    }


def _told(projection: Projection | None) -> Document:
    if projection is None:
        return {"expected": None, "projected_close": None, "low": None, "high": None}
    return {
        "expected": projection.expected,
        "projected_close": projection.close,
        "low": projection.low,
        "high": projection.high,
    }


class _Aims:
    """Targets as they hold at a moment, spread by what each store has usually sold."""

    def __init__(
        self, targets: list[Target], amounts: Mapping[Key, Sequence[QuarterAmount]], now: datetime
    ) -> None:
        self._targets = targets
        self._amounts = amounts
        self._now = now

    def of_store(self, store: StorePace) -> Document:
        """How a store stands to its target."""
        return self._told(store, self._store_target(store))

    def of_group(self, group: GroupPace, stores: Sequence[StorePace]) -> Document:
        """How a currency stands to its own target, or to its stores' if every one of them has one."""
        members = [store for store in stores if store.currency == group.currency]
        keys = [(store.store_id, store.currency) for store in members]
        target = self._target(Holder("all", None, group.currency), keys, members[0].business_date)
        if target is None:
            own = [self._store_target(store) for store in members]
            target = sum(each for each in own if each is not None) if None not in own else None
        return self._told(group, target)

    def _store_target(self, store: StorePace) -> int | None:
        holder = Holder("store", store.store_id, store.currency)
        return self._target(holder, [(store.store_id, store.currency)], store.business_date)

    def _target(self, holder: Holder, keys: Sequence[Key], day: date) -> int | None:
        target = target_in_force(self._targets, holder, day, self._now)
        return None if target is None else day_amount(target, day, lambda first: self._weights(keys, first))

    def _weights(self, keys: Sequence[Key], before: date) -> list[int]:
        totals: Counter[date] = Counter()
        for key in keys:
            for amount in self._amounts[key]:
                totals[amount.business_date] += amount.amount
        return weekday_weights(totals, before)

    @staticmethod
    def _told(pace: StorePace | GroupPace, target: int | None) -> Document:
        if target is None:
            return {"target": None, "chance_ppm": None, "at_risk": None}
        aimed = aim(pace, target)
        return {"target": aimed.target, "chance_ppm": aimed.chance, "at_risk": aimed.at_risk}
